"""How the lists of Kubernetes objects are compared: by a key, as a set of values, or in their order.

Sources: the merge keys and list types of the Kubernetes API reference, and the references of Istio and Prometheus Operator
for their kinds. A list that no rule names is compared in its order.
"""

from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias, cast

Key: TypeAlias = tuple[str, ...]
"""The fields that tell the items of a list apart; a field may be a path with points."""

# The first key that every item has, and no two items share, is used.
_KEYS: Final[Mapping[str, tuple[Key, ...]]] = {
    **dict.fromkeys(("containers", "initContainers", "ephemeralContainers", "volumes", "env", "imagePullSecrets"), (("name",),)),
    **dict.fromkeys(("secrets", "webhooks", "groups", "parameters", "servers", "resourceClaims"), (("name",),)),
    "ports": (("name",), ("port", "protocol"), ("containerPort", "protocol"), ("number", "protocol")),
    "volumeMounts": (("mountPath",),),
    "volumeDevices": (("devicePath",),),
    "volumeClaimTemplates": (("metadata.name",),),
    "conditions": (("type",),),
    "hostAliases": (("ip",),),
    "endpoints": (("port",), ("targetPort",)),
    "topologySpreadConstraints": (("topologyKey", "whenUnsatisfiable"),),
    "ownerReferences": (("uid",),),
    "items": (("key",), ("path",)),
    "matchExpressions": (("key",),),
    "sources": (("secret.name",), ("configMap.name",)),
    "http": (("name",),),
    "valuesFrom": (("kind", "name", "valuesKey"),),
    "dependsOn": (("namespace", "name"), ("name",)),
    "versions": (("name",),),
}
# Alerts and records may share a name; then the rule has no key.
_RULES_OF_PROMETHEUS: Final[tuple[Key, ...]] = (("alert",), ("record",))
_SETS: Final = frozenset(
    {
        *("accessModes", "add", "drop", "apiGroups", "resources", "verbs", "nonResourceURLs", "resourceNames", "subjects", "finalizers"),
        *("hosts", "gateways", "exportTo", "addresses", "policyTypes", "tolerations", "supplementalGroups", "sniHosts", "shortNames"),
        *("principals", "notPrincipals", "namespaces", "notNamespaces", "ipBlocks", "notIpBlocks", "methods", "notMethods", "notPorts"),
        *("paths", "notPaths", "notHosts", "serviceAccounts", "notServiceAccounts", "except", "loadBalancerSourceRanges", "categories"),
        *("mountOptions", "externalIPs", "imagePullPolicies", "operations", "apiVersions", "when"),
    }
)
_SETS_OF_KINDS: Final[Mapping[str, frozenset[str]]] = {
    "NetworkPolicy": frozenset({"ingress", "egress", "from", "to", "ports"}),
    "AuthorizationPolicy": frozenset({"rules", "from", "to", "ports", "values", "notValues"}),
    "Role": frozenset({"rules"}),
    "ClusterRole": frozenset({"rules"}),
    "ServiceMonitor": frozenset({"matchNames"}),
    "PodMonitor": frozenset({"matchNames"}),
}
# Init containers run one after the other; of the others the order means nothing.
_ORDERED: Final = frozenset({"initContainers"})


def is_set(kind: str, path: Key) -> bool:
    """Whether the order of the list at a path of names means nothing and its items have no key."""
    name = path[-1] if path else ""
    return name in _SETS or name in _SETS_OF_KINDS.get(kind, ()) or path[-2:] == ("matchExpressions", "values")


def list_key(kind: str, path: Key, *sides: Sequence[object]) -> Key | None:
    """Return what tells the items of the list at a path apart, on all sides; None when nothing does."""
    name = path[-1] if path else ""
    candidates = _RULES_OF_PROMETHEUS if kind == "PrometheusRule" and name == "rules" else _KEYS.get(name, ())
    return next((key for key in candidates if all(_is_key(key, side) for side in sides)), None)


def item_key(key: Key, item: object) -> str:
    """Return the key of an item as text; protocols that are not written are TCP.

    >>> item_key(("port", "protocol"), {"port": 53, "protocol": "UDP"}), item_key(("name",), {"name": "api"})
    ('53/UDP', 'api')
    """
    return "/".join(str(_at(item, step)) for step in key)


def is_ordered(path: Key, *sides: Sequence[object]) -> bool:
    """Whether the order of a list with a key means something: a variable may refer only to those before it."""
    name = path[-1] if path else ""
    return name in _ORDERED or (name == "env" and any("$(" in str(_at(item, "value")) for side in sides for item in side))


def _is_key(key: Key, items: Sequence[object]) -> bool:
    if not all(isinstance(item, Mapping) and all(_at(item, step) is not None for step in key) for item in items):
        return False
    return len({item_key(key, item) for item in items}) == len(items)


def _at(item: object, path: str) -> object:
    found = item
    for step in path.split("."):
        found = cast("Mapping[str, object]", found).get(step) if isinstance(found, Mapping) else None
    return "TCP" if found is None and path == "protocol" else found
