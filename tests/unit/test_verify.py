"""A generated tree is judged before it is written: seeded faults are found, each at its place, and nothing else is."""

import json
import re
from collections.abc import Mapping
from typing import Any

import pytest

from bbpkg.diagnostics import Diagnostic
from bbpkg.verify.chart import SCHEMA_FILE, VALUES_FILE, problems
from bbpkg.verify.template_names import name_problems
from bbpkg.verify.values_usage import usage_problems, value_reads
from packages import FOLDERS, generated

REFUSING = "chart/templates/validate/"


def go_templates(name: str) -> dict[str, str]:
    return {path: text for path, text in generated(name).items() if path.startswith("chart/templates/")}


ANCHORE = go_templates("anchore")
SCHEMA: dict[str, Any] = json.loads(generated("anchore")[SCHEMA_FILE])


def leaves(schema: Mapping[str, Any], above: str = "") -> list[str]:
    """The paths of the keys that a template has to read."""
    found = []
    for name, key in schema.get("properties", {}).items():
        found += leaves(key, f"{above}{name}.") if key.get("properties") else [f"{above}{name}"] if "type" in key else []
    return found


LEAVES = leaves(SCHEMA)


def judge(templates: Mapping[str, str], schema: Mapping[str, Any] = SCHEMA) -> tuple[Diagnostic, ...]:
    return usage_problems(templates, schema, schema_file=SCHEMA_FILE, ignored=[REFUSING])


def without_reads(templates: Mapping[str, str], paths: list[str]) -> dict[str, str]:
    """The templates with every direct read of the paths replaced by a constant."""
    names = "|".join(re.escape(path) for path in paths)
    read = re.compile(rf"(?:\$|\$root|\.root)?\.Values\.(?:{names})(?!\w)")
    return {path: read.sub('"gone"', text) for path, text in templates.items()}


def is_read_through_a_part(path: str) -> bool:
    """Whether a template holds or is given a part of the values from which it reads the key."""
    return any(".".join(read.path) == path for read in value_reads(without_reads(ANCHORE, [path])) if not read.file.startswith(REFUSING))


@pytest.mark.parametrize("name", sorted(FOLDERS))
def test_the_packages_at_hand_have_no_problems(name: str) -> None:
    assert problems(generated(name)) == ()


def unread(path: str) -> str:
    pointer = "".join(f"/properties/{step}" for step in path.split("."))
    return f"{SCHEMA_FILE}: {pointer}: no template reads the value {path}; remove the key, or use it."


@pytest.mark.parametrize("start", range(12))
def test_every_key_whose_reads_are_all_removed_is_reported_and_no_other(start: int) -> None:
    """A twelfth of all keys at a time, so that the keys of one group fall to different runs."""
    paths = LEAVES[start::12]
    mutated = without_reads(ANCHORE, paths)
    still_read = {".".join(read.path) for read in value_reads(mutated) if not read.file.startswith(REFUSING)}
    assert {str(found) for found in judge(mutated)} == {unread(path) for path in paths if path not in still_read}


def test_most_keys_are_read_directly() -> None:
    """Otherwise the test above would prove little."""
    direct = {".".join(read.path) for read in value_reads(ANCHORE)} - {
        ".".join(read.path) for read in value_reads(without_reads(ANCHORE, LEAVES))
    }
    assert len(direct & set(LEAVES)) > 0.6 * len(LEAVES)


@pytest.mark.parametrize("path", LEAVES)
def test_a_declared_key_that_only_looks_like_the_one_that_is_read_is_reported(path: str) -> None:
    """The other direction, which reaches keys that are read through a part of the values as well."""
    schema = json.loads(json.dumps(SCHEMA))
    *steps, last = path.split(".")
    level = schema
    for step in steps:
        level = level["properties"][step]
    level["properties"][f"{last}Unheard"] = level["properties"].pop(last)
    found = judge(ANCHORE, schema)
    assert [str(problem) for problem in found if problem.code == "unread-value"] == [unread(f"{path}Unheard")]
    undeclared = {problem.message.partition(", ")[0] for problem in found if problem.code == "undeclared-value"}
    assert undeclared
    assert all(re.fullmatch(rf"the template reads \.Values\.{re.escape(path)}(\..*)?", message) for message in undeclared)


