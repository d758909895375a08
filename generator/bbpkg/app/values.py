"""Values that a user gave: read from files, checked, and explained where the chart refuses them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from bbpkg.app.cases import selection
from bbpkg.diagnostics import Diagnostic, Location
from bbpkg.documents import Document, read_documents
from bbpkg.errors import InvalidInputError, UsageError
from bbpkg.helm.engine import ChartRefusedError, Refusal
from bbpkg.helm.messages import UNKNOWN_KEY
from bbpkg.helm.values import merged_values
from bbpkg.model.package import Package
from bbpkg.model.variants import Variant
from bbpkg.shapes import type_name
from bbpkg.suggestions import did_you_mean


@dataclass(frozen=True, slots=True)
class ValuesFile:
    """A values file of the user, read as Kubernetes reads YAML."""

    name: str
    document: Document

    @property
    def values(self) -> dict[str, object]:
        """The values; empty for an empty file."""
        return cast("dict[str, object]", self.document.value or {})


def read_values(name: str, text: str) -> ValuesFile:
    """Read a values file.

    Raises:
        InvalidInputError: it is not one YAML mapping.
    """
    documents = [document for document in read_documents(text, file=name) if document.value is not None]
    if len(documents) > 1:
        message = f"the file holds {len(documents)} documents; values are one document."
        raise _invalid(name, message, documents[1].line())
    document = documents[0] if documents else Document(None, {})
    if document.value is not None and not isinstance(document.value, dict):
        raise _invalid(name, f"the values are {type_name(document.value)}; they must be a mapping.", document.line())
    return ValuesFile(name, document)


def chosen_selection(package: Package | None, edition: str | None, release: str | None) -> dict[str, object]:
    """Return the values that choose an edition and a release; without a package the chart itself has to refuse wrong ones.

    Raises:
        UsageError: the package has no such edition or release.
    """
    if edition is None and release is None:
        return {}
    if package is None:
        if edition is None:
            message = "--release says nothing without an edition"
            raise UsageError(message, hint="add --edition EDITION")
        return merged_values({"global": {"edition": edition}}, {edition: {"release": release}} if release else {})
    variant = chosen_variant(package, edition or _edition_of_release(package, release or ""), release)
    return selection(package.edition(variant.edition), variant.release)


def chosen_variant(package: Package, edition: str, release: str | None) -> Variant:
    """Return the edition in the release, its default one without.

    Raises:
        UsageError: the package has no such edition or release.
    """
    _check_known(edition, [known.name for known in package.editions], f"edition of {package.name}")
    found = package.edition(edition)
    _check_known(release or found.default_release, [known.name for known in found.releases], f"release of {found.title}")
    return Variant(edition, release or found.default_release)


def explained(refused: ChartRefusedError, files: Sequence[ValuesFile], schema: Any) -> ChartRefusedError:  # noqa: ANN401 - any JSON
    """Return a refusal by the schema with the file and line of every value, and with what was probably meant."""
    if refused.refusal is not Refusal.SCHEMA:
        return refused
    found = tuple(_located(problem, files, schema) for problem in refused.diagnostics)
    return ChartRefusedError(refused.refusal, refused.message, found, hint=refused.hint)


def _edition_of_release(package: Package, release: str) -> str:
    owners = [edition.name for edition in package.editions if release in {known.name for known in edition.releases}]
    return owners[0] if len(owners) == 1 else package.default_edition


def _check_known(name: str, known: Sequence[str], what: str) -> None:
    if name not in known:
        near = did_you_mean(name, known)
        message = f'"{name}" is no {what}; known are {", ".join(known)}'
        raise UsageError(message, hint=f'did you mean "{near}"?' if near else None)


def _located(problem: Diagnostic, files: Sequence[ValuesFile], schema: Any) -> Diagnostic:  # noqa: ANN401 - any JSON
    """Later files win over earlier ones, so the last one that holds the value is to blame."""
    place = problem.location.pointer
    location = problem.location
    for file in files:
        if place in file.document.lines:
            location = Location(file=file.name, line=file.document.line(place), pointer=place)
    known = with_known_keys(problem, schema)
    return Diagnostic(code=known.code, location=location, message=known.message, hint=known.hint)


def with_known_keys(problem: Diagnostic, schema: Any) -> Diagnostic:  # noqa: ANN401 - any JSON
    """Return a problem of values; where a key is not known, with those that are."""
    if problem.code != UNKNOWN_KEY:
        return problem
    above, _, key = problem.location.pointer.rpartition("/")
    known = _known_keys(schema, above)
    near = did_you_mean(key, known)
    message = f"{problem.message.rstrip('.')}; known keys are {', '.join(known)}." if known else problem.message
    return Diagnostic(code=problem.code, location=problem.location, message=message, hint=f'did you mean "{near}"?' if near else None)


def _known_keys(schema: Any, place: str) -> list[str]:  # noqa: ANN401 - any JSON
    level = schema
    for step in (*place.split("/")[1:], None):
        properties = level.get("properties") if isinstance(level, dict) else None
        if not isinstance(properties, dict):
            return []
        if step is None:
            return list(properties)
        level = properties.get(step)
    return []


def _invalid(name: str, message: str, line: int) -> InvalidInputError:
    found = Diagnostic(code="values", location=Location(file=name, line=line), message=message)
    return InvalidInputError(f"{name} is no values file.", (found,))
