"""Run other programs with a time limit, and leave nothing of them behind; never interprets their output."""

import contextlib
import errno
import os
import re
import signal
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import IO

from bbpkg.errors import EnvironmentFailureError

_GRACE_SECONDS = 2.0
_INTERRUPTS = (signal.SIGINT, signal.SIGTERM)
_SUB_COMMAND = re.compile(r"[a-z][a-z0-9-]{0,30}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Completed:
    """What a program left behind that ended by itself; a non-zero exit code is a result, not an exception."""

    stdout: str
    stderr: str
    exit_code: int


class StoppedError(Exception):
    """The program was stopped because nobody waits for it any more."""


class Stop:
    """Stops programs that run in other threads, and lets none begin afterwards."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[bytes]] = set()
        self._is_set = False

    def set(self) -> None:
        """Kill every program with the process group that it leads."""
        with self._lock:
            self._is_set = True
            for process in self._running:
                signal_group(process, signal.SIGKILL)

    @contextlib.contextmanager
    def watching(self, process: subprocess.Popen[bytes]) -> Iterator[None]:
        """Have the program stopped while the block runs; raises StoppedError when it was."""
        with self._lock:
            if self._is_set:
                raise StoppedError
            self._running.add(process)
        try:
            yield
        except EnvironmentFailureError as cause:
            # It did not end by itself.
            if self._is_set:
                raise StoppedError from cause
            raise
        finally:
            with self._lock:
                self._running.discard(process)
        if self._is_set:
            raise StoppedError


def run(  # noqa: PLR0913 - one keyword for each thing that a process depends on
    argv: Sequence[str],
    *,
    timeout: float,
    stdin: str | None = None,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    stop: Stop | None = None,
) -> Completed:
    """Run a program to its end in a process group of its own, which is killed whole when time is up or on Ctrl-C.

    Args:
        argv: the program and its arguments; error messages show only the program and its sub-command, since arguments may be secret.
        timeout: seconds until the program is stopped.
        stdin: text to give to the program; nothing by default.
        cwd: the directory to run in.
        env: the whole environment of the program; inherited by default.
        stop: what stops the program from another thread; Ctrl-C reaches the main thread only.

    Raises:
        EnvironmentFailureError: the program is missing, cannot be started, did not end in time, or was ended by a signal.
        StoppedError: `stop` stopped it.
    """
    try:
        with (
            _running(argv, has_stdin=stdin is not None, cwd=cwd, env=env) as process,
            stop.watching(process) if stop else contextlib.nullcontext(),
        ):
            stdout, stderr = process.communicate(None if stdin is None else stdin.encode(), timeout)
    except subprocess.TimeoutExpired as expired:
        message = f"{_shown(argv)} did not end within {timeout:g} seconds and was stopped"
        raise EnvironmentFailureError(
            message,
            hint="allow it more time, or run it by hand to see what it waits for",
        ) from expired
    if process.returncode < 0:
        raise _killed(argv, -process.returncode)
    return Completed(
        stdout=stdout.decode(errors="replace"),
        stderr=stderr.decode(errors="replace"),
        exit_code=process.returncode,
    )


@contextlib.contextmanager
def _running(argv: Sequence[str], *, has_stdin: bool, cwd: Path | None, env: Mapping[str, str] | None) -> Iterator[subprocess.Popen[bytes]]:
    """Start a program, and stop it when the block does not end well."""
    process = None
    try:
        with _interrupts_delayed():
            process = start(argv, has_stdin=has_stdin, cwd=cwd, env=env)
        yield process
    except BaseException:
        if process is not None:
            _end_group(process)
        raise


@contextlib.contextmanager
def _interrupts_delayed() -> Iterator[None]:
    """Let Ctrl-C wait for the end of the block: a program that has begun, but is not known yet, would outlive it."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    handlers = {held: handler for held in _INTERRUPTS if callable(handler := signal.getsignal(held))}
    waiting: list[tuple[int, FrameType | None]] = []
    for held in handlers:
        signal.signal(held, lambda *caught: waiting.append(caught))
    try:
        yield
    finally:
        for held, handler in handlers.items():
            signal.signal(held, handler)
    for number, frame in waiting:
        handlers[signal.Signals(number)](number, frame)


def start(
    argv: Sequence[str],
    *,
    has_stdin: bool,
    cwd: Path | None,
    env: Mapping[str, str] | None,
    stderr: int | IO[bytes] = subprocess.PIPE,
) -> subprocess.Popen[bytes]:
    """Start a program in a process group of its own, which the caller must end.

    Raises:
        EnvironmentFailureError: it is missing or cannot be started.
    """
    try:
        return subprocess.Popen(
            list(argv),
            stdin=subprocess.PIPE if has_stdin else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=stderr,
            cwd=cwd,
            env=env,
            start_new_session=True,
        )
    except OSError as cause:
        raise _not_started(argv, cause, cwd) from cause


def _not_started(argv: Sequence[str], cause: OSError, cwd: Path | None) -> EnvironmentFailureError:
    program = argv[0]
    name = Path(program).name
    if cwd is not None and not cwd.is_dir():
        # Popen reports a missing working directory with the same exception as a missing program.
        return EnvironmentFailureError(
            f"cannot run {name} in {cwd}: there is no such directory",
            hint=f"create {cwd}",
        )
    if isinstance(cause, FileNotFoundError):
        return EnvironmentFailureError(
            f"{name} was not found as {program!r}",
            hint=f'install {name}, or put it on the PATH ("make tools")',
        )
    if isinstance(cause, PermissionError):
        hint = f'make it executable ("chmod +x"), or remove it from the PATH; it was looked for as {program!r}'
        return EnvironmentFailureError(f"{name} cannot be run: permission denied", hint=hint)
    if cause.errno == errno.ENOEXEC:
        hint = "install the program built for this operating system and processor"
        return EnvironmentFailureError(
            f"{name} cannot be run: {program!r} is not a program for this machine",
            hint=hint,
        )
    return EnvironmentFailureError(
        f"{name} cannot be run: {cause.strerror or type(cause).__name__}",
        hint=f"run {name} by hand",
    )


def _killed(argv: Sequence[str], number: int) -> EnvironmentFailureError:
    try:
        name = signal.Signals(number).name
    except ValueError:
        name = f"signal {number}"
    if number == signal.SIGKILL:
        return EnvironmentFailureError(
            f"{_shown(argv)} was killed by {name} (out of memory?)",
            hint="give it more memory",
        )
    return EnvironmentFailureError(f"{_shown(argv)} was killed by {name}", hint="run it by hand to see why")


def _shown(argv: Sequence[str]) -> str:
    name = Path(argv[0]).name
    return f"{name} {argv[1]}" if len(argv) > 1 and _SUB_COMMAND.fullmatch(argv[1]) else name


def _end_group(process: subprocess.Popen[bytes]) -> None:
    try:
        signal_group(process, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.communicate(timeout=_GRACE_SECONDS)
    finally:
        # Also when the leader obeyed: a member of the group that ignores SIGTERM must not outlive it.
        signal_group(process, signal.SIGKILL)
        for stream in (process.stdin, process.stdout, process.stderr):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()
        process.wait()


def signal_group(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    """Send a signal to a program and to what it has started."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)
