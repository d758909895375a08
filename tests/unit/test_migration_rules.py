"""Rules of `migration.yaml`: each one does what it says, writes what the chart knows, and a wrong file is refused with its line."""

import copy
import functools
import json
import re
from collections.abc import Mapping
from typing import Any, cast

import jsonschema
import pytest

from bbpkg.editing.values import child, is_same, nested, steps_of, with_value
from bbpkg.editing.yaml_text import YamlText
from bbpkg.errors import InvalidInputError
from bbpkg.umbrella.migration.draft import Deed, Migration
from bbpkg.umbrella.migration.mapping import MAPPING_FILE, Form, Rule, read_forms
from bbpkg.umbrella.migration.other_chart import to_package
from packages import ENGINE, generated, package_files

_PACKAGE = "anchore"
_URI = "redis://:word@redis.example.mil:6380"


@functools.cache
def _forms() -> Mapping[str, Form]:
    text = package_files(_PACKAGE)[MAPPING_FILE]
    return {form.name: form for form in read_forms(text, file=MAPPING_FILE)}


@functools.cache
def _schema() -> dict[str, Any]:
    schema: dict[str, Any] = json.loads(generated(_PACKAGE)["chart/values.schema.json"])
    return schema


@functools.cache
def _mesh_schema() -> dict[str, Any]:
    schema: dict[str, Any] = json.loads((ENGINE / "charts/bb-common/values.schema.json").read_text())
    return schema


@functools.cache
def _defaults() -> object:
    return YamlText.read(generated(_PACKAGE)["chart/values.yaml"], file="values.yaml").value()


def _schema_of(place: str) -> dict[str, Any] | None:
    """The schema of a value of the chart; empty where anything may be, None where nothing may be."""
    steps = steps_of(place)
    level = _schema()
    if steps[0] == "bb-common":
        level, steps = _mesh_schema(), steps[1:]
    for step in steps:
        if step in level.get("properties", {}):
            level = level["properties"][step]
        elif any(re.search(pattern, step) for pattern in level.get("patternProperties", {})):
            level = next(inner for pattern, inner in level["patternProperties"].items() if re.search(pattern, step))
        elif isinstance(level.get("additionalProperties"), dict):
            level = level["additionalProperties"]
        elif level.get("additionalProperties") is False:
            return None
        else:
            return {}
        while "$ref" in level:
            level = _mesh_schema()[level["$ref"].split("/")[1]][level["$ref"].split("/")[2]]
    return level


def _value_place(form: Form, target: str) -> str | None:
    """The place of a target in the values of the chart; None for what the umbrella reads itself."""
    if form.package is None:
        return target
    return target.removeprefix("/values") if target.startswith("/values/") else None


def _sample(form: Form, rule: Rule) -> object:
    """A value that the rule applies to, and the chart accepts."""
    if rule.values:
        return rule.values[0][0]
    if rule.split:
        return _URI
    place = _value_place(form, rule.to[0]) if rule.to else None
    schema = (_schema_of(place) if place else None) or {}
    fitting = [text for text in ("x", "10Gi", "https://x.example.mil") if re.search(schema.get("pattern", ""), text)]
    kinds = schema.get("type", "string")
    kind = kinds if isinstance(kinds, str) else kinds[0]
    by_kind = {"boolean": True, "integer": 7, "object": {}, "array": [], "string": schema.get("enum", fitting)[-1]}
    return "7" if rule.type == "integer" else "x" if rule.template else by_kind[kind]


def _source(form: Form, rule: Rule, value: object) -> dict[str, Any]:
    above = ["addons", form.package] if form.package else []
    values: object = copy.deepcopy(nested(steps_of(rule.source), value))
    for place, wanted in rule.when.items():
        values = with_value(values, steps_of(place), wanted)
    return cast("dict[str, Any]", nested([step for step in above if step], values))


def _migrated(form: Form, values: dict[str, Any]) -> Migration:
    text = YamlText.read(json.dumps(values), file="values.yaml")
    return to_package([text], form, _PACKAGE)[0]


def _result(form: Form, found: Migration, target: str) -> object:
    value = YamlText.read(found.text, file="values.yaml").value()
    for step in (*(["packages", _PACKAGE] if form.package else []), *steps_of(target)):
        value = child(value, step)
    return value


def _expected(rule: Rule, value: object) -> object:
    if rule.values:
        return {json.dumps(old): new for old, new in rule.values}[json.dumps(value)]
    if rule.template is not None:
        return json.loads(json.dumps(rule.template).replace("{value}", str(value)))
    return int(str(value)) if rule.type == "integer" else value


_ROWS = [(form.name, number) for form in _forms().values() for number in range(len(form.rules))]


