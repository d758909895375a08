"""The repository around a chart, as Big Bang expects it: pages that follow from the definition, and seeds that people continue."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from bbpkg.model.package import Credential, Package
from bbpkg.model.variants import Variant
from bbpkg.plan.diagrams import components_diagram
from bbpkg.plan.files import PlannedFile, Templated, Written
from bbpkg.plan.pipeline_values import pipeline_values
from bbpkg.plan.readme import Diagram, EditionRow, edition_rows, overview_diagrams
from bbpkg.plan.renovate import renovate
from bbpkg.plan.suites import suite_images
from bbpkg.plan.values_table import ValueRow, value_rows
from bbpkg.plan.values_tree import values_tree

_FOLDER: Final = "repository"
_GENERATED: Final = ("README.md", "docs/overview.md")
_SEEDS: Final = (
    ".gitignore",
    "AGENTS.md",
    "CHANGELOG.md",
    "CODEOWNERS",
    "CONTRIBUTING.md",
    "LICENSE",
    "docs/DEVELOPMENT_MAINTENANCE.md",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class RouteRow:
    """One line of the table of what the gateway exposes."""

    host: str
    component: str
    ports: tuple[int, ...]
    blocked_paths: tuple[str, ...]
    editions: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class StoreRow:
    """One line of the table of stores; `key` is its key at the root of the values."""

    title: str
    kind: str
    key: str
    editions: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class MetricsRow:
    """One line of the table of metrics."""

    component: str
    port: int
    path: str
    editions: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ImageTagRow:
    """One line of the table of images; without editions only tests use the image."""

    name: str
    repository: str
    tag: str
    editions: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class RepositoryContext:
    """Context of every page of the repository.

    `address` is where Big Bang keeps the repository of a package; `date` is that of the first entry in the changelog.
    """

    package: Package
    template: str
    date: str
    address: str
    applications: tuple[str, ...]
    editions: tuple[EditionRow, ...]
    overviews: tuple[Diagram, ...]
    details: tuple[Diagram, ...]
    routes: tuple[RouteRow, ...]
    stores: tuple[StoreRow, ...]
    metrics: tuple[MetricsRow, ...]
    images: tuple[ImageTagRow, ...]
    credentials: tuple[Credential, ...]
    values: tuple[ValueRow, ...]
    has_tests: bool


def repository_files(package: Package, *, date: str) -> tuple[PlannedFile, ...]:
    """Every file beside `chart/`, `values-schemas/` and `overlays/` that a repository of the package has, sorted by path.

    `date` (YYYY-MM-DD) is that of the first entry in the changelog.
    """
    files = [
        *(_page(package, path, date, is_seed=False) for path in _GENERATED),
        *(_page(package, path, date, is_seed=True) for path in _SEEDS),
        Written(path="renovate.json", text=json.dumps(renovate(package), indent=2, ensure_ascii=False) + "\n", is_seed=True),
        Written(path="tests/test-values.yaml", text=pipeline_values(package, _address(package)), is_seed=True),
    ]
    return tuple(sorted(files, key=lambda file: file.path))


def _address(package: Package) -> str:
    return f"https://repo1.dso.mil/big-bang/product/packages/{package.name}.git"


def _page(package: Package, path: str, date: str, *, is_seed: bool) -> PlannedFile:
    template = f"{_FOLDER}/{path}.jinja"
    context = RepositoryContext(
        package=package,
        template=template,
        date=date,
        address=_address(package),
        applications=tuple(_applications(package)),
        editions=edition_rows(package),
        overviews=overview_diagrams(package),
        details=tuple(
            Diagram(title=f"{edition.title} {variant.release}", text=components_diagram(package, variant))
            for edition in package.editions
            for variant in edition.variants
        ),
        routes=tuple(_routes(package)),
        stores=tuple(
            StoreRow(title=store.title, kind=store.kind, key=store.key, editions=_titles(package, store.variants))
            for store in package.backends
        ),
        metrics=tuple(_metrics(package)),
        images=tuple(_images(package)),
        credentials=package.all_credentials,
        values=value_rows(values_tree(package)),
        has_tests=_has_tests(package),
    )
    return Templated(path=path, template=template, context=context, is_seed=is_seed)


def _has_tests(package: Package) -> bool:
    return bool(package.suites.scripts.files or package.suites.cypress.files)


def _titles(package: Package, variants: frozenset[Variant]) -> tuple[str, ...]:
    """The editions that variants belong to, with the releases where these are not all."""
    found = []
    for edition in package.editions:
        own = [variant for variant in edition.variants if variant in variants]
        if len(own) == len(edition.variants):
            found.append(edition.title)
        else:
            found += [f"{edition.title} {variant.release}" for variant in own]
    return tuple(found)


def _routes(package: Package) -> Iterator[RouteRow]:
    for route in package.routes:
        component = package.component(route.component)
        ports = dict.fromkeys(port.number for port in component.ports if port.name == route.port and port.variants & route.variants)
        yield RouteRow(
            host=route.host,
            component=component.title,
            ports=tuple(ports),
            blocked_paths=route.blocked_paths,
            editions=_titles(package, route.variants),
        )


def _applications(package: Package) -> Iterator[str]:
    """Each release of each edition, with the version of the application where the name of the release is another one."""
    for edition in package.editions:
        for release in edition.releases:
            more = "" if release.app_version == release.name else f" ({release.app_version})"
            yield f"{edition.title} {release.name}{more}"


def _metrics(package: Package) -> Iterator[MetricsRow]:
    for component in package.components:
        for port in component.service_ports:
            if port.metrics_path:
                editions = _titles(package, port.variants)
                yield MetricsRow(component=component.title, port=port.number, path=port.metrics_path, editions=editions)


def _images(package: Package) -> Iterator[ImageTagRow]:
    for image in package.images:
        for tag in image.tags:
            yield ImageTagRow(name=image.name, repository=image.repository, tag=tag.tag, editions=_titles(package, tag.variants))
    for name, reference in suite_images(package):
        repository, _, version = reference.rpartition(":")
        yield ImageTagRow(name=name, repository=repository, tag=version, editions=())
