"""Where objects hold the specification of pods, and what these run."""

from collections.abc import Mapping
from typing import Final

_TEMPLATE: Final = ("spec", "template", "spec")
_POD_SPECS: Final = {
    "Pod": ("spec",),
    "PodTemplate": ("template", "spec"),
    "CronJob": ("spec", "jobTemplate", *_TEMPLATE),
    **dict.fromkeys(("DaemonSet", "Deployment", "Job", "ReplicaSet", "ReplicationController", "StatefulSet"), _TEMPLATE),
}
_CONTAINERS: Final = ("initContainers", "containers", "ephemeralContainers")


def is_workload(kind: str) -> bool:
    """Whether objects of the kind run pods."""
    return kind in _POD_SPECS and kind != "PodTemplate"


def pod_spec_path(kind: str) -> tuple[str, ...]:
    """Return the path of the specification of the pods of a kind; empty when it has none."""
    return _POD_SPECS.get(kind, ())


def pod_template_path(kind: str) -> tuple[str, ...]:
    """Return the path of the template of the pods of a kind; empty when it has none: a Pod is no template."""
    return _POD_SPECS.get(kind, ())[:-1]


def pod_template(kind: str, data: Mapping[str, object]) -> Mapping[str, object]:
    """Return the template of the pods of an object, which holds their metadata; the object itself when it is a Pod."""
    found: object = data
    for step in pod_template_path(kind):
        found = found.get(step) if isinstance(found, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def pod_spec(kind: str, data: Mapping[str, object]) -> Mapping[str, object] | None:
    """Return the specification of the pods of an object; None when it has none."""
    found: object = data
    for step in _POD_SPECS.get(kind, ("",)):
        found = found.get(step) if isinstance(found, Mapping) else None
    return found if isinstance(found, Mapping) else None


def images_of(kind: str, data: Mapping[str, object]) -> tuple[str, ...]:
    """Return the images of an object's pods, each once, in the order of their containers; image volumes come last."""
    spec = pod_spec(kind, data) or {}
    found = [container.get("image") for key in _CONTAINERS for container in _mappings(spec.get(key))]
    for volume in _mappings(spec.get("volumes")):
        source = volume.get("image")
        if isinstance(source, Mapping):
            found.append(source.get("reference"))
    return tuple(dict.fromkeys(image for image in found if isinstance(image, str) and image))


def _mappings(value: object) -> list[Mapping[str, object]]:
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []
