"""The single edits as splices of a text: replace a value, add an entry, remove one, carry one over; pure.

An edit that is impossible in the way the text is written may give a wrong text; `YamlText` finds that.
"""

from collections.abc import Iterable

from bbpkg.editing.extents import bottom_line, end_of, first_line, has_comments, is_spaced, last_line, lowest_line, style_of
from bbpkg.editing.lines import Lines, shifted, split_lines
from bbpkg.editing.nodes import Entry, Kind, Node
from bbpkg.editing.splices import CannotEditError, Piece, Splice
from bbpkg.editing.writing import block_lines, entry_lines, inline_text, is_collection, scalar_like
from bbpkg.scalars import scalar_text


class Page:
    """A text with its lines and its style."""

    def __init__(self, text: str, roots: Iterable[Node]) -> None:
        self.text = text
        self.lines = Lines(text)
        self.style = style_of(self.lines, roots)

    def rename(self, entry: Entry, name: str) -> list[Splice]:
        """Give another name to a key, in the quotes that it has."""
        key = entry.key
        if key is None or key.kind is not Kind.SCALAR or key.start != key.content or key.style in {"|", ">"}:
            message = "its key has an anchor, an alias or a tag; write the key as plain text"
            raise CannotEditError(message)
        return [Splice(key.start, key.end, scalar_like(name, key.style))]

    def replace(self, parent: Node | None, entry: Entry | None, node: Node, value: object) -> list[Splice]:
        """Put a value in the place of another one; `entry` and its `parent` are None for that of a document."""
        if parent is not None and parent.is_flow:
            return self._inline(node, _inline_like(value, node, parent))
        if is_collection(value):
            return self._in_lines(parent, entry, node, value)
        if node.is_block:
            return self._inline_for_block(entry, node, inline_text(value))
        return self._inline(node, _inline_like(value, node, parent))

    def _inline(self, node: Node, text: str) -> list[Splice]:
        if node.is_empty:
            return [Splice(node.start, node.start, f" {text}")]
        if node.style not in {"|", ">"}:
            return [Splice(node.start, node.end, text)]
        # A comment behind the sign of the text block stays.
        head = self._line_end(node.content)
        sign = self.text[node.content : head].split()[0]
        body = [Splice(head, node.end, "")] if node.end > head else []
        return [Splice(node.start, node.content + len(sign), text), *body]

    def _inline_for_block(self, entry: Entry | None, node: Node, text: str) -> list[Splice]:
        if entry is None or self.lines.number(node.content) == self.lines.number(entry.after):
            return [Splice(node.content, node.end, text)]
        head = self._line_end(entry.after)
        if node.start == node.content or node.start > head:
            return [Splice(entry.after, entry.after, f" {text}"), Splice(head, self._line_end(node.end), "")]
        # An anchor or tag stands behind the key.
        return [Splice(node.start, self._line_end(node.end), text)]

    def _in_lines(self, parent: Node | None, entry: Entry | None, node: Node, value: object) -> list[Splice]:
        eol = self.lines.line_ending
        if parent is None or entry is None:
            return self._as_document(node, block_lines(value, 0, self.style))
        column = self.lines.column(entry.start)
        if parent.kind is Kind.SEQUENCE:
            text = eol.join(block_lines(value, column + 2, self.style))
            if not node.is_block and self.text[node.end : self._line_end(node.end)].strip():
                return self._below(entry, node, eol + text)
            return [Splice(entry.after, node.end, f" {text[column + 2 :]}")]
        column += self.style.mapping if isinstance(value, dict) else self.style.sequence
        return self._below(entry, node, "".join(eol + line for line in block_lines(value, column, self.style)))

    def _as_document(self, node: Node, lines: list[str]) -> list[Splice]:
        eol = self.lines.line_ending
        text = eol.join(lines)
        if not node.is_empty:
            return [Splice(node.start, node.end, text if self.lines.is_first_in_line(node.start) else eol + text)]
        number = self.lines.number(node.start)
        if node.start > self.lines.start(number):
            return [Splice(self.lines.end(number), self.lines.end(number), eol + text)]
        return [Splice(self.lines.start(number), self.lines.start(number), text + eol)]

    def _below(self, entry: Entry, node: Node, text: str) -> list[Splice]:
        """Put lines below a key; a comment behind the key or the old value stays, if only one line has the value."""
        head, last = self._line_end(entry.after), self._line_end(node.end)
        if node.is_empty or node.start > head:
            return [Splice(head, last, text)]
        if node.is_block or node.style in {"|", ">"}:
            return [Splice(entry.after, last, text)]
        return [Splice(entry.after, node.end, ""), Splice(last, last, text)]

    def add(self, parent: Node, key: str | None, value: object, *, comment: str = "", is_first: bool = False) -> list[Splice]:
        """Add an entry to a mapping (or, without a key, to a list) that has some already."""
        if parent.is_flow:
            return self._add_flow(parent, _flow_entry(parent, key, value))
        column = self.lines.column(parent.entries[0].start)
        lines = block_lines([value], column, self.style) if key is None else entry_lines(key, value, column, self.style)
        above = [" " * column + f"# {line}".rstrip() for line in comment.splitlines()]
        return self._add_lines(parent, [*above, *lines], -1 if is_first else len(parent.entries) - 1)

    def take(self, parent: Node, index: int) -> Piece:
        """Return an entry with its comments, to be added elsewhere."""
        entry, eol = parent.entries[index], self.lines.line_ending
        if parent.is_flow:
            written = self.text[entry.value.start : entry.value.end]
            comments = has_comments(self.text, entry.value)
            is_line = len(split_lines(written)) == 1
            return Piece(above="", value=f" {written}".rstrip(), column=0, is_line=is_line, has_comments=comments, line_ending=eol)
        if entry.key and entry.key.start != entry.start:
            message = 'its key is written with "?"; write it as "key: value"'
            raise CannotEditError(message)
        number = self.lines.number(entry.start)
        first = first_line(self.lines, parent, index) if self.lines.is_first_in_line(entry.start) else number
        above = self.text[self.lines.start(first) : self.lines.start(number)]
        value = self.text[entry.after : self.lines.end(last_line(self.lines, parent, index))]
        comments = bool(above) or value.strip() != self.text[entry.value.start : entry.value.end].strip()
        is_line = not entry.value.is_block and len(split_lines(value)) == 1
        return Piece(
            above=above, value=value, column=self.lines.column(entry.start), is_line=is_line, has_comments=comments, line_ending=eol
        )

    def comments_of(self, parent: Node, entry: Entry) -> list[str]:
        """The comments above an entry of lines, and behind its key."""
        number = self.lines.number(entry.start)
        if parent.is_flow or not self.lines.is_first_in_line(entry.start):
            return []
        above = range(first_line(self.lines, parent, parent.entries.index(entry)), number)
        behind = self.text[entry.after : self.lines.end(number)].strip()
        own = [behind] if behind.startswith("#") and self.lines.number(entry.value.content) > number else []
        return [*(self.lines.content(line).strip() for line in above), *own]

    def add_piece(self, parent: Node, keys: list[str], piece: Piece, *, after: int) -> list[Splice]:
        """Add an entry that was taken from elsewhere behind another one, below as many keys as are missing."""
        if parent.is_flow:
            return self._add_flow(parent, _flow_piece(keys, piece))
        return self._add_lines(parent, self._piece_lines(keys, piece, self.lines.column(parent.entries[0].start)), after)

    def replace_by_piece(self, entry: Entry | None, node: Node, keys: list[str], piece: Piece) -> list[Splice]:
        """Put an entry that was taken from elsewhere in the place of null or of an empty mapping."""
        eol = self.lines.line_ending
        if entry is None:
            return self._as_document(node, self._piece_lines(keys, piece, 0))
        lines = self._piece_lines(keys, piece, self.lines.column(entry.start) + self.style.mapping)
        return self._below(entry, node, "".join(eol + line for line in lines))

    def replace_by_flow(self, node: Node, keys: list[str], piece: Piece) -> list[Splice]:
        """The same inside of braces."""
        return self._inline(node, f"{{{_flow_piece(keys, piece)}}}")

    def _piece_lines(self, keys: list[str], piece: Piece, column: int) -> list[str]:
        lines: list[str] = []
        for key in keys[:-1]:
            lines.append(f"{' ' * column}{scalar_text(key)}:")
            column += self.style.mapping
        moved = f"{piece.above}{' ' * piece.column}{scalar_text(keys[-1])}:{piece.value}"
        return [*lines, shifted(moved, column - piece.column)]

    def _add_flow(self, parent: Node, text: str) -> list[Splice]:
        end = end_of(parent.entries[-1])
        if self.text[parent.content] not in "{[":
            message = "it is a pair without braces; put it in braces"
            raise CannotEditError(message)
        number = self.lines.number(end)
        if not self.lines.is_first_in_line(parent.entries[-1].start) or self.lines.number(parent.end) == number:
            return [Splice(end, end, f", {text}")]
        indent = self.lines.line_ending + " " * self.lines.column(parent.entries[-1].start)
        behind = self.lines.end(number)
        if self.text[end:behind].lstrip(" \t").startswith(","):
            return [Splice(behind, behind, f"{indent}{text},")]
        return [Splice(end, end, ","), Splice(behind, behind, indent + text)]

    def _add_lines(self, parent: Node, lines: list[str], after: int) -> list[Splice]:
        eol = self.lines.line_ending
        gap = eol if is_spaced(self.lines, parent) else ""
        text = eol.join(lines)
        if after < 0 and self.lines.is_first_in_line(parent.entries[0].start):
            start = self.lines.start(first_line(self.lines, parent, 0))
            return [Splice(start, start, text + eol + gap)]
        is_last = after in {len(parent.entries) - 1, -1}
        end = self.lines.end(bottom_line(self.lines, parent) if is_last else last_line(self.lines, parent, after))
        return [Splice(end, end, eol + gap + text)]

    def remove(self, parent: Node, index: int, owner: Entry | None) -> list[Splice]:
        """Remove an entry with its comments; a mapping or list that loses its last one stays, empty. `owner` is the parent's entry."""
        entry = parent.entries[index]
        if len(parent.entries) == 1:
            return self._emptied(parent, owner)
        if parent.is_flow:
            if index + 1 < len(parent.entries):
                return [Splice(entry.start, parent.entries[index + 1].start, "")]
            return [Splice(end_of(parent.entries[index - 1]), end_of(entry), "")]
        if self.lines.is_first_in_line(entry.start):
            return [self._without_lines(parent, index)]
        # What comes next moves up behind the sign of the list.
        after = self.lines.start(last_line(self.lines, parent, index) + 1)
        while self.text[after] in " \r\n":
            after += 1
        return [Splice(entry.start, after, "")]

    def _emptied(self, parent: Node, owner: Entry | None) -> list[Splice]:
        empty = "{}" if parent.kind is Kind.MAPPING else "[]"
        if parent.is_flow:
            return [Splice(parent.content, parent.end, empty)]
        if owner is None or self.lines.number(parent.content) == self.lines.number(owner.after):
            return [Splice(parent.content, self.lines.end(last_line(self.lines, parent, 0)), empty)]
        return self._inline_for_block(owner, parent, empty)

    def _without_lines(self, parent: Node, index: int) -> Splice:
        """The lines of an entry, and the empty ones on that side where they would be left over."""
        lines = self.lines
        first, last = first_line(lines, parent, index), last_line(lines, parent, index)
        lowest = lowest_line(lines, parent, index)
        if all(lines.is_blank(number) for number in range(last + 1, lines.count)):
            while first > lowest and lines.is_blank(first - 1):
                first -= 1
            if first > 0:
                # Whether the text ends with a line ending stays as it is.
                return Splice(lines.end(first - 1), lines.end(last), "")
        elif first == 0 or lines.is_blank(first - 1):
            while lines.is_blank(last + 1):
                last += 1
        return Splice(lines.start(first), lines.start(last + 1), "")

    def _line_end(self, offset: int) -> int:
        return self.lines.end(self.lines.number(offset))


def _inline_like(value: object, node: Node, parent: Node | None) -> str:
    if isinstance(value, dict | list):
        return inline_text(value, is_json=_is_json(parent))
    return scalar_like(value, '"' if _is_json(parent) else node.style)


def _flow_entry(parent: Node, key: str | None, value: object) -> str:
    is_json = _is_json(parent)
    text = inline_text(value, is_json=is_json)
    return text if key is None else f"{inline_text(key, is_json=is_json)}: {text}"


def _flow_piece(keys: list[str], piece: Piece) -> str:
    if piece.has_comments or not piece.is_line:
        message = "it would have to be written in one line; write the mapping that is to hold it in lines, without braces"
        raise CannotEditError(message)
    text = piece.value.strip() or "null"
    for key in reversed(keys[1:]):
        text = f"{{{inline_text(key)}: {text}}}"
    return f"{inline_text(keys[0])}: {text}"


def _is_json(parent: Node | None) -> bool:
    if parent is None or not parent.is_flow or not parent.entries:
        return False
    return (parent.entries[0].key or parent.entries[0].value).style == '"'
