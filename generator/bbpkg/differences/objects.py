"""Compares two sets of rendered objects: added, removed, changed field by field, without the noise of versions."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from bbpkg.differences.noise import noise_rule
from bbpkg.differences.structures import FieldChange, Marker, compare
from bbpkg.manifests.objects import KubernetesObject
from bbpkg.manifests.pods import pod_template_path

Identity: TypeAlias = tuple[str, str, str, str]

_SECRET_FIELDS: Final = frozenset({"data", "stringData"})


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangedObject:
    """An object that both sides have, with the fields that differ; with `replaces_pods` its running pods are replaced.

    That its pods are replaced may come of noise alone: labels of a pod template count, too.
    """

    old: KubernetesObject
    new: KubernetesObject
    changes: tuple[FieldChange, ...]
    noise: tuple[FieldChange, ...] = ()
    replaces_pods: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class ObjectDifferences:
    """What differs between two sets of objects; `noisy` are objects that only noise tells apart."""

    added: tuple[KubernetesObject, ...]
    removed: tuple[KubernetesObject, ...]
    changed: tuple[ChangedObject, ...]
    noisy: tuple[ChangedObject, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing but noise differs."""
        return not (self.added or self.removed or self.changed)

    @property
    def pairs(self) -> tuple[ChangedObject, ...]:
        """All objects that both sides have and that differ in anything."""
        return (*self.changed, *self.noisy)


def compare_objects(
    old: Iterable[KubernetesObject], new: Iterable[KubernetesObject], *, namespace: str = "", keep_noise: bool = False
) -> ObjectDifferences:
    """Compare two sets of objects, each in its own order.

    Args:
        old: the objects before; of two with one identity the later one counts, as in a cluster.
        new: the objects after.
        namespace: that of the release: an object without a namespace stands in it.
        keep_noise: report noise as differences, too.
    """
    before, after = _by_identity(old, namespace), _by_identity(new, namespace)
    changed, noisy = [], []
    for identity, item in before.items():
        if identity in after:
            found = _compared(item, after[identity], namespace, keep_noise=keep_noise)
            if found.changes:
                changed.append(found)
            elif found.noise:
                noisy.append(found)
    return ObjectDifferences(
        added=tuple(item for identity, item in after.items() if identity not in before),
        removed=tuple(item for identity, item in before.items() if identity not in after),
        changed=tuple(changed),
        noisy=tuple(noisy),
    )


def pairs_of(
    old: Iterable[KubernetesObject], new: Iterable[KubernetesObject], *, namespace: str = ""
) -> Iterator[tuple[KubernetesObject, KubernetesObject]]:
    """Yield the two states of every object that both sides have."""
    after = _by_identity(new, namespace)
    for identity, item in _by_identity(old, namespace).items():
        if identity in after:
            yield item, after[identity]


def identity_of(item: KubernetesObject, namespace: str) -> Identity:
    """Return what no two objects of a cluster share; an object without a namespace stands in that of the release."""
    return (item.group, item.kind, item.namespace or namespace, item.name)


def _by_identity(objects: Iterable[KubernetesObject], namespace: str) -> Mapping[Identity, KubernetesObject]:
    return {identity_of(item, namespace): item for item in objects}


def _compared(old: KubernetesObject, new: KubernetesObject, namespace: str, *, keep_noise: bool) -> ChangedObject:
    found = [change for change in compare(old.data, new.data, kind=new.kind) if not _is_namespace_spelt_out(change, namespace)]
    template = pod_template_path(new.kind)
    changes, noise = _divided(_spread(found))
    return ChangedObject(
        old=old,
        new=new,
        changes=tuple(_without_secrets(new.kind, change) for change in ((*changes, *noise) if keep_noise else changes)),
        noise=tuple(noise),
        replaces_pods=bool(template) and any(change.names[: len(template)] == template for change in found),
    )


def _is_namespace_spelt_out(change: FieldChange, namespace: str) -> bool:
    return change.names == ("metadata", "namespace") and {change.old, change.new} <= {Marker.ABSENT, namespace}


def _spread(changes: Sequence[FieldChange]) -> Iterator[FieldChange]:
    """Yield the changes with whole mappings of metadata taken apart, so that noise in them is seen."""
    for change in changes:
        whole = change.new if change.is_added else change.old if change.is_removed else None
        if isinstance(whole, Mapping) and (change.names[-2:-1] == ("metadata",) or change.names[-1:] == ("metadata",)) and whole:
            inner = compare({}, whole) if change.is_added else compare(whole, {})
            yield from _spread([_below(change, part) for part in inner])
        else:
            yield change


def _below(change: FieldChange, part: FieldChange) -> FieldChange:
    return replace(part, pointer=change.pointer + part.pointer, path=f"{change.path}.{part.path}", names=(*change.names, *part.names))


def _divided(changes: Iterable[FieldChange]) -> tuple[list[FieldChange], list[FieldChange]]:
    kept: list[FieldChange] = []
    noise: list[FieldChange] = []
    for change in changes:
        (noise if noise_rule(change.names) else kept).append(change)
    return kept, noise


def _without_secrets(kind: str, change: FieldChange) -> FieldChange:
    if kind != "Secret" or change.names[:1] == () or change.names[0] not in _SECRET_FIELDS:
        return change
    old = change.old if change.old is Marker.ABSENT else Marker.SECRET
    new = change.new if change.new is Marker.ABSENT else Marker.SECRET
    return replace(change, old=old, new=new)
