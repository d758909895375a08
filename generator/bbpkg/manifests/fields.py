"""Reads fields of objects whose shape nobody has checked yet: what is missing, or of another type, is empty."""

from collections.abc import Iterator, Mapping
from typing import cast


def field(value: object, *names: str) -> object:
    """Return the field at a path of names; None when it is not there."""
    for name in names:
        if not isinstance(value, Mapping):
            return None
        value = cast("Mapping[str, object]", value).get(name)
    return value


def mapping(value: object, *names: str) -> Mapping[str, object]:
    """Return the mapping at a path of names."""
    found = field(value, *names)
    return cast("Mapping[str, object]", found) if isinstance(found, Mapping) else {}


def items(value: object, *names: str) -> list[object]:
    """Return the list at a path of names."""
    found = field(value, *names)
    return found if isinstance(found, list) else []


def mappings(value: object, *names: str) -> Iterator[Mapping[str, object]]:
    """Yield the mappings of the list at a path of names."""
    yield from (cast("Mapping[str, object]", item) for item in items(value, *names) if isinstance(item, Mapping))


def text(value: object, *names: str) -> str:
    """Return the text at a path of names."""
    found = field(value, *names)
    return found if isinstance(found, str) else ""


def texts(value: object, *names: str) -> tuple[str, ...]:
    """Return the texts of the list at a path of names; numbers count as texts."""
    return tuple(str(item) for item in items(value, *names) if isinstance(item, str | int) and not isinstance(item, bool))


def text_map(value: object, *names: str) -> dict[str, str]:
    """Return the mapping of texts at a path of names, such as labels."""
    return {str(key): str(item) for key, item in mapping(value, *names).items() if item is not None}
