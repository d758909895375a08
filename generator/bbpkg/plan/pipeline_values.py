"""Values for the pipeline of a repository, in the words of the umbrella chart: enough to install the default edition and test it."""

import json
from collections.abc import Iterator

from bbpkg.model.package import Package
from bbpkg.model.values import Json
from bbpkg.model.variants import Variant
from bbpkg.plan.values_text import yaml_lines


def pipeline_values(package: Package, address: str) -> str:
    """The values file; `address` is that of the repository of the package."""
    return "\n".join(_lines(package, address)) + "\n"


def _lines(package: Package, address: str) -> Iterator[str]:
    yield from (
        "# Written once by bbpkg; yours from here.",
        "# Values of the umbrella chart of Big Bang, for the pipeline of this repository: it installs Big Bang with them, and tests it.",
        "# They are valid for Big Bang 3.x and 4.x: a package of your own, its source named, its values in the nested form.",
        "# The passwords serve throw-away clusters only.",
    )
    values: dict[str, Json] = {}
    if package.suites.scripts.files or package.suites.cypress.files:
        values["bbtests"] = {"enabled": True}
    default = package.edition(package.default_edition)
    _merge(values, _plain(dict(default.required_values)))
    variant = Variant(default.name, default.default_release)
    for credential in package.all_credentials:
        if variant not in credential.variants or credential.is_explicit or credential.when:
            continue
        for key in credential.keys:
            if key.value:
                _merge(values, _nested(key.value, f"ci-testing-only-{credential.name}"))
    settings: dict[str, Json] = {
        "enabled": True,
        "sourceType": "git",
        "git": {"repo": address, "path": "chart", "branch": "main"},
        "helmRelease": {"namespace": "bigbang"},
        "values": values,
    }
    yield from yaml_lines("packages", {package.name: settings}, 0)


def _plain(value: object) -> dict[str, Json]:
    """Data of a definition as data of JSON."""
    result = json.loads(json.dumps(value))
    return result if isinstance(result, dict) else {}


def _nested(path: tuple[str, ...], value: Json) -> dict[str, Json]:
    for name in reversed(path):
        value = {name: value}
    return value if isinstance(value, dict) else {}


def _merge(values: dict[str, Json], more: dict[str, Json]) -> None:
    for name, value in more.items():
        known = values.get(name)
        if isinstance(known, dict) and isinstance(value, dict):
            _merge(known, value)
        else:
            values[name] = value
