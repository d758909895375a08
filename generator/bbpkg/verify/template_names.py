"""Named templates: namespaced by the chart, defined once, and existing where they are included."""

import re
from collections.abc import Mapping
from typing import Final

from bbpkg.diagnostics import Diagnostic, Location
from bbpkg.suggestions import did_you_mean

_DEFINE: Final = re.compile(r"\{\{-?\s*define\s+\"([^\"]+)\"")
_USE: Final = re.compile(r"(?:include|template)\s+\"([^\"]+)\"")


def name_problems(templates: Mapping[str, str], *, chart: str) -> tuple[Diagnostic, ...]:
    """Every named template that could clash with another chart's, stands twice, or is used and missing."""
    found: list[Diagnostic] = []
    defined: dict[str, str] = {}
    for file, text in templates.items():
        for name, line in _matches(_DEFINE, text):
            location = Location(file=file, line=line)
            if not name.startswith(f"{chart}."):
                found.append(_problem(location, f'the named template "{name}" is not below "{chart}.": any chart may replace it.'))
            if name in defined:
                found.append(_problem(location, f'the named template "{name}" is defined in {defined[name]}, too.'))
            defined[name] = file
    for file, text in templates.items():
        for name, line in _matches(_USE, text):
            if name not in defined:
                near = did_you_mean(name, defined)
                message = f'the named template "{name}" is not defined.'
                found.append(_problem(Location(file=file, line=line), message, f'did you mean "{near}"?' if near else None))
    return tuple(found)


def _matches(pattern: re.Pattern[str], text: str) -> list[tuple[str, int]]:
    return [(match[1], text.count("\n", 0, match.start()) + 1) for match in pattern.finditer(text)]


def _problem(location: Location, message: str, hint: str | None = None) -> Diagnostic:
    return Diagnostic(code="template-name", location=location, message=message, hint=hint)
