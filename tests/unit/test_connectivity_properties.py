"""The evaluator agrees with a slow reading of the references, for policies that nobody would write."""

from collections.abc import Mapping
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bbpkg.connectivity.answers import Verdict
from bbpkg.connectivity.authorization import authorization_policies, authorization_step
from bbpkg.connectivity.authorization_rules import Request
from bbpkg.connectivity.endpoints import Endpoint, PortNumber
from bbpkg.connectivity.network_policies import network_policies, network_step
from bbpkg.manifests.objects import KubernetesObject
from connectivity_oracle import Object, authorization_says, network_allows

_KEYS, _VALUES = ("app", "tier"), ("a", "b")
_NAMESPACES = ("one", "two")
_NUMBERS = (80, 443, 8080)
_METHODS = ("GET", "PUT", "DELETE")

_LABELS = st.dictionaries(st.sampled_from(_KEYS), st.sampled_from(_VALUES))
_TERM = st.builds(
    lambda key, operator, values: {"key": key, "operator": operator} | ({"values": values} if operator in {"In", "NotIn"} else {}),
    st.sampled_from(_KEYS),
    st.sampled_from(["In", "NotIn", "Exists", "DoesNotExist"]),
    st.lists(st.sampled_from(_VALUES), min_size=1, max_size=2),
)
# Empty selectors often, so that policies apply and rules match.
_SELECTOR: st.SearchStrategy[dict[str, Any]] = st.one_of(
    st.just({}), st.fixed_dictionaries({}, optional={"matchLabels": _LABELS, "matchExpressions": st.lists(_TERM, max_size=2)})
)
_NAMESPACE_SELECTOR: st.SearchStrategy[dict[str, Any]] = st.one_of(
    st.just({}), st.sampled_from(_NAMESPACES).map(lambda name: {"matchLabels": {"kubernetes.io/metadata.name": name}}), _SELECTOR
)
_BLOCK = st.sampled_from(
    [
        {"cidr": "0.0.0.0/0"},
        {"cidr": "10.0.0.0/8"},
        {"cidr": "0.0.0.0/0", "except": ["10.0.0.0/8", "192.0.2.0/24"]},
        {"cidr": "10.0.0.0/8", "except": ["10.1.0.0/16"]},
        {"cidr": "2001:db8::/32"},
    ]
)
_PEER = st.one_of(
    _BLOCK.map(lambda block: {"ipBlock": block}),
    st.fixed_dictionaries({"podSelector": _SELECTOR}, optional={"namespaceSelector": _NAMESPACE_SELECTOR}),
    st.fixed_dictionaries({"namespaceSelector": _NAMESPACE_SELECTOR}),
)
_PORT = st.one_of(
    st.fixed_dictionaries({}, optional={"protocol": st.sampled_from(["TCP", "UDP"])}),
    st.fixed_dictionaries({"port": st.sampled_from([*_NUMBERS, "http", "dns"])}, optional={"protocol": st.sampled_from(["TCP", "UDP"])}),
    st.fixed_dictionaries({"port": st.just(80), "endPort": st.sampled_from([80, 443, 9000])}),
)


def _rule(peers: str) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional={peers: st.lists(_PEER, max_size=2), "ports": st.lists(_PORT, max_size=2)})


_NETWORK_POLICY = st.builds(
    lambda namespace, spec: {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": "p", "namespace": namespace},
        "spec": spec,
    },
    st.sampled_from(_NAMESPACES),
    st.fixed_dictionaries(
        {"podSelector": _SELECTOR},
        optional={
            "policyTypes": st.sampled_from([["Ingress"], ["Egress"], ["Ingress", "Egress"]]),
            "ingress": st.lists(_rule("from"), max_size=2),
            "egress": st.lists(_rule("to"), max_size=2),
        },
    ),
)


def _pod(namespace: str, labels: Mapping[str, str], account: str) -> Endpoint:
    return Endpoint(
        name="pod",
        namespace=namespace,
        labels=labels,
        namespace_labels={"kubernetes.io/metadata.name": namespace, "tier": "a"},
        service_account=account,
        ports=(("http", PortNumber(8080)), ("dns", PortNumber(80, "UDP"))),
        is_meshed=True,
    )


_POD = st.builds(_pod, st.sampled_from(_NAMESPACES), _LABELS, st.sampled_from(["first", "second"]))
_OUTSIDE = st.sampled_from(["10.1.2.3", "10.2.0.1", "192.0.2.7", "8.8.8.8", "2001:db8::1"]).map(
    lambda address: Endpoint(name=address, address=address)
)
_ANYBODY = st.one_of(_POD, _OUTSIDE)
_ASKED = st.builds(PortNumber, st.sampled_from([*_NUMBERS, 9000, 1]), st.sampled_from(["TCP", "UDP"]))


def _objects(policies: list[dict[str, Any]]) -> list[KubernetesObject]:
    return [
        KubernetesObject(
            api_version=data["apiVersion"],
            kind=data["kind"],
            name=data["metadata"]["name"],
            namespace=data["metadata"]["namespace"],
            data=data,
        )
        for data in policies
    ]


