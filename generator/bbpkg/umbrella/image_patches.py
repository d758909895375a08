"""Other images for containers, as `images` of kustomize names them. Facts: its ImageTagTransformer."""

import re
from collections.abc import Mapping, Sequence
from typing import Final, cast

_LISTS: Final = frozenset({"containers", "initContainers"})
_KNOWN: Final = ("name", "newName", "newTag", "digest")
_SUFFIX: Final = r"(:[a-zA-Z0-9_.{}-]*)?(@sha256:[a-zA-Z0-9_.{}-]*)?"


def unknown_key(change: Mapping[str, object]) -> str | None:
    """Return a key of an entry of `images` that is not read."""
    return next((key for key in change if key not in _KNOWN), None)


def with_images(data: object, changes: Sequence[Mapping[str, object]]) -> object:
    """Return the data with the images of all containers changed, wherever the containers stand."""
    if isinstance(data, list):
        return [with_images(item, changes) for item in data]
    if not isinstance(data, Mapping):
        return data
    return {
        key: [_changed_container(item, changes) for item in value]
        if key in _LISTS and isinstance(value, list)
        else with_images(value, changes)
        for key, value in data.items()
    }


def _changed_container(container: object, changes: Sequence[Mapping[str, object]]) -> object:
    found = with_images(container, changes)
    if not isinstance(found, dict) or not isinstance(found.get("image"), str):
        return found
    image = cast("str", found["image"])
    for change in changes:
        image = changed_image(image, change)
    return {**found, "image": image}


def changed_image(image: str, change: Mapping[str, object]) -> str:
    """Return an image after one change; a new tag or digest replaces both.

    >>> changed_image("registry.mil/shop:1.0", {"name": "registry.mil/shop", "newTag": "2.0"})
    'registry.mil/shop:2.0'
    """
    wanted = str(change.get("name", ""))
    if not image.startswith(wanted) or not re.fullmatch(_SUFFIX, image[len(wanted) :]):
        return image
    tag, _, digest = image[len(wanted) :].partition("@")
    name, new_tag, new_digest = (str(change.get(key) or "") for key in _KNOWN[1:])
    if new_tag or new_digest:
        tag, digest = f":{new_tag}" if new_tag else "", new_digest
    return f"{name or wanted}{tag}{f'@{digest}' if digest else ''}"
