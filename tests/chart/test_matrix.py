"""Every documented way to install the chart is accepted by both Helms and by the schemas of Kubernetes."""

import re
from pathlib import Path

import pytest

from bbpkg.documents import read_documents
from chart.cases import CASES, EDITIONS, NAMED
from chart.rendering import (
    HELMS,
    KUBE_VERSIONS,
    Case,
    chart,
    kubeconform,
    manifests,
    merged,
    objects,
    parse,
    run_helm,
    template,
    tree,
)

every_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
every_helm = pytest.mark.parametrize("helm", HELMS)

OVERLAYS = sorted(path.name for path in (tree() / "overlays/chart").iterdir())


@every_case
@every_helm
def test_helm_lint_has_nothing_to_say(case: Case, helm: str) -> None:
    done = run_helm(helm, "lint", str(chart()), "--strict", "--namespace", case.namespace, values=case.values)
    assert done.exit_code == 0, done.stdout + done.stderr
    assert "WARNING" not in done.stdout
    assert "[ERROR]" not in done.stdout


@every_case
@pytest.mark.parametrize("kube_version", KUBE_VERSIONS)
def test_every_object_passes_the_schemas_of_kubernetes(case: Case, kube_version: str, schemas: Path) -> None:
    verdict = kubeconform(manifests(case), kube_version, schemas)
    assert not verdict.get("resources"), verdict
    assert verdict["summary"] == {"valid": len(parse(manifests(case), case.name)), "invalid": 0, "errors": 0, "skipped": 0}


@every_case
def test_both_helms_make_the_same_objects(case: Case) -> None:
    """Also in the subchart."""
    assert parse(manifests(case, "helm"), case.name) == parse(manifests(case, "helm3"), case.name)


@every_case
@every_helm
def test_two_renders_are_byte_identical(case: Case, helm: str) -> None:
    assert template(case, helm).stdout == manifests(case, helm)


def test_the_engine_is_the_default_edition() -> None:
    assert objects(NAMED["default"]) == objects(NAMED["engine-defaults"])


@pytest.mark.parametrize("edition", EDITIONS)
def test_an_edition_has_more_objects_than_none(edition: str) -> None:
    # A guard for all tests that loop over objects.
    assert (
        len([item for item in objects(NAMED[f"{edition}-defaults"]) if item["kind"] == "Deployment"])
        >= {"engine": 5, "enterprise": 10}[edition]
    )


@pytest.mark.parametrize("overlay", OVERLAYS)
@every_helm
def test_an_overlay_renders_over_the_edition_that_its_head_names(overlay: str, helm: str, schemas: Path) -> None:
    text = (tree() / "overlays/chart" / overlay).read_text(encoding="utf-8")
    values = read_documents(text, file=overlay)[0].value
    assert isinstance(values, dict)
    head = next(line for line in text.splitlines() if line.startswith("# For "))
    for edition in EDITIONS:
        if f"Anchore {edition.title()}" in head:
            text = template(Case(name=overlay, values=merged(EDITIONS[edition], values)), helm).stdout
            verdict = kubeconform(text, KUBE_VERSIONS[-1], schemas)
            assert verdict["summary"] == {"valid": len(parse(text, overlay)), "invalid": 0, "errors": 0, "skipped": 0}, verdict
            assert verdict["summary"]["valid"], edition


@pytest.mark.parametrize(
    "function",
    [
        "lookup",
        r"rand\w+",
        "shuffle",
        r"gen\w+",
        r"uuidv\d",
        "now",
        "date\\w*",
        "ago",
        "derivePassword",
        "htpasswd",
        "bcrypt",
        "encryptAES",
        "getHostByName",
        r"buildCustomCert",
    ],
)
def test_no_template_uses_what_differs_from_render_to_render(function: str) -> None:
    found = {
        path.name: match[0]
        for path in (chart() / "templates").rglob("*")
        if path.is_file()
        for action in re.findall(r"\{\{(.*?)\}\}", path.read_text(encoding="utf-8"), re.DOTALL)
        if not action.lstrip("- ").startswith("/*")
        for match in [re.search(rf"(?<![\w.$\"-]){function}(?![\w\"-])", re.sub(r'"(?:[^"\\]|\\.)*"|`[^`]*`', '""', action))]
        if match
    }
    assert not found
