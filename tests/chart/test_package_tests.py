"""`bbtests` makes the objects that Big Bang's chart gluon makes, only when asked, and every image is on record."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bbpkg.adapters.processes import run
from bbpkg.documents import read_documents
from chart.cases import CASES, EDITIONS
from chart.rendering import (
    HELMS,
    KUBE_VERSIONS,
    Case,
    Object,
    chart,
    kubeconform,
    manifests,
    merged,
    objects,
    parse,
    run_helm,
    template,
    tool,
)
from packages import ENGINE

TESTS = ENGINE / "packages/anchore/tests"
ON = {"bbtests": {"enabled": True}}
# Helm allows release names of 53 characters.
LONGEST = Case(name="longest", values=ON, release="a-platform-team-that-names-its-releases-very-verbosel")
ALL_ON = {
    "bbtests": {
        "enabled": True,
        "scripts": {"permissions": {"resources": ["pods"], "verbs": ["get", "list"]}},
        "cypress": {"artifacts": True, "persistence": {"enabled": True, "storageClassName": "fast", "storageSize": "5Gi"}},
    }
}
TEST_CASES = [
    *(Case(name=edition, values=merged(values, ON)) for edition, values in EDITIONS.items()),
    Case(name="everything", values=merged(EDITIONS["enterprise"], ALL_ON)),
    Case(name="openshift", values=merged(ON, {"openshift": True})),
    LONGEST,
]
every_test_case = pytest.mark.parametrize("case", TEST_CASES, ids=lambda case: case.name)


def _tests(case: Case) -> dict[tuple[str, str], Object]:
    """Return the objects that only tests need, by kind and name."""
    found = (item for item in objects(case) if item["metadata"]["labels"].get("app.kubernetes.io/component", "").endswith("-test"))
    return {(item["kind"], item["metadata"]["name"]): item for item in found}


def _pod(case: Case, kind: str) -> Object:
    return _tests(case)["Pod", f"{case.release}-{kind}-test"]


def _environment(case: Case, kind: str) -> dict[str, Any]:
    """Return the environment of a test: value, or Secret and key."""
    found: dict[str, Any] = {}
    for variable in _pod(case, kind)["spec"]["containers"][0]["env"]:
        assert variable["name"] not in found, variable
        source = variable.get("valueFrom", {}).get("secretKeyRef")
        found[variable["name"]] = variable.get("value", source)
    return found


def _pod_specs(case: Case) -> Iterator[tuple[Object, Object]]:
    for item in objects(case):
        if item["kind"] == "Pod":
            yield item["metadata"], item["spec"]
        elif "template" in item.get("spec", {}):
            yield item["spec"]["template"]["metadata"], item["spec"]["template"]["spec"]


def test_without_being_asked_there_are_no_tests() -> None:
    for case in CASES:
        assert not _tests(case), case.name
        annotations = [item["metadata"].get("annotations") or {} for item in objects(case)]
        assert "test" not in {found.get("helm.sh/hook") for found in annotations}, case.name


@pytest.mark.parametrize("edition", EDITIONS)
def test_objects_are_named_hooked_and_labelled_as_gluon_does(edition: str) -> None:
    tests = _tests(Case(name=edition, values=merged(EDITIONS[edition], ON)))
    assert {(*key, item["metadata"]["annotations"]["helm.sh/hook-weight"]) for key, item in tests.items()} == {
        ("ConfigMap", "anchore-cypress-config", "-5"),
        ("ConfigMap", "anchore-script-config", "-5"),
        ("NetworkPolicy", "allow-egress-from-anchore-cypress-test-to-anywhere-any-port", "-5"),
        ("NetworkPolicy", "allow-egress-from-anchore-script-test-to-anywhere-any-port", "-5"),
        ("Pod", "anchore-cypress-test", "5"),
        ("Pod", "anchore-script-test", "10"),
        ("ServiceAccount", "anchore-cypress-sa", "-5"),
        ("ServiceAccount", "anchore-script-sa", "-5"),
    }
    for item in tests.values():
        assert item["metadata"]["annotations"]["helm.sh/hook"] == "test"
        assert item["metadata"]["labels"]["helm-test"] == "enabled"
        assert item["metadata"]["namespace"] == "anchore"


@pytest.mark.parametrize(("off", "left"), [("scripts", "cypress-test"), ("cypress", "script-test")])
def test_one_kind_of_tests_can_be_switched_off(off: str, left: str) -> None:
    tests = _tests(Case(name=off, values=merged(ON, {"bbtests": {off: {"enabled": False}}})))
    assert len(tests) == 4
    assert {item["metadata"]["labels"]["app.kubernetes.io/component"] for item in tests.values()} == {left}


@every_test_case
@pytest.mark.parametrize("kube_version", KUBE_VERSIONS)
def test_kubernetes_takes_the_objects(case: Case, kube_version: str, schemas: Path) -> None:
    verdict = kubeconform(manifests(case), kube_version, schemas)
    assert verdict["summary"] == {"valid": len(parse(manifests(case), case.name)), "invalid": 0, "errors": 0, "skipped": 0}, verdict


@every_test_case
def test_both_helms_make_the_same_tests(case: Case) -> None:
    assert objects(case, "helm") == objects(case, "helm3")


@every_test_case
@pytest.mark.parametrize("helm", HELMS)
def test_helm_lint_has_nothing_to_say(case: Case, helm: str) -> None:
    done = run_helm(helm, "lint", str(chart()), "--strict", "--namespace", case.namespace, values=case.values)
    assert done.exit_code == 0, done.stdout + done.stderr


@every_test_case
def test_pods_of_tests_pass_the_policies_that_big_bang_enforces(case: Case) -> None:
    for kind in ("script", "cypress"):
        pod = _pod(case, kind)
        spec, metadata = pod["spec"], pod["metadata"]
        assert not {"hostPID", "hostIPC", "hostNetwork", "ephemeralContainers"} & spec.keys()
        context = spec["securityContext"]
        assert context["runAsNonRoot"] is True
        assert context["seccompProfile"] == {"type": "RuntimeDefault"}
        ids = {key: value for key, value in context.items() if key in {"runAsUser", "runAsGroup", "fsGroup"}}
        # OpenShift chooses the ids itself; a group that is not root is named all the same.
        names = ("runAsGroup",) if case.name == "openshift" else ("runAsUser", "runAsGroup", "fsGroup")
        assert ids == dict.fromkeys(names, 1000)
        allowed = {"name", "configMap", "emptyDir", "persistentVolumeClaim"}
        assert all(volume.keys() <= allowed for volume in spec["volumes"])
        assert spec["imagePullSecrets"] == [{"name": "private-registry"}]
        assert spec["restartPolicy"] == "Never"
        assert spec["activeDeadlineSeconds"] > 0
        assert {"app.kubernetes.io/name", "app.kubernetes.io/version", "app.kubernetes.io/instance"} <= metadata["labels"].keys()
        assert all(len(value) <= 63 for value in metadata["labels"].values())
        for container in spec["containers"]:
            assert len(container["name"]) <= 63
            assert re.fullmatch(r"registry1\.dso\.mil/ironbank/\S+:[\w.]+", container["image"])
            assert not container["image"].endswith(":latest")
            assert container["resources"]["requests"] == container["resources"]["limits"]
            assert container["securityContext"] == {
                "allowPrivilegeEscalation": False,
                "privileged": False,
                "readOnlyRootFilesystem": True,
                "runAsNonRoot": True,
                "capabilities": {"drop": ["ALL"]},
            }


@every_test_case
def test_pods_of_tests_write_only_to_volumes_and_mount_what_exists(case: Case) -> None:
    names = {(kind, name) for kind, name in _tests(case)}
    for kind in ("script", "cypress"):
        spec = _pod(case, kind)["spec"]
        volumes = {volume["name"]: volume for volume in spec["volumes"]}
        mounts = {mount["mountPath"]: mount for mount in spec["containers"][0]["volumeMounts"]}
        assert {mount["name"] for mount in mounts.values()} == set(volumes)
        assert mounts["/src"]["readOnly"] is True
        assert ("ConfigMap", volumes[mounts["/src"]["name"]]["configMap"]["name"]) in names
        assert "emptyDir" in volumes[mounts["/tmp"]["name"]]  # noqa: S108 - a mount path
        assert ("ServiceAccount", spec["serviceAccountName"]) in names


@pytest.mark.parametrize(("kind", "folder"), [("script", "scripts"), ("cypress", "cypress/e2e")])
def test_the_files_of_the_package_arrive_as_they_are(kind: str, folder: str) -> None:
    data = _tests(LONGEST)["ConfigMap", f"{LONGEST.release}-{kind}-config"]["data"]
    expected = {path.name: path.read_text(encoding="utf-8") for path in (TESTS / folder).iterdir()}
    own = {"cypress.config.js"} if kind == "cypress" else set()
    assert expected
    assert {name: text for name, text in data.items() if name not in own} == expected
    assert own <= data.keys()


def test_scripts_can_be_executed() -> None:
    volume = next(item for item in _pod(LONGEST, "script")["spec"]["volumes"] if "configMap" in item)
    assert volume["configMap"]["defaultMode"] == 0o555


def test_a_packaged_chart_has_its_tests(tmp_path: Path) -> None:
    done = run([str(tool("helm")), "package", str(chart()), "--destination", str(tmp_path)], timeout=60, env={"HOME": str(tmp_path)})
    assert done.exit_code == 0, done.stderr
    case = TEST_CASES[0]
    assert template(case, folder=next(tmp_path.glob("*.tgz"))).stdout == manifests(case)


@pytest.mark.parametrize("edition", EDITIONS)
def test_addresses_are_those_of_services(edition: str) -> None:
    case = Case(name=edition, values=merged(EDITIONS[edition], ON), release="my", namespace="place")
    services = {item["metadata"]["name"]: item for item in objects(case) if item["kind"] == "Service"}
    urls = {
        **{name: value for name, value in _environment(case, "script").items() if name.endswith("_URL")},
        **{name: value for name, value in _environment(case, "cypress").items() if name.endswith("_url")},
    }
    expected = {"API_URL", "cypress_api_url"} | ({"UI_URL", "cypress_ui_url"} if edition == "enterprise" else set())
    assert urls.keys() == expected
    for name, url in urls.items():
        found = re.fullmatch(r"http://([a-z-]+)\.place\.svc\.cluster\.local:(\d+)", url)
        assert found, url
        service = services[found[1]]
        assert name.lower().removeprefix("cypress_") == f"{service['metadata']['labels']['app.kubernetes.io/component']}_url"
        assert int(found[2]) in {port["port"] for port in service["spec"]["ports"]}


@pytest.mark.parametrize(
    "admin",
    [{}, {"password": "inline secret"}, {"existingSecret": "my-admin", "secretKeys": {"password": "admin-password"}}],
    ids=["default", "inline", "existing"],
)
def test_the_script_logs_in_with_the_secret_of_the_api(admin: dict[str, Any]) -> None:
    case = Case(name="admin", values=merged(ON, {"admin": admin}))
    api = next(item for item in objects(case) if item["kind"] == "Deployment" and item["metadata"]["name"] == "anchore-api")
    variables = {variable["name"]: variable for variable in api["spec"]["template"]["spec"]["containers"][0]["env"]}
    environment = _environment(case, "script")
    assert environment["ADMIN_PASSWORD"] == variables["ANCHORE_ADMIN_PASSWORD"]["valueFrom"]["secretKeyRef"]
    assert environment["ADMIN_USERNAME"] == "admin"
    assert "inline secret" not in str([_pod(case, "script"), _pod(case, "cypress")])
    assert not [value for value in _environment(case, "cypress").values() if isinstance(value, dict)]


def test_what_the_umbrella_passes_is_taken() -> None:
    passed = {
        "bbtests": {
            "enabled": True,
            "enableImagePullSecrets": False,
            "cypress": {"envs": {"cypress_api_url": "https://anchore-api.{{ .Values.global.domain }}"}},
            "scripts": {"envs": {"API_URL": "https://anchore-api.dev.bigbang.mil", "MORE": "yes", "ADMIN_USERNAME": ""}},
        }
    }
    case = Case(name="umbrella", values=passed)
    scripts, cypress = _environment(case, "script"), _environment(case, "cypress")
    assert scripts["API_URL"] == "https://anchore-api.dev.bigbang.mil"
    assert scripts["MORE"] == "yes"
    assert "ADMIN_USERNAME" not in scripts
    assert cypress["cypress_api_url"] == "https://anchore-api.dev.bigbang.mil"
    assert all("imagePullSecrets" not in _pod(case, kind)["spec"] for kind in ("script", "cypress"))


def test_volumes_mounts_and_secrets_may_hold_templates() -> None:
    suite = {
        "additionalVolumes": [{"name": "more", "configMap": {"name": "{{ .Release.Name }}-more"}}],
        "additionalVolumeMounts": [{"name": "more", "mountPath": "/more"}],
        "secretEnvs": [{"name": "TOKEN", "valueFrom": {"secretKeyRef": {"name": "{{ .Release.Name }}-token", "key": "token"}}}],
        "resources": {"requests": {"cpu": "3"}},
    }
    case = Case(name="more", values={"bbtests": {"enabled": True, "scripts": suite, "cypress": suite}}, release="my")
    for kind in ("script", "cypress"):
        spec = _pod(case, kind)["spec"]
        assert {"name": "more", "configMap": {"name": "my-more"}} in spec["volumes"]
        assert {"name": "more", "mountPath": "/more"} in spec["containers"][0]["volumeMounts"]
        assert spec["containers"][0]["resources"]["requests"]["cpu"] == "3"
        assert _environment(case, kind)["TOKEN"] == {"name": "my-token", "key": "token"}


def test_scripts_reach_kubernetes_only_with_permissions() -> None:
    default, everything = TEST_CASES[0], TEST_CASES[2]
    assert not [kind for kind, _ in _tests(default) if "Role" in kind]
    assert _pod(default, "script")["spec"]["automountServiceAccountToken"] is False
    tests = _tests(everything)
    assert tests["Role", "anchore-script-role"]["rules"] == [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list"]}]
    binding = tests["RoleBinding", "anchore-script-rolebinding"]
    assert binding["roleRef"]["name"] == "anchore-script-role"
    assert binding["subjects"] == [{"kind": "ServiceAccount", "name": "anchore-script-sa", "namespace": "anchore"}]
    assert _pod(everything, "script")["spec"]["automountServiceAccountToken"] is True
    for case in (default, everything):
        assert _pod(case, "cypress")["spec"]["automountServiceAccountToken"] is False
        assert all(item["automountServiceAccountToken"] is False for (kind, _), item in _tests(case).items() if kind == "ServiceAccount")


def test_artifacts_are_kept_in_a_volume_that_outlives_the_tests() -> None:
    default, everything = TEST_CASES[0], TEST_CASES[2]
    claim = _tests(everything)["PersistentVolumeClaim", "anchore-cypress-pvc"]
    assert "annotations" not in claim["metadata"]
    assert claim["spec"]["storageClassName"] == "fast"
    assert claim["spec"]["resources"] == {"requests": {"storage": "5Gi"}}
    for case, expected in ((default, "emptyDir"), (everything, "persistentVolumeClaim")):
        volumes = {volume["name"]: volume for volume in _pod(case, "cypress")["spec"]["volumes"]}
        mount = next(item for item in _pod(case, "cypress")["spec"]["containers"][0]["volumeMounts"] if item["mountPath"] == "/artifacts")
        assert expected in volumes[mount["name"]]
        assert _environment(case, "cypress")["BBTESTS_ARTIFACTS"] == str(case is everything).lower()


@every_test_case
def test_no_service_sends_traffic_to_a_test(case: Case) -> None:
    labels = [_pod(case, kind)["metadata"]["labels"] for kind in ("script", "cypress")]
    for item in objects(case):
        selector = item["spec"]["selector"] if item["kind"] == "Service" else None
        assert selector is None or not any(selector.items() <= found.items() for found in labels)


@every_test_case
def test_egress_is_opened_for_tests_alone(case: Case) -> None:
    policies = [item for (kind, _), item in _tests(case).items() if kind == "NetworkPolicy"]
    assert len(policies) == 2
    for policy in policies:
        assert policy["spec"]["podSelector"] == {"matchLabels": {"helm-test": "enabled"}}
        assert policy["spec"]["policyTypes"] == ["Egress"]
        block = policy["spec"]["egress"][0]["to"][0]["ipBlock"]
        assert block == {"cidr": "0.0.0.0/0", "except": ["169.254.169.254/32"]}
        assert "ports" not in policy["spec"]["egress"][0]
    labelled = [metadata for metadata, _ in _pod_specs(case) if "helm-test" in metadata["labels"]]
    assert len(labelled) == 2


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"scripts": {"env": {}}}, "env"),
        ({"cypress": {"exports": True}}, "exports"),
        ({"scripts": {"envs": {"COUNT": 3}}}, "COUNT"),
        ({"enabled": "yes"}, "enabled"),
    ],
)
def test_a_key_that_would_do_nothing_is_refused(values: dict[str, Any], expected: str) -> None:
    done = template(Case(name="refused", values=merged(ON, {"bbtests": values})))
    assert done.exit_code != 0
    assert "bbtests" in done.stderr
    assert expected in done.stderr


def test_templates_read_only_files_that_big_bang_delivers() -> None:
    found = [
        match[1]
        for path in (chart() / "templates").rglob("*")
        if path.is_file()
        for match in re.finditer(r"\.Files\.\w+\s+\"([^\"]*)\"", path.read_text(encoding="utf-8"))
    ]
    assert {"tests/cypress/**.js", "tests/scripts/*.sh"} <= set(found)
    left_out = (".md", ".txt", ".sh", "*")
    assert [path for path in found if path.endswith(left_out) and path != "tests/scripts/*.sh"] == []
    scripts = [path.relative_to(chart()).as_posix() for path in chart().rglob("*.sh")]
    assert scripts
    assert [path for path in scripts if not path.startswith("tests/scripts/")] == []


def _annotated_images() -> dict[str, str]:
    """Return image to condition, as the chart announces them."""
    metadata = read_documents((chart() / "Chart.yaml").read_text(encoding="utf-8"), file="Chart.yaml")[0].value
    assert isinstance(metadata, dict)
    images = read_documents(metadata["annotations"]["helm.sh/images"], file="helm.sh/images")[0].value
    assert isinstance(images, list)
    assert all(entry.keys() <= {"name", "image", "condition"} for entry in images)
    return {entry["image"]: entry.get("condition", "") for entry in images}


def _images(case: Case) -> set[str]:
    return {
        container["image"] for _, spec in _pod_specs(case) for key in ("initContainers", "containers") for container in spec.get(key) or []
    }


def test_every_image_of_every_render_is_announced_and_no_other() -> None:
    announced = _annotated_images()
    used: set[str] = set()
    collected = (
        Case(name=f"{edition}-logs", values=merged(EDITIONS[edition], {"logging": {"sidecar": {"enabled": True}}})) for edition in EDITIONS
    )
    for case in (*CASES, *TEST_CASES, *collected):
        images = _images(case)
        assert images <= announced.keys(), case.name
        used |= images
    assert used == announced.keys()


def test_images_under_a_condition_are_used_only_then() -> None:
    conditional = {image for image, condition in _annotated_images().items() if condition == "bbtests.enabled"}
    assert len(conditional) == 2
    assert set(_annotated_images().values()) == {"", "bbtests.enabled"}
    for case in CASES:
        assert not _images(case) & conditional, case.name
    for case in TEST_CASES:
        assert conditional <= _images(case), case.name
