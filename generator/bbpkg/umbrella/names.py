"""Names of packages as the umbrella makes them names of objects: its template `resourceName`, in Python.

Where a release is rendered, the template itself says the name. This is for messages before anything is rendered.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Final

from bbpkg.umbrella.built_in_packages import BUILT_IN
from bbpkg.umbrella.built_in_parts import BuiltInPackage

_LONGEST: Final = 63
# How sprig's `kebabcase` splits words: "istioCRDs" is istio-cr-ds, "v2app" is v-2app, "minio2Operator" is minio2-operator.
_WORD: Final = re.compile(
    r"[0-9]+(?=[a-z])[a-z0-9]+"
    r"|[A-Z]+(?=[A-Z][a-z])"
    r"|[A-Z]?[a-z]+(?:[0-9]+(?![a-z0-9]))?"
    r"|[A-Z]+(?:[0-9]+(?![a-z0-9]))?"
    r"|[0-9]+"
)


def resource_name(package: str) -> str:
    """Return the name of a package's Flux objects, namespace and release.

    >>> resource_name("myApp v2")
    'my-app-v2'
    """
    text = re.sub(r"\W+", "-", package, flags=re.ASCII).removeprefix("-")[:_LONGEST].removesuffix("-")
    return "-".join(_WORD.findall(text)).lower()


def built_in_namesake(package: str) -> BuiltInPackage | None:
    """Return the package of Big Bang's own whose name or identity this is, by the rules of `v1`."""
    names = {package.lower(), resource_name(package)}
    return next((found for found in BUILT_IN.values() if names & _identities(found)), None)


def _identities(package: BuiltInPackage) -> set[str]:
    return {package.name.lower(), resource_name(package.name), package.directory}


def same_names(packages: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
    """Return the resource names that several packages share, with these packages."""
    found: dict[str, list[str]] = {}
    for package in packages:
        found.setdefault(resource_name(package), []).append(package)
    return {name: tuple(sharing) for name, sharing in found.items() if len(sharing) > 1}
