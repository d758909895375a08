"""What is wrong with the structure of the umbrella's values: keys, types, sources, names of packages.

The JSON Schema says what it can; what it would say in words that nobody understands is said here. Values below `.values` of a
package belong to its chart and are not looked at.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final, TypeAlias, cast

from bbpkg.diagnostics import Diagnostic, Location, Severity, in_order, pointer
from bbpkg.documents import Document
from bbpkg.shapes import type_name, value_problems
from bbpkg.suggestions import did_you_mean
from bbpkg.umbrella.built_in_addons import REMOVED_ADDONS
from bbpkg.umbrella.built_in_packages import BUILT_IN
from bbpkg.umbrella.names import built_in_namesake, same_names
from bbpkg.umbrella.schema import READ_KEYS, Configuration, umbrella_schema
from bbpkg.umbrella.sources import Locate, source_problems

Values: TypeAlias = Mapping[str, object]

CODE: Final = "umbrella"
_ENCRYPTED: Final = "ENC["
_SOPS: Final = "sops"
_PRIVATE: Final = re.compile(r"credential|password|secret|token|licen[cs]e|key|cert", re.IGNORECASE)
_KEY_OF_ADDON: Final = re.compile(r"/addons/[^/]+/[^/]+\Z")

# What former releases had at the root or below addons, and where it went.
_REMOVED: Final[Mapping[str, str]] = {
    "/hostname": "write domain",
    "/istioOperator": "it is gone since 3.0; istiod and istioCRDs took its place",
    "/istioCore": "write istiod",
    "/istioController": "write istiod",
    "/jaeger": "it is gone; tempo took its place",
    "/clusterAuditor": "it is gone since 3.0",
    "/promtail": "it is gone; alloy took its place",
    "/logging": "write elasticsearchKibana",
    "/disableAutomaticPassthroughValues": "it is gone; write values for the upstream chart below values.upstream",
    **{f"/addons/{name}": hint for name, hint in REMOVED_ADDONS.items()},
}


def configuration_of(values: object) -> Configuration:
    """Return the form that the values say they have."""
    chosen = _mapping(_mapping(values).get("packageConfiguration")).get("version")
    return Configuration.V1 if chosen == Configuration.V1.value else Configuration.UNVERSIONED


def document_problems(
    document: Document, file: str, *, configuration: Configuration | None = None, is_whole: bool = True
) -> tuple[Diagnostic, ...]:
    """Return what is wrong with one file of umbrella values; see `structure_problems`."""

    def locate(place: str) -> Location:
        return Location(file=file, line=document.line(place), pointer=place)

    return structure_problems(document.value, locate, configuration=configuration, is_whole=is_whole)


def structure_problems(
    values: object, locate: Callable[[str], Location], *, configuration: Configuration | None = None, is_whole: bool = True
) -> tuple[Diagnostic, ...]:
    """Return what is wrong with the structure of umbrella values.

    Null means unset, as it does to Helm. Values that SOPS has encrypted are left alone.

    Args:
        values: those of one file, or of several merged.
        locate: says where the value at a JSON pointer was written.
        configuration: the form; None means the one that the values name.
        is_whole: whether the values are all that there are, so that what is missing is missing.
    """
    if values is None:
        return ()
    if not isinstance(values, Mapping):
        message = f"umbrella values are {type_name(values)}; must be a mapping."
        return (Diagnostic(code=CODE, location=locate(""), message=message),)
    form = configuration or configuration_of(values)
    known = {key: value for key, value in cast("Values", _without_null(values)).items() if key != _SOPS}
    found = [
        *_shapes(known, locate, form),
        *_names(known, locate, form),
        *_unread(known, locate),
        *source_problems(known, locate, form, is_whole=is_whole),
    ]
    return in_order(found)


def _without_null(value: object) -> object:
    if isinstance(value, Mapping):
        return {key: _without_null(item) for key, item in value.items() if item is not None}
    return value


def _mapping(value: object) -> Values:
    return cast("Values", value) if isinstance(value, Mapping) else {}


def _shapes(values: Values, locate: Locate, form: Configuration) -> Iterator[Diagnostic]:
    for found in value_problems(values, umbrella_schema(form), locate, code=CODE, is_secret=lambda place: _is_private(values, place)):
        place = found.location.pointer
        if _is_encrypted(values, place):
            continue
        is_unknown_key = "is not a known key" in found.message
        hint = _REMOVED.get(place) or found.hint or _other_hint(place, is_unknown_key=is_unknown_key)
        # The umbrella accepts any key there, and reads those that it knows.
        is_passed_over = is_unknown_key and bool(_KEY_OF_ADDON.match(place))
        severity = Severity.WARNING if is_passed_over else found.severity
        yield Diagnostic(code=found.code, location=found.location, message=found.message, hint=hint, severity=severity)


def _is_private(values: object, place: str) -> bool:
    """Whether a value may hold a secret; a list or a mapping at a wrong place may hold anything."""
    return bool(_PRIVATE.search(place)) or isinstance(_at(values, place), Mapping | list)


def _is_encrypted(values: object, place: str) -> bool:
    value = _at(values, place)
    return isinstance(value, str) and value.startswith(_ENCRYPTED)


def _at(values: object, place: str) -> object:
    for step in place.split("/")[1:]:
        key = step.replace("~1", "/").replace("~0", "~")
        values = values[int(key)] if isinstance(values, list) else _mapping(values).get(key)
    return values


def _other_hint(place: str, *, is_unknown_key: bool) -> str | None:
    """Say what was meant: a chart in an OCI registry, or a package at the wrong place."""
    parent, _, name = place.rpartition("/")
    if name == "sourceType":
        return "a chart in an OCI registry is a helmRepo, too"
    if not is_unknown_key:
        return None
    package = BUILT_IN.get(name)
    if package is None or parent not in {"", "/addons"} or package.legacy_path == tuple(place.split("/")[1:]):
        return "write a package of your own below packages" if parent in {"", "/addons"} else None
    return f"it stands at {'.'.join(package.legacy_path)}, and with packageConfiguration.version v1 at packages.{name}"


def _names(values: Values, locate: Locate, form: Configuration) -> Iterator[Diagnostic]:
    packages = _mapping(values.get("packages"))
    custom = [name for name in packages if not (form is Configuration.V1 and name in BUILT_IN)]
    for name in custom:
        namesake = built_in_namesake(name)
        if namesake is None:
            continue
        place = locate(pointer("packages", name))
        if form is Configuration.V1:
            message = f'the name "{name}" belongs to Big Bang\'s own package {namesake.name}.'
            yield Diagnostic(code="umbrella-name", location=place, message=message, hint=f"write {namesake.name}, or take another name")
        else:
            path = ".".join(namesake.legacy_path)
            message = f'"{name}" is a package of your own here, beside Big Bang\'s {path}; in 4.x the name belongs to that one.'
            hint = f"write {path} if you mean Big Bang's package, or take another name"
            yield Diagnostic(code="umbrella-name", location=place, message=message, hint=hint, severity=Severity.WARNING)
    for shared, names in same_names(custom).items():
        for name in names[1:]:
            message = f'"{names[0]}" and "{name}" are one name to the umbrella: {shared}.'
            yield Diagnostic(code="umbrella-name", location=locate(pointer("packages", name)), message=message, hint="rename one of them")


def _unread(values: Values, locate: Locate) -> Iterator[Diagnostic]:
    for place, known in READ_KEYS.items():
        inner: object = values
        for step in place.split("/")[1:]:
            inner = _mapping(inner).get(step)
        for key in _mapping(inner):
            if key not in known:
                near = did_you_mean(key, known)
                message = f'"{key}" is not read by the umbrella here; it reads {", ".join(known)}.'
                hint = f'did you mean "{near}"?' if near else None
                yield Diagnostic(
                    code="umbrella-unread", location=locate(place + pointer(key)), message=message, hint=hint, severity=Severity.WARNING
                )
