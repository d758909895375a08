"""Programs that stay, and answer each line of input with a line of output."""

import contextlib
import os
import select
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

from bbpkg.adapters.processes import Stop, signal_group, start
from bbpkg.errors import EnvironmentFailureError
from bbpkg.programs import ProgramEndedError, ProgramSilentError

_CHUNK = 1 << 20
_MOST_SAID = 4000


class Conversations:
    """One program, started as often as there are threads that ask at the same time, and each time only when somebody asks.

    A process answers one question at a time, so that the one to blame is known when it hangs or dies; the next question gets a new one.
    """

    def __init__(self, argv: Sequence[str], *, env: Mapping[str, str], stop: Stop | None = None) -> None:
        self._argv = tuple(argv)
        self._env = dict(env)
        self._stop = stop
        self._lock = threading.Lock()
        self._all: set[_Conversation] = set()
        self._idle: list[_Conversation] = []

    def ask(self, line: str, *, timeout: float) -> str:
        """Return what the program answers.

        Raises:
            ProgramSilentError: there was no answer in time.
            ProgramEndedError: the program ended.
            EnvironmentFailureError: the program is missing or cannot be started.
            StoppedError: the work that this belongs to was stopped.
        """
        conversation = self._free()
        try:
            with self._stop.watching(conversation.process) if self._stop else contextlib.nullcontext():
                answer = conversation.ask(line, timeout)
        except BaseException:
            with self._lock:
                self._all.discard(conversation)
            conversation.end()
            raise
        with self._lock:
            self._idle.append(conversation)
        return answer

    def close(self) -> None:
        """End all processes."""
        with self._lock:
            conversations, self._all, self._idle = self._all, set(), []
        for conversation in conversations:
            conversation.end()

    def _free(self) -> "_Conversation":
        with self._lock:
            if self._idle:
                return self._idle.pop()
        conversation = _Conversation(self._argv, self._env)
        with self._lock:
            self._all.add(conversation)
        return conversation


class _Conversation:
    """One process; should this one die, the end of its input ends it."""

    def __init__(self, argv: Sequence[str], env: Mapping[str, str]) -> None:
        self._name = Path(argv[0]).name
        # Nobody reads it while the program works, and a full pipe would stop it.
        self._said = _temporary_file()
        try:
            self.process = start(argv, has_stdin=True, cwd=None, env=env, stderr=self._said)
        except BaseException:
            self._said.close()
            raise

    def ask(self, line: str, timeout: float) -> str:
        stdin, stdout = _pipes(self.process)
        end_time = time.monotonic() + timeout
        try:
            stdin.write(line.encode() + b"\n")
            stdin.flush()
        except OSError as cause:
            raise self._ended() from cause
        waiting = select.poll()
        waiting.register(stdout, select.POLLIN | select.POLLHUP)
        answer = bytearray()
        while not answer.endswith(b"\n"):
            if not waiting.poll(max(0.0, end_time - time.monotonic()) * 1000):
                message = f"{self._name} did not answer within {timeout:g} seconds and was stopped"
                raise ProgramSilentError(message, hint="allow it more time, or run it by hand to see what it waits for")
            chunk = os.read(stdout.fileno(), _CHUNK)
            if not chunk:
                raise self._ended()
            answer += chunk
        return answer.decode(errors="replace")

    def end(self) -> None:
        signal_group(self.process, signal.SIGKILL)
        for stream in (*_pipes(self.process), self._said):
            with contextlib.suppress(OSError):
                stream.close()
        self.process.wait()

    def _ended(self) -> ProgramEndedError:
        code = self.process.wait()
        self._said.seek(0)
        said = self._said.read(_MOST_SAID).decode(errors="replace").strip()
        how = f"was killed by {_signal_name(-code)}" if code < 0 else f"ended with exit code {code}"
        message = f"{self._name} {how} instead of answering; it said: {said.partition(chr(10))[0] or 'nothing'}"
        return ProgramEndedError(message, said=said, hint="see whether it is the right program: bbpkg tools")


def _pipes(process: subprocess.Popen[bytes]) -> tuple[IO[bytes], IO[bytes]]:
    if process.stdin is None or process.stdout is None:
        message = "the program was started without pipes"
        raise ValueError(message)
    return process.stdin, process.stdout


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _temporary_file() -> IO[bytes]:
    try:
        return tempfile.TemporaryFile()
    except OSError as cause:
        message = f"cannot write temporary files: {cause.strerror or cause}"
        raise EnvironmentFailureError(message, hint="free some space, or set TMPDIR to another directory") from cause
