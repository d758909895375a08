"""Reads `migration.yaml` of a package: forms that values may have elsewhere, and what becomes of each key; strict, with positions."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, cast

from bbpkg.diagnostics import Diagnostic, Location
from bbpkg.diagnostics import pointer as json_pointer
from bbpkg.documents import Document, read_documents
from bbpkg.errors import InvalidInputError
from bbpkg.shapes import shape_problems
from bbpkg.umbrella.migration.mapping_schema import mapping_schema

MAPPING_FILE: Final = "migration.yaml"
_CODE: Final = "migration-mapping"
_DEEDS: Final = ("to", "split", "drop", "decide")


@dataclass(frozen=True, kw_only=True, slots=True)
class Split:
    """Text that becomes several values: the pattern's named parts, and where each goes; `integers` are parts that become numbers."""

    pattern: re.Pattern[str]
    to: Mapping[str, str]
    integers: frozenset[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """What becomes of a value; places are whole, in the values before and after.

    `to` has the first place to which it moves, and others where it stands, too. Exactly one of `to`, `split`, `drop` (the reason) and
    `decide` (the reason) is given. A `weak` rule gives way to what is there. `secret` is where the name of a Secret goes.
    """

    source: str
    to: tuple[str, ...] = ()
    when: Mapping[str, object] = field(default_factory=dict)
    values: tuple[tuple[object, object], ...] = ()
    type: str | None = None
    template: object = None
    split: Split | None = None
    also: Mapping[str, object] = field(default_factory=dict)
    is_weak: bool = False
    secret: str | None = None
    drop: str | None = None
    decide: str | None = None
    hint: str | None = None

    @property
    def targets(self) -> tuple[str, ...]:
        """Every place that it writes."""
        return (*self.to, *(self.split.to.values() if self.split else ()), *self.also, *([self.secret] if self.secret else []))


@dataclass(frozen=True, kw_only=True, slots=True)
class Form:
    """Values as another chart has them.

    `package` is the package of Big Bang's own whose umbrella values they are; None means the values of a chart. `roots` are where
    its keys stand. `fixed` are values that are set, and `notes` pairs of message and hint, wherever anything was migrated.
    """

    name: str
    title: str
    package: str | None
    roots: tuple[str, ...]
    rules: tuple[Rule, ...]
    fixed: Mapping[str, object]
    notes: tuple[tuple[str, str | None], ...]


def read_forms(text: str, *, file: str) -> tuple[Form, ...]:
    """Read the forms of a package.

    Raises:
        InvalidInputError: with every problem that was found.
    """
    documents = read_documents(text, file=file)
    document = documents[0] if len(documents) == 1 else Document(None, {})
    found = shape_problems(document, mapping_schema(), file, code=_CODE)
    if not found:
        found = tuple(_problems(cast("Mapping[str, Any]", document.value), document, file))
    if found:
        message = f"{file} is not valid"
        raise InvalidInputError(message, found)
    data = cast("Mapping[str, Any]", document.value)
    return tuple(_form(form, data["groups"]) for form in data["forms"])


def _problems(data: Mapping[str, Any], document: Document, file: str) -> Iterator[Diagnostic]:
    for number, form in enumerate(data["forms"]):
        for index, use in enumerate(form["use"]):
            if use["group"] not in data["groups"]:
                place = json_pointer("forms", number, "use", index, "group")
                yield _problem(document, file, place, f'there is no group "{use["group"]}"; there are {", ".join(data["groups"])}.')
    for name, rules in data["groups"].items():
        for index, rule in enumerate(rules):
            place = json_pointer("groups", name, index)
            if sum(deed in rule for deed in _DEEDS) != 1:
                yield _problem(document, file, place, f"a rule has exactly one of {', '.join(_DEEDS)}.")
            if ("each" in rule) != ("*" in rule["from"]):
                yield _problem(document, file, place, "each and * belong together.")
            if "split" in rule:
                yield from _split_problems(rule["split"], document, file, f"{place}/split")


def _split_problems(split: Mapping[str, Any], document: Document, file: str, place: str) -> Iterator[Diagnostic]:
    try:
        parts = set(re.compile(split["pattern"]).groupindex)
    except re.error as problem:
        yield _problem(document, file, f"{place}/pattern", f"it is no regular expression: {problem}.")
        return
    if parts != set(split["to"]) or not set(split.get("integers", ())) <= parts:
        yield _problem(document, file, place, f"the pattern has the parts {', '.join(sorted(parts))}; to and integers name others.")


def _problem(document: Document, file: str, place: str, message: str) -> Diagnostic:
    return Diagnostic(code=_CODE, location=Location(file=file, line=document.line(place), pointer=place), message=message)


def _form(form: Mapping[str, Any], groups: Mapping[str, Any]) -> Form:
    uses = [(use.get("at", ""), use.get("to", ""), groups[use["group"]]) for use in form["use"]]
    return Form(
        name=form["name"],
        title=form["title"],
        package=form.get("package"),
        roots=tuple(dict.fromkeys(at for at, _, _ in uses)),
        rules=tuple(rule for at, to, rules in uses for data in rules for rule in _rules(data, at, to)),
        fixed=form.get("set", {}),
        notes=tuple((note["message"], note.get("hint")) for note in form.get("notes", ())),
    )


def _rules(data: Mapping[str, Any], at: str, to: str) -> Iterator[Rule]:
    for word, other in data.get("each", {"*": "*"}).items():
        targets = data.get("to", ())
        yield Rule(
            source=at + data["from"].replace("*", word),
            to=tuple(to + target.replace("*", other) for target in ([targets] if isinstance(targets, str) else targets)),
            when=_placed(data.get("when", {}), at),
            values=tuple((pair["from"], pair["to"]) for pair in data.get("values", ())),
            type=data.get("type"),
            template=data.get("template"),
            split=_split(data["split"], to) if "split" in data else None,
            also=_placed(data.get("also", {}), to),
            is_weak=data.get("weak", False),
            secret=to + data["secret"].replace("*", other) if "secret" in data else None,
            drop=data.get("drop"),
            decide=data.get("decide"),
            hint=data.get("hint", "").replace("*", other) or None,
        )


def _placed(values: Mapping[str, object], above: str) -> Mapping[str, object]:
    return {above + place: value for place, value in values.items()}


def _split(data: Mapping[str, Any], to: str) -> Split:
    targets = {part: to + target for part, target in data["to"].items()}
    return Split(pattern=re.compile(data["pattern"]), to=targets, integers=frozenset(cast("Iterable[str]", data.get("integers", ()))))
