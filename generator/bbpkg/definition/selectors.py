"""Resolves `in:` lists, such as `[engine, enterprise/4.9]`, to sets of variants."""

from collections.abc import Iterable, Sequence

from bbpkg.model.variants import Edition, Variant, Variants


def known_selectors(editions: Iterable[Edition]) -> list[str]:
    """Every text that an `in:` list may hold."""
    return [text for edition in editions for text in (edition.name, *map(str, edition.variants))]


def select(selectors: Sequence[str] | None, editions: Iterable[Edition], parent: Variants) -> Variants:
    """The variants named by the selectors that the parent has; without selectors those of the parent."""
    if selectors is None:
        return parent
    chosen: set[Variant] = set()
    for edition in editions:
        for variant in edition.variants:
            if edition.name in selectors or str(variant) in selectors:
                chosen.add(variant)
    return parent & frozenset(chosen)
