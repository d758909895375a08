"""Who may take part in a connection: pods, and places outside of the cluster."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final


class MeshMode(enum.Enum):
    """How pods of the mesh take part in it."""

    NONE = "none"
    SIDECAR = "sidecar"
    AMBIENT = "ambient"


@dataclass(frozen=True, slots=True, order=True)
class PortNumber:
    """A port of a connection."""

    number: int
    protocol: str = "TCP"

    def __str__(self) -> str:
        if self == OTHER_PORT:
            return "other ports"
        return f"{self.number}" if self.protocol == "TCP" else f"{self.number}/{self.protocol}"


# Stands for every port that nobody declares or names: nothing listens at port 1 of a pod.
OTHER_PORT: Final = PortNumber(1)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Endpoint:
    """One side of a connection.

    A pod has a namespace and no address; what is no pod has an address, which only blocks of addresses match.
    `ports` are those that it declares, with their names; `tcp_ports` those that are known not to speak HTTP.
    `service_ports` are the ports that Services lead to; None says that this is not known and any may be.
    `hosts` are the names it is called by. `is_meshed` says that it takes part in the mesh, if there is one, except at its
    `excluded_ports`. `is_own` says that the chart makes it.
    """

    name: str
    namespace: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    namespace_labels: Mapping[str, str] = field(default_factory=dict)
    service_account: str = "default"
    ports: tuple[tuple[str, PortNumber], ...] = ()
    tcp_ports: frozenset[int] = frozenset()
    service_ports: frozenset[int] | None = None
    address: str | None = None
    hosts: tuple[str, ...] = ()
    is_meshed: bool = False
    excluded_ports: frozenset[int] = frozenset()
    is_own: bool = False

    @property
    def is_pod(self) -> bool:
        """Whether selectors can match it."""
        return self.address is None

    @property
    def principal(self) -> str:
        """Its identity in the mesh, as policies write it."""
        return f"cluster.local/ns/{self.namespace}/sa/{self.service_account}"

    def named_port(self, name: str, protocol: str) -> int | None:
        """The number of a port by its name."""
        return next((port.number for known, port in self.ports if known == name and port.protocol == protocol), None)

    def __str__(self) -> str:
        return self.name
