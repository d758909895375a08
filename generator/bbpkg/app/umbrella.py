"""Renders through the umbrella of Big Bang without a cluster: stage one gives the objects of Flux, stage two what Flux installs."""

import contextlib
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, TypeAlias

from bbpkg.diagnostics import Diagnostic, Location, in_order
from bbpkg.errors import InvalidInputError
from bbpkg.helm.engine import ChartRefusedError, Engine, RenderRequest
from bbpkg.manifests.objects import KubernetesObject, parse_objects
from bbpkg.umbrella.dependencies import dependency_problems
from bbpkg.umbrella.post_renderers import post_rendered
from bbpkg.umbrella.releases import ObjectName, Release, read_releases


class Workers(Protocol):
    """Calls a function for many items at once."""

    def each(
        self, function: Callable[["ReleaseToRender"], "RenderedRelease"], items: Iterable["ReleaseToRender"]
    ) -> Generator[tuple["ReleaseToRender", "RenderedRelease"]]:
        """Yield every item with its result, in the order in which they are ready."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Cluster:
    """What templates can learn of the cluster; `api_versions` are those beside the ones of Kubernetes."""

    kube_version: str
    api_versions: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class UmbrellaRequest:
    """An umbrella chart, bbpkg's model of it or Big Bang's own, and the values of the user, merged.

    `installed` are releases that the cluster has beside those of the chart.
    """

    chart: Path
    values: Mapping[str, object] = field(default_factory=dict, repr=False)
    cluster: Cluster
    release_name: str = "bigbang"
    namespace: str = "bigbang"
    installed: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True, slots=True)
class StageOne:
    """What the umbrella renders, and the releases among it."""

    objects: tuple[KubernetesObject, ...]
    releases: tuple[Release, ...]
    findings: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class ReleaseToRender:
    """A release, and the folder or archive of its chart."""

    release: Release
    chart: Path


@dataclass(frozen=True, kw_only=True, slots=True)
class RenderedRelease:
    """What Flux installs for a release; no objects when the chart refuses the values, and then the findings say why."""

    release: Release
    objects: tuple[KubernetesObject, ...] = ()
    findings: tuple[Diagnostic, ...] = ()


Explain: TypeAlias = Callable[[Diagnostic, ReleaseToRender], Diagnostic]


def _as_found(problem: Diagnostic, item: ReleaseToRender) -> Diagnostic:
    del item
    return problem


def render_stage_one(engine: Engine, request: UmbrellaRequest) -> StageOne:
    """Render the umbrella, and read its releases.

    Raises:
        ChartRefusedError: the umbrella refuses the values.
        InvalidInputError: what it renders are not all objects.
    """
    rendered = engine.render(
        RenderRequest(
            chart=request.chart,
            kube_version=request.cluster.kube_version,
            values=request.values,
            release_name=request.release_name,
            namespace=request.namespace,
            api_versions=request.cluster.api_versions,
        )
    )
    objects = parse_objects(rendered, file="umbrella.yaml")
    read = read_releases(objects)
    installed = frozenset(ObjectName(namespace=request.namespace, name=name) for name in request.installed)
    findings = (*read.findings, *dependency_problems(read.releases, known=installed))
    return StageOne(objects=objects, releases=read.releases, findings=in_order(findings))


def render_stage_two(
    items: Sequence[ReleaseToRender], *, cluster: Cluster, engine: Engine, workers: Workers, explain: Explain = _as_found
) -> tuple[RenderedRelease, ...]:
    """Render the chart of every release with its values, and patch the manifests; the result is in the order of the items.

    `explain` says where a value was written that a chart refuses.
    """

    def render(item: ReleaseToRender) -> RenderedRelease:
        return _rendered(item, cluster, engine, explain)

    done: dict[ObjectName, RenderedRelease] = {}
    with contextlib.closing(workers.each(render, items)) as finished:
        for item, result in finished:
            done[item.release.key] = result
    return tuple(done[item.release.key] for item in items)


def _rendered(item: ReleaseToRender, cluster: Cluster, engine: Engine, explain: Explain) -> RenderedRelease:
    release = item.release
    request = RenderRequest(
        chart=item.chart,
        kube_version=cluster.kube_version,
        values=release.values,
        release_name=release.release_name,
        namespace=release.target_namespace,
        api_versions=cluster.api_versions,
    )
    try:
        objects = parse_objects(engine.render(request))
    except ChartRefusedError as refused:
        location = Location(file=str(item.chart))
        refusal = Diagnostic(code="chart-refusal", location=location, message=f"{release}: {refused.message}", hint=refused.hint)
        found = tuple(explain(problem, item) for problem in refused.diagnostics)
        return RenderedRelease(release=release, findings=found or (refusal,))
    except InvalidInputError as unreadable:
        return RenderedRelease(release=release, findings=unreadable.diagnostics)
    patched = post_rendered(objects, release.post_renderers, owner=str(release))
    return RenderedRelease(release=release, objects=patched.objects, findings=patched.findings)
