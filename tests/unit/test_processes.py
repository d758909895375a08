"""Programs are run with a time limit, and nothing of them stays behind."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from bbpkg.adapters.processes import Completed, run
from bbpkg.errors import EnvironmentFailureError

_AMPLE = 60.0
_SHORT = 0.2


def _python(script: str, *arguments: str) -> list[str]:
    return [sys.executable, "-c", script, *arguments]


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # An orphan that was killed stays visible until process 1 reaps it, where process 1 does that at all.
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z" if Path("/proc/self").exists() else True


def _wait_until_dead(pid: int) -> bool:
    for _ in range(1000):
        with contextlib.suppress(FileNotFoundError):
            if not _is_alive(pid):
                return True
        time.sleep(0.01)
    return False


def test_output_and_exit_code_are_returned() -> None:
    script = "import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)"
    assert run(_python(script), timeout=_AMPLE) == Completed(stdout="out\n", stderr="err\n", exit_code=3)


def test_input_directory_and_environment_reach_the_program(tmp_path: Path) -> None:
    script = "import os, sys; print(sys.stdin.read(), os.getcwd(), os.environ['COLOUR'])"
    done = run(_python(script), timeout=_AMPLE, stdin="grün", cwd=tmp_path, env={"COLOUR": "blue", "PYTHONUTF8": "1"})
    assert done.stdout == f"grün {tmp_path.resolve()} blue\n"


def test_program_without_input_must_not_wait_for_the_terminal() -> None:
    assert run(_python("import sys; print(repr(sys.stdin.read()))"), timeout=_AMPLE).stdout == "''\n"


def test_output_that_is_not_utf8_is_replaced() -> None:
    assert run(_python("import os; os.write(1, b'a\\xffb')"), timeout=_AMPLE).stdout == "a\ufffdb"


def test_big_input_and_output_must_not_deadlock() -> None:
    script = "import sys; text = sys.stdin.read(); sys.stderr.write(text); sys.stdout.write(text)"
    text = "x" * 3_000_000
    assert run(_python(script), timeout=_AMPLE, stdin=text) == Completed(stdout=text, stderr=text, exit_code=0)


def test_program_that_ignores_its_input_is_no_failure() -> None:
    assert run(_python("pass"), timeout=_AMPLE, stdin="x" * 3_000_000).exit_code == 0


def test_missing_program_is_named_with_a_hint() -> None:
    with pytest.raises(EnvironmentFailureError, match=r"^no-such-helm was not found") as caught:
        run(["no-such-helm", "template"], timeout=_AMPLE)
    assert caught.value.hint == 'install no-such-helm, or put it on the PATH ("make tools")'


def test_missing_directory_must_not_be_reported_as_missing_program(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentFailureError, match="there is no such directory"):
        run(_python("pass"), timeout=_AMPLE, cwd=tmp_path / "gone")


def test_program_without_permission_is_named(tmp_path: Path) -> None:
    program = tmp_path / "helm"
    program.write_text("#!/bin/sh\n")
    with pytest.raises(EnvironmentFailureError, match=r"^helm cannot be run: permission denied") as caught:
        run([str(program)], timeout=_AMPLE)
    assert "chmod +x" in str(caught.value.hint)


def test_file_that_is_no_program_is_named(tmp_path: Path) -> None:
    program = tmp_path / "helm"
    program.write_bytes(b"\x7fELF nonsense")
    program.chmod(0o755)
    with pytest.raises(EnvironmentFailureError, match="is not a program for this machine"):
        run([str(program)], timeout=_AMPLE)


def test_too_many_arguments_are_explained() -> None:
    with pytest.raises(EnvironmentFailureError, match="cannot be run: Argument list too long"):
        run(_python("pass", *["x" * 100_000] * 100), timeout=_AMPLE)


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (signal.SIGKILL, r"was killed by SIGKILL \(out of memory\?\)$"),
        (signal.SIGSEGV, "was killed by SIGSEGV$"),
        (signal.SIGRTMIN + 3, rf"was killed by signal {signal.SIGRTMIN + 3}$"),
    ],
)
def test_signal_that_ended_the_program_is_named(number: int, expected: str) -> None:
    with pytest.raises(EnvironmentFailureError, match=expected):
        run(
            _python(f"import os, resource; resource.setrlimit(resource.RLIMIT_CORE, (0, 0)); os.kill(os.getpid(), {number})"),
            timeout=_AMPLE,
        )


def test_program_that_hangs_is_stopped_and_named() -> None:
    with pytest.raises(EnvironmentFailureError, match=r"did not end within 0\.2 seconds and was stopped$") as caught:
        run(["sleep", "600"], timeout=_SHORT)
    assert caught.value.message.startswith("sleep did")
    assert caught.value.hint


def test_message_must_show_no_argument_but_the_sub_command(tmp_path: Path) -> None:
    program = tmp_path / "helm"
    program.write_text("#!/bin/sh\nexec sleep 600\n")
    program.chmod(0o755)
    with pytest.raises(EnvironmentFailureError) as caught:
        run([str(program), "template", "--set", "password=hunter2"], timeout=_SHORT)
    assert caught.value.message == "helm template did not end within 0.2 seconds and was stopped"
    assert "hunter2" not in f"{caught.value} {caught.value.hint}"


def test_whole_group_is_stopped_when_time_is_up(tmp_path: Path) -> None:
    """Also a grandchild that ignores SIGTERM and holds the pipes open."""
    note = tmp_path / "pid"
    grandchild = 'trap "" TERM; echo $$ > "$0.part"; mv "$0.part" "$0"; while :; do sleep 1; done'
    with pytest.raises(EnvironmentFailureError, match="did not end within"):
        run(["sh", "-c", 'sh -c "$0" "$1" & wait', grandchild, str(note)], timeout=1)
    assert _wait_until_dead(int(note.read_text()))


@pytest.mark.parametrize("program", [["true"], ["false"], ["sleep", "600"]])
def test_program_must_not_stay_as_a_zombie(program: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[subprocess.Popen[bytes]] = []
    start = subprocess.Popen

    def note(*arguments: object, **options: object) -> subprocess.Popen[bytes]:
        started.append(start(*arguments, **options))  # type: ignore[call-overload]
        return started[-1]

    monkeypatch.setattr(subprocess, "Popen", note)
    with contextlib.suppress(EnvironmentFailureError):
        run(program, timeout=_SHORT if program[0] == "sleep" else _AMPLE)
    with pytest.raises(ChildProcessError):
        os.waitpid(started[0].pid, 0)


def test_interrupt_stops_the_program_and_goes_on(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    script = f"""
import sys
from pathlib import Path
from bbpkg.adapters.processes import run
try:
    run(["sh", "-c", 'echo $$ > "$0.part"; mv "$0.part" "$0"; exec sleep 600', {str(note)!r}], timeout=600)
except KeyboardInterrupt:
    print("interrupted")
"""
    with subprocess.Popen(_python(script), stdout=subprocess.PIPE, start_new_session=True) as parent:
        guard = threading.Timer(_AMPLE, parent.kill)
        guard.start()
        while not note.exists() and parent.poll() is None:
            time.sleep(0.01)
        parent.send_signal(signal.SIGINT)
        output, _ = parent.communicate()
        guard.cancel()
    assert output == b"interrupted\n"
    assert _wait_until_dead(int(note.read_text()))
