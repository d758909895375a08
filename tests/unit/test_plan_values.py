"""values.yaml, its JSON Schema, the table of the README and the overlays are views of one tree, and agree."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from bbpkg.documents import read_documents
from bbpkg.model.values import Json, ValueKey, defaults, group, open_list, open_object, text, walk
from bbpkg.plan.bb_common import SUBCHART
from bbpkg.plan.overlays import overlay_values
from bbpkg.plan.validation import go_json, yaml_to_add
from bbpkg.plan.values_schema import BIG_BANG_KEYS, values_schema
from bbpkg.plan.values_table import value_rows
from bbpkg.plan.values_text import values_text, yaml_lines
from bbpkg.plan.values_tree import values_tree
from packages import FOLDERS, generated, package, run_tool, write_chart

NAMES = sorted(FOLDERS)
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=12),
    lambda values: st.lists(values, max_size=3) | st.dictionaries(st.text(min_size=1, max_size=6), values, max_size=3),
    max_leaves=12,
)


def read(text: str) -> Any:  # noqa: ANN401
    (document,) = read_documents(text, file="values.yaml")
    return document.value


def leaves(values: object, above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    if isinstance(values, dict) and values:
        for name, value in values.items():
            yield from leaves(value, (*above, name))
    else:
        yield above


def schema_at(schema: dict[str, Any], path: tuple[str, ...]) -> dict[str, Any]:
    for step in path:
        schema = schema["properties"][step]
    return schema


@pytest.mark.parametrize("name", NAMES)
def test_values_yaml_read_back_is_the_defaults_of_the_tree(name: str) -> None:
    assert read(generated(name)["chart/values.yaml"]) == defaults(values_tree(package(name)))


@pytest.mark.parametrize("name", NAMES)
def test_schema_and_tree_have_the_same_keys_types_defaults_and_texts(name: str) -> None:
    tree = values_tree(package(name))
    schema = json.loads(generated(name)["chart/values.schema.json"])
    for path, key in walk(tree):
        if path == (SUBCHART,):
            # Its own schema judges it.
            continue
        part = schema_at(schema, path)
        types = [key.type, "null"] if key.nullable else key.type
        assert (part["type"], part["description"]) == (types, key.description), path
        if key.children:
            assert part["additionalProperties"] is False, path
            assert list(part["properties"]) == [child.name for child in key.children], path
        else:
            assert "properties" not in part, path
            assert part["default"] == key.default, path
    assert set(schema["properties"]) == {key.name for key in tree} | set(BIG_BANG_KEYS)


@pytest.mark.parametrize("name", NAMES)
def test_every_key_says_what_it_is_for(name: str) -> None:
    assert [".".join(path) for path, key in walk(values_tree(package(name))) if not key.description.strip()] == []


@pytest.mark.parametrize("name", NAMES)
def test_every_key_stands_in_values_yaml_below_its_text(name: str) -> None:
    lines = generated(name)["chart/values.yaml"].splitlines()
    for path, key in walk(values_tree(package(name))):
        pad = "  " * (len(path) - 1)
        words = " ".join(line.strip().removeprefix("# ").removeprefix("-- ") for line in _comments_above(lines, f"{pad}{path[-1]}:", key))
        assert words.startswith(key.description), path


def _comments_above(lines: list[str], start: str, key: ValueKey) -> list[str]:
    """The comment above the line of a key that begins with its description."""
    first_word = key.description.split(maxsplit=1)[0]
    for number, line in enumerate(lines):
        if line.startswith(start):
            top = number
            while lines[top - 1].lstrip().startswith("#"):
                top -= 1
            if lines[top].strip().startswith(f"# -- {first_word}"):
                found = lines[top:number]
                if " ".join(part.strip().removeprefix("# ").removeprefix("-- ") for part in found).startswith(key.description):
                    return found
    return []


@pytest.mark.parametrize("name", NAMES)
def test_no_line_of_values_yaml_is_too_wide_to_read(name: str) -> None:
    comments = [
        line for line in generated(name)["chart/values.yaml"].splitlines() if line.lstrip().startswith("# ") and "One of" not in line
    ]
    assert [line for line in comments if len(line) > 120] == []


@pytest.mark.parametrize("name", NAMES)
def test_the_table_of_the_readme_has_one_row_for_each_leaf(name: str) -> None:
    tree = values_tree(package(name))
    rows = value_rows(tree)
    assert [row.path for row in rows] == [".".join(path) for path, key in walk(tree) if not key.children and path != (SUBCHART,)]
    readme = generated(name)["chart/README.md"]
    for row in rows:
        assert f"| `{row.path}` | {row.type} | `{row.default}` | {row.description} |\n" in readme


def test_a_table_cell_does_not_end_at_a_pipe_of_its_text() -> None:
    (row,) = value_rows((text("pattern", "One | of two", "a|b"),))
    assert (row.default, row.description) == ('"a\\|b"', "One \\| of two")


@pytest.mark.parametrize("name", NAMES)
def test_the_schema_is_valid_and_accepts_the_defaults(name: str) -> None:
    schema = json.loads(generated(name)["chart/values.schema.json"])
    Draft7Validator.check_schema(schema)
    assert list(Draft7Validator(schema).iter_errors(read(generated(name)["chart/values.yaml"]))) == []


@pytest.mark.parametrize("name", NAMES)
def test_the_schema_beside_the_chart_is_a_copy(name: str) -> None:
    assert generated(name)["chart/values.schema.json"] == generated(name)[f"values-schemas/{name}.values.schema.json"]


@pytest.mark.parametrize("name", NAMES)
def test_the_schema_reads_nothing_from_elsewhere(name: str) -> None:
    assert "$ref" not in generated(name)["chart/values.schema.json"]


@pytest.mark.parametrize("key", BIG_BANG_KEYS)
def test_what_big_bang_passes_at_the_root_is_accepted(key: str) -> None:
    schema = values_schema(package("notes"), values_tree(package("notes")))
    assert list(Draft7Validator(schema).iter_errors({key: {"anything": [1]}})) == []


def test_an_unheard_of_key_is_accepted_at_the_root_only() -> None:
    """Umbrella charts pass keys of their own at the root; anywhere below it is a typing mistake."""
    schema = values_schema(package("notes"), values_tree(package("notes")))
    assert list(Draft7Validator(schema).iter_errors({"platform": 1})) == []
    (error,) = Draft7Validator(schema).iter_errors({"session": {"minuts": 1}})
    assert error.message == "Additional properties are not allowed ('minuts' was unexpected)"


@pytest.mark.parametrize(
    ("tool", "no_key", "no_release"),
    [
        ("helm", "at '/session': additional properties 'minuts' not allowed", "at '/pro/release': value must be one of '1.5', '2.0'"),
        ("helm3", "session: Additional property minuts is not allowed", 'pro.release must be one of the following: "1.5", "2.0"'),
    ],
)
def test_helm_refuses_a_misspelt_key_and_a_release_that_does_not_exist(
    tool: str, no_key: str, no_release: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    chart = write_chart(tmp_path_factory.mktemp("notes"), "notes")
    assert run_tool(tool, "template", "demo", str(chart)).returncode == 0
    misspelt = run_tool(tool, "template", "demo", str(chart), "--set=session.minuts=5")
    assert misspelt.returncode != 0
    assert no_key in misspelt.stderr
    unknown = run_tool(tool, "template", "demo", str(chart), "--set=global.edition=pro", "--set-string=pro.release=9.9")
    assert unknown.returncode != 0
    assert no_release in unknown.stderr


@pytest.mark.parametrize("name", NAMES)
def test_overlays_are_one_document_of_known_keys_that_the_schema_accepts(name: str) -> None:
    files = generated(name)
    schema = json.loads(files["chart/values.schema.json"])
    tree = dict(walk(values_tree(package(name))))
    overlays = {path: text for path, text in files.items() if path.startswith("overlays/chart/")}
    assert len(overlays) == len(package(name).overlays)
    for path, overlay_text in overlays.items():
        values = read(overlay_text)
        assert list(Draft7Validator(schema).iter_errors(values)) == [], path
        for leaf in leaves(values):
            parents = [tree.get(leaf[:depth]) for depth in range(1, len(leaf) + 1)]
            assert any(key is not None and not key.children for key in parents), f"{path}: {'.'.join(leaf)}"


@pytest.mark.parametrize("name", NAMES)
def test_overlays_hold_what_the_definition_says_and_begin_with_the_way_to_use_them(name: str) -> None:
    for overlay in package(name).overlays:
        overlay_text = generated(name)[f"overlays/chart/{overlay.name}.yaml"]
        assert read(overlay_text) == overlay_values(package(name), overlay)
        first, second, third, *_ = overlay_text.splitlines()
        assert first == f"# yaml-language-server: $schema=../../values-schemas/{name}.values.schema.json"
        assert second == f"# {overlay.title}."
        assert third.endswith(f": helm install {name} chart -f overlays/chart/{overlay.name}.yaml")


@given(st.dictionaries(st.text(min_size=1, max_size=8), JSON_VALUES, min_size=1, max_size=3))
def test_any_value_written_as_yaml_is_read_back_unchanged(values: dict[str, Json]) -> None:
    lines = [line for name, value in values.items() for line in yaml_lines(name, value, 0)]
    assert read("\n".join(lines) + "\n") == values


@given(st.dictionaries(st.text(min_size=1, max_size=8), JSON_VALUES, min_size=1, max_size=2))
def test_a_default_of_any_shape_survives_values_yaml(value: dict[str, Json]) -> None:
    tree = (group("outer", "Outer", open_object("inner", "Inner", value), open_list("list", "List", [value])),)
    assert read(values_text(package("notes"), tree)) == {"outer": {"inner": value, "list": [value]}}


@given(value=JSON_VALUES)
def test_the_default_that_a_template_compares_with_is_json_of_one_line(value: Json) -> None:
    literal = go_json(value)
    if "`" not in literal[1:-1]:
        assert json.loads(literal[1:-1]) == value
    assert (literal[0], literal[-1], "\n" in literal) == ("`", "`", False)
    assert not set("<>&") & set(literal)


def test_the_yaml_to_add_is_nested_and_ends_with_the_value() -> None:
    assert yaml_to_add(("objectStorage", "s3", "bucket"), "my-bucket") == "objectStorage:\n  s3:\n    bucket: my-bucket"
