"""Writes an object as YAML that every parser reads alike, in the form of `kubectl get -o yaml`."""

from collections.abc import Iterator, Mapping
from typing import cast

from bbpkg.scalars import Scalar, scalar_text

_INDENT = "  "


def object_text(data: Mapping[str, object]) -> str:
    r"""Return an object as a YAML document, its keys in their order.

    >>> object_text({"kind": "Job", "spec": {"args": ["a: b", 1], "empty": {}}})
    'kind: Job\nspec:\n  args:\n    - "a: b"\n    - 1\n  empty: {}\n'
    """
    return "".join(f"{line}\n" for line in _mapping_lines(data, 0))


def _mapping_lines(data: Mapping[str, object], depth: int) -> Iterator[str]:
    for key, value in data.items():
        yield from _entry_lines(f"{_INDENT * depth}{scalar_text(key)}:", value, depth + 1)


def _list_lines(items: list[object], depth: int) -> Iterator[str]:
    for item in items:
        dash = f"{_INDENT * depth}-"
        if isinstance(item, Mapping) and item:
            first, *rest = _mapping_lines(cast("Mapping[str, object]", item), depth + 1)
            yield f"{dash} {first.lstrip(' ')}"
            yield from rest
        else:
            yield from _entry_lines(dash, item, depth + 1)


def _entry_lines(start: str, value: object, depth: int) -> Iterator[str]:
    if isinstance(value, Mapping) and value:
        yield start
        yield from _mapping_lines(cast("Mapping[str, object]", value), depth)
    elif isinstance(value, list) and value:
        yield start
        yield from _list_lines(value, depth)
    elif isinstance(value, str) and _is_block(value):
        yield f"{start} |{'' if value.endswith(chr(10)) else '-'}"
        yield from (f"{_INDENT * depth}{line}" if line else "" for line in value.removesuffix("\n").split("\n"))
    else:
        empty = "{}" if isinstance(value, Mapping) else "[]"
        yield f"{start} {empty if isinstance(value, Mapping | list) else scalar_text(cast('Scalar', value))}"


def _is_block(text: str) -> bool:
    """Whether text can stand in a literal block and come back as it was: the first line tells the indentation, the last the end."""
    lines = text.removesuffix("\n").split("\n")
    return (
        len(lines) > 1
        and all(lines[index].strip() for index in (0, -1))
        and not lines[0].startswith(" ")
        and text.replace("\n", "").isprintable()
    )
