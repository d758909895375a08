"""The configuration of Renovate: which texts of the chart are versions of which images."""

import re
from collections.abc import Iterator
from typing import Final

from bbpkg.model.containers import Image
from bbpkg.model.package import Package
from bbpkg.model.values import Json
from bbpkg.model.variants import Variant

_CHART: Final = "/^chart/Chart\\.yaml$/"
# Written for two engines of regular expressions, which agree on these characters.
_SPECIAL: Final = re.compile(r"[.*+?^${}()|\[\]\\]")
_VALUES: Final = "/^chart/values\\.yaml$/"


def renovate(package: Package) -> dict[str, Json]:
    """The configuration of Renovate: which texts of the chart are versions of which images."""
    return {
        "$schema": "https://docs.renovatebot.com/renovate-schema.json",
        "baseBranches": ["main"],
        "configWarningReuseIssue": False,
        "dependencyDashboard": True,
        "dependencyDashboardTitle": f"Renovate: Upgrade {package.title} Package Dependencies",
        "draftPR": True,
        "enabledManagers": ["custom.regex", "helmv3"],
        "ignorePaths": ["chart/charts/**"],
        "labels": [package.name, "renovate", "kind::maintenance"],
        "packageRules": [{"matchDatasources": ["docker"], "groupName": "Ironbank"}],
        "postUpdateOptions": ["helmUpdateSubChartArchives"],
        "separateMajorMinor": False,
        "customManagers": [*_managers(package)],
    }


def _managers(package: Package) -> Iterator[dict[str, Json]]:
    yield _manager([_CHART, _VALUES], r'image:\s+"?(?<depName>[^\s"]+):(?<currentValue>[^\s":]+)')
    yield _manager([_VALUES], r'repository:\s+"?(?<depName>[^\s"]+)"?\n\s+# -- Tag\n\s+tag:\s+"?(?<currentValue>[^\s"]+)')
    default = package.edition(package.default_edition)
    image = _image_of(package, Variant(default.name, default.default_release))
    if image:
        yield _manager([_CHART], r'appVersion:\s+"(?<currentValue>[^"]+)"', image.repository)
    for edition in package.editions:
        for variant in edition.variants:
            image = _image_of(package, variant)
            if image:
                title = _SPECIAL.sub(r"\\\g<0>", f"{edition.title} {variant.release}")
                yield _manager([_CHART], rf"- {title}:\s+(?<currentValue>\S+)", image.repository)


def _manager(files: list[Json], pattern: str, repository: str = "") -> dict[str, Json]:
    named: dict[str, Json] = {"depNameTemplate": repository} if repository else {}
    return {"customType": "regex", "managerFilePatterns": files, "matchStrings": [pattern], "datasourceTemplate": "docker", **named}


def _image_of(package: Package, variant: Variant) -> Image | None:
    """The image whose tag is the version of the application in a variant."""
    version = package.edition(variant.edition).release(variant.release).app_version
    return next((image for image in package.images if variant in image.variants and image.tag(variant) == version), None)