@settings(max_examples=400)
@given(policies=st.lists(_NETWORK_POLICY, max_size=4), source=_ANYBODY, target=_ANYBODY, port=_ASKED)
def test_network_policies(policies: list[dict[str, Any]], source: Endpoint, target: Endpoint, port: PortNumber) -> None:
    parsed = network_policies(_objects(policies), "one")
    for direction, own, other in (("Egress", source, target), ("Ingress", target, source)):
        applying = [policy for policy in parsed if policy.applies_to(own)]
        step = network_step(direction.lower(), own, other, port, applying)
        assert (step.verdict is Verdict.ALLOWED) == network_allows(policies, direction, source, target, port)


_PRINCIPALS = st.lists(
    st.sampled_from(
        [
            "cluster.local/ns/one/sa/first",
            "cluster.local/ns/two/sa/second",
            "cluster.local/ns/one/*",
            "*/sa/first",
            "*",
            "cluster.local/ns/one/sa/fir",
        ]
    ),
    min_size=1,
    max_size=2,
)
_SPACES = st.lists(st.sampled_from(["one", "two", "t*", "*"]), min_size=1, max_size=2)
_SOURCE = st.fixed_dictionaries(
    {}, optional={"principals": _PRINCIPALS, "notPrincipals": _PRINCIPALS, "namespaces": _SPACES, "notNamespaces": _SPACES}
)
_STRING_PORTS = st.lists(st.sampled_from([str(number) for number in _NUMBERS]), min_size=1, max_size=2)
_SOME_METHODS = st.lists(st.sampled_from(_METHODS), min_size=1, max_size=2)
_OPERATION = st.fixed_dictionaries(
    {}, optional={"ports": _STRING_PORTS, "notPorts": _STRING_PORTS, "methods": _SOME_METHODS, "notMethods": _SOME_METHODS}
)
_WHEN = st.one_of(
    st.fixed_dictionaries({"key": st.just("destination.port")}, optional={"values": _STRING_PORTS, "notValues": _STRING_PORTS}),
    st.fixed_dictionaries(
        {"key": st.just("source.namespace")},
        optional={"values": st.just(["one"]), "notValues": st.just(["two"])},
    ),
)
_AUTHORIZATION_RULE = st.fixed_dictionaries(
    {},
    optional={
        "from": st.lists(_SOURCE.map(lambda source: {"source": source}), min_size=1, max_size=2),
        "to": st.lists(_OPERATION.map(lambda operation: {"operation": operation}), min_size=1, max_size=2),
        "when": st.lists(_WHEN, max_size=1),
    },
)
_AUTHORIZATION_POLICY = st.builds(
    lambda namespace, spec: {
        "apiVersion": "security.istio.io/v1",
        "kind": "AuthorizationPolicy",
        "metadata": {"name": "p", "namespace": namespace},
        "spec": spec,
    },
    st.sampled_from([*_NAMESPACES, "istio-system"]),
    st.fixed_dictionaries(
        {},
        optional={
            "action": st.sampled_from(["ALLOW", "DENY", "CUSTOM", "AUDIT"]),
            "selector": st.fixed_dictionaries({"matchLabels": _LABELS}),
            "rules": st.lists(_AUTHORIZATION_RULE, max_size=2),
        },
    ),
)


@settings(max_examples=600)
@given(
    policies=st.lists(_AUTHORIZATION_POLICY, max_size=4),
    source=_POD,
    target=_POD,
    port=st.sampled_from([*_NUMBERS, 1]),
    identity=st.booleans(),
    has_http=st.booleans(),
)
def test_authorization_policies(
    policies: list[dict[str, Any]], source: Endpoint, target: Endpoint, port: int, *, identity: bool, has_http: bool
) -> None:
    applying = [policy for policy in authorization_policies(_objects(policies), "one") if policy.applies_to(target)]
    request = Request(source=source, has_identity=identity, port=PortNumber(port), has_http=has_http)
    verdict = authorization_step(target, request, applying).verdict
    methods = (*_METHODS, "PATCH") if has_http else ("",)
    said = {authorization_says(policies, source, target, port, identity=identity, http=method) for method in methods}
    if has_http and "ethods" in str(policies):
        _agrees(verdict, said)
    else:
        (word,) = said
        assert verdict is {"allow": Verdict.ALLOWED, "deny": Verdict.DENIED, "ask": Verdict.UNKNOWN}[word]


def _agrees(verdict: Verdict, said: set[str]) -> None:
    """That rules for some requests add up to all, or leave none, is not seen; then it is said that some pass."""
    if verdict is Verdict.ALLOWED:
        assert said == {"allow"}
    if verdict is Verdict.DENIED:
        assert said == {"deny"}
    if said == {"deny", "allow"}:
        assert verdict is Verdict.PARTLY
    if "ask" in said:
        assert verdict is Verdict.UNKNOWN


def test_the_strategies_make_objects_that_the_evaluator_sees() -> None:
    metadata = {"name": "p", "namespace": "one"}
    data: Object = {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": metadata, "spec": {}}
    assert len(network_policies(_objects([dict(data)]), "one")) == 1
