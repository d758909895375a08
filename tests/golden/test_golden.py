"""Generated trees are what they were: every change of one is seen, byte by byte, and reviewed as code.

The tree of the made-up package stands in this folder; that of Anchore is the repository's own.
Sameness is no truth: each chart is linted, rendered and validated as well.
"""

import difflib
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from bbpkg.adapters import schemas
from bbpkg.model.package import Overlay
from packages import (
    GENERATED,
    GOLDEN,
    REPOSITORY,
    generated,
    objects,
    package,
    read_folder,
    render_chart,
    run_tool,
    validate,
    variant_arguments,
    write_chart,
)

TREES = {"notes": (GOLDEN / "notes", "make golden"), "anchore": (REPOSITORY, "make generate")}
VARIANTS = [(name, variant, arguments) for name in TREES for variant, arguments in variant_arguments(name)]


def difference(expected: Mapping[str, str], actual: Mapping[str, str]) -> str:
    """What a reader needs to see to judge a change; empty when there is none."""
    return "".join(_changes(expected, actual))


def _changes(expected: Mapping[str, str], actual: Mapping[str, str]) -> Iterator[str]:
    for path in sorted({*expected, *actual}):
        if path not in actual:
            yield f"{path}: is no longer generated\n"
        elif path not in expected:
            yield f"{path}: is new\n"
        else:
            lines = (expected[path].splitlines(keepends=True), actual[path].splitlines(keepends=True))
            yield from (
                line if line.endswith("\n") else f"{line}\n\\ no line end\n"
                for line in difflib.unified_diff(*lines, f"committed/{path}", f"generated/{path}", n=2)
            )


def committed(root: Path) -> dict[str, str]:
    """The files of a generated tree."""
    return {path: text for name in GENERATED if (root / name).is_dir() for path, text in read_folder(root / name, f"{name}/").items()}


@pytest.mark.parametrize("name", sorted(TREES))
def test_the_committed_tree_is_what_is_generated_now(name: str) -> None:
    root, command = TREES[name]
    found = difference(committed(root), generated(name))
    assert not found, f"type `{command}` and review the difference:\n{found}"


def test_a_difference_names_the_file_and_shows_the_lines() -> None:
    before = {"a.yaml": "x: 1\ny: 2\n", "gone.yaml": "", "same.yaml": "s"}
    after = {"a.yaml": "x: 1\ny: 3", "new.yaml": "", "same.yaml": "s"}
    assert difference(before, after) == (
        "--- committed/a.yaml\n+++ generated/a.yaml\n@@ -1,2 +1,2 @@\n x: 1\n-y: 2\n+y: 3\n\\ no line end\n"
        "gone.yaml: is no longer generated\nnew.yaml: is new\n"
    )
    assert not difference(before, before)


@pytest.fixture(scope="module")
def charts(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    return {name: write_chart(tmp_path_factory.mktemp(name), name) for name in TREES}


@pytest.fixture(scope="module")
def schema_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return schemas.unpack(tmp_path_factory.mktemp("schemas"))


@pytest.mark.parametrize("tool", ["helm", "helm3"])
@pytest.mark.parametrize(("name", "variant", "arguments"), VARIANTS, ids=[f"{name}-{variant}" for name, variant, _ in VARIANTS])
def test_helm_lints_every_variant_without_a_warning(
    charts: Mapping[str, Path], name: str, variant: str, arguments: tuple[str, ...], tool: str
) -> None:
    process = run_tool(tool, "lint", "--strict", str(charts[name]), *arguments)
    assert process.returncode == 0, f"{variant}: {process.stdout}{process.stderr}"
    assert "[WARNING]" not in process.stdout + process.stderr


@pytest.mark.parametrize("monitoring", ["false", "true"])
@pytest.mark.parametrize(("name", "variant", "arguments"), VARIANTS, ids=[f"{name}-{variant}" for name, variant, _ in VARIANTS])
def test_every_object_of_every_variant_is_valid_for_the_oldest_and_the_newest_kubernetes(
    charts: Mapping[str, Path], schema_folder: Path, name: str, variant: str, arguments: tuple[str, ...], monitoring: str
) -> None:
    manifests = render_chart(charts[name], *arguments, f"--set=global.monitoring.enabled={monitoring}")
    versions = schemas.provenance().kubernetes_versions
    found = {version: validate(manifests, schema_folder, version) for version in (versions[0], versions[-1])}
    assert found == {versions[0]: "", versions[-1]: ""}, variant


@pytest.mark.parametrize("name", sorted(TREES))
def test_an_object_that_is_wrong_is_found(charts: Mapping[str, Path], schema_folder: Path, name: str) -> None:
    """The judge of the tests above is awake."""
    (_, arguments), *_ = variant_arguments(name)
    manifests = render_chart(charts[name], *arguments).replace("serviceAccountName:", "serviceAccountNames:")
    assert "additional properties 'serviceAccountNames' not allowed" in validate(manifests, schema_folder, "1.34.0")
    assert "could not find schema for Unheard" in validate("apiVersion: v1\nkind: Unheard\n", schema_folder, "1.34.0")


OVERLAYS = [(name, overlay) for name in sorted(TREES) for overlay in package(name).overlays]


@pytest.mark.parametrize(("name", "overlay"), OVERLAYS, ids=[f"{name}-{overlay.name}" for name, overlay in OVERLAYS])
def test_an_overlay_renders_beside_what_its_edition_needs_at_least(
    charts: Mapping[str, Path], tmp_path: Path, name: str, overlay: Overlay
) -> None:
    values = tmp_path / "values.yaml"
    values.write_text(generated(name)[f"overlays/chart/{overlay.name}.yaml"], encoding="utf-8")
    arguments = dict(variant_arguments(name))[str(max(overlay.variants))]
    assert objects(render_chart(charts[name], *arguments, "--values", str(values)))
