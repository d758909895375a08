"""The lines of a text by offset, and lines moved to the left or right; pure."""

import re
from bisect import bisect_right
from typing import Final

_BREAK: Final = re.compile(r"\r\n|[\n\r\x85\u2028\u2029]")
_INDENT: Final = re.compile(r" *")


class Lines:
    """Where the lines of a text begin and end; numbers count from 0."""

    def __init__(self, text: str) -> None:
        self._text = text
        breaks = list(_BREAK.finditer(text))
        self._starts = [0, *(found.end() for found in breaks)]
        self._ends = [*(found.start() for found in breaks), len(text)]
        self.line_ending = breaks[0][0] if breaks else "\n"

    @property
    def count(self) -> int:
        """How many there are; behind a last line ending there is an empty one."""
        return len(self._starts)

    def number(self, offset: int) -> int:
        """The line in which an offset lies."""
        return bisect_right(self._starts, offset) - 1

    def start(self, number: int) -> int:
        """Where a line begins; the end of the text for the line behind the last."""
        return self._starts[number] if number < len(self._starts) else len(self._text)

    def end(self, number: int) -> int:
        """Where a line ends, before its line ending."""
        return self._ends[number]

    def column(self, offset: int) -> int:
        """How far an offset is from the beginning of its line."""
        return offset - self._starts[self.number(offset)]

    def content(self, number: int) -> str:
        """A line without its line ending."""
        return self._text[self._starts[number] : self._ends[number]]

    def is_blank(self, number: int) -> bool:
        """Whether a line has nothing but space."""
        return not self.content(number).strip(" \t")

    def comment_column(self, number: int) -> int | None:
        """The column of a comment that has its line for itself."""
        line = self.content(number)
        found = line.lstrip(" \t")
        return len(line) - len(found) if found.startswith("#") else None

    def is_first_in_line(self, offset: int) -> bool:
        """Whether only space stands before an offset in its line."""
        return not self._text[self._starts[self.number(offset)] : offset].strip(" ")


def shifted(text: str, columns: int) -> str:
    """Move every line to the right, or to the left as far as there is space; empty lines stay empty."""
    pieces = re.split(f"({_BREAK.pattern})", text)
    return "".join(piece if number % 2 else _shifted_line(piece, columns) for number, piece in enumerate(pieces))


def split_lines(text: str) -> list[str]:
    """The lines of a text, without line endings."""
    return _BREAK.split(text)


def _shifted_line(line: str, columns: int) -> str:
    if not line or columns == 0:
        return line
    if columns > 0:
        return " " * columns + line
    found = _INDENT.match(line)
    return line[min(-columns, found.end() if found else 0) :]
