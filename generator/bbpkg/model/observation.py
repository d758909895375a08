"""How a package is observed: where its logs go, how it is scraped, when somebody is alerted."""

from dataclasses import dataclass
from typing import Final

from bbpkg.model.containers import camel
from bbpkg.model.variants import Variants

# The alert that every component with metrics has.
DOWN_ALERT: Final = "down"

# The container that collects logs in a pod, and the port where Kubernetes asks how it is.
LOG_COLLECTOR: Final = "log-collector"
LOG_COLLECTOR_PORT: Final = 2020


@dataclass(frozen=True, kw_only=True, slots=True)
class SecretKey:
    """One key of a Secret that somebody else makes: the defaults of its name and of the key."""

    name: str
    key: str


@dataclass(frozen=True, kw_only=True, slots=True)
class LogCollector:
    """Fluent Bit beside the containers that write log files: its image, and how it logs in to the store.

    `record_start` is a regular expression: lines that do not begin with it continue the record before them.
    """

    image: str
    user: str
    password: SecretKey
    ca: SecretKey
    record_start: str


@dataclass(frozen=True, kw_only=True, slots=True)
class LogStore:
    """Where logs go: a collector on each node or beside each container ships to a Service in a namespace.

    In the variants of `json`, containers write JSON lines to their standard output.
    """

    title: str
    collector: str
    service: str
    namespace: str
    port: int
    json: Variants
    sidecar: LogCollector | None


@dataclass(frozen=True, kw_only=True, slots=True)
class MetricsLogin:
    """How Prometheus authenticates where metrics need a login; `credential` is `name.key`."""

    username: str
    credential: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Threshold:
    """A number in the expression of an alert that the installation may change."""

    default: float
    minimum: float
    description: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Alert:
    """A Prometheus alert on metrics of the package.

    `components` are those whose metrics it reads; none means all that are scraped. `duration` is how long the expression must
    hold, `when` a Go template condition on top of the variants.
    In `expr`, `${selector}` stands for the labels of these metrics; in it and the texts, `${threshold}` stands for the number.
    """

    name: str
    components: tuple[str, ...]
    severity: str
    duration: str
    threshold: Threshold | None
    expr: str
    summary: str
    description: str
    when: str | None
    variants: Variants

    @property
    def key(self) -> str:
        """Its key below `monitoring.alerts` in the values."""
        return camel(self.name)
