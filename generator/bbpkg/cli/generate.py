"""`bbpkg generate`."""

from dataclasses import dataclass
from pathlib import Path

import click

from bbpkg import __version__
from bbpkg.adapters.trees import Changes, difference, write_tree
from bbpkg.app.generate import Repository
from bbpkg.cli.json_output import write_json
from bbpkg.cli.messages import show_remark
from bbpkg.cli.options import format_option, gathered, package_argument
from bbpkg.cli.services import generated_files, generated_repository, source_of
from bbpkg.cli.streams import write_line, write_text
from bbpkg.errors import UsageError


@dataclass(frozen=True, kw_only=True, slots=True)
class _Options:
    package: str
    output: Path
    repository: bool
    check: bool
    force: bool
    bb_common: str
    edition: str | None
    output_format: str


@click.command(name="generate")
@package_argument(required=True)
@click.option("-o", "--output", type=click.Path(path_type=Path), default=".", show_default=True, metavar="DIR", help="Folder to write to.")
@click.option("--repository", is_flag=True, help="Write the whole repository of the package; what people continue is written once.")
@click.option("--check", is_flag=True, help="Write nothing; show what would change, and exit with 1 when something would.")
@click.option("--force", is_flag=True, help="Overwrite files that bbpkg did not write, or that were edited since.")
@click.option(
    "--bb-common",
    type=click.Choice(["embedded", "oci"]),
    default="embedded",
    show_default=True,
    help="Depend on the chart bb-common that bbpkg carries, or on Big Bang's own.",
)
@click.option("--edition", metavar="NAME", help="With --bb-common oci: the edition whose policies and routes are made.")
@format_option
@gathered(_Options)
def command(options: _Options) -> int:
    """Write chart/, values-schemas/ and overlays/ of PACKAGE: a name from `bbpkg packages`, or a folder with package.yaml.

    Every file is written or none. Files of other programs stay.

    With --repository, README.md and docs/overview.md are generated as well. Changelog, owners, notes for maintainers, values of the
    pipeline and what else Big Bang expects are written where they are missing, and are yours from then on, --force included.

    \b
    Examples:
      bbpkg generate PACKAGE
      bbpkg generate ./my-package -o build
      bbpkg generate ./my-package -o ../my-repository --repository
      bbpkg generate PACKAGE --check
      bbpkg generate PACKAGE --bb-common oci --edition NAME
    """  # noqa: D301 - click's mark that keeps lines
    is_official = options.bb_common == "oci"
    if options.edition and not is_official:
        message = "--edition has no effect on the embedded bb-common: an installation chooses its edition by global.edition"
        raise UsageError(message, hint="leave it out, or add --bb-common oci")
    source = source_of(options.package)
    if options.repository:
        made = generated_repository(source, official_edition=options.edition, is_official=is_official)
    else:
        files = generated_files(source, official_edition=options.edition, is_official=is_official)
        made = Repository(files=files, seeds=frozenset())
    name, output = source.package.name, options.output
    if options.check:
        drift = difference(output, made.files, package=name, version=__version__, seeds=made.seeds)
        return _check(drift, output, options.output_format)
    changes = write_tree(output, made.files, package=name, version=__version__, force=options.force, seeds=made.seeds)
    _show(changes, output, options.output_format)
    return 0


def _check(drift: str, output: Path, output_format: str) -> int:
    if output_format == "json":
        write_json({"output": str(output), "drift": bool(drift), "diff": drift})
    elif drift:
        write_text(drift)
        show_remark(f"{output} is not what would be generated; to bring it up to date, run the command without --check")
    else:
        show_remark(f"{output} is up to date")
    return 1 if drift else 0


def _show(changes: Changes, output: Path, output_format: str) -> None:
    kinds = {"created": changes.created, "changed": changes.changed, "removed": changes.removed, "unchanged": changes.unchanged}
    if changes.kept:
        kinds["kept"] = changes.kept
    if output_format == "json":
        write_json({"output": str(output), **{kind: list(paths) for kind, paths in kinds.items()}})
    else:
        write_line(f"{output}: " + ", ".join(f"{len(paths)} {kind}" for kind, paths in kinds.items()))
