"""`bbpkg tools`, shell completion, tables, and the directory of the cache."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import click
import pytest

from bbpkg.cli.main import cli
from bbpkg.cli.services import cache_directory
from bbpkg.cli.tables import table
from command_line import AMPLE_SECONDS, PACKAGE, TOOLS, CommandLine, fake_helm, program, use_real_tools


@pytest.fixture
def bbpkg(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory, worker_id: str
) -> CommandLine:
    use_real_tools(monkeypatch, tmp_path_factory.getbasetemp(), worker_id)
    return CommandLine(capsys)


def test_tools_are_shown_with_where_they_come_from(bbpkg: CommandLine) -> None:
    found = bbpkg("tools")
    assert (found.code, found.err) == (0, "")
    header, helm, kubeconform, render = found.out.splitlines()
    assert header.split() == ["tool", "needed", "version", "source", "found", "verdict"]
    assert helm.split()[:2] == ["helm", "3.17.0"]
    assert str(TOOLS / "helm") in helm
    assert kubeconform.endswith("fine")
    assert render.split()[:3] == ["bbpkg-render", "1.0.0", "1.0.0"]
    assert render.endswith("fine")


def test_a_render_helper_that_is_not_built_is_no_failure(bbpkg: CommandLine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("BBPKG_RENDER")
    monkeypatch.chdir(tmp_path)
    found = bbpkg("tools")
    assert (found.code, found.err) == (0, "")
    assert found.out.splitlines()[-1].endswith("not there, helm renders")


def test_a_render_helper_of_another_version_is_told(bbpkg: CommandLine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("BBPKG_RENDER", str(program(tmp_path / "bbpkg-render", "echo v2.0.0")))
    found = bbpkg("tools")
    assert found.code == 3
    assert "is 2.0.0; bbpkg needs 1.0.0 or newer, but older than 2.0.0" in found.err


@pytest.mark.parametrize(
    ("version", "message"), [("v3.16.4", "is 3.16.4; bbpkg needs 3.17.0 or newer"), ("none", "does not say its version")]
)
def test_a_tool_that_cannot_be_used_is_told(
    bbpkg: CommandLine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, version: str, message: str
) -> None:
    monkeypatch.setenv("BBPKG_HELM", str(fake_helm(tmp_path, version=version)))
    found = bbpkg("tools")
    assert found.code == 3
    assert message in found.err
    assert "not usable" in found.out
    assert "fine" in found.out


def test_a_missing_tool_is_told_for_programs(bbpkg: CommandLine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("BBPKG_HELM")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    found = bbpkg("tools", "--format", "json")
    helm, kubeconform, _ = json.loads(found.out)
    assert found.code == 3
    assert (helm["usable"], helm["version"], helm["needed"]) == (False, None, "3.17.0")
    assert "was not found" in helm["problem"]
    assert (kubeconform["usable"], kubeconform["problem"]) == (True, None)


@pytest.mark.parametrize("command", [("render", PACKAGE), ("validate", PACKAGE, "--summary")])
def test_commands_need_a_helm_that_is_new_enough(
    bbpkg: CommandLine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, command: tuple[str, ...]
) -> None:
    monkeypatch.setenv("BBPKG_HELM", str(fake_helm(tmp_path, version="v3.16.4")))
    found = bbpkg(*command)
    assert (found.code, found.out) == (3, "")
    assert "bbpkg needs 3.17.0 or newer" in found.err
    assert "hint: type `make tools`" in found.err


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_prints_a_script_that_the_shell_can_read(bbpkg: CommandLine, shell: str) -> None:
    found = bbpkg("completion", shell)
    assert found.code == 0
    assert "_BBPKG_COMPLETE" in found.out
    if shutil.which(shell):
        done = subprocess.run([shell, "-n"], input=found.out, text=True, capture_output=True, check=False, timeout=AMPLE_SECONDS)
        assert (done.returncode, done.stderr) == (0, "")


def _completed(words: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> list[str]:
    monkeypatch.setenv("_BBPKG_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", words)
    monkeypatch.setenv("COMP_CWORD", str(len(words.split(" ")) - 1))
    with pytest.raises(SystemExit) as ended:
        cli.main(args=[], prog_name="bbpkg")
    assert ended.value.code == 0
    return capsys.readouterr().out.split()


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("bbpkg re", ["plain,render"]),
        ("bbpkg generate --che", ["plain,--check"]),
        (f"bbpkg validate {PACKAGE} --case pro-2.0+", []),
        (f"bbpkg validate {PACKAGE} --case lite-1", ["plain,lite-1"]),
        (f"bbpkg render {PACKAGE} --case pro-1.5", ["plain,pro-1.5"]),
        ("bbpkg validate --case pro", []),
        ("bbpkg validate /nowhere --case pro", []),
        ("bbpkg graph ./pack", ["dir,./pack"]),
    ],
)
def test_words_are_completed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: str, expected: list[str]) -> None:
    found = _completed(words, monkeypatch, capsys)
    assert found[: len(expected)] == expected


def test_names_of_packages_are_completed(bbpkg: CommandLine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    (name, *_) = [entry["name"] for entry in json.loads(bbpkg("packages", "--format", "json").out)]
    assert f"plain,{name}" in _completed(f"bbpkg graph {name[:3]}", monkeypatch, capsys)


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"XDG_CACHE_HOME": "/cache", "HOME": "/home/me"}, "/cache/bbpkg"),
        ({"XDG_CACHE_HOME": "relative", "HOME": "/home/me"}, "/home/me/.cache/bbpkg"),
        ({"HOME": "/home/me"}, "/home/me/.cache/bbpkg"),
    ],
)
def test_the_cache_stands_where_the_user_wants_it(environ: dict[str, str], expected: str) -> None:
    assert cache_directory(environ) == Path(expected)


def test_the_cache_of_a_user_without_a_home_variable() -> None:
    assert cache_directory({}).parts[-2:] == (".cache", "bbpkg")
    assert os.sep in str(cache_directory({}))


def test_tables_are_aligned() -> None:
    rows: list[list[str | int]] = [["a", 5, click.style("good", fg="green")], ["longer", 12, "bad"]]
    assert [click.unstyle(line) for line in table(["name", "number", "verdict"], rows).splitlines()] == [
        "name    number  verdict",
        "a            5  good",
        "longer      12  bad",
    ]


def test_an_empty_table_has_a_header() -> None:
    assert table(["a", "b"], []) == "a  b\n"
