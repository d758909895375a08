"""A package in its cluster: everybody who may connect, and every policy that has a say."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bbpkg.connectivity.answers import Answer, Step, Verdict
from bbpkg.connectivity.authorization import AuthorizationPolicy, authorization_policies, authorization_step
from bbpkg.connectivity.authorization_rules import Request
from bbpkg.connectivity.endpoints import OTHER_PORT, Endpoint, MeshMode, PortNumber
from bbpkg.connectivity.mesh import (
    HBONE,
    PeerAuthentication,
    ServiceEntry,
    SidecarScope,
    mtls,
    peer_authentications,
    registry_step,
    service_entries,
    sidecar_scopes,
)
from bbpkg.connectivity.network_policies import NetworkPolicy, is_named_peer, network_policies, network_step
from bbpkg.connectivity.peers import KUBELET, named_peers, outside_peers, platform_peers, principals_of
from bbpkg.connectivity.workloads import namespace_labels, own_endpoints
from bbpkg.manifests.objects import KubernetesObject

_MANY_PORTS: Final = 65535
_MESH_KINDS: Final = frozenset({"NetworkPolicy", "PeerAuthentication", "AuthorizationPolicy", "Sidecar"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Cluster:
    """Who is there, and what is laid down; the policies that apply to an endpoint stand under it."""

    mode: MeshMode
    endpoints: tuple[Endpoint, ...]
    network: Mapping[Endpoint, tuple[NetworkPolicy, ...]]
    authorization: Mapping[Endpoint, tuple[AuthorizationPolicy, ...]]
    authentication: tuple[PeerAuthentication, ...]
    scopes: tuple[SidecarScope, ...]
    entries: tuple[ServiceEntry, ...]

    def endpoint(self, name: str) -> Endpoint | None:
        """The endpoint with this name."""
        return next((endpoint for endpoint in self.endpoints if endpoint.name == name), None)

    def ports(self, target: Endpoint) -> tuple[PortNumber, ...]:
        """The ports of a target that are worth a question: what it declares, what policies name, and all others as one."""
        rules = [rule for policy in self.network[target] for rule in policy.ingress or ()]
        rules += [
            rule
            for own in self.endpoints
            for policy in self.network[own]
            for rule in policy.egress or ()
            if is_named_peer(rule, own, target)
        ]
        named = {
            PortNumber(number, port.protocol)
            for rule in rules
            for port in rule.ports
            if not port.name and len(port.numbers) < _MANY_PORTS
            for number in (port.numbers.start, port.numbers.stop - 1)
        }
        found = {*(port for _, port in target.ports), *named, *([OTHER_PORT] if target.is_own or not target.ports else [])} - {HBONE}
        return tuple(sorted(found, key=lambda port: (port == OTHER_PORT, port)))


def mesh_mode(objects: Iterable[KubernetesObject]) -> MeshMode:
    """Return how the objects take part in a mesh: a policy for the kubelet of ambient mode tells it, objects of Istio tell sidecars."""
    kinds = [item for item in objects if item.kind in _MESH_KINDS]
    peers = (peer for policy in network_policies(kinds, "") for rule in policy.ingress or () for peer in rule.peers)
    if any(peer.block.partition("/")[0] == KUBELET for peer in peers):
        return MeshMode.AMBIENT
    return MeshMode.SIDECAR if any(item.kind != "NetworkPolicy" for item in kinds) else MeshMode.NONE


def cluster_of(objects: Sequence[KubernetesObject], *, namespace: str, mode: MeshMode, others: Sequence[KubernetesObject] = ()) -> Cluster:
    """Put objects into a Big Bang cluster.

    Args:
        objects: what was rendered.
        namespace: that of the release.
        mode: how pods take part in the mesh.
        others: objects of another state of the package, whose peers are to be there, too, so that the states can be compared.
    """
    both = (*objects, *others)
    policies = network_policies(objects, namespace)
    entries = service_entries(objects, namespace)
    all_policies = (*policies, *network_policies(others, namespace))
    all_entries = (*entries, *service_entries(others, namespace))
    own = own_endpoints(objects, namespace, mode)
    platform = platform_peers(both, namespace, namespace_labels(objects, namespace), mode)
    known = (*own, *own_endpoints(others, namespace, mode), *platform)
    endpoints = (*own, *platform, *named_peers(all_policies, known, principals_of(both)), *outside_peers(all_policies, all_entries))
    authorization = authorization_policies(objects, namespace)
    return Cluster(
        mode=mode,
        endpoints=endpoints,
        network={endpoint: tuple(policy for policy in policies if policy.applies_to(endpoint)) for endpoint in endpoints},
        authorization={endpoint: tuple(policy for policy in authorization if policy.applies_to(endpoint)) for endpoint in endpoints},
        authentication=peer_authentications(objects, namespace),
        scopes=sidecar_scopes(objects, namespace),
        entries=entries,
    )


def ask(cluster: Cluster, source: Endpoint, target: Endpoint, port: PortNumber) -> Answer:
    """Return whether the source may connect to a port of the target, with what every layer on the way says."""
    return Answer(source=source, target=target, port=port, steps=tuple(_steps(cluster, source, target, port)))


def answers(cluster: Cluster) -> Iterator[Answer]:
    """Yield the answers to all questions in which the package has a part."""
    targets = {target: cluster.ports(target) for target in cluster.endpoints}
    for source in cluster.endpoints:
        for target, ports in targets.items():
            if source.is_own or target.is_own:
                yield from (ask(cluster, source, target, port) for port in ports)


def _steps(cluster: Cluster, source: Endpoint, target: Endpoint, port: PortNumber) -> Iterator[Step]:
    is_captured = port.protocol == "TCP" and target.is_meshed and port.number not in target.excluded_ports
    is_tunnelled = cluster.mode is MeshMode.AMBIENT and is_captured and source.is_meshed
    seen = HBONE if is_tunnelled else port
    if cluster.mode is MeshMode.SIDECAR and source.is_meshed and port.protocol == "TCP":
        step = registry_step(source, target, port, cluster.scopes, cluster.entries)
        if step:
            yield step
    yield network_step("egress", source, target, seen, cluster.network[source])
    yield network_step("ingress", target, source, seen, cluster.network[target])
    if is_captured:
        yield from _mesh_steps(cluster, source, target, port)


def _mesh_steps(cluster: Cluster, source: Endpoint, target: Endpoint, port: PortNumber) -> Iterator[Step]:
    mode, policy = mtls(target, port, cluster.authentication)
    if mode == "STRICT":
        verdict = Verdict.ALLOWED if source.is_meshed else Verdict.DENIED
        reason = "the source has an identity" if source.is_meshed else "plain text is refused"
        yield Step(layer=f"PeerAuthentication of {target}", verdict=verdict, reason=reason, policies=(policy,))
    is_plain = mode == "DISABLE" and cluster.mode is MeshMode.SIDECAR
    request = Request(
        source=source,
        has_identity=source.is_meshed and not is_plain,
        port=port,
        has_http=cluster.mode is MeshMode.SIDECAR and port.number not in target.tcp_ports,
    )
    yield authorization_step(target, request, cluster.authorization[target])
