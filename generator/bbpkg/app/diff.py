"""Compares two states of a chart: values contract, objects, images, connections, and what breaks when one is upgraded to the other."""

import re
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from bbpkg.app.rendered import Renderer
from bbpkg.app.values import ValuesFile
from bbpkg.connectivity.cluster import cluster_of, mesh_mode
from bbpkg.connectivity.endpoints import MeshMode
from bbpkg.diagnostics import Diagnostic, Location, Severity, in_order
from bbpkg.differences.connections import ConnectionChange, compare_connections
from bbpkg.differences.contract import Contract, Path, contract_of
from bbpkg.differences.contracts import ContractDifferences, compare_contracts
from bbpkg.differences.images import ImageDifferences, compare_images
from bbpkg.differences.immutable import immutable_changes, removed_storage
from bbpkg.differences.objects import ObjectDifferences, compare_objects
from bbpkg.differences.overrides import Override, override_changes, overrides_of, without
from bbpkg.differences.selections import selection_changes
from bbpkg.documents import read_documents
from bbpkg.errors import InvalidInputError
from bbpkg.helm.engine import ChartRefusedError
from bbpkg.helm.values import merged_values
from bbpkg.manifests.fields import mappings, text
from bbpkg.manifests.images import image_uses
from bbpkg.manifests.objects import KubernetesObject
from bbpkg.verify.values_usage import value_reads

_REMOVING = frozenset({"override-removed", "override-renamed", "override-type"})
_MOST_PROBED = 60


