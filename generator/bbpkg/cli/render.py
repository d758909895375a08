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
from bbpkg.cli.options import ReleaseOptions, complete_case, complete_package, gathered, release_options
from bbpkg.cli.services import Chart, chart_of, helm_engine, read_values_files, tool_finder
from bbpkg.cli.streams import write_text
from bbpkg.cli.umbrella import UmbrellaOptions, render_umbrella
from bbpkg.errors import UsageError
from bbpkg.helm.engine import RenderRequest
from bbpkg.helm.values import merged_values


@dataclass(frozen=True, kw_only=True, slots=True)
class _Options(ReleaseOptions):
    names: tuple[str, ...]
    charts: tuple[str, ...]
    edition: str | None
    release: str | None
    case_name: str | None
    kube_version: str | None
    api_versions: tuple[str, ...]
    umbrella_files: tuple[str, ...]
    umbrella_chart: Path | None
    bigbang: str | None
    packages: tuple[str, ...]
    stage: str
    output: str

    @property
    def package(self) -> str | None:
        """The one PACKAGE; the umbrella takes more arguments."""
        if len(self.names) > 1:
            message = f"one package is rendered at a time, and {len(self.names)} are named"
            raise UsageError(message, hint=f"render {self.names[0]}; files of umbrella values come after --umbrella")
        return self.names[0] if self.names else None

    @property
    def chart(self) -> Path | None:
        """The one chart; the umbrella takes one for each release."""
        if len(self.charts) > 1:
            message = f"one chart is rendered at a time, and {len(self.charts)} are given"
            raise UsageError(message, hint="give one --chart; --umbrella takes more, in the form NAME=PATH")
        return Path(self.charts[0]) if self.charts else None


@click.command(name="render")
@click.argument("names", nargs=-1, metavar="[PACKAGE]", shell_complete=complete_package)
@click.option(
    "--chart",
    "charts",
    multiple=True,
    metavar="[NAME=]PATH",
    help="Use the chart in this folder instead of generating it. With --umbrella: the chart of a release, repeatable.",
)
@release_options
@click.option("--edition", metavar="EDITION", help="Edition to render.  [default: that of the values]")
@click.option("--release", metavar="RELEASE", help="Release of the edition.  [default: that of the values]")
@click.option(
    "--case", "case_name", metavar="CASE", shell_complete=complete_case, help="Begin with the values of a case of `bbpkg validate`."
)
@click.option("--kube-version", metavar="VERSION", help="Kubernetes version to render for.  [default: the newest known]")
@click.option("--api-versions", multiple=True, metavar="API", help="An API that the cluster has, as Helm's option. Repeatable.")
@click.option(
    "--umbrella",
    "umbrella_files",
    multiple=True,
    metavar="FILE...",
    help="Render through the umbrella of Big Bang with these values; later files win.",
)
@click.option(
    "--umbrella-chart", type=click.Path(path_type=Path), help="Big Bang's own umbrella chart, instead of bbpkg's model of `packages`."
)
@click.option("--bigbang", type=click.Choice(["3", "4"]), help="Major version that the model stands for.  [default: 3]")
@click.option("--package", "packages", multiple=True, metavar="NAME", help="With --umbrella: render only this release. Repeatable.")
@click.option(
    "--stage",
    type=click.Choice(["1", "2", "all"]),
    default="all",
    show_default=True,
    help="With --umbrella: objects of Flux (1), manifests of the releases (2).",
)
@click.option(
    "-o", "--output", default="-", show_default=True, metavar="DIR|-", help="Folder for one file per object, or - for standard output."
)
@gathered(_Options)
def command(options: _Options) -> int:
    """Render a chart to Kubernetes objects with Helm, or packages through the umbrella of Big Bang.

    Later values win: those of the case, then of the files in their order, then edition and release, then --set.

    \b
    Examples:
      bbpkg render PACKAGE
      bbpkg render PACKAGE --edition EDITION -f my-values.yaml
      bbpkg render PACKAGE --case CASE -o manifests
      bbpkg render --chart ./chart --set global.domain=example.mil
      bbpkg render --umbrella bigbang.yaml secrets.yaml --chart podinfo=./podinfo
    """  # noqa: D301 - click's mark that keeps lines
    if options.umbrella_files:
        return render_umbrella(_umbrella_options(options))
    _refuse_umbrella_options(options)
    with scratch_directory() as scratch:
        engine = helm_engine(tool_finder(), run, scratch)
        files = read_values_files(options.values_files)
        chart = chart_of(options.package, options.chart, scratch)
        request = _request(options, chart, files)
        text = render_text(engine, request, files=files, schema=chart.values_schema())
    _write(text, options.output, chart)
    return 0


def _umbrella_options(options: _Options) -> UmbrellaOptions:
    """What counts with --umbrella; what would not is refused."""
    given = {
        "-f": options.values_files,
        "--set": options.settings,
        "--edition": options.edition,
        "--release": options.release,
        "--case": options.case_name,
    }
    if wrong := [name for name, value in given.items() if value]:
        message = f"{', '.join(wrong)} cannot be used with --umbrella"
        raise UsageError(message, hint="values of a package stand below packages.NAME.values in a file of umbrella values")
    return UmbrellaOptions(
        files=(*options.umbrella_files, *options.names),
        umbrella_chart=options.umbrella_chart,
        major=int(options.bigbang) if options.bigbang else None,
        charts=options.charts,
        packages=options.packages,
        stage=options.stage,
        kube_version=options.kube_version,
        api_versions=options.api_versions,
        release_name=options.release_name or "bigbang",
        namespace=options.namespace or "bigbang",
        output=options.output,
    )


def _refuse_umbrella_options(options: _Options) -> None:
    given = {
        "--umbrella-chart": options.umbrella_chart,
        "--bigbang": options.bigbang,
        "--package": options.packages,
        "--stage": options.stage != "all",
    }
    if wrong := [name for name, value in given.items() if value]:
        message = f"{', '.join(wrong)} needs --umbrella"
        raise UsageError(message, hint="add --umbrella FILE, with values of the umbrella")


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
