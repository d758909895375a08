"""The files of the chart: how helpers are named, kept and described, and what values and schema say about each other."""

import json
import re
from pathlib import Path

import jsonschema
import pytest

from bb_common.contract_case import Values, load_yaml, passing_cases
from bb_common.rendering import CHART

TEMPLATES = CHART / "templates"
HELPERS = sorted(TEMPLATES.rglob("_*.tpl"))
SCHEMA: Values = json.loads((CHART / "values.schema.json").read_text(encoding="utf-8"))
ENTRIES = ("network-policies/render.yaml", "istio/render.yaml", "routes/render.yaml", "utils/self-test.yaml")

_DEFINE = re.compile(r'\{\{-? define "([^"]+)"')
_INCLUDE = re.compile(r'\b(?:include|template) (?:\(printf )?"([^"]+)"')


def name_of(helper: Path) -> str:
    """Spells the name that a helper has because of its place."""
    folder = helper.relative_to(TEMPLATES).parent.as_posix().replace("/", ".")
    return f"bb-common.{folder}.{helper.stem.removeprefix('_')}"


def included_names() -> set[str]:
    """Lists the names of helpers that templates include; %s stands for a part that is computed."""
    texts = [path.read_text(encoding="utf-8") for path in TEMPLATES.rglob("*") if path.is_file()]
    return {name for text in texts for name in _INCLUDE.findall(text)}


@pytest.mark.parametrize("helper", HELPERS, ids=name_of)
def test_helper_is_one_function_named_after_its_file(helper: Path) -> None:
    assert _DEFINE.findall(helper.read_text(encoding="utf-8")) == [name_of(helper)]


@pytest.mark.parametrize("helper", HELPERS, ids=name_of)
def test_helper_opens_with_purpose_inputs_and_output(helper: Path) -> None:
    header, found, _ = helper.read_text(encoding="utf-8").partition("*/}}\n{{- define ")
    assert found, "something stands between the header and the function"
    assert re.fullmatch(r"\{\{- /\*\n[A-Z].*?\n\nInputs: .*?\nOutput: .*?\n", header, re.DOTALL)


@pytest.mark.parametrize("helper", HELPERS, ids=name_of)
def test_helper_is_used(helper: Path) -> None:
    patterns = [re.compile(re.escape(name).replace("%s", r"[a-z0-9-]+")) for name in included_names()]
    assert any(pattern.fullmatch(name_of(helper)) for pattern in patterns)


def test_included_helpers_exist() -> None:
    names = {name_of(helper) for helper in HELPERS}
    assert {name for name in included_names() if "%s" not in name} <= names


def test_entry_points_are_one_include_each() -> None:
    entries = sorted(path for path in TEMPLATES.rglob("*.yaml"))
    assert [path.relative_to(TEMPLATES).as_posix() for path in entries] == sorted(ENTRIES)
    for path in entries:
        assert re.fullmatch(r'\{\{- include "bb-common\.[a-z-]+\.(render|self-test)" \. \}\}\n', path.read_text(encoding="utf-8"))


def test_yaml_is_printed_at_the_edge_only() -> None:
    printing = {path.name for path in HELPERS if re.search(r"\| toYaml \}\}\n  \{\{- end", path.read_text(encoding="utf-8"))}
    assert printing == {"_print-resources.tpl", "_self-test.tpl"}


def objects_of(schema: object, pointer: str = "#") -> list[tuple[str, Values]]:
    """Lists all schemas below one, with their JSON pointers."""
    found = [(pointer, schema)] if isinstance(schema, dict) and "type" in schema else []
    if isinstance(schema, dict):
        found += [item for key, value in schema.items() for item in objects_of(value, f"{pointer}/{key}")]
    elif isinstance(schema, list):
        found += [item for index, value in enumerate(schema) for item in objects_of(value, f"{pointer}/{index}")]
    return found


def test_schema_is_of_a_draft_that_helm_3_17_knows_and_refers_to_nothing_outside() -> None:
    jsonschema.Draft7Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"] == "http://json-schema.org/draft-07/schema#"
    references = re.findall(r'"\$ref": "([^"]+)"', (CHART / "values.schema.json").read_text(encoding="utf-8"))
    assert {reference.removeprefix("#/definitions/") for reference in references} == set(SCHEMA["definitions"])


def test_schema_closes_what_the_official_schema_closes() -> None:
    closed = {pointer for pointer, schema in objects_of(SCHEMA) if schema.get("additionalProperties") is False}
    istio, network_policies = "#/properties/istio/properties", "#/properties/networkPolicies/properties"
    assert closed == {
        f"{istio}/mtls",
        f"{istio}/sidecar",
        f"{istio}/serviceEntries",
        f"{istio}/authorizationPolicies",
        f"{istio}/authorizationPolicies/properties/defaults",
        f"{network_policies}/ingress/properties/defaults",
        f"{network_policies}/egress/properties/defaults",
        "#/properties/routes",
        "#/properties/routes/properties/inbound",
        "#/properties/selfTest",
        "#/definitions/inboundRoute",
        "#/definitions/outboundRoute/properties/ports/items",
        "#/definitions/closedMetadata",
    }


def test_schema_describes_each_property() -> None:
    bare = [
        f"{pointer}/{name}"
        for pointer, schema in objects_of(SCHEMA)
        for name, value in schema.get("properties", {}).items()
        if "description" not in value and "$ref" not in value
    ]
    assert bare == []


def test_schema_and_values_know_the_same_keys() -> None:
    def undeclared(values: Values, schema: Values, path: str = "") -> list[str]:
        properties = schema.get("properties", {})
        missing = [f"{path}/{key}" for key in values if key not in properties and path != "" and "$ref" not in schema]
        deeper = [
            line
            for key, value in values.items()
            if isinstance(value, dict) and value
            for line in undeclared(value, properties.get(key, {}), f"{path}/{key}")
        ]
        return missing + deeper

    assert undeclared(load_yaml(CHART / "values.yaml"), SCHEMA) == []
    assert set(load_yaml(CHART / "values.yaml")) == set(SCHEMA["properties"])


def test_each_value_is_documented_for_helm_docs() -> None:
    lines = (CHART / "values.yaml").read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines):
        key = re.match(r"( *)([A-Za-z]+):(.*)$", line)
        if not key or (not key.group(3) and not lines[number + 1].lstrip().startswith("- ")):
            continue
        above = number - 1
        while lines[above].lstrip().startswith("#") and "# -- " not in lines[above]:
            above -= 1
        assert "# -- " in lines[above], f"{line.strip()} has no comment"


def test_values_of_all_cases_fit_the_schema() -> None:
    validator = jsonschema.Draft7Validator(SCHEMA)
    for case in passing_cases():
        if None not in case.values.values():  # Helm takes null as "no such key" before it asks the schema
            assert [error.message for error in validator.iter_errors(case.values)] == [], case.identity


def test_chart_says_what_it_is() -> None:
    chart = load_yaml(CHART / "Chart.yaml")
    assert chart["name"] == "bb-common"
    assert chart["type"] == "application"
    assert re.fullmatch(r"0\.14\.1-bbpkg\.\d+", chart["version"])
    assert "Independent implementation" in chart["description"]
