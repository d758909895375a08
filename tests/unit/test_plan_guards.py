"""A part of the chart exists in exactly the editions and releases that the definition gives it."""

import itertools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bbpkg.model.variants import Edition, Release, Variant, Variants, all_variants
from bbpkg.plan.guards import Guarded, both, either, grouped, variant_condition
from packages import objects, render_chart, write_files

_TOKEN: Final = re.compile(r'\s*([()]|"[^"]*"|[^\s()]+)')


def edition(name: str, *releases: str, is_selectable: bool) -> Edition:
    return Edition(
        name=name,
        title=name,
        releases=tuple(Release(name=release, app_version=release) for release in releases),
        default_release=releases[-1],
        is_selectable=is_selectable,
        required_values={},
        overview=(),
    )


def is_true(condition: str | None, variant: Variant) -> bool:
    """What the condition is in a variant: an interpreter for the few Go template functions that guards use."""
    if condition is None:
        return True
    tokens = _TOKEN.findall(condition)
    value = _call(tokens, variant)
    assert tokens == [], f"{condition} has a rest"
    return bool(value)


def _call(tokens: list[str], variant: Variant) -> object:
    function, *arguments = _arguments(tokens, variant)
    if function == "eq":
        return any(arguments[0] == other for other in arguments[1:])
    if function == "and":
        return all(arguments)
    if function == "or":
        return any(arguments)
    assert not arguments, f"{function} is no function"
    return function


def _arguments(tokens: list[str], variant: Variant) -> Iterator[object]:
    while tokens and tokens[0] != ")":
        token = tokens.pop(0)
        if token == "(":
            yield _call(tokens, variant)
            assert tokens.pop(0) == ")"
        elif token.startswith('"'):
            yield token.strip('"')
        elif token == ".Values.global.edition":
            yield variant.edition
        elif token.startswith(".Values."):
            name = token.split(".")[2]
            assert token == f".Values.{name}.release"
            yield variant.release if name == variant.edition else "another edition has its own release"
        else:
            yield False if token == "false" else token


@st.composite
def _situations(draw: st.DrawFn) -> tuple[tuple[Edition, ...], Variants, Variants]:
    """Some editions, the variants in which a parent exists, and those in which its part exists."""
    counts = draw(st.lists(st.integers(1, 3), min_size=1, max_size=4))
    editions = tuple(
        edition(name, *"123"[:count], is_selectable=count > 1 or draw(st.booleans())) for name, count in zip("abcd", counts, strict=False)
    )
    everything = sorted(all_variants(editions))
    parent = draw(st.frozensets(st.sampled_from(everything), min_size=1))
    return editions, parent, draw(st.frozensets(st.sampled_from(everything)))


@given(_situations())
def test_a_condition_is_true_in_exactly_the_given_variants(situation: tuple[tuple[Edition, ...], Variants, Variants]) -> None:
    editions, parent, variants = situation
    condition = variant_condition(variants, parent, editions)
    assert {variant for variant in parent if is_true(condition, variant)} == parent & variants


@given(_situations())
def test_a_condition_that_always_holds_is_not_written(situation: tuple[tuple[Edition, ...], Variants, Variants]) -> None:
    editions, parent, variants = situation
    assert (variant_condition(variants, parent, editions) is None) == (parent <= variants)


@given(_situations())
def test_a_condition_reads_only_releases_that_can_be_chosen(situation: tuple[tuple[Edition, ...], Variants, Variants]) -> None:
    editions, parent, variants = situation
    read = set(re.findall(r"\.Values\.(\w+)\.release", variant_condition(variants, parent, editions) or ""))
    assert read <= {edition.name for edition in editions if edition.is_selectable}


EDITIONS: Final = (
    edition("lite", "1", is_selectable=False),
    edition("pro", "1.5", "2.0", is_selectable=True),
    edition("max", "1.10", is_selectable=True),
)
EVERYTHING: Final = sorted(all_variants(EDITIONS))


def _subsets(variants: list[Variant]) -> list[Variants]:
    return [frozenset(subset) for size in range(len(variants) + 1) for subset in itertools.combinations(variants, size)]


PAIRS: Final = [(part, parent) for parent in _subsets(EVERYTHING) if parent for part in _subsets(sorted(parent))]


@pytest.fixture(scope="module")
def chart(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A chart with one entry for each condition."""
    lines = ["apiVersion: v1", "kind: ConfigMap", "metadata: {name: truth}", "data:"]
    for number, (part, parent) in enumerate(PAIRS):
        condition = variant_condition(part, parent, EDITIONS)
        lines.append(f'  "{number}": ' + (f'"{{{{ if {condition} }}}}yes{{{{ else }}}}no{{{{ end }}}}"' if condition else '"yes"'))
    files = {
        "Chart.yaml": "apiVersion: v2\nname: truth\nversion: 1.0.0\n",
        "values.yaml": 'global: {edition: lite}\npro: {release: "2.0"}\nmax: {release: "1.10"}\n',
        "templates/truth.yaml": "\n".join(lines) + "\n",
    }
    return write_files(tmp_path_factory.mktemp("truth"), files)


@pytest.mark.parametrize("variant", EVERYTHING, ids=str)
def test_helm_finds_a_condition_true_in_exactly_the_given_variants(chart: Path, variant: Variant) -> None:
    settings = f"--set-string=global.edition={variant.edition},{variant.edition}.release={variant.release}"
    data = objects(render_chart(chart, settings))["ConfigMap", "truth"]["data"]
    assert isinstance(data, dict)
    wrong = [
        (sorted(map(str, part)), sorted(map(str, parent)), data[str(number)])
        for number, (part, parent) in enumerate(PAIRS)
        if variant in parent and data[str(number)] != ("yes" if variant in part else "no")
    ]
    assert wrong == []


def test_conditions_are_joined_with_parentheses_only_where_they_are_needed() -> None:
    assert both([None, None]) is None
    assert both([None, ".Values.a"]) == ".Values.a"
    assert both(["eq .a .b", ".c", "(d e)"]) == "and (eq .a .b) .c (d e)"
    assert either(["and .a .b", "not .c"]) == "or (and .a .b) (not .c)"


def test_conditions_that_begin_and_end_with_parentheses_stay_apart() -> None:
    """`(.a) (.b)` is no single operand: without more parentheses the joined condition would have another meaning."""
    assert both(["(eq .a .b) | not (.c)", ".d"]) == "and ((eq .a .b) | not (.c)) .d"


def test_only_neighbours_with_the_same_condition_share_it() -> None:
    pairs = [("x", 1), ("x", 2), (None, 3), ("x", 4)]
    assert grouped(pairs) == (Guarded("x", (1, 2)), Guarded(None, (3,)), Guarded("x", (4,)))
