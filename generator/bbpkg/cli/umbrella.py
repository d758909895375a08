"""`bbpkg render --umbrella`: packages through the umbrella of Big Bang, without a cluster."""

import functools
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bbpkg import __version__
from bbpkg.adapters.packages import read_text
from bbpkg.adapters.parallel import Workers
from bbpkg.adapters.schemas import provenance
from bbpkg.adapters.scratch import scratch_directory, write_scratch
from bbpkg.adapters.trees import write_tree
from bbpkg.app.umbrella import Cluster, ReleaseToRender, RenderedRelease, StageOne, UmbrellaRequest, render_stage_one, render_stage_two
from bbpkg.app.umbrella_charts import ChartChoice, chosen_releases, named_release
from bbpkg.app.umbrella_output import output_files, output_text
from bbpkg.app.umbrella_refusals import located_refusal
from bbpkg.app.umbrella_values import (
    UmbrellaValues,
    check_structure,
    enabled_built_in,
    installed_built_in,
    located_in_values,
    model_files,
    umbrella_apis,
    umbrella_values,
)
from bbpkg.app.values import read_values, with_known_keys
from bbpkg.cli.messages import finding_lines, show_remark
from bbpkg.cli.services import Chart, chart_of, helm_engine, package_folders, read_values_files, tool_finder
from bbpkg.cli.streams import write_text
from bbpkg.diagnostics import Diagnostic, Severity, in_order
from bbpkg.errors import InvalidInputError, UsageError
from bbpkg.helm.engine import ChartRefusedError, Engine
from bbpkg.manifests.objects import KubernetesObject

_STANDARD_OUTPUT: Final = "-"
_MODEL: Final = "umbrella"
_DEFAULT_MAJOR: Final = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class UmbrellaOptions:
    """What `bbpkg render` was asked for; `major` is None when nobody says."""

    files: tuple[str, ...]
    umbrella_chart: Path | None
    major: int | None
    charts: tuple[str, ...]
    packages: tuple[str, ...]
    stage: str
    kube_version: str | None
    api_versions: tuple[str, ...]
    release_name: str
    namespace: str
    output: str


def render_umbrella(options: UmbrellaOptions) -> int:
    """Render one stage or both, and write what came of them; nothing is written when anything is wrong."""
    values = umbrella_values(read_values_files(options.files), options.major or _DEFAULT_MAJOR)
    doubts = list(check_structure(values)) if options.umbrella_chart is None else []
    rendered: tuple[RenderedRelease, ...] = ()
    workers = Workers()
    with scratch_directory() as scratch:
        work = _Work(
            options=options,
            values=values,
            engine=helm_engine(tool_finder(), workers.run, scratch),
            workers=workers,
            scratch=scratch,
        )
        stage_one, cluster = _stage_one(work)
        doubts += stage_one.findings
        _refuse(doubts)
        if options.stage != "1":
            rendered = _stage_two(work, stage_one, cluster)
            doubts += [problem for release in rendered for problem in release.findings]
            _refuse(doubts)
    _remark(options, values, doubts)
    _write(options, () if options.stage == "2" else stage_one.objects, rendered)
    return 0


@dataclass(frozen=True, kw_only=True, slots=True)
class _Work:
    """What both stages need."""

    options: UmbrellaOptions
    values: UmbrellaValues
    engine: Engine
    workers: Workers
    scratch: Path

    @property
    def is_model(self) -> bool:
        """Whether bbpkg's model of the umbrella is rendered, and not Big Bang's own chart."""
        return self.options.umbrella_chart is None


def _stage_one(work: _Work) -> tuple[StageOne, Cluster]:
    options, values = work.options, work.values
    chart = _umbrella_chart(options, work.scratch)
    defaults = _defaults(chart)
    given = values.rendered if work.is_model else values.given
    apis = dict.fromkeys((*umbrella_apis(defaults, given), *options.api_versions))
    cluster = Cluster(kube_version=options.kube_version or provenance().kubernetes_versions[-1], api_versions=tuple(apis))
    request = UmbrellaRequest(
        chart=chart,
        values=given,
        cluster=cluster,
        release_name=options.release_name,
        namespace=options.namespace,
        installed=installed_built_in(defaults, values) if work.is_model else frozenset(),
    )
    try:
        return render_stage_one(work.engine, request), cluster
    except ChartRefusedError as refused:
        raise located_refusal(refused, values) from refused


