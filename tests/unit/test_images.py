"""Images are found wherever objects name them, and compared with what the chart declares."""

import json
from pathlib import Path

import pytest

from bbpkg.errors import InvalidInputError
from bbpkg.manifests.image_annotations import declared_images
from bbpkg.manifests.image_references import full_reference, is_reference, references_in
from bbpkg.manifests.images import Place, image_uses
from bbpkg.manifests.objects import parse_objects
from command_line import PACKAGE, CommandLine, use_real_tools
from packages import package, write_chart

_POD = """
apiVersion: v1
kind: Pod
metadata: {name: web, annotations: {helm.sh/hook: test}}
spec:
  containers:
    - name: web
      image: r.mil/web:1
      command: [run, --image=r.mil/argument:2]
      env:
        - {name: TOOL, value: "r.mil/variable:3"}
        - {name: RELATED_IMAGE_PROXY, value: "proxy:4"}
        - {name: ADDRESS, value: "https://r.mil/page:5"}
        - {name: HOST, value: "cache.local:6379/0"}
        - {name: PLAIN, value: "name:6"}
  initContainers: [{name: first, image: r.mil/first:1}]
  ephemeralContainers: [{name: look, image: r.mil/look:1}]
  volumes: [{name: model, image: {reference: r.mil/model:1}}]
"""
_CUSTOM = """
apiVersion: example.mil/v1
kind: Store
metadata: {name: store}
spec:
  image: r.mil/store:1
  exporter: {image: {registry: r.mil, repository: exporter, tag: 2}}
  backupImage: r.mil/backup:1
  image.note: nothing
  imageStyle: {image: false}
---
apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata: {name: flux}
spec: {url: "oci://r.mil/charts/web", ref: {tag: 1.2.3}}
---
apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmRepository
metadata: {name: charts}
spec: {url: "oci://r.mil/charts"}
---
apiVersion: extensions.istio.io/v1alpha1
kind: WasmPlugin
metadata: {name: filter}
spec: {url: "oci://r.mil/filter:1"}
"""


def test_every_place_of_a_pod_is_looked_at() -> None:
    found = [(use.image, use.place, use.pointer) for use in image_uses(parse_objects(_POD))]
    assert found == [
        ("r.mil/web:1", Place.CONTAINER, "/spec/containers/0/image"),
        ("r.mil/variable:3", Place.VARIABLE, "/spec/containers/0/env/0/value"),
        ("proxy:4", Place.VARIABLE, "/spec/containers/0/env/1/value"),
        ("r.mil/argument:2", Place.ARGUMENT, "/spec/containers/0/command/1"),
        ("r.mil/first:1", Place.INIT, "/spec/initContainers/0/image"),
        ("r.mil/look:1", Place.EPHEMERAL, "/spec/ephemeralContainers/0/image"),
        ("r.mil/model:1", Place.VOLUME, "/spec/volumes/0/image/reference"),
    ]
    assert {use.hook for use in image_uses(parse_objects(_POD))} == {"test"}


def test_custom_resources_name_images_and_artifacts() -> None:
    assert [(use.image, use.place, use.owner) for use in image_uses(parse_objects(_CUSTOM))] == [
        ("r.mil/store:1", Place.CUSTOM_RESOURCE, "Store store"),
        ("r.mil/exporter:2", Place.CUSTOM_RESOURCE, "Store store"),
        ("r.mil/backup:1", Place.CUSTOM_RESOURCE, "Store store"),
        ("r.mil/charts/web:1.2.3", Place.ARTIFACT, "OCIRepository flux"),
        ("r.mil/filter:1", Place.ARTIFACT, "WasmPlugin filter"),
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("registry1.dso.mil/a/b:v1.2.3-x", ["registry1.dso.mil/a/b:v1.2.3-x"]),
        ("localhost:5000/a:1,r.mil/b@sha256:" + "a" * 64, ["localhost:5000/a:1", "r.mil/b@sha256:" + "a" * 64]),
        ("oci://r.mil/a:1", ["r.mil/a:1"]),
        ("pull r.mil/a:1.", ["r.mil/a:1"]),
        ("https://r.mil/a:1", []),
        ("r.mil:5432/database", []),
        ("a:1", []),
        ("user@r.mil/a:1", []),
        ("r.mil/A:1", []),
        ("", []),
    ],
)
def test_references_in_texts_are_those_that_can_be_nothing_else(text: str, found: list[str]) -> None:
    assert list(references_in(text)) == found


def test_references_mean_the_same_with_and_without_what_is_understood() -> None:
    assert full_reference("redis") == full_reference("docker.io/library/redis:latest")
    assert full_reference("localhost/a:1") == "localhost/a:1"
    assert [is_reference(text) for text in ("redis", "r.mil/a/b:1", "A b", "http://x/y")] == [True, True, False, False]


