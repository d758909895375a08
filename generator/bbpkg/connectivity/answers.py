"""What comes of a question whether a connection is allowed, and which policies decided."""

import enum
from dataclasses import dataclass

from bbpkg.connectivity.endpoints import Endpoint, PortNumber


class Verdict(enum.Enum):
    """Whether a connection comes about."""

    ALLOWED = "allowed"
    PARTLY = "partly"
    """Some requests pass: it depends on methods, paths, hosts or tokens."""
    UNKNOWN = "unknown"
    """An external authorizer decides."""
    DENIED = "denied"


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """What one layer says of a connection, in which words, and the policies (`Kind name`) that decided."""

    layer: str
    verdict: Verdict
    reason: str
    policies: tuple[str, ...] = ()

    def __str__(self) -> str:
        names = f": {', '.join(self.policies)}" if self.policies else ""
        return f"{self.layer}: {self.verdict.value}, {self.reason}{names}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """Whether one endpoint may connect to a port of another, with what each layer on the way says."""

    source: Endpoint
    target: Endpoint
    port: PortNumber
    steps: tuple[Step, ...]

    @property
    def verdict(self) -> Verdict:
        """The worst of all layers: what one denies, no other allows."""
        said = {step.verdict for step in self.steps}
        return next((verdict for verdict in (Verdict.DENIED, Verdict.UNKNOWN, Verdict.PARTLY) if verdict in said), Verdict.ALLOWED)

    @property
    def is_open(self) -> bool:
        """Whether anything may pass."""
        return self.verdict is not Verdict.DENIED
