"""`bbpkg diff`."""

from dataclasses import dataclass, field, replace

import click

from bbpkg.adapters.parallel import Workers
from bbpkg.adapters.scratch import scratch_directory
from bbpkg.app.diff import DiffReport, compare_sides
from bbpkg.cli.diff_json import report_json
from bbpkg.cli.diff_reports import MARKDOWN, TEXT, report_lines
from bbpkg.cli.diff_sides import SideOptions, side_of
from bbpkg.cli.json_output import write_json
from bbpkg.cli.options import complete_package, gathered
from bbpkg.cli.services import helm_engine, read_values_files, tool_finder
from bbpkg.cli.streams import write_text
from bbpkg.connectivity.endpoints import MeshMode


@dataclass(frozen=True, kw_only=True, slots=True)
class _Options:
    old: str
    new: str
    values_files: tuple[str, ...]
    old_values: tuple[str, ...]
    new_values: tuple[str, ...]
    settings: tuple[str, ...] = field(repr=False)
    target: str | None
    case: str | None
    release_name: str | None
    namespace: str | None
    mesh: str | None
    is_all: bool
    output_format: str


@click.command(name="diff")
@click.argument("old", shell_complete=complete_package)
@click.argument("new", shell_complete=complete_package)
@click.option(
    "-f",
    "--values",
    "values_files",
    multiple=True,
    metavar="FILE",
    help="Your values, for both sides; each key is checked against both charts. Repeatable.",
)
@click.option("--old-values", multiple=True, metavar="FILE", help="Values for the old side only. Repeatable.")
@click.option("--new-values", multiple=True, metavar="FILE", help="Values for the new side only. Repeatable.")
@click.option("--set", "settings", multiple=True, metavar="KEY=VALUE", help="One value for both sides, as Helm reads it. Repeatable.")
@click.option("--for", "target", metavar="CHART", help="The chart or package that OLD and NEW are values for, or whose cases are meant.")
@click.option("--case", metavar="CASE", help="Begin with the values of a case of `bbpkg validate`.")
@click.option("--name", "release_name", metavar="RELEASE", help="Name of the Helm release.  [default: the name of the package or chart]")
@click.option("-n", "--namespace", metavar="NAMESPACE", help="Namespace of the release.  [default: that name]")
@click.option(
    "--mesh", type=click.Choice([mode.value for mode in MeshMode]), help="How pods take part in the mesh.  [default: as the objects tell]"
)
@click.option("--all", "is_all", is_flag=True, help="Show labels of versions and checksums, too, and every line of long lists.")
@click.option(
    "--format",
    "output_format",
    type=click.Choice(["text", "json", "markdown"]),
    default="text",
    show_default=True,
    help="Form of the output.",
)
@gathered(_Options)
def command(options: _Options) -> int:
    """Compare two charts, releases or values: what differs, and what breaks when OLD is upgraded to NEW.

    OLD and NEW are each a chart (folder or .tgz), a package, a release of a package (PACKAGE@EDITION/RELEASE), or a values file for
    the chart that --for names. The exit code is 1 when the upgrade breaks something: a value of yours that is gone, renamed or ignored, a
    field that Kubernetes does not change, a Service that selects other pods.

    \b
    Examples:
      bbpkg diff chart-1.0.0.tgz ./chart -f my-values.yaml
      bbpkg diff PACKAGE@EDITION/1.0 PACKAGE@EDITION/2.0
      bbpkg diff today.yaml tomorrow.yaml --for PACKAGE
      bbpkg diff main/chart ./chart --case CASE --for PACKAGE --format markdown
    """  # noqa: D301 - click's mark that keeps lines
    report = _report(options)
    if options.output_format == "json":
        write_json(report_json(report))
    else:
        style = MARKDOWN if options.output_format == "markdown" else TEXT
        write_text("\n".join(report_lines(report, style, is_all=options.is_all)) + "\n")
    return 1 if report.breaks else 0


def _report(options: _Options) -> DiffReport:
    files = read_values_files(options.values_files)
    workers = Workers()
    with scratch_directory() as scratch:
        engine = helm_engine(tool_finder(), workers.run, scratch)
        side = SideOptions(
            target=options.target,
            case=options.case,
            values_files=options.old_values,
            settings=options.settings,
            release_name=options.release_name,
            namespace=options.namespace,
        )
        old = side_of(options.old, side, engine, scratch / "old", files)
        # One release is upgraded: its name and namespace stay.
        same = replace(side, values_files=options.new_values, release_name=old.renderer.release_name, namespace=old.renderer.namespace)
        new = side_of(options.new, same, engine, scratch / "new", files)
        mode = MeshMode(options.mesh) if options.mesh else None
        return compare_sides(old, new, overrides=files, mode=mode, keep_noise=options.is_all, workers=workers)
