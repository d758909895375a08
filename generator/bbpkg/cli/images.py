"""`bbpkg images`."""

from collections.abc import Sequence
from dataclasses import dataclass

import click

from bbpkg.adapters.charts import chart_texts
from bbpkg.adapters.parallel import Workers
from bbpkg.adapters.schemas import provenance
from bbpkg.adapters.scratch import scratch_directory
from bbpkg.app.cases import Case, chosen_cases
from bbpkg.app.images import ImageReport, list_images
from bbpkg.app.rendered import Renderer
from bbpkg.app.values import ValuesFile, explained
from bbpkg.cli.image_reports import hauler_manifest, plain_list, report_json, report_text, zarf_component
from bbpkg.cli.json_output import write_json
from bbpkg.cli.messages import finding_lines, show_remark
from bbpkg.cli.options import ChartOptions, chart_options, complete_case, gathered, package_argument
from bbpkg.cli.services import Chart, chart_of, helm_engine, read_values_files, tool_finder
from bbpkg.cli.streams import write_text
from bbpkg.errors import UsageError
from bbpkg.helm.values import merged_values
from bbpkg.manifests.image_annotations import annotation_location, declared_images

_LISTS = {"list": plain_list, "hauler": hauler_manifest, "zarf": zarf_component}


@dataclass(frozen=True, kw_only=True, slots=True)
class _Options(ChartOptions):
    case_names: tuple[str, ...]
    is_upstream: bool
    output_format: str


@click.command(name="images")
@package_argument(required=False)
@chart_options
@click.option("--case", "case_names", multiple=True, metavar="CASE", shell_complete=complete_case, help="Only this case. Repeatable.")
@click.option("--upstream", "is_upstream", is_flag=True, help="List upstream images instead, where the package knows them.")
@click.option(
    "--format",
    "output_format",
    type=click.Choice(["text", "json", *_LISTS]),
    default="text",
    show_default=True,
    help="Form of the output: list has one image on each line, hauler and zarf are what those programs read.",
)
@gathered(_Options)
def command(options: _Options) -> int:
    """List the images of a chart, and compare them with its annotation helm.sh/images.

    Images come from rendered objects: containers, init containers, hooks, tests, variables and arguments, custom resources. Every
    case of PACKAGE is rendered, and every condition of the annotation switched on. An image that the annotation does not name, or
    that no case renders, is a finding.

    \b
    Examples:
      bbpkg images PACKAGE
      bbpkg images PACKAGE --format hauler > images.yaml
      bbpkg images PACKAGE --case CASE --format list
      bbpkg images --chart ./chart -f my-values.yaml
    """  # noqa: D301 - click's mark that keeps lines
    report = _report(options)
    if options.output_format == "json":
        write_json(report_json(report))
    elif options.output_format == "text":
        write_text(report_text(report))
    else:
        write_text(_LISTS[options.output_format](report, is_upstream=options.is_upstream))
        for found in report.findings:
            show_remark(finding_lines(found).lstrip())
    return 1 if report.findings else 0


def _report(options: _Options) -> ImageReport:
    files = read_values_files(options.values_files)
    workers = Workers()
    with scratch_directory() as scratch:
        engine = helm_engine(tool_finder(), workers.run, scratch)
        chart = chart_of(options.package, options.chart, scratch)
        schema = chart.values_schema()
        texts = chart_texts(chart.folder)
        folder = "chart" if options.chart is None else str(options.chart)
        renderer = Renderer(
            chart=chart.folder,
            engine=engine,
            kube_version=provenance().kubernetes_versions[-1],
            release_name=options.release_name or chart.default_name,
            namespace=options.namespace or chart.default_name,
            settings=options.settings,
            explain=lambda refused: explained(refused, files, schema),
        )
        return list_images(
            renderer,
            _cases(chart, options.case_names, files),
            workers,
            declared=declared_images(texts, folder=folder),
            annotation=annotation_location(texts, folder=folder),
            package=chart.package,
            is_complete=chart.package is not None and not options.case_names,
        )


def _cases(chart: Chart, names: tuple[str, ...], files: Sequence[ValuesFile]) -> tuple[Case, ...]:
    given = merged_values(*(file.values for file in files))
    if chart.package is None:
        if names:
            message = "--case needs the package whose cases are meant"
            raise UsageError(message, hint="add the PACKAGE")
        return (Case(name="values", variant=None, values=given),)
    return tuple(
        Case(name=case.name, variant=case.variant, overlay=case.overlay, values=merged_values(case.values, given))
        for case in chosen_cases(chart.package, names)
    )
