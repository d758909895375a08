"""Programs that stay: each question gets its answer, and nothing of them stays behind."""

import os
import signal
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from bbpkg.adapters.conversations import Conversations
from bbpkg.adapters.processes import Stop, StoppedError
from bbpkg.errors import EnvironmentFailureError
from bbpkg.programs import ProgramEndedError, ProgramSilentError

_AMPLE = 60.0
_SHORT = 0.2
_ECHO = "import os, sys\nfor line in sys.stdin:\n    print(os.getpid(), line, end='', flush=True)"


def _conversations(script: str, stop: Stop | None = None) -> Conversations:
    return Conversations((sys.executable, "-c", script), env={"PYTHONUTF8": "1"}, stop=stop)


@pytest.fixture
def echo() -> Iterator[Conversations]:
    found = _conversations(_ECHO)
    yield found
    found.close()


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_one_process_answers_question_after_question(echo: Conversations) -> None:
    answers = [echo.ask(text, timeout=_AMPLE).split(" ", 1) for text in ("one", "grün", "")]
    assert [text for _, text in answers] == ["one\n", "grün\n", "\n"]
    assert len({pid for pid, _ in answers}) == 1


def test_nothing_is_started_before_the_first_question_and_nothing_stays(echo: Conversations) -> None:
    assert not echo._all
    pid = int(echo.ask("", timeout=_AMPLE).split()[0])
    echo.close()
    assert not _is_running(pid)


def test_big_questions_and_answers_go_through(echo: Conversations) -> None:
    text = "x" * 3_000_000
    assert echo.ask(text, timeout=_AMPLE).split(" ", 1)[1] == text + "\n"


def test_each_of_many_threads_gets_its_own_answer(echo: Conversations) -> None:
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda number: echo.ask(str(number), timeout=_AMPLE).split(), range(100)))
    assert [number for _, number in answers] == [str(number) for number in range(100)]
    assert len({pid for pid, _ in answers}) <= 6


def test_a_program_that_does_not_answer_is_stopped() -> None:
    silent = _conversations("import sys, time\nsys.stdin.readline()\nprint('half an', end=' ', flush=True)\ntime.sleep(600)")
    with pytest.raises(ProgramSilentError, match=r"did not answer within 0\.2 seconds and was stopped"):
        silent.ask("?", timeout=_SHORT)
    assert not silent._all


def test_a_program_that_ends_is_told_in_its_own_words_and_replaced() -> None:
    script = (
        "import sys\nif sys.stdin.readline() == 'bad\\n': sys.exit('no memory\\nand more')\nprint('fine', flush=True)\nsys.stdin.read()"
    )
    program = _conversations(script)
    with pytest.raises(ProgramEndedError, match=r"ended with exit code 1 instead of answering; it said: no memory$") as ended:
        program.ask("bad", timeout=_AMPLE)
    assert ended.value.said == "no memory\nand more"
    assert program.ask("good", timeout=_AMPLE) == "fine\n"
    program.close()


def test_a_program_that_was_killed_is_told(echo: Conversations) -> None:
    os.kill(int(echo.ask("", timeout=_AMPLE).split()[0]), signal.SIGKILL)
    with pytest.raises(ProgramEndedError, match="was killed by SIGKILL instead of answering; it said: nothing"):
        echo.ask("x" * 1_000_000, timeout=_AMPLE)
    assert echo.ask("again", timeout=_AMPLE).endswith("again\n")


def test_a_program_that_talks_much_on_standard_error_is_not_held_up() -> None:
    program = _conversations(
        "import sys\nsys.stdin.readline()\nsys.stderr.write('x' * 3_000_000)\nprint('done', flush=True)\nsys.stdin.read()"
    )
    assert program.ask("", timeout=_AMPLE) == "done\n"
    program.close()


def test_a_missing_program_is_named() -> None:
    with pytest.raises(EnvironmentFailureError, match="no-such-program was not found"):
        Conversations(("/no-such-program",), env={}).ask("", timeout=_AMPLE)


def test_another_thread_can_stop_it() -> None:
    stop = Stop()
    program = _conversations("import sys, time\nsys.stdin.readline()\ntime.sleep(600)", stop)
    threading.Timer(_SHORT, stop.set).start()
    with pytest.raises(StoppedError):
        program.ask("", timeout=_AMPLE)
    with pytest.raises(StoppedError):
        program.ask("", timeout=_AMPLE)
    assert not program._all


def test_without_room_for_temporary_files_nothing_is_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", "/no/such/directory")
    with pytest.raises(EnvironmentFailureError, match="cannot write temporary files"):
        _conversations(_ECHO).ask("", timeout=_AMPLE)
