"""Puts umbrella values into a file that exists: what people wrote stays, what is missing is added, what differs is told."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, cast

from bbpkg.diagnostics import Diagnostic, Location, Severity, in_order, pointer
from bbpkg.documents import Document
from bbpkg.editing.yaml_text import YamlText
from bbpkg.errors import InvalidInputError
from bbpkg.model.values import Json
from bbpkg.plan.overlay_blocks import Block, comment_lines
from bbpkg.shapes import shown
from bbpkg.umbrella.built_in_packages import BUILT_IN
from bbpkg.umbrella.structure import document_problems

_FORM: Final = "packageConfiguration"
_REVISIONS: Final = ("tag", "branch", "semver", "commit")


@dataclass(frozen=True, kw_only=True, slots=True)
class Edited:
    """A file with the values of an overlay: its text, the places that were added or changed, and the values that stay as they were."""

    text: str = field(repr=False)
    changed: tuple[str, ...]
    kept: tuple[Diagnostic, ...]
    is_new: bool = False


def edited(text: str, file: str, blocks: Iterable[Block], *, force: bool) -> Edited:
    """Put blocks into the text of a file.

    A value that the file says otherwise stays, unless `force` is given. Items that a list lacks are added to it.

    Raises:
        InvalidInputError: the text is not one YAML mapping, cannot be edited, or the umbrella would refuse what comes out.
    """
    page = YamlText.read(text, file=file)
    _refuse_other_documents(page, file)
    edit = _Edit(page, force=force)
    for block in blocks:
        edit.put(block)
    _refuse_new_problems(page, edit.page, file)
    return Edited(text=edit.page.text, changed=tuple(edit.changed), kept=tuple(edit.kept))


class _Edit:
    """An edit in progress."""

    def __init__(self, page: YamlText, *, force: bool) -> None:
        self.page = page
        self.changed: list[str] = []
        self.kept: list[Diagnostic] = []
        self._force = force

    def put(self, block: Block) -> None:
        place = pointer(*block.path)
        comment = "\n".join(comment_lines(block.comment, len(block.path)))
        if _FORM in block.values and self._would_change_form():
            message = (
                "in the form of 4.x, names of Big Bang's own packages below packages mean those; this file was written in the other form."
            )
            self._keep(f"/{_FORM}", message, "bbpkg migrate changes the form of a file")
            return
        different = self._different(place, block.values) if block.is_tied else []
        if different and not self._force:
            for key in different:
                message = f"{key} says otherwise than the overlay, and goes with {' and '.join(block.values)}; all of them stay."
                self._keep(place + pointer(key), message)
            return
        for key, value in block.values.items():
            self._put(place + pointer(key), value, comment, is_replaced=bool(different))
            comment = ""

    def _put(self, place: str, value: Json, comment: str, *, is_replaced: bool = False) -> None:
        current = self.page.value(place)
        if current is None:
            self._set(place, value, comment)
        elif isinstance(current, dict) and isinstance(value, dict) and not is_replaced:
            for key, item in value.items():
                self._put(place + pointer(key), item, comment)
                comment = ""
        elif isinstance(current, list) and isinstance(value, list):
            for item in value:
                if item not in current:
                    self._set(f"{place}/{len(cast('list[object]', self.page.value(place)))}", item, "")
        elif not _agrees(current, value):
            if self._force:
                self._set(place, value, "")
            else:
                self._keep(place, f"the file says otherwise than the overlay, which says {shown(value)}.")

    def _set(self, place: str, value: Json, comment: str) -> None:
        self.page = self.page.set(place, value, comment=comment)
        self.changed.append(place)

    def _keep(self, place: str, message: str, hint: str = "--force takes the value of the overlay") -> None:
        location = Location(file=self.page.file, line=self._document().line(place), pointer=place)
        self.kept.append(Diagnostic(code="overlay-kept", location=location, message=message, hint=hint, severity=Severity.WARNING))

    def _document(self) -> Document:
        return self.page.documents[0] if self.page.documents else Document(None, {})

    def _would_change_form(self) -> bool:
        values = self._document().value
        if self._force or not isinstance(values, Mapping) or _FORM in values:
            return False
        return bool({"packages", "addons", *BUILT_IN} & set(values))

    def _different(self, place: str, values: Mapping[str, Json]) -> list[str]:
        found = {key: self.page.value(place + pointer(key)) for key in values}
        return [key for key, value in values.items() if found[key] is not None and not _agrees(found[key], value)]


def _agrees(current: object, value: object) -> bool:
    """Whether the file says what the overlay says, whatever else it says; another revision of a chart is a contradiction."""
    if isinstance(current, Mapping) and isinstance(value, Mapping):
        others = [key for key in _REVISIONS if current.get(key) and key not in value] if "repo" in value else []
        return not others and all(current.get(key) is None or _agrees(current[key], item) for key, item in value.items())
    return type(current) is type(value) and current == value


def _refuse_other_documents(page: YamlText, file: str) -> None:
    found: Sequence[Document] = page.documents
    values = found[0].value if found else None
    if len(found) > 1:
        message, line = "the file holds several documents; umbrella values are one.", found[1].line()
    elif values is not None and not isinstance(values, Mapping):
        message, line = "the values are no mapping.", found[0].line()
    else:
        return
    problem = Diagnostic(code="overlay-file", location=Location(file=file, line=line), message=message)
    failure = f"{file} cannot take the overlay."
    raise InvalidInputError(failure, (problem,))


def _refuse_new_problems(before: YamlText, after: YamlText, file: str) -> None:
    """Problems that the file has had are its own; those that the overlay brings are a reason not to write it."""
    old = {(found.code, found.message) for found in _problems(before, file)}
    new = [found for found in _problems(after, file) if (found.code, found.message) not in old and found.severity is Severity.ERROR]
    if new:
        message = f"{file} would not be valid with the overlay; nothing was written."
        raise InvalidInputError(message, in_order(new))


def _problems(page: YamlText, file: str) -> tuple[Diagnostic, ...]:
    return document_problems(page.documents[0], file, is_whole=False) if page.documents else ()
