"""Policies, mesh and routes of the chart: what may talk to whom equals the architecture, in every mode of the mesh."""

import functools
from collections.abc import Iterator, Mapping
from itertools import product
from pathlib import Path

import pytest

from bbpkg.model.package import Component
from bbpkg.model.values import defaults
from bbpkg.model.variants import Variant
from bbpkg.plan.values_tree import values_tree
from chart.cases import EDITIONS
from chart.network_policies import Pod, may_connect, may_leave, selects
from chart.rendering import KUBE_VERSIONS, Case, Object, Values, chart, kubeconform, merged, parse, run_helm, tree
from packages import package

MESH_APIS = ("networking.istio.io/v1", "security.istio.io/v1", "monitoring.coreos.com/v1", "k8s.cni.cncf.io/v1")
_MESH: Values = {"bb-common": {"istio": {"enabled": True}}}
_AUTHORIZED: Values = {"bb-common": {"istio": {"authorizationPolicies": {"enabled": True, "generateFromNetpol": True}}}}
MODES: Mapping[str, Values] = {
    "none": {},
    "permissive": merged(_MESH, {"bb-common": {"istio": {"mtls": {"mode": "PERMISSIVE"}}}}),
    "strict": _MESH,
    "hardened": merged(_MESH, _AUTHORIZED, {"bb-common": {"istio": {"sidecar": {"enabled": True}}}}),
    "ambient": merged(
        _MESH,
        _AUTHORIZED,
        {"bb-common": {"istio": {"ambient": {"enabled": True}}, "networkPolicies": {"hbonePortInjection": {"enabled": True}}}},
    ),
}
_MONITORED: Values = {"global": {"monitoring": {"enabled": True}}}
_OPENSHIFT: Values = {"openshift": True}
ISTIO_KINDS = {"VirtualService", "ServiceEntry", "Sidecar", "PeerAuthentication", "AuthorizationPolicy"}


def _cases() -> Iterator[Case]:
    for edition, mode, is_monitored, is_openshift in product(EDITIONS, MODES, (False, True), (False, True)):
        extras = [values for values, is_on in ((_MONITORED, is_monitored), (_OPENSHIFT, is_openshift)) if is_on]
        name = "-".join([edition, mode, *(["monitored"] if is_monitored else []), *(["openshift"] if is_openshift else [])])
        yield Case(name=name, values=merged(EDITIONS[edition], MODES[mode], *extras))


CASES = tuple(_cases())
PLAIN = tuple(case for case in CASES if "monitored" not in case.name and "openshift" not in case.name)
every_case = pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
each_mode = pytest.mark.parametrize("case", PLAIN, ids=[case.name for case in PLAIN])


@functools.cache
def manifests(case: Case) -> str:
    apis = [part for api in MESH_APIS for part in ("--api-versions", api)]
    done = run_helm(
        "helm", "template", case.release, str(chart()), "--namespace", case.namespace, "--kube-version", "1.34.0", *apis, values=case.values
    )
    assert done.exit_code == 0, done.stderr
    return done.stdout


@functools.cache
def objects(case: Case) -> tuple[Object, ...]:
    return parse(manifests(case), case.name)


def of_kind(case: Case, *kinds: str) -> list[Object]:
    return [item for item in objects(case) if item["kind"] in kinds]


def pods(case: Case) -> dict[str, Pod]:
    """The pods of the workloads by component."""
    found = {}
    for item in of_kind(case, "Deployment", "StatefulSet"):
        labels = item["spec"]["template"]["metadata"]["labels"]
        found[labels["app.kubernetes.io/component"]] = Pod(name=item["metadata"]["name"], namespace=case.namespace, labels=labels)
    return found


def variant(case: Case) -> Variant:
    edition = package("anchore").edition(case.edition)
    return Variant(edition.name, edition.default_release)


def service_ports(component: Component, chosen: Variant) -> set[int]:
    return {port.number for port in component.service_ports if chosen in port.variants}


def architecture(case: Case) -> set[tuple[str, str, int]]:
    """Every connection that the definition draws: from, to, port."""
    model, chosen = package("anchore"), variant(case)
    stores = {"postgresql": 5432, "redis": 6379}
    found = set()
    for component in model.components:
        if chosen not in component.variants:
            continue
        for link in component.links:
            if chosen in link.variants:
                found.add((component.name, link.to, model.component(link.to).port(link.port).number))
        for use in component.backends:
            kind = model.backend(use.name).kind
            if chosen in use.variants and kind in stores:
                found.add((component.name, use.name, stores[kind]))
    return found


