"""Which objects a patch of kustomize is for. Facts: https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/patches/."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, cast

from bbpkg.manifests.objects import KubernetesObject

_KNOWN: Final = frozenset({"group", "version", "kind", "name", "namespace", "labelSelector", "annotationSelector"})
_TERM: Final = re.compile(
    r"\s*(?:(?P<absent>!\s*)?(?P<key>[\w./-]+)\s*(?:(?P<sign>==?|!=)\s*(?P<value>[\w.-]*)|(?P<set>in|notin)\s*\((?P<values>[^()]*)\))?)\s*(?:,|$)"
)


class TargetError(ValueError):
    """A target is in a form that is not read; the message says what is wrong."""


@dataclass(frozen=True, slots=True)
class Target:
    """What a patch names as its target; an empty one takes every object."""

    fields: Mapping[str, object]

    def matcher(self) -> Callable[[KubernetesObject], bool]:
        """Return what says whether an object is meant.

        Raises:
            TargetError: a key is not known, or a pattern or selector has an error.
        """
        unknown = sorted(set(self.fields) - _KNOWN)
        if unknown:
            message = f"the target has the key {unknown[0]}; known keys are {', '.join(sorted(_KNOWN))}"
            raise TargetError(message)
        tests = [*self._patterns(), *self._selectors()]
        return lambda item: all(test(item) for test in tests)

    def _patterns(self) -> Iterator[Callable[[KubernetesObject], bool]]:
        for key, read in _READERS.items():
            wanted = str(self.fields.get(key) or "")
            if wanted:
                # Patterns are anchored, and all but the name of the API are patterns.
                yield _pattern_test(key, wanted, read)

    def _selectors(self) -> Iterator[Callable[[KubernetesObject], bool]]:
        for key, section in (("labelSelector", "labels"), ("annotationSelector", "annotations")):
            wanted = str(self.fields.get(key) or "")
            if wanted:
                yield _selector_test(_selector_terms(key, wanted), section)


def _pattern_test(key: str, wanted: str, read: Callable[[KubernetesObject], str]) -> Callable[[KubernetesObject], bool]:
    try:
        pattern = re.compile(wanted)
    except re.error as cause:
        message = f"the {key} of the target is no regular expression"
        raise TargetError(message) from cause
    return lambda item: pattern.fullmatch(read(item)) is not None


_READERS: Final[Mapping[str, Callable[[KubernetesObject], str]]] = {
    "group": lambda item: item.group,
    "version": lambda item: item.api_version.rpartition("/")[2],
    "kind": lambda item: item.kind,
    "name": lambda item: item.name,
    "namespace": lambda item: item.namespace or "",
}


def _selector_test(terms: Sequence[Callable[[Mapping[str, str]], bool]], section: str) -> Callable[[KubernetesObject], bool]:
    return lambda item: all(term(_metadata(item, section)) for term in terms)


def _selector_terms(key: str, text: str) -> list[Callable[[Mapping[str, str]], bool]]:
    terms = []
    place = 0
    while place < len(text):
        found = _TERM.match(text, place)
        if found is None or found.end() == place:
            message = f"the {key} of the target is in no form that Kubernetes knows"
            raise TargetError(message)
        terms.append(_term(found))
        place = found.end()
    return terms


def _term(found: re.Match[str]) -> Callable[[Mapping[str, str]], bool]:
    key = found["key"]
    if found["absent"]:
        return lambda labels: key not in labels
    if found["sign"]:
        value, is_equal = found["value"], found["sign"] != "!="
        return lambda labels: (labels.get(key) == value) is is_equal
    if found["set"]:
        values, is_in = {value.strip() for value in found["values"].split(",")}, found["set"] == "in"
        return lambda labels: (labels.get(key) in values) is is_in
    return lambda labels: key in labels


def _metadata(item: KubernetesObject, section: str) -> dict[str, str]:
    metadata = item.data.get("metadata")
    found = cast("Mapping[str, object]", metadata).get(section) if isinstance(metadata, Mapping) else None
    return {key: str(value) for key, value in found.items()} if isinstance(found, Mapping) else {}
