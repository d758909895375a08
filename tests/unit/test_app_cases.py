"""Render cases of a package, and how a user chooses among them."""

import pytest

from bbpkg.app.cases import chosen_cases, package_cases, selection, summary_cases
from bbpkg.errors import UsageError
from packages import package

_NOTES = package("notes")


def test_every_release_is_a_case_alone_and_with_each_overlay_that_serves_it() -> None:
    expected = [
        name
        for edition in _NOTES.editions
        for variant in edition.variants
        for name in (
            f"{edition.name}-{variant.release}",
            *(f"{edition.name}-{variant.release}+{overlay.name}" for overlay in _NOTES.overlays if variant in overlay.variants),
        )
    ]
    assert [case.name for case in package_cases(_NOTES)] == expected
    assert len(expected) > len(_NOTES.variants)


def test_the_summary_has_one_case_for_each_release() -> None:
    assert [case.name for case in summary_cases(_NOTES)] == ["lite-1", "pro-1.5", "pro-2.0"]


def test_a_case_chooses_its_release_whatever_its_overlay_says() -> None:
    for case in package_cases(_NOTES):
        assert case.variant is not None
        chosen = selection(_NOTES.edition(case.variant.edition), case.variant.release)
        for key, value in chosen.items():
            assert isinstance(value, dict)
            assert value.items() <= dict(case.values[key]).items()  # type: ignore[call-overload]


def test_an_edition_with_one_release_is_chosen_without_naming_it() -> None:
    assert selection(_NOTES.edition("lite"), "1") == {"global": {"edition": "lite"}}
    assert selection(_NOTES.edition("pro"), "1.5") == {"global": {"edition": "pro"}, "pro": {"release": "1.5"}}


def test_cases_are_chosen_by_name_and_stay_in_order() -> None:
    assert [case.name for case in chosen_cases(_NOTES, ("pro-2.0", "lite-1"))] == ["lite-1", "pro-2.0"]
    assert chosen_cases(_NOTES, ()) == package_cases(_NOTES)


def test_an_unknown_case_is_refused_with_a_suggestion() -> None:
    with pytest.raises(UsageError, match='"pro-2" is not a case of notes') as refused:
        chosen_cases(_NOTES, ("pro-2",))
    assert refused.value.hint is not None
    assert "--list" in refused.value.hint


def test_a_case_does_not_show_its_values() -> None:
    assert "values" not in repr(package_cases(_NOTES)[0])
