"""Findings as data: what is wrong, where, what is allowed, and what to type."""

import enum
from collections.abc import Iterable
from dataclasses import dataclass


class Severity(enum.Enum):
    """How bad a finding is."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Location:
    """A place in a file: 1-based line, and the JSON pointer (RFC 6901) of the value."""

    file: str
    line: int = 0
    pointer: str = ""

    def __str__(self) -> str:
        line = f":{self.line}" if self.line else ""
        pointer = f": {self.pointer}" if self.pointer else ""
        return f"{self.file}{line}{pointer}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Diagnostic:
    """One finding; `message` says what is wrong and what is allowed, `hint` what to type."""

    code: str
    location: Location
    message: str
    hint: str | None = None
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        hint = f"\n  hint: {self.hint}" if self.hint else ""
        return f"{self.location}: {self.message}{hint}"


def in_order(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Sort by file, line and pointer, and drop repeats."""
    unique = dict.fromkeys(diagnostics)
    return tuple(sorted(unique, key=lambda found: (found.location, found.code, found.message)))


def pointer(*steps: str | int) -> str:
    """Join steps to a JSON pointer (RFC 6901), escaping `~` and `/`."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in steps)