@every_case
def test_passes_kubeconform_with_the_resources_of_the_mesh(case: Case, schemas: Path) -> None:
    verdict = kubeconform(manifests(case), KUBE_VERSIONS[1], schemas)
    assert verdict.get("resources", []) == []
    assert verdict["summary"] == {"valid": len(objects(case)), "invalid": 0, "errors": 0, "skipped": 0}


@every_case
def test_no_two_objects_have_the_same_name(case: Case) -> None:
    names = [(item["apiVersion"], item["kind"], item["metadata"]["name"]) for item in objects(case)]
    assert sorted(names) == sorted(set(names))


@every_case
def test_objects_of_the_mesh_exist_only_with_a_mesh(case: Case) -> None:
    kinds = {item["kind"] for item in objects(case)} & ISTIO_KINDS
    if "-none" in case.name:
        assert kinds == set()
    else:
        assert {"VirtualService", "PeerAuthentication"} <= kinds


@each_mode
def test_pods_of_the_release_talk_as_the_architecture_says_and_not_otherwise(case: Case) -> None:
    policies, running, model, chosen = of_kind(case, "NetworkPolicy"), pods(case), package("anchore"), variant(case)
    listening = {name: {5432} if "database" in name else {6379} for name in running if name not in {c.name for c in model.components}}
    listening |= {c.name: service_ports(c, chosen) for c in model.components if c.name in running}
    assert set(listening) == set(running)
    allowed = {
        (source, target, port)
        for source, target in product(running, running)
        if source != target
        for port in listening[target]
        if may_connect(policies, running[source], running[target], port)
    }
    assert allowed == architecture(case)


@each_mode
def test_a_stranger_reaches_no_pod_and_is_reached_by_none(case: Case) -> None:
    policies = of_kind(case, "NetworkPolicy")
    strangers = [
        Pod(name="stranger", namespace="elsewhere", labels={"app.kubernetes.io/name": "anchore-api"}),
        Pod(name="neighbour", namespace=case.namespace, labels={"app.kubernetes.io/name": "stranger"}),
    ]
    for stranger, pod, port in product(strangers, pods(case).values(), (80, 443, 3000, 5432, 6379, 8082, 8228)):
        assert not may_connect(policies, stranger, pod, port), f"{stranger.name} reaches {pod.name}:{port}"
        assert not may_connect(policies, pod, stranger, port), f"{pod.name} reaches {stranger.name}:{port}"


@pytest.mark.parametrize("is_monitored", [False, True])
@pytest.mark.parametrize("edition", EDITIONS)
def test_prometheus_reaches_every_metrics_port_only_where_there_is_monitoring(edition: str, *, is_monitored: bool) -> None:
    case = next(case for case in CASES if case.name == f"{edition}-hardened" + ("-monitored" if is_monitored else ""))
    prometheus = Pod(name="prometheus", namespace="monitoring", labels={"app.kubernetes.io/name": "prometheus"})
    running, chosen = pods(case), variant(case)
    for component in package("anchore").components:
        if component.name not in running:
            continue
        for port in component.service_ports:
            if chosen in port.variants and port.metrics_path:
                assert _takes(case, prometheus, running[component.name], port.number) is is_monitored


def _takes(case: Case, source: Pod, target: Pod, port: int) -> bool:
    """Whether a pod takes a connection of a pod whose own policies are not known."""
    ingress = [
        {**policy, "spec": {**policy["spec"], "policyTypes": ["Ingress"]}}
        for policy in of_kind(case, "NetworkPolicy")
        if "Ingress" in policy["spec"]["policyTypes"]
    ]
    return may_connect(ingress, source, target, port)


@pytest.mark.parametrize("edition", EDITIONS)
def test_the_gateway_reaches_what_routes_expose(edition: str) -> None:
    case = next(case for case in CASES if case.name == f"{edition}-strict")
    labels = {"app.kubernetes.io/name": "public-ingressgateway", "istio": "ingressgateway"}
    gateway = Pod(name="gateway", namespace="istio-gateway", labels=labels)
    exposed = {name: _takes(case, gateway, pod, 3000 if name == "ui" else 8228) for name, pod in pods(case).items()}
    assert {name for name, is_open in exposed.items() if is_open} == ({"api", "ui"} if edition == "enterprise" else {"api"})


