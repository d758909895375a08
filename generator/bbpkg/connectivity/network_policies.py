"""NetworkPolicies (networking.k8s.io/v1).

Source: the reference of the API and the page "Network Policies" of the Kubernetes documentation. A block of addresses is taken
to speak of what is no pod: the address of a pod is not known beforehand, and network plugins differ in whether such a rule matches it.
"""

import functools
import ipaddress
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from bbpkg.connectivity.answers import Step, Verdict
from bbpkg.connectivity.endpoints import Endpoint, PortNumber
from bbpkg.connectivity.selectors import selects
from bbpkg.manifests.fields import field, items, mapping, mappings, text, texts
from bbpkg.manifests.objects import KubernetesObject

Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network
Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address

_NUMBERS = range(1, 65536)


@dataclass(frozen=True, kw_only=True, slots=True)
class PolicyPort:
    """Ports of a rule: a range, a name, or, with neither, all of the protocol."""

    protocol: str
    numbers: range = _NUMBERS
    name: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class PolicyPeer:
    """A block of addresses, or selectors; a selector that is not given is None."""

    block: str = ""
    exceptions: tuple[str, ...] = ()
    namespace_selector: object = None
    pod_selector: object = None


@dataclass(frozen=True, kw_only=True, slots=True)
class PolicyRule:
    """Peers and ports that a policy allows; without peers all, without ports all."""

    peers: tuple[PolicyPeer, ...]
    ports: tuple[PolicyPort, ...]


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class NetworkPolicy:
    """A policy; a direction that it says nothing about is None, one that it closes is empty."""

    name: str
    namespace: str
    selector: object
    ingress: tuple[PolicyRule, ...] | None
    egress: tuple[PolicyRule, ...] | None

    def applies_to(self, endpoint: Endpoint) -> bool:
        """Whether it selects the endpoint."""
        return endpoint.is_pod and endpoint.namespace == self.namespace and selects(self.selector, endpoint.labels)


def network_policies(objects: Iterable[KubernetesObject], namespace: str) -> tuple[NetworkPolicy, ...]:
    """Return the policies among objects; one without a namespace stands in that of the release."""
    found = (item for item in objects if item.kind == "NetworkPolicy" and item.group == "networking.k8s.io")
    return tuple(_policy(item, item.namespace or namespace) for item in found)


def network_step(direction: str, own: Endpoint, other: Endpoint, port: PortNumber, policies: Sequence[NetworkPolicy]) -> Step:
    """Return what the policies of one side say.

    Args:
        direction: `egress` for the side that connects, `ingress` for the one that is connected to.
        own: the side whose policies are asked.
        other: the other side.
        port: the port of the connection; a name in a rule is that of a port of the target.
        policies: all policies that apply to the own side.
    """
    layer = f"NetworkPolicies for {direction} of {own}"
    rules_of = {policy: policy.egress if direction == "egress" else policy.ingress for policy in policies}
    isolating = [(policy, rules) for policy, rules in rules_of.items() if rules is not None]
    if not own.is_pod:
        return Step(layer=layer, verdict=Verdict.ALLOWED, reason="it is no pod that policies select")
    if not isolating:
        return Step(layer=layer, verdict=Verdict.ALLOWED, reason="no policy selects it")
    target = other if direction == "egress" else own
    allowing = tuple(
        f"NetworkPolicy {policy.name}" for policy, rules in isolating if any(_allows(rule, own, other, target, port) for rule in rules)
    )
    if allowing:
        return Step(layer=layer, verdict=Verdict.ALLOWED, reason="a rule allows it", policies=allowing)
    names = tuple(f"NetworkPolicy {policy.name}" for policy, _ in isolating)
    return Step(layer=layer, verdict=Verdict.DENIED, reason="policies select it and no rule of them allows it", policies=names)


def is_in_block(address: str, block: str, exceptions: Iterable[str] = ()) -> bool:
    """Whether an address is in a block and in none of the exceptions; what is no block holds nothing."""
    return _contains(block, address) and not any(_contains(exception, address) for exception in exceptions)


def is_named_peer(rule: PolicyRule, own: Endpoint, other: Endpoint) -> bool:
    """Whether a rule of the own side names the other one, and does not only leave everybody open."""
    return any(_is_peer(peer, own, other) for peer in rule.peers)


def _allows(rule: PolicyRule, own: Endpoint, other: Endpoint, target: Endpoint, port: PortNumber) -> bool:
    return (not rule.ports or any(_is_port(wanted, target, port) for wanted in rule.ports)) and (
        not rule.peers or any(_is_peer(peer, own, other) for peer in rule.peers)
    )


def _is_port(wanted: PolicyPort, target: Endpoint, port: PortNumber) -> bool:
    if wanted.protocol != port.protocol:
        return False
    return target.named_port(wanted.name, port.protocol) == port.number if wanted.name else port.number in wanted.numbers


def _is_peer(peer: PolicyPeer, own: Endpoint, other: Endpoint) -> bool:
    if other.address is not None:
        return bool(peer.block) and is_in_block(other.address, peer.block, peer.exceptions)
    if peer.block:
        return False
    if peer.namespace_selector is None:
        in_namespace = other.namespace == own.namespace
    else:
        in_namespace = selects(peer.namespace_selector, other.namespace_labels)
    return in_namespace and (peer.pod_selector is None or selects(peer.pod_selector, other.labels))


@functools.lru_cache(maxsize=1024)
def _network(block: str) -> Network | None:
    try:
        return ipaddress.ip_network(block, strict=False)
    except ValueError:
        return None


@functools.lru_cache(maxsize=4096)
def _contains(block: str, address: str) -> bool:
    network = _network(block)
    try:
        return network is not None and ipaddress.ip_address(address) in network
    except ValueError:
        return False


def _policy(item: KubernetesObject, namespace: str) -> NetworkPolicy:
    spec = mapping(item.data, "spec")
    # Ingress is meant even where the types are not written; egress where there are rules for it.
    types = texts(spec, "policyTypes") or ("Ingress", *(["Egress"] if items(spec, "egress") else []))
    return NetworkPolicy(
        name=item.name,
        namespace=namespace,
        selector=mapping(spec, "podSelector"),
        ingress=tuple(_rule(rule, "from") for rule in mappings(spec, "ingress")) if "Ingress" in types else None,
        egress=tuple(_rule(rule, "to") for rule in mappings(spec, "egress")) if "Egress" in types else None,
    )


def _rule(rule: object, peers: str) -> PolicyRule:
    return PolicyRule(
        peers=tuple(
            PolicyPeer(
                block=text(peer, "ipBlock", "cidr"),
                exceptions=texts(peer, "ipBlock", "except"),
                namespace_selector=field(peer, "namespaceSelector"),
                pod_selector=field(peer, "podSelector"),
            )
            for peer in mappings(rule, peers)
        ),
        ports=tuple(_port(port) for port in mappings(rule, "ports")),
    )


def _port(port: object) -> PolicyPort:
    protocol, number, end = text(port, "protocol") or "TCP", field(port, "port"), field(port, "endPort")
    if isinstance(number, str):
        return PolicyPort(protocol=protocol, name=number)
    if isinstance(number, int):
        return PolicyPort(protocol=protocol, numbers=range(number, (end if isinstance(end, int) else number) + 1))
    return PolicyPort(protocol=protocol)
