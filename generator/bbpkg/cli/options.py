"""Options and arguments that several commands have."""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click
from click.shell_completion import CompletionItem

from bbpkg.adapters.packages import PackageFolders
from bbpkg.app.cases import package_cases
from bbpkg.app.sources import load_source
from bbpkg.errors import BbpkgError

_Options = TypeVar("_Options")
_Command = TypeVar("_Command", bound=Callable[..., Any])


@dataclass(frozen=True, kw_only=True, slots=True)
class ReleaseOptions:
    """With which values a chart is rendered, and as which release: the options of `release_options`."""

    values_files: tuple[str, ...]
    settings: tuple[str, ...]
    release_name: str | None
    namespace: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class ChartOptions(ReleaseOptions):
    """Which chart is rendered with which values: the options of `chart_options`, and the package."""

    package: str | None
    chart: Path | None


def complete_package(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:  # noqa: ARG001 - click's signature
    """Complete the name of a package, or a folder."""
    names = PackageFolders(cwd=Path.cwd()).names()
    found = [CompletionItem(name) for name in names if name.startswith(incomplete)]
    return found or [CompletionItem(incomplete, type="dir")]


def complete_case(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:  # noqa: ARG001 - click's signature
    """Complete the name of a case of the package that stands before it."""
    # While the option still waits for its value, click leaves the words before it where they are.
    package = ctx.params.get("package") or next(iter(ctx.args), None)
    if not package:
        return []
    try:
        cases = package_cases(load_source(PackageFolders(cwd=Path.cwd()), package).package)
    except BbpkgError:
        return []
    return [CompletionItem(case.name) for case in cases if case.name.startswith(incomplete)]


def gathered(options: type[_Options]) -> Callable[[Callable[[_Options], int]], Callable[..., int]]:
    """Hand all options to a command as one dataclass, whose fields are named like them."""

    def decorate(command: Callable[[_Options], int]) -> Callable[..., int]:
        @functools.wraps(command)
        def call(**given: Any) -> int:  # noqa: ANN401 - click's own
            return command(options(**given))

        return call

    return decorate


def package_argument(*, required: bool) -> Callable[[_Command], _Command]:
    """PACKAGE: a name or a folder."""
    return click.argument("package", required=required, shell_complete=complete_package)


def format_option(command: _Command) -> _Command:
    """--format text|json."""
    choice = click.Choice(["text", "json"])
    return click.option("--format", "output_format", type=choice, default="text", show_default=True, help="Form of the output.")(command)


def chart_options(command: _Command) -> _Command:
    """The options that say which chart is rendered with which values."""
    help_text = "Use the chart in this folder or .tgz instead of generating it."
    return click.option("--chart", type=click.Path(path_type=Path), help=help_text)(release_options(command))


def release_options(command: _Command) -> _Command:
    """The options that say with which values a chart is rendered, and as which release."""
    options = (
        click.option(
            "-f", "--values", "values_files", multiple=True, metavar="FILE", help="A values file; - reads standard input. Repeatable."
        ),
        click.option(
            "--set",
            "settings",
            multiple=True,
            metavar="KEY=VALUE",
            help="One value, as Helm reads it. Others can see it in the list of processes: secrets belong in a values file. Repeatable.",
        ),
        click.option("--name", "release_name", metavar="RELEASE", help="Name of the Helm release.  [default: the name of the package]"),
        click.option("-n", "--namespace", metavar="NAMESPACE", help="Namespace of the release.  [default: the name of the package]"),
    )
    for option in reversed(options):
        command = option(command)
    return command