@pytest.mark.parametrize(
    ("form_name", "number"), _ROWS, ids=[f"{name}{_forms()[name].rules[number].source}-{number}" for name, number in _ROWS]
)
def test_a_rule_does_what_it_says(form_name: str, number: int) -> None:
    form = _forms()[form_name]
    rule = form.rules[number]
    value = _sample(form, rule)
    found = _migrated(form, _source(form, rule, value))
    left = [problem for problem in found.undecided if problem.location.pointer.endswith(rule.source)]
    if rule.decide:
        assert [problem.message for problem in left] == [f"{rule.decide}."]
        assert not any(change.location.pointer.endswith(rule.source) for change in found.changes)
        return
    assert left == []
    if rule.drop:
        assert [(change.deed, change.reason) for change in found.changes] == [(Deed.DROPPED, rule.drop)] or rule.when
        return
    if rule.split:
        assert {part: _result(form, found, target) for part, target in rule.split.to.items()} == {
            "password": "word",
            "host": "redis.example.mil",
            "port": 6380,
        }
    else:
        for target in rule.to:
            assert is_same(_result(form, found, target), _expected(rule, value)), target
    for target, fixed in (*rule.also.items(), *form.fixed.items()):
        assert _result(form, found, target) == fixed
    if form.package is None:
        assert _wrong_values(_result(form, found, "")) == []
    elif rule.to and rule.to[0].startswith("/values/"):
        assert _wrong_values(_result(form, found, "/values")) == []


def _wrong_values(values: object) -> list[str]:
    """What the schema of the chart refuses, except what is missing and what another value would have to allow."""
    known = {key: value for key, value in values.items() if key in _schema()["properties"]} if isinstance(values, dict) else {}
    found = jsonschema.Draft202012Validator(_schema()).iter_errors(known)
    return [
        f"{problem.json_path}: {problem.message}"
        for problem in found
        if problem.path and problem.validator not in {"minLength", "if", "anyOf"}
    ]


@pytest.mark.parametrize("form_name", list(_forms()))
def test_every_target_is_a_value_that_the_chart_has(form_name: str) -> None:
    form = _forms()[form_name]
    targets = {target for rule in form.rules for target in rule.targets} | set(form.fixed)
    places = {place for target in targets if (place := _value_place(form, target)) is not None}
    assert len(places) > 100
    assert sorted(place for place in places if _schema_of(place) is None) == []
    # Where the schema lets anything be, the defaults say what is read.
    free = {place for place in places if _schema_of(place) == {} and not place.startswith("/bb-common/")}
    assert sorted(place for place in free if _at(place) is None and not place.startswith("/analyzer/config/")) == []
    routes = {steps_of(place)[3] for place in places if place.startswith("/bb-common/routes/inbound/")}
    assert routes <= set(_at("/bb-common/routes/inbound"))  # type: ignore[call-overload]


def _at(place: str) -> object:
    value = _defaults()
    for step in steps_of(place):
        value = child(value, step)
    return value


def test_targets_beside_the_values_are_those_of_a_package_of_the_user() -> None:
    form = _forms()["official"]
    beside = {target for rule in form.rules for target in rule.targets if not target.startswith("/values/")} | {
        target for target in form.fixed if not target.startswith("/values/")
    }
    assert beside == {"/enabled", "/flux", "/istio/injection", "/helmRelease/namespace"}


_VALID = """\
apiVersion: bbpkg.dev/v1alpha1
kind: Migration
forms:
  - name: other
    title: another chart
    use:
      - {group: chart}
groups:
  chart:
    - {from: /a, to: /b}
    - from: /uri
      split: {pattern: '(?P<host>.*):(?P<port>[0-9]+)', to: {host: /host, port: /port}, integers: [port]}
"""


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("", "", None),
        ("{from: /a, to: /b}", "{from: /a}", "10: /groups/chart/0: a rule has exactly one of to, split, drop, decide."),
        ("{from: /a, to: /b}", "{from: /a, to: /b, drop: x}", "10: /groups/chart/0: a rule has exactly one of"),
        ("{from: /a, to: /b}", "{from: /*, to: /b}", "10: /groups/chart/0: each and * belong together."),
        ("{from: /a, to: /b}", "{from: /a, to: /b, each: {x: z}}", "10: /groups/chart/0: each and * belong together."),
        ("{from: /a, to: /b}", "{from: a, to: /b}", '10: /groups/chart/0/from: "a" does not have the right form'),
        ("{from: /a, to: /b}", "{form: /a, to: /b}", '10: /groups/chart/0/form: "form" is not a known key'),
        ("{group: chart}", "{group: chrat}", '7: /forms/0/use/0/group: there is no group "chrat"; there are chart.'),
        ("[0-9]+)'", "[0-9+)'", "12: /groups/chart/1/split/pattern: it is no regular expression"),
        ("host: /host, ", "", "12: /groups/chart/1/split: the pattern has the parts host, port; to and integers name others."),
        ("[port]", "[prot]", "12: /groups/chart/1/split: the pattern has the parts host, port"),
        ("v1alpha1", "v1", '1: /apiVersion: "bbpkg.dev/v1"'),
        ("kind: Migration", "kind: Package", '2: /kind: "Package"'),
        ("forms:", "form:", '3: /form: "form" is not a known key'),
    ],
)
def test_a_wrong_file_is_refused_with_its_line(old: str, new: str, message: str | None) -> None:
    text = _VALID.replace(old, new, 1) if old else _VALID
    assert text != _VALID or not old
    if message is None:
        (form,) = read_forms(text, file="migration.yaml")
        assert [rule.source for rule in form.rules] == ["/a", "/uri"]
        return
    with pytest.raises(InvalidInputError) as refused:
        read_forms(text, file="migration.yaml")
    assert any(f"migration.yaml:{message}" in str(found) for found in refused.value.diagnostics), list(map(str, refused.value.diagnostics))
