"""The command as a whole: help, version, the one error boundary, and how it ends."""

import os
import re
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import click
import pytest

from bbpkg import __version__
from bbpkg.cli import services
from command_line import (
    AMPLE_SECONDS,
    PACKAGE,
    CommandLine,
    environment,
    fake_helm,
    fake_kubeconform,
    finish,
    program,
    start,
    use_real_tools,
)
from packages import ENGINE

_COMMANDS = ("generate", "render", "validate", "graph", "packages", "tools", "completion")


@pytest.fixture
def bbpkg(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory, worker_id: str
) -> CommandLine:
    use_real_tools(monkeypatch, tmp_path_factory.getbasetemp(), worker_id)
    return CommandLine(capsys)


def test_version_is_said(bbpkg: CommandLine) -> None:
    found = bbpkg("--version")
    assert (found.code, found.out, found.err) == (0, f"bbpkg {__version__}\n", "")


def test_version_and_help_load_no_stage() -> None:
    """What answers at once must not wait for the template engine, the YAML parser or a command."""
    code = "import sys; from bbpkg.cli.main import run; run(sys.argv[1:]); print(*sorted(sys.modules), file=sys.stderr)"
    for option in ("--version", "--help"):
        argv = [sys.executable, "-c", code, option]
        done = subprocess.run(
            argv, capture_output=True, text=True, check=True, env={"PYTHONPATH": str(ENGINE.parent)}, timeout=AMPLE_SECONDS
        )
        loaded = set(done.stderr.split())
        assert {
            name for name in loaded if name.split(".")[0] in {"jinja2", "ruamel", "jsonschema", "tempfile", "subprocess", "json"}
        } == set()
        assert not any(f"bbpkg.cli.{command}" in loaded for command in _COMMANDS)


def test_help_names_every_command_and_the_exit_codes(bbpkg: CommandLine) -> None:
    found = bbpkg("--help")
    assert found.code == 0
    assert all(re.search(rf"^  {command} ", found.out, re.MULTILINE) for command in _COMMANDS)
    assert "130 interrupted" in found.out


@pytest.mark.parametrize("command", _COMMANDS)
def test_every_command_has_help_with_examples(bbpkg: CommandLine, command: str) -> None:
    found = bbpkg(command, "--help")
    assert found.code == 0
    assert f"Usage: bbpkg {command}" in found.out
    assert "Examples:" in found.out
    assert f"bbpkg {command}" in found.out.partition("Examples:")[2]


def test_nothing_said_is_answered_with_help(bbpkg: CommandLine) -> None:
    found = bbpkg()
    assert (found.code, found.out) == (2, "")
    assert "Commands:" in found.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["rendr"], 'error: "rendr" is no command; commands are generate'),
        (["rendr"], 'hint: did you mean "render"?'),
        (["--nonsense"], "error: No such option"),
        (["graph", "--nonsense"], "hint: type 'bbpkg graph --help'"),
        (["graph"], "Missing argument 'PACKAGE'"),
        (["packages", "--format", "xml"], "'xml' is not one of"),
        (["packages", "more"], "unexpected extra argument"),
    ],
)
def test_a_wrong_command_line_is_told(bbpkg: CommandLine, arguments: list[str], message: str) -> None:
    found = bbpkg(*arguments)
    assert (found.code, found.out) == (2, "")
    assert message in found.err


def test_every_problem_of_a_definition_is_told(bbpkg: CommandLine, tmp_path: Path) -> None:
    definition = (Path(PACKAGE) / "package.yaml").read_text(encoding="utf-8")
    (tmp_path / "package.yaml").write_text(definition.replace("kind: Package", "kind: Pakage").replace("defaultEdition:", "defaultEdtion:"))
    found = bbpkg("graph", str(tmp_path))
    assert (found.code, found.out) == (2, "")
    assert re.search(r"package\.yaml:\d+: /kind: ", found.err)
    assert re.search(r"package\.yaml:\d+: /defaultEdtion: ", found.err)
    assert 'hint: did you mean "defaultEdition"?' in found.err


@pytest.mark.parametrize("output_format", ["text", "json"])
def test_errors_can_be_read_in_every_format(bbpkg: CommandLine, output_format: str) -> None:
    found = bbpkg("generate", "nowhere", "--format", output_format)
    assert (found.code, found.out) == (2, "")
    assert found.err.startswith('error: there is no package "nowhere"; known packages are ')


def test_a_bug_leaves_a_log_that_only_its_owner_can_read(bbpkg: CommandLine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def explode() -> None:
        message = "pa55word"
        raise ZeroDivisionError(message)

    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(services, "PackageFolders", lambda **_: explode())
    found = bbpkg("packages")
    (log,) = tmp_path.glob("bbpkg-crash-*.log")
    assert found.code == 4
    assert found.err.startswith(f"error: a bug in bbpkg: ZeroDivisionError; {log} says where\n")
    assert "pa55word" not in found.err
    assert "in explode" in log.read_text()
    assert stat.S_IMODE(log.stat().st_mode) == 0o600


def test_a_bug_is_shown_when_no_log_can_be_written(bbpkg: CommandLine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path / "missing"))
    monkeypatch.setattr(services, "PackageFolders", lambda **_: next(iter(()), 1) / 0)
    found = bbpkg("packages")
    assert found.code == 4
    assert "Traceback" in found.err
    assert "error: a bug in bbpkg: ZeroDivisionError" in found.err


