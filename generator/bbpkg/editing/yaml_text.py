"""YAML text that is edited value by value: what an edit does not concern stays as it is, to the byte; pure."""

import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from bbpkg.diagnostics import Diagnostic, Location
from bbpkg.diagnostics import pointer as json_pointer
from bbpkg.documents import Document, read_documents
from bbpkg.editing.nodes import Entry, Kind, Node, Root, read_nodes
from bbpkg.editing.pages import Page
from bbpkg.editing.places import Place, move_splices, set_splices
from bbpkg.editing.splices import CannotEditError, Splice, spliced
from bbpkg.editing.values import child, is_same, moved, nested, split_pointer, steps_of, with_value, without
from bbpkg.editing.writing import entry_lines
from bbpkg.errors import InvalidInputError

_MARK: Final = "\ufeff"


class EditRefusedError(InvalidInputError):
    """The text cannot be edited there without changing something else; the one diagnostic says why (exit code 2)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class YamlText:
    """A YAML text of one document or several, and what it says; each edit returns a new one.

    Places are JSON pointers, in the document with a number (the first without). An edit that would change anything else, as inside
    of what an alias repeats, raises EditRefusedError, and so does every edit of a document that SOPS has signed.
    """

    text: str
    file: str
    documents: tuple[Document, ...] = field(repr=False)
    _roots: tuple[Root, ...] = field(repr=False)

    @classmethod
    def read(cls, text: str, *, file: str) -> "YamlText":
        """Read a text.

        Raises:
            InvalidInputError: it is no YAML that Kubernetes reads; with every problem that was found.
        """
        return cls(text=text, file=file, documents=read_documents(text, file=file), _roots=read_nodes(text.removeprefix(_MARK)))

    def value(self, pointer: str = "", *, document: int = 0) -> object:
        """Return the value at a place; None when there is nothing."""
        found = self.documents[document].value if document < len(self.documents) else None
        for step in steps_of(pointer):
            found = child(found, step)
        return found

    def has(self, pointer: str, *, document: int = 0) -> bool:
        """Whether there is something at a place, be it null."""
        above, step = split_pointer(pointer)
        found = self.value(above, document=document)
        return step in found if isinstance(found, dict) else isinstance(found, list) and step in map(str, range(len(found)))

    def set(self, pointer: str, value: object, *, document: int = 0, comment: str = "", is_first: bool = False) -> "YamlText":
        """Put a value at a place; what is missing on the way is made.

        A new key comes behind the others of its mapping, or before them, with a comment above it.
        """
        if self.has(pointer, document=document) and is_same(self.value(pointer, document=document), value):
            return self
        if not self._roots:
            return self._written_first(pointer, value, comment)
        place = self._place(pointer, document, is_change_of_it=True)
        page = self._page()
        splices = self._guarded(pointer, document, lambda: set_splices(page, place, value, comment, is_first=is_first))
        return self._edited(splices, pointer, document, lambda root: with_value(root, steps_of(pointer), value))

    def merge(self, pointer: str, value: Mapping[str, object], *, document: int = 0) -> "YamlText":
        """Put every value of a mapping at its place, deep; what is there beside them stays."""
        edited = self
        for key, item in value.items():
            place = pointer + json_pointer(key)
            if isinstance(item, Mapping) and item and isinstance(edited.value(place, document=document), dict):
                edited = edited.merge(place, item, document=document)
            else:
                edited = edited.set(place, item, document=document)
        return edited

    def rename(self, pointer: str, key: str, *, document: int = 0) -> "YamlText":
        """Give another name to a key; its place in the mapping stays."""
        above, step = split_pointer(pointer)
        if step == key:
            return self
        place = self._existing(pointer, document, above + json_pointer(key))
        page = self._page()
        splices = self._guarded(pointer, document, lambda: page.rename(place.parents[-1][1], key))
        return self._edited(
            splices, pointer, document, lambda root: moved(root, steps_of(pointer), (*steps_of(above), key), steps_of(pointer))
        )

    def move(self, pointer: str, to: str, *, document: int = 0, is_pruned: bool = False) -> "YamlText":
        """Carry a key with its value and comments to another place, where nothing may be yet.

        A mapping that lost its last key stays, empty; with `is_pruned` it goes, too, and so on upwards.
        """
        if split_pointer(pointer)[0] == split_pointer(to)[0]:
            return self.rename(pointer, split_pointer(to)[1], document=document)
        if to.startswith(f"{pointer}/"):
            raise self._refusal(document, pointer, f"it cannot be moved below itself, to {to}")
        place = self._existing(pointer, document, to)
        target = self._place(to, document, is_change_of_it=True)
        page = self._page()
        splices = self._guarded(pointer, document, lambda: move_splices(page, place, target, place.leaving(is_pruned=is_pruned)))
        between = self.text.removeprefix(_MARK)
        halfway = spliced(between, splices)
        copied = YamlText(text=halfway, file=self.file, documents=self.documents, _roots=read_nodes(halfway))
        removal, removed = copied._removal(pointer, document, is_pruned=is_pruned)
        steps, there = steps_of(pointer), steps_of(to)
        return self._checked(spliced(halfway, removal), pointer, document, lambda root: moved(root, steps, there, removed))

    def delete(self, pointer: str, *, document: int = 0, is_pruned: bool = False) -> "YamlText":
        """Remove a key or item with its comments; `is_pruned` as in `move`."""
        self._existing(pointer, document, None)
        splices, removed = self._removal(pointer, document, is_pruned=is_pruned)
        return self._edited(splices, pointer, document, lambda root: without(root, removed))

    def _removal(self, pointer: str, document: int, *, is_pruned: bool) -> tuple[list[Splice], tuple[str, ...]]:
        place = self._place(pointer, document).leaving(is_pruned=is_pruned)
        parent, page, owner = place.parents[-1][0], self._page(), place.above.entry
        return self._guarded(pointer, document, lambda: page.remove(parent, place.index, owner)), steps_of(pointer)[: len(place.parents)]

    def _page(self) -> Page:
        return Page(self.text.removeprefix(_MARK), [root.node for root in self._roots])

    def _written_first(self, pointer: str, value: object, comment: str) -> "YamlText":
        key, *others = steps_of(pointer)
        page = self._page()
        lines = [f"# {line}".rstrip() for line in comment.splitlines()]
        lines += entry_lines(key, nested(others, value), 0, page.style)
        eol = page.lines.line_ending
        gap = "" if not page.text or page.text.endswith(("\n", "\r")) else eol
        text = self.text + gap + "".join(line + eol for line in lines)
        return YamlText.read(text, file=self.file)

    def _existing(self, pointer: str, document: int, target: str | None) -> Place:
        place = self._place(pointer, document)
        if place.missing or not place.parents:
            raise self._refusal(document, pointer, "there is nothing to change")
        if target is not None and place.parents[-1][0].kind is not Kind.MAPPING:
            raise self._refusal(document, pointer, "items of lists have no key, and stay where they are")
        if target is not None and self.has(target, document=document):
            raise self._refusal(document, target, "there is a value already")
        return place

    def _place(self, pointer: str, document: int, *, is_change_of_it: bool = False) -> Place:
        """Follow a pointer as far as it goes, and refuse what must not be changed on the way."""
        root = self._roots[document]
        signed = self.value("/sops/mac", document=document)
        if signed is not None:
            hint = f"decrypt it first (sops decrypt {self.file}), edit the result, and encrypt that"
            raise self._refusal(document, "/sops", "SOPS has signed this file, every edit would make it unreadable", hint)
        node, steps = root.node, steps_of(pointer)
        parents: list[tuple[Node, Entry]] = []
        for number, step in enumerate(steps):
            self._check_unshared(root, node, document, json_pointer(*steps[:number]))
            entry = node.entry(step)
            if entry is None or entry.is_merge:
                self._check_missing(node, steps[number:], document, json_pointer(*steps[:number]))
                return Place(tuple(parents), node, tuple(steps[number:]))
            parents.append((node, entry))
            node = entry.value
        if is_change_of_it and node.anchor in root.anchors_used and node.kind is not Kind.ALIAS:
            self._check_unshared(root, node, document, pointer)
        return Place(tuple(parents), node, ())

    def _check_unshared(self, root: Root, node: Node, document: int, pointer: str) -> None:
        if node.kind is Kind.ALIAS:
            message = f"*{node.anchor} repeats what is written elsewhere"
            raise self._refusal(document, pointer, message, "write the value here instead of the alias")
        if node.anchor in root.anchors_used:
            message = f"&{node.anchor} is repeated elsewhere, where the edit would change the value, too"
            raise self._refusal(document, pointer, message, f"write the value where *{node.anchor} stands, and remove the anchor")

    def _check_missing(self, node: Node, missing: Sequence[str], document: int, pointer: str) -> None:
        if node.kind is Kind.SEQUENCE and (missing[0] != str(len(node.entries))):
            raise self._refusal(document, pointer, f"the list has no item {missing[0]}; it has {len(node.entries)}")
        if node.kind is Kind.SCALAR and self.value(pointer, document=document) is not None:
            raise self._refusal(document, pointer, f'it is no mapping and can hold no "{missing[0]}"')
        merged = pointer + json_pointer(missing[0])
        if len(missing) > 1 and self.has(merged, document=document):
            raise self._refusal(document, merged, "the value comes from <<", "write the mapping out where << stands")

    def _guarded(self, pointer: str, document: int, plan: Callable[[], list[Splice]]) -> list[Splice]:
        try:
            return plan()
        except CannotEditError as problem:
            raise self._refusal(document, pointer, str(problem)) from problem

    def _edited(self, splices: list[Splice], pointer: str, document: int, change: Callable[[object], object]) -> "YamlText":
        return self._checked(spliced(self.text.removeprefix(_MARK), splices), pointer, document, change)

    def _checked(self, text: str, pointer: str, document: int, change: Callable[[object], object]) -> "YamlText":
        """Read the edited text: it must say exactly what was meant."""
        expected = [found.value for found in self.documents]
        expected[document] = change(copy.deepcopy(expected[document]))
        mark = _MARK if self.text.startswith(_MARK) else ""
        # A block of text at the end of a file ends as the file does.
        for attempt in (text, text + self._page().lines.line_ending):
            try:
                edited = YamlText.read(mark + attempt, file=self.file)
            except InvalidInputError:
                continue
            if is_same([found.value for found in edited.documents], expected):
                return edited
        message = "it cannot be edited in the way it is written without changing other values"
        raise self._refusal(document, pointer, message, "write it in lines, without anchors, << and ?")

    def _refusal(self, document: int, pointer: str, message: str, hint: str | None = None) -> EditRefusedError:
        line = self.documents[document].line(pointer) if document < len(self.documents) else 1
        location = Location(file=self.file, line=line, pointer=pointer)
        found = Diagnostic(code="yaml-edit", location=location, message=f"{message}.", hint=hint)
        error = f"{self.file} cannot be edited"
        return EditRefusedError(error, (found,))
