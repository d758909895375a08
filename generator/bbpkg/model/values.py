"""The values tree: every key of the chart's values with type, default and text.

`values.yaml`, its JSON Schema and the README table are three views of this tree.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
ValueType: TypeAlias = Literal["string", "integer", "number", "boolean", "object", "array"]


@dataclass(frozen=True, kw_only=True, slots=True)
class ValueKey:
    """One key of the values.

    `children` make a closed object. An object without children is open: its shape belongs to Kubernetes or to the user.
    `nullable` allows null beside `type`. `items` is the JSON Schema of the items of an array.
    `constraints` are further JSON Schema keywords (enum, pattern, minimum, ...).
    `editions` names the only editions in which the key may be set; empty means all.
    `secret` marks a value that must never reach a log, a ConfigMap or an error message.
    """

    name: str
    type: ValueType
    description: str
    default: Json = None
    nullable: bool = False
    children: "tuple[ValueKey, ...]" = ()
    items: Mapping[str, Json] = field(default_factory=dict)
    constraints: Mapping[str, Json] = field(default_factory=dict)
    editions: tuple[str, ...] = ()
    secret: bool = False

    @property
    def is_open(self) -> bool:
        """Whether anything below this key is the user's own business."""
        return not self.children

    def child(self, name: str) -> "ValueKey | None":
        """The child with this name."""
        return next((child for child in self.children if child.name == name), None)


def group(name: str, description: str, *children: ValueKey, editions: tuple[str, ...] = ()) -> ValueKey:
    """A closed object."""
    return ValueKey(name=name, type="object", description=description, children=children, editions=editions)


def text(name: str, description: str, default: str = "", **constraints: Json) -> ValueKey:
    """A string key."""
    return ValueKey(name=name, type="string", description=description, default=default, constraints=constraints)


def flag(name: str, description: str, *, default: bool | None = False) -> ValueKey:
    """A boolean key; a default of None makes a key with three states: unset, true, false."""
    return ValueKey(name=name, type="boolean", description=description, default=default, nullable=default is None)


def number(name: str, description: str, default: int, **constraints: Json) -> ValueKey:
    """An integer key."""
    return ValueKey(name=name, type="integer", description=description, default=default, constraints=constraints)


def open_object(name: str, description: str, default: "dict[str, Json] | None" = None) -> ValueKey:
    """An object whose shape is defined elsewhere, for example by the Kubernetes API."""
    return ValueKey(name=name, type="object", description=description, default=default or {})


def text_map(name: str, description: str, *, reserved: tuple[str, ...] = ()) -> ValueKey:
    """An object with texts as values, such as labels; `reserved` keys are refused."""
    constraints: dict[str, Json] = {"additionalProperties": {"type": "string"}}
    if reserved:
        # `propertyNames` would say the same, but Helm 4 then names a wrong place.
        constraints["patternProperties"] = {f"^({'|'.join(re.escape(key) for key in reserved)})$": False}
    return ValueKey(name=name, type="object", description=description, default={}, constraints=constraints)


def open_list(name: str, description: str, default: "list[Json] | None" = None, *, items: Mapping[str, Json] | None = None) -> ValueKey:
    """A list whose items are defined elsewhere, for example by the Kubernetes API."""
    return ValueKey(
        name=name, type="array", description=description, default=default or [], items={"type": "object"} if items is None else items
    )


def merged(first: tuple[ValueKey, ...], second: tuple[ValueKey, ...]) -> tuple[ValueKey, ...]:
    """Both lists of keys; an object that stands in both is merged, and of two leaves with one name the second wins."""
    result = {key.name: key for key in first}
    for key in second:
        known = result.get(key.name)
        if known is not None and known.children and key.children:
            result[key.name] = replace(
                known,
                description=key.description or known.description,
                editions=key.editions or known.editions,
                children=merged(known.children, key.children),
            )
        else:
            result[key.name] = key
    return tuple(result.values())


def walk(keys: tuple[ValueKey, ...], above: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], ValueKey]]:
    """Every key with its path, parents first."""
    for key in keys:
        path = (*above, key.name)
        yield path, key
        yield from walk(key.children, path)


def defaults(keys: tuple[ValueKey, ...]) -> dict[str, Json]:
    """The default values, as `values.yaml` holds them."""
    return {key.name: defaults(key.children) if key.children else key.default for key in keys}
