"""Strategic merge patches, as kustomize applies them: mappings merge, null deletes, lists of Kubernetes merge by their keys.

Keys of lists are those of the OpenAPI schema of Kubernetes. Items that a patch names come first, in its order, as kustomize puts
them. Lists of custom resources have no keys: they are replaced.
"""

import copy
from collections.abc import Mapping, Sequence
from typing import Final, cast

from bbpkg.umbrella.json_patches import PatchError

DIRECTIVE: Final = "$patch"
DELETE: Final = "delete"
_REPLACE: Final = "replace"
_MERGE: Final = "merge"

# By the last two steps of the place of a list, or by the last one: the keys that tell its items apart.
_KEYS: Final[Mapping[tuple[str, ...], tuple[str, ...]]] = {
    ("containers",): ("name",),
    ("initContainers",): ("name",),
    ("ephemeralContainers",): ("name",),
    ("containers", "env"): ("name",),
    ("containers", "ports"): ("containerPort", "protocol"),
    ("containers", "volumeMounts"): ("mountPath",),
    ("containers", "volumeDevices"): ("devicePath",),
    ("spec", "volumes"): ("name",),
    ("spec", "imagePullSecrets"): ("name",),
    ("spec", "hostAliases"): ("ip",),
    ("spec", "topologySpreadConstraints"): ("topologyKey", "whenUnsatisfiable"),
    ("spec", "ports"): ("port", "protocol"),
    ("imagePullSecrets",): ("name",),
    ("secrets",): ("name",),
    ("webhooks",): ("name",),
    ("metadata", "ownerReferences"): ("uid",),
}
_CONTAINERS: Final = frozenset({"containers", "initContainers", "ephemeralContainers"})
# Lists of plain values that are added to.
_SETS: Final = frozenset({("metadata", "finalizers")})
# What a key means in an item that lacks it.
_DEFAULTS: Final[Mapping[str, object]] = {"protocol": "TCP"}
_BUILT_IN_SUFFIX: Final = ".k8s.io"
_BUILT_IN_GROUPS: Final = frozenset({"", "apps", "autoscaling", "batch", "policy"})


def has_list_keys(group: str) -> bool:
    """Whether lists in objects of an API group merge by keys: those of Kubernetes itself do."""
    return group in _BUILT_IN_GROUPS or group.endswith(_BUILT_IN_SUFFIX)


def strategic_merged(data: Mapping[str, object], patch: Mapping[str, object], *, group: str) -> dict[str, object] | None:
    """Return the object with the patch merged in; None when the patch deletes it.

    Raises:
        PatchError: the patch has a directive that is not read.
    """
    if patch.get(DIRECTIVE) == DELETE:
        return None
    return _merged(data, patch, (), has_keys=has_list_keys(group))


def _merged(data: Mapping[str, object], patch: Mapping[str, object], place: tuple[str, ...], *, has_keys: bool) -> dict[str, object]:
    _check_directives(patch, place)
    if patch.get(DIRECTIVE) == _REPLACE:
        return {key: copy.deepcopy(value) for key, value in patch.items() if key != DIRECTIVE}
    result = copy.deepcopy(dict(data))
    for key, value in patch.items():
        if key == DIRECTIVE:
            continue
        below = result.get(key)
        inner = (*place, key)
        if value is None or (isinstance(value, Mapping) and value.get(DIRECTIVE) == DELETE):
            result.pop(key, None)
        elif isinstance(value, Mapping):
            there = cast("Mapping[str, object]", below) if isinstance(below, Mapping) else {}
            result[key] = _merged(there, cast("Mapping[str, object]", value), inner, has_keys=has_keys)
        elif isinstance(value, list):
            result[key] = _merged_list(below if isinstance(below, list) else [], value, inner, has_keys=has_keys)
        else:
            result[key] = value
    return result


def _merged_list(items: Sequence[object], patch: Sequence[object], place: tuple[str, ...], *, has_keys: bool) -> list[object]:
    if has_keys and place in _SETS:
        return [*patch, *(item for item in items if item not in patch)]
    keys = _keys_at(place) if has_keys else None
    mappings = [cast("Mapping[str, object]", item) for item in patch if isinstance(item, Mapping)]
    if keys is None or len(mappings) < len(patch) or any(item.get(DIRECTIVE) == _REPLACE and len(item) == 1 for item in mappings):
        return [copy.deepcopy(item) for item in patch if not (isinstance(item, Mapping) and set(item) == {DIRECTIVE})]
    used = _used_keys(keys, [*items, *mappings])
    known = {_identity(item, used): item for item in items if isinstance(item, Mapping)}
    first: list[object] = []
    named = set()
    for item in mappings:
        identity = _identity(item, used)
        named.add(identity)
        if item.get(DIRECTIVE) != DELETE:
            there = cast("Mapping[str, object]", known.get(identity, {}))
            first.append(_merged(there, item, place, has_keys=has_keys))
    return [*first, *(copy.deepcopy(item) for item in items if not isinstance(item, Mapping) or _identity(item, used) not in named)]


def _keys_at(place: tuple[str, ...]) -> tuple[str, ...] | None:
    # Lists of all kinds of containers are alike.
    last = tuple("containers" if index == 0 and step in _CONTAINERS else step for index, step in enumerate(place[-2:]))
    return _KEYS.get(last) or _KEYS.get(place[-1:])


def _used_keys(keys: tuple[str, ...], items: Sequence[object]) -> tuple[str, ...]:
    """Only the first key must be there; a further one counts when some item has it."""
    return tuple(key for index, key in enumerate(keys) if index == 0 or any(isinstance(item, Mapping) and key in item for item in items))


def _identity(item: Mapping[str, object], keys: tuple[str, ...]) -> tuple[object, ...]:
    return tuple(str(item.get(key, _DEFAULTS.get(key))) for key in keys)


def _check_directives(patch: Mapping[str, object], place: tuple[str, ...]) -> None:
    unknown = next((key for key in patch if key.startswith("$") and key != DIRECTIVE), None)
    given = patch.get(DIRECTIVE, _MERGE)
    if unknown is None and given in {DELETE, _REPLACE, _MERGE}:
        return
    message = f"{unknown or DIRECTIVE} at /{'/'.join(place)} is not read; bbpkg reads {DIRECTIVE}: {DELETE}, {_REPLACE} and {_MERGE}"
    raise PatchError(message)
