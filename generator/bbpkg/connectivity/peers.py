"""Who is around a package in a Big Bang cluster: the platform's own pods, strangers, and places outside.

Source: the namespaces, labels and service accounts that Big Bang 3.x gives to the gateway, Prometheus, Alloy and the mesh.
"""

import ipaddress
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from bbpkg.connectivity.endpoints import Endpoint, MeshMode, PortNumber
from bbpkg.connectivity.mesh import ServiceEntry
from bbpkg.connectivity.network_policies import NetworkPolicy, is_in_block
from bbpkg.connectivity.workloads import NAMESPACE_LABEL
from bbpkg.manifests.fields import mapping, text_map, texts
from bbpkg.manifests.objects import KubernetesObject

_GATEWAY_NAMESPACE: Final = "istio-gateway"
_PROMETHEUS: Final = "monitoring-monitoring-kube-prometheus"
_DEFAULT_GATEWAY: Final = "public-ingressgateway"
# An address that documentation uses, and that nobody has.
_INTERNET: Final = "203.0.113.10"
_EVERYWHERE: Final = frozenset({"0.0.0.0/0", "::/0"})
_API_SERVER: Final = "172.20.0.1"
# From where the kubelet probes pods of ambient mode.
KUBELET: Final = "169.254.7.127"
_NAME: Final = "app.kubernetes.io/name"


def platform_peers(objects: Sequence[KubernetesObject], namespace: str, own_labels: dict[str, str], mode: MeshMode) -> tuple[Endpoint, ...]:
    """Return the pods of the platform, and the strangers: a pod beside the package, one in another namespace, one outside of the mesh."""
    is_meshed = mode is not MeshMode.NONE
    found = [
        _pod("prometheus", "monitoring", {_NAME: "prometheus", "app": "prometheus"}, _PROMETHEUS, (9090,), is_meshed=is_meshed),
        _pod("alloy-metrics", "alloy", {_NAME: "alloy-metrics"}, "alloy-alloy-metrics", (12345,), is_meshed=is_meshed),
        *(_gateway(name, is_meshed=is_meshed) for name in _gateways(objects)),
        _pod("kube-dns", "kube-system", {"k8s-app": "kube-dns"}, "coredns", (53,), udp=(53,)),
        _pod("istiod", "istio-system", {"app": "istiod", "istio": "pilot"}, "istiod", (15012,)),
        Endpoint(
            name="neighbour",
            namespace=namespace,
            namespace_labels=own_labels,
            service_account="neighbour",
            is_meshed=is_meshed,
        ),
        _pod("stranger", "elsewhere", {}, "stranger", (80, 443), is_meshed=is_meshed),
    ]
    if is_meshed:
        found.append(_pod("stranger-without-mesh", "elsewhere", {}, "stranger", (80, 443)))
    if mode is MeshMode.AMBIENT:
        found.append(Endpoint(name="kubelet", address=KUBELET))
    return tuple(found)


def outside_peers(policies: Iterable[NetworkPolicy], entries: Iterable[ServiceEntry]) -> tuple[Endpoint, ...]:
    """Return places outside of the cluster: the internet, the API server, every host of a ServiceEntry, and one address in every block."""
    found = [
        Endpoint(name="internet", address=_INTERNET, ports=_ports((80, 443))),
        Endpoint(name="kube-apiserver", address=_API_SERVER, ports=_ports((443, 6443))),
    ]
    for entry in entries:
        for host in entry.hosts:
            if host not in {peer.name for peer in found}:
                found.append(Endpoint(name=host, address=_INTERNET, hosts=(host,), ports=_ports(tuple(sorted(entry.ports)))))
    blocks: dict[str, tuple[str, ...]] = {}
    for policy in policies:
        for rule in (*(policy.ingress or ()), *(policy.egress or ())):
            for peer in rule.peers:
                if peer.block:
                    blocks.setdefault(peer.block, peer.exceptions)
                    blocks |= {exception: () for exception in peer.exceptions if exception not in blocks}
    for block, exceptions in blocks.items():
        # What an open block lets through, the internet shows.
        address = None if block in _EVERYWHERE else _address_in(block, exceptions)
        if address:
            found.append(Endpoint(name=block, address=address, ports=_ports((443,))))
    return tuple(found)


