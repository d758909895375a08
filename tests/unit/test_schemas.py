"""The schemas that bbpkg carries: what they were built from, what they say, and how they are unpacked."""

import errno
import hashlib
import json
import tarfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator

from bbpkg.adapters import schemas
from bbpkg.errors import EnvironmentFailureError
from schemas.convert import crd_schemas, kubernetes_schema
from schemas.inputs import input_digest

_DEPLOYMENT: dict[str, Any] = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "api", "annotations": None},
    "spec": {
        "selector": {"matchLabels": {"app": "api"}},
        "template": {
            "metadata": {"labels": {"app": "api"}},
            "spec": {"containers": [{"name": "api", "image": "api:1", "ports": [{"containerPort": 80}]}]},
        },
    },
}


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return schemas.unpack(tmp_path_factory.mktemp("cache"))


def _problems(directory: Path, name: str, instance: dict[str, Any]) -> list[str]:
    schema = json.loads((directory / name).read_text(encoding="utf-8"))
    return [error.message for error in Draft4Validator(schema).iter_errors(instance)]


def test_the_bundle_was_built_from_the_pins_and_the_converter_as_they_are_now() -> None:
    assert schemas.provenance().inputs_sha256 == input_digest(), "tools/schemas has changed: type `make schemas`"


def test_the_bundle_is_the_one_that_the_provenance_describes() -> None:
    bundle = (resources.files("bbpkg") / "schemas" / "bundle.tar.xz").read_bytes()
    assert hashlib.sha256(bundle).hexdigest() == schemas.provenance().bundle_sha256


def test_kubernetes_versions_run_from_the_oldest_to_the_newest_without_a_gap(unpacked: Path) -> None:
    versions = schemas.provenance().kubernetes_versions
    assert versions == tuple(f"1.{minor}.0" for minor in range(25, 38))
    assert sorted(path.name for path in unpacked.iterdir()) == ["crds", *(f"v{version}-standalone-strict" for version in versions)]


def test_every_source_may_be_shipped() -> None:
    sources = schemas.provenance().sources
    assert {source.licence for source in sources} == {"Apache-2.0"}
    assert [source.name for source in sources if "elastic" in source.name] == []


def test_every_downloaded_source_has_a_checksum() -> None:
    without = [source.name for source in schemas.provenance().sources if not source.checksum]
    assert without == ["github.com/fluxcd/helm-controller/api", "k8s.cni.cncf.io"]


@pytest.mark.parametrize(
    "name",
    [
        "networking.istio.io/virtualservice_v1.json",
        "networking.istio.io/serviceentry_v1.json",
        "networking.istio.io/sidecar_v1.json",
        "security.istio.io/authorizationpolicy_v1.json",
        "security.istio.io/peerauthentication_v1.json",
        "monitoring.coreos.com/servicemonitor_v1.json",
        "monitoring.coreos.com/prometheusrule_v1.json",
        "gateway.networking.k8s.io/httproute_v1.json",
        "source.toolkit.fluxcd.io/gitrepository_v1.json",
        "source.toolkit.fluxcd.io/ocirepository_v1.json",
        "helm.toolkit.fluxcd.io/helmrelease_v2.json",
        "k8s.cni.cncf.io/networkattachmentdefinition_v1.json",
    ],
)
def test_what_a_big_bang_package_may_hold_has_a_schema(unpacked: Path, name: str) -> None:
    schema = json.loads((unpacked / "crds" / name).read_text(encoding="utf-8"))
    assert schema["additionalProperties"] is False


@pytest.mark.parametrize("version", ["1.25.0", "1.37.0"])
def test_a_good_deployment_is_valid_in_the_oldest_and_the_newest_version(unpacked: Path, version: str) -> None:
    assert _problems(unpacked, f"v{version}-standalone-strict/deployment-apps-v1.json", _DEPLOYMENT) == []


@pytest.mark.parametrize("version", ["1.25.0", "1.37.0"])
def test_an_unknown_field_deep_in_a_deployment_is_named(unpacked: Path, version: str) -> None:
    bad = json.loads(json.dumps(_DEPLOYMENT).replace('"containerPort"', '"containerport"'))
    problems = _problems(unpacked, f"v{version}-standalone-strict/deployment-apps-v1.json", bad)
    assert any("'containerport' was unexpected" in problem for problem in problems)


def test_custom_resources_are_judged_strictly(unpacked: Path) -> None:
    good = {"apiVersion": "networking.istio.io/v1", "kind": "VirtualService", "metadata": {"name": "a"}, "spec": {"hosts": ["a"]}}
    bad = {**good, "metadata": {"name": "a", "labels": {"version": 1.0}}, "spec": {"hostss": ["a"]}}
    name = "crds/networking.istio.io/virtualservice_v1.json"
    assert _problems(unpacked, name, good) == []
    problems = _problems(unpacked, name, bad)
    assert len(problems) == 2
    assert any("'hostss' was unexpected" in problem for problem in problems)
    assert any("1.0 is not of type 'string', 'null'" in problem for problem in problems)


def test_a_release_may_carry_any_values_but_no_unknown_field(unpacked: Path) -> None:
    chart = {"spec": {"chart": "c", "sourceRef": {"kind": "GitRepository", "name": "r"}}}
    good = {
        "apiVersion": "helm.toolkit.fluxcd.io/v2",
        "kind": "HelmRelease",
        "metadata": {"name": "a"},
        "spec": {"interval": "1m", "chart": chart, "values": {"any": {"thing": 1}}},
    }
    name = "crds/helm.toolkit.fluxcd.io/helmrelease_v2.json"
    assert _problems(unpacked, name, good) == []
    assert _problems(unpacked, name, json.loads(json.dumps(good).replace('"values"', '"valuess"'))) != []


