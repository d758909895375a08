"""`bbpkg generate`: all or nothing, drift, and what it says."""

import json
import re
import stat
from pathlib import Path

import pytest

from bbpkg.app import generate
from bbpkg.diagnostics import Diagnostic, Location
from command_line import PACKAGE, CommandLine
from packages import GENERATED, generated


@pytest.fixture
def bbpkg(capsys: pytest.CaptureFixture[str]) -> CommandLine:
    return CommandLine(capsys)


def _tree(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_the_tree_is_what_the_stages_make(bbpkg: CommandLine, tmp_path: Path) -> None:
    found = bbpkg("generate", PACKAGE, "-o", str(tmp_path))
    expected = generated("notes")
    assert (found.code, found.out) == (0, f"{tmp_path}: {len(expected)} created, 0 changed, 0 removed, 0 unchanged\n")
    written = {path: content.decode() for path, content in _tree(tmp_path).items()}
    assert {path: text for path, text in written.items() if path != ".bbpkg.json"} == dict(expected)
    assert (
        {path.name for path in tmp_path.iterdir()}
        == {".bbpkg.json", *(path.partition("/")[0] for path in expected)}
        <= {".bbpkg.json", *GENERATED}
    )


def test_a_second_run_changes_nothing(bbpkg: CommandLine, tmp_path: Path) -> None:
    bbpkg("generate", PACKAGE, "-o", str(tmp_path))
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    found = bbpkg("generate", PACKAGE, "-o", str(tmp_path), "--format", "json")
    said = json.loads(found.out)
    assert (found.code, said["created"], said["changed"], said["removed"]) == (0, [], [], [])
    assert "chart/Chart.yaml" in said["unchanged"]
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before


def test_a_package_that_bbpkg_carries_is_known_by_name(bbpkg: CommandLine, tmp_path: Path) -> None:
    name = json.loads(bbpkg("packages", "--format", "json").out)[0]["name"]
    assert bbpkg("generate", name, "-o", str(tmp_path)).code == 0
    assert (tmp_path / "chart" / "Chart.yaml").is_file()


def test_check_is_content_with_what_generate_wrote(bbpkg: CommandLine, tmp_path: Path) -> None:
    bbpkg("generate", PACKAGE, "-o", str(tmp_path))
    found = bbpkg("generate", PACKAGE, "-o", str(tmp_path), "--check")
    assert (found.code, found.out) == (0, "")
    assert found.err == f"{tmp_path} is up to date\n"


@pytest.mark.parametrize("drift", ["changed", "removed", "added"])
def test_check_shows_drift_and_writes_nothing(bbpkg: CommandLine, tmp_path: Path, drift: str) -> None:
    bbpkg("generate", PACKAGE, "-o", str(tmp_path))
    values = tmp_path / "chart" / "values.yaml"
    if drift == "changed":
        values.write_text(values.read_text() + "more: 1\n")
    elif drift == "removed":
        values.unlink()
    else:
        record = tmp_path / ".bbpkg.json"
        extra = json.loads(record.read_text())
        extra["files"]["chart/old.yaml"] = "0" * 64
        record.write_text(json.dumps(extra))
        (tmp_path / "chart" / "old.yaml").write_text("old\n")
    before = _tree(tmp_path)
    found = bbpkg("generate", PACKAGE, "-o", str(tmp_path), "--check")
    assert found.code == 1
    shown = {"changed": "-more: 1", "removed": "+++ b/chart/values.yaml", "added": "--- a/chart/old.yaml"}
    assert shown[drift] in found.out
    assert "is not what would be generated" in found.err
    assert _tree(tmp_path) == before


def test_drift_for_programs(bbpkg: CommandLine, tmp_path: Path) -> None:
    found = bbpkg("generate", PACKAGE, "-o", str(tmp_path / "new"), "--check", "--format", "json")
    said = json.loads(found.out)
    assert (found.code, said["drift"]) == (1, True)
    assert "+++ b/chart/values.yaml" in said["diff"]
    assert not (tmp_path / "new").exists()


def test_an_edited_file_is_kept_without_force(bbpkg: CommandLine, tmp_path: Path) -> None:
    bbpkg("generate", PACKAGE, "-o", str(tmp_path))
    values = tmp_path / "chart" / "values.yaml"
    values.write_text("mine: 1\n")
    found = bbpkg("generate", PACKAGE, "-o", str(tmp_path))
    assert found.code == 1
    assert "chart/values.yaml: was edited since bbpkg wrote it" in found.err
    assert values.read_text() == "mine: 1\n"
    assert bbpkg("generate", PACKAGE, "-o", str(tmp_path), "--force").code == 0
    assert values.read_text() != "mine: 1\n"


def test_what_verification_refuses_is_never_written(bbpkg: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = Diagnostic(code="x", location=Location(file="chart/values.yaml", line=3), message="is wrong.")
    monkeypatch.setattr(generate, "problems", lambda files: (found,) if files else ())
    outcome = bbpkg("generate", PACKAGE, "-o", str(tmp_path / "new"))
    assert (outcome.code, outcome.out) == (2, "")
    assert "the chart of notes would have 1 problem; nothing was written." in outcome.err
    assert "chart/values.yaml:3: is wrong." in outcome.err
    assert not (tmp_path / "new").exists()


def test_a_template_with_an_unknown_variable_is_told(bbpkg: CommandLine, tmp_path: Path) -> None:
    package = _copy(tmp_path / "package")
    template = package / "config" / "notes.yaml"
    template.write_text(template.read_text() + "more: <@ package.nonsense @>\n")
    found = bbpkg("generate", str(package), "-o", str(tmp_path / "new"))
    assert found.code == 2
    assert "config/notes.yaml:" in found.err
    assert "nonsense" in found.err
    assert not (tmp_path / "new").exists()


def test_an_output_that_cannot_be_a_folder_is_told(bbpkg: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine\n")
    for output in ("file", "file/below"):
        found = bbpkg("generate", PACKAGE, "-o", str(tmp_path / output))
        assert (found.code, found.out) == (3, "")
        assert found.err.startswith("error: ")
    assert (tmp_path / "file").read_text() == "mine\n"


def test_an_unwritable_output_is_told(bbpkg: CommandLine, tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir()
    closed.chmod(stat.S_IRUSR | stat.S_IXUSR)
    try:
        (closed / "probe").mkdir()
    except PermissionError:
        found = bbpkg("generate", PACKAGE, "-o", str(closed))
        assert found.code == 3
        assert "Permission denied" in found.err
        assert "hint: make it readable and writable" in found.err
    finally:
        closed.chmod(stat.S_IRWXU)


def _copy(folder: Path) -> Path:
    for path in Path(PACKAGE).rglob("*"):
        if path.is_file():
            target = folder / path.relative_to(PACKAGE)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
    return folder


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


def test_a_repository_is_the_chart_and_what_big_bang_expects_around_it(bbpkg: CommandLine, tmp_path: Path) -> None:
    assert bbpkg("generate", PACKAGE, "-o", str(tmp_path), "--repository").code == 0
    written = {path: content.decode() for path, content in _tree(tmp_path).items()}
    more = {"README.md", "docs/overview.md", ".bbpkg.json", *SEEDS}
    assert {path: text for path, text in written.items() if path not in more} == dict(generated("notes"))
    assert more <= written.keys()
    assert re.search(r"^## \[.+\] - \d{4}-\d{2}-\d{2}$", written["CHANGELOG.md"], re.MULTILINE)
    assert not SEEDS & json.loads(written[".bbpkg.json"])["files"].keys()


def test_what_people_continue_is_no_drift_and_survives_force(bbpkg: CommandLine, tmp_path: Path) -> None:
    arguments = ("generate", PACKAGE, "-o", str(tmp_path), "--repository")
    bbpkg(*arguments)
    for path in SEEDS:
        (tmp_path / path).write_text("mine\n")
    assert bbpkg(*arguments, "--check").code == 0
    found = bbpkg(*arguments, "--force", "--format", "json")
    assert set(json.loads(found.out)["kept"]) == SEEDS
    assert {(tmp_path / path).read_text() for path in SEEDS} == {"mine\n"}


def test_generated_pages_of_a_repository_are_checked_as_the_chart_is(bbpkg: CommandLine, tmp_path: Path) -> None:
    arguments = ("generate", PACKAGE, "-o", str(tmp_path), "--repository")
    bbpkg(*arguments)
    (tmp_path / "README.md").write_text("mine\n")
    (tmp_path / "CODEOWNERS").unlink()
    found = bbpkg(*arguments, "--check")
    assert found.code == 1
    assert "+++ b/README.md" in found.out
    assert "+++ b/CODEOWNERS" in found.out
    refused = bbpkg(*arguments)
    assert refused.code == 1
    assert "README.md: was edited since bbpkg wrote it" in refused.err
    assert not (tmp_path / "CODEOWNERS").exists()


def test_without_the_flag_only_generated_pages_are_taken_away(bbpkg: CommandLine, tmp_path: Path) -> None:
    bbpkg("generate", PACKAGE, "-o", str(tmp_path), "--repository")
    found = bbpkg("generate", PACKAGE, "-o", str(tmp_path), "--format", "json")
    assert json.loads(found.out)["removed"] == ["README.md", "docs/overview.md"]
    assert _tree(tmp_path).keys() >= SEEDS
