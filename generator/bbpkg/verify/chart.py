"""All checks of a rendered tree that need no tool: its YAML, its values against their schema, its templates against both."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final, cast

from bbpkg.diagnostics import Diagnostic, Location, in_order
from bbpkg.documents import Document, read_documents
from bbpkg.errors import InvalidInputError
from bbpkg.shapes import shape_problems
from bbpkg.verify.template_names import name_problems
from bbpkg.verify.values_usage import usage_problems

CHART_FILE: Final = "chart/Chart.yaml"
VALUES_FILE: Final = "chart/values.yaml"
SCHEMA_FILE: Final = "chart/values.schema.json"
_TEMPLATES: Final = "chart/templates/"
_JINJA_MARKS: Final = ("<@", "@>", "<%", "%>", "<#", "#>")


def problems(files: Mapping[str, str]) -> tuple[Diagnostic, ...]:
    """Every problem of a rendered tree (path to text), in order."""
    templates = {path: text for path, text in files.items() if path.startswith(_TEMPLATES)}
    found = [*_jinja_left(files), *_broken_json(files)]
    documents = dict(_documents(files, found))
    schema = json.loads(files[SCHEMA_FILE])
    for path, document in documents.items():
        if path == VALUES_FILE or path.startswith("overlays/chart/"):
            found += shape_problems(document, schema, path, code="values")
    found += usage_problems(templates, schema, schema_file=SCHEMA_FILE, ignored=[f"{_TEMPLATES}validate/"])
    if CHART_FILE in documents:
        chart = cast("dict[str, Any]", documents[CHART_FILE].value)
        found += name_problems(templates, chart=str(chart["name"]))
    return in_order(found)


def _jinja_left(files: Mapping[str, str]) -> Iterator[Diagnostic]:
    for path, text in files.items():
        for number, line in enumerate(text.splitlines(), 1):
            mark = next((mark for mark in _JINJA_MARKS if mark in line), None)
            if mark is not None:
                message = f'"{mark}" of the generator is left in the output.'
                yield Diagnostic(code="jinja", location=Location(file=path, line=number), message=message)


def _broken_json(files: Mapping[str, str]) -> Iterator[Diagnostic]:
    """Dashboards come from people; a broken one would only be missed in Grafana."""
    for path, text in files.items():
        if path.endswith(".json"):
            try:
                json.loads(text)
            except json.JSONDecodeError as error:
                message = f"this is no JSON: {error.msg}, column {error.colno}."
                yield Diagnostic(code="json", location=Location(file=path, line=error.lineno), message=message)


def _documents(files: Mapping[str, str], found: list[Diagnostic]) -> Iterator[tuple[str, Document]]:
    for path, text in files.items():
        if not path.endswith(".yaml") or "/templates/" in path:
            continue
        try:
            documents = read_documents(text, file=path)
        except InvalidInputError as error:
            found += error.diagnostics
            continue
        if documents:
            yield path, documents[0]
