"""The objects in the report of `bbpkg diff`: kinds together, equal changes once."""

from collections.abc import Iterable, Iterator
from typing import Final, TypeAlias

from bbpkg.cli.diff_values import changed_lines
from bbpkg.differences.objects import ChangedObject, ObjectDifferences
from bbpkg.manifests.objects import KubernetesObject

Line: TypeAlias = tuple[str, str]

# What they do is shown by the connections; there are many of them.
_POLICIES: Final = frozenset({"NetworkPolicy", "AuthorizationPolicy"})
_FEW: Final = 3


def object_lines(found: ObjectDifferences, namespace: str, *, is_all: bool) -> Iterator[Line]:
    """Yield the lines for objects; those of the namespace of the release are shown without it."""
    for mark, objects in (("-", found.removed), ("+", found.added)):
        yield from _whole(mark, objects, namespace, is_all=is_all)
    groups: dict[tuple[str, bool, tuple[Line, ...]], list[ChangedObject]] = {}
    for changed in found.changed:
        lines = tuple(line for change in changed.changes for line in changed_lines(change))
        groups.setdefault((changed.new.kind, changed.replaces_pods, lines), []).append(changed)
    for (kind, is_replacing, lines), same in groups.items():
        whose = "its pods are replaced" if len(same) == 1 else "their pods are replaced"
        yield "~", f"{_named(kind, (changed.new for changed in same), namespace)}{f'  ({whose})' if is_replacing else ''}"
        yield from lines
    replaced = _by_kind(changed.new for changed in found.noisy if changed.replaces_pods)
    if replaced:
        names = "; ".join(_named(kind, same, namespace) for kind, same in replaced.items())
        yield " ", f"only labels or checksums differ, but pods are replaced: {names}"


def _whole(mark: str, objects: Iterable[KubernetesObject], namespace: str, *, is_all: bool) -> Iterator[Line]:
    groups = _by_kind(objects)
    for kind in sorted(groups, key=lambda kind: (kind in _POLICIES, kind)):
        same = groups[kind]
        if kind in _POLICIES and len(same) > _FEW and not is_all:
            yield mark, f"{len(same)} {plural(kind)}; --all names them, the connections below say what they do"
        else:
            yield mark, _named(kind, same, namespace)


def _by_kind(objects: Iterable[KubernetesObject]) -> dict[str, list[KubernetesObject]]:
    found: dict[str, list[KubernetesObject]] = {}
    for item in objects:
        found.setdefault(item.kind, []).append(item)
    return found


def _named(kind: str, objects: Iterable[KubernetesObject], namespace: str) -> str:
    names = [item.name if (item.namespace or namespace) == namespace else f"{item.namespace}/{item.name}" for item in objects]
    return f"{kind if len(names) == 1 else plural(kind)} {', '.join(sorted(names))}"


def plural(kind: str) -> str:
    """Return the name of several objects of a kind.

    >>> plural("NetworkPolicy"), plural("Ingress"), plural("Gateway")
    ('NetworkPolicies', 'Ingresses', 'Gateways')
    """
    if kind.endswith("y") and kind[-2:-1] not in "aeiou":
        return f"{kind[:-1]}ies"
    return f"{kind}es" if kind.endswith("s") else f"{kind}s"