_CHART = "apiVersion: v2\nname: web\nversion: 1.0.0\nannotations:\n  helm.sh/images: {}\n"


@pytest.mark.parametrize(
    ("annotation", "message"),
    [
        ("[a]", "the annotation must be a text that holds a YAML list."),
        ('"a: ["', "the text of the annotation is not YAML"),
        ('"a: b"', "every entry of the annotation must be a mapping with name and image."),
        ('"- name: a"', "every entry of the annotation must be a mapping with name and image."),
    ],
)
def test_an_annotation_that_is_no_list_is_refused_with_its_line(annotation: str, message: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        declared_images({"Chart.yaml": _CHART.replace("{}", annotation)}, folder="chart")
    (found,) = caught.value.diagnostics
    assert str(found).startswith(f"chart/Chart.yaml:5: /annotations/helm.sh~1images: {message}")


def test_subcharts_declare_images_too() -> None:
    own = _CHART.replace("{}", '"- {name: a, image: r.mil/a:1, condition: a.on}"')
    files = {"Chart.yaml": own, "charts/sub/Chart.yaml": own.replace("a:1", "b:1"), "templates/Chart.yaml": own.replace("a:1", "c:1")}
    assert [(entry.image, entry.condition, entry.is_own) for entry in declared_images(files, folder="chart")] == [
        ("r.mil/a:1", "a.on", True),
        ("r.mil/b:1", "a.on", False),
    ]


@pytest.fixture
def bbpkg(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory, worker_id: str
) -> CommandLine:
    use_real_tools(monkeypatch, tmp_path_factory.getbasetemp(), worker_id)
    return CommandLine(capsys)


def test_the_images_of_a_package_are_those_that_it_declares(bbpkg: CommandLine) -> None:
    said = json.loads(bbpkg("images", PACKAGE, "--format", "json").out)
    known = {f"{image.repository}:{tag.tag}" for image in package("notes").images for tag in image.tags}
    assert known <= {image["image"] for image in said["images"]}
    assert said["valid"]
    assert all(image["rendered"] and image["declared"] and image["uses"] for image in said["images"])
    text = bbpkg("images", PACKAGE)
    assert (text.code, text.err) == (0, "")
    assert text.out.endswith("; the annotation names each of them.\n")


def _spoiled(folder: Path, old: str, new: str) -> Path:
    chart = write_chart(folder, "notes")
    text = (chart / "Chart.yaml").read_text()
    assert text.count(old) >= 1
    (chart / "Chart.yaml").write_text(text.replace(old, new, 1))
    return chart


def test_an_image_that_the_annotation_lacks_and_one_that_nothing_runs_are_findings(bbpkg: CommandLine, tmp_path: Path) -> None:
    image = package("notes").images[0]
    chart = _spoiled(tmp_path, f"image: {image.repository}", "image: r.mil/nobody")
    found = bbpkg("images", PACKAGE, "--chart", str(chart))
    assert found.code == 1
    assert f"the annotation helm.sh/images does not name {image.repository}:" in found.out
    assert "r.mil/nobody" in found.out
    assert "is never rendered, in no case." in found.out
    assert f"{chart}/Chart.yaml:" in found.out
    # With the values of one case only, an image that is not there says nothing.
    alone = bbpkg("images", "--chart", str(chart), "--format", "json")
    assert {finding["code"] for finding in json.loads(alone.out)["findings"]} == {"image-undeclared"}


def test_lists_for_the_air_gap(bbpkg: CommandLine) -> None:
    plain = bbpkg("images", PACKAGE, "--format", "list").out.splitlines()
    assert len(plain) == len(set(plain)) > 1
    hauler = bbpkg("images", PACKAGE, "--format", "hauler").out
    assert hauler.startswith("apiVersion: content.hauler.cattle.io/v1\nkind: Images\n")
    assert all(f'- name: "{name}"\n' in hauler for name in plain)
    zarf = bbpkg("images", PACKAGE, "--format", "zarf").out
    assert all(f'      - "{name}"\n' in zarf for name in plain)
    upstream = bbpkg("images", PACKAGE, "--format", "list", "--upstream").out.splitlines()
    assert upstream != plain
    assert all(":" in name.rpartition("/")[2] for name in upstream)


def test_one_case_lists_its_images_only(bbpkg: CommandLine) -> None:
    every = bbpkg("images", PACKAGE, "--format", "list").out.splitlines()
    one = bbpkg("images", PACKAGE, "--case", "lite-1", "--format", "list").out.splitlines()
    assert set(one) < set(every)


def test_a_case_needs_its_package(bbpkg: CommandLine, tmp_path: Path) -> None:
    found = bbpkg("images", "--chart", str(write_chart(tmp_path, "notes")), "--case", "lite-1")
    assert (found.code, found.out) == (2, "")
    assert "--case needs the package" in found.err
