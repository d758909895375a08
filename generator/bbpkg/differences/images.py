"""Which images a chart runs on one side and not on the other."""

from collections.abc import Iterable
from dataclasses import dataclass

from bbpkg.manifests.image_references import full_reference, repository, version
from bbpkg.manifests.images import ImageUse


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangedImage:
    """A repository with other versions than before."""

    repository: str
    old: tuple[str, ...]
    new: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ImageDifferences:
    """Images whose repository is new or gone, and those with another version."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[ChangedImage, ...]

    @property
    def is_empty(self) -> bool:
        """Whether nothing differs."""
        return not (self.added or self.removed or self.changed)


def compare_images(old: Iterable[ImageUse], new: Iterable[ImageUse]) -> ImageDifferences:
    """Compare the images of two sets of objects."""
    before, after = _by_repository(old), _by_repository(new)
    return ImageDifferences(
        added=tuple(name + found for name in sorted(after.keys() - before.keys()) for found in sorted(after[name])),
        removed=tuple(name + found for name in sorted(before.keys() - after.keys()) for found in sorted(before[name])),
        changed=tuple(
            ChangedImage(
                repository=name,
                old=tuple(sorted(found.lstrip(":@") for found in before[name])),
                new=tuple(sorted(found.lstrip(":@") for found in after[name])),
            )
            for name in sorted(before.keys() & after.keys())
            if before[name] != after[name]
        ),
    )


def _by_repository(uses: Iterable[ImageUse]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for use in uses:
        reference = full_reference(use.image)
        found.setdefault(repository(reference), set()).add(version(reference))
    return found
