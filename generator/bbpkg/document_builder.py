"""Build plain data from YAML parser events without recursion; gathers problems instead of stopping at the first; pure."""

from dataclasses import dataclass, field
from typing import NoReturn

from ruamel.yaml import events as yaml_events

from bbpkg.diagnostics import Diagnostic, Location
from bbpkg.diagnostics import pointer as json_pointer
from bbpkg.scalars import ScalarError, Scalars, read_scalar, shown_tag

_MOST_NODES = 1_000_000
_MOST_LEVELS = 200
_MERGE = "<<"


class RefusedError(Exception):
    """Reading on would be useless or dangerous; the last of `DocumentBuilder.problems` says why."""


@dataclass(slots=True)
class _Anchored:
    """A value that aliases can repeat, and what repeating it costs; `is_open` while its end was not read yet."""

    value: object = None
    nodes: int = 1
    height: int = 0
    is_open: bool = False


@dataclass(slots=True)
class _Open:
    """A mapping or list whose end was not read yet; `key` is the key whose value comes next."""

    value: dict[str, object] | list[object]
    pointer: str
    anchored: _Anchored
    nodes_before: int
    is_key: bool
    height: int = 1
    key: str | None = None
    key_lines: dict[str, int] = field(default_factory=dict)
    is_merging: bool = False
    keys_before_merge: frozenset[str] = frozenset()
    to_merge: list[object] = field(default_factory=list)

    @property
    def is_at_key(self) -> bool:
        return self.key is None and isinstance(self.value, dict)


