"""Which engine a command renders with: the fast one where it is built, the one that the user names, and never one in silence."""

import json
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from bbpkg.adapters import conversations, processes
from bbpkg.manifests.objects import parse_objects
from command_line import AMPLE_SECONDS, PACKAGE, TOOLS, CommandLine, fake_helm, finish, program, start, use_real_tools
from packages import write_files

_ENDLESS = "{{ range until 100000 }}{{ range until 100000 }}{{ range until 100000 }}{{ end }}{{ end }}{{ end }}"


@pytest.fixture
def bbpkg(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory, worker_id: str
) -> CommandLine:
    use_real_tools(monkeypatch, tmp_path_factory.getbasetemp(), worker_id)
    monkeypatch.delenv("BBPKG_HELM")
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    monkeypatch.setenv("PATH", f"{tmp_path_factory.mktemp('nothing')}:/usr/bin:/bin")
    return CommandLine(capsys)


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The processes of bbpkg-render that a command starts."""
    pids: list[int] = []
    start = processes.start

    def noted(*arguments: object, **keywords: object) -> object:
        process = start(*arguments, **keywords)  # type: ignore[arg-type]
        pids.append(process.pid)
        return process

    monkeypatch.setattr(conversations, "start", noted)
    return pids


def _chart(folder: Path, template: str) -> str:
    files = {"Chart.yaml": "apiVersion: v2\nname: own\nversion: 1.0.0\nicon: file://a\n", "templates/a.yaml": template}
    return str(write_files(folder / "own", files))


def _assert_ended(pids: list[int]) -> None:
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_the_library_renders_where_it_is_built_and_needs_no_helm(bbpkg: CommandLine, started: list[int]) -> None:
    found = bbpkg("render", PACKAGE, "--edition", "pro")
    assert (found.code, found.err) == (0, "")
    assert len(parse_objects(found.out)) > 3
    assert len(started) == 1
    _assert_ended(started)


def test_without_it_helm_renders_and_that_is_said(bbpkg: CommandLine, monkeypatch: pytest.MonkeyPatch, started: list[int]) -> None:
    monkeypatch.delenv("BBPKG_RENDER")
    monkeypatch.setenv("PATH", f"{TOOLS}:{os.environ['PATH']}")
    monkeypatch.setattr("bbpkg.adapters.tools.ToolFinder.has_render_helper", lambda _: False)
    found = bbpkg("render", PACKAGE)
    assert found.code == 0
    assert found.err == "rendering with the program helm: bbpkg-render, which is several times as fast, is not built (make tools)\n"
    assert started == []


@pytest.mark.parametrize("variable", ["BBPKG_HELM", "BBPKG_ENGINE"])
def test_who_names_helm_gets_helm(bbpkg: CommandLine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, variable: str) -> None:
    helm = fake_helm(tmp_path, template="cat >/dev/null; printf 'by: helm\\n'")
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setenv(variable, str(helm) if variable == "BBPKG_HELM" else "helm")
    found = bbpkg("render", PACKAGE)
    assert (found.code, found.out, found.err) == (0, "by: helm\n", "")


def test_who_names_the_library_gets_it_or_an_error(bbpkg: CommandLine, monkeypatch: pytest.MonkeyPatch, started: list[int]) -> None:
    monkeypatch.setenv("BBPKG_HELM", str(TOOLS / "helm"))
    monkeypatch.setenv("BBPKG_ENGINE", "library")
    assert bbpkg("render", PACKAGE).code == 0
    assert len(started) == 1
    monkeypatch.delenv("BBPKG_RENDER")
    found = bbpkg("render", PACKAGE)
    assert found.code == 3
    assert "bbpkg-render was not found in .tools/bin or on PATH" in found.err


def test_an_unknown_engine_is_refused(bbpkg: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BBPKG_ENGINE", "Helm")
    found = bbpkg("render", PACKAGE)
    assert found.code == 2
    assert "BBPKG_ENGINE is 'Helm'; engines are helm and library" in found.err


def test_a_library_of_another_version_is_not_passed_over(bbpkg: CommandLine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("BBPKG_RENDER", str(program(tmp_path / "bbpkg-render", "echo v0.9.0")))
    found = bbpkg("render", PACKAGE)
    assert found.code == 3
    assert "is 0.9.0; bbpkg needs 1.0.0 or newer, but older than 2.0.0" in found.err


def test_a_refused_value_is_told_with_its_line(bbpkg: CommandLine, tmp_path: Path, started: list[int]) -> None:
    values = tmp_path / "values.yaml"
    values.write_text("shelf:\n  port: 5432\n  hots: db.example.mil\n")
    found = bbpkg("render", PACKAGE, "-f", str(values))
    assert (found.code, found.out) == (2, "")
    assert f'{values}:3: /shelf/hots: "hots" is not a known key; known keys are ' in found.err
    _assert_ended(started)


def test_a_secret_on_the_command_line_is_not_echoed(bbpkg: CommandLine) -> None:
    found = bbpkg("render", PACKAGE, "--set", "shelf.password=a,pa55word")
    assert found.code == 2
    assert "pa55word" not in found.err


def test_validate_finds_with_the_library_what_it_finds_with_helm(
    bbpkg: CommandLine, monkeypatch: pytest.MonkeyPatch, started: list[int]
) -> None:
    monkeypatch.setenv("PATH", f"{TOOLS}:{os.environ['PATH']}")
    arguments = ("validate", PACKAGE, "--summary", "--kube-version", "1.34.0", "--format", "json")
    by_library = bbpkg(*arguments)
    assert started
    _assert_ended(started)
    count = len(started)
    monkeypatch.setenv("BBPKG_ENGINE", "helm")
    assert bbpkg(*arguments) == by_library
    assert len(started) == count


def test_a_chart_that_never_ends_is_a_finding(
    bbpkg: CommandLine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, started: list[int]
) -> None:
    monkeypatch.setattr("bbpkg.helm.library.HelmLibrary.__init__.__kwdefaults__", {"timeout": 0.5, "memory_mib": 1024})
    found = bbpkg("validate", "--chart", _chart(tmp_path, _ENDLESS), "--kube-version", "1.34.0", "--format", "json")
    assert found.code == 1
    assert "the chart was not rendered within 0.5 seconds" in json.dumps(json.loads(found.out))
    _assert_ended(started)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGKILL, -9)])
@pytest.mark.parametrize("command", ["render", "validate"])
def test_a_render_ends_with_the_command_however_that_ends(command: str, number: int, code: int, tmp_path: Path) -> None:
    said = tmp_path / "pid"
    wrapper = f'[ "$1" = --version ] || echo $$ > {said}\nexec {TOOLS}/bbpkg-render "$@"'
    variables = {"BBPKG_RENDER": str(program(tmp_path / "bbpkg-render", wrapper)), "BBPKG_ENGINE": "library"}
    process = start(command, "--chart", _chart(tmp_path, _ENDLESS), env=variables)
    pid = int(_until(lambda: said.exists() and said.read_text().strip()))
    process.send_signal(number)
    assert finish(process).code == code
    _until(lambda: not _is_alive(pid))


def _until(look: Callable[[], str | bool]) -> str | bool:
    """Look again and again, for as long as something may take that takes no time worth speaking of."""
    for _ in range(int(AMPLE_SECONDS * 100)):
        if found := look():
            return found
        time.sleep(0.01)
    raise TimeoutError


def _is_alive(pid: int) -> bool:
    try:
        # An orphan stays visible until process 1 reaps it, where process 1 does that at all.
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_library_that_does_not_work_is_an_environment_failure(
    bbpkg: CommandLine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    script = 'if [ "$1" = --version ]; then echo v1.0.0; exit; fi\nread line\necho broken >&2\nexit 9'
    monkeypatch.setenv("BBPKG_RENDER", str(program(tmp_path / "bbpkg-render", script)))
    found = bbpkg("render", PACKAGE)
    assert (found.code, found.out) == (3, "")
    assert "bbpkg-render ended with exit code 9 instead of answering; it said: broken" in found.err
    assert "hint: " in found.err
