"""Umbrella values of Big Bang 3.x become those of 4.x: Big Bang's own packages move below `packages`.

Facts: Big Bang's guide and script for the migration to 4.0 (docs/migration, scripts/migrate-values-3-to-4.sh), ADR 0011 to 0014. Below
`packages`, a value wins over the one at the former place, whichever file has it.
"""

from collections.abc import Sequence
from typing import Final

from bbpkg.diagnostics import Severity
from bbpkg.diagnostics import pointer as json_pointer
from bbpkg.editing.values import child, is_same
from bbpkg.editing.yaml_text import YamlText
from bbpkg.umbrella.built_in_packages import BUILT_IN
from bbpkg.umbrella.migration.draft import Draft, Migration
from bbpkg.umbrella.migration.nested import to_nested_values
from bbpkg.umbrella.names import built_in_namesake
from bbpkg.umbrella.schema import Configuration
from bbpkg.umbrella.structure import configuration_of, document_problems

_VERSION: Final = "/packageConfiguration/version"
# Big Bang renamed it in 1.53, and 3.x still reads both.
_FORMER_NAMES: Final = {"mattermostoperator": "mattermostOperator"}
_WINS: Final = "the value below packages wins"


def to_one_map(texts: Sequence[YamlText], *, nested: frozenset[str] = frozenset()) -> tuple[Migration, ...]:
    """Migrate the files of one umbrella, given in their precedence (later wins), each on its own.

    Args:
        texts: the files.
        nested: packages whose charts read the values of Big Bang in the nested form; "all" means every one of Big Bang's own.
    """
    is_v1 = any(configuration_of(text.value()) is Configuration.V1 for text in texts)
    drafts = [Draft(text, winning={"packages": _packages_before(texts[:index])}) for index, text in enumerate(texts)]
    if not is_v1 and _names_taken(drafts):
        return tuple(draft.result() for draft in drafts)
    for draft in drafts:
        if _is_signed(draft):
            _say_signed(draft, is_v1=is_v1)
            continue
        _move_packages(draft)
        _replace_hostname(draft)
    needing = [draft for draft in drafts if draft.keys("/packages") and not _is_signed(draft)]
    if not is_v1 and needing:
        needing[0].set(_VERSION, Configuration.V1.value, "below packages, the names of Big Bang's packages mean these", is_first=True)
    for draft in drafts:
        if not _is_signed(draft):
            to_nested_values(draft, nested)
            _say_structure(draft)
    return tuple(draft.result() for draft in drafts)


def _packages_before(texts: Sequence[YamlText]) -> object:
    """What earlier files say below `packages`."""
    merged: dict[str, object] = {}
    for text in texts:
        merged = _merged(merged, text.value("/packages"))
    return merged


def _merged(value: dict[str, object], other: object) -> dict[str, object]:
    result = dict(value)
    for key, item in other.items() if isinstance(other, dict) else ():
        there = result.get(key)
        result[key] = _merged(there, item) if isinstance(there, dict) and isinstance(item, dict) else item
    return result


def _names_taken(drafts: Sequence[Draft]) -> bool:
    """Whether a package of the user's own has a name that v1 gives to one of Big Bang's; then no file can be migrated."""
    is_taken = False
    for draft in drafts:
        for name in draft.keys("/packages"):
            namesake = built_in_namesake(name)
            if namesake is None:
                continue
            is_taken = True
            message = (
                f'"{name}" is a package of your own in 3.x; in 4.x the name belongs to Big Bang\'s {namesake.name}, so nothing is migrated.'
            )
            hint = f"give it another name; or, if Big Bang's {namesake.name} is meant, write packageConfiguration: {{version: v1}} first"
            draft.say(json_pointer("packages", name), message, hint)
    return is_taken


def _is_signed(draft: Draft) -> bool:
    return draft.text.value("/sops/mac") is not None


def _say_signed(draft: Draft, *, is_v1: bool) -> None:
    """SOPS binds each value to its place: moved, it could not be decrypted any more."""
    file = draft.text.file
    hint = f"sops decrypt {file} > plain.yaml, migrate that, and encrypt the result"
    for place in _legacy_places(draft):
        draft.say(place, "it belongs below packages, and SOPS has signed the file: a moved value could not be decrypted any more.", hint)
    if not is_v1 and draft.keys("/packages"):
        draft.say("/packages", "packageConfiguration.version is missing, and SOPS has signed the file.", hint, severity=Severity.WARNING)


def _legacy_places(draft: Draft) -> dict[str, str]:
    """Where packages stand that belong below `packages`, in the order of the file, and their names there."""
    places = {json_pointer(*package.legacy_path): package.name for package in BUILT_IN.values()}
    found = {place: name for place, name in places.items() if draft.text.has(place)}
    # What stands under the former name counts least.
    former = {json_pointer("addons", name): new for name, new in _FORMER_NAMES.items() if draft.text.has(json_pointer("addons", name))}
    return dict(sorted(found.items(), key=lambda item: draft.location(item[0]))) | former


def _move_packages(draft: Draft) -> None:
    addons = draft.keys("/addons")
    if addons and not draft.text.has("/packages") and all(_is_addon(name) for name in addons) and not _has_winner(draft, addons):
        draft.rename_all("/addons", "packages")
    for place, name in _legacy_places(draft).items():
        draft.move(place, json_pointer("packages", name), drops=_WINS)
    if draft.text.has("/addons") and draft.text.value("/addons") in ({}, None):
        draft.drop("/addons", "nothing is left in it")


def _is_addon(name: str) -> bool:
    return name in BUILT_IN and BUILT_IN[name].is_addon


def _has_winner(draft: Draft, names: Sequence[str]) -> bool:
    return any(child(draft.winning_packages, name) is not None for name in names)


def _replace_hostname(draft: Draft) -> None:
    if not draft.text.has("/hostname"):
        return
    if not draft.text.has("/domain"):
        draft.move("/hostname", "/domain")
    elif is_same(draft.text.value("/hostname"), draft.text.value("/domain")):
        draft.drop("/hostname", "domain says the same")
    else:
        draft.say("/hostname", "it is not read any more, and domain has another value.", "delete hostname, and write domain as it is meant")


def _say_structure(draft: Draft) -> None:
    """What 4.x does not know is left to a person, who hears what is known of it."""
    for document in draft.text.documents:
        for found in document_problems(document, draft.text.file, configuration=Configuration.V1, is_whole=False):
            if draft.is_unsaid(found.location.pointer):
                draft.say(found.location.pointer, found.message, found.hint, severity=found.severity, code=found.code)
