"""`bbpkg migrate`: what goes where, what is refused, and files that are replaced whole or not at all."""

import io
import json
import shutil
import sys
from pathlib import Path

import pytest

from bbpkg.editing.yaml_text import YamlText
from command_line import PACKAGE, CommandLine
from packages import REPOSITORY, objects, render_chart

_OLD = "# ours\nkiali:\n  enabled: true # yes\npackages:\n  podinfo: {enabled: false}\n"
_NEW = "# ours\npackageConfiguration:\n  version: v1\npackages:\n  podinfo: {enabled: false}\n  kiali:\n    enabled: true # yes\n"


@pytest.fixture
def bbpkg(capsys: pytest.CaptureFixture[str]) -> CommandLine:
    return CommandLine(capsys)


@pytest.fixture
def values(tmp_path: Path) -> Path:
    path = tmp_path / "values.yaml"
    path.write_text(_OLD)
    return path


def test_the_result_goes_to_standard_output_and_the_report_to_standard_error(bbpkg: CommandLine, values: Path) -> None:
    found = bbpkg("migrate", str(values))
    assert (found.code, found.out) == (0, _NEW)
    assert found.err.startswith(f"{values}: 2 changes\n  moved /kiali of line 2 to /packages/kiali\n")
    assert values.read_text() == _OLD


def test_standard_input_is_read(bbpkg: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(_OLD.encode())))
    found = bbpkg("migrate", "-", "-o", "-")
    assert (found.code, found.out) == (0, _NEW)
    assert "standard input: 2 changes" in found.err


def test_a_file_is_written_and_the_input_stays(bbpkg: CommandLine, values: Path) -> None:
    target = values.parent / "deep/new.yaml"
    found = bbpkg("migrate", str(values), "-o", str(target), "--format", "json")
    said = json.loads(found.out)
    assert (found.code, found.err, said["decided"]) == (0, "", True)
    assert (values.read_text(), target.read_text()) == (_OLD, _NEW)
    (file,) = said["files"]
    assert [change["deed"] for change in file["changes"]] == ["moved", "set"]
    assert file["changes"][0] == {"deed": "moved", "line": 2, "pointer": "/kiali", "to": "/packages/kiali", "reason": None}
    assert file["findings"] == []


def test_files_are_replaced_and_keep_their_permissions(bbpkg: CommandLine, values: Path) -> None:
    values.chmod(0o600)
    link = values.parent / "link.yaml"
    link.symlink_to(values)
    found = bbpkg("migrate", str(link), "--in-place")
    assert (found.code, values.read_text(), link.is_symlink()) == (0, _NEW, True)
    assert values.stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in values.parent.iterdir()) == ["link.yaml", "values.yaml"]


