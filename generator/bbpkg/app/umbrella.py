"""Renders through the umbrella of Big Bang without a cluster: stage one gives the objects of Flux, stage two what Flux installs."""

import contextlib
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

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
    """An umbrella chart, bbpkg's model of it or Big Bang's own, and the values of the user, merged."""

    chart: Path
    values: Mapping[str, object] = field(default_factory=dict, repr=False)
    cluster: Cluster
    release_name: str = "bigbang"
    namespace: str = "bigbang"


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
    findings = (*read.findings, *dependency_problems(read.releases))
    return StageOne(objects=objects, releases=read.releases, findings=in_order(findings))


def render_stage_two(
    items: Sequence[ReleaseToRender], *, cluster: Cluster, engine: Engine, workers: Workers
) -> tuple[RenderedRelease, ...]:
    """Render the chart of every release with its values, and patch the manifests; the result is in the order of the items."""

    def render(item: ReleaseToRender) -> RenderedRelease:
        return _rendered(item, cluster, engine)

    done: dict[ObjectName, RenderedRelease] = {}
    with contextlib.closing(workers.each(render, items)) as finished:
        for item, result in finished:
            done[item.release.key] = result
    return tuple(done[item.release.key] for item in items)


def _rendered(item: ReleaseToRender, cluster: Cluster, engine: Engine) -> RenderedRelease:
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
        return RenderedRelease(release=release, findings=refused.diagnostics or (refusal,))
    except InvalidInputError as unreadable:
        return RenderedRelease(release=release, findings=unreadable.diagnostics)
    patched = post_rendered(objects, release.post_renderers, owner=str(release))
    return RenderedRelease(release=release, objects=patched.objects, findings=patched.findings)
