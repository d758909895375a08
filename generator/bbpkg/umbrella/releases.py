"""What Flux would install: the HelmReleases among rendered objects, each with its source, its values and where they come from.

Nothing here depends on who rendered the objects: bbpkg's model of the umbrella, or the umbrella chart itself. Facts: the API
helm.toolkit.fluxcd.io/v2, https://fluxcd.io/flux/components/helm/helmreleases/.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, cast

from bbpkg.diagnostics import Diagnostic, Location, Severity, in_order
from bbpkg.documents import Document
from bbpkg.manifests.objects import KubernetesObject
from bbpkg.umbrella.layers import Layer, merged
from bbpkg.umbrella.value_sources import DEFAULT_KEY, ValueSources

HELM_RELEASE: Final = ("helm.toolkit.fluxcd.io", "HelmRelease")
_MOST_NAME_LENGTH: Final = 53


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class ObjectName:
    """The name of an object of Flux; `namespace` is that of the HelmRelease when the reference gives none."""

    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.namespace}/{self.name}"


@dataclass(frozen=True, kw_only=True, slots=True)
class ChartSource:
    """Where Flux gets a chart: `chart` is a path in a Git repository or a name in a Helm repository.

    `url` and `reference` (tag, branch, commit, version) are empty when the source is not among the objects.
    """

    kind: str
    source: ObjectName
    chart: str
    url: str = ""
    reference: str = ""

    def __str__(self) -> str:
        place = self.url or f"{self.kind} {self.source}"
        return f"{self.chart} of {place}" + (f" at {self.reference}" if self.reference else "")


@dataclass(frozen=True, kw_only=True, slots=True)
class Release:
    """A HelmRelease with all that Helm gets from it.

    `name` is that of the HelmRelease, which is what the umbrella makes of the name of a package. `layers` are the sources of values,
    weakest first, and `values` is what Helm merges of them; the chart's own defaults are not among them.
    """

    name: str
    namespace: str
    release_name: str
    target_namespace: str
    chart: ChartSource
    layers: tuple[Layer, ...] = field(default=(), repr=False)
    values: Mapping[str, object] = field(default_factory=dict, repr=False)
    depends_on: tuple[ObjectName, ...] = ()
    post_renderers: tuple[Mapping[str, object], ...] = field(default=(), repr=False)

    @property
    def key(self) -> ObjectName:
        """The name and namespace of the HelmRelease."""
        return ObjectName(namespace=self.namespace, name=self.name)

    def __str__(self) -> str:
        return f"HelmRelease {self.key}"


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadReleases:
    """The releases among objects, in the order of the objects, and what is doubtful about them."""

    releases: tuple[Release, ...]
    findings: tuple[Diagnostic, ...] = ()


def read_releases(objects: Sequence[KubernetesObject]) -> ReadReleases:
    """Read every HelmRelease; values that are not among the objects are findings, and the rest is read all the same."""
    sources = ValueSources(objects)
    known = {(item.kind, item.namespace or "", item.name): item for item in objects}
    releases: list[Release] = []
    found: list[Diagnostic] = []
    for item in objects:
        if (item.group, item.kind) == HELM_RELEASE:
            release, problems = _read_release(item, sources, known)
            releases.append(release)
            found += problems
    return ReadReleases(releases=tuple(releases), findings=in_order(found))


def _read_release(
    item: KubernetesObject, sources: ValueSources, known: Mapping[tuple[str, str, str], KubernetesObject]
) -> tuple[Release, list[Diagnostic]]:
    spec = _mapping(item.data.get("spec"))
    namespace = item.namespace or ""
    target = _text(spec.get("targetNamespace")) or namespace
    layers: list[Layer] = []
    found: list[Diagnostic] = []
    for reference in _mappings(spec.get("valuesFrom")):
        read = sources.read(reference, namespace=namespace, owner=str(item))
        layers += read.layers
        found += read.findings
    if inline := _mapping(spec.get("values")):
        layers.append(Layer(name="spec.values", file=str(item), document=Document({"values": inline}, {}), root=("values",)))
    release = Release(
        name=item.name,
        namespace=namespace,
        release_name=_text(spec.get("releaseName")) or _default_name(item.name, _text(spec.get("targetNamespace"))),
        target_namespace=target,
        chart=_chart_source(spec, namespace, known),
        layers=tuple(layers),
        values=merged(layers),
        depends_on=tuple(_object_name(entry, namespace) for entry in _mappings(spec.get("dependsOn"))),
        post_renderers=tuple(_mappings(spec.get("postRenderers"))),
    )
    return release, [*found, *_problems(item, release, known)]


def _chart_source(spec: Mapping[str, object], namespace: str, known: Mapping[tuple[str, str, str], KubernetesObject]) -> ChartSource:
    chart = _mapping(_mapping(spec.get("chart")).get("spec"))
    reference = _mapping(chart.get("sourceRef")) or _mapping(spec.get("chartRef"))
    kind = _text(reference.get("kind"))
    source = _object_name(reference, namespace)
    found = known.get((kind, source.namespace, source.name))
    there = _mapping(found.data.get("spec")) if found else {}
    at = _mapping(there.get("ref"))
    wanted = next((_text(at[key]) for key in ("commit", "name", "digest", "semver", "tag", "branch") if at.get(key)), "")
    return ChartSource(
        kind=kind,
        source=source,
        chart=_text(chart.get("chart")),
        url=_text(there.get("url")),
        reference=_text(chart.get("version")) or wanted,
    )


def _default_name(name: str, target: str) -> str:
    """Flux puts the target namespace in front, unless the HelmRelease names none."""
    return f"{target}-{name}" if target else name


def _problems(item: KubernetesObject, release: Release, known: Mapping[tuple[str, str, str], KubernetesObject]) -> Iterable[Diagnostic]:
    source = known.get((release.chart.kind, release.chart.source.namespace, release.chart.source.name))
    version = _mapping(_mapping(_mapping(item.data.get("spec")).get("chart")).get("spec")).get("version")
    tag = _mapping(_mapping(source.data.get("spec") if source else None).get("ref")).get("tag")
    for given, owner, place in ((version, item, "/spec/chart/spec/version"), (tag, source, "/spec/ref/tag")):
        if given is not None and not isinstance(given, str):
            message = "the umbrella writes the tag without quotes, and it is read as something else than text, which Kubernetes refuses."
            location = Location(file=str(owner), pointer=place)
            hint = """write the tag with two kinds of quotes, as in tag: '"1.10"'"""
            yield Diagnostic(code="tag-type", location=location, message=message, hint=hint, severity=Severity.WARNING)
    if len(release.release_name) > _MOST_NAME_LENGTH:
        message = f"the Helm release {release.release_name} has {len(release.release_name)} characters; Helm allows {_MOST_NAME_LENGTH}."
        hint = "give the package a shorter name"
        yield Diagnostic(code="release-name", location=Location(file=str(item), pointer="/spec/releaseName"), message=message, hint=hint)


def _object_name(reference: Mapping[str, object], namespace: str) -> ObjectName:
    return ObjectName(namespace=_text(reference.get("namespace")) or namespace, name=_text(reference.get("name")))


def _mapping(value: object) -> Mapping[str, object]:
    return cast("Mapping[str, object]", value) if isinstance(value, Mapping) else {}


def _mappings(value: object) -> tuple[Mapping[str, object], ...]:
    return tuple(_mapping(item) for item in value if isinstance(item, Mapping)) if isinstance(value, list) else ()


def _text(value: object) -> str:
    return "" if value is None else str(value)


__all__ = ["DEFAULT_KEY", "ChartSource", "ObjectName", "ReadReleases", "Release", "read_releases"]
