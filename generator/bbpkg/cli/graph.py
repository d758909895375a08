"""`bbpkg graph`."""

import click

from bbpkg.app.graph import View, diagram, diagrams_document
from bbpkg.cli.options import package_argument
from bbpkg.cli.services import source_of
from bbpkg.cli.streams import write_text
from bbpkg.errors import UsageError


@click.command(name="graph")
@package_argument(required=True)
@click.option(
    "--format", "output_format", type=click.Choice(["mermaid"]), default="mermaid", show_default=True, help="Language of the diagram."
)
@click.option("--edition", metavar="EDITION", help="Only the diagram of this edition, as bare Mermaid text.")
@click.option("--release", metavar="RELEASE", help="Release of the edition.  [default: its default release]")
@click.option(
    "--view",
    type=click.Choice([view.value for view in View]),
    default=View.OVERVIEW.value,
    show_default=True,
    help="The application in its surroundings, or every component with its links.",
)
def command(package: str, output_format: str, edition: str | None, release: str | None, view: str) -> int:  # noqa: ARG001 - there is one format yet
    """Draw the architecture of PACKAGE. Without --edition: a Markdown document with all editions.

    \b
    Examples:
      bbpkg graph PACKAGE > architecture.md
      bbpkg graph PACKAGE --edition EDITION --view components
    """  # noqa: D301 - click's mark that keeps lines
    found = source_of(package).package
    if edition:
        write_text(diagram(found, View(view), edition, release))
    elif release:
        message = "--release says nothing without an edition"
        raise UsageError(message, hint="add --edition EDITION")
    else:
        write_text(diagrams_document(found, View(view)))
    return 0
