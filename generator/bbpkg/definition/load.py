"""Loads a package folder: reads `package.yaml` strictly, reports every problem at once, converts it to the model."""

from collections.abc import Mapping
from typing import Any, Final, cast

from bbpkg.definition.convert import to_editions, to_package
from bbpkg.definition.relations import relation_problems
from bbpkg.definition.schema import package_schema
from bbpkg.definition.suites import to_suites
from bbpkg.diagnostics import Diagnostic, Location, in_order
from bbpkg.documents import read_documents
from bbpkg.errors import InvalidInputError
from bbpkg.model.package import Package
from bbpkg.shapes import shape_problems

DEFINITION_FILE: Final = "package.yaml"


def load_package(files: Mapping[str, str], *, folder: str) -> Package:
    """Convert the files of a package folder (path below it to text) to the model.

    `folder` is the name of the folder in messages.
    Raises InvalidInputError with every problem, each with file, line and JSON pointer.
    """
    name = f"{folder}/{DEFINITION_FILE}"
    if DEFINITION_FILE not in files:
        message = f"{folder} is not a package: it has no {DEFINITION_FILE}."
        raise InvalidInputError(message, (), hint="type 'bbpkg packages' to see the packages that bbpkg knows")
    documents = read_documents(files[DEFINITION_FILE], file=name)
    if len(documents) != 1:
        found = Diagnostic(
            code="definition",
            location=Location(file=name),
            message=f"the file holds {len(documents)} documents; a definition is one document.",
        )
        raise _invalid(name, (found,))
    problems = shape_problems(documents[0], package_schema(), name, code="definition")
    if not problems:
        data = cast("dict[str, Any]", documents[0].value)
        problems = relation_problems(data, documents[0], frozenset(files), file=name)
        if not problems:
            return to_package(data, to_suites(data, to_editions(data), files))
    raise _invalid(name, problems)


def _invalid(name: str, problems: tuple[Diagnostic, ...]) -> InvalidInputError:
    ordered = in_order(problems)
    count = "1 problem" if len(ordered) == 1 else f"{len(ordered)} problems"
    return InvalidInputError(f"{name} has {count}.", ordered)
