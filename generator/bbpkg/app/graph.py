"""Diagrams of a package: one as Mermaid text, or all of them as a Markdown document."""

import enum

from bbpkg.app.values import chosen_variant
from bbpkg.model.package import Package
from bbpkg.model.variants import Variant
from bbpkg.plan.diagrams import components_diagram, overview_diagram


class View(enum.Enum):
    """What a diagram shows."""

    OVERVIEW = "overview"
    COMPONENTS = "components"


def diagram(package: Package, view: View, edition: str, release: str | None) -> str:
    """Return the Mermaid text of an edition in a release, its default one without.

    Raises:
        UsageError: the package has no such edition or release.
    """
    return _drawn(package, view, chosen_variant(package, edition, release))


def diagrams_document(package: Package, view: View) -> str:
    """Return a Markdown document with a diagram of every edition; components differ between releases, so each has its own."""
    parts = [f"# {package.title}\n"]
    for edition in package.editions:
        variants = edition.variants if view is View.COMPONENTS else (Variant(edition.name, edition.default_release),)
        for variant in variants:
            title = f"{edition.title} {variant.release}" if len(variants) > 1 else edition.title
            parts.append(f"\n## {title}\n\n```mermaid\n{_drawn(package, view, variant)}```\n")
    return "".join(parts)


def _drawn(package: Package, view: View, variant: Variant) -> str:
    if view is View.COMPONENTS:
        return components_diagram(package, variant)
    return overview_diagram(package, package.edition(variant.edition), variant.release)
