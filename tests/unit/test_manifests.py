"""Rendered streams become objects; kubeconform judges every one of them."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from bbpkg.adapters.processes import Completed, run
from bbpkg.adapters.schemas import kubeconform_arguments, unpack
from bbpkg.errors import EnvironmentFailureError, InvalidInputError
from bbpkg.manifests.kubeconform import Kubeconform
from bbpkg.manifests.objects import parse_objects
from bbpkg.manifests.pods import pod_spec
from command_line import TOOLS

_CONFIG_MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings, namespace: demo}\ndata: {a: b}\n"
_STREAM = f"---\n# Source: notes/templates/settings.yaml\n{_CONFIG_MAP}"


def _workload(kind: str, spec: str) -> str:
    return f"apiVersion: apps/v1\nkind: {kind}\nmetadata: {{name: web}}\nspec: {spec}\n"


def test_an_object_knows_itself_and_its_template() -> None:
    (found,) = parse_objects(_STREAM)
    assert (found.api_version, found.kind, found.namespace, found.name) == ("v1", "ConfigMap", "demo", "settings")
    assert (found.group, str(found), found.template) == ("", "ConfigMap demo/settings", "chart/templates/settings.yaml")
    assert found.data["data"] == {"a": "b"}
    assert not found.is_workload


def test_scalars_are_those_of_kubernetes() -> None:
    (found,) = parse_objects(_CONFIG_MAP.replace("{a: b}", "{a: yes, b: 0755, c: 1e3}"))
    assert found.data["data"] == {"a": True, "b": 493, "c": 1000.0}


def test_empty_documents_and_comments_are_no_objects() -> None:
    assert len(parse_objects(f"---\n---\n# Source: notes/templates/empty.yaml\n\n--- # note\n{_CONFIG_MAP}---\n")) == 1


def test_dashes_inside_of_a_text_separate_nothing() -> None:
    text = _CONFIG_MAP.replace("{a: b}", "\n  a: |\n    ---\n    kind: x\n")
    (found,) = parse_objects(text)
    assert found.data["data"] == {"a": "---\nkind: x\n"}


def test_items_of_a_list_are_objects() -> None:
    text = "apiVersion: v1\nkind: List\nitems:\n" + "".join(
        f"- {{apiVersion: v1, kind: Secret, metadata: {{name: {name}}}}}\n" for name in ("a", "b")
    )
    assert [str(found) for found in parse_objects(text)] == ["Secret a", "Secret b"]


@pytest.mark.parametrize(
    ("kind", "spec"),
    [
        *((kind, "{template: {spec: POD}}") for kind in ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job")),
        ("CronJob", "{jobTemplate: {spec: {template: {spec: POD}}}}"),
        ("Pod", "POD"),
    ],
)
def test_images_of_every_kind_of_pod_are_found(kind: str, spec: str) -> None:
    pod = """{initContainers: [{name: i, image: one}], containers: [{name: c, image: two}, {name: d, image: one}],
      ephemeralContainers: [{name: e, image: three}], volumes: [{name: v, image: {reference: four}}, {name: w, emptyDir: {}}]}"""
    (found,) = parse_objects(_workload(kind, spec.replace("POD", pod)))
    assert found.images == ("one", "two", "three", "four")
    assert found.is_workload


@pytest.mark.parametrize(
    "spec", ["null", "{template: null}", "{template: {spec: {containers: null}}}", "{template: {spec: {containers: [1, {}]}}}"]
)
def test_an_unfinished_workload_has_no_images(spec: str) -> None:
    (found,) = parse_objects(_workload("Deployment", spec))
    assert found.images == ()


def test_other_kinds_have_no_pods() -> None:
    assert pod_spec("ConfigMap", {"spec": {"containers": []}}) is None


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ("[1]", "must be a mapping"),
        (_CONFIG_MAP.replace("kind: ConfigMap\n", ""), "has no kind"),
        (_CONFIG_MAP.replace("apiVersion: v1", "apiVersion: 1"), "has no apiVersion"),
        (_CONFIG_MAP.replace("name: settings, ", ""), "has no metadata.name"),
        (_CONFIG_MAP.replace("{name: settings, namespace: demo}", "null"), "has no metadata.name"),
        (_CONFIG_MAP + "data: {}\n", "data"),
        (_CONFIG_MAP + "more: {\n", "not YAML"),
    ],
)
def test_what_is_no_object_is_refused_with_its_template(wrong: str, message: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        parse_objects(f"{_STREAM}---\n# Source: notes/templates/wrong.yaml\n{wrong}")
    (found,) = refused.value.diagnostics
    assert message in found.message
    assert found.location.file == "notes/templates/wrong.yaml"


def test_an_object_may_leave_its_name_to_the_cluster() -> None:
    (found,) = parse_objects(_CONFIG_MAP.replace("name: settings", "generateName: settings-"))
    assert found.name == "settings-"


class _Checker:
    """Stands in for running kubeconform."""

    def __init__(self, stdout: str, stderr: str = "") -> None:
        self.answer = Completed(stdout=stdout, stderr=stderr, exit_code=1)
        self.calls = 0

    def run(self, argv: Sequence[str], *, timeout: float, stdin: str | None = None, env: Mapping[str, str] | None = None) -> Completed:
        assert timeout > 0
        assert argv[0] == "/opt/kubeconform"
        assert stdin is not None
        assert env == {}
        self.calls += 1
        return self.answer


def _result(**changes: object) -> dict[str, Any]:
    return {"filename": "stdin", "kind": "ConfigMap", "name": "settings", "version": "v1", "status": "statusValid", "msg": "", **changes}


def _checked(*results: dict[str, Any]) -> tuple[str, ...]:
    checker = _Checker(json.dumps({"resources": results}))
    kubeconform = Kubeconform(program=Path("/opt/kubeconform"), run=checker.run, schema_arguments=(), environment={})
    return tuple(f"{found.code} {found}" for found in kubeconform(parse_objects(_STREAM), "1.34.0"))


def test_a_valid_object_has_no_findings() -> None:
    assert _checked(_result()) == ()


def test_a_finding_names_template_pointer_version_and_object() -> None:
    errors = [{"path": "/data/a", "msg": "got number, want string"}]
    assert _checked(_result(status="statusInvalid", validationErrors=errors)) == (
        "kube-schema chart/templates/settings.yaml: /data/a: in Kubernetes 1.34.0, ConfigMap demo/settings: got number, want string.",
    )


@pytest.mark.parametrize(
    "result",
    [_result(status="statusError", msg="could not find schema for ConfigMap"), _result(status="statusSkipped")],
)
def test_an_object_without_a_schema_is_a_finding(result: dict[str, Any]) -> None:
    (found,) = _checked(result)
    assert found.startswith("kube-schema-missing")
    assert "there is no schema for v1 ConfigMap" in found


def test_an_object_that_cannot_be_read_is_a_finding() -> None:
    (found,) = _checked(_result(kind="", name="", version="", status="statusError", msg="error unmarshalling resource"))
    assert "an object: error unmarshalling resource" in found


def test_an_object_without_a_result_must_not_count_as_valid() -> None:
    with pytest.raises(EnvironmentFailureError, match="passed over 1 of 1 objects: ConfigMap settings"):
        _checked(_result(name="other"))


@pytest.mark.parametrize("stdout", ["", "all is well", "[]", '{"resources": [1]}', '{"resources": [{"status": 1}]}', '{"resources": null}'])
def test_garbage_is_no_result(stdout: str) -> None:
    checker = _Checker(stdout, stderr="panic: x\nmore")
    kubeconform = Kubeconform(program=Path("/opt/kubeconform"), run=checker.run, schema_arguments=(), environment={})
    with pytest.raises(EnvironmentFailureError, match=r"kubeconform gave no result; it said: panic: x$"):
        kubeconform(parse_objects(_STREAM), "1.34.0")


def test_an_object_is_checked_once_for_each_version() -> None:
    checker = _Checker(json.dumps({"resources": [_result()]}))
    kubeconform = Kubeconform(program=Path("/opt/kubeconform"), run=checker.run, schema_arguments=(), environment={})
    for version in ("1.33.0", "1.34.0", "1.34.0"):
        assert kubeconform(parse_objects(_STREAM), version) == ()
    assert checker.calls == 2
    assert kubeconform((), "1.35.0") == ()


def test_kubeconform_finds_what_is_wrong(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> None:
    base = tmp_path_factory.getbasetemp()
    schemas = unpack((base if worker_id == "master" else base.parent) / "schemas")
    check = Kubeconform(program=TOOLS / "kubeconform", run=run, schema_arguments=kubeconform_arguments(schemas), environment={})
    assert check(parse_objects(_STREAM), "1.34.0") == ()
    wrong = _STREAM.replace("{a: b}", "{a: 1}") + "---\napiVersion: example.mil/v1\nkind: Unheard\nmetadata: {name: u}\n"
    found = check(parse_objects(wrong), "1.34.0")
    assert sorted((problem.code, problem.location.pointer) for problem in found) == [
        ("kube-schema", "/data/a"),
        ("kube-schema-missing", ""),
    ]
