"""The umbrella values that are kept beside the chart, alone and in every documented combination: judged, and rendered in two stages."""

import functools
import itertools
import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import referencing

from bbpkg.adapters.packages import PackageFolders
from bbpkg.adapters.parallel import Workers
from bbpkg.adapters.processes import run
from bbpkg.app.umbrella import (
    Cluster,
    ReleaseToRender,
    RenderedRelease,
    StageOne,
    UmbrellaRequest,
    render_stage_one,
    render_stage_two,
)
from bbpkg.diagnostics import Severity
from bbpkg.documents import Document, read_documents
from bbpkg.helm.binary import HelmBinary, helm_environment
from bbpkg.helm.values import merged_values
from bbpkg.plan.umbrella_secrets import secret_paths
from bbpkg.plan.values_tree import values_tree
from bbpkg.umbrella.model import MAJORS, versioned_files
from bbpkg.umbrella.schema import Configuration
from bbpkg.umbrella.structure import document_problems, structure_problems
from chart.rendering import KUBE_VERSIONS, kubeconform, tool
from packages import REPOSITORY, generated, package, write_files

VERSIONS = (3, 4)
EDITIONS = ("engine", "enterprise")
MESHES = ((), ("ambient",), ("hardened",))
STORES = {"engine": ((), ("external-stores",)), "enterprise": ((), ("external-stores", "external-stores-enterprise"))}
LAPTOPS = ((), ("laptop",))
# The order of docs/overlays.md.
COMBINATIONS = [
    (version, (edition, *mesh, *stores, *laptop))
    for version in VERSIONS
    for edition in EDITIONS
    for mesh, stores, laptop in itertools.product(MESHES, STORES[edition], LAPTOPS)
]
FILES = sorted(path for path in generated("anchore") if path.startswith("overlays/bigbang-"))
CLUSTER = Cluster(
    kube_version=KUBE_VERSIONS[-1], api_versions=("networking.istio.io/v1", "security.istio.io/v1", "monitoring.coreos.com/v1")
)

every_file = pytest.mark.parametrize("path", FILES)
every_combination = pytest.mark.parametrize(
    ("version", "names"), [pytest.param(version, names, id=f"{version}-{'+'.join(names)}") for version, names in COMBINATIONS]
)