def test_unpacking_again_leaves_the_directory_alone(tmp_path: Path) -> None:
    first = schemas.unpack(tmp_path)
    (first / "mark").touch()
    assert schemas.unpack(tmp_path) == first
    assert (first / "mark").exists()
    assert first.name == f"schemas-{schemas.provenance().bundle_sha256[:12]}"


def test_many_unpack_at_once_and_leave_one_complete_directory(tmp_path: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        directories = set(pool.map(schemas.unpack, [tmp_path] * 4))
    assert list(tmp_path.iterdir()) == list(directories)
    assert len(list(next(iter(directories)).rglob("*.json"))) == 2086


def test_a_full_disk_leaves_nothing_behind_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_arguments: object, **_named: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(tarfile.TarFile, "extractall", full)
    with pytest.raises(EnvironmentFailureError, match=r"^cannot unpack the schemas into .*: No space left on device$") as caught:
        schemas.unpack(tmp_path)
    assert "free 30 MB" in str(caught.value.hint)
    assert list(tmp_path.iterdir()) == []


def test_a_cache_that_cannot_be_a_directory_is_an_environment_failure(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(EnvironmentFailureError, match="Not a directory"):
        schemas.unpack(tmp_path / "file" / "cache")


def test_a_damaged_bundle_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "bundle.tar.xz").write_bytes(b"damaged")
    original = resources.files("bbpkg") / "schemas" / "provenance.json"
    (data / "provenance.json").write_bytes(original.read_bytes())
    monkeypatch.setattr(schemas, "_data", data.joinpath)
    with pytest.raises(EnvironmentFailureError, match="the schemas of bbpkg are damaged"):
        schemas.unpack(tmp_path / "cache")
    assert not (tmp_path / "cache").exists()


def test_kubeconform_gets_both_layouts_and_no_network_location() -> None:
    arguments = schemas.kubeconform_arguments(Path("/cache/schemas-1"))
    assert arguments[::2] == ("-schema-location", "-schema-location")
    assert arguments[1::2] == ("/cache/schemas-1", "/cache/schemas-1/crds/{{.Group}}/{{.ResourceKind}}_{{.ResourceAPIVersion}}.json")


def _converted(spec: dict[str, Any]) -> dict[str, Any]:
    versions = [{"name": "v1", "schema": {"openAPIV3Schema": {"type": "object", "properties": {"spec": spec}}}}]
    crd = {"spec": {"group": "example.org", "names": {"kind": "Thing"}, "versions": versions}}
    [(name, schema)] = crd_schemas(crd)
    assert name == "example.org/thing_v1.json"
    converted: dict[str, Any] = schema["properties"]["spec"]
    return converted


def _keywords(schema: object) -> Iterator[str]:
    if isinstance(schema, dict):
        for keyword, value in schema.items():
            yield keyword
            yield from _keywords(value)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"type": "object", "properties": {"a": {}}}, {"type": "object", "properties": {"a": {}}, "additionalProperties": False}),
        (
            {"type": "object", "properties": {"a": {}}, "x-kubernetes-preserve-unknown-fields": True},
            {"type": "object", "properties": {"a": {}}},
        ),
        ({"type": "object", "additionalProperties": {"type": "string"}}, {"type": "object", "additionalProperties": {"type": "string"}}),
        ({"anyOf": [{"properties": {"a": {}}}]}, {"anyOf": [{"properties": {"a": {}}}]}),
        ({"anyOf": [{"type": "integer"}], "x-kubernetes-int-or-string": True}, {"type": ["integer", "string"]}),
        ({"type": "string", "nullable": True, "enum": ["a"]}, {"type": ["string", "null"], "enum": ["a", None]}),
        ({"enum": ["a", "b", "a"]}, {"enum": ["a", "b"]}),
        ({"type": "string", "pattern": "^(?i)a$"}, {"type": "string"}),
        ({"type": "string", "pattern": "^(?:a|b)$"}, {"type": "string", "pattern": "^(?:a|b)$"}),
    ],
)
def test_a_structural_schema_becomes_a_strict_one(given: dict[str, Any], expected: dict[str, Any]) -> None:
    assert _converted(given) == expected


def test_prose_goes_and_a_property_that_is_called_description_stays() -> None:
    spec = {"type": "object", "description": "Prose.", "properties": {"description": {"type": "string", "description": "Prose."}}}
    converted = _converted(spec)
    assert list(converted["properties"]) == ["description"]
    assert list(_keywords(converted)).count("description") == 1


def test_a_kind_takes_along_every_definition_it_reaches_and_no_other() -> None:
    reference = "/api/_definitions.json#/$defs/"
    definitions: dict[str, dict[str, Any]] = {
        "a": {"properties": {"b": {"$ref": f"{reference}b"}, "self": {"$ref": f"{reference}a"}}},
        "b": {"type": "string", "description": "Prose."},
        "c": {"type": "integer"},
    }
    schema = kubernetes_schema({"items": {"$ref": f"{reference}a"}}, definitions)
    assert schema["items"] == {"$ref": "#/$defs/a"}
    assert schema["$defs"] == {"a": {"properties": {"b": {"$ref": "#/$defs/b"}, "self": {"$ref": "#/$defs/a"}}}, "b": {"type": "string"}}