class DocumentBuilder:
    """Takes the events of a YAML stream one by one; `documents` then holds pairs of value and lines by JSON pointer."""

    def __init__(self, file: str, scalars: Scalars) -> None:
        """Name the file for messages, and say how unquoted scalars become values."""
        self.documents: list[tuple[object, dict[str, int]]] = []
        self.problems: list[Diagnostic] = []
        self._file = file
        self._scalars = scalars
        self._nodes = 0
        self._start_document()

    def take(self, event: yaml_events.Event) -> None:
        """Take the next event.

        Raises:
            RefusedError: nothing more must be read.
        """
        line = event.start_mark.line + 1
        if isinstance(event, yaml_events.ScalarEvent):
            self._take_scalar(event, line)
        elif isinstance(event, yaml_events.CollectionStartEvent):
            self._open_collection(event, line)
        elif isinstance(event, yaml_events.CollectionEndEvent):
            self._close_collection(line)
        elif isinstance(event, yaml_events.AliasEvent):
            self._take_alias(event.anchor, line)
        elif isinstance(event, yaml_events.DocumentEndEvent):
            self.documents.append((self._root, self._lines))
            self._start_document()

    def _start_document(self) -> None:
        self._root: object = None
        self._lines: dict[str, int] = {}
        self._open: list[_Open] = []
        self._anchors: dict[str, _Anchored] = {}

    def _take_scalar(self, event: yaml_events.ScalarEvent, line: int) -> None:
        top = self._open[-1] if self._open else None
        is_plain = not event.style
        if top and top.is_at_key and is_plain and event.value == _MERGE and event.tag is None:
            self._start_merge(top, line)
            return
        pointer = self._place(line)
        self._count(1, line)
        try:
            value = read_scalar(event.value, tag=event.tag, is_plain=is_plain, scalars=self._scalars)
        except ScalarError as problem:
            self._report("yaml-scalar", line, str(problem), pointer=pointer)
            value = event.value
        self._anchors[event.anchor] = _Anchored(value)
        self._put(value, line, text=event.value)

    def _take_alias(self, name: str, line: int) -> None:
        pointer = self._place(line)
        anchored = self._anchors.get(name)
        if anchored is None:
            self._report(
                "yaml-alias",
                line,
                f"*{name} repeats nothing: there is no &{name} before it.",
                pointer=pointer,
            )
            anchored = _Anchored("")
        if anchored.is_open:
            self._refuse(
                "yaml-alias",
                line,
                f"*{name} stands inside &{name} and would repeat itself without end.",
            )
        self._count(anchored.nodes, line)
        self._check_depth(len(self._open) + anchored.height, line)
        self._put(_copy(anchored.value), line, height=anchored.height)

    def _open_collection(self, event: yaml_events.CollectionStartEvent, line: int) -> None:
        value: dict[str, object] | list[object] = {} if isinstance(event, yaml_events.MappingStartEvent) else []
        is_key = bool(self._open) and self._open[-1].is_at_key
        pointer = self._place(line)
        known = "!!map" if isinstance(value, dict) else "!!seq"
        if event.tag is not None and shown_tag(event.tag) not in ("!", known):
            self._report(
                "yaml-tag",
                line,
                f"the tag {shown_tag(event.tag)} is unknown here; known is {known}.",
                pointer=pointer,
            )
        self._check_depth(len(self._open) + 1, line)
        self._count(1, line)
        anchored = self._anchors[event.anchor] = _Anchored(is_open=True)
        self._open.append(_Open(value, pointer, anchored, self._nodes - 1, is_key))

    def _close_collection(self, line: int) -> None:
        closed = self._open.pop()
        for source in closed.to_merge:
            self._merge(closed, source)
        anchored = closed.anchored
        anchored.value, anchored.height, anchored.is_open = (
            closed.value,
            closed.height,
            False,
        )
        anchored.nodes = self._nodes - closed.nodes_before
        self._put(closed.value, line, height=closed.height)

    def _place(self, line: int) -> str:
        """Note the line of the node that starts here, and return its pointer (for a key: that of its mapping)."""
        if not self._open:
            self._lines[""] = line
            return ""
        top = self._open[-1]
        if isinstance(top.value, list):
            pointer = f"{top.pointer}/{len(top.value)}"
            self._lines[pointer] = line
            return pointer
        return top.pointer if top.key is None else top.pointer + json_pointer(top.key)

    def _put(self, value: object, line: int, *, text: str | None = None, height: int = 0) -> None:
        if not self._open:
            self._root = value
            return
        top = self._open[-1]
        top.height = max(top.height, height + 1)
        if isinstance(top.value, list):
            top.value.append(value)
        elif top.key is None:
            self._take_key(top, value, line, text)
        elif top.is_merging:
            top.to_merge.extend(value if isinstance(value, list) else [value])
            top.is_merging, top.key = False, None
        else:
            top.value[top.key] = value
            top.key = None

    def _take_key(self, top: _Open, value: object, line: int, text: str | None) -> None:
        if isinstance(value, dict | list):
            hint = 'if this is a template, put it in quotes: "{{ ... }}"'
            self._report(
                "yaml-key",
                line,
                "a mapping or list stands where a key is expected; keys are text.",
                hint,
                top.pointer,
            )
            top.key = ""
            return
        top.key = value if isinstance(value, str) else str(value if text is None else text)
        pointer = top.pointer + json_pointer(top.key)
        if not isinstance(value, str):
            message = f"the key {top.key} is read as {_kind(value)}; keys are text."
            self._report("yaml-key", line, message, f'put it in quotes: "{top.key}"', pointer)
        self._note_key(top, top.key, line)

    def _note_key(self, top: _Open, key: str, line: int) -> None:
        pointer = top.pointer + json_pointer(key)
        first = top.key_lines.setdefault(key, line)
        if pointer in self._lines:
            message = f'the key "{key}" is given twice, first on line {first}; each key may be given once.'
            self._report("yaml-duplicate-key", line, message, "delete one of the two", pointer)
        self._lines.setdefault(pointer, line)

    def _start_merge(self, top: _Open, line: int) -> None:
        top.keys_before_merge = frozenset(top.key_lines)
        self._note_key(top, _MERGE, line)
        top.key, top.is_merging = _MERGE, True

    def _merge(self, target: _Open, source: object) -> None:
        line = target.key_lines[_MERGE]
        if not isinstance(target.value, dict) or not isinstance(source, dict):
            message = f"<< merges a mapping or a list of mappings, not {_kind(source)}."
            self._report("yaml-merge", line, message, pointer=target.pointer)
            return
        for key, value in source.items():
            pointer = target.pointer + json_pointer(key)
            if key not in target.value:
                target.value[key] = value
                self._lines[pointer] = line
            elif key in target.keys_before_merge and target.value[key] != value:
                # YAML keeps the explicit value, sigs.k8s.io/yaml the merged one: no reading of ours would be right.
                message = f'"{key}" is set before << and differently by it; programs do not agree which of the two wins.'
                self._report(
                    "yaml-merge",
                    target.key_lines[key],
                    message,
                    "move << to the first line of the mapping",
                    pointer,
                )

    def _count(self, nodes: int, line: int) -> None:
        self._nodes += nodes
        if self._nodes > _MOST_NODES:
            self._refuse(
                "yaml-size",
                line,
                f"the file has, with aliases repeated, more than {_MOST_NODES} values.",
            )

    def _check_depth(self, levels: int, line: int) -> None:
        if levels > _MOST_LEVELS:
            self._refuse(
                "yaml-depth",
                line,
                f"mappings and lists are nested deeper than {_MOST_LEVELS} levels.",
            )

    def _refuse(self, code: str, line: int, message: str) -> NoReturn:
        self._report(code, line, message)
        raise RefusedError(message)

    def _report(
        self,
        code: str,
        line: int,
        message: str,
        hint: str | None = None,
        pointer: str = "",
    ) -> None:
        location = Location(file=self._file, line=line, pointer=pointer)
        self.problems.append(Diagnostic(code=code, location=location, message=message, hint=hint))


def _copy(value: object) -> object:
    """Repeat a value for an alias, so that no two places of a document share one mutable value."""
    if isinstance(value, dict):
        return {key: _copy(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_copy(item) for item in value]
    return value


def _kind(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return f"the boolean {str(value).lower()}"
    if isinstance(value, int | float):
        return f"the number {value}"
    if isinstance(value, list):
        return "a list"
    return "text" if isinstance(value, str) else "a mapping"
