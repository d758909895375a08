"""The same edits on plain data, to compare what an edited text says with what was meant; pure."""

from collections.abc import Sequence
from typing import cast


def steps_of(pointer: str) -> tuple[str, ...]:
    """The steps of a JSON pointer.

    >>> steps_of("/a~1b/0")
    ('a/b', '0')
    """
    return tuple(step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:])


def split_pointer(pointer: str) -> tuple[str, str]:
    """A JSON pointer without its last step, and that step.

    >>> split_pointer("/a/b~1c")
    ('/a', 'b/c')
    """
    above, _, step = pointer.rpartition("/")
    return above, step.replace("~1", "/").replace("~0", "~")


def child(value: object, step: str) -> object:
    """What is at a key or index; None when there is nothing."""
    if isinstance(value, dict):
        return value.get(step)
    return value[int(step)] if isinstance(value, list) and step in map(str, range(len(value))) else None


def is_same(one: object, other: object) -> bool:
    """Whether two values are equal, and true is not 1; the order of keys does not count."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(is_same(value, other[key]) for key, value in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(is_same, one, other))
    return isinstance(one, bool) == isinstance(other, bool) and one == other


def with_value(root: object, steps: Sequence[str], value: object) -> object:
    """Put a value at a place and return the root; mappings are made on the way."""
    if not steps:
        return value
    step, others = steps[0], steps[1:]
    if isinstance(root, list):
        if step == str(len(root)):
            root.append(None)
        root[int(step)] = with_value(root[int(step)], others, value)
        return root
    mapping = cast("dict[str, object]", root if root is not None else {})
    mapping[step] = with_value(mapping.get(step), others, value)
    return mapping


def without(root: object, steps: Sequence[str]) -> object:
    """Remove what is at a place and return the root."""
    above = root
    for step in steps[:-1]:
        above = child(above, step)
    if isinstance(above, list):
        del above[int(steps[-1])]
    elif isinstance(above, dict):
        del above[steps[-1]]
    return root


def moved(root: object, steps: Sequence[str], to: Sequence[str], removed: Sequence[str]) -> object:
    """Carry a value to another place and return the root; `removed` is what goes from the old place, it or something above it."""
    value = root
    for step in steps:
        value = child(value, step)
    if tuple(steps[:-1]) == tuple(to[:-1]):
        return with_value(without(root, removed), to, value)
    return without(with_value(root, to, value), removed)


def nested(steps: Sequence[str], value: object) -> object:
    """A value below mappings of one key each.

    >>> nested(["a", "b"], 1)
    {'a': {'b': 1}}
    """
    for step in reversed(steps):
        value = {step: value}
    return value
