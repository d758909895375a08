"""Changed fields and values as text: short ones beside each other, long ones line by line."""

import difflib
import json
from collections.abc import Iterator, Mapping
from typing import Final

from bbpkg.differences.structures import FieldChange, Marker

_LONGEST: Final = 60
_MOST_DIFF_LINES: Final = 12


def shown_value(value: object) -> str:
    """Return a value on one line, shortened; what a Secret holds is never shown."""
    if value is Marker.ABSENT:
        return "(none)"
    if value is Marker.SECRET:
        return "(secret)"
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."


def changed_lines(change: FieldChange) -> Iterator[tuple[str, str]]:
    """Yield the lines for a field, each with its mark."""
    if change.old is Marker.SECRET or change.new is Marker.SECRET:
        word = "added" if change.is_added else "removed" if change.is_removed else "another secret value"
        yield " ", f"    {change.path}: {word}"
    elif change.is_added:
        yield " ", f"  + {change.path}: {shown_value(change.new)}"
    elif change.is_removed:
        yield " ", f"  - {change.path}: {shown_value(change.old)}"
    elif _is_long(change.old) or _is_long(change.new):
        yield " ", f"    {change.path}:"
        yield from _line_by_line(_lines(change.old), _lines(change.new))
    else:
        yield " ", f"    {change.path}: {shown_value(change.old)} -> {shown_value(change.new)}"


def _is_long(value: object) -> bool:
    return (isinstance(value, str) and "\n" in value) or (isinstance(value, list | Mapping) and len(shown_value(value)) >= _LONGEST)


def _lines(value: object) -> list[str]:
    if isinstance(value, str):
        return value.splitlines()
    if isinstance(value, list):
        return [json.dumps(item, ensure_ascii=False, default=str) for item in value]
    return json.dumps(value, ensure_ascii=False, indent=1, default=str).splitlines()


def _line_by_line(old: list[str], new: list[str]) -> Iterator[tuple[str, str]]:
    found = [line for line in difflib.unified_diff(old, new, n=1, lineterm="") if not line.startswith(("---", "+++", "@@"))]
    for line in found[:_MOST_DIFF_LINES]:
        yield " ", f"      {line[0]} {line[1:]}"
    if len(found) > _MOST_DIFF_LINES:
        yield " ", f"      ... {len(found) - _MOST_DIFF_LINES} more lines"
