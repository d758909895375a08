"""Every case in tests/cases/umbrella: files of umbrella values, options, and exactly what `bbpkg render --umbrella` gives and says.

The files of a case are handed over in the order of their names. `output.yaml` is what it gives, `messages.txt` what it says; a case
whose name begins with `error` gives nothing.
"""

from pathlib import Path

import pytest

from bbpkg.manifests.objects import parse_objects
from command_line import CommandLine, use_real_tools
from packages import REPOSITORY

CASES = REPOSITORY / "tests/cases/umbrella"
FOLDERS = sorted(path.parent for path in CASES.glob("*/arguments.txt"))
OUTPUT = "output.yaml"
WRONG_INPUT = 2


@pytest.fixture
def bbpkg(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory, worker_id: str
) -> CommandLine:
    use_real_tools(monkeypatch, tmp_path_factory.getbasetemp(), worker_id)
    return CommandLine(capsys)


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


def test_cases_are_found() -> None:
    assert len(FOLDERS) > 20
    assert {folder.name for folder in FOLDERS if not (folder / OUTPUT).exists()} == {
        folder.name for folder in FOLDERS if folder.name.startswith(("error", "post-renderer-problems"))
    }


@pytest.mark.parametrize("folder", [pytest.param(path, id=path.name) for path in FOLDERS])
def test_a_case_gives_and_says_what_it_should(folder: Path, bbpkg: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    files = sorted(path.name for path in folder.glob("*.yaml") if path.name != OUTPUT)
    outcome = bbpkg("render", "--umbrella", *files, *_text(folder / "arguments.txt").split())
    assert (outcome.out, outcome.err) == (_text(folder / OUTPUT), _text(folder / "messages.txt"))
    assert outcome.code == (0 if (folder / OUTPUT).exists() else WRONG_INPUT)
    parse_objects(outcome.out)
