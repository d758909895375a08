"""JSON patches (RFC 6902) on plain data; the given data stay as they are."""

import copy
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final, cast

from bbpkg.umbrella.layers import steps_of

_INDEX: Final = re.compile(r"0|-?[1-9][0-9]*")
_END: Final = "-"


class PatchError(ValueError):
    """A patch cannot be applied; the message says why, and holds no value."""


def json_patched(data: object, operations: Sequence[object]) -> object:
    """Return the data with all operations applied in their order.

    Raises:
        PatchError: an operation is malformed, or does not fit the data.
    """
    result = copy.deepcopy(data)
    for number, operation in enumerate(operations, start=1):
        if not isinstance(operation, Mapping):
            message = f"operation {number} is no mapping"
            raise PatchError(message)
        kind = str(operation.get("op"))
        if kind not in _OPERATIONS or not isinstance(operation.get("path"), str):
            message = f"operation {number} needs a path, and an op out of {', '.join(sorted(_OPERATIONS))}"
            raise PatchError(message)
        result = _OPERATIONS[kind](result, cast("Mapping[str, object]", operation))
    return result


def _add(data: object, operation: Mapping[str, object]) -> object:
    return _put(data, str(operation["path"]), copy.deepcopy(operation.get("value")), kind="add")


def _replace(data: object, operation: Mapping[str, object]) -> object:
    path = str(operation["path"])
    _get(data, path, kind="replace")
    if not path:
        return copy.deepcopy(operation.get("value"))
    parent, step = _parent(data, path, kind="replace")
    _assign(parent, step, copy.deepcopy(operation.get("value")), path)
    return data


def _remove(data: object, operation: Mapping[str, object]) -> object:
    path = str(operation["path"])
    _get(data, path, kind="remove")
    parent, step = _parent(data, path, kind="remove")
    if isinstance(parent, list):
        del parent[_position(parent, step, path)]
    else:
        del cast("dict[str, object]", parent)[step]
    return data


def _move(data: object, operation: Mapping[str, object]) -> object:
    source = str(operation.get("from"))
    value = _get(data, source, kind="move")
    return _put(_remove(data, {"path": source}), str(operation["path"]), value, kind="move")


def _copy(data: object, operation: Mapping[str, object]) -> object:
    return _put(data, str(operation["path"]), copy.deepcopy(_get(data, str(operation.get("from")), kind="copy")), kind="copy")


def _test(data: object, operation: Mapping[str, object]) -> object:
    path = str(operation["path"])
    if _get(data, path, kind="test") != operation.get("value"):
        message = f"test of {path} fails: the value there is another one"
        raise PatchError(message)
    return data


_OPERATIONS: Final[Mapping[str, Callable[[object, Mapping[str, object]], object]]] = {
    "add": _add,
    "copy": _copy,
    "move": _move,
    "remove": _remove,
    "replace": _replace,
    "test": _test,
}


def _put(data: object, path: str, value: object, *, kind: str) -> object:
    if not path:
        return value
    parent, step = _parent(data, path, kind=kind)
    if isinstance(parent, list):
        place = len(parent) if step == _END else _position(parent, step, path, beyond=1)
        parent.insert(place, value)
    else:
        _assign(parent, step, value, path)
    return data


def _assign(parent: object, step: str, value: object, path: str) -> None:
    if isinstance(parent, list):
        parent[_position(parent, step, path)] = value
    elif isinstance(parent, dict):
        parent[step] = value


def _parent(data: object, path: str, *, kind: str) -> tuple[object, str]:
    above, _, _ = path.rpartition("/")
    parent = _get(data, above, kind=kind) if above else data
    if not isinstance(parent, dict | list):
        message = f"{kind} of {path}: what stands above it is neither a mapping nor a list"
        raise PatchError(message)
    return parent, steps_of(path)[-1]


def _get(data: object, path: str, *, kind: str) -> object:
    value = data
    for step in steps_of(path):
        if isinstance(value, list):
            value = value[_position(value, step, path)]
        elif isinstance(value, dict) and step in value:
            value = value[step]
        else:
            message = f"{kind} of {path}: there is no {step} on the way"
            raise PatchError(message)
    return value


def _position(items: list[object], step: str, path: str, *, beyond: int = 0) -> int:
    """The index that a step means; negative ones count from the end, as in the library that Flux uses."""
    place = int(step) if _INDEX.fullmatch(step) else None
    if place is None or not -len(items) <= place < len(items) + beyond:
        message = f"{path}: the list there has {len(items)} items, and {step} is none of them"
        raise PatchError(message)
    return place if place >= 0 else place + len(items)
