"""Values from several sources, weakest first: what they are together, and which of them said so.

Helm and Flux merge in one way: mappings merge key by key, everything else is replaced by the later source, lists as a whole.
Null is a value among files, and takes a key away where it meets the defaults of a chart. Big Bang's own order of sources is
Secret `common-bb`, ConfigMap `common`, Secret `environment-bb`, ConfigMap `environment`; here it is the order on the command line.
"""

import enum
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias, cast

from bbpkg.diagnostics import Location, pointer
from bbpkg.documents import Document

Steps: TypeAlias = tuple[str, ...]

# How SOPS writes a value that it has encrypted, and the key under which it keeps what it needs to decrypt.
_ENCRYPTED = "ENC["
SOPS_KEY = "sops"


class Act(enum.Enum):
    """What a layer does to a value that weaker layers may have set."""

    SETS = "sets"
    MERGES = "merges"
    REPLACES = "replaces"
    REPEATS = "repeats"
    DELETES = "deletes"


@dataclass(frozen=True, kw_only=True, slots=True)
class Layer:
    """One source of values.

    `name` is what people call it, `file` what messages name. `root` is where the values begin in the document, and `mount` where
    they begin in the merged values: the defaults of a subchart stand below its name.
    """

    name: str
    file: str
    document: Document = field(repr=False)
    root: Steps = ()
    mount: Steps = ()

    @property
    def values(self) -> dict[str, object]:
        """The values as the layer gives them; empty when it says nothing, or something else than a mapping."""
        found: object = self.document.value
        for step in self.root:
            found = found.get(step) if isinstance(found, Mapping) else None
        values: dict[str, object] = dict(cast("Mapping[str, object]", found)) if isinstance(found, Mapping) else {}
        if not self.root:
            values.pop(SOPS_KEY, None)
        for step in reversed(self.mount):
            values = {step: values}
        return values

    def place(self, steps: Steps) -> Location:
        """Where a merged value stands in the file of the layer; the nearest value above it when it does not."""
        inner = pointer(*self.root, *steps[len(self.mount) :])
        return Location(file=self.file, line=self.document.line(inner), pointer=inner)


@dataclass(frozen=True, kw_only=True, slots=True)
class Origin:
    """A layer that has a say in a value; `at` is the value itself, or the one above it that the layer replaces as a whole."""

    layer: str
    location: Location
    act: Act
    at: Steps
    value: object = field(repr=False)


def steps_of(place: str) -> Steps:
    """Return the steps of a JSON pointer.

    >>> steps_of("/a~1b/0")
    ('a/b', '0')
    """
    return tuple(step.replace("~1", "/").replace("~0", "~") for step in place.split("/")[1:])


def merged(layers: Sequence[Layer]) -> dict[str, object]:
    """Return all values together; null stays, as it does when Helm merges files."""
    result: dict[str, object] = {}
    for layer in layers:
        result = _merge(result, layer.values)
    return result


def with_defaults(defaults: Mapping[str, object], values: Mapping[str, object]) -> dict[str, object]:
    """Put values on top of a chart's defaults; null takes a key of the defaults away, and stays where there is no default.

    >>> with_defaults({"a": 1, "b": {"c": 2, "d": 3}}, {"a": None, "b": {"c": None}, "e": None})
    {'b': {'d': 3}, 'e': None}
    """
    result = dict(defaults)
    for key, value in values.items():
        below = result.get(key)
        if value is None and key in result:
            del result[key]
        elif isinstance(below, Mapping) and isinstance(value, Mapping):
            result[key] = with_defaults(cast("Mapping[str, object]", below), cast("Mapping[str, object]", value))
        else:
            result[key] = value
    return result


def origins(layers: Sequence[Layer], steps: Steps) -> tuple[Origin, ...]:
    """Return every layer that has a say in a value, weakest first; the last one wins."""
    found: list[Origin] = []
    before: object = None
    is_there = False
    for layer in layers:
        at, value = _found(layer.values, steps)
        if at is None:
            continue
        is_above = len(at) < len(steps)
        if is_above and not is_there:
            # It sets something above a value that nobody has set yet: nothing is lost.
            continue
        act = _act(before, value, is_there=is_there, is_above=is_above)
        found.append(Origin(layer=layer.name, location=layer.place(at), act=act, at=at, value=value))
        before, is_there = value, not is_above
    return tuple(found)


def value_at(values: object, steps: Steps) -> object:
    """Return the value at a place; None when there is none."""
    at, value = _found(values, steps)
    return value if at == steps else None


def is_given(values: object, steps: Steps) -> bool:
    """Whether there is a value at a place, null included."""
    return _found(values, steps)[0] == steps


def leaves(values: object, above: Steps = ()) -> Iterator[tuple[Steps, object]]:
    """Yield every value that is no mapping with keys, with its place; a list counts as one value."""
    open_values: list[tuple[Steps, object]] = [(above, values)]
    while open_values:
        steps, value = open_values.pop()
        if isinstance(value, Mapping) and value:
            below = [((*steps, str(key)), item) for key, item in value.items()]
            open_values += reversed(below)
        else:
            yield steps, value


def is_encrypted(value: object) -> bool:
    """Whether SOPS encrypted a value: nothing is known of it but that it is there."""
    return isinstance(value, str) and value.startswith(_ENCRYPTED) and value.endswith("]")


def _merge(weak: Mapping[str, object], strong: Mapping[str, object]) -> dict[str, object]:
    result = dict(weak)
    for key, value in strong.items():
        below = result.get(key)
        if isinstance(below, Mapping) and isinstance(value, Mapping):
            result[key] = _merge(cast("Mapping[str, object]", below), cast("Mapping[str, object]", value))
        else:
            result[key] = value
    return result


def _found(values: object, steps: Steps) -> tuple[Steps | None, object]:
    """Return the value at a place, or the first one on the way that is no mapping; no place where a mapping lacks the key."""
    value = values
    for depth, step in enumerate(steps):
        if isinstance(value, Mapping):
            if step not in value:
                return None, None
            value = value[step]
        elif isinstance(value, list) and step.isdecimal() and int(step) < len(value):
            value = value[int(step)]
        else:
            return steps[:depth], value
    return steps, value


def _act(before: object, value: object, *, is_there: bool, is_above: bool) -> Act:
    if value is None and is_there:
        return Act.DELETES
    if is_above:
        return Act.REPLACES
    if not is_there:
        return Act.SETS
    if isinstance(value, Mapping) and isinstance(before, Mapping):
        return Act.MERGES
    return Act.REPEATS if value == before and type(value) is type(before) else Act.REPLACES
