"""Which lines belong to an entry of a mapping or list, its comments included; pure."""

from collections.abc import Iterable
from typing import Final

from bbpkg.editing.lines import Lines
from bbpkg.editing.nodes import Entry, Kind, Node
from bbpkg.editing.writing import Style

_USUAL: Final = 2


def end_of(entry: Entry) -> int:
    """Where an entry ends, without what follows in its line."""
    return max(entry.value.end, entry.after)


def lowest_line(lines: Lines, parent: Node, index: int) -> int:
    """The first line that belongs to no entry before this one."""
    return lines.number(end_of(parent.entries[index - 1])) + 1 if index else lines.number(parent.content)


def first_line(lines: Lines, parent: Node, index: int) -> int:
    """The line of an entry, or of the first comment directly above it that is not further to the right.

    What stands above the first key of a document without an empty line is about the document.
    """
    start = parent.entries[index].start
    column, number = lines.column(start), lines.number(start)
    lowest = lowest_line(lines, parent, index) if index else 0
    first = number
    while first > lowest:
        comment = lines.comment_column(first - 1)
        if comment is None or comment > column:
            break
        first -= 1
    is_about_document = index == 0 and column == 0 and (first == 0 or lines.content(first - 1).startswith("---"))
    return number if is_about_document else first


def last_line(lines: Lines, parent: Node, index: int) -> int:
    """The last line of an entry, with the comments below it that are further to the right than its key."""
    entry = parent.entries[index]
    return _last_line(lines, entry, lines.column(entry.start) + 1)


def bottom_line(lines: Lines, parent: Node) -> int:
    """The last line of a mapping or list, with the comments below it that stand below its keys; a document ends with its values."""
    entry = parent.entries[-1]
    column = lines.column(entry.start)
    return _last_line(lines, entry, column or 1)


def _last_line(lines: Lines, entry: Entry, column: int) -> int:
    last = number = lines.number(end_of(entry))
    while number + 1 < lines.count:
        number += 1
        comment = lines.comment_column(number)
        if comment is not None and comment >= column:
            last = number
        elif not lines.is_blank(number):
            break
    return last


def is_spaced(lines: Lines, parent: Node) -> bool:
    """Whether there are empty lines between all entries."""
    firsts = [first_line(lines, parent, index) for index in range(1, len(parent.entries))]
    return bool(firsts) and all(lines.is_blank(first - 1) for first in firsts)


def has_comments(text: str, node: Node) -> bool:
    """Whether there are comments inside of a value."""
    between, position = "", node.start
    for leaf in node.leaves():
        between += text[position : leaf.start]
        position = leaf.end
    return "#" in between + text[position : node.end]


def style_of(lines: Lines, roots: Iterable[Node]) -> Style:
    """How a text is indented, as its first nested mapping and the first list below a key show."""
    columns: dict[Kind, int] = {}
    waiting = list(roots)
    while waiting and len(columns) < len((Kind.MAPPING, Kind.SEQUENCE)):
        node = waiting.pop(0)
        for entry in node.entries if node.is_block else ():
            value = entry.value
            if entry.key and value.is_block and lines.number(value.content) > lines.number(entry.after):
                columns.setdefault(value.kind, lines.column(value.entries[0].start) - lines.column(entry.start))
            waiting.append(value)
    mapping = max(columns.get(Kind.MAPPING, _USUAL), 1)
    return Style(mapping=mapping, sequence=max(columns.get(Kind.SEQUENCE, mapping), 0))
