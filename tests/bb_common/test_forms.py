"""The ways to use the chart: on its own, as a subchart (nested form), as a library (flat form); never both forms at once."""

import json
from pathlib import Path

import pytest

from bb_common.contract_case import ISTIO_APIS, Values
from bb_common.rendering import CHART, find_helm, find_helms, render, run_template, write_package

LIBRARY = {
    "bigbang/network-policies.yaml": '{{ include "bb-common.network-policies.render" . }}',
    "bigbang/istio.yaml": '{{ include "bb-common.istio.render" . }}',
    "bigbang/routes.yaml": '{{ include "bb-common.routes.render" . }}',
    "bigbang/self-test.yaml": '{{ include "bb-common.utils.self-test" . }}',
}
VALUES: Values = {
    "istio": {"enabled": True, "ambient": {"enabled": True}, "authorizationPolicies": {"enabled": True, "generateFromNetpol": True}},
    "networkPolicies": {
        "enabled": True,
        "ingress": {"to": {"api:8080": {"from": {"k8s": {"sa@monitoring/prometheus": True}}}}},
        "egress": {"from": {"*": {"to": {"definition": {"kubeAPI": True}}}}},
    },
    "routes": {
        "inbound": {"app": {"enabled": True, "gateways": ["istio-gateway/public"], "hosts": ["a.b"], "service": "x", "port": 8080}},
        "outbound": {"github": {"enabled": True, "hosts": ["github.com"]}},
    },
    "selfTest": {"bb-common.network-policies.name-cidr": "10.0.0.0/8"},
}
KINDS = {"AuthorizationPolicy", "NetworkPolicy", "PeerAuthentication", "ServiceEntry", "TestResult", "VirtualService"}

helms = pytest.mark.parametrize("helm", find_helms(), ids=lambda path: path.name)


@pytest.fixture
def library(tmp_path: Path) -> Path:
    return write_package(tmp_path / "package", templates=LIBRARY)


@pytest.fixture
def nested(tmp_path: Path) -> Path:
    return write_package(tmp_path / "package")


def in_order(objects: list[Values]) -> list[Values]:
    return sorted(objects, key=lambda value: (value["kind"], value["metadata"]["name"]))


@helms
def test_all_forms_render_the_same_objects(helm: Path, tmp_path: Path) -> None:
    alone = render(helm, CHART, VALUES, api_versions=ISTIO_APIS)
    nested = render(helm, write_package(tmp_path / "nested"), {"bb-common": VALUES}, api_versions=ISTIO_APIS)
    flat = render(helm, write_package(tmp_path / "flat", templates=LIBRARY), VALUES, api_versions=ISTIO_APIS)

    assert {value["kind"] for value in alone} == KINDS
    assert in_order(nested) == in_order(alone)
    assert in_order(flat) == in_order(alone)


@helms
def test_rendering_twice_gives_the_same_bytes(helm: Path) -> None:
    first, second = (run_template(helm, CHART, VALUES, api_versions=ISTIO_APIS) for _ in range(2))
    assert first.stdout == second.stdout


def test_nested_form_takes_what_the_umbrella_passes(nested: Path) -> None:
    common: Values = {
        "global": {"domain": "dev.bigbang.mil", "monitoring": {"enabled": True}},
        "bb-common": {
            "istio": {
                "enabled": True,
                "ambient": {"enabled": True},
                "sidecar": {"enabled": False},
                "authorizationPolicies": {"enabled": True, "generateFromNetpol": True},
            },
            "networkPolicies": {
                "enabled": True,
                "hbonePortInjection": {"enabled": True},
                "ingress": {"definitions": {"kubeAPI": {"from": [{"ipBlock": {"cidr": "10.0.0.0/8"}}]}}},
                "egress": {"definitions": {"sso": {"to": [{"ipBlock": {"cidr": "0.0.0.0/0"}}]}}},
            },
        },
    }
    names = {value["metadata"]["name"] for value in render(find_helm(), nested, common, api_versions=ISTIO_APIS)}
    assert names == {
        "default-authz-allow-all-in-ns",
        "default-authz-allow-nothing",
        "default-egress-allow-all-in-ns",
        "default-egress-allow-istiod",
        "default-egress-allow-kube-dns",
        "default-egress-deny-all",
        "default-ingress-allow-all-in-ns",
        "default-ingress-allow-ambient-kubelet",
        "default-ingress-allow-prometheus-to-istio-sidecar",
        "default-ingress-deny-all",
        "default-peer-auth",
    }


