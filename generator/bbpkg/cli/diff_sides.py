"""What OLD and NEW of `bbpkg diff` may be: a chart, a package, a release of a package, or values for one of them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bbpkg.adapters.charts import chart_texts, is_chart_archive
from bbpkg.adapters.schemas import provenance
from bbpkg.app.cases import chosen_cases, selection
from bbpkg.app.diff import Side, chart_version
from bbpkg.app.rendered import Renderer
from bbpkg.app.values import ValuesFile, chosen_variant, explained
from bbpkg.cli.services import Chart, chart_of, read_values_files, source_of
from bbpkg.errors import UsageError
from bbpkg.helm.engine import Engine
from bbpkg.helm.values import merged_values
from bbpkg.model.package import Package

_VALUES = (".yaml", ".yml")


@dataclass(frozen=True, kw_only=True, slots=True)
class SideOptions:
    """What both sides have in common, and the values files of the one; `target` is what bare values files are for."""

    target: str | None
    case: str | None
    values_files: tuple[str, ...]
    settings: tuple[str, ...] = field(repr=False)
    release_name: str | None
    namespace: str | None


def side_of(name: str, options: SideOptions, engine: Engine, scratch: Path, common: Sequence[ValuesFile]) -> Side:
    """Return the side that a word of the command line means; `scratch` is for what has to be generated or unpacked.

    Raises:
        UsageError: it is none of what it may be.
    """
    own = options.values_files
    target = name
    if name.endswith(_VALUES):
        if options.target is None:
            message = f"{name} is a values file, and nothing says for which chart"
            raise UsageError(message, hint="add --for CHART, or --for PACKAGE")
        target, own = options.target, (name, *own)
    path, at, variant = target.rpartition("@")
    package, variant = (path, variant) if at and not Path(target).exists() else (target, "")
    chart, folder = _chart(package, variant, scratch)
    files = read_values_files(own)
    values = merged_values(_chosen_values(chart.package, variant, options), *(file.values for file in files))
    texts = chart_texts(chart.folder)
    chart_name, version = chart_version(texts)
    schema = chart.values_schema()
    # What a chart says when nobody names the release.
    release = options.release_name or (chart.package.name if chart.package else chart_name) or chart.default_name
    return Side(
        title=name,
        version=f"{chart_name} {version}".strip() + (f" {variant}" if variant else ""),
        texts=texts,
        values=values,
        renderer=Renderer(
            chart=folder,
            engine=engine,
            kube_version=provenance().kubernetes_versions[-1],
            release_name=release,
            namespace=options.namespace or release,
            settings=options.settings,
            explain=lambda refused: explained(refused, (*files, *common), schema),
        ),
    )


def _chart(target: str, variant: str, scratch: Path) -> tuple[Chart, Path]:
    place = Path(target)
    if not variant:
        for folder in (place, place / "chart"):
            if (folder / "Chart.yaml").is_file():
                return Chart(folder=folder.absolute(), package=None), folder.absolute()
        if is_chart_archive(place):
            chart = chart_of(None, place, scratch)
            return chart, chart.folder
        if place.is_file():
            message = f"{target} is neither a chart nor a values file"
            raise UsageError(message, hint="name a folder with Chart.yaml, a .tgz, a package, or values that end in .yaml")
    chart = chart_of(target, None, scratch)
    return chart, chart.folder


def _chosen_values(package: Package | None, variant: str, options: SideOptions) -> dict[str, object]:
    if options.case:
        owner = package or _package_of(options.target)
        if owner is None:
            message = "--case needs the package whose case it is"
            raise UsageError(message, hint="add --for PACKAGE")
        case = dict(chosen_cases(owner, (options.case,))[0].values)
        if not variant:
            return case
        return merged_values(case, _selected(owner, variant))
    if package is None:
        return {}
    return _selected(package, variant) if variant else dict(package.edition(package.default_edition).required_values)


def _selected(package: Package, variant: str) -> dict[str, object]:
    edition, _, release = variant.partition("/")
    chosen = chosen_variant(package, edition, release or None)
    found = package.edition(chosen.edition)
    return merged_values(found.required_values, selection(found, chosen.release))


def _package_of(target: str | None) -> Package | None:
    return source_of(target).package if target else None
