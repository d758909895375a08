"""Values in Secrets and ConfigMaps, as `valuesFrom` of a HelmRelease refers to them.

Facts: https://fluxcd.io/flux/components/helm/helmreleases/#values-references. Flux reads the text as Helm reads a values file; a key
that is given twice has the value of the last one there. No message holds a value.
"""

import base64
import binascii
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, cast

from bbpkg.diagnostics import Diagnostic, Location, Severity
from bbpkg.documents import Document, read_documents
from bbpkg.errors import InvalidInputError
from bbpkg.manifests.objects import KubernetesObject
from bbpkg.scalars import read_plain
from bbpkg.umbrella.layers import Layer

DEFAULT_KEY: Final = "values.yaml"
_REPEATED: Final = "yaml-duplicate-key"
_PATH: Final = re.compile(r"(?:[^.\[\]=,\\]|\\.)+(?:\.(?:[^.\[\]=,\\]|\\.)+)*")
_STEP: Final = re.compile(r"(?:[^.\\]|\\.)+")
# What Helm's --set gives a meaning in a value.
_NOT_PLAIN: Final = re.compile(r"[,{}\[\]\\]")


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadSource:
    """What one reference adds: no layer when there is nothing to read."""

    layers: tuple[Layer, ...] = ()
    findings: tuple[Diagnostic, ...] = ()


class ValueSources:
    """The Secrets and ConfigMaps among objects."""

    def __init__(self, objects: Iterable[KubernetesObject]) -> None:
        self._objects = {(item.kind, item.namespace or "", item.name): item for item in objects if item.kind in {"Secret", "ConfigMap"}}

    def read(self, reference: Mapping[str, object], *, namespace: str, owner: str) -> ReadSource:
        """Read what a `valuesFrom` entry of a HelmRelease refers to; `owner` is what messages call the HelmRelease."""
        kind, name = str(reference.get("kind", "")), str(reference.get("name", ""))
        key = str(reference.get("valuesKey") or DEFAULT_KEY)
        what = f"{kind} {namespace}/{name}"
        item = self._objects.get((kind, namespace, name))
        text = _text_of(item, key) if item else None
        if text is None:
            is_expected = reference.get("optional") is not True
            return ReadSource(findings=(_missing(owner, what, key, is_there=item is not None),) if is_expected else ())
        target = reference.get("targetPath")
        if target:
            return _at_path(text, str(target), what=what, key=key)
        return _read_text(text, what=what, key=key)


def _read_text(text: str, *, what: str, key: str) -> ReadSource:
    file = f"{what}: {key}"
    findings: tuple[Diagnostic, ...] = ()
    try:
        documents = read_documents(text, file=file)
    except InvalidInputError as problem:
        repeated = [found for found in problem.diagnostics if found.code == _REPEATED]
        if len(repeated) < len(problem.diagnostics):
            return ReadSource(findings=problem.diagnostics)
        documents = read_documents(text, file=file, tolerated=(_REPEATED,))
        places = {found.location.pointer for found in repeated}
        # Where a mapping is given twice, what stands in it is given twice as well.
        findings = tuple(
            _last_wins(found) for found in repeated if not any(found.location.pointer.startswith(f"{place}/") for place in places)
        )
    document = next((document for document in documents if document.value is not None), Document({}, {}))
    if not isinstance(document.value, Mapping):
        message = "the values are no mapping, which Flux refuses."
        return ReadSource(findings=(Diagnostic(code="values-source", location=Location(file=file), message=message),))
    return ReadSource(layers=(Layer(name=key, file=file, document=document),), findings=findings)


def _at_path(text: str, path: str, *, what: str, key: str) -> ReadSource:
    """Set one value, as Helm's --set does; quotes around it make it text."""
    file = f"{what}: {key}"
    inner = text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"" else None
    if not _PATH.fullmatch(path) or (inner is None and _NOT_PLAIN.search(text)):
        message = f"the value for targetPath {path} is in a form that bbpkg does not read; it reads keys joined by dots, and plain values."
        return ReadSource(findings=(Diagnostic(code="values-target-path", location=Location(file=file), message=message),))
    value: object = inner if inner is not None else _typed(text)
    for step in reversed(_STEP.findall(path)):
        value = {re.sub(r"\\(.)", r"\1", step): value}
    return ReadSource(layers=(Layer(name=f"{key} at {path}", file=file, document=Document(value, {})),))


def _typed(text: str) -> object:
    """Helm's --set knows whole numbers, true, false and null; all else is text."""
    if text in {"true", "false", "null"} or re.fullmatch(r"0|-?[1-9][0-9]{0,17}", text):
        return read_plain(text)
    return text


def _text_of(item: KubernetesObject, key: str) -> str | None:
    plain = item.data.get("stringData" if item.kind == "Secret" else "data")
    if isinstance(plain, Mapping) and key in plain:
        return str(plain[key])
    encoded = item.data.get("data") if item.kind == "Secret" else None
    if not isinstance(encoded, Mapping) or key not in encoded:
        return None
    try:
        return base64.b64decode(str(cast("Mapping[str, object]", encoded)[key]), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None


def _missing(owner: str, what: str, key: str, *, is_there: bool) -> Diagnostic:
    lacks = f"has no readable key {key}" if is_there else "is not among the objects"
    message = f"values come from {what}, which {lacks}: they are left out."
    return Diagnostic(code="values-source", location=Location(file=owner), message=message, severity=Severity.WARNING)


def _last_wins(found: Diagnostic) -> Diagnostic:
    message = f"{found.message.rstrip('.')}; Flux takes the last one."
    return Diagnostic(code=found.code, location=found.location, message=message, severity=Severity.WARNING)
