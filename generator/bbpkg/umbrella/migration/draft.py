"""A values file while it is migrated: its text, what was done, and what a person has to decide."""

import enum
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from bbpkg.diagnostics import Diagnostic, Location, Severity, in_order
from bbpkg.diagnostics import pointer as json_pointer
from bbpkg.documents import Document
from bbpkg.editing.values import child, is_same, split_pointer, steps_of
from bbpkg.editing.yaml_text import EditRefusedError, YamlText

CODE: Final = "migration"


class Deed(enum.Enum):
    """What was done with a value."""

    MOVED = "moved"
    DROPPED = "dropped"
    SET = "set"


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """One thing that was done; `location` is that of the value before, `to` the place of the value after."""

    deed: Deed
    location: Location
    to: str = ""
    reason: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Migration:
    """What came of a file: its new text, what was done, and what a person has to decide (errors) or know (warnings)."""

    file: str
    text: str
    changes: tuple[Change, ...]
    findings: tuple[Diagnostic, ...]

    @property
    def undecided(self) -> tuple[Diagnostic, ...]:
        """What a person has to decide."""
        return tuple(found for found in self.findings if found.severity is Severity.ERROR)


class Draft:
    """A values file while it is migrated; places are those in the text as it is by now.

    `winning` are values of files that win over this one although they come earlier; what they say already is dropped here.
    """

    def __init__(self, text: YamlText, *, winning: object = None) -> None:
        self.text = text
        self._original = text.documents[0] if text.documents else Document(None, {})
        self._winning = winning
        self._moves: list[tuple[str, str]] = []
        self._changes: list[Change] = []
        self._findings: list[Diagnostic] = []

    def result(self) -> Migration:
        """What came of it."""
        return Migration(file=self.text.file, text=self.text.text, changes=tuple(self._changes), findings=in_order(self._findings))

    @property
    def is_changed(self) -> bool:
        """Whether anything was done."""
        return bool(self._changes)

    @property
    def winning_packages(self) -> object:
        """What those other files say below `packages`."""
        return _at(self._winning, "/packages")

    @property
    def written(self) -> tuple[str, ...]:
        """The places that have a value now because of what was done."""
        return tuple(change.to for change in self._changes if change.to)

    def is_written(self, pointer: str) -> bool:
        """Whether a value is there because of what was done."""
        return any(pointer == place or pointer.startswith(f"{place}/") for place in self.written)

    def keys(self, pointer: str) -> tuple[str, ...]:
        """The keys of a mapping; none of anything else."""
        found = self.text.value(pointer)
        return tuple(found) if isinstance(found, dict) else ()

    def location(self, pointer: str) -> Location:
        """Where a value stood before anything was done."""
        for old, new in reversed(self._moves):
            if pointer == new or pointer.startswith(f"{new}/"):
                pointer = old + pointer.removeprefix(new)
        return Location(file=self.text.file, line=self._original.line(pointer), pointer=pointer)

    def is_unsaid(self, pointer: str) -> bool:
        """Whether a person was not asked yet about a value."""
        return self.location(pointer) not in {found.location for found in self._findings if found.severity is Severity.ERROR}

    def say(self, pointer: str, message: str, hint: str | None = None, *, severity: Severity = Severity.ERROR, code: str = CODE) -> None:
        """Leave a value to a person."""
        self._findings.append(Diagnostic(code=code, location=self.location(pointer), message=message, hint=hint, severity=severity))

    def move(self, pointer: str, to: str, *, reason: str = "", drops: str | None = None) -> bool:
        """Carry a value to another place, and merge it with what is there; say whether all of it went.

        A value that differs from the one there is dropped for the reason `drops`, or left to a person when there is none.
        """
        value, there = self.text.value(pointer), self.text.value(to)
        is_taken, winner = self.text.has(to), _at(self._winning, to)
        if isinstance(value, dict) and value and (isinstance(there, dict) or (isinstance(winner, dict) and not is_taken)):
            moved = [self.move(pointer + step, to + step, reason=reason, drops=drops) for step in map(json_pointer, value)]
            return all(moved)
        if not is_taken and winner is None:
            return self._edit(pointer, lambda: self._moved(pointer, to, reason))
        if is_same(value, there) or (isinstance(value, dict) and not value and isinstance(there, dict)):
            return self.drop(pointer, f"{to} says the same")
        if drops is None:
            self.say(pointer, f"{to} has another value already.", f"delete one of the two: keep the one that is meant at {to}")
            return False
        return self.drop(pointer, drops)

    def _moved(self, pointer: str, to: str, reason: str) -> None:
        location = self.location(pointer)
        self.text = self.text.move(pointer, to, is_pruned=True)
        self._moves.append((pointer, to))
        self._changes.append(Change(deed=Deed.MOVED, location=location, to=to, reason=reason))

    def rename_all(self, pointer: str, key: str) -> None:
        """Give another name to a mapping, which moves every key of it; each is told of."""
        above = split_pointer(pointer)[0]
        to = above + json_pointer(key)
        keys = [(self.location(pointer + step), to + step) for step in map(json_pointer, self.keys(pointer))]

        def rename() -> None:
            self.text = self.text.rename(pointer, key)
            self._moves.append((pointer, to))
            self._changes.extend(Change(deed=Deed.MOVED, location=location, to=place) for location, place in keys)

        self._edit(pointer, rename)

    def drop(self, pointer: str, reason: str) -> bool:
        """Remove a value, with the mappings above that hold nothing else."""

        def remove() -> None:
            location = self.location(pointer)
            self.text = self.text.delete(pointer, is_pruned=True)
            self._changes.append(Change(deed=Deed.DROPPED, location=location, reason=reason))

        return self._edit(pointer, remove)

    def set(self, pointer: str, value: object, reason: str, *, is_first: bool = False) -> bool:
        """Put a value at a place."""

        def put() -> None:
            edited = self.text.set(pointer, value, is_first=is_first)
            if edited is not self.text:
                self.text = edited
                self._changes.append(Change(deed=Deed.SET, location=Location(file=edited.file), to=pointer, reason=reason))

        return self._edit(pointer, put)

    def convert(self, pointer: str, to: str, value: object) -> bool:
        """Carry a value to another place where it is written otherwise."""

        def convert() -> None:
            self._moved(pointer, to, "written in the way of the chart")
            self.text = self.text.set(to, value)

        return self._edit(pointer, convert)

    def _edit(self, pointer: str, edit: Callable[[], None]) -> bool:
        before = self.text
        try:
            edit()
        except EditRefusedError as refused:
            self.text = before
            (found,) = refused.diagnostics
            elsewhere = "" if found.location.pointer == pointer else f" ({found.location.pointer or 'the file'})"
            self.say(pointer, f"it cannot be moved or changed{elsewhere}: {found.message}", found.hint)
            return False
        return True


def leaves(value: object, pointer: str = "") -> Iterator[tuple[str, object]]:
    """Every value in a mapping that is no mapping, with its place."""
    if not isinstance(value, dict) or not value:
        yield pointer, value
        return
    for key, item in value.items():
        yield from leaves(item, pointer + json_pointer(key))


def _at(value: object, pointer: str) -> object:
    for step in steps_of(pointer):
        value = child(value, step)
    return value