def test_a_file_with_nothing_to_migrate_is_not_touched(bbpkg: CommandLine, values: Path) -> None:
    values.write_text(_NEW)
    before = values.stat()
    found = bbpkg("migrate", str(values), "--in-place")
    assert (found.code, found.out) == (0, f"{values}: no changes\n")
    assert (values.stat().st_ino, values.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert bbpkg("migrate", str(values), "--check").code == 0


def test_a_check_finds_something_to_migrate(bbpkg: CommandLine, values: Path) -> None:
    found = bbpkg("migrate", str(values), "--check", "--format", "json")
    assert (found.code, json.loads(found.out)["decided"], values.read_text()) == (1, True, _OLD)


def test_what_is_undecided_has_its_line_and_the_exit_code_says_it(bbpkg: CommandLine, values: Path) -> None:
    values.write_text(_OLD + "kiaIi: {}\n")
    found = bbpkg("migrate", str(values), "--in-place", "--format", "json")
    said = json.loads(found.out)
    assert (found.code, said["decided"]) == (1, False)
    (finding,) = said["files"][0]["findings"]
    assert (finding["line"], finding["pointer"], finding["hint"]) == (6, "/kiaIi", 'did you mean "kiali"?')
    assert "kiali:\n    enabled: true # yes" in values.read_text()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "Missing argument 'FILE...'"),
        (["v", "--in-place", "--check"], "--check and --in-place exclude each other"),
        (["v", "-o", "x", "--in-place"], "--in-place and -o exclude each other"),
        (["-", "-", "--check"], "standard input can be read once"),
        (["-", "--in-place"], "--in-place has no place for standard input"),
        (["v", "v"], "several files have no one output"),
        (["v", "--from", "official"], "--from needs the package"),
        (["v", "--nested", "kiali", "--package", PACKAGE], "--nested and --package exclude each other"),
        (["v", "--format", "json"], "the report and the values cannot both go to standard output"),
        (["v", "--nested", "kiall"], '"kiall" is no package of Big Bang\'s and none of the files'),
        (["v", "--package", "anchor"], 'there is no package "anchor"'),
        (["v", "--package", PACKAGE], "does not say how values of other charts are migrated"),
        (["v", "--package", "anchore", "--from", "oficial"], '"oficial" is no form that anchore knows; it knows official, upstream'),
        (["w"], "there is no file w"),
        (["v", "--to", "5"], "'5' is not '4'"),
    ],
)
def test_a_wrong_request_is_refused(
    bbpkg: CommandLine, values: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], message: str
) -> None:
    monkeypatch.chdir(values.parent)
    values.rename("v")
    found = bbpkg("migrate", *arguments)
    assert (found.code, found.out) == (2, "")
    assert message in found.err
    assert Path("v").read_text() == _OLD


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: [1\n", "v:2: not YAML: "),
        ("a: 1\nkiali: {}\nkiali: {}\n", 'v:3: /kiali: the key "kiali" is given twice, first on line 2'),
        ("kiali: {}\n---\na: 1\n", "v:3: the file holds 2 documents; values are one document."),
        ("- a\n", "v:1: the values are a list; they must be a mapping."),
        ("kiali: {}\n<<<<<<< HEAD\n", "v:3: not YAML: "),
        ("a: &a [*a]\n", "would repeat itself without end"),
        ("a: \x07\n", "the character U+0007 is not allowed"),
    ],
)
def test_what_is_no_values_file_is_refused_with_its_line(
    bbpkg: CommandLine, values: Path, monkeypatch: pytest.MonkeyPatch, text: str, message: str
) -> None:
    monkeypatch.chdir(values.parent)
    Path("v").write_text(text)
    found = bbpkg("migrate", "v", str(values), "--in-place")
    assert (found.code, found.out) == (2, "")
    assert message in found.err
    assert values.read_text() == _OLD


def test_every_wrong_file_is_told_at_once(bbpkg: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a").write_text("- 1\n")
    Path("b").write_text("x: [\n")
    found = bbpkg("migrate", "a", "b", "--check")
    assert found.code == 2
    assert "a, b: no values that can be migrated" in found.err
    assert "a:1: " in found.err
    assert "b:" in found.err


def test_a_folder_that_cannot_be_written_is_told(bbpkg: CommandLine, values: Path) -> None:
    (values.parent / "file").write_text("")
    found = bbpkg("migrate", str(values), "-o", str(values.parent / "file/new.yaml"))
    assert found.code == 3
    assert "new.yaml cannot be written" in found.err


def test_a_migrated_full_example_is_accepted_by_the_chart(tmp_path: Path) -> None:
    case = REPOSITORY / "tests/cases/migrations/official-package-in-full/after/values.yaml"
    migrated = YamlText.read(case.read_text(encoding="utf-8"), file="values.yaml").value("/packages/anchore/values")
    (tmp_path / "values.json").write_text(json.dumps(migrated))
    shutil.copytree(REPOSITORY / "chart", tmp_path / "chart")
    found = objects(render_chart(tmp_path / "chart", "-f", str(tmp_path / "values.json")))
    names = {name for kind, name in found if kind == "Deployment"}
    assert any(name.endswith("-reports-worker") for name in names)
    (analyzer,) = [item for (kind, name), item in found.items() if kind == "Deployment" and name.endswith("-analyzer")]
    assert analyzer["spec"]["replicas"] == 4  # type: ignore[index]
    assert not any(kind == "StatefulSet" for kind, _ in found)
