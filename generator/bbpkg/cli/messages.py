"""What goes to standard error: errors, findings, remarks."""

import os

import click

from bbpkg.diagnostics import Diagnostic
from bbpkg.errors import BbpkgError, InvalidInputError


def show_error(error: BbpkgError) -> None:
    """Show an error with everything that was found, and what to type."""
    _show(click.style("error:", fg="red", bold=True) + f" {error.message}")
    if isinstance(error, InvalidInputError):
        for found in error.diagnostics:
            _show(f"  {found.location}: {indented(found.message)}")
            _show_hint(found.hint, indent="    ")
    _show_hint(error.hint, indent="  ")


def show_remark(text: str) -> None:
    """Show a line that is no result."""
    _show(text)


def finding_lines(found: Diagnostic) -> str:
    """A finding as lines of a report."""
    hint = f"\n    hint: {found.hint}" if found.hint else ""
    return f"  {found.location}: {indented(found.message)}{hint}"


def indented(text: str) -> str:
    """The text with its second and later lines moved to the right."""
    return text.strip().replace("\n", "\n    ")


def _show_hint(hint: str | None, *, indent: str) -> None:
    if hint:
        _show(indent + click.style("hint:", fg="cyan") + f" {hint}")


def _show(text: str) -> None:
    click.echo(text, err=True, color=False if os.environ.get("NO_COLOR") else None)
