"""Who may connect, by reading the references of Kubernetes and Istio aloud: slow, without preparation, on plain dictionaries."""

import ipaddress
from collections.abc import Mapping, Sequence
from typing import Any

from bbpkg.connectivity.endpoints import Endpoint, PortNumber

Object = Mapping[str, Any]


def has_labels(selector: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    """Whether a label selector matches."""
    for key, value in selector.get("matchLabels", {}).items():
        if key not in labels or labels[key] != value:
            return False
    for term in selector.get("matchExpressions", []):
        key, values = term["key"], term.get("values", [])
        if term["operator"] == "In" and not (key in labels and labels[key] in values):
            return False
        if term["operator"] == "NotIn" and key in labels and labels[key] in values:
            return False
        if term["operator"] == "Exists" and key not in labels:
            return False
        if term["operator"] == "DoesNotExist" and key in labels:
            return False
    return True


def in_block(address: str, block: Mapping[str, Any]) -> bool:
    """Whether an address is in an ipBlock."""
    ip = ipaddress.ip_address(address)
    if ip not in ipaddress.ip_network(block["cidr"]):
        return False
    return all(ip not in ipaddress.ip_network(exception) for exception in block.get("except", []))


def network_allows(policies: Sequence[Object], direction: str, source: Endpoint, target: Endpoint, port: PortNumber) -> bool:
    """Whether the NetworkPolicies of one side let a connection through."""
    own, other = (source, target) if direction == "Egress" else (target, source)
    if own.address is not None:
        return True
    isolated = False
    for policy in policies:
        spec = policy["spec"]
        types = spec.get("policyTypes") or (["Ingress", "Egress"] if spec.get("egress") else ["Ingress"])
        if policy["metadata"]["namespace"] != own.namespace or direction not in types or not has_labels(spec["podSelector"], own.labels):
            continue
        isolated = True
        for rule in spec.get(direction.lower(), []):
            if _peers_match(rule.get("to" if direction == "Egress" else "from", []), own, other) and _ports_match(rule, target, port):
                return True
    return not isolated


def _peers_match(peers: Sequence[Mapping[str, Any]], own: Endpoint, other: Endpoint) -> bool:
    if not peers:
        return True
    for peer in peers:
        if "ipBlock" in peer:
            if other.address is not None and in_block(other.address, peer["ipBlock"]):
                return True
            continue
        if other.address is not None:
            continue
        same = other.namespace == own.namespace
        place = has_labels(peer["namespaceSelector"], other.namespace_labels) if "namespaceSelector" in peer else same
        if place and has_labels(peer.get("podSelector", {}), other.labels):
            return True
    return False


def _ports_match(rule: Mapping[str, Any], target: Endpoint, port: PortNumber) -> bool:
    if not rule.get("ports"):
        return True
    for entry in rule["ports"]:
        if entry.get("protocol", "TCP") != port.protocol:
            continue
        if "port" not in entry:
            return True
        if isinstance(entry["port"], str):
            if any(name == entry["port"] and known == port for name, known in target.ports):
                return True
        elif entry["port"] <= port.number <= entry.get("endPort", entry["port"]):
            return True
    return False


def authorization_says(policies: Sequence[Object], source: Endpoint, target: Endpoint, port: int, *, identity: bool, http: str) -> str:
    """Return `deny`, `allow` or `ask`, for one request of which HTTP says `http` (a method), or nothing where it is empty."""
    applying = []
    for policy in policies:
        in_namespace = policy["metadata"]["namespace"] in {target.namespace, "istio-system"}
        if in_namespace and has_labels(policy["spec"].get("selector", {}), target.labels):
            applying.append(policy["spec"] | {"at": policy["metadata"]["namespace"]})
    verdict = "allow"
    for spec in applying:
        if spec.get("action") == "CUSTOM" and _any_rule(spec, source, port, identity=identity, http=http):
            verdict = "ask"
    for spec in applying:
        if spec.get("action") == "DENY" and _any_rule(spec, source, port, identity=identity, http=http):
            return "deny"
    allowing = [spec for spec in applying if spec.get("action", "ALLOW") == "ALLOW"]
    if allowing and not any(_any_rule(spec, source, port, identity=identity, http=http) for spec in allowing):
        return "deny"
    return verdict


def _any_rule(spec: Mapping[str, Any], source: Endpoint, port: int, *, identity: bool, http: str) -> bool:
    is_allow = spec.get("action", "ALLOW") == "ALLOW"
    for rule in spec.get("rules", []):
        operations = [entry["operation"] for entry in rule.get("to", [])]
        if not http and is_allow and any({"methods", "notMethods"} & set(operation) for operation in operations):
            continue
        sources = [entry["source"] for entry in rule.get("from", [])]
        if sources and not any(_is_source(entry, source, identity=identity) for entry in sources):
            continue
        if operations and not any(_is_operation(operation, port, http) for operation in operations):
            continue
        if all(_holds(term, source, port, identity=identity) for term in rule.get("when", [])):
            return True
    return False


def _is_source(entry: Mapping[str, Any], source: Endpoint, *, identity: bool) -> bool:
    principal = f"cluster.local/ns/{source.namespace}/sa/{source.service_account}" if identity else ""
    namespace = source.namespace if identity else ""
    for key, value in (("principals", principal), ("namespaces", namespace)):
        if key in entry and not any(_like(value, pattern) for pattern in entry[key]):
            return False
        unwanted = f"not{key.capitalize()}"
        if unwanted in entry and any(_like(value, pattern) for pattern in entry[unwanted]):
            return False
    return True


def _like(value: str, pattern: str) -> bool:
    if not value:
        return False
    if pattern.startswith("*"):
        return value.endswith(pattern[1:])
    return value.startswith(pattern[:-1]) if pattern.endswith("*") else value == pattern


def _is_operation(operation: Mapping[str, Any], port: int, http: str) -> bool:
    if "ports" in operation and str(port) not in operation["ports"]:
        return False
    if "notPorts" in operation and str(port) in operation["notPorts"]:
        return False
    if not http:
        return True
    if "methods" in operation and http not in operation["methods"]:
        return False
    return not ("notMethods" in operation and http in operation["notMethods"])


def _holds(term: Mapping[str, Any], source: Endpoint, port: int, *, identity: bool) -> bool:
    if term["key"] == "destination.port":
        return ("values" not in term or str(port) in term["values"]) and str(port) not in term.get("notValues", [])
    assert term["key"] == "source.namespace"
    value = source.namespace if identity else ""
    return ("values" not in term or value in term["values"]) and not (value and value in term.get("notValues", []))
