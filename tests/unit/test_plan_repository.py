"""A generated repository has what Big Bang asks of a package, says what is true of it, and leaves people's files to people."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bbpkg.adapters.trees import difference, write_tree
from bbpkg.definition.schema import package_schema
from bbpkg.documents import read_documents
from bbpkg.model.variants import Variant
from bbpkg.plan.chart import plan_package
from bbpkg.plan.diagrams import components_diagram, overview_diagram
from bbpkg.plan.files import seed_paths
from bbpkg.plan.repository import repository_files
from bbpkg.render.engine import render_plan
from bbpkg.shapes import shape_problems
from bbpkg.verify.chart import problems
from packages import objects, package, render_chart, subchart, templates, write_files

PACKAGES = ("anchore", "notes")
DATE = "2026-01-02"
SEEDS = {
    ".gitignore",
    "AGENTS.md",
    "CHANGELOG.md",
    "CODEOWNERS",
    "CONTRIBUTING.md",
    "LICENSE",
    "docs/DEVELOPMENT_MAINTENANCE.md",
    "renovate.json",
    "tests/test-values.yaml",
}
GENERATED = {"README.md", "docs/overview.md"}
HEADINGS = (
    "Repository Purpose",
    "Sources of Truth",
    "Repository Layout",
    "Working Rules",
    "Commands",
    "Validation",
    "Big Bang Integration",
)

every_package = pytest.mark.parametrize("name", PACKAGES)


def _files(name: str, date: str = DATE) -> dict[str, str]:
    """Return the repository alone."""
    return render_plan(repository_files(package(name), date=date), templates(name))


def _tree(name: str) -> dict[str, str]:
    """Return everything that `generate --repository` writes."""
    plan = (*plan_package(package(name), package_schema(), subchart()), *repository_files(package(name), date=DATE))
    return render_plan(plan, templates(name))


def _read(text: str) -> Any:  # noqa: ANN401 - YAML holds anything
    (document,) = read_documents(text, file="values")
    return document.value


@every_package
def test_everything_that_big_bang_requires_is_there(name: str) -> None:
    tree = _tree(name)
    assert set(_files(name)) == SEEDS | GENERATED
    assert {"chart/Chart.yaml", "chart/values.yaml", "chart/values.schema.json", "chart/.helmignore"} <= tree.keys()
    assert all(tree[path].strip() for path in SEEDS | GENERATED)
    assert problems(tree) == ()


@every_package
def test_what_people_continue_is_written_once_and_what_follows_from_the_definition_is_not(name: str) -> None:
    assert seed_paths(repository_files(package(name), date=DATE)) == SEEDS
    assert not seed_paths(plan_package(package(name), package_schema(), subchart()))


@every_package
def test_text_ends_with_one_newline_and_has_no_space_at_ends_of_lines(name: str) -> None:
    for path, text in _files(name).items():
        assert text.endswith("\n"), path
        assert not text.endswith("\n\n"), path
        assert not re.search(r"[ \t]$", text, re.MULTILINE), path
        assert "\n\n\n" not in text or path == "LICENSE", path
        assert not re.search(r"(?<![\w.])/(home|tmp|root|work|usr)/", text), path


def test_pages_of_another_package_have_no_word_of_anchore() -> None:
    assert not [path for path, text in _files("notes").items() if "anchore" in text.lower()]


@every_package
def test_the_date_stands_in_the_changelog_alone(name: str) -> None:
    first, second = _files(name), _files(name, "2027-12-31")
    assert {path for path in first if first[path] != second[path]} == {"CHANGELOG.md"}


@every_package
def test_the_changelog_begins_with_the_version_of_the_chart(name: str) -> None:
    tree = _tree(name)
    versions = re.findall(r"^## \[(.+)\] - (\S+)$", tree["CHANGELOG.md"], re.MULTILINE)
    assert versions == [(_read(tree["chart/Chart.yaml"])["version"], DATE)]
    for edition in package(name).editions:
        for release in edition.releases:
            assert f"- {edition.title} {release.name}" in tree["CHANGELOG.md"]
            assert release.app_version in tree["CHANGELOG.md"]


@every_package
def test_agents_find_marker_and_headings_in_order(name: str) -> None:
    text = _files(name)["AGENTS.md"]
    assert text.splitlines().count("# AGENTS.md") == 1
    assert text.splitlines().count("<!-- big-bang-agents-standard: 1 -->") == 1
    sections = re.split(r"^## (.+)$", text, flags=re.MULTILINE)
    headings = sections[1::2]
    assert tuple(headings[: len(HEADINGS)]) == HEADINGS
    assert len(set(headings)) == len(headings)
    assert all(section.strip() for section in sections[2::2])
    assert not re.search(r"CHANGEME|REPLACEME|TODO|<repository-name>|<path-to-|<command>|\bN/A\b", text)


@every_package
def test_links_lead_to_files_and_headings_that_exist(name: str) -> None:
    tree = _tree(name)
    tree[".bbpkg.json"] = ""
    checked = 0
    for path in (page for page in _files(name) if page.endswith(".md")):
        for target in re.findall(r"\]\(([^)\s]+)\)", tree[path]):
            if "://" in target:
                continue
            file, _, heading = target.partition("#")
            place = (Path(path).parent / file).as_posix()
            place = re.sub(r"(^|/)[^/]+/\.\./", r"\1", place)
            assert place in tree or any(known.startswith(f"{place}/") for known in tree), f"{path}: {target}"
            if heading:
                found = re.findall(r"^#+ (.+)$", tree[place], re.MULTILINE)
                assert heading in {title.lower().replace(" ", "-") for title in found}, f"{path}: {target}"
            checked += 1
    assert checked > 15


@every_package
def test_the_readme_lists_every_value_with_its_default(name: str) -> None:
    tree = _tree(name)
    rows = dict(re.findall(r"^\| `([^`]+)` \| \w+ \| `(.*?)` \|", tree["README.md"], re.MULTILINE))
    found = {path: json.loads(default.replace("\\|", "|")) for path, default in rows.items()}
    values = _read(tree["chart/values.yaml"])
    for path, default in found.items():
        value = values
        for step in path.split("."):
            value = value[step]
        assert value == default, path
    missing = {key for key in values if not any(path == key or path.startswith(f"{key}.") for path in found)}
    assert missing == {"bb-common"}
    assert "`bb-common` holds" in tree["README.md"]


@every_package
def test_the_overview_shows_every_edition_and_release(name: str) -> None:
    text = _files(name)["docs/overview.md"]
    for edition in package(name).editions:
        assert overview_diagram(package(name), edition).strip() in text
        for variant in edition.variants:
            assert components_diagram(package(name), variant).strip() in text
    for route in package(name).routes:
        assert re.search(rf"^\| `{route.host}` \| {re.escape(package(name).component(route.component).title)} \|", text, re.MULTILINE)
    for image in package(name).images:
        for tag in image.tags:
            assert f"| {image.name} | `{image.repository}` | `{tag.tag}` |" in text


def test_metrics_of_the_overview_are_those_of_the_components() -> None:
    text = _files("anchore")["docs/overview.md"]
    assert "| API | 8228 | `/metrics` | Anchore Engine, Anchore Enterprise |" in text
    assert "| Enterprise Feeds | 8448 | `/metrics` | Anchore Enterprise |" in text
    assert "| Enterprise UI | 3000 |" not in text.partition("## Metrics")[2]


@every_package
def test_a_page_has_no_section_without_content(name: str) -> None:
    for path, text in _files(name).items():
        if path.endswith(".md"):
            body = re.sub(r"```.*?```", "code", text, flags=re.DOTALL)
            assert not re.search(r"^(#+) .+\n+(?=\1 |\Z)", body, re.MULTILINE), path


def _matches(name: str, file: str) -> set[tuple[str, str]]:
    """Return image and version of everything that Renovate finds in a file."""
    text, found = _tree(name)[file], set()
    for manager in json.loads(_files(name)["renovate.json"])["customManagers"]:
        if any(re.search(pattern.strip("/"), file) for pattern in manager["managerFilePatterns"]):
            for pattern in manager["matchStrings"]:
                for match in re.finditer(pattern.replace("(?<", "(?P<"), text):
                    groups = match.groupdict()
                    found.add((manager.get("depNameTemplate", groups.get("depName")), groups["currentValue"]))
    return found


@every_package
def test_renovate_finds_every_image(name: str) -> None:
    images = {(image.repository, tag.tag) for image in package(name).images for tag in image.tags}
    announced = {tuple(line.rsplit(":", 1)) for line in re.findall(r"image: (\S+)", _tree(name)["chart/Chart.yaml"])}
    assert images <= announced
    assert _matches(name, "chart/Chart.yaml") == announced
    single = {(image.repository, image.tags[0].tag) for image in package(name).images if len({tag.tag for tag in image.tags}) == 1}
    tests = announced - images
    assert _matches(name, "chart/values.yaml") == single | tests


def test_renovate_finds_the_versions_of_the_application() -> None:
    text = _tree("anchore")["chart/Chart.yaml"]
    found = {}
    for manager in json.loads(_files("anchore")["renovate.json"])["customManagers"]:
        if "depNameTemplate" in manager:
            (pattern,) = manager["matchStrings"]
            (version,) = re.findall(pattern.replace("(?<", "(?P<"), text)
            found[pattern.split(":")[0].replace("\\", "")] = (manager["depNameTemplate"].rsplit("/", 1)[-1], version)
    assert found == {
        "appVersion": ("engine", "1.1.0"),
        "- Anchore Engine 1.1.0": ("engine", "1.1.0"),
        "- Anchore Enterprise 4.9": ("enterprise", "4.9.3"),
    }


@every_package
def test_renovate_is_set_up_as_big_bang_asks(name: str) -> None:
    data = json.loads(_files(name)["renovate.json"])
    assert data["baseBranches"] == ["main"]
    assert data["draftPR"] is data["dependencyDashboard"] is True
    assert data["dependencyDashboardTitle"].startswith("Renovate: ")
    assert data["enabledManagers"] == ["custom.regex", "helmv3"]
    assert data["ignorePaths"] == ["chart/charts/**"]
    assert data["packageRules"] == [{"matchDatasources": ["docker"], "groupName": "Ironbank"}]
    assert data["separateMajorMinor"] is False
    assert data["postUpdateOptions"] == ["helmUpdateSubChartArchives"]


def _settings(name: str) -> dict[str, Any]:
    values = _read(_files(name)["tests/test-values.yaml"])
    assert values.keys() == {"packages"}
    assert values["packages"].keys() == {name}
    settings = values["packages"][name]
    assert isinstance(settings, dict)
    return settings


@every_package
def test_the_values_of_the_pipeline_are_valid_for_the_umbrella_and_the_chart(name: str) -> None:
    settings = _settings(name)
    assert settings.keys() == {"enabled", "sourceType", "git", "helmRelease", "values"}
    assert settings["sourceType"] == "git"
    assert settings["git"].keys() == {"repo", "path", "branch"}
    assert settings["helmRelease"] == {"namespace": "bigbang"}
    # The umbrella evaluates templates in values with its own context.
    assert "{{" not in json.dumps(settings)
    (document,) = read_documents(json.dumps(settings["values"]), file="values.yaml")
    assert shape_problems(document, json.loads(_tree(name)["chart/values.schema.json"]), "values.yaml", code="values") == ()


@every_package
def test_with_the_values_of_the_pipeline_no_pod_waits_for_a_secret(name: str, tmp_path: Path) -> None:
    settings = _settings(name)
    write_files(tmp_path, _tree(name))
    (tmp_path / "values.json").write_text(json.dumps(settings["values"]))
    rendered = objects(render_chart(tmp_path / "chart", "--values", str(tmp_path / "values.json")))
    wanted = set(_secrets(list(rendered.values())))
    assert wanted
    assert wanted <= {key[1] for key in rendered if key[0] == "Secret"}
    has_tests = bool(package(name).suites.scripts.files)
    assert bool([key for key in rendered if key[0] == "Pod"]) is has_tests


def _secrets(value: object) -> Iterator[str]:
    """Yield the names of Secrets that pods read."""
    if isinstance(value, dict):
        for key, child in value.items():
            if key == "secretKeyRef":
                yield child["name"]
            elif key == "secretName":
                yield child
            else:
                yield from _secrets(child)
    elif isinstance(value, list):
        for child in value:
            yield from _secrets(child)


@every_package
def test_a_second_run_leaves_what_people_wrote_and_finds_no_drift(name: str, tmp_path: Path) -> None:
    plan = (*plan_package(package(name), package_schema(), subchart()), *repository_files(package(name), date=DATE))
    files, seeds = render_plan(plan, templates(name)), seed_paths(plan)
    write_tree(tmp_path, files, package=name, version="1", force=False, seeds=seeds)
    for path in SEEDS:
        (tmp_path / path).write_text("mine\n")
    later = render_plan(
        (*plan_package(package(name), package_schema(), subchart()), *repository_files(package(name), date="2030-01-01")), templates(name)
    )
    assert difference(tmp_path, later, package=name, version="1", seeds=seeds) == ""
    changes = write_tree(tmp_path, later, package=name, version="1", force=True, seeds=seeds)
    assert (changes.created, changes.changed, changes.kept) == ((), (), tuple(sorted(SEEDS)))
    assert all((tmp_path / path).read_text() == "mine\n" for path in SEEDS)


def test_the_license_is_that_of_the_project() -> None:
    assert _files("notes")["LICENSE"] == (Path(__file__).parents[2] / "LICENSE").read_text(encoding="utf-8")


def test_release_notes_of_the_definition_are_announced() -> None:
    tree = _tree("anchore")
    notes = _read(tree["chart/Chart.yaml"])["annotations"]["bigbang.dev/upstreamReleaseNotesMarkdown"]
    pages = package("anchore").chart.release_notes
    assert notes == "".join(f"- [{title}]({url})\n" for title, url in pages)
    assert all(line in tree["README.md"] for line in notes.splitlines())
    assert "upstreamReleaseNotesMarkdown" not in _tree("notes")["chart/Chart.yaml"]


def test_applications_are_announced_as_a_list_of_names_and_versions() -> None:
    chart = _read(_tree("anchore")["chart/Chart.yaml"])
    versions = _read(chart["annotations"]["bigbang.dev/applicationVersions"])
    assert versions == [{"Anchore Engine 1.1.0": "1.1.0"}, {"Anchore Enterprise 4.9": "4.9.3"}]
    default = package("anchore").edition(package("anchore").default_edition)
    assert chart["appVersion"] == default.release(Variant(default.name, default.default_release).release).app_version
