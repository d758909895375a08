"""What NetworkPolicies let through, by the rules of the Kubernetes API (networking.k8s.io/v1), the slow and obvious way."""

import ipaddress
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chart.rendering import Object


@dataclass(frozen=True, eq=False, kw_only=True)
class Pod:
    """A pod with its labels, in a namespace whose only label is its name."""

    name: str
    namespace: str
    labels: Mapping[str, str]


def selects(selector: Mapping[str, Any] | None, labels: Mapping[str, str]) -> bool:
    """Whether a label selector matches labels; an empty one matches everything."""
    selector = selector or {}
    if any(labels.get(key) != value for key, value in (selector.get("matchLabels") or {}).items()):
        return False
    for term in selector.get("matchExpressions") or ():
        present, value = term["key"] in labels, labels.get(term["key"])
        verdict = {
            "In": present and value in term.get("values", ()),
            "NotIn": not present or value not in term.get("values", ()),
            "Exists": present,
            "DoesNotExist": not present,
        }
        if not verdict[term["operator"]]:
            return False
    return True


def _is_peer(peer: Mapping[str, Any], pod: Pod, own_namespace: str) -> bool:
    if "ipBlock" in peer:
        return False
    if "namespaceSelector" in peer:
        in_namespace = selects(peer["namespaceSelector"], {"kubernetes.io/metadata.name": pod.namespace})
    else:
        in_namespace = pod.namespace == own_namespace
    return in_namespace and ("podSelector" not in peer or selects(peer["podSelector"], pod.labels))


def _has_port(rule: Mapping[str, Any], port: int) -> bool:
    ports = rule.get("ports") or ()
    return not ports or any(
        entry.get("protocol", "TCP") == "TCP" and ("port" not in entry or entry["port"] <= port <= entry.get("endPort", entry["port"]))
        for entry in ports
    )


def _passes(policies: Sequence[Object], direction: str, own: Pod, other: Pod, port: int) -> bool:
    kind, peers = ("Ingress", "from") if direction == "ingress" else ("Egress", "to")
    applying = [
        policy
        for policy in policies
        if policy["metadata"]["namespace"] == own.namespace
        and kind in policy["spec"]["policyTypes"]
        and selects(policy["spec"]["podSelector"], own.labels)
    ]
    if not applying:
        return True
    return any(
        _has_port(rule, port) and (not rule.get(peers) or any(_is_peer(peer, other, own.namespace) for peer in rule[peers]))
        for policy in applying
        for rule in policy["spec"].get(direction) or ()
    )


def may_connect(policies: Sequence[Object], source: Pod, target: Pod, port: int) -> bool:
    """Whether a connection from pod to pod passes both sides."""
    return _passes(policies, "egress", source, target, port) and _passes(policies, "ingress", target, source, port)


def may_leave(policies: Sequence[Object], source: Pod, address: str, port: int) -> bool:
    """Whether a connection from a pod to an address outside of the cluster passes."""
    applying = [p for p in policies if "Egress" in p["spec"]["policyTypes"] and selects(p["spec"]["podSelector"], source.labels)]
    ip = ipaddress.ip_address(address)
    return any(
        _has_port(rule, port)
        and any(
            ip in ipaddress.ip_network(peer["ipBlock"]["cidr"])
            and not any(ip in ipaddress.ip_network(block) for block in peer["ipBlock"].get("except") or ())
            for peer in rule.get("to") or ()
            if "ipBlock" in peer
        )
        for policy in applying
        for rule in policy["spec"].get("egress") or ()
    )
