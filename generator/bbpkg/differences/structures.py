"""Compares two data trees field by field, lists by the rules of Kubernetes."""

import enum
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, cast

from bbpkg.diagnostics import pointer
from bbpkg.differences.lists import Key, is_ordered, is_set, item_key, list_key
from bbpkg.differences.quantities import is_quantity_place, quantity


class Marker(enum.Enum):
    """What stands in place of a value."""

    ABSENT = "absent"
    SECRET = "secret"


_NOTHING: Final = (None, Marker.ABSENT)
_TCP: Final = ("TCP", Marker.ABSENT)


@dataclass(frozen=True, kw_only=True, slots=True)
class FieldChange:
    """One field that differs.

    `pointer` (RFC 6901) is the place in the new tree, or in the old one where the field is gone; `path` says the same for people, with
    the keys of list items: `spec.containers[api].image`. `names` are the names of the fields on the way, without list items.
    """

    pointer: str
    path: str
    names: Key
    old: object
    new: object

    @property
    def is_added(self) -> bool:
        """Whether the field is new."""
        return self.old is Marker.ABSENT

    @property
    def is_removed(self) -> bool:
        """Whether the field is gone."""
        return self.new is Marker.ABSENT


@dataclass(frozen=True, kw_only=True, slots=True)
class _Place:
    """Where the comparison is; the steps differ where a list item stands at another index."""

    kind: str
    old: tuple[str | int, ...] = ()
    new: tuple[str | int, ...] = ()
    names: Key = ()
    path: str = ""

    def key(self, name: str) -> "_Place":
        shown = name if name.replace("-", "").replace("_", "").isalnum() else f'"{name}"'
        path = f"{self.path}.{shown}" if self.path else shown
        return replace(self, old=(*self.old, name), new=(*self.new, name), names=(*self.names, name), path=path)

    def item(self, shown: str, old: int | None, new: int | None) -> "_Place":
        first, second = (old if old is not None else new), (new if new is not None else old)
        return replace(self, old=(*self.old, first or 0), new=(*self.new, second or 0), path=f"{self.path}[{shown}]")

    def change(self, old: object, new: object) -> FieldChange:
        steps = self.old if new is Marker.ABSENT else self.new
        return FieldChange(pointer=pointer(*steps), path=self.path, names=self.names, old=old, new=new)


def compare(old: object, new: object, *, kind: str = "") -> tuple[FieldChange, ...]:
    """Return every field that differs, in the order of the old tree; `kind` of an object says how its lists are compared.

    >>> [change.path for change in compare({"env": [{"name": "A", "value": "1"}]}, {"env": [{"name": "A", "value": "2"}]})]
    ['env[A].value']
    """
    return tuple(_compare(_Place(kind=kind), old, new))


def _compare(place: _Place, old: object, new: object) -> Iterator[FieldChange]:
    if _is_equal(place, old, new):
        return
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for name in dict.fromkeys([*old, *new]):
            yield from _compare(place.key(str(name)), old.get(name, Marker.ABSENT), new.get(name, Marker.ABSENT))
    elif isinstance(old, list) and isinstance(new, list):
        yield from _compare_lists(place, old, new)
    else:
        yield place.change(old, new)


def _is_equal(place: _Place, old: object, new: object) -> bool:
    if type(old) is type(new) and old == new:
        return not isinstance(old, Mapping | list) or json.dumps(old, default=str) == json.dumps(new, default=str)
    if is_quantity_place(place.names):
        first, second = quantity(old), quantity(new)
        return first is not None and first == second
    # Kubernetes reads a field without a value as one that is not there.
    if old in _NOTHING and new in _NOTHING:
        return True
    return place.names[-1:] == ("protocol",) and old in _TCP and new in _TCP


def _compare_lists(place: _Place, old: list[object], new: list[object]) -> Iterator[FieldChange]:
    key = None if is_set(place.kind, place.names) else list_key(place.kind, place.names, old, new)
    if key is not None:
        yield from _compare_keyed(place, key, old, new)
    elif is_set(place.kind, place.names):
        yield from _compare_sets(place, old, new)
    elif _are_scalars(old) and _are_scalars(new):
        # Of a command or a list of arguments the whole says more than its parts.
        yield place.change(old, new)
    else:
        for index in range(max(len(old), len(new))):
            first = old[index] if index < len(old) else Marker.ABSENT
            second = new[index] if index < len(new) else Marker.ABSENT
            yield from _compare(place.item(str(index), index, index), first, second)


def _are_scalars(items: Sequence[object]) -> bool:
    return not any(isinstance(item, Mapping | list) for item in items)


def _compare_keyed(place: _Place, key: Key, old: list[object], new: list[object]) -> Iterator[FieldChange]:
    olds = {item_key(key, item): index for index, item in enumerate(old)}
    news = {item_key(key, item): index for index, item in enumerate(new)}
    for name in dict.fromkeys([*olds, *news]):
        first, second = olds.get(name), news.get(name)
        yield from _compare(
            place.item(name, first, second),
            Marker.ABSENT if first is None else old[first],
            Marker.ABSENT if second is None else new[second],
        )
    before, after = [name for name in olds if name in news], [name for name in news if name in olds]
    if before != after and is_ordered(place.names, old, new):
        yield replace(place, path=f"{place.path} (order)").change(before, after)


@dataclass(slots=True)
class _Unmatched:
    """Items of a set that the other side lacks, by index."""

    items: list[tuple[int, object]] = field(default_factory=list)


_ONE: Final = 1


def _compare_sets(place: _Place, old: list[object], new: list[object]) -> Iterator[FieldChange]:
    left = _Unmatched(list(enumerate(old)))
    right = _Unmatched()
    for index, item in enumerate(new):
        twin = next((pair for pair in left.items if not any(_compare(place.item("", 0, 0), pair[1], item))), None)
        if twin:
            left.items.remove(twin)
        else:
            right.items.append((index, item))
    if len(left.items) == len(right.items) == _ONE and all(isinstance(side.items[0][1], Mapping) for side in (left, right)):
        # One item became another: its fields say more than both wholes.
        (first, gone), (second, came) = left.items[0], right.items[0]
        shown = str(second) if len(old) > _ONE or len(new) > _ONE else "0"
        yield from _compare(place.item(shown, first, second), gone, came)
        return
    for index, item in left.items:
        yield place.item(_shown(item, index), index, None).change(item, Marker.ABSENT)
    for index, item in right.items:
        yield place.item(_shown(item, index), None, index).change(Marker.ABSENT, item)


def _shown(item: object, index: int) -> str:
    return str(index) if isinstance(item, Mapping | list) else str(item)


def at(tree: object, *names: str) -> object:
    """Return the value at a path of names, or `Marker.ABSENT`."""
    for name in names:
        if not isinstance(tree, Mapping) or name not in tree:
            return Marker.ABSENT
        tree = cast("Mapping[str, object]", tree)[name]
    return tree
