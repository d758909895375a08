"""Whether Services and disruption budgets still select the pods that they selected."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bbpkg.connectivity.selectors import selects, selects_pods
from bbpkg.diagnostics import Diagnostic, Location, Severity
from bbpkg.differences.objects import pairs_of
from bbpkg.manifests.fields import field, text_map
from bbpkg.manifests.objects import KubernetesObject
from bbpkg.manifests.pods import pod_template


@dataclass(frozen=True, kw_only=True, slots=True)
class _Pods:
    """The pods of a workload."""

    owner: str
    namespace: str
    labels: Mapping[str, str]


def selection_changes(old: Sequence[KubernetesObject], new: Sequence[KubernetesObject], *, namespace: str = "") -> tuple[Diagnostic, ...]:
    """Return a finding for every selector that selects other pods than before, among the workloads that both sides have.

    A selector that does not fit the pods that run during the upgrade is a warning: it has nobody until new pods are ready.
    """
    before, after = _pods(old, namespace), _pods(new, namespace)
    common = {pods.owner for pods in before} & {pods.owner for pods in after}
    found: list[Diagnostic] = []
    for first, second in pairs_of(old, new, namespace=namespace):
        if first.kind in {"Service", "PodDisruptionBudget"}:
            changes = list(_changes(second, _selected(first, before, namespace), _selected(second, after, namespace), common))
            found += changes or _gap(first, second, before, namespace)
    return tuple(found)


def _pods(objects: Iterable[KubernetesObject], namespace: str) -> list[_Pods]:
    return [
        _Pods(
            owner=f"{item.kind} {item.name}",
            namespace=item.namespace or namespace,
            labels=text_map(pod_template(item.kind, item.data), "metadata", "labels"),
        )
        for item in objects
        if item.is_workload
    ]


def _fits(item: KubernetesObject, pods: _Pods, namespace: str) -> bool:
    if (item.namespace or namespace) != pods.namespace:
        return False
    if item.kind == "Service":
        return selects_pods(text_map(item.data, "spec", "selector"), pods.labels)
    return selects(field(item.data, "spec", "selector"), pods.labels)


def _selected(item: KubernetesObject, pods: Iterable[_Pods], namespace: str) -> set[str]:
    return {some.owner for some in pods if _fits(item, some, namespace)}


def _changes(item: KubernetesObject, before: set[str], after: set[str], common: set[str]) -> Iterator[Diagnostic]:
    lost, gained = sorted((before - after) & common), sorted((after - before) & common)
    if before and not after:
        yield _finding(item, f"selects no pod any more; it selected those of {', '.join(sorted(before))}.")
    elif lost or gained:
        parts = [f"no longer selects the pods of {', '.join(lost)}"] if lost else []
        parts += [f"now selects the pods of {', '.join(gained)}"] if gained else []
        yield _finding(item, f"{' and '.join(parts)}.")


def _gap(old: KubernetesObject, new: KubernetesObject, before: Sequence[_Pods], namespace: str) -> Iterator[Diagnostic]:
    running = [pods for pods in before if _fits(old, pods, namespace)]
    if (
        new.kind == "Service"
        and running
        and field(new.data, "spec", "selector")
        and not any(_fits(new, pods, namespace) for pods in running)
    ):
        message = "does not select the pods that run before the upgrade: it leads nowhere until new ones are ready."
        yield _finding(new, message, severity=Severity.WARNING)


def _finding(item: KubernetesObject, message: str, *, severity: Severity = Severity.ERROR) -> Diagnostic:
    location = Location(file=item.template or "chart", pointer="/spec/selector")
    return Diagnostic(code="selection-changed", location=location, message=f"{item} {message}", severity=severity)
