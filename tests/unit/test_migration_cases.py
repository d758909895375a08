"""Migrations: cases as folders.

`before/` holds the files that are migrated, in their order, and `after/` what becomes of them, `report.txt` what is said (a report with
something to decide means the exit code 1), `arguments.txt` further arguments.
"""

import shutil
from pathlib import Path

import pytest

from bbpkg.documents import read_documents
from command_line import CommandLine
from packages import REPOSITORY

CASES = REPOSITORY / "tests/cases/migrations"
NAMES = sorted(path.name for path in CASES.iterdir() if path.is_dir())


@pytest.fixture
def bbpkg(capsys: pytest.CaptureFixture[str]) -> CommandLine:
    return CommandLine(capsys)


def _arguments(name: str) -> list[str]:
    path = CASES / name / "arguments.txt"
    return path.read_text(encoding="utf-8").split() if path.exists() else []


def _files(folder: Path) -> dict[str, str]:
    return {path.name: path.read_bytes().decode() for path in sorted(folder.iterdir())}


@pytest.mark.parametrize("name", NAMES)
def test_a_case_is_migrated_as_it_says(bbpkg: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    shutil.copytree(CASES / name / "before", tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    files = sorted(path.name for path in tmp_path.iterdir())
    found = bbpkg("migrate", *files, *_arguments(name), "--in-place")
    report = (CASES / name / "report.txt").read_text(encoding="utf-8")
    assert (found.out, found.err) == (report, "")
    assert found.code == int("to decide:" in report)
    assert _files(tmp_path) == _files(CASES / name / "after")


@pytest.mark.parametrize("name", NAMES)
def test_a_migrated_file_stays_as_it_is(bbpkg: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    shutil.copytree(CASES / name / "after", tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    files = sorted(path.name for path in tmp_path.iterdir())
    found = bbpkg("migrate", *files, *_arguments(name), "--in-place")
    assert _files(tmp_path) == _files(CASES / name / "after")
    assert [line for line in found.out.splitlines() if line.endswith(" changes")] == [f"{file}: no changes" for file in files]


@pytest.mark.parametrize("name", NAMES)
def test_a_check_says_the_same_and_writes_nothing(bbpkg: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    shutil.copytree(CASES / name / "before", tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    found = bbpkg("migrate", *sorted(path.name for path in tmp_path.iterdir()), *_arguments(name), "--check")
    before, after = _files(CASES / name / "before"), _files(CASES / name / "after")
    assert found.out == (CASES / name / "report.txt").read_text(encoding="utf-8")
    assert found.code == int(before != after or "to decide:" in found.out)
    assert _files(tmp_path) == before


@pytest.mark.parametrize("name", NAMES)
def test_every_comment_of_a_moved_value_is_kept(name: str) -> None:
    def comments(folder: str) -> list[str]:
        texts = _files(CASES / name / folder).values()
        return sorted(line.partition("#")[2] for text in texts for line in text.splitlines() if " #" in line or line.startswith("#"))

    assert comments("after") == comments("before")


@pytest.mark.parametrize("name", NAMES)
def test_no_report_tells_a_secret(name: str) -> None:
    secrets = (
        "hunter2",
        "sekrit",
        "s3cr3t",
        "AKIA",
        "legacy-password",
        "new-password",
        "pass-word",
        "change-me",
        "signing",
        "in-cluster",
        "abc",
    )
    assert not any(secret in (CASES / name / "report.txt").read_text(encoding="utf-8") for secret in secrets)


def test_what_is_migrated_is_yaml_that_kubernetes_reads() -> None:
    for name in NAMES:
        for file, text in _files(CASES / name / "after").items():
            assert len(read_documents(text, file=file)) <= 1
