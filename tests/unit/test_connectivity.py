"""A package in its cluster: who reaches it in each mode of the mesh, and which policies decide."""

import pytest

from bbpkg.connectivity.answers import Answer, Verdict
from bbpkg.connectivity.cluster import Cluster, answers, ask, cluster_of, mesh_mode
from bbpkg.connectivity.endpoints import OTHER_PORT, MeshMode, PortNumber
from bbpkg.manifests.objects import KubernetesObject, parse_objects

_WEB = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  template:
    metadata: {labels: {app: web}}
    spec:
      serviceAccountName: web
      containers: [{name: web, ports: [{name: http, containerPort: 8080}, {name: db, containerPort: 5432}]}]
"""
_SERVICE = """
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{name: http, port: 80, targetPort: http}, {name: tcp-db, port: 5432}]}
"""
_JOB = """
apiVersion: batch/v1
kind: Job
metadata: {name: fill}
spec: {template: {metadata: {labels: {app: fill}}, spec: {serviceAccountName: fill, containers: [{name: fill}]}}}
"""
_DENY = """
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: deny}
spec: {podSelector: {}, policyTypes: [Ingress, Egress]}
"""
_LET = """
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: fill-to-web}
spec:
  podSelector: {matchLabels: {app: web}}
  ingress: [{from: [{podSelector: {matchLabels: {app: fill}}}], ports: [{port: http}]}]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: fill-out}
spec:
  podSelector: {matchLabels: {app: fill}}
  policyTypes: [Egress]
  egress: [{to: [{podSelector: {matchLabels: {app: web}}}], ports: [{port: 8080}]}]