def named_peers(policies: Iterable[NetworkPolicy], known: Sequence[Endpoint], accounts: Iterable[str]) -> tuple[Endpoint, ...]:
    """Return a pod for each namespace and labels that a policy names and that nobody known fits.

    Where authorization policies name exactly one service account of the namespace (`accounts`: principals), it is that one.
    """
    found: dict[str, Endpoint] = {}
    meshed = any(peer.is_meshed for peer in known)
    principals = list(accounts)
    for policy in policies:
        for rule in (*(policy.ingress or ()), *(policy.egress or ())):
            for peer in rule.peers:
                place = text_map(peer.namespace_selector, "matchLabels").get(NAMESPACE_LABEL)
                labels = text_map(peer.pod_selector, "matchLabels")
                if place is None or mapping(peer.pod_selector).get("matchExpressions"):
                    continue
                if any(other.namespace == place and labels.items() <= dict(other.labels).items() for other in known):
                    continue
                named = sorted({principal.rpartition("/")[2] for principal in principals if f"/ns/{place}/sa/" in principal})
                account = named[0] if len(named) == 1 else "default"
                name = f"{place}/{labels.get(_NAME) or ','.join(f'{key}={value}' for key, value in labels.items()) or '*'}"
                found.setdefault(name, _pod(name, place, labels, account, (), is_meshed=meshed))
    return tuple(found.values())


def principals_of(objects: Iterable[KubernetesObject]) -> Iterator[str]:
    """Yield every principal that an AuthorizationPolicy allows."""
    for item in objects:
        if item.kind == "AuthorizationPolicy":
            rules = item.data.get("spec")
            yield from _principals(rules)


def _principals(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        yield from texts(value, "principals")
        for inner in value.values():
            yield from _principals(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _principals(inner)


def _gateways(objects: Iterable[KubernetesObject]) -> list[str]:
    named = [
        name.removeprefix(f"{_GATEWAY_NAMESPACE}/")
        for item in objects
        if item.kind == "VirtualService"
        for name in texts(item.data, "spec", "gateways")
        if name.startswith(f"{_GATEWAY_NAMESPACE}/")
    ]
    return list(dict.fromkeys(named)) or [_DEFAULT_GATEWAY]


def _gateway(name: str, *, is_meshed: bool) -> Endpoint:
    labels = {_NAME: name, "app": name, "istio": "ingressgateway"}
    return _pod(name, _GATEWAY_NAMESPACE, labels, f"{name}-ingressgateway-service-account", (8080, 8443), is_meshed=is_meshed)


def _pod(  # noqa: PLR0913 - the rows of a table
    name: str,
    namespace: str,
    labels: dict[str, str],
    account: str,
    tcp: tuple[int, ...],
    *,
    udp: tuple[int, ...] = (),
    is_meshed: bool = False,
) -> Endpoint:
    return Endpoint(
        name=name,
        namespace=namespace,
        labels=labels,
        namespace_labels={NAMESPACE_LABEL: namespace, _NAME: namespace},
        service_account=account,
        ports=(*_ports(tcp), *_ports(udp, "UDP")),
        is_meshed=is_meshed,
    )


def _ports(numbers: tuple[int, ...], protocol: str = "TCP") -> tuple[tuple[str, PortNumber], ...]:
    return tuple(("", PortNumber(number, protocol)) for number in numbers)


def _address_in(block: str, exceptions: tuple[str, ...]) -> str | None:
    """An address of the block that is in no exception; a small block may have none."""
    try:
        network = ipaddress.ip_network(block, strict=False)
    except ValueError:
        return None
    steps = (1, 10, 2, network.num_addresses // 2, network.num_addresses // 3, network.num_addresses - 2, 0)
    for step in steps:
        if 0 <= step < network.num_addresses:
            address = str(network.network_address + step)
            if is_in_block(address, block, exceptions):
                return address
    return None
