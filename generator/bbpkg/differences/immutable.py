"""Fields that the API server refuses to change: an upgrade that changes one fails, whatever Helm says before.

Source: the validation of updates in the API server of Kubernetes.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from bbpkg.diagnostics import Diagnostic, Location
from bbpkg.differences.objects import pairs_of
from bbpkg.differences.quantities import quantity
from bbpkg.differences.structures import Marker, at, compare
from bbpkg.manifests.fields import field, mapping, text
from bbpkg.manifests.objects import KubernetesObject

_SELECTOR: Final = (("spec", "selector"),)
_IMMUTABLE: Final[Mapping[str, tuple[tuple[str, ...], ...]]] = {
    "Deployment": _SELECTOR,
    "DaemonSet": _SELECTOR,
    "ReplicaSet": _SELECTOR,
    "Job": tuple(
        ("spec", name)
        for name in ("template", "selector", "completions", "completionMode", "podFailurePolicy", "successPolicy", "backoffLimitPerIndex")
    ),
    "RoleBinding": (("roleRef",),),
    "ClusterRoleBinding": (("roleRef",),),
    "StorageClass": (("provisioner",), ("parameters",), ("reclaimPolicy",), ("volumeBindingMode",)),
    "PriorityClass": (("value",), ("preemptionPolicy",)),
    "RuntimeClass": (("handler",),),
    "IngressClass": (("spec", "controller"),),
    "CustomResourceDefinition": (("spec", "scope"), ("spec", "group"), ("spec", "names", "kind"), ("spec", "names", "plural")),
    "ResourceQuota": (("spec", "scopes"), ("spec", "scopeSelector")),
}
# What the API server allows to change in the specification of a StatefulSet; everything else is fixed.
_MUTABLE_OF_STATEFUL_SETS: Final = frozenset(
    {
        *("replicas", "ordinals", "template", "updateStrategy", "revisionHistoryLimit", "minReadySeconds"),
        "persistentVolumeClaimRetentionPolicy",
    }
)
_MUTABLE_OF_CLAIMS: Final = frozenset({"resources", "volumeAttributesClassName"})
_HOOK: Final = "helm.sh/hook"
_POLICY: Final = "helm.sh/resource-policy"


def immutable_changes(old: Iterable[KubernetesObject], new: Iterable[KubernetesObject], *, namespace: str = "") -> tuple[Diagnostic, ...]:
    """Return a finding for every change that the API server refuses; hooks are deleted before they are made again."""
    found = []
    for before, after in pairs_of(old, new, namespace=namespace):
        if not _is_hook(before) and not _is_hook(after):
            found += [_finding(after, path, reason) for path, reason in _refused(before, after)]
    return tuple(found)


def removed_storage(removed: Iterable[KubernetesObject]) -> tuple[Diagnostic, ...]:
    """Return a finding for every claim that goes with all that is on it."""
    return tuple(
        Diagnostic(
            code="storage-removed",
            location=Location(file=item.template or "chart"),
            message=f"{item} is no longer rendered: Helm deletes the claim, and what is on the volume may go with it.",
            hint=f"annotate it before the upgrade: kubectl annotate pvc {item.name} {_POLICY}=keep",
        )
        for item in removed
        if item.kind == "PersistentVolumeClaim" and text(item.data, "metadata", "annotations", _POLICY) != "keep" and not _is_hook(item)
    )


def _is_hook(item: KubernetesObject) -> bool:
    return field(item.data, "metadata", "annotations", _HOOK) is not None


def _refused(old: KubernetesObject, new: KubernetesObject) -> Iterator[tuple[tuple[str, ...], str]]:
    for path in _IMMUTABLE.get(new.kind, ()):
        if _differs(old, new, path):
            yield path, ""
    check = _CHECKS.get(new.kind)
    if check:
        yield from check(old, new)


def _differs(old: KubernetesObject, new: KubernetesObject, path: tuple[str, ...]) -> bool:
    # The names on the way tell which lists have keys.
    return bool(compare(_nested(path, at(old.data, *path)), _nested(path, at(new.data, *path)), kind=new.kind))


def _nested(path: tuple[str, ...], value: object) -> object:
    for name in reversed(path):
        value = {} if value is Marker.ABSENT else {name: value}
    return value


def _stateful_set(old: KubernetesObject, new: KubernetesObject) -> Iterator[tuple[tuple[str, ...], str]]:
    for name in dict.fromkeys([*mapping(old.data, "spec"), *mapping(new.data, "spec")]):
        if name not in _MUTABLE_OF_STATEFUL_SETS and _differs(old, new, ("spec", name)):
            yield ("spec", name), "labels in it count, too" if name == "volumeClaimTemplates" else ""


def _claim(old: KubernetesObject, new: KubernetesObject) -> Iterator[tuple[tuple[str, ...], str]]:
    for name in dict.fromkeys([*mapping(old.data, "spec"), *mapping(new.data, "spec")]):
        if name not in _MUTABLE_OF_CLAIMS and _differs(old, new, ("spec", name)):
            yield ("spec", name), ""
    path = ("spec", "resources", "requests", "storage")
    before, after = quantity(at(old.data, *path)), quantity(at(new.data, *path))
    if before is not None and after is not None and after < before:
        yield path, "a claim may grow, and never shrink"


def _service(old: KubernetesObject, new: KubernetesObject) -> Iterator[tuple[tuple[str, ...], str]]:
    if "ExternalName" in {text(old.data, "spec", "type"), text(new.data, "spec", "type")}:
        return
    before, after = field(old.data, "spec", "clusterIP"), field(new.data, "spec", "clusterIP")
    if after not in {None, "", before}:
        yield ("spec", "clusterIP"), "a Service keeps its address, and one that is headless stays so"
    elif before == "None" and after in {None, ""}:
        yield ("spec", "clusterIP"), "the Service stays headless, although the chart wants an address"
    if text(old.data, "spec", "loadBalancerClass") and _differs(old, new, ("spec", "loadBalancerClass")):
        yield ("spec", "loadBalancerClass"), ""


def _immutable_data(old: KubernetesObject, new: KubernetesObject) -> Iterator[tuple[tuple[str, ...], str]]:
    if field(old.data, "immutable") is True:
        for name in ("data", "stringData", "binaryData", "immutable"):
            if _differs(old, new, (name,)):
                yield (name,), "it is marked immutable"


def _secret(old: KubernetesObject, new: KubernetesObject) -> Iterator[tuple[tuple[str, ...], str]]:
    yield from _immutable_data(old, new)
    if (text(old.data, "type") or "Opaque") != (text(new.data, "type") or "Opaque"):
        yield ("type",), ""


def _pod(old: KubernetesObject, new: KubernetesObject) -> Iterator[tuple[tuple[str, ...], str]]:
    for change in compare(old.data.get("spec"), new.data.get("spec"), kind="Pod"):
        if change.names[-1:] != ("image",) and change.names not in {("activeDeadlineSeconds",), ("tolerations",)}:
            yield ("spec", *change.names), "of a pod that runs, little more than images may change"
            return


def _volume(old: KubernetesObject, new: KubernetesObject) -> Iterator[tuple[tuple[str, ...], str]]:
    names = dict.fromkeys([*mapping(old.data, "spec"), *mapping(new.data, "spec")])
    mutable = {"capacity", "accessModes", "claimRef", "persistentVolumeReclaimPolicy", "mountOptions", "storageClassName"}
    yield from ((("spec", name), "") for name in names if name not in mutable and _differs(old, new, ("spec", name)))


_CHECKS: Final[Mapping[str, Callable[[KubernetesObject, KubernetesObject], Iterator[tuple[tuple[str, ...], str]]]]] = {
    "StatefulSet": _stateful_set,
    "PersistentVolumeClaim": _claim,
    "PersistentVolume": _volume,
    "Service": _service,
    "ConfigMap": _immutable_data,
    "Secret": _secret,
    "Pod": _pod,
}
_KEEPS_PODS: Final = frozenset({"StatefulSet", "Deployment", "DaemonSet", "ReplicaSet"})


def _finding(item: KubernetesObject, path: tuple[str, ...], reason: str) -> Diagnostic:
    why = f" ({reason})" if reason else ""
    cascade = " --cascade=orphan" if item.kind in _KEEPS_PODS else ""
    hint = f"delete it before the upgrade: kubectl delete {item.kind.lower()} {item.name}{cascade}"
    if item.kind in {"PersistentVolumeClaim", "PersistentVolume"}:
        hint = "keep the old value, or move the data to a new claim"
    return Diagnostic(
        code="immutable-field",
        location=Location(file=item.template or "chart", pointer="".join(f"/{name}" for name in path)),
        message=f"{item}: {'.'.join(path)} cannot be changed{why}.",
        hint=hint,
    )
