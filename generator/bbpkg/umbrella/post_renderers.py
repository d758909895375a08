"""Patches of a HelmRelease on what its chart renders, as Flux applies them with kustomize.

Hooks of Helm are never patched. What cannot be applied is a finding. Facts:
https://fluxcd.io/flux/components/helm/helmreleases/#post-renderers.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, cast

from bbpkg.diagnostics import Diagnostic, Location, Severity, pointer
from bbpkg.documents import read_documents
from bbpkg.errors import InvalidInputError
from bbpkg.manifests.objects import KubernetesObject, with_data
from bbpkg.umbrella.image_patches import unknown_key, with_images
from bbpkg.umbrella.json_patches import PatchError, json_patched
from bbpkg.umbrella.patch_targets import Target, TargetError
from bbpkg.umbrella.strategic_patches import strategic_merged

_HOOK: Final = "helm.sh/hook"
_KUSTOMIZE: Final = "kustomize"
_PATCHES: Final = "patches"
_IMAGES: Final = "images"


@dataclass(frozen=True, kw_only=True, slots=True)
class PostRendered:
    """The patched objects, and what could not be applied."""

    objects: tuple[KubernetesObject, ...]
    findings: tuple[Diagnostic, ...] = ()


def post_rendered(objects: Sequence[KubernetesObject], renderers: Sequence[Mapping[str, object]], *, owner: str) -> PostRendered:
    """Apply the post-renderers of a release in their order; `owner` is what messages call the release."""
    patcher = _Patcher(objects, owner)
    for index, renderer in enumerate(renderers):
        patcher.render(renderer, ("spec", "postRenderers", index))
    return PostRendered(objects=tuple(patcher.objects), findings=tuple(patcher.findings))


def is_hook(item: KubernetesObject) -> bool:
    """Whether Helm runs the object as a hook instead of installing it."""
    metadata = item.data.get("metadata")
    annotations = cast("Mapping[str, object]", metadata).get("annotations") if isinstance(metadata, Mapping) else None
    return isinstance(annotations, Mapping) and _HOOK in annotations


class _Patcher:
    """Holds the objects while one patch after the other changes them."""

    def __init__(self, objects: Sequence[KubernetesObject], owner: str) -> None:
        self.objects = list(objects)
        self.findings: list[Diagnostic] = []
        self._owner = owner

    def render(self, renderer: Mapping[str, object], place: tuple[str | int, ...]) -> None:
        """Apply one post-renderer: its patches, then its images."""
        for key in renderer:
            if key != _KUSTOMIZE:
                self._report((*place, key), f"the post-renderer {key} is not read; Flux has {_KUSTOMIZE}.")
        kustomize = renderer.get(_KUSTOMIZE)
        sections = cast("Mapping[str, object]", kustomize) if isinstance(kustomize, Mapping) else {}
        inner = (*place, _KUSTOMIZE)
        for key in sections:
            if key not in {_PATCHES, _IMAGES}:
                self._report((*inner, key), f"{key} is not read; Flux has {_PATCHES} and {_IMAGES}.", "write it as one of the patches")
        for index, patch in enumerate(_mappings(sections.get(_PATCHES))):
            self._apply(patch, (*inner, _PATCHES, index))
        self._change_images(_mappings(sections.get(_IMAGES)), (*inner, _IMAGES))

    def _apply(self, patch: Mapping[str, object], place: tuple[str | int, ...]) -> None:
        try:
            content = _content(patch.get("patch"))
            target = patch.get("target")
            fields = cast("Mapping[str, object]", target) if isinstance(target, Mapping) else None
            if isinstance(content, list):
                self._change(Target(fields or {}), lambda item: _json(item, content), place)
            elif content is not None and fields is not None:
                self._change(Target(fields), lambda item: _strategic(item, content), place)
            elif content is not None:
                self._change(Target(_own_target(content)), lambda item: _strategic(item, content), place, must_match=True)
        except (PatchError, TargetError) as problem:
            self._report(place, f"the patch cannot be applied: {problem}.")

    def _change(
        self,
        target: Target,
        change: Callable[[KubernetesObject], KubernetesObject | None],
        place: tuple[str | int, ...],
        *,
        must_match: bool = False,
    ) -> None:
        """Change every object that is meant; when one cannot be changed, none is."""
        matches = target.matcher()
        meant = [item for item in self.objects if matches(item)]
        if not any(not is_hook(item) for item in meant):
            message = (
                "the patch matches only hooks of Helm, which are never patched." if meant else "the patch matches no object of the chart."
            )
            self._report(place, message, severity=Severity.ERROR if must_match else Severity.WARNING)
            return
        changed = [change(item) if matches(item) and not is_hook(item) else item for item in self.objects]
        self.objects = [item for item in changed if item is not None]

    def _change_images(self, changes: Sequence[Mapping[str, object]], place: tuple[str | int, ...]) -> None:
        for index, change in enumerate(changes):
            if unknown := unknown_key(change):
                self._report((*place, index, unknown), f"{unknown} is not read in {_IMAGES}.")
        if changes:
            self.objects = [item if is_hook(item) else _with(item, with_images(item.data, changes)) for item in self.objects]

    def _report(self, place: tuple[str | int, ...], message: str, hint: str | None = None, *, severity: Severity = Severity.ERROR) -> None:
        location = Location(file=self._owner, pointer=pointer(*place))
        self.findings.append(Diagnostic(code="post-renderer", location=location, message=message, hint=hint, severity=severity))


def _json(item: KubernetesObject, operations: Sequence[object]) -> KubernetesObject:
    try:
        return _with(item, json_patched(item.data, operations))
    except PatchError as problem:
        message = f"{item}: {problem}"
        raise PatchError(message) from problem


def _strategic(item: KubernetesObject, patch: Mapping[str, object]) -> KubernetesObject | None:
    """A patch with a target applies to all that the target selects, and none of them takes its name."""
    own = {key: value for key, value in patch.items() if key not in {"apiVersion", "kind", "metadata"}}
    metadata = patch.get("metadata")
    rest = {key: value for key, value in metadata.items() if key not in {"name", "namespace"}} if isinstance(metadata, Mapping) else {}
    merged = strategic_merged(item.data, {**own, **({"metadata": rest} if rest else {})}, group=item.group)
    return None if merged is None else _with(item, merged)


def _with(item: KubernetesObject, data: object) -> KubernetesObject:
    if data == item.data:
        return item
    try:
        return with_data(item, cast("Mapping[str, object]", data) if isinstance(data, Mapping) else {})
    except ValueError as problem:
        message = f"it would leave no object of {item}: {str(problem).rstrip('.')}"
        raise PatchError(message) from problem


def _own_target(patch: Mapping[str, object]) -> dict[str, object]:
    """Without a target a patch is for the object that has its API, kind, name and namespace."""
    metadata = patch.get("metadata")
    names = cast("Mapping[str, object]", metadata) if isinstance(metadata, Mapping) else {}
    if not names.get("name") or not patch.get("kind"):
        message = "it has no target, and no kind and metadata.name that say what it is for"
        raise PatchError(message)
    group, _, version = str(patch.get("apiVersion", "")).rpartition("/")
    found = {"group": group, "version": version, "kind": patch["kind"], "name": names["name"], "namespace": names.get("namespace")}
    return {key: _escaped(str(value)) for key, value in found.items() if value}


def _escaped(text: str) -> str:
    """Return a pattern that only the text itself matches."""
    return "".join(letter if letter.isalnum() or letter in "-_" else f"\\{letter}" for letter in text)


def _content(text: object) -> list[object] | Mapping[str, object] | None:
    try:
        documents = [document.value for document in read_documents(str(text or ""), file="patch") if document.value is not None]
    except InvalidInputError as problem:
        message = f"its text is not YAML: {problem.diagnostics[0].message.rstrip('.')}"
        raise PatchError(message) from problem
    if len(documents) != 1 or not isinstance(documents[0], list | Mapping):
        message = "its text is neither a list of operations nor one object"
        raise PatchError(message)
    found = documents[0]
    return found if isinstance(found, list) else cast("Mapping[str, object]", found)


def _mappings(value: object) -> tuple[Mapping[str, object], ...]:
    return tuple(cast("Mapping[str, object]", item) for item in value if isinstance(item, Mapping)) if isinstance(value, list) else ()
