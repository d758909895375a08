"""Where package definitions come from, and how they become packages."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from bbpkg.definition.load import load_package
from bbpkg.model.package import Package


class PackageFiles(Protocol):
    """The files of a package folder."""

    @property
    def folder(self) -> str:
        """What messages call the folder."""

    @property
    def files(self) -> Mapping[str, str]:
        """Text by path below the folder."""


class PackageLibrary(Protocol):
    """Finds package folders."""

    def names(self) -> tuple[str, ...]:
        """Return the names of the packages that bbpkg carries, in order."""

    def read(self, package: str) -> PackageFiles:
        """Return the files of a package that bbpkg carries, by its name, or of a folder, by its path; raises UsageError."""

    def templates(self) -> Mapping[str, str]:
        """Return the templates of every package: text by path."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """A package with the files that it was read from."""

    package: Package
    files: Mapping[str, str]


def load_source(library: PackageLibrary, package: str) -> Source:
    """Load a package by its name or the path of its folder.

    Raises:
        UsageError: there is no such package.
        InvalidInputError: the definition is wrong.
    """
    found = library.read(package)
    return Source(package=load_package(found.files, folder=found.folder), files=found.files)


def known_packages(library: PackageLibrary) -> tuple[Package, ...]:
    """Load every package that bbpkg carries, in the order of their names."""
    return tuple(load_source(library, name).package for name in library.names())
