"""Editions, releases, and the sets of variants in which a part of a package exists."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True, order=True)
class Variant:
    """One edition in one release, written `edition/release`, for example `enterprise/4.9`."""

    edition: str
    release: str

    def __str__(self) -> str:
        return f"{self.edition}/{self.release}"


Variants: TypeAlias = frozenset[Variant]


@dataclass(frozen=True, kw_only=True, slots=True)
class Release:
    """A release of an edition; `app_version` is what the label `app.kubernetes.io/version` carries."""

    name: str
    app_version: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Edition:
    """A flavour of the application that an installation chooses.

    `releases` are oldest first; `default_release` is chosen when the installation names none, which it may when `is_selectable`.
    `required_values` are the least values with which the edition renders.
    `overview` names the concerns that the overview diagram of this edition draws.
    """

    name: str
    title: str
    releases: tuple[Release, ...]
    default_release: str
    is_selectable: bool
    required_values: Mapping[str, object]
    overview: tuple[str, ...]

    @property
    def variants(self) -> tuple[Variant, ...]:
        """Every release of this edition, oldest first."""
        return tuple(Variant(self.name, release.name) for release in self.releases)

    def release(self, name: str) -> Release:
        """The release with this name; raises StopIteration when there is none."""
        return next(release for release in self.releases if release.name == name)


def all_variants(editions: Iterable[Edition]) -> Variants:
    """Every variant of every edition."""
    return frozenset(variant for edition in editions for variant in edition.variants)
