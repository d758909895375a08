"""What every page about a package shows: its editions with their components, and the overview of each."""

from dataclasses import dataclass

from bbpkg.model.package import Package
from bbpkg.plan.diagrams import overview_diagram


@dataclass(frozen=True, kw_only=True, slots=True)
class EditionRow:
    """One line of the table of editions."""

    edition: str
    release: str
    components: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Diagram:
    """A Mermaid diagram with its title."""

    title: str
    text: str


def edition_rows(package: Package) -> tuple[EditionRow, ...]:
    """One row for each release of each edition."""
    return tuple(
        EditionRow(
            edition=variant.edition,
            release=variant.release,
            components=tuple(component.title for component in package.components if variant in component.variants),
        )
        for edition in package.editions
        for variant in edition.variants
    )


def overview_diagrams(package: Package) -> tuple[Diagram, ...]:
    """The overview of each edition."""
    return tuple(Diagram(title=edition.title, text=overview_diagram(package, edition)) for edition in package.editions)
