"""On OpenShift pods may use the constraints nonroot-v2, and sidecars find the network of Istio; elsewhere there is nothing of it."""

from pathlib import Path

import pytest

from chart.cases import EDITIONS, values_of
from chart.rendering import HELMS, KUBE_VERSIONS, Case, Values, kubeconform, manifests, merged, objects, of_kind, parse, workloads

OPENSHIFT = {"openshift": True}
SIDECAR = {"bb-common": {"istio": {"enabled": True}}}
AMBIENT = {"bb-common": {"istio": {"enabled": True, "ambient": {"enabled": True}}}}

every_edition = pytest.mark.parametrize("edition", EDITIONS)


def _case(*layers: Values, release: str = "anchore") -> Case:
    return Case(name="openshift", values=merged(*layers), release=release)


def _bound(case: Case) -> set[tuple[str, str]]:
    return {
        (subject["namespace"], subject["name"])
        for binding in of_kind(case, "RoleBinding")
        for subject in binding["subjects"]
        if subject["kind"] == "ServiceAccount"
    }


@every_edition
@pytest.mark.parametrize("option", ["defaults", "external"])
def test_exactly_the_service_accounts_of_the_release_may_use_the_constraints(edition: str, option: str) -> None:
    case = _case(values_of(edition, option), OPENSHIFT)
    assert _bound(case) == {(item["metadata"]["namespace"], item["metadata"]["name"]) for item in of_kind(case, "ServiceAccount")}
    assert {binding["roleRef"]["name"] for binding in of_kind(case, "RoleBinding")} == {"system:openshift:scc:nonroot-v2"}
    assert not of_kind(case, "ClusterRoleBinding")


@every_edition
def test_every_pod_runs_under_an_account_that_is_bound(edition: str) -> None:
    case = _case(EDITIONS[edition], OPENSHIFT, release="a-platform-team-that-names-its-releases-very-verbosel")
    assert {pod["spec"]["serviceAccountName"] for _, pod in workloads(case)} <= {name for _, name in _bound(case)}


@every_edition
def test_no_pod_asks_for_a_user_or_a_group_of_files(edition: str) -> None:
    for _, pod in workloads(_case(EDITIONS[edition], OPENSHIFT)):
        contexts = [pod["spec"]["securityContext"], *(container["securityContext"] for container in pod["spec"]["containers"])]
        assert not any({"runAsUser", "fsGroup"} & context.keys() for context in contexts)


@every_edition
def test_the_network_of_istio_is_there_for_sidecars_on_openshift(edition: str) -> None:
    (definition,) = of_kind(_case(EDITIONS[edition], OPENSHIFT, SIDECAR), "NetworkAttachmentDefinition")
    assert definition["apiVersion"] == "k8s.cni.cncf.io/v1"
    assert definition["metadata"]["name"] == "istio-cni"
    assert definition["metadata"]["namespace"] == "anchore"


@pytest.mark.parametrize(
    "mesh", [{}, {"bb-common": {}}, {"bb-common": {"istio": {"enabled": False}}}, AMBIENT], ids=["none", "empty", "off", "ambient"]
)
def test_the_network_of_istio_is_not_there_without_sidecars(mesh: Values) -> None:
    assert not of_kind(_case(OPENSHIFT, mesh), "NetworkAttachmentDefinition")


@pytest.mark.parametrize("mesh", [{}, SIDECAR, AMBIENT], ids=["none", "sidecar", "ambient"])
def test_elsewhere_there_is_nothing_of_openshift(mesh: Values) -> None:
    found = {item["kind"] for item in objects(_case(mesh))}
    assert not found & {"RoleBinding", "NetworkAttachmentDefinition"}


@every_edition
@pytest.mark.parametrize("kube_version", KUBE_VERSIONS)
@pytest.mark.parametrize("helm", HELMS)
def test_every_object_passes_the_schemas(edition: str, kube_version: str, helm: str, schemas: Path) -> None:
    case = _case(EDITIONS[edition], OPENSHIFT, SIDECAR)
    verdict = kubeconform(manifests(case, helm), kube_version, schemas)
    assert not verdict.get("resources"), verdict
    assert verdict["summary"]["valid"] == len(parse(manifests(case, helm), case.name))
