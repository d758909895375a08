"""Explains why an umbrella chart refuses values: where what it names was written, and what to write instead."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from bbpkg.app.umbrella_values import UmbrellaValues, moved
from bbpkg.diagnostics import Diagnostic, Location, pointer
from bbpkg.helm.engine import ChartRefusedError, Refusal
from bbpkg.helm.messages import EVALUATED

_PACKAGES: Final = "packages"
_PACKAGE_NAMED: Final = re.compile(r"\bpackages\.([^\s;,]+)")
_FAULT: Final = re.compile(re.escape(EVALUATED) + r": template: gotpl:\d+(?::\d+)?: (?P<fault>.*)\Z", re.DOTALL)
_PART: Final = re.compile(r'executing "[^"]*" at <(?P<part>.*?)>: |function "(?P<function>[^"]+)" not defined')
_EXECUTING: Final = re.compile(r'executing "gotpl" at ')
_BRACES: Final = "{{"
_HINT: Final = 'the umbrella evaluates values of packages; write braces for the chart as {{ "{{" }} and {{ "}}" }}'


def located_refusal(refused: ChartRefusedError, values: UmbrellaValues) -> ChartRefusedError:
    """Return a refusal by the umbrella with the file and line of what it names."""
    if refused.refusal is Refusal.SCHEMA:
        found = tuple(moved(problem, values.locate(problem.location.pointer)) for problem in refused.diagnostics)
        return ChartRefusedError(refused.refusal, refused.message, found, hint=refused.hint)
    fault = next((match for problem in refused.diagnostics if (match := _FAULT.search(problem.message))), None)
    if fault:
        found = tuple(_template_faults(fault["fault"], values))
        message = "a value of a package is a template that the umbrella cannot evaluate."
        return ChartRefusedError(refused.refusal, message, found, hint=_HINT) if found else refused
    named = tuple(_named(refused.message, values))
    if refused.diagnostics or not named:
        return refused
    found = tuple(Diagnostic(code="umbrella", location=place, message="this is named.") for place in named)
    return ChartRefusedError(refused.refusal, refused.message, found, hint=refused.hint)


def _template_faults(fault: str, values: UmbrellaValues) -> Iterator[Diagnostic]:
    """Yield the values that may be meant: Helm tells a part of the template, and neither package nor key."""
    part = _PART.search(fault)
    wanted = (part["part"] or part["function"] or "") if part else ""
    templates = list(_templates(values))
    meant = [location for location, text in templates if _squeezed(wanted) in _squeezed(text)] or [location for location, _ in templates]
    message = f"{_EXECUTING.sub('at ', fault).strip().rstrip('.')}."
    for location in meant:
        yield Diagnostic(code="umbrella-template", location=location, message=message)


def _templates(values: UmbrellaValues) -> Iterator[tuple[Location, str]]:
    packages = values.given.get(_PACKAGES)
    for name, package in (packages if isinstance(packages, Mapping) else {}).items():
        given = package.get("values") if isinstance(package, Mapping) else None
        for place, text in _texts(given, pointer(_PACKAGES, name, "values")):
            if _BRACES in text:
                yield values.locate(place), text


def _texts(value: object, place: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _texts(inner, place + pointer(key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _texts(inner, place + pointer(index))
    elif isinstance(value, str):
        yield place, value


def _squeezed(text: str) -> str:
    return "".join(text.split())


def _named(message: str, values: UmbrellaValues) -> Iterator[Location]:
    for name in dict.fromkeys(_PACKAGE_NAMED.findall(message)):
        key = next((key for key in (name, name.partition(".")[0]) if values.is_written(pointer(_PACKAGES, key))), None)
        if key is not None:
            yield values.locate(pointer(_PACKAGES, key))