def test_an_interrupt_has_its_own_exit_code(bbpkg: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(**_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(services, "PackageFolders", interrupt)
    found = bbpkg("packages")
    assert (found.code, found.out) == (130, "")
    assert "error: interrupted" in found.err


@pytest.mark.parametrize(("no_color", "expected"), [(None, True), ("", True), ("1", False)])
def test_no_color_is_respected(bbpkg: CommandLine, monkeypatch: pytest.MonkeyPatch, no_color: str | None, *, expected: bool) -> None:
    """On a terminal; the terminal itself is what the test makes up."""
    monkeypatch.setattr(click.utils, "should_strip_ansi", lambda stream=None, color=None: color is False)  # noqa: ARG005 - click's names
    if no_color is not None:
        monkeypatch.setenv("NO_COLOR", no_color)
    assert ("\x1b[" in bbpkg("graph", "nowhere").err) is expected
    assert ("\x1b[" in bbpkg("tools").out) is expected


def test_there_are_no_colours_without_a_terminal(bbpkg: CommandLine) -> None:
    assert "\x1b[" not in bbpkg("tools").out + bbpkg("graph", "nowhere").err


def test_a_reader_that_goes_away_ends_the_command_quietly(tmp_path: Path) -> None:
    process = start("render", PACKAGE, "--case", "pro-2.0", env=environment(tmp_path))
    assert process.stdout is not None
    process.stdout.close()
    with process:
        assert process.stderr is not None
        error = process.stderr.read()
        assert (process.wait(AMPLE_SECONDS), error) == (141, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
@pytest.mark.parametrize("arguments", [("graph", PACKAGE), ("packages",)])
def test_a_full_disk_behind_standard_output_is_told(arguments: tuple[str, ...]) -> None:
    argv = [sys.executable, "-m", "bbpkg", *arguments]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            argv, stdout=full, stderr=subprocess.PIPE, text=True, check=False, timeout=AMPLE_SECONDS, env={"PYTHONPATH": str(ENGINE.parent)}
        )
    assert done.returncode == 3
    assert done.stderr.startswith("error: cannot write the output: No space left on device\n")


def _hanging_helm(folder: Path, note: Path) -> Path:
    return fake_helm(folder, template=f'echo $$ >> "{note}"; exec sleep 600')


def _wait_for(note: Path, process: subprocess.Popen[str], lines: int = 1) -> list[int]:
    deadline = time.monotonic() + AMPLE_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        found = note.read_text().split() if note.exists() else []
        if len(found) >= lines:
            return [int(pid) for pid in found]
        time.sleep(0.01)
    raise AssertionError(finish(process))


def _is_gone(pid: int) -> bool:
    deadline = time.monotonic() + AMPLE_SECONDS
    while time.monotonic() < deadline:
        status = Path(f"/proc/{pid}/stat")
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        if status.exists() and status.read_text().rpartition(")")[2].split()[0] == "Z":
            return True
        time.sleep(0.01)
    return False


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("command", [("render", PACKAGE, "-o", "out"), ("validate", PACKAGE)], ids=["render", "validate"])
def test_an_interrupt_while_helm_runs_stops_helm_and_leaves_nothing(
    tmp_path: Path, command: tuple[str, ...], number: signal.Signals
) -> None:
    note, scratch = tmp_path / "pids", tmp_path / "scratch"
    scratch.mkdir()
    helm = _hanging_helm(tmp_path / "bin", note)
    variables = {**environment(tmp_path / "cache"), "BBPKG_HELM": str(helm), "TMPDIR": str(scratch)}
    process = start(*command, env=variables, cwd=tmp_path)
    pids = _wait_for(note, process)
    process.send_signal(number)
    found = finish(process)
    assert (found.code, found.out) == ((130, "") if number is signal.SIGINT else (143, ""))
    assert "Traceback" not in found.err
    assert all(_is_gone(pid) for pid in pids)
    assert list(scratch.iterdir()) == []
    assert not (tmp_path / "out").exists()


def test_an_interrupt_while_kubeconform_runs_stops_it(tmp_path: Path) -> None:
    note = tmp_path / "pids"
    kubeconform = fake_kubeconform(tmp_path / "bin", f'echo $$ >> "{note}"; exec sleep 600')
    process = start("validate", PACKAGE, "--summary", env={**environment(tmp_path / "cache"), "BBPKG_KUBECONFORM": str(kubeconform)})
    pids = _wait_for(note, process)
    process.send_signal(signal.SIGINT)
    found = finish(process)
    assert (found.code, found.out) == (130, "")
    assert "error: interrupted" in found.err
    assert all(_is_gone(pid) for pid in pids)


def test_a_helm_that_is_no_program_is_told(bbpkg: CommandLine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    helm = program(tmp_path / "helm", "")
    helm.write_bytes(b"\x7fELF nonsense")
    monkeypatch.setenv("BBPKG_HELM", str(helm))
    found = bbpkg("render", PACKAGE)
    assert found.code == 3
    assert "is not a program for this machine" in found.err
