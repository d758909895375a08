"""Containers: images, ports, environment, files, probes, and the directories that they write to."""

from dataclasses import dataclass
from typing import Literal

from bbpkg.model.variants import Variant, Variants


def camel(name: str) -> str:
    """The values key of a kebab-case name: `policy-engine` becomes `policyEngine`."""
    first, *rest = name.split("-")
    return first + "".join(part.capitalize() for part in rest)


@dataclass(frozen=True, kw_only=True, slots=True)
class ImageTag:
    """The tag of an image in some variants; `upstream` is the tag in the upstream registry, if its name is known."""

    variants: Variants
    tag: str
    upstream: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Image:
    """A container image: repository and one tag for each variant; `upstream` is the repository it is rebuilt from."""

    name: str
    repository: str
    upstream: str | None
    tags: tuple[ImageTag, ...]

    @property
    def key(self) -> str:
        """Its key below `images` in the values."""
        return camel(self.name)

    @property
    def variants(self) -> Variants:
        """The variants that use the image."""
        return frozenset[Variant]().union(*(tag.variants for tag in self.tags))

    def tag(self, variant: Variant) -> str:
        """The tag in a variant; raises StopIteration when the variant does not use the image."""
        return next(tag.tag for tag in self.tags if variant in tag.variants)


@dataclass(frozen=True, kw_only=True, slots=True)
class Port:
    """A port that a container listens on.

    `protocol` is the application protocol (`appProtocol` of a Service port).
    A port with `metrics_path` is scraped by Prometheus; a `local` port is bound to 127.0.0.1 and has no Service port.
    """

    name: str
    number: int
    variants: Variants
    protocol: str = "http"
    metrics_path: str | None = None
    is_local: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Variable:
    """An environment variable: exactly one of `value` (text of the Go template), `field` and `credential` is set.

    `credential` is `name.key`; `when` is a Go template condition on top of the variants.
    """

    name: str
    variants: Variants
    value: str | None = None
    field: str | None = None
    credential: str | None = None
    when: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Workspace:
    """A directory that a container writes to: an emptyDir with a size limit (a Kubernetes quantity).

    With `is_sizable` the limit is a value of the component. `logs` is the pattern of the log files in it, if there are any.
    """

    name: str
    path: str
    size: str
    variants: Variants
    when: str | None = None
    is_sizable: bool = False
    logs: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ConfigFile:
    """A file of the component's ConfigMap; `template` is its text, relative to the package folder, `path` where containers see it."""

    name: str
    template: str
    path: str
    variants: Variants


@dataclass(frozen=True, kw_only=True, slots=True)
class SecretFile:
    """One key of a credential's Secret as a file."""

    credential: str
    path: str
    variants: Variants


@dataclass(frozen=True, kw_only=True, slots=True)
class Storage:
    """A PersistentVolumeClaim of a component; `size` is the default of its value."""

    name: str
    path: str
    size: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """A probe: HTTP GET of `path`, a TCP connection, or a command; times are seconds."""

    kind: Literal["http", "tcp", "exec"]
    port: str | None = None
    path: str | None = None
    command: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Probes:
    """What is asked to know that a container lives and is ready; `startup_seconds` is the patience of the startup probe."""

    liveness: Check
    readiness: Check
    startup_seconds: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Container:
    """One container of a component's pod; `image` names an image for each edition in which the container exists."""

    name: str
    variants: Variants
    images: tuple[tuple[Variants, str], ...]
    command: tuple[str, ...]
    args: tuple[str, ...]
    ports: tuple[Port, ...]
    env: tuple[Variable, ...]
    workspaces: tuple[Workspace, ...]
    config_files: tuple[ConfigFile, ...]
    secret_files: tuple[SecretFile, ...]
    certificates_path: str | None
    probes: Probes
    pre_stop: str | None
    cpu_request: str
    memory_request: str
    memory_limit: str
