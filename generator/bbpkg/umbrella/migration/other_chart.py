"""Values of another chart become those of a package, by the rules of its `migration.yaml`."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from bbpkg.diagnostics import Severity
from bbpkg.diagnostics import pointer as json_pointer
from bbpkg.editing.values import is_same
from bbpkg.editing.yaml_text import YamlText
from bbpkg.umbrella.built_in_packages import BUILT_IN
from bbpkg.umbrella.migration.draft import Draft, Migration, leaves
from bbpkg.umbrella.migration.mapping import Form, Rule

_PACKAGE_VALUES: Final = "/values/"
_TEMPLATE: Final = "{{"
_WORDS: Final[Mapping[str | None, str]] = MappingProxyType({"integer": "a whole number", "string": "a string"})


def to_package(texts: Sequence[YamlText], form: Form, package: str) -> tuple[Migration, ...]:
    """Migrate files that have values in a form to the values of a package, each on its own.

    Umbrella values go below `packages.<package>`; what nothing is known of stays where it is and is said.
    """
    return tuple(_migrated(Draft(text), form, package) for text in texts)


def _migrated(draft: Draft, form: Form, package: str) -> Migration:
    if draft.text.value("/sops/mac") is not None:
        hint = f"sops decrypt {draft.text.file} > plain.yaml, migrate that, and encrypt the result"
        draft.say("/sops", "SOPS has signed the file: a moved value could not be decrypted any more.", hint)
        return draft.result()
    applications = [_Application(draft, form, source, target) for source, target in _places(form, package)]
    # Each one is run, whatever came of the others.
    has_come = [application.run() for application in applications]
    if any(has_come):
        target = applications[0].target
        for place, value in form.fixed.items():
            if not draft.text.has(target + place):
                draft.set(target + place, value, "fixed by the other chart or the umbrella")
        for message, note_hint in form.notes:
            draft.say(target, f"{message}.", note_hint, severity=Severity.WARNING)
    return draft.result()


def _places(form: Form, package: str) -> tuple[tuple[str, str], ...]:
    """Where the values stand and where they go; what wins comes first."""
    if form.package is None:
        return (("", ""),)
    target = json_pointer("packages", package)
    legacy = json_pointer(*BUILT_IN[form.package].legacy_path) if form.package in BUILT_IN else json_pointer(form.package)
    return ((json_pointer("packages", form.package), target), (legacy, target))


class _Application:
    """The rules of a form for the values at one place."""

    def __init__(self, draft: Draft, form: Form, source: str, target: str) -> None:
        self._draft = draft
        self._form = form
        self._source = source
        self.target = target
        self._known = [source + place for place in (*form.roots, *(rule.source for rule in form.rules))]
        self._kept: set[str] = set()

    def run(self) -> bool:
        """Apply every rule that has something to apply to; say what is left, and return whether anything has come to the package."""
        if self._source and not self._draft.text.has(self._source):
            return False
        changes = len(self._draft.written)
        # Conditions are about the values as they were.
        holding = [rule for rule in self._form.rules if self._holds(rule)]
        for rule in holding:
            if self._draft.text.has(self._source + rule.source):
                self._apply(rule, self._source + rule.source)
        self._say_left(self._source)
        return bool(self._kept) or len(self._draft.written) > changes

    def _holds(self, rule: Rule) -> bool:
        if not all(is_same(self._draft.text.value(self._source + place), value) for place, value in rule.when.items()):
            return False
        value = self._draft.text.value(self._source + rule.source)
        return not rule.values or value is None or any(is_same(value, old) for old, _ in rule.values)

    def _apply(self, rule: Rule, place: str) -> None:
        draft, value = self._draft, self._draft.text.value(place)
        if value is None:
            draft.drop(place, "null is the default of the chart")
        elif rule.drop:
            draft.drop(place, rule.drop)
        elif rule.decide:
            draft.say(place, f"{rule.decide}.", rule.hint)
        elif (
            self._form.package and any(_TEMPLATE in str(item) for _, item in leaves(value)) and rule.targets[0].startswith(_PACKAGE_VALUES)
        ):
            message = "it has a template, which the umbrella would evaluate with its own values there."
            draft.say(place, message, f"write the result of the template at {self.target}{rule.targets[0]}")
        elif rule.split:
            self._split(rule, place, value)
        else:
            self._carry(rule, place, value)

    def _carry(self, rule: Rule, place: str, value: object) -> None:
        draft, (first, *others) = self._draft, rule.to
        converted = _converted(rule, value)
        if converted is None:
            draft.say(place, f"it must be {_WORDS.get(rule.type, 'another value')} at {self.target}{first}.", rule.hint)
            return
        target = self.target + first
        if place == target and is_same(converted, value):
            self._kept.add(place)
            return
        if rule.is_weak and draft.text.has(target):
            draft.drop(place, f"{target} says more")
            return
        if is_same(converted, value):
            moved = draft.move(place, target)
        elif draft.text.has(target):
            moved = self._same_or_said(place, target, converted)
        else:
            moved = draft.convert(place, target, converted)
        if not moved:
            return
        for other in others:
            draft.set(self.target + other, converted, f"as {target}")
        for other, fixed in rule.also.items():
            draft.set(self.target + other, fixed, f"belongs to {target}")
        self._advise(rule, target, value)

    def _same_or_said(self, place: str, target: str, converted: object) -> bool:
        if is_same(self._draft.text.value(target), converted):
            return self._draft.drop(place, f"{target} says the same")
        self._draft.say(place, f"{target} has another value already.", f"delete one of the two: keep the one that is meant at {target}")
        return False

    def _split(self, rule: Rule, place: str, value: object) -> None:
        split = rule.split
        found = split.pattern.fullmatch(value) if split and isinstance(value, str) else None
        if split is None or found is None:
            self._draft.say(place, "it is not written in the way that is known here.", rule.hint)
            return
        parts = {part: text for part, text in found.groupdict().items() if text is not None}
        if any(self._draft.text.has(self.target + split.to[part]) for part in parts):
            self._draft.say(place, "some of its parts are set already.", rule.hint)
            return
        if not self._draft.drop(place, "its parts stand apart now"):
            return
        for part, text in parts.items():
            self._draft.set(self.target + split.to[part], int(text) if part in split.integers else text, f"was part of {place}")
        if "password" in parts:
            self._advise(rule, self.target + split.to["password"], value)

    def _advise(self, rule: Rule, target: str, value: object) -> None:
        if rule.secret and value != "":
            name = self.target + rule.secret
            message = "a secret stands in the file, and goes into a Secret of the chart."
            hint = f"put it into a Secret of your own, write the name of that at {name}, and delete it here"
            self._draft.say(target, message, hint, severity=Severity.WARNING)

    def _say_left(self, place: str) -> None:
        """Say of everything that is left that nothing is known of it, in the largest parts that have no rule in them."""
        draft = self._draft
        if place in self._kept or draft.is_written(place) or not draft.is_unsaid(place):
            return
        value = draft.text.value(place)
        if value == {} and place:
            draft.drop(place, "it is empty")
        elif isinstance(value, dict) and any(known.startswith(f"{place}/") for known in (*self._known, *draft.written)):
            for key in value:
                self._say_left(place + json_pointer(key))
        elif value is not None:
            message = f"nothing in the package corresponds to it; it stays where it is ({self._form.title})."
            draft.say(place, message, "delete it if you do not need it")


def _converted(rule: Rule, value: object) -> object:
    """The value as the chart wants it; None when it cannot be."""
    new = next((new for old, new in rule.values if is_same(value, old)), None)
    if new is not None:
        return new
    if rule.template is not None:
        return _filled(rule.template, value)
    if rule.type == "integer" and not (isinstance(value, int) and not isinstance(value, bool)):
        return int(value) if isinstance(value, str) and value.isdigit() else None
    if rule.type == "string" and not isinstance(value, str):
        return None if isinstance(value, dict | list) else str(value)
    return value


def _filled(template: object, value: object) -> object:
    if isinstance(template, dict):
        return {key: _filled(item, value) for key, item in template.items()}
    if isinstance(template, list):
        return [_filled(item, value) for item in template]
    if template == "{value}":
        return value
    return template.replace("{value}", str(value)) if isinstance(template, str) else template