@pytest.fixture(scope="session")
def schemas(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    base = tmp_path_factory.getbasetemp()
    return (base if worker_id == "master" else base.parent) / "schemas"


@functools.cache
def folder() -> Path:
    holder = tempfile.TemporaryDirectory(prefix="bbpkg-overlays-")
    _HOLDERS.append(holder)
    root = Path(holder.name)
    write_files(root, generated("anchore"))
    model = PackageFolders(cwd=root).subcharts()["umbrella"]
    for version in VERSIONS:
        write_files(root / f"umbrella-{version}", versioned_files(model, MAJORS[version]))
    return root


_HOLDERS: list[tempfile.TemporaryDirectory[str]] = []


@functools.cache
def document(path: str) -> Document:
    (found,) = read_documents(generated("anchore")[path], file=path)
    return found


def values(version: int, names: tuple[str, ...]) -> dict[str, Any]:
    layers = [document(f"overlays/bigbang-{version}/{name}.yaml").value for name in names]
    return merged_values(*(layer for layer in layers if isinstance(layer, dict)))


def engine() -> HelmBinary:
    environment = helm_environment(folder() / "helm", search_path="/usr/bin:/bin")
    return HelmBinary(program=tool("helm"), run=run, environment=environment)


@functools.cache
def stage_one(version: int, names: tuple[str, ...]) -> StageOne:
    request = UmbrellaRequest(
        chart=folder() / f"umbrella-{version}", values=merged_values(MAJORS[version].values, values(version, names)), cluster=CLUSTER
    )
    return render_stage_one(engine(), request)


@functools.cache
def stage_two(version: int, names: tuple[str, ...]) -> RenderedRelease:
    (release,) = [release for release in stage_one(version, names).releases if release.name == "anchore"]
    item = ReleaseToRender(release=release, chart=folder() / "chart")
    (rendered,) = render_stage_two([item], cluster=CLUSTER, engine=engine(), workers=Workers())
    return rendered


def kinds(version: int, names: tuple[str, ...]) -> set[str]:
    return {item.kind for item in stage_two(version, names).objects}


def test_the_set_has_the_files_that_are_combined() -> None:
    combined = {f"overlays/bigbang-{version}/{name}.yaml" for version, names in COMBINATIONS for name in names}
    assert combined == set(FILES)


@every_file
def test_a_file_holds_no_template_and_begins_with_a_schema_that_exists(path: str) -> None:
    text = generated("anchore")[path]
    assert "{{" not in text
    schema = text.splitlines()[0].removeprefix("# yaml-language-server: $schema=")
    assert (REPOSITORY / path).parent.joinpath(schema).resolve() == REPOSITORY / "values-schemas/umbrella.values.schema.json"


@every_file
def test_every_secret_that_a_file_refers_to_is_explained_in_a_comment(path: str) -> None:
    lines = generated("anchore")[path].splitlines()
    comments = " ".join(line.lstrip(" #") for line in lines if line.lstrip().startswith("#"))
    secrets = [line.partition("existingSecret: ")[2] for line in lines if "existingSecret: " in line]
    assert all(f"Secret {name}, which must exist" in comments for name in secrets)


def forms(version: int) -> tuple[Configuration, ...]:
    """Values for 3.x are right in both forms, those for 4.x say themselves that they have its form."""
    return tuple(Configuration) if version == 3 else (Configuration.V1,)


@every_file
def test_a_file_is_valid_alone(path: str) -> None:
    version = 4 if "bigbang-4" in path else 3
    for form in forms(version):
        assert document_problems(document(path), path, configuration=form, is_whole=False) == ()
    assert document_problems(document(path), path, is_whole=False) == ()


@every_file
def test_an_editor_accepts_a_file_with_the_values_of_the_chart(path: str) -> None:
    files = generated("anchore")
    name = "anchore.values.schema.json"
    chart = referencing.Resource.from_contents(json.loads(files[f"values-schemas/{name}"]))
    registry: referencing.Registry[Any] = referencing.Registry().with_resource(name, chart)
    schema = json.loads(files["values-schemas/umbrella.values.schema.json"])
    validator = jsonschema.Draft7Validator(schema, registry=registry)
    validator.validate(document(path).value)
    wrong = merged_values(document(path).value, {"packages": {"anchore": {"values": {"logging": {"levl": "INFO"}}}}})  # type: ignore[arg-type]
    assert not validator.is_valid(wrong)


@every_file
def test_a_file_holds_no_secret(path: str) -> None:
    def paths(found: object, above: tuple[str, ...] = ()) -> set[tuple[str, ...]]:
        if not isinstance(found, Mapping):
            return {above}
        return {path for key, item in found.items() for path in paths(item, (*above, key))}

    secrets = {("packages", "anchore", "values", *steps) for steps in secret_paths(values_tree(package("anchore")))}
    assert secrets
    assert not secrets & paths(document(path).value)


@every_combination
def test_a_combination_is_valid_as_a_whole(version: int, names: tuple[str, ...]) -> None:
    found = values(version, names)
    assert (found.get("packageConfiguration") == {"version": "v1"}) is (version == 4)
    for form in forms(version):
        assert structure_problems(found, _nowhere, configuration=form) == ()


def _nowhere(place: str) -> Any:  # noqa: ANN401 - never called
    raise AssertionError(place)


@every_combination
def test_a_combination_makes_one_release_of_flux(version: int, names: tuple[str, ...], schemas: Path) -> None:
    made = stage_one(version, names)
    assert [found for found in made.findings if found.severity is Severity.ERROR] == []
    (release,) = [item for item in made.objects if item.kind == "HelmRelease" and item.name == "anchore"]
    spec: Any = release.data["spec"]
    assert (release.namespace, spec["releaseName"], spec["targetNamespace"]) == ("bigbang", "anchore", "anchore")
    assert {"name": "monitoring", "namespace": "bigbang"} in spec["dependsOn"]
    assert spec["timeout"] == "70m"
    own = "---\n".join(item.text for item in made.objects)
    verdict = kubeconform(own, CLUSTER.kube_version, schemas)
    assert not verdict.get("resources"), verdict
    assert verdict["summary"]["valid"] == len(made.objects)


@every_combination
def test_the_chart_renders_with_what_a_combination_gives_it(version: int, names: tuple[str, ...], schemas: Path) -> None:
    rendered = stage_two(version, names)
    assert rendered.findings == ()
    verdict = kubeconform("---\n".join(item.text for item in rendered.objects), CLUSTER.kube_version, schemas)
    assert not verdict.get("resources"), verdict
    assert verdict["summary"]["valid"] == len(rendered.objects) > 30


@every_combination
def test_the_objects_are_those_that_the_files_speak_of(version: int, names: tuple[str, ...]) -> None:
    found = stage_two(version, names).objects
    deployments = {item.name for item in found if item.kind == "Deployment"}
    assert ("anchore-ui" in deployments) is ("enterprise" in names)
    assert any(item.kind == "StatefulSet" for item in found) is ("external-stores" not in names)
    # Secrets are the user's: the chart refers to them, and makes none that holds a credential.
    assert not any(item.kind == "Secret" and "database" in item.name for item in found)
    is_ambient = "ambient" in names or (version == 4 and "hardened" not in names)
    assert ("Sidecar" in kinds(version, names)) is ("hardened" in names)
    assert ("AuthorizationPolicy" in kinds(version, names)) is ("hardened" in names or is_ambient)
    (namespace,) = [item for item in stage_one(version, names).objects if item.kind == "Namespace" and item.name == "anchore"]
    labels: Any = namespace.data["metadata"]
    assert (labels["labels"].get("istio.io/dataplane-mode") == "ambient") is is_ambient
    hosts = {name for item in found if item.kind == "ServiceEntry" for name in item.data["spec"]["hosts"]}  # type: ignore[index]
    assert ("anchore-database.example.mil" in hosts) is ("external-stores" in names)
    exposed = {name for item in found if item.kind == "VirtualService" for name in item.data["spec"]["hosts"]}  # type: ignore[index]
    assert exposed == {"anchore-api.dev.bigbang.mil", *(["anchore.dev.bigbang.mil"] if "enterprise" in names else [])}


@every_combination
def test_pods_may_reach_the_stores_that_are_outside(version: int, names: tuple[str, ...]) -> None:
    allowed = {item.name for item in stage_two(version, names).objects if item.kind == "NetworkPolicy"}
    assert any("database-subnets" in name for name in allowed) is ("external-stores" in names)
    assert any("redis-subnets" in name for name in allowed) is ("external-stores-enterprise" in names)
