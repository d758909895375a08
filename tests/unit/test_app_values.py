"""Values of the user: read strictly, and explained where the chart refuses them."""

import pytest

from bbpkg.app.values import chosen_selection, explained, read_values
from bbpkg.diagnostics import Diagnostic, Location
from bbpkg.errors import InvalidInputError, UsageError
from bbpkg.helm.engine import ChartRefusedError, Refusal
from packages import package

_NOTES = package("notes")
_SCHEMA = {"type": "object", "properties": {"shelf": {"type": "object", "properties": {"host": {}, "port": {}}}}}


def _refused(pointer: str, code: str = "values-schema", message: str = "got string, want integer.") -> ChartRefusedError:
    return ChartRefusedError(
        Refusal.SCHEMA,
        "the values do not fit",
        (Diagnostic(code=code, location=Location(file="values", pointer=pointer), message=message),),
    )


@pytest.mark.parametrize("text", ["", "# nothing\n", "---\n", "{}\n"])
def test_an_empty_file_has_no_values(text: str) -> None:
    assert read_values("v.yaml", text).values == {}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\n---\nb: 2\n", "v.yaml:3: the file holds 2 documents; values are one document."),
        ("- a\n", "v.yaml:1: the values are a list; they must be a mapping."),
        ("just text\n", "v.yaml:1: the values are a string; they must be a mapping."),
    ],
)
def test_a_file_that_holds_no_values_is_refused(text: str, message: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        read_values("v.yaml", text)
    assert [str(found) for found in refused.value.diagnostics] == [message]


def test_nothing_chosen_is_left_to_the_values() -> None:
    assert chosen_selection(_NOTES, None, None) == {}


@pytest.mark.parametrize(
    ("edition", "release", "values"),
    [
        ("pro", None, {"global": {"edition": "pro"}, "pro": {"release": "2.0"}}),
        ("pro", "1.5", {"global": {"edition": "pro"}, "pro": {"release": "1.5"}}),
        (None, "1.5", {"global": {"edition": "pro"}, "pro": {"release": "1.5"}}),
        ("lite", "1", {"global": {"edition": "lite"}}),
    ],
)
def test_edition_and_release_become_values(edition: str | None, release: str | None, values: dict[str, object]) -> None:
    assert chosen_selection(_NOTES, edition, release) == values


def test_without_a_package_the_chart_judges_the_choice() -> None:
    assert chosen_selection(None, "pro", "9") == {"global": {"edition": "pro"}, "pro": {"release": "9"}}
    assert chosen_selection(None, "pro", None) == {"global": {"edition": "pro"}}


@pytest.mark.parametrize(
    ("edition", "release", "message", "hint"),
    [
        ("por", None, '"por" is no edition of notes; known are lite, pro', 'did you mean "pro"?'),
        ("pro", "3", '"3" is no release of Notes Pro; known are 1.5, 2.0', None),
        (None, "3", '"3" is no release of Notes Lite; known are 1', None),
    ],
)
def test_an_unknown_choice_is_refused(edition: str | None, release: str | None, message: str, hint: str | None) -> None:
    with pytest.raises(UsageError) as refused:
        chosen_selection(_NOTES, edition, release)
    assert (refused.value.message, refused.value.hint) == (message, hint)


def test_a_release_alone_needs_a_package() -> None:
    with pytest.raises(UsageError, match="says nothing without an edition"):
        chosen_selection(None, None, "3")


def test_a_refused_value_is_found_in_the_last_file_that_sets_it() -> None:
    files = [
        read_values("a.yaml", "shelf:\n  port: x\n"),
        read_values("b.yaml", "# more\nshelf:\n\n  port: y\n"),
        read_values("c.yaml", ""),
    ]
    (found,) = explained(_refused("/shelf/port"), files, _SCHEMA).diagnostics
    assert str(found) == "b.yaml:4: /shelf/port: got string, want integer."


def test_a_refused_value_of_no_file_keeps_its_place() -> None:
    (found,) = explained(_refused("/shelf/port"), [], _SCHEMA).diagnostics
    assert str(found.location) == "values: /shelf/port"


def test_an_unknown_key_is_told_with_the_known_ones() -> None:
    files = [read_values("a.yaml", "shelf:\n  hots: x\n")]
    refused = _refused("/shelf/hots", "values-unknown-key", '"hots" is not a known key.')
    (found,) = explained(refused, files, _SCHEMA).diagnostics
    assert str(found) == 'a.yaml:2: /shelf/hots: "hots" is not a known key; known keys are host, port.\n  hint: did you mean "host"?'


@pytest.mark.parametrize("schema", [{}, [], {"properties": {"shelf": True}}, {"properties": {"shelf": {"properties": []}}}])
def test_an_unknown_key_is_told_without_a_useful_schema(schema: object) -> None:
    refused = _refused("/shelf/hots", "values-unknown-key", '"hots" is not a known key.')
    (found,) = explained(refused, [], schema).diagnostics
    assert (found.message, found.hint) == ('"hots" is not a known key.', None)


def test_other_refusals_stay_as_they_are() -> None:
    refused = ChartRefusedError(Refusal.RELATION, "shelf: no host")
    assert explained(refused, [], _SCHEMA) is refused