@pytest.mark.parametrize("path", [path for path in LEAVES if len(path) % 3 == 0])
def test_a_misspelt_read_is_reported_with_its_line_and_the_key_that_was_meant(path: str) -> None:
    read = re.compile(rf"\.Values\.{re.escape(path)}(?![\w.])")
    direct = [(file, match) for file, text in ANCHORE.items() if (match := read.search(text))]
    if not direct:
        assert is_read_through_a_part(path)
        return
    file, match = direct[0]
    text = ANCHORE[file]
    mutated = {**ANCHORE, file: f"{text[: match.end()]}{path[-1]}{text[match.end() :]}"}
    line = text.count("\n", 0, text.rindex("{{", 0, match.start())) + 1
    expected = f"{file}:{line}: the template reads .Values.{path}{path[-1]}, which no key declares.\n  hint: did you mean {path}?"
    found = [problem for problem in judge(mutated) if problem.code == "undeclared-value"]
    assert [str(problem) for problem in found] == [expected]


CLOSED: dict[str, Any] = {
    "type": "object",
    "properties": {
        "store": {
            "type": "object",
            "additionalProperties": False,
            "properties": {"host": {"type": "string"}, "port": {"type": "integer"}},
        },
        "labels": {"type": "object"},
        "bbtests": {"description": "Passed by Big Bang"},
    },
    "additionalProperties": True,
}
REST = "{{ .Values.labels }}"


def messages(**templates: str) -> list[str]:
    found = usage_problems({f"chart/templates/{name}.yaml": text for name, text in templates.items()}, CLOSED, schema_file="schema")
    return [str(problem) for problem in found]


NO_PORT = "schema: /properties/store/properties/port: no template reads the value store.port; remove the key, or use it."


def test_reads_in_every_context_count() -> None:
    assert messages(a=REST + "{{ .Values.store.host }}{{ $.Values.store.port }}") == []
    assert messages(a=REST + "{{ $root.Values.store.host }}{{- if .root.Values.store.port -}}") == []
    assert messages(a=REST + '{{ printf "%s:%v" .Values.store.host (.Values.store.port | quote) }}') == []


def test_reads_through_a_variable_count() -> None:
    assert messages(a=REST + "{{- $store := .Values.store -}}\n{{ $store.host }}:{{ $store.port }}") == []
    assert messages(a=REST + "{{- $store := $root.Values.store -}}\n{{ $store.host }}") == [NO_PORT]


def test_reads_of_a_part_that_is_handed_over_in_a_dict_count() -> None:
    helper = '{{- define "x.address" -}}{{ .store.host }}:{{ .store.port }}{{- end -}}'
    use = '{{ include "x.address" (dict "root" . "store" .Values.store) }}'
    assert messages(a=REST + use, _helper=helper) == []
    assert messages(a=REST + use, _helper=helper.replace(":{{ .store.port }}", "")) == [NO_PORT]


def test_reads_of_a_part_that_a_helper_keeps_in_a_variable_count() -> None:
    helper = '{{- define "x.address" -}}\n{{- $store := .store -}}\n{{ $store.host }}:{{ $store.port }}{{- end -}}'
    use = '{{- include "x.address" (dict "store" $.Values.store) | nindent 4 }}'
    assert messages(a=REST + use, _helper=helper) == []


def test_a_misspelt_read_of_a_part_that_is_handed_over_is_found_in_the_helper() -> None:
    helper = '{{- define "x.address" -}}\n{{ .store.host }}:\n{{ .store.prot }}{{- end -}}'
    use = '{{ include "x.address" (dict "store" .Values.store) }}{{ .Values.store.port }}'
    assert messages(a=REST + use, _helper=helper) == [
        "chart/templates/_helper.yaml:3: the template reads .Values.store.prot, which no key declares.\n  hint: did you mean store.port?"
    ]


def test_a_part_is_not_followed_into_helpers_that_it_is_not_handed_to() -> None:
    helpers = '{{- define "x.one" -}}{{ .store.host }}{{- end -}}\n{{- define "x.two" -}}{{ .store.port }}{{- end -}}'
    assert messages(a=REST + '{{ include "x.one" (dict "store" .Values.store) }}', _helper=helpers) == [NO_PORT]


def test_reading_a_closed_object_as_a_whole_reads_none_of_its_keys() -> None:
    assert messages(a=REST + "{{ toYaml .Values.store }}{{ .Values.store.host }}") == [NO_PORT]


def test_reading_below_an_open_object_is_its_own_business() -> None:
    assert messages(a="{{ .Values.labels.team }}{{ .Values.bbtests.anything }}{{ .Values.store.host }}{{ .Values.store.port }}") == []


