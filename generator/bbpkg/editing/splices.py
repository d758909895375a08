"""Parts of a text that an edit exchanges or carries elsewhere; pure."""

from collections.abc import Iterable
from dataclasses import dataclass, replace


class CannotEditError(Exception):
    """The text is written in a way that this edit cannot change; the message says how to write it instead."""


@dataclass(frozen=True, slots=True)
class Splice:
    """Text that takes the place of what lies between two offsets."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Piece:
    """An entry taken out of a text: the lines above its key, what follows its `:`, and the column of its key."""

    above: str
    value: str
    column: int
    is_line: bool
    has_comments: bool
    line_ending: str

    def below(self, comments: list[str]) -> "Piece":
        """The entry with more comments above it."""
        if not comments:
            return self
        lines = "".join(f"{' ' * self.column}{line}{self.line_ending}" for line in comments)
        return replace(self, above=lines + self.above, has_comments=True)


def spliced(text: str, splices: Iterable[Splice]) -> str:
    """The text with splices, which must not overlap; those at one offset stand in their order."""
    pieces, position = [], 0
    for splice in sorted(splices, key=lambda splice: (splice.start, splice.end)):
        pieces += [text[position : splice.start], splice.text]
        position = splice.end
    return "".join([*pieces, text[position:]])
