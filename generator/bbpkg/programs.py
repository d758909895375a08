"""What running another program looks like to the code that needs one; `bbpkg.adapters.processes.run` is the real thing."""

from collections.abc import Mapping, Sequence
from typing import Protocol


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
