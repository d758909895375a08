"""`bbpkg render`."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from bbpkg import __version__
from bbpkg.adapters.processes import run
from bbpkg.adapters.schemas import provenance
from bbpkg.adapters.scratch import scratch_directory
from bbpkg.adapters.trees import write_tree
from bbpkg.app.cases import chosen_cases
from bbpkg.app.render import object_files, render_text
from bbpkg.app.values import ValuesFile, chosen_selection
from bbpkg.cli.messages import show_remark
from bbpkg.cli.options import ChartOptions, chart_options, complete_case, gathered, package_argument
from bbpkg.cli.services import Chart, chart_of, helm_engine, read_values_files, tool_finder
from bbpkg.cli.streams import write_text
from bbpkg.errors import UsageError
from bbpkg.helm.engine import RenderRequest
from bbpkg.helm.values import merged_values


@dataclass(frozen=True, kw_only=True, slots=True)
class _Options(ChartOptions):
    edition: str | None
    release: str | None
    case_name: str | None
    kube_version: str | None
    api_versions: tuple[str, ...]
    output: str


@click.command(name="render")
@package_argument(required=False)
@chart_options
@click.option("--edition", metavar="EDITION", help="Edition to render.  [default: that of the values]")
@click.option("--release", metavar="RELEASE", help="Release of the edition.  [default: that of the values]")
@click.option(
    "--case", "case_name", metavar="CASE", shell_complete=complete_case, help="Begin with the values of a case of `bbpkg validate`."
)
@click.option("--kube-version", metavar="VERSION", help="Kubernetes version to render for.  [default: the newest known]")
@click.option("--api-versions", multiple=True, metavar="API", help="An API that the cluster has, as Helm's option. Repeatable.")
@click.option(
    "-o", "--output", default="-", show_default=True, metavar="DIR|-", help="Folder for one file per object, or - for standard output."
)
@gathered(_Options)
def command(options: _Options) -> int:
    """Render a chart to Kubernetes objects with Helm.

    Later values win: those of the case, then of the files in their order, then edition and release, then --set.

    \b
    Examples:
      bbpkg render PACKAGE
      bbpkg render PACKAGE --edition EDITION -f my-values.yaml
      bbpkg render PACKAGE --case CASE -o manifests
      bbpkg render --chart ./chart --set global.domain=example.mil
    """  # noqa: D301 - click's mark that keeps lines
    with scratch_directory() as scratch:
        engine = helm_engine(tool_finder(), run, scratch)
        files = read_values_files(options.values_files)
        chart = chart_of(options.package, options.chart, scratch)
        request = _request(options, chart, files)
        text = render_text(engine, request, files=files, schema=chart.values_schema())
    _write(text, options.output, chart)
    return 0


def _request(options: _Options, chart: Chart, files: Sequence[ValuesFile]) -> RenderRequest:
    chosen = chosen_selection(chart.package, options.edition, options.release)
    return RenderRequest(
        chart=chart.folder,
        kube_version=options.kube_version or provenance().kubernetes_versions[-1],
        values=merged_values(_case_values(chart, options.case_name), *(file.values for file in files), chosen),
        settings=options.settings,
        release_name=options.release_name or chart.default_name,
        namespace=options.namespace or chart.default_name,
        api_versions=options.api_versions,
    )


def _case_values(chart: Chart, name: str | None) -> dict[str, object]:
    if name is None:
        return {}
    if chart.package is None:
        message = "--case needs the package whose case it is"
        raise UsageError(message, hint="add the PACKAGE, or drop --case")
    return dict(chosen_cases(chart.package, (name,))[0].values)


def _write(text: str, output: str, chart: Chart) -> None:
    if output == "-":
        write_text(text)
        return
    files = object_files(text)
    changes = write_tree(Path(output), files, package=chart.default_name, version=__version__, force=False)
    show_remark(f"{output}{os.sep}: {len(files)} objects, {len(changes.created) + len(changes.changed)} files written")
