"""Every image that rendered objects name: in containers, volumes, variables and arguments, and in custom resources."""

import enum
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from bbpkg.diagnostics import pointer
from bbpkg.manifests.fields import field, mapping, mappings, text, texts
from bbpkg.manifests.image_references import ARTIFACT_SCHEME, is_reference, references_in
from bbpkg.manifests.objects import KubernetesObject
from bbpkg.manifests.pods import pod_spec, pod_spec_path

_HOOK: Final = "helm.sh/hook"
_IMAGE_VARIABLE: Final = re.compile(r"(?:^|_)IMAGE(?:_|$)")
_BUILT_IN_GROUPS: Final = frozenset({"", "apps", "batch", "policy", "autoscaling", "extensions"})
_IMAGE_KEY: Final = re.compile(r"(?:^i|I)mage$")
_REPOSITORY_KEYS: Final = ("repository", "repo", "name")
_TAG_KEYS: Final = ("tag", "version")


class Place(enum.Enum):
    """Where an image stands."""

    CONTAINER = "container"
    INIT = "init container"
    EPHEMERAL = "ephemeral container"
    VOLUME = "image volume"
    VARIABLE = "variable"
    ARGUMENT = "argument"
    CUSTOM_RESOURCE = "custom resource"
    ARTIFACT = "OCI artifact"


_CONTAINERS: Final = {"containers": Place.CONTAINER, "initContainers": Place.INIT, "ephemeralContainers": Place.EPHEMERAL}


Steps: TypeAlias = tuple[str | int, ...]
Found: TypeAlias = tuple[str, Place, Steps, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class ImageUse:
    """An image, the object and field that name it; `hook` is what Helm runs the object for: `test`, `post-install`, or nothing."""

    image: str
    place: Place
    owner: str
    pointer: str
    name: str = ""
    hook: str = ""

    def __str__(self) -> str:
        hook = f" [{self.hook}]" if self.hook else ""
        return f"{self.owner}{hook}, {self.place.value}{f' {self.name}' if self.name else ''}"


def image_uses(objects: Iterable[KubernetesObject]) -> tuple[ImageUse, ...]:
    """Return every use of an image, in the order of the objects."""
    return tuple(use for item in objects for use in _uses(item))


def _uses(item: KubernetesObject) -> Iterator[ImageUse]:
    hook = text(item.data, "metadata", "annotations", _HOOK)
    found = (*_pod_uses(item), *(_custom_uses(item.data, ()) if _is_custom(item) else ()))
    for image, place, steps, name in found:
        yield ImageUse(image=image, place=place, owner=f"{item.kind} {item.name}", pointer=pointer(*steps), name=name, hook=hook)


def _pod_uses(item: KubernetesObject) -> Iterator[Found]:
    spec = pod_spec(item.kind, item.data)
    above = pod_spec_path(item.kind)
    for key, place in _CONTAINERS.items():
        for index, container in enumerate(mappings(spec, key)):
            here: Steps = (*above, key, index)
            name = text(container, "name")
            if image := text(container, "image"):
                yield image, place, (*here, "image"), name
            yield from _variable_uses(container, here, name)
            yield from _argument_uses(container, here, name)
    for index, volume in enumerate(mappings(spec, "volumes")):
        if image := text(volume, "image", "reference"):
            yield image, Place.VOLUME, (*above, "volumes", index, "image", "reference"), text(volume, "name")


def _variable_uses(container: Mapping[str, object], above: Steps, name: str) -> Iterator[Found]:
    for index, variable in enumerate(mappings(container, "env")):
        value, variable_name = text(variable, "value"), text(variable, "name")
        found = list(references_in(value))
        if not found and _IMAGE_VARIABLE.search(variable_name.upper()) and ":" in value and is_reference(value):
            found = [value]
        for image in found:
            yield image, Place.VARIABLE, (*above, "env", index, "value"), f"{name} {variable_name}"


def _argument_uses(container: Mapping[str, object], above: Steps, name: str) -> Iterator[Found]:
    for key in ("command", "args"):
        for index, argument in enumerate(texts(container, key)):
            for image in references_in(argument):
                yield image, Place.ARGUMENT, (*above, key, index), name


def _is_custom(item: KubernetesObject) -> bool:
    return item.group not in _BUILT_IN_GROUPS and not item.group.endswith("k8s.io")


def _custom_uses(value: object, above: Steps) -> Iterator[Found]:
    """Yield what stands in fields named like images, and addresses of artifacts."""
    if isinstance(value, Mapping):
        yield from _artifact(value, above)
        for key, inner in value.items():
            here = (*above, str(key))
            if _IMAGE_KEY.search(str(key)):
                image = inner if isinstance(inner, str) else _composed(inner)
                if image and is_reference(image):
                    yield image, Place.CUSTOM_RESOURCE, here, ""
                    continue
            yield from _custom_uses(inner, here)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _custom_uses(inner, (*above, index))


def _composed(value: object) -> str:
    """The reference that a mapping of registry, repository and tag spells."""
    path = next((found for key in _REPOSITORY_KEYS if (found := text(value, key))), "")
    tags = [field(value, key) for key in _TAG_KEYS]
    tag = next((str(found) for found in tags if isinstance(found, str | int | float)), "")
    if not path or not (tag or text(value, "digest")):
        return ""
    registry = text(value, "registry")
    digest = text(value, "digest")
    return f"{registry}/{path}".lstrip("/") + (f":{tag}" if tag else "") + (f"@{digest}" if digest else "")


def _artifact(value: Mapping[str, object], above: Steps) -> Iterator[Found]:
    """An `oci://` address with its version: in itself, or, as Flux and others write it, in `ref` beside it."""
    for key in ("url", "image"):
        address = text(value, key)
        if address.startswith(ARTIFACT_SCHEME):
            reference = mapping(value, "ref")
            tag, digest = text(reference, "tag") or text(reference, "semver"), text(reference, "digest")
            suffix = (f":{tag}" if tag else "") + (f"@{digest}" if digest else "")
            name = address.removeprefix(ARTIFACT_SCHEME)
            # A repository of charts is no artifact.
            if suffix or ":" in name.rpartition("/")[2]:
                yield name + suffix, Place.ARTIFACT, (*above, key), ""
