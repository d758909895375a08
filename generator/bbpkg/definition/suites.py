"""Checks and converts the tests of a package: the files below `tests/` and the variables that they read."""

import re
from collections.abc import Mapping
from typing import Final

from bbpkg.definition.convert import BACKEND_KEYS
from bbpkg.definition.scope import Path, Raw, Scope
from bbpkg.definition.selectors import select
from bbpkg.model.suites import Suite, SuiteFile, Suites, SuiteVariable
from bbpkg.model.variants import Edition, all_variants

# Big Bang leaves other scripts and texts out of what reaches a cluster.
_SCRIPT: Final = re.compile(r"tests/scripts/[-._A-Za-z0-9]+\.sh")
_CYPRESS: Final = re.compile(r"tests/cypress/e2e/[-._A-Za-z0-9]+\.cy\.js")
_CYPRESS_PREFIX: Final = "cypress_"
_KINDS: Final = {"scripts": _SCRIPT, "cypress": _CYPRESS}
_PLACES: Final = {"scripts": "tests/scripts/<name>.sh", "cypress": "tests/cypress/e2e/<name>.cy.js"}


def suite_problems(scope: Scope) -> None:
    """Report test files that no test would run, variables without a test, and variables that are wrong."""
    found = sorted(path for path in scope.files if path.startswith("tests/"))
    for path in found:
        if not any(pattern.fullmatch(path) for pattern in _KINDS.values()):
            scope.report.add(("tests",), f'the file "{path}" is no test; tests are {" and ".join(_PLACES.values())}.')
    for kind, suite in scope.data.get("tests", {}).items():
        if not any(_KINDS[kind].fullmatch(path) for path in found):
            scope.report.add(("tests", kind), f"there is no file {_PLACES[kind]} in the package folder.")
        _variables(scope, kind, suite)


def _variables(scope: Scope, kind: str, suite: Raw) -> None:
    keys = {item["name"]: [key["name"] for key in item["keys"]] for item in scope.data.get("credentials", [])}
    keys |= {item["name"]: [key.name for key in BACKEND_KEYS[item["kind"]]] for item in scope.data.get("backends", [])}
    known = [f"{name}.{key}" for name, names in keys.items() for key in names]
    variants = {item["name"]: scope.variants(item) for section in ("credentials", "backends") for _, item in scope.items(section)}
    seen: set[str] = set()
    for index, variable in enumerate(suite.get("env", [])):
        place: Path = ("tests", kind, "env", index)
        name = variable["name"]
        if name in seen:
            scope.report.add((*place, "name"), f'"{name}" stands here twice; names in this list must be unique.')
        seen.add(name)
        if kind == "cypress" and not name.startswith(_CYPRESS_PREFIX):
            scope.report.add((*place, "name"), f'Cypress does not see "{name}"; its variables begin with {_CYPRESS_PREFIX}.')
        if len({"value", "credential"} & set(variable)) != 1:
            scope.report.add(place, f'the variable "{name}" needs exactly one of value and credential.')
        if "credential" in variable and scope.report.reference((*place, "credential"), variable["credential"], "credential", known):
            source = variable["credential"].partition(".")[0]
            scope.report.presence((*place, "credential"), scope.variants(variable), variants[source], source)


def to_suites(data: Raw, editions: tuple[Edition, ...], files: Mapping[str, str]) -> Suites:
    """The tests of a definition that has no problems; `files` are the texts of the package folder by path."""
    return Suites(scripts=_suite(data, "scripts", editions, files), cypress=_suite(data, "cypress", editions, files))


def _suite(data: Raw, kind: str, editions: tuple[Edition, ...], files: Mapping[str, str]) -> Suite:
    raw = data.get("tests", {}).get(kind, {})
    everything = all_variants(editions)
    variables = tuple(
        SuiteVariable(
            name=variable["name"],
            variants=select(variable.get("in"), editions, everything),
            value=variable.get("value"),
            credential=variable.get("credential"),
        )
        for variable in raw.get("env", ())
    )
    found = tuple(SuiteFile(path=path, text=files[path]) for path in sorted(files) if _KINDS[kind].fullmatch(path))
    return Suite(files=found, env=variables)