"""
_STRICT = """
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: {name: strict}
spec: {mtls: {mode: STRICT}}
"""
_CLOSED = """
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: {name: closed}
spec: {outboundTrafficPolicy: {mode: REGISTRY_ONLY}}
"""
_ENTRY = """
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: out}
spec: {hosts: ["*.example.mil", api.example.com], ports: [{number: 443, name: https, protocol: HTTPS}]}
"""


def _authorization(spec: str, name: str = "authz") -> str:
    return f"apiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\nmetadata: {{name: {name}}}\nspec: {spec}\n"


def _objects(*parts: str) -> tuple[KubernetesObject, ...]:
    return parse_objects("---\n".join(parts))


def _cluster(*parts: str, mode: MeshMode = MeshMode.NONE) -> Cluster:
    return cluster_of(_objects(_WEB, _SERVICE, _JOB, *parts), namespace="shop", mode=mode)


def _ask(cluster: Cluster, source: str, target: str, port: int | PortNumber) -> Answer:
    first, second = cluster.endpoint(source), cluster.endpoint(target)
    assert first is not None
    assert second is not None
    return ask(cluster, first, second, port if isinstance(port, PortNumber) else PortNumber(port))


def _decided(answer: Answer) -> list[str]:
    return [name for step in answer.steps if step.verdict is answer.verdict for name in step.policies]


def test_without_policies_everything_is_open() -> None:
    cluster = _cluster()
    assert all(answer.verdict is Verdict.ALLOWED for answer in answers(cluster))


def test_a_policy_that_denies_closes_both_directions_and_is_named() -> None:
    cluster = _cluster(_DENY)
    assert all(not answer.is_open for answer in answers(cluster) if answer.source.is_own or answer.target.is_pod)
    assert _decided(_ask(cluster, "fill", "web", 8080)) == ["NetworkPolicy deny", "NetworkPolicy deny"]


def test_both_sides_must_allow_and_a_name_is_that_of_a_port_of_the_target() -> None:
    cluster = _cluster(_DENY, _LET)
    answer = _ask(cluster, "fill", "web", 8080)
    assert answer.is_open
    assert _decided(answer) == ["NetworkPolicy fill-out", "NetworkPolicy fill-to-web"]
    assert not _ask(cluster, "fill", "web", 5432).is_open
    assert not _ask(_cluster(_DENY, _LET.partition("---")[0]), "fill", "web", 8080).is_open
    assert not _ask(cluster, "stranger", "web", 8080).is_open


def test_a_selector_of_pods_speaks_of_the_namespace_of_its_policy() -> None:
    cluster = _cluster(_DENY.replace("policyTypes: [Ingress, Egress]", "ingress: [{from: [{podSelector: {}}]}]"))
    assert [_ask(cluster, name, "web", 8080).is_open for name in ("fill", "neighbour", "stranger")] == [True, True, False]
    everywhere = _DENY.replace("policyTypes: [Ingress, Egress]", "ingress: [{from: [{namespaceSelector: {}}]}]")
    assert _ask(_cluster(everywhere), "stranger", "web", 8080).is_open


def test_a_tunnelled_connection_needs_the_port_of_the_tunnel() -> None:
    assert not _ask(_cluster(_DENY, _LET, mode=MeshMode.AMBIENT), "fill", "web", 8080).is_open
    with_tunnel = _LET.replace("[{port: http}]", "[{port: http}, {port: 15008}]").replace("[{port: 8080}]", "[{port: 8080}, {port: 15008}]")
    cluster = _cluster(_DENY, with_tunnel, mode=MeshMode.AMBIENT)
    assert _ask(cluster, "fill", "web", 8080).is_open
    # Whoever may use the tunnel reaches every port: what closes them is an AuthorizationPolicy.
    assert _ask(cluster, "fill", "web", 5432).is_open
    rule = '{selector: {matchLabels: {app: web}}, rules: [{to: [{operation: {ports: ["8080"]}}]}]}'
    closed = _cluster(_DENY, with_tunnel, _authorization(rule), mode=MeshMode.AMBIENT)
    assert [_ask(closed, "fill", "web", port).is_open for port in (8080, 5432)] == [True, False]


def test_udp_never_goes_through_the_mesh() -> None:
    cluster = _cluster(_authorization("{}"), mode=MeshMode.AMBIENT)
    assert [_ask(cluster, "fill", "web", PortNumber(53, protocol)).is_open for protocol in ("TCP", "UDP")] == [False, True]


@pytest.mark.parametrize("mode", [MeshMode.SIDECAR, MeshMode.AMBIENT])
def test_strict_refuses_plain_text(mode: MeshMode) -> None:
    cluster = _cluster(_STRICT, mode=mode)
    assert _ask(cluster, "stranger", "web", 8080).is_open
    answer = _ask(cluster, "stranger-without-mesh", "web", 8080)
    assert _decided(answer) == ["PeerAuthentication strict"]
    assert _ask(_cluster(_STRICT.replace("STRICT", "PERMISSIVE"), mode=mode), "stranger-without-mesh", "web", 8080).is_open


def test_the_narrowest_peer_authentication_wins_also_for_one_port() -> None:
    narrow = _STRICT.replace("name: strict", "name: web").replace(
        "{mtls: {mode: STRICT}}", "{selector: {matchLabels: {app: web}}, portLevelMtls: {'5432': {mode: PERMISSIVE}}}"
    )
    cluster = _cluster(_STRICT, narrow, mode=MeshMode.SIDECAR)
    assert [_ask(cluster, "stranger-without-mesh", "web", port).is_open for port in (8080, 5432)] == [False, True]


def test_a_pod_outside_of_the_mesh_is_not_asked_for_identity() -> None:
    plain = _WEB.replace("{labels: {app: web}}", '{labels: {app: web, sidecar.istio.io/inject: "false"}}')
    cluster = cluster_of(_objects(plain, _STRICT, _authorization("{}")), namespace="shop", mode=MeshMode.SIDECAR)
    assert _ask(cluster, "stranger-without-mesh", "web", 8080).is_open


def test_ports_of_the_proxy_and_excluded_ones_pass_it_by() -> None:
    excluding = _WEB.replace(
        "{labels: {app: web}}", '{labels: {app: web}, annotations: {traffic.sidecar.istio.io/excludeInboundPorts: "5432"}}'
    )
    cluster = cluster_of(_objects(excluding, _authorization("{}")), namespace="shop", mode=MeshMode.SIDECAR)
    assert [_ask(cluster, "prometheus", "web", port).is_open for port in (8080, 5432, 15020)] == [False, True, True]


def test_deny_goes_before_allow_and_an_empty_policy_denies() -> None:
    allow = _authorization('{rules: [{from: [{source: {namespaces: ["elsewhere"]}}]}]}', "allow")
    deny = _authorization('{action: DENY, rules: [{to: [{operation: {ports: ["5432"]}}]}]}', "deny")
    cluster = _cluster(_authorization("{}", "nothing"), allow, deny, mode=MeshMode.SIDECAR)
    assert _decided(_ask(cluster, "stranger", "web", 8080))[-1:] == ["AuthorizationPolicy allow"]
    assert _decided(_ask(cluster, "stranger", "web", 5432)) == ["AuthorizationPolicy deny"]
    assert _decided(_ask(cluster, "prometheus", "web", 8080)) == ["AuthorizationPolicy nothing", "AuthorizationPolicy allow"]
    assert not _ask(cluster, "stranger-without-mesh", "web", 8080).is_open


def test_what_a_deny_rule_refuses_in_part_no_allow_policy_opens() -> None:
    deny = _authorization('{action: DENY, rules: [{to: [{operation: {methods: ["GET"]}}]}]}', "deny")
    cluster = _cluster(_authorization("{}", "nothing"), deny, mode=MeshMode.SIDECAR)
    assert _decided(_ask(cluster, "fill", "web", 8080)) == ["AuthorizationPolicy nothing"]


def test_methods_let_some_requests_through_where_http_is_seen() -> None:
    allow = _authorization('{rules: [{to: [{operation: {methods: ["GET"]}}]}]}')
    deny = _authorization('{action: DENY, rules: [{to: [{operation: {methods: ["GET"]}}]}]}')
    sidecar, ambient = _cluster(allow, mode=MeshMode.SIDECAR), _cluster(allow, mode=MeshMode.AMBIENT)
    assert _ask(sidecar, "fill", "web", 8080).verdict is Verdict.PARTLY
    # The Service says that this port speaks no HTTP.
    assert _ask(sidecar, "fill", "web", 5432).verdict is Verdict.DENIED
    assert _ask(ambient, "fill", "web", 8080).verdict is Verdict.DENIED
    assert _ask(_cluster(deny, mode=MeshMode.SIDECAR), "fill", "web", 8080).verdict is Verdict.PARTLY
    assert _ask(_cluster(deny, mode=MeshMode.AMBIENT), "fill", "web", 8080).verdict is Verdict.DENIED


def test_an_external_authorizer_is_unknown() -> None:
    custom = _authorization("{action: CUSTOM, provider: {name: authservice}, rules: [{}]}")
    assert _ask(_cluster(custom, mode=MeshMode.SIDECAR), "fill", "web", 8080).verdict is Verdict.UNKNOWN


@pytest.mark.parametrize(
    "policy",
    [
        _authorization("{action: AUDIT, rules: [{}]}"),
        _authorization("{targetRefs: [{kind: Service, name: web}]}"),
        _authorization("{}").replace("{name: authz}", '{name: authz, annotations: {istio.io/dry-run: "true"}}'),
    ],
)
def test_policies_that_decide_nothing_at_the_pod_are_left_out(policy: str) -> None:
    assert _ask(_cluster(policy, mode=MeshMode.SIDECAR), "fill", "web", 8080).is_open


def test_service_accounts_without_a_namespace_are_those_of_the_policy() -> None:
    cluster = _cluster(
        _authorization('{rules: [{from: [{source: {serviceAccounts: ["fill", "elsewhere/stranger"]}}]}]}'), mode=MeshMode.SIDECAR
    )
    assert [_ask(cluster, name, "web", 8080).is_open for name in ("fill", "stranger", "neighbour")] == [True, True, False]


def test_a_closed_sidecar_reaches_only_what_the_registry_knows() -> None:
    cluster = _cluster(_CLOSED, _ENTRY, mode=MeshMode.SIDECAR)
    assert [_ask(cluster, "fill", name, 443).is_open for name in ("internet", "api.example.com", "*.example.mil")] == [False, True, True]
    assert not _ask(cluster, "fill", "api.example.com", 80).is_open
    assert [_ask(cluster, "fill", "web", port).is_open for port in (8080, 5432, 9999)] == [True, True, False]
    assert _ask(_cluster(_CLOSED, mode=MeshMode.AMBIENT), "fill", "internet", 443).is_open


def test_the_hosts_of_a_sidecar_limit_whom_it_reaches() -> None:
    cluster = _cluster(_CLOSED.replace("{outbound", '{egress: [{hosts: ["istio-system/*"]}], outbound'), mode=MeshMode.SIDECAR)
    assert [_ask(cluster, "fill", name, port).is_open for name, port in (("web", 8080), ("istiod", 15012))] == [False, True]
    own = _cluster(_CLOSED.replace("{outbound", '{egress: [{hosts: ["./web.shop.svc.cluster.local"]}], outbound'), mode=MeshMode.SIDECAR)
    assert [_ask(own, "fill", name, port).is_open for name, port in (("web", 8080), ("istiod", 15012))] == [True, False]


def test_an_entry_of_another_namespace_is_known_only_where_it_is_exported() -> None:
    hidden = _ENTRY.replace("{name: out}", "{name: out, namespace: other}").replace("{hosts", "{exportTo: [.], hosts")
    assert not _ask(_cluster(_CLOSED, hidden, mode=MeshMode.SIDECAR), "fill", "api.example.com", 443).is_open


def test_a_block_speaks_of_addresses_and_not_of_pods() -> None:
    block = _DENY.replace("policyTypes: [Ingress, Egress]", "egress: [{to: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}}]}]")
    cluster = _cluster(block)
    reached = {name: _ask(cluster, "fill", name, 443).is_open for name in ("10.0.0.0/8", "10.1.0.0/16", "internet", "stranger")}
    assert reached == {"10.0.0.0/8": True, "10.1.0.0/16": False, "internet": False, "stranger": False}


def test_a_pod_on_the_network_of_its_node_is_an_address() -> None:
    host = _WEB.replace("serviceAccountName: web", "hostNetwork: true")
    cluster = cluster_of(_objects(host, _DENY), namespace="shop", mode=MeshMode.NONE)
    assert _ask(cluster, "stranger", "web", 8080).is_open


def test_peers_that_policies_name_are_there() -> None:
    logs = _LET.replace(
        "{podSelector: {matchLabels: {app: fill}}}]", "{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: logging}}}]", 1
    )
    policy = _authorization('{rules: [{from: [{source: {principals: ["cluster.local/ns/logging/sa/shipper"]}}]}]}')
    cluster = _cluster(logs, policy, mode=MeshMode.SIDECAR)
    peer = cluster.endpoint("logging/*")
    assert peer is not None
    assert peer.principal == "cluster.local/ns/logging/sa/shipper"
    assert _ask(cluster, "logging/*", "web", 8080).is_open


def test_ports_are_those_declared_those_in_rules_and_all_others_as_one() -> None:
    cluster = _cluster(_DENY, _LET.replace("{port: http}", "{port: 9000, endPort: 9010}"))
    target = cluster.endpoint("web")
    assert target is not None
    assert cluster.ports(target) == (*map(PortNumber, (5432, 8080, 9000, 9010)), OTHER_PORT)
    assert str(OTHER_PORT) == "other ports"


def test_equal_names_of_two_kinds_are_told_apart() -> None:
    both = _objects(_WEB, _JOB.replace("name: fill}\n", "name: web}\n"))
    cluster = cluster_of(both, namespace="shop", mode=MeshMode.NONE)
    assert [endpoint.name for endpoint in cluster.endpoints if endpoint.is_own] == ["Deployment/web", "Job/web"]


@pytest.mark.parametrize(
    ("parts", "mode"),
    [
        ((_DENY,), MeshMode.NONE),
        ((_DENY, _STRICT), MeshMode.SIDECAR),
        (
            (_DENY.replace("policyTypes: [Ingress, Egress]", "ingress: [{from: [{ipBlock: {cidr: 169.254.7.127/32}}]}]"), _STRICT),
            MeshMode.AMBIENT,
        ),
    ],
)
def test_the_mode_is_told_by_the_objects(parts: tuple[str, ...], mode: MeshMode) -> None:
    assert mesh_mode(_objects(*parts)) is mode


def test_nonsense_is_no_crash() -> None:
    nonsense = [
        "{podSelector: 1, ingress: 2, egress: [3, {to: [4, {ipBlock: {cidr: x}}], ports: [5, {port: true}]}]}",
        "{podSelector: {matchExpressions: [{key: 1}]}}",
    ]
    policies = [_DENY.replace("{podSelector: {}, policyTypes: [Ingress, Egress]}", text) for text in nonsense]
    rules = _authorization("{rules: [1, {from: [2], to: 3, when: [{key: 4}]}], selector: 5}")
    assert list(answers(_cluster(*policies, rules, _CLOSED.replace("{outbound", "{egress: 1, outbound"), mode=MeshMode.SIDECAR)))
