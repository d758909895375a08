"""Where everything stands in YAML text: a tree of values, each with its offsets in the text; pure.

ruamel.yaml gives the offsets; its round trip is not used, because it moves comments, folds long lines and changes indentation.
"""

import enum
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from ruamel.yaml import YAML
from ruamel.yaml import events as yaml_events
from ruamel.yaml.error import YAMLError

_MERGE: Final = "<<"
_PROPERTY: Final = re.compile(r"(?:&[^\s,\[\]{}]+|![^\s,\[\]{}]*)")
# Space, line ends and comments, as they may stand between two values.
_BETWEEN: Final = re.compile(r"(?:[ \t\n\r\x85\u2028\u2029]|(?<!\S)#[^\n\r\x85\u2028\u2029]*)*")
_LAST_BREAK: Final = re.compile(r"(?:\r\n|[\n\r\x85\u2028\u2029])\Z")
_BLOCK_HEADER: Final = re.compile(r"[|>][-+0-9]*")


class Kind(enum.Enum):
    """What a value is."""

    SCALAR = "scalar"
    ALIAS = "alias"
    MAPPING = "mapping"
    SEQUENCE = "list"


@dataclass(slots=True, eq=False)
class Node:
    """A value. `start` is that of its anchor or tag, `content` that of itself, `end` follows its last character.

    A block mapping or list begins with its first entry. `anchor` is the name that an alias repeats, too. `text` is what a scalar says.
    """

    kind: Kind
    start: int
    content: int
    end: int
    is_flow: bool = False
    style: str = ""
    anchor: str | None = None
    text: str = ""
    entries: list["Entry"] = field(default_factory=list)

    @property
    def is_block(self) -> bool:
        """Whether it is a mapping or list written by indentation."""
        return self.kind in {Kind.MAPPING, Kind.SEQUENCE} and not self.is_flow

    @property
    def is_empty(self) -> bool:
        """Whether nothing is written at all, which means null."""
        return self.kind is Kind.SCALAR and self.start == self.end

    def entry(self, step: str) -> "Entry | None":
        """Return the entry of a key or index."""
        return next((entry for entry in self.entries if entry.step == step), None)

    def leaves(self) -> Iterator["Node"]:
        """Yield every scalar and alias in it, keys too, in their order."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            if node.kind in {Kind.SCALAR, Kind.ALIAS}:
                yield node
            for entry in reversed(node.entries):
                waiting += [entry.value, *([entry.key] if entry.key else [])]


@dataclass(slots=True, eq=False)
class Entry:
    """An entry of a mapping or list; `start` is that of its key, `-` or `?`, `after` follows its `:` or `-`."""

    step: str
    start: int
    after: int
    key: Node | None
    value: Node
    is_merge: bool = False


@dataclass(frozen=True, slots=True)
class Root:
    """A document: its value, and where its text begins (after `---`, if it has that)."""

    node: Node
    body: int
    anchors_used: frozenset[str]


def read_nodes(text: str) -> tuple[Root, ...]:
    """Return the tree of every document of a text that `bbpkg.documents` accepts."""
    try:
        return _Reader(text).read(is_pure=False)
    except YAMLError:
        # As in `bbpkg.documents`: the C parser refuses colons inside unquoted text of [flow, lists].
        return _Reader(text).read(is_pure=True)


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._open: list[Node] = []
        self._keys: list[Node | None] = []
        self._roots: list[Root] = []
        self._body = 0
        self._aliases: set[str] = set()

    def read(self, *, is_pure: bool) -> tuple[Root, ...]:
        for event in YAML(typ="safe", pure=is_pure).parse(self._text):
            if isinstance(event, yaml_events.DocumentStartEvent):
                self._body, self._aliases = event.end_mark.index if event.explicit else event.start_mark.index, set()
            elif isinstance(event, yaml_events.CollectionStartEvent):
                kind = Kind.MAPPING if isinstance(event, yaml_events.MappingStartEvent) else Kind.SEQUENCE
                node = self._node(kind, event)
                node.is_flow = bool(event.flow_style)
                self._open.append(node)
                self._keys.append(None)
            elif isinstance(event, yaml_events.CollectionEndEvent):
                self._close(event)
            elif isinstance(event, yaml_events.AliasEvent):
                self._aliases.add(event.anchor)
                self._put(self._node(Kind.ALIAS, event))
            elif isinstance(event, yaml_events.ScalarEvent):
                self._put(self._scalar(event))
        return tuple(self._roots)

    def _node(self, kind: Kind, event: yaml_events.NodeEvent) -> Node:
        start = event.start_mark.index
        content = start
        while kind is not Kind.ALIAS and (event.anchor or getattr(event, "tag", None)):
            found = _PROPERTY.match(self._text, content)
            if not found:
                break
            content = self._skip(found.end())
        return Node(kind, start, content, event.end_mark.index, anchor=event.anchor)

    def _scalar(self, event: yaml_events.ScalarEvent) -> Node:
        node = self._node(Kind.SCALAR, event)
        node.style, node.text = event.style or "", event.value
        if node.style in {"|", ">"}:
            node.end = self._block_scalar_end(node)
        elif node.content > node.end:
            # An anchor or tag with nothing behind it.
            node.content = node.end
        return node

    def _block_scalar_end(self, node: Node) -> int:
        header = _BLOCK_HEADER.match(self._text, node.content)
        body = self._text[node.content : node.end]
        if header and "+" in header[0]:
            return node.content + len(_LAST_BREAK.sub("", body))
        return node.content + len(body.rstrip(" \t\r\n\x85\u2028\u2029"))

    def _close(self, event: yaml_events.Event) -> None:
        node = self._open.pop()
        self._keys.pop()
        if node.is_flow:
            node.end = event.end_mark.index
        elif node.entries:
            node.end = max(node.entries[-1].value.end, node.entries[-1].after)
        self._put(node)

    def _put(self, node: Node) -> None:
        if not self._open:
            self._roots.append(Root(node, self._body, frozenset(self._aliases)))
            return
        parent = self._open[-1]
        if parent.kind is Kind.SEQUENCE:
            start = self._next_start(parent) if not parent.is_flow else node.start
            self._add(parent, Entry(str(len(parent.entries)), start, start if parent.is_flow else start + 1, None, node))
        elif self._keys[-1] is None:
            self._keys[-1] = node
        else:
            key, self._keys[-1] = self._keys[-1], None
            after = self._skip(key.end)
            after = after + 1 if self._text[after : after + 1] == ":" else key.end
            entry = Entry(key.text, key.start if parent.is_flow else self._next_start(parent), after, key, node)
            entry.is_merge = not key.style and entry.step == _MERGE
            self._add(parent, entry)

    def _add(self, parent: Node, entry: Entry) -> None:
        if entry.value.is_empty:
            # Parsers put it at the next thing that they find.
            entry.value.start = entry.value.content = entry.value.end = entry.after
        parent.entries.append(entry)

    def _next_start(self, parent: Node) -> int:
        return self._skip(max(parent.entries[-1].value.end, parent.entries[-1].after) if parent.entries else parent.content)

    def _skip(self, position: int) -> int:
        found = _BETWEEN.match(self._text, position)
        return found.end() if found else position