class Workers(Protocol):
    """Calls a function for many items at once."""

    def each(self, function: Callable[["Side"], "_Rendered"], items: Iterable["Side"]) -> Generator[tuple["Side", "_Rendered"]]:
        """Yield every item with its result, in the order in which they are ready."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Side:
    """One of the two states: a chart (its texts by path), and the values that it is rendered with below those of the user."""

    title: str
    version: str
    texts: Mapping[str, str] = field(repr=False)
    values: Mapping[str, object] = field(repr=False)
    renderer: Renderer


@dataclass(frozen=True, kw_only=True, slots=True)
class DiffReport:
    """Everything that differs; where a side could not be rendered, the sections that need objects are None."""

    old: Side
    new: Side
    contract: ContractDifferences
    objects: ObjectDifferences | None
    images: ImageDifferences | None
    connections: tuple[ConnectionChange, ...] | None
    mode: MeshMode
    findings: tuple[Diagnostic, ...]

    @property
    def breaks(self) -> bool:
        """Whether an upgrade from the old side to the new one breaks something."""
        return any(found.severity is Severity.ERROR for found in self.findings)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Rendered:
    """The objects of a side, or what the chart says."""

    objects: tuple[KubernetesObject, ...]
    refusal: tuple[Diagnostic, ...]


def compare_sides(  # noqa: PLR0913 - one keyword for each thing that a comparison depends on
    old: Side, new: Side, *, overrides: Sequence[ValuesFile], mode: MeshMode | None, keep_noise: bool, workers: Workers
) -> DiffReport:
    """Compare two sides.

    Args:
        old: the state that is installed.
        new: the state that it is upgraded to.
        overrides: values files of the user, which lie on both sides; their keys are checked.
        mode: how pods take part in the mesh; None looks at the objects of each side.
        keep_noise: show differences of versions and checksums, too.
        workers: what renders both sides at once.
    """
    before, after = contract_of(old.texts), contract_of(new.texts)
    contract = compare_contracts(before, after, old_reads=chart_reads(old.texts), new_reads=chart_reads(new.texts))
    given = [override for file in overrides for override in overrides_of(file.values, file.name, file.document.lines)]
    values = merged_values(*(file.values for file in overrides))
    findings = list(override_changes(given, before, after, contract))
    # The new chart may refuse what it no longer knows; that is told already, and the rest can still be compared.
    kept = without(values, [_path(found) for found in findings if found.code in _REMOVING])
    layers = {old: merged_values(old.values, values), new: merged_values(new.values, kept)}
    rendered = dict(workers.each(lambda side: _rendered(side, layers[side]), (old, new)))
    first, second = rendered[old], rendered[new]
    findings += [*first.refusal, *second.refusal]
    if first.refusal or second.refusal:
        return _report(old, new, contract, findings, mode)
    silent = _without_effect(given, findings, (old, new), layers, (first.objects, second.objects), before, after)
    findings = list(override_changes(given, before, after, contract, without_effect=silent))
    return _with_objects(_report(old, new, contract, findings, mode), first.objects, second.objects, mode, keep_noise=keep_noise)


def chart_reads(texts: Mapping[str, str]) -> frozenset[Path]:
    """Return the paths of the values that a chart reads in templates, and in the conditions and tags of its dependencies.

    What a subchart reads counts below its name, and, as a library reads the values of the chart that calls it, for the chart itself.
    """
    found: set[Path] = set()
    for read in value_reads({path: text_ for path, text_ in texts.items() if "templates/" in path}):
        found.add(read.path)
        charts = re.findall(r"(?:^|/)charts/([^/]+)/", read.file)
        if charts:
            found.add((*charts, *read.path))
    for path, chart in texts.items():
        if path == "Chart.yaml":
            for entry in mappings(_metadata(chart), "dependencies"):
                name, alias = text(entry, "name"), text(entry, "alias")
                found |= {tuple(condition.strip().split(".")) for condition in text(entry, "condition").split(",") if condition}
                if alias:
                    found |= {(alias, *read[1:]) for read in list(found) if read[:1] == (name,)}
    return frozenset(found - {()})


def chart_version(texts: Mapping[str, str]) -> tuple[str, str]:
    """Return the name and the version of a chart."""
    metadata = _metadata(texts.get("Chart.yaml", ""))
    return text(metadata, "name"), text(metadata, "version")


def _metadata(chart: str) -> object:
    try:
        documents = read_documents(chart, file="Chart.yaml")
    except InvalidInputError:
        return None
    return documents[0].value if documents else None


def _path(found: Diagnostic) -> Path:
    return tuple(step.replace("~1", "/").replace("~0", "~") for step in found.location.pointer.split("/")[1:])


def _rendered(side: Side, values: Mapping[str, object]) -> _Rendered:
    try:
        return _Rendered(objects=side.renderer.objects(values), refusal=())
    except ChartRefusedError as refused:
        message = f"{side.title} does not render: {refused.message}"
        own = Diagnostic(code="chart-refusal", location=Location(file=side.title), message=message, hint=refused.hint)
        return _Rendered(objects=(), refusal=(own, *refused.diagnostics))


def _without_effect(  # noqa: PLR0913, PLR0917 - two sides, each with what it was rendered from and to
    given: Sequence[Override],
    findings: Sequence[Diagnostic],
    sides: tuple[Side, Side],
    layers: Mapping[Side, Mapping[str, object]],
    objects: tuple[tuple[KubernetesObject, ...], tuple[KubernetesObject, ...]],
    before: Contract,
    after: Contract,
) -> Iterator[Path]:
    """Yield the overrides that changed objects of the old side, and change none of the new one.

    Only those are tried that differ from the default, and that no template names as a whole path.
    """
    told = {_path(found) for found in findings}
    reads = chart_reads(sides[1].texts)
    tried = 0
    for override in given:
        key = after.keys.get(override.path)
        is_named = any(read[: len(override.path)] == override.path for read in reads)
        if override.path in told or key is None or override.path not in before.keys or key.default == override.value or is_named:
            continue
        tried += 1
        if tried > _MOST_PROBED:
            return
        if not _matters(sides[1], layers[sides[1]], override, objects[1]) and _matters(sides[0], layers[sides[0]], override, objects[0]):
            yield override.path


def _matters(side: Side, values: Mapping[str, object], override: Override, objects: Sequence[KubernetesObject]) -> bool:
    try:
        found = side.renderer.objects(without(values, [override.path]))
    except InvalidInputError:
        # The chart needs it.
        return True
    return [item.data for item in found] != [item.data for item in objects]


def _report(old: Side, new: Side, contract: ContractDifferences, findings: Sequence[Diagnostic], mode: MeshMode | None) -> DiffReport:
    return DiffReport(
        old=old,
        new=new,
        contract=contract,
        objects=None,
        images=None,
        connections=None,
        mode=mode or MeshMode.NONE,
        findings=in_order(findings),
    )


def _with_objects(
    report: DiffReport, old: Sequence[KubernetesObject], new: Sequence[KubernetesObject], mode: MeshMode | None, *, keep_noise: bool
) -> DiffReport:
    namespace = report.new.renderer.namespace
    objects = compare_objects(old, new, namespace=namespace, keep_noise=keep_noise)
    modes = (mode or mesh_mode(old), mode or mesh_mode(new))
    findings = [
        *report.findings,
        *immutable_changes(old, new, namespace=namespace),
        *removed_storage(objects.removed),
        *selection_changes(old, new, namespace=namespace),
    ]
    return DiffReport(
        old=report.old,
        new=report.new,
        contract=report.contract,
        objects=objects,
        images=compare_images(image_uses(old), image_uses(new)),
        connections=compare_connections(
            cluster_of(old, namespace=namespace, mode=modes[0], others=new),
            cluster_of(new, namespace=namespace, mode=modes[1], others=old),
        ),
        mode=modes[1],
        findings=in_order(findings),
    )
