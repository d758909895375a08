"""One exception class per exit code; only `bbpkg.cli.main` turns them into an exit.

Findings are data (`bbpkg.diagnostics`), not exceptions: an exception here means that the command cannot go on.
"""

from collections.abc import Sequence
from typing import ClassVar

from bbpkg.diagnostics import Diagnostic


class BbpkgError(Exception):
    """A failure with a message for a person, an optional hint that says what to type, and an exit code."""

    exit_code: ClassVar[int] = 4

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class FindingsError(BbpkgError):
    """The command worked and found something wrong: drift, an invalid object, a refused overwrite (exit code 1)."""

    exit_code = 1


class UsageError(BbpkgError):
    """The command line or an input file is wrong (exit code 2)."""

    exit_code = 2


class InvalidInputError(UsageError):
    """An input file is wrong in one or more places; carries every problem that was found (exit code 2)."""

    def __init__(self, message: str, diagnostics: Sequence[Diagnostic], *, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.diagnostics = tuple(diagnostics)


class EnvironmentFailureError(BbpkgError):
    """Something outside bbpkg failed: a missing tool, a full disk, a tool that hung or was killed (exit code 3)."""

    exit_code = 3


class InternalError(BbpkgError):
    """A bug in bbpkg (exit code 4)."""

    exit_code = 4
