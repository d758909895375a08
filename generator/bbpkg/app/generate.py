"""Turns a package into the files of its chart, or of its whole repository, and judges them before anybody writes them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import cast

from bbpkg.app.sources import Source
from bbpkg.app.values import chosen_variant
from bbpkg.definition.schema import package_schema
from bbpkg.documents import read_documents
from bbpkg.errors import InvalidInputError
from bbpkg.model.package import Package
from bbpkg.plan.bb_common import OFFICIAL_REPOSITORY, OFFICIAL_VERSION, SUBCHART
from bbpkg.plan.chart import Subchart, plan_package
from bbpkg.plan.files import PlannedFile, seed_paths
from bbpkg.plan.repository import repository_files
from bbpkg.render.engine import render_plan
from bbpkg.verify.chart import problems


@dataclass(frozen=True, kw_only=True, slots=True)
class Repository:
    """Text by path of a whole repository; `seeds` are the paths that are written only where nothing stands."""

    files: dict[str, str]
    seeds: frozenset[str]


def embedded_subchart(charts: Mapping[str, Mapping[str, str]]) -> Subchart:
    """Return the chart bb-common among those that bbpkg carries: text by path, by name."""
    files = charts[SUBCHART]
    metadata = read_documents(files["Chart.yaml"], file="Chart.yaml")[0].value
    version = str(cast("Mapping[str, object]", metadata)["version"])
    return Subchart(name=SUBCHART, version=version, files=tuple(sorted(files.items())))


def chosen_subchart(package: Package, charts: Mapping[str, Mapping[str, str]], edition: str | None, *, is_official: bool) -> Subchart:
    """Return the chart bb-common among those that bbpkg carries, or Big Bang's own with values for an edition."""
    return official_subchart(package, edition) if is_official else embedded_subchart(charts)


def official_subchart(package: Package, edition: str | None) -> Subchart:
    """Return Big Bang's own chart bb-common, which takes values that are decided for an edition.

    Raises:
        UsageError: the package has no such edition.
    """
    variant = chosen_variant(package, edition or package.default_edition, None)
    return Subchart(name=SUBCHART, version=OFFICIAL_VERSION, repository=OFFICIAL_REPOSITORY, edition=variant.edition)


def generate_files(source: Source, templates: Mapping[str, str], subchart: Subchart) -> dict[str, str]:
    """Return the text of every generated file by its path.

    Args:
        source: the package.
        templates: the templates that every package shares: text by path.
        subchart: the chart bb-common that the chart depends on.

    Raises:
        InvalidInputError: a template or what came out of it is wrong, with every problem.
    """
    return _rendered(source, templates, plan_package(source.package, package_schema(), subchart))


def generate_repository(source: Source, templates: Mapping[str, str], subchart: Subchart, *, date: str) -> Repository:
    """Return the files of the repository of a package: its chart, and what Big Bang expects around it.

    Args:
        source: the package.
        templates: the templates that every package shares: text by path.
        subchart: the chart bb-common that the chart depends on.
        date: YYYY-MM-DD, for the first entry of the changelog.

    Raises:
        InvalidInputError: a template or what came out of it is wrong, with every problem.
    """
    plan = (*plan_package(source.package, package_schema(), subchart), *repository_files(source.package, date=date))
    return Repository(files=_rendered(source, templates, plan), seeds=seed_paths(plan))


def _rendered(source: Source, templates: Mapping[str, str], plan: Iterable[PlannedFile]) -> dict[str, str]:
    own = {f"package/{path}": text for path, text in source.files.items()}
    files = render_plan(plan, {**templates, **own})
    found = problems(files)
    if found:
        count = "1 problem" if len(found) == 1 else f"{len(found)} problems"
        message = f"the chart of {source.package.name} would have {count}; nothing was written."
        raise InvalidInputError(message, found)
    return files
