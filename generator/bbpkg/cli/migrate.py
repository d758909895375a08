"""`bbpkg migrate`."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from bbpkg.adapters.text_files import replace_text
from bbpkg.app.migrate import Migration, migrate_to_package, migrate_umbrella
from bbpkg.cli.json_output import write_json
from bbpkg.cli.messages import show_remark
from bbpkg.cli.migration_reports import report_json, report_text
from bbpkg.cli.options import complete_package, format_option, gathered
from bbpkg.cli.services import named_text, package_folders
from bbpkg.cli.streams import write_text
from bbpkg.errors import UsageError

_STANDARD = "-"


@dataclass(frozen=True, kw_only=True, slots=True)
class _Options:
    files: tuple[str, ...]
    target: str
    nested: tuple[str, ...]
    package: str | None
    form: str | None
    output: str | None
    in_place: bool
    check: bool
    output_format: str


@click.command(name="migrate")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--to", "target", type=click.Choice(["4"]), default="4", show_default=True, help="Release of Big Bang that is migrated to.")
@click.option(
    "--nested",
    multiple=True,
    metavar="NAME",
    help="A package whose chart reads Big Bang's values below bb-common by now; all for all of Big Bang's. Repeatable.",
)
@click.option(
    "--package",
    shell_complete=complete_package,
    metavar="PACKAGE",
    help="Migrate values of another chart for the same application to those of this package instead.",
)
@click.option("--from", "form", metavar="FORM", help="With --package: which values these are.  [default: the first that it knows]")
@click.option("-o", "--output", metavar="FILE|-", help="Write one migrated file there.  [default: standard output]")
@click.option("--in-place", is_flag=True, help="Replace the files by what they are migrated to.")
@click.option("--check", is_flag=True, help="Write nothing; report, and exit with 1 when there is something to migrate.")
@format_option
@gathered(_Options)
def command(options: _Options) -> int:
    """Migrate umbrella values of Big Bang 3.x to 4.x, or values of another chart to those of a package.

    FILEs are the layers of one umbrella, later ones win; - reads standard input. Each is edited in place: comments, order and
    everything else stay. What cannot be decided stays as it is and is reported; then the exit code is 1.

    \b
    Examples:
      bbpkg migrate values.yaml
      bbpkg migrate base.yaml production.yaml --in-place
      bbpkg migrate values.yaml --check --format json
      bbpkg migrate values.yaml --package PACKAGE --from official -o new.yaml
    """  # noqa: D301 - click's mark that keeps lines
    _check(options)
    files = [named_text(name) for name in options.files]
    if options.package:
        migrations = migrate_to_package(files, package_folders(), options.package, options.form)
    else:
        migrations = migrate_umbrella(files, nested=options.nested)
    is_undecided = any(migration.undecided for migration in migrations)
    if options.check:
        _report(migrations, options.output_format)
        return 1 if is_undecided or any(migration.changes for migration in migrations) else 0
    _write(migrations, options)
    return 1 if is_undecided else 0


def _check(options: _Options) -> None:
    """Refuse what says two things at once."""
    ways = [name for name, given in (("--check", options.check), ("--in-place", options.in_place), ("-o", options.output)) if given]
    if len(ways) > 1:
        message = f"{' and '.join(ways)} exclude each other"
        raise UsageError(message)
    if options.files.count(_STANDARD) > 1:
        message = "standard input can be read once, and - is given twice"
        raise UsageError(message)
    if options.in_place and _STANDARD in options.files:
        message = "--in-place has no place for standard input"
        raise UsageError(message, hint="leave --in-place out: the result goes to standard output")
    if len(options.files) > 1 and not (options.check or options.in_place):
        message = "several files have no one output"
        raise UsageError(message, hint="add --in-place to replace them, or --check to see what would be done")
    if options.form and not options.package:
        message = "--from needs the package whose values are to be made"
        raise UsageError(message, hint="add --package PACKAGE")
    if options.nested and options.package:
        message = "--nested and --package exclude each other"
        raise UsageError(message)
    if options.output_format == "json" and not (options.check or options.in_place or options.output not in {None, _STANDARD}):
        message = "the report and the values cannot both go to standard output"
        raise UsageError(message, hint="add --check, --in-place or -o FILE")


def _write(migrations: Sequence[Migration], options: _Options) -> None:
    if options.in_place:
        for migration in migrations:
            if migration.changes:
                replace_text(Path(migration.file), migration.text)
    elif options.output not in {None, _STANDARD}:
        replace_text(Path(options.output or ""), migrations[0].text)
    else:
        write_text(migrations[0].text)
        show_remark(report_text(migrations).rstrip("\n"))
        return
    _report(migrations, options.output_format)


def _report(migrations: Sequence[Migration], output_format: str) -> None:
    if output_format == "json":
        write_json(report_json(migrations))
    else:
        write_text(report_text(migrations))