def test_nested_form_reads_global_values_in_templates(nested: Path) -> None:
    route = {"enabled": '{{ eq .Values.global.edition "engine" }}', "hosts": ["app.{{ .Values.global.domain }}"]}
    values: Values = {
        "global": {"domain": "dev.bigbang.mil", "edition": "engine"},
        "bb-common": {"routes": {"outbound": {"app": route}}},
    }
    (entry,) = render(find_helm(), nested, values, api_versions=ISTIO_APIS)
    assert entry["spec"]["hosts"] == ["app.dev.bigbang.mil"]


@pytest.mark.parametrize(
    ("alias", "path"), [("bb-common", 'bb-common.networkPolicies.egress.from."app:1"'), ("net", 'net.networkPolicies.egress.from."app:1"')]
)
def test_message_names_the_path_as_the_package_writes_it(tmp_path: Path, alias: str, path: str) -> None:
    package = write_package(tmp_path / "package", [alias])
    process = run_template(find_helm(), package, {alias: {"networkPolicies": {"enabled": True, "egress": {"from": {"app:1": {}}}}}})
    assert process.returncode != 0
    assert f"): {path}: egress local key" in process.stderr


def test_library_without_defaults_in_its_values_has_those_of_the_chart(library: Path) -> None:
    values: Values = {
        "istio": {"enabled": True, "sidecar": {"enabled": True}, "authorizationPolicies": {"enabled": True}},
        "networkPolicies": {
            "enabled": True,
            "defaultsAsHooks": {"enabled": True},
            "egress": {"from": {"app": {"to": {"cidr": {"0.0.0.0/0": True}}}}},
        },
        "routes": {"outbound": {"github": {"enabled": True, "hosts": ["github.com"]}}},
    }
    flat = render(find_helm(), library, values, api_versions=ISTIO_APIS)
    assert in_order(flat) == in_order(render(find_helm(), CHART, values, api_versions=ISTIO_APIS))


@pytest.mark.parametrize("absent", ["istio", "routes"])
def test_library_does_without_istio_and_routes(library: Path, absent: str) -> None:
    values = {key: value for key, value in VALUES.items() if key != absent}
    assert render(find_helm(), library, values, api_versions=ISTIO_APIS)


@pytest.mark.parametrize("network_policies", [None, "on", []])
def test_library_refuses_network_policies_that_are_no_map(library: Path, network_policies: object) -> None:
    process = run_template(find_helm(), library, VALUES | {"networkPolicies": network_policies})
    assert process.returncode != 0
    problem = f'{json.dumps(network_policies)} is not a map; a chart that includes "bb-common.network-policies.render" must have this key.'
    assert f"): networkPolicies: {problem}" in process.stderr
    assert "hint: add to values.yaml:\nnetworkPolicies:\n  enabled: false" in process.stderr


