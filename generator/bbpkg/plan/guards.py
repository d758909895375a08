"""Go template conditions that say in which editions and releases a part of the chart exists."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby
from typing import Generic, TypeVar

from bbpkg.model.variants import Edition, Variants

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Guarded(Generic[Item]):
    """Consecutive items under one condition; without a condition they always exist."""

    condition: str | None
    items: tuple[Item, ...]


def variant_condition(variants: Variants, parent: Variants, editions: Sequence[Edition]) -> str | None:
    """The Go condition that is true in `variants` where `parent` is known to hold; None when it always holds."""
    if parent <= variants:
        return None
    if not parent & variants:
        return "false"
    present = [edition for edition in editions if any(variant in parent for variant in edition.variants)]
    terms = [_edition_term(edition, variants, parent, is_only=len(present) == 1) for edition in present]
    return either([term for term in terms if term])


def _edition_term(edition: Edition, variants: Variants, parent: Variants, *, is_only: bool) -> str | None:
    possible = [variant for variant in edition.variants if variant in parent]
    wanted = [variant for variant in possible if variant in variants]
    if not wanted:
        return None
    terms = [] if is_only else [f'eq .Values.global.edition "{edition.name}"']
    if len(wanted) < len(possible):
        path = f".Values.{edition.name}.release"
        names = " ".join(f'"{variant.release}"' for variant in wanted)
        terms.append(f"eq {path} {names}")
    return both(terms)


def both(terms: Iterable[str | None]) -> str | None:
    """All of the conditions; None when there are none."""
    return _join("and", terms)


def either(terms: Iterable[str | None]) -> str | None:
    """One of the conditions; None when there are none."""
    return _join("or", terms)


def _join(word: str, terms: Iterable[str | None]) -> str | None:
    present = [term for term in terms if term]
    if len(present) <= 1:
        return present[0] if present else None
    return f"{word} " + " ".join(_operand(term) for term in present)


def _operand(term: str) -> str:
    return term if " " not in term or _is_in_parentheses(term) else f"({term})"


def _is_in_parentheses(term: str) -> bool:
    """Whether the first parenthesis is closed by the last character: `(.a) (.b)` is not one operand."""
    depths = list(accumulate({"(": 1, ")": -1}.get(character, 0) for character in term))
    return term.startswith("(") and depths[-1] == 0 and 0 not in depths[:-1]


def grouped(pairs: Iterable[tuple[str | None, Item]]) -> tuple[Guarded[Item], ...]:
    """Neighbours with the same condition in one group."""
    return tuple(Guarded(condition, tuple(item for _, item in run)) for condition, run in groupby(pairs, key=lambda pair: pair[0]))
