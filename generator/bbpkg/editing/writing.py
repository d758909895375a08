"""Values as YAML text: in lines by indentation, or in one line; pure.

Scalars are written so that every YAML parser reads them alike (`bbpkg.scalars`).
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from bbpkg.scalars import Scalar, scalar_text


@dataclass(frozen=True, kw_only=True, slots=True)
class Style:
    """How a text is indented: the columns of a nested mapping, and of a list below its key."""

    mapping: int = 2
    sequence: int = 2


def is_collection(value: object) -> bool:
    """Whether a value is a mapping or list that has something in it."""
    return isinstance(value, Mapping | list | tuple) and bool(value)


def block_lines(value: object, column: int, style: Style) -> list[str]:
    """The lines of a mapping or list that is not empty, the first one indented, too."""
    return [" " * column + line if line else "" for line in _lines(value, style)]


def entry_lines(key: str, value: object, column: int, style: Style) -> list[str]:
    """The lines of a key and its value."""
    return [" " * column + line if line else "" for line in _entry(scalar_text(key), value, style)]


def inline_text(value: object, *, is_json: bool = False) -> str:
    """A value in one line; with `is_json` in the way of JSON, every text in double quotes."""
    if isinstance(value, Mapping):
        return (
            "{"
            + ", ".join(f"{_inline_scalar(key, is_json=is_json)}: {inline_text(item, is_json=is_json)}" for key, item in value.items())
            + "}"
        )
    if isinstance(value, list | tuple):
        return "[" + ", ".join(inline_text(item, is_json=is_json) for item in value) + "]"
    return _inline_scalar(value, is_json=is_json)


def scalar_like(value: object, style: str) -> str:
    """A scalar in the quotes that stood there, if they can hold it."""
    if isinstance(value, str) and style == "'" and value.isprintable():
        return "'" + value.replace("'", "''") + "'"
    if isinstance(value, str) and style == '"':
        return _inline_scalar(value, is_json=True)
    return scalar_text(cast("Scalar", value))


def _inline_scalar(value: object, *, is_json: bool) -> str:
    text = scalar_text(cast("Scalar", value))
    return json.dumps(value) if is_json and isinstance(value, str) and not text.startswith('"') else text


def _lines(value: object, style: Style) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _entry(scalar_text(key), item, style)
        return
    for item in cast("Sequence[object]", value):
        lines = _lines(item, style) if is_collection(item) else iter(_scalar_lines(item, style))
        yield f"- {next(lines)}"
        yield from (f"  {line}" if line else "" for line in lines)


def _entry(key: str, value: object, style: Style) -> Iterator[str]:
    if not is_collection(value):
        first, *others = _scalar_lines(value, style)
        yield f"{key}: {first}"
        yield from others
        return
    yield f"{key}:"
    columns = style.mapping if isinstance(value, Mapping) else style.sequence
    yield from (" " * columns + line if line else "" for line in _lines(value, style))


def _scalar_lines(value: object, style: Style) -> list[str]:
    """Text of several lines stands as it is, where that can be read back."""
    if isinstance(value, str) and "\n" in value:
        lines = value.removesuffix("\n").split("\n")
        if lines[0][:1].strip() and lines[-1] and all(line.isprintable() and line == line.rstrip() for line in lines):
            return ["|" if value.endswith("\n") else "|-", *(" " * style.mapping + line if line else "" for line in lines)]
    return [inline_text(value)]