@every_case
def test_every_selector_selects_a_pod(case: Case) -> None:
    running = [pod.labels for pod in pods(case).values()]
    for item in of_kind(case, "NetworkPolicy", "AuthorizationPolicy"):
        spec = item["spec"]
        selector = spec["podSelector"] if item["kind"] == "NetworkPolicy" else spec.get("selector")
        assert any(selects(selector, labels) for labels in running), f"{item['kind']} {item['metadata']['name']} selects nothing"


@every_case
def test_every_destination_of_a_route_is_a_service_with_that_port(case: Case) -> None:
    services = {item["metadata"]["name"]: {port["port"] for port in item["spec"]["ports"]} for item in of_kind(case, "Service")}
    for route in of_kind(case, "VirtualService"):
        for entry in route["spec"]["http"]:
            for target in entry["route"]:
                assert target["destination"]["port"]["number"] in services[target["destination"]["host"]]


@pytest.mark.parametrize("edition", EDITIONS)
def test_the_gateway_answers_metrics_with_403(edition: str) -> None:
    case = next(case for case in CASES if case.name == f"{edition}-strict")
    (route,) = [item for item in of_kind(case, "VirtualService") if item["metadata"]["name"] == "anchore-api"]
    first = route["spec"]["http"][0]
    assert {match["uri"]["prefix"] for match in first["match"]} == {"/metrics", "/v1/metrics"}
    assert first["fault"]["abort"] == {"httpStatus": 403, "percentage": {"value": 100}}


@pytest.mark.parametrize("edition", EDITIONS)
def test_in_a_hardened_mesh_every_link_is_authorized(edition: str) -> None:
    case = next(case for case in CASES if case.name == f"{edition}-hardened")
    running = pods(case)
    accounts = {
        item["spec"]["template"]["metadata"]["labels"]["app.kubernetes.io/component"]: item["spec"]["template"]["spec"][
            "serviceAccountName"
        ]
        for item in of_kind(case, "Deployment", "StatefulSet")
    }
    for source, target, port in architecture(case):
        principal = f"cluster.local/ns/{case.namespace}/sa/{accounts[source]}"
        assert any(
            selects(policy["spec"].get("selector"), running[target].labels)
            and principal in rule["from"][0]["source"].get("principals", ())
            and str(port) in rule["to"][0]["operation"]["ports"]
            for policy in of_kind(case, "AuthorizationPolicy")
            for rule in policy["spec"].get("rules") or ()
            if rule.get("from") and rule.get("to")
        ), f"{source} -> {target}:{port}"


MESH_TLS: Values = {
    "caFile": "/etc/prom-certs/root-cert.pem",
    "certFile": "/etc/prom-certs/cert-chain.pem",
    "keyFile": "/etc/prom-certs/key.pem",
    "insecureSkipVerify": True,
}


@pytest.mark.parametrize(
    ("mode", "scheme", "tls"),
    [
        ("none", "http", None),
        ("permissive", "http", None),
        ("strict", "https", MESH_TLS),
        ("hardened", "https", MESH_TLS),
        ("ambient", "http", None),
    ],
)
@pytest.mark.parametrize("edition", EDITIONS)
def test_scrapes_bring_the_certificates_of_the_mesh_behind_strict_sidecars_alone(
    edition: str, mode: str, scheme: str, tls: Values | None
) -> None:
    case = next(case for case in CASES if case.name == f"{edition}-{mode}-monitored")
    found = [
        (endpoint["scheme"], endpoint.get("tlsConfig"))
        for item in of_kind(case, "ServiceMonitor")
        for endpoint in item["spec"]["endpoints"]
    ]
    assert len(found) >= 5
    assert all(pair == (scheme, tls) for pair in found)


@pytest.mark.parametrize(
    ("given", "scheme", "tls"),
    [
        ({"scheme": "http"}, "http", None),
        ({"scheme": "https"}, "https", MESH_TLS),
        ({"tlsConfig": {"caFile": "/certs/ca.pem"}}, "https", {"caFile": "/certs/ca.pem"}),
        ({"scheme": "http", "tlsConfig": {"caFile": "/certs/ca.pem"}}, "http", {"caFile": "/certs/ca.pem"}),
    ],
    ids=["plain", "mesh", "own-certificates", "both"],
)
def test_what_values_say_of_scrapes_wins_over_what_the_mesh_asks(given: Values, scheme: str, tls: Values | None) -> None:
    case = next(case for case in CASES if case.name == "engine-strict-monitored")
    case = Case(name="given", values=merged(case.values, {"monitoring": {"serviceMonitor": given}}))
    found = [
        (endpoint["scheme"], endpoint.get("tlsConfig"))
        for item in of_kind(case, "ServiceMonitor")
        for endpoint in item["spec"]["endpoints"]
    ]
    assert found
    assert all(pair == (scheme, tls) for pair in found)


