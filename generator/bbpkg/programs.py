"""What running another program looks like to the code that needs one; `bbpkg.adapters.processes.run` is the real thing."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from bbpkg.errors import EnvironmentFailureError


class Completion(Protocol):
    """What is read of a program that has ended."""

    @property
    def stdout(self) -> str:
        """Everything the program wrote to standard output."""

    @property
    def stderr(self) -> str:
        """Everything the program wrote to standard error."""

    @property
    def exit_code(self) -> int:
        """The exit code; 0 is success."""


class RunProgram(Protocol):
    """Runs a program to its end."""

    def __call__(
        self, argv: Sequence[str], *, timeout: float, stdin: str | None = None, env: Mapping[str, str] | None = None
    ) -> Completion:
        """Run the program; raises EnvironmentFailureError when it is missing, hangs, or is killed."""


class ProgramSilentError(EnvironmentFailureError):
    """A program did not answer in time, and was stopped."""


class ProgramEndedError(EnvironmentFailureError):
    """A program ended instead of answering; `said` is what it wrote to standard error."""

    def __init__(self, message: str, *, said: str, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.said = said


class Ask(Protocol):
    """Asks a program that answers each line with a line; several threads may ask at once."""

    def __call__(self, line: str, *, timeout: float) -> str:
        """Return the answer; raises EnvironmentFailureError when the program is missing, silent for too long, or ends."""
