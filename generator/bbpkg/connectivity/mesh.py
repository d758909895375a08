"""What Istio adds to connections besides authorization: mutual TLS, the registry of hosts, the tunnel of ambient mode.

Sources: the references "PeerAuthentication", "Sidecar" and "Service Entry" of Istio, and its pages on ambient mode and NetworkPolicies.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from bbpkg.connectivity.answers import Step, Verdict
from bbpkg.connectivity.authorization import ROOT_NAMESPACE
from bbpkg.connectivity.endpoints import Endpoint, PortNumber
from bbpkg.connectivity.network_policies import is_in_block
from bbpkg.connectivity.selectors import selects
from bbpkg.manifests.fields import field, mapping, mappings, text, text_map, texts
from bbpkg.manifests.objects import KubernetesObject

# Pods of ambient mode talk to each other through it, whatever port they mean.
HBONE: Final = PortNumber(15008)
_DEFAULT_MTLS: Final = "PERMISSIVE"


@dataclass(frozen=True, kw_only=True, slots=True)
class PeerAuthentication:
    """How a workload, a namespace or, in the root namespace, the mesh accepts connections."""

    name: str
    namespace: str
    selector: object
    mode: str
    port_modes: tuple[tuple[str, str], ...]

    @property
    def selects_some(self) -> bool:
        """Whether it is for some workloads only."""
        return bool(mapping(self.selector, "matchLabels"))


@dataclass(frozen=True, kw_only=True, slots=True)
class SidecarScope:
    """What the proxies of a namespace, or of some workloads in it, know of the mesh; without `hosts` all of it."""

    name: str
    namespace: str
    labels: tuple[tuple[str, str], ...]
    is_closed: bool
    hosts: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ServiceEntry:
    """Hosts that the mesh knows beside its Services; `export_to` says in which namespaces."""

    name: str
    namespace: str
    hosts: tuple[str, ...]
    addresses: tuple[str, ...]
    ports: frozenset[int]
    export_to: tuple[str, ...]

    def knows(self, endpoint: Endpoint, port: PortNumber, namespace: str) -> bool:
        """Whether a proxy in a namespace may send to the endpoint because of this entry."""
        visible = not self.export_to or not {"*", namespace, "." if self.namespace == namespace else "*"}.isdisjoint(self.export_to)
        by_name = any(fits_host(host, known) for host in endpoint.hosts for known in self.hosts)
        by_address = endpoint.address is not None and any(is_in_block(endpoint.address, block) for block in self.addresses)
        return visible and (by_name or by_address) and port.number in self.ports


def fits_host(host: str, pattern: str) -> bool:
    """Whether a host name fits a name of the mesh, which may begin with `*.`.

    >>> fits_host("a.example.mil", "*.example.mil"), fits_host("example.mil", "*.example.mil")
    (True, False)
    """
    if pattern == "*":
        return True
    return host.endswith(pattern[1:]) if pattern.startswith("*.") else host == pattern


def peer_authentications(objects: Iterable[KubernetesObject], namespace: str) -> tuple[PeerAuthentication, ...]:
    """Return the PeerAuthentications among objects."""
    return tuple(
        PeerAuthentication(
            name=item.name,
            namespace=item.namespace or namespace,
            selector=mapping(item.data, "spec", "selector"),
            mode=text(item.data, "spec", "mtls", "mode"),
            port_modes=tuple((str(port), text(how, "mode")) for port, how in mapping(item.data, "spec", "portLevelMtls").items()),
        )
        for item in objects
        if item.kind == "PeerAuthentication" and item.group == "security.istio.io"
    )


def sidecar_scopes(objects: Iterable[KubernetesObject], namespace: str) -> tuple[SidecarScope, ...]:
    """Return the Sidecars among objects."""
    return tuple(
        SidecarScope(
            name=item.name,
            namespace=item.namespace or namespace,
            labels=tuple(text_map(item.data, "spec", "workloadSelector", "labels").items()),
            is_closed=text(item.data, "spec", "outboundTrafficPolicy", "mode") == "REGISTRY_ONLY",
            hosts=tuple(host for listener in mappings(item.data, "spec", "egress") for host in texts(listener, "hosts")),
        )
        for item in objects
        if item.kind == "Sidecar" and item.group == "networking.istio.io"
    )


def service_entries(objects: Iterable[KubernetesObject], namespace: str) -> tuple[ServiceEntry, ...]:
    """Return the ServiceEntries among objects."""
    return tuple(
        ServiceEntry(
            name=item.name,
            namespace=item.namespace or namespace,
            hosts=texts(item.data, "spec", "hosts"),
            addresses=texts(item.data, "spec", "addresses"),
            ports=frozenset(number for port in mappings(item.data, "spec", "ports") if isinstance(number := field(port, "number"), int)),
            export_to=texts(item.data, "spec", "exportTo"),
        )
        for item in objects
        if item.kind == "ServiceEntry" and item.group == "networking.istio.io"
    )


def mtls(target: Endpoint, port: PortNumber, policies: Sequence[PeerAuthentication]) -> tuple[str, str]:
    """Return the mode in which the target accepts connections to a port, and the policy that says so; the narrowest one wins."""
    for policy, is_own in _narrowest(target, policies):
        modes = [dict(policy.port_modes).get(str(port.number), ""), policy.mode] if is_own else [policy.mode]
        mode = next((mode for mode in modes if mode not in {"", "UNSET"}), None)
        if mode:
            return mode, f"PeerAuthentication {policy.name}"
    return _DEFAULT_MTLS, ""


def _narrowest(target: Endpoint, policies: Sequence[PeerAuthentication]) -> Iterator[tuple[PeerAuthentication, bool]]:
    local = [policy for policy in policies if policy.namespace == target.namespace]
    yield from ((policy, True) for policy in local if policy.selects_some and selects(policy.selector, target.labels))
    yield from ((policy, False) for policy in local if not policy.selects_some)
    yield from ((policy, False) for policy in policies if policy.namespace == ROOT_NAMESPACE and not policy.selects_some)


def registry_step(
    source: Endpoint, target: Endpoint, port: PortNumber, scopes: Sequence[SidecarScope], entries: Sequence[ServiceEntry]
) -> Step | None:
    """Return what the proxy of the source says to a host that it may not know; None when nothing restricts it."""
    scope = _scope(source, scopes)
    if scope is None or not scope.is_closed:
        return None
    layer = f"Sidecar of {source}"
    if target.is_pod:
        names = (f"Sidecar {scope.name}",)
        if target.service_ports is not None and port.number not in target.service_ports:
            return Step(layer=layer, verdict=Verdict.DENIED, reason="no Service leads to that port", policies=names)
        if not _is_in_scope(scope, target):
            return Step(layer=layer, verdict=Verdict.DENIED, reason="its hosts do not name the target", policies=names)
        return Step(layer=layer, verdict=Verdict.ALLOWED, reason="a Service leads to the target", policies=names)
    knowing = tuple(f"ServiceEntry {entry.name}" for entry in entries if entry.knows(target, port, source.namespace))
    if knowing:
        return Step(layer=layer, verdict=Verdict.ALLOWED, reason="the registry knows the host", policies=knowing)
    reason = "the registry does not know the host, and nothing else may be reached"
    return Step(layer=layer, verdict=Verdict.DENIED, reason=reason, policies=(f"Sidecar {scope.name}",))


def _scope(source: Endpoint, scopes: Sequence[SidecarScope]) -> SidecarScope | None:
    local = [scope for scope in scopes if scope.namespace == source.namespace]
    choices = [
        *(scope for scope in local if scope.labels and dict(scope.labels).items() <= dict(source.labels).items()),
        *(scope for scope in local if not scope.labels),
        *(scope for scope in scopes if scope.namespace == ROOT_NAMESPACE and not scope.labels),
    ]
    return choices[0] if choices else None


def _is_in_scope(scope: SidecarScope, target: Endpoint) -> bool:
    if not scope.hosts:
        return True
    for entry in scope.hosts:
        place, _, name = entry.partition("/")
        in_namespace = place in {"*", target.namespace} or (place == "." and scope.namespace == target.namespace)
        if in_namespace and (name == "*" or any(fits_host(host, name) for host in target.hosts)):
            return True
    return False