def test_what_a_comment_says_is_no_read_and_moves_no_line() -> None:
    text = "{{- /*\n.Values.store.port\n.Values.nothing\n*/ -}}\n" + REST + "\n{{ .Values.store.host }}{{ .Values.stor.port }}"
    assert messages(a=text) == [
        "chart/templates/a.yaml:6: the template reads .Values.stor.port, which no key declares.\n  hint: did you mean store?",
        NO_PORT,
    ]


def test_text_outside_of_actions_is_no_read() -> None:
    assert messages(a=REST + "{{ .Values.store.host }}\n# set .Values.store.port in the values\n") == [NO_PORT]


def test_the_checks_that_only_refuse_values_do_not_use_them() -> None:
    templates = {"chart/templates/a.yaml": REST + "{{ .Values.store.host }}", f"{REFUSING}_b.tpl": "{{ .Values.store.port }}"}
    found = usage_problems(templates, CLOSED, schema_file="schema", ignored=[REFUSING])
    assert [str(problem) for problem in found] == [NO_PORT]
    templates[f"{REFUSING}_b.tpl"] = "{{ .Values.store.port }}{{ .Values.store.prot }}"
    found = usage_problems(templates, CLOSED, schema_file="schema", ignored=[REFUSING])
    assert [problem.code for problem in found] == ["undeclared-value", "unread-value"]


def test_named_templates_belong_to_the_chart_stand_once_and_exist() -> None:
    templates = {
        "a.tpl": '{{- define "shop.names.object" -}}x{{- end -}}\n',
        "b.tpl": '\n{{- define "labels" -}}x{{- end -}}\n',
        "c.tpl": '{{ define "shop.names.object" }}{{ end }}\n',
        "d.yaml": 'a: {{ include "shop.names.object" . }}\nb: {{ include "shop.names.objekt" . }}\nc: {{ template "other" . }}\n',
    }
    assert [str(found) for found in name_problems(templates, chart="shop")] == [
        'b.tpl:2: the named template "labels" is not below "shop.": any chart may replace it.',
        'c.tpl:1: the named template "shop.names.object" is defined in a.tpl, too.',
        'd.yaml:2: the named template "shop.names.objekt" is not defined.\n  hint: did you mean "shop.names.object"?',
        'd.yaml:3: the named template "other" is not defined.',
    ]


def changed(path: str, before: str, after: str) -> list[str]:
    """The problems of the tree of the made-up package after one change."""
    files = dict(generated("notes"))
    assert files[path].count(before) == 1, f"{before!r} must stand in {path} exactly once"
    files[path] = files[path].replace(before, after)
    return [str(found) for found in problems(files)]


def line_of(path: str, text: str) -> int:
    return generated("notes")[path].partition(text)[0].count("\n") + 1


def test_a_default_that_its_schema_refuses_is_found() -> None:
    line = line_of(VALUES_FILE, "  minutes: 30")
    assert changed(VALUES_FILE, "  minutes: 30", "  minutes: 0") == [
        f"{VALUES_FILE}:{line}: /session/minutes: 0 is not allowed; the least value is 1."
    ]


def test_an_overlay_that_the_schema_refuses_is_found() -> None:
    path = "overlays/chart/pro.yaml"
    line = line_of(path, "  words: colour")
    (first, *rest) = changed(path, "  words: colour", "  wrods: colour")
    assert first == f'{path}:{line}: /spelling/wrods: "wrods" is not a known key; known keys are words.\n  hint: did you mean "words"?'
    assert rest == []


def test_an_overlay_that_is_no_yaml_is_found() -> None:
    path = "overlays/chart/pro.yaml"
    line = line_of(path, "  words: colour")
    assert changed(path, "  words: colour", "  words: [colour") == [
        f"{path}:{line + 1}: not YAML: while parsing a flow sequence: did not find expected ',' or ']'."
    ]


def test_what_jinja_left_is_found() -> None:
    path = "chart/templates/page/service.yaml"
    (line,) = (number for number, text in enumerate(generated("notes")[path].splitlines(), 1) if text == "kind: Service")
    assert changed(path, "kind: Service\n", "kind: <@ kind @>\n") == [f'{path}:{line}: "<@" of the generator is left in the output.']


def test_a_helper_that_no_file_defines_is_found() -> None:
    path = "chart/templates/page/config-map.yaml"
    line = line_of(path, "notes.shelf.host")
    assert changed(path, "notes.shelf.host", "notes.self.host") == [
        f'{path}:{line}: the named template "notes.self.host" is not defined.\n  hint: did you mean "notes.shelf.host"?'
    ]