def _umbrella_chart(options: UmbrellaOptions, scratch: Path) -> Path:
    """Big Bang's own chart, or the model of it."""
    if options.umbrella_chart is not None:
        if options.major is not None:
            message = "--bigbang and --umbrella-chart exclude each other: the chart says itself which release it is"
            raise UsageError(message)
        return _existing_chart(options.umbrella_chart)
    files = model_files(package_folders().subcharts()[_MODEL], options.major or _DEFAULT_MAJOR)
    write_scratch(scratch / _MODEL, files)
    return scratch / _MODEL


def _defaults(chart: Path) -> dict[str, object]:
    """The values that an umbrella chart sets by itself; those of an archive are not read."""
    path = chart / "values.yaml"
    return read_values(str(path), read_text(path)).values if path.is_file() else {}


def _stage_two(work: _Work, stage_one: StageOne, cluster: Cluster) -> tuple[RenderedRelease, ...]:
    releases = stage_one.releases
    names = [release.name for release in releases]
    choice = ChartChoice(
        given={named_release(name, names): path for name, path in _given_charts(work.options.charts, work.scratch)},
        wanted=tuple(named_release(name, names) for name in work.options.packages),
        carried=functools.partial(_carried_chart, scratch=work.scratch),
    )
    chosen = chosen_releases(releases, choice)
    if chosen.left_out:
        listed = ", ".join(release.name for release in chosen.left_out)
        show_remark(f"not rendered, as there is no --chart NAME=PATH for them: {listed}")

    def explain(problem: Diagnostic, item: ReleaseToRender) -> Diagnostic:
        schema = Chart(folder=item.chart, package=None).values_schema()
        return located_in_values(with_known_keys(problem, schema), item.release, work.values)

    return render_stage_two(chosen.items, cluster=cluster, engine=work.engine, workers=work.workers, explain=explain)


def _given_charts(charts: Sequence[str], scratch: Path) -> list[tuple[str, Path]]:
    found = []
    for given in charts:
        name, is_named, path = given.partition("=")
        if not is_named or not name or not path:
            message = f"--chart {given} does not say which release it is for"
            raise UsageError(message, hint=f"write --chart NAME={path or given}, with the name of a package")
        found.append((name, _chart_or_package(Path(path), scratch / "charts" / name)))
    return found


def _chart_or_package(path: Path, scratch: Path) -> Path:
    """The folder or archive of a chart; of a package definition, the chart that is generated from it."""
    if (path / "package.yaml").is_file() and not (path / "Chart.yaml").is_file():
        return chart_of(str(path), None, scratch).folder
    return _existing_chart(path)


def _existing_chart(path: Path) -> Path:
    if not (path / "Chart.yaml").is_file() and not (path.is_file() and path.suffix in {".tgz", ".gz"}):
        message = f"{path} is no chart: it is neither a folder with a Chart.yaml nor an archive"
        raise UsageError(message, hint="name the folder that holds Chart.yaml, or a .tgz")
    return path.absolute()


def _carried_chart(name: str, *, scratch: Path) -> Path | None:
    """The generated chart of a package that bbpkg carries."""
    return chart_of(name, None, scratch / "charts" / name).folder if name in package_folders().names() else None


def _refuse(found: Sequence[Diagnostic]) -> None:
    wrong = in_order(problem for problem in found if problem.severity is Severity.ERROR)
    if wrong:
        count = "1 problem" if len(wrong) == 1 else f"{len(wrong)} problems"
        message = f"the packages cannot be rendered as they are: {count}."
        raise InvalidInputError(message, wrong)


def _remark(options: UmbrellaOptions, values: UmbrellaValues, doubts: Sequence[Diagnostic]) -> None:
    for doubt in in_order(doubts):
        show_remark(f"warning:{finding_lines(doubt).removeprefix(' ')}")
    if options.umbrella_chart is not None:
        return
    if built_in := enabled_built_in(values):
        show_remark(f"packages of Big Bang's own are rendered only with --umbrella-chart PATH: {', '.join(built_in)}")
    if options.major is None and values.is_versioned:
        show_remark("packageConfiguration.version is rendered as Big Bang 3.30 understands it; for the defaults of 4.x add --bigbang 4")


def _write(options: UmbrellaOptions, flux: Sequence[KubernetesObject], rendered: Sequence[RenderedRelease]) -> None:
    if options.output == _STANDARD_OUTPUT:
        write_text(output_text(flux, rendered))
        return
    files = output_files(flux, rendered)
    changes = write_tree(Path(options.output), files, package=options.release_name, version=__version__, force=False)
    show_remark(f"{options.output}{os.sep}: {len(files)} objects, {len(changes.created) + len(changes.changed)} files written")