# What the schema refuses in the nested form, the templates must refuse here: a library's values are the package's own.
UNCHECKED_VALUES: list[tuple[Values, str]] = [
    ({"routes": {"inbound": {"app": {"hosts": []}}}}, "routes.inbound.app.hosts: [] has no host; a route needs at least one."),
    ({"routes": {"inbound": {"app": {"hosts": None}}}}, "routes.inbound.app.hosts: null has no host; a route needs at least one."),
    ({"routes": {"inbound": {"app": {"gateways": []}}}}, "routes.inbound.app.gateways: [] has no gateway; a route needs at least one."),
    ({"routes": {"inbound": {"app": {"service": None}}}}, "routes.inbound.app: the route has no service; it needs service and port"),
    ({"routes": {"inbound": {"app": {"port": "http"}}}}, 'routes.inbound.app.port: "http" gives "http", which is not a port number.'),
    ({"routes": {"inbound": {"app": {"enabled": 1}}}}, "routes.inbound.app.enabled: 1 is neither true nor false."),
    ({"routes": {"inbound": {"app": {"selector": "app"}}}}, 'routes.inbound.app.selector: "app" is not a map of labels.'),
    ({"routes": {"outbound": {"github": {"hosts": []}}}}, "routes.outbound.github.hosts: [] has no host; a route needs at least one."),
    (
        {"networkPolicies": {"additionalPolicies": [{"name": "mine"}]}},
        'networkPolicies.additionalPolicies[0]: {"name":"mine"} lacks a name or a spec; each entry needs both.',
    ),
    (
        {"networkPolicies": {"ingress": {"to": {"api:8080": {"from": {"k8s": ["a/b"]}}}}}},
        'networkPolicies.ingress.to."api:8080".from.k8s: ["a/b"] is not a map of rules.',
    ),
    (
        {"networkPolicies": {"ingress": {"to": {"api:8080": {"podSelector": "api"}}}}},
        'networkPolicies.ingress.to."api:8080".podSelector: "api" is not a label selector.',
    ),
    ({"istio": {"serviceEntries": {"custom": [{"name": "x"}]}}}, 'istio.serviceEntries.custom[0]: {"name":"x"} lacks a name or a spec'),
    ({"istio": {"authorizationPolicies": {"additionalPolicies": {"x": True}}}}, "additionalPolicies.x: true is not a map with a spec."),
]


@pytest.mark.parametrize(("change", "message"), UNCHECKED_VALUES, ids=lambda value: value if isinstance(value, str) else "")
def test_library_refuses_without_schema(library: Path, change: Values, message: str) -> None:
    (library / "values.yaml").write_text(json.dumps(VALUES), encoding="utf-8")
    assert render(find_helm(), library, {}, api_versions=ISTIO_APIS)

    process = run_template(find_helm(), library, change, api_versions=ISTIO_APIS)
    assert process.returncode != 0
    assert message in process.stderr
    assert "hint: " in process.stderr


BOTH: list[tuple[str, Values]] = [
    ("networkPolicies", {"enabled": True}),
    ("istio", {"enabled": True}),
    ("routes", {"outbound": {"github": {"enabled": True, "hosts": ["github.com"]}}}),
]


@pytest.mark.parametrize(("area", "nested_values"), BOTH, ids=lambda value: value if isinstance(value, str) else "")
def test_package_must_not_use_both_forms_of_an_area(library: Path, area: str, nested_values: Values) -> None:
    flat: Values = {"networkPolicies": {"enabled": False}, "istio": {"enabled": False}, "routes": {}} | {area: VALUES[area]}
    assert render(find_helm(), library, flat, api_versions=ISTIO_APIS)

    process = run_template(find_helm(), library, flat | {"bb-common": {area: nested_values}}, api_versions=ISTIO_APIS)
    assert process.returncode != 0
    assert f"{area}: both {area} and bb-common.{area} are in use, so each object would be rendered twice" in process.stderr
    assert f'hint: keep bb-common.{area} and delete the template that includes "bb-common.*.render" (nested form), or set' in process.stderr


def test_package_may_use_one_form_per_area(library: Path) -> None:
    values: Values = VALUES | {"routes": {}, "bb-common": {"routes": VALUES["routes"]}}
    kinds = {value["kind"] for value in render(find_helm(), library, values, api_versions=ISTIO_APIS)}
    assert kinds == KINDS
