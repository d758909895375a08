"""Two releases of a package in one namespace: `prependReleaseName` keeps the names of their objects apart."""

from collections.abc import Iterable
from pathlib import Path

import pytest

from bb_common.contract_case import ISTIO_APIS, Values, merge
from bb_common.rendering import CHART, find_helm, render, write_package

AREAS = ("networkPolicies", "istio", "routes")
FORMS = ("alone", "nested", "flat")
ENTRY_POINTS = {f"{area}.yaml": f'{{{{ include "bb-common.{area}.render" . }}}}' for area in ("network-policies", "istio", "routes")}
KINDS = {"AuthorizationPolicy", "NetworkPolicy", "PeerAuthentication", "ServiceEntry", "Sidecar", "VirtualService"}

OTHER_POD: Values = {"enabled": True, "podSelector": {"matchLabels": {"tier": "other"}}}
LITERAL: Values = {"spec": [{"to": [{"podSelector": {}}]}]}
GATEWAY: Values = {"enabled": True, "gateways": ["istio-gateway/public"], "hosts": ["a.example.com"]}

# Every source of a name, also those of hooks, of de-duplication and of AuthorizationPolicies made from rules.
VALUES: Values = {
    "networkPolicies": {
        "enabled": True,
        "defaultsAsHooks": {"enabled": True},
        "ingress": {
            "to": {
                "api:8080": {
                    "from": {
                        "k8s": {"sa@backend/web": True, "other@backend/web": OTHER_POD, "*/*": True},
                        "cidr": {"10.0.0.0/8": True},
                        "definition": {"gateway": True},
                    }
                }
            }
        },
        "egress": {
            "from": {
                "*": {"to": {"k8s": {"backend/db:5432": True}, "cidr": {"0.0.0.0/0": True}}},
                "api": {"to": {"definition": {"kubeAPI": True}, "literal": {"mine": LITERAL}}},
            }
        },
    },
    "istio": {
        "enabled": True,
        "ambient": {"enabled": True},
        "sidecar": {"enabled": True},
        "serviceEntries": {"custom": [{"name": "entry", "spec": {"hosts": ["b.example.com"]}}]},
        "authorizationPolicies": {
            "enabled": True,
            "generateFromNetpol": True,
            "additionalPolicies": {"more": {"spec": {}}, "other": {"name": "named", "spec": {}}},
            "custom": [{"name": "mine", "spec": {}}],
        },
    },
    "routes": {
        "inbound": {
            "ui": {**GATEWAY, "service": "ui", "port": 3000},
            "tls": {**GATEWAY, "service": "ui", "port": 8443, "passthrough": {"enabled": True}},
            "api": {**GATEWAY, "http": [{"route": []}]},
        },
        "outbound": {
            "feed": {"enabled": True, "hosts": ["feed.example.com"]},
            "peer": {"enabled": True, "hosts": ["peer.example.com"], "location": "MESH_INTERNAL"},
        },
    },
}


@pytest.fixture(params=FORMS)
def form(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, Path]:
    if request.param == "alone":
        return "alone", CHART
    return request.param, write_package(tmp_path / "package", templates=ENTRY_POINTS if request.param == "flat" else None)


def names(form: tuple[str, Path], release: str, prepended: Iterable[str], values: Values = VALUES) -> set[tuple[str, str]]:
    """Renders one release, and lists kind and name of each object; `prepended` are the areas that ask for the release name."""
    name, chart = form
    values = merge(values, {area: {"prependReleaseName": area in prepended} for area in AREAS})
    values = {"bb-common": values} if name == "nested" else values
    objects = render(find_helm(), chart, values, release=release, api_versions=ISTIO_APIS)
    assert {value["metadata"]["namespace"] for value in objects} == {"ns"}
    return {(value["kind"], value["metadata"]["name"]) for value in objects}


def shared(form: tuple[str, Path], prepended: Iterable[str], values: Values = VALUES) -> set[tuple[str, str]]:
    return names(form, "first", prepended, values) & names(form, "second", prepended, values)


def test_names_of_two_releases_meet_without_it(form: tuple[str, Path]) -> None:
    alike = shared(form, [])
    assert alike == names(form, "first", [])
    assert {kind for kind, _ in alike} == KINDS


def test_names_of_two_releases_are_apart_with_it(form: tuple[str, Path]) -> None:
    assert shared(form, AREAS) == set()


def test_release_name_is_all_that_it_adds(form: tuple[str, Path]) -> None:
    assert names(form, "first", AREAS) == {(kind, f"first-{name}") for kind, name in names(form, "first", [])}


def test_each_name_belongs_to_one_area() -> None:
    form = ("alone", CHART)
    everything = names(form, "first", [])
    owned = {area: everything - shared(form, [area]) for area in AREAS}
    assert {kind for kind, _ in owned["networkPolicies"]} == {"AuthorizationPolicy", "NetworkPolicy"}
    assert {kind for kind, _ in owned["istio"]} == {"AuthorizationPolicy", "PeerAuthentication", "ServiceEntry", "Sidecar"}
    assert {kind for kind, _ in owned["routes"]} == {"AuthorizationPolicy", "NetworkPolicy", "ServiceEntry", "VirtualService"}
    assert sum(map(len, owned.values())) == len(everything)
    assert set().union(*owned.values()) == everything


def test_policies_written_in_full_keep_their_names() -> None:
    policy = {"name": "mine", "spec": {"podSelector": {}, "policyTypes": ["Ingress"]}}
    values = merge(VALUES, {"networkPolicies": {"additionalPolicies": [policy]}})
    assert shared(("alone", CHART), AREAS, values) == {("NetworkPolicy", "mine")}
