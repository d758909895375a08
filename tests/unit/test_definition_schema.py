"""The JSON Schema of definitions is right by itself, closed and described, and says the same as the loader."""

import copy
import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from bbpkg.definition.load import load_package
from bbpkg.definition.schema import API_VERSION, SCHEMA_FILE, package_schema
from bbpkg.documents import read_documents
from bbpkg.errors import InvalidInputError
from bbpkg.plan.values_text import yaml_lines
from packages import FOLDERS, REPOSITORY, package_files, read_folder

SCHEMA = cast("dict[str, Any]", package_schema())
BASE = REPOSITORY / "tests/cases/definitions/base"


def _parts(schema: object, place: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every subschema with its place."""
    if not isinstance(schema, dict):
        return
    yield place, schema
    for key in ("properties", "definitions"):
        for name, part in schema.get(key, {}).items():
            yield from _parts(part, f"{place}/{key}/{name}")
    for key in ("items", "additionalProperties"):
        yield from _parts(schema.get(key), f"{place}/{key}")


def _definition(name: str) -> dict[str, Any]:
    (document,) = read_documents(package_files(name)["package.yaml"], file="package.yaml")
    return cast("dict[str, Any]", document.value)


def _has_right_shape(data: dict[str, Any]) -> bool:
    return Draft7Validator(SCHEMA).is_valid(data)


def _loader_calls_it_misshapen(data: dict[str, Any]) -> bool:
    text = "\n".join(line for name, value in data.items() for line in yaml_lines(name, value, 0)) + "\n"
    try:
        load_package({**read_folder(BASE), "package.yaml": text}, folder="shop")
    except InvalidInputError as error:
        shapes = ("is not a known key; known keys are", "is missing; required keys are", "; must be ", "is not allowed; ", "it must match")
        return any(part in found.message for found in error.diagnostics for part in shapes)
    return False


def test_it_is_a_valid_schema_of_draft_7() -> None:
    Draft7Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"] == "http://json-schema.org/draft-07/schema#"


def test_every_object_with_known_keys_is_closed() -> None:
    open_objects = [place for place, part in _parts(SCHEMA) if "properties" in part and part.get("additionalProperties") is not False]
    assert open_objects == []


def test_only_what_belongs_to_others_is_open() -> None:
    open_objects = [place for place, part in _parts(SCHEMA) if part.get("type") == "object" and "properties" not in part]
    assert sorted(place.rpartition("properties/")[2] for place in open_objects) == [
        "/definitions/images",
        "items",
        "properties",
        "requiredValues",
        "values",
        "values",
    ]


def test_every_key_and_object_is_described() -> None:
    silent = [
        place
        for place, part in _parts(SCHEMA)
        if re.search(r"(properties|definitions)/[^/]+$", place) and not part.get("description") and "$ref" not in part
    ]
    assert silent == []


def test_every_required_key_is_a_known_one() -> None:
    assert [place for place, part in _parts(SCHEMA) if not set(part.get("required", [])) <= set(part.get("properties", {}))] == []


def test_every_reference_leads_somewhere() -> None:
    references = {part["$ref"] for _, part in _parts(SCHEMA) if "$ref" in part}
    assert references <= {f"#/definitions/{name}" for name in SCHEMA["definitions"]}
    assert {name.rpartition("/")[2] for name in references} == set(SCHEMA["definitions"]), "a definition that nothing uses"


def test_every_pattern_means_the_same_to_python_and_to_editors() -> None:
    patterns = [part["pattern"] for _, part in _parts(SCHEMA) if "pattern" in part]
    assert [pattern for pattern in patterns if not pattern.startswith("^") or r"\Z" in pattern or "(?P" in pattern] == []


@pytest.mark.parametrize("name", sorted(FOLDERS))
def test_the_packages_at_hand_are_accepted(name: str) -> None:
    errors = list(Draft7Validator(SCHEMA).iter_errors(_definition(name)))
    assert errors == []


@pytest.mark.parametrize("name", sorted(FOLDERS))
def test_the_modeline_of_a_package_leads_to_the_schema_that_generate_writes(name: str) -> None:
    first, *_ = package_files(name)["package.yaml"].splitlines()
    path = first.removeprefix("# yaml-language-server: $schema=")
    output = REPOSITORY if name == "anchore" else REPOSITORY / "tests/golden" / name
    assert (FOLDERS[name] / path).resolve() == output / "values-schemas" / SCHEMA_FILE
    assert PurePosixPath(path).name == SCHEMA_FILE
    assert SCHEMA["properties"]["apiVersion"]["const"] == API_VERSION


def _places(value: object, place: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    yield place
    if isinstance(value, dict):
        for key, child in value.items():
            yield from _places(child, (*place, key))
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from _places(child, (*place, index))


SHOP = cast("dict[str, Any]", read_documents((BASE / "package.yaml").read_text(encoding="utf-8"), file="package.yaml")[0].value)
PLACES = [place for place in _places(SHOP) if place]
VALUES = st.sampled_from([None, True, 0, -1, 70000, 1.5, "", "x", "Not A Name", "/x", [], ["x"], {}, {"name": "x"}])


@given(place=st.sampled_from(PLACES), action=st.sampled_from(["replace", "remove", "add"]), value=VALUES)
def test_loader_and_schema_agree_on_the_shape(place: tuple[str | int, ...], action: str, value: Any) -> None:  # noqa: ANN401
    """Whatever one place of a definition becomes: an editor shows an error if and only if the loader does."""
    data = copy.deepcopy(SHOP)
    holder: Any = data
    for step in place[:-1]:
        holder = holder[step]
    if action == "replace":
        holder[place[-1]] = value
    elif action == "remove":
        del holder[place[-1]]
    elif isinstance(holder, dict):
        holder["unheardOf"] = value
    assert _loader_calls_it_misshapen(data) is not _has_right_shape(data)