def test_ambient_mode_assumes_no_sidecar() -> None:
    case = next(case for case in CASES if case.name == "enterprise-ambient-monitored")
    assert of_kind(case, "Sidecar") == []
    assert any(policy["metadata"]["name"] == "default-ingress-allow-ambient-kubelet" for policy in of_kind(case, "NetworkPolicy"))
    for policy in of_kind(case, "NetworkPolicy"):
        for direction, peers in (("ingress", "from"), ("egress", "to")):
            for rule in policy["spec"].get(direction) or ():
                if rule.get("ports") and any("podSelector" in peer or "namespaceSelector" in peer for peer in rule.get(peers) or ()):
                    name = policy["metadata"]["name"]
                    is_default = name.startswith("default-")
                    assert is_default or {"port": 15008, "protocol": "TCP"} in rule["ports"], name
    assert "istio-injection" not in manifests(case)
    assert "sidecar.istio.io" not in manifests(case)


OVERLAYS = {
    "engine": ("external-database", "s3-keys", "archive"),
    "enterprise": ("enterprise", "external-database", "external-enterprise-stores", "s3-keys"),
}


@pytest.mark.parametrize("edition", OVERLAYS)
def test_external_stores_are_reached_by_their_users_and_nothing_else_leaves(edition: str, schemas: Path) -> None:
    files = [part for name in OVERLAYS[edition] for part in ("--values", str(tree() / f"overlays/chart/{name}.yaml"))]
    apis = [part for api in MESH_APIS for part in ("--api-versions", api)]
    base = merged(EDITIONS[edition], MODES["hardened"])
    done = run_helm(
        "helm", "template", "anchore", str(chart()), "--namespace", "anchore", "--kube-version", "1.34.0", *files, *apis, values=base
    )
    assert done.exit_code == 0, done.stderr
    assert kubeconform(done.stdout, KUBE_VERSIONS[1], schemas)["summary"]["invalid"] == 0
    found = parse(done.stdout, edition)
    policies = [item for item in found if item["kind"] == "NetworkPolicy"]
    assert not [item for item in found if item["kind"] == "StatefulSet"]
    model = package("anchore")
    external = {"database", "redis", "object-storage"} if edition == "enterprise" else {"database", "object-storage", "analysis-archive"}
    for item in found:
        if item["kind"] != "Deployment":
            continue
        labels = item["spec"]["template"]["metadata"]["labels"]
        pod = Pod(name=item["metadata"]["name"], namespace="anchore", labels=labels)
        uses = {use.name for use in model.component(labels["app.kubernetes.io/component"]).backends}
        databases = uses & {"database", "feeds-database"}
        assert may_leave(policies, pod, "10.1.2.3", 5432) is bool(databases), pod.name
        assert may_leave(policies, pod, "10.1.2.3", 6379) is ("redis" in uses & external), pod.name
        assert not may_leave(policies, pod, "169.254.169.254", 443), pod.name
        assert not may_leave(policies, pod, "203.0.113.9", 5432), pod.name
    hosts = {host for item in found if item["kind"] == "ServiceEntry" for host in item["spec"]["hosts"]}
    assert {"anchore-db.example.mil", "s3.example.mil"} <= hosts


def test_the_official_chart_takes_values_without_templates_where_it_takes_none() -> None:
    from_oci = run_official("enterprise")
    text = from_oci["bb-common"]
    switches = list(_switches(text))
    assert switches
    assert all(isinstance(switch, bool) for switch in switches)
    assert "{{" not in str(text["routes"]["inbound"]["anchore-api"]["http"])


def run_official(edition: str) -> Object:
    return defaults(values_tree(package("anchore"), edition))


def _switches(values: Object) -> Iterator[object]:
    for direction, side, peer in (("ingress", "to", "from"), ("egress", "from", "to")):
        for local in values["networkPolicies"][direction][side].values():
            for leaves in local[peer].values():
                yield from leaves.values()
    for kind in ("inbound", "outbound"):
        for route in values["routes"][kind].values():
            yield route["enabled"]
