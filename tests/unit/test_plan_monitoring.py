"""Alerts of a definition become rules: names, conditions, placeholders, and braces that belong to Prometheus."""

import functools

import pytest

from bbpkg.definition.load import load_package
from bbpkg.definition.schema import package_schema
from bbpkg.model.package import Package
from bbpkg.model.values import ValueKey, walk
from bbpkg.plan.chart import plan_package
from bbpkg.plan.monitoring import alert_title
from bbpkg.plan.values_tree import values_tree
from bbpkg.render.engine import render_plan
from packages import ENGINE, REPOSITORY, read_folder, subchart

BASE = REPOSITORY / "tests/cases/definitions/base"
RULE = "chart/templates/metrics/prometheus-rule.yaml"
SCRAPED = "- {name: http, number: 8080, metrics: /metrics, in: [stall, mall/1]}"
ALERTS = """alerts:
  - name: tills-slow
    components: [stock]
    in: [mall]
    severity: warning
    for: 5m
    threshold: {default: 3, description: Seconds}
    expr: 'max(till_seconds{till="1",${selector}}) > ${threshold}'
    summary: '{{ $labels.pod }} needs ${threshold} s'
    description: '{{ $value }}'
  - name: doors-shut
    severity: info
    for: 1h
    expr: absent(door_open{${selector}})
    summary: Shut
    description: Nobody comes in
    when: .Values.opening.hours
values:
"""


def shop(*changes: tuple[str, str]) -> Package:
    return load_package(_files(*changes), folder="shop")


def _files(*changes: tuple[str, str]) -> dict[str, str]:
    files = read_folder(BASE)
    for find, put in changes:
        assert files["package.yaml"].count(find) == 1, find
        files["package.yaml"] = files["package.yaml"].replace(find, put)
    return files


ALL_CHANGES = (
    ("- {name: http, number: 8080, in: [stall, mall/1]}", SCRAPED),
    ("- {name: http, number: 8090}", "- {name: http, number: 8090, metrics: /metrics}"),
    ("values:\n  opening", f"{ALERTS}  opening"),
)


@functools.cache
def rendered(*changes: tuple[str, str]) -> dict[str, str]:
    templates = {**read_folder(ENGINE / "templates"), **{f"package/{path}": text for path, text in _files(*changes).items()}}
    return render_plan(plan_package(shop(*changes), package_schema(), subchart()), templates)


def keys(package: Package) -> dict[str, ValueKey]:
    return {".".join(path): key for path, key in walk(values_tree(package))}


def test_an_alert_is_named_after_package_and_alert() -> None:
    assert alert_title(shop(), "tills-slow") == "ShopTillsSlow"


def test_a_package_without_metrics_has_nothing_for_prometheus() -> None:
    assert not [path for path in rendered() if "metrics/" in path]
    assert not [path for path in keys(shop()) if path.startswith("monitoring")]


def test_placeholders_become_actions_of_helm_and_braces_of_prometheus_stay_text() -> None:
    text = rendered(*ALL_CHANGES)[RULE]
    selector = 'include "shop.metrics.selector" (dict "root" . "components" (list "stock"))'
    assert f'max(till_seconds{{till="1", {{{{- {selector} }}}}}}) > {{{{ .Values.monitoring.alerts.tillsSlow.threshold }}}}' in text
    assert "{{`{{`}} $labels.pod {{`}}`}} needs {{ .Values.monitoring.alerts.tillsSlow.threshold }} s" in text


def test_an_alert_without_components_reads_all_that_are_scraped() -> None:
    assert '(include "shop.metrics.components" . | fromYamlArray)' in rendered(*ALL_CHANGES)[RULE]
    helper = rendered(*ALL_CHANGES)["chart/templates/metrics/_components.tpl"]
    # The counter has metrics in a release of the mall that is not the newest.
    assert (
        '{{- if or (eq .Values.global.edition "stall") (and (eq .Values.global.edition "mall") (eq .Values.mall.release "1")) }}' in helper
    )
    assert '{{- if eq .Values.global.edition "mall" }}\n- stock\n{{- end }}' in helper


def test_an_alert_exists_where_its_variants_condition_and_values_say() -> None:
    text = rendered(*ALL_CHANGES)[RULE]
    assert '{{- if and (eq .Values.global.edition "mall") .Values.monitoring.alerts.tillsSlow.enabled }}' in text
    assert "{{- if and .Values.opening.hours .Values.monitoring.alerts.doorsShut.enabled }}" in text


@pytest.mark.parametrize(("path", "default"), [("enabled", True), ("for", "5m"), ("severity", "warning"), ("threshold", 3)])
def test_an_alert_brings_its_values_for_its_editions(path: str, default: object) -> None:
    found = keys(shop(*ALL_CHANGES))
    key = found[f"monitoring.alerts.tillsSlow.{path}"]
    assert (key.default, key.editions) == (default, ("mall",))
    assert "monitoring.alerts.doorsShut.threshold" not in found
    assert not found["monitoring.alerts.doorsShut.for"].editions


@pytest.mark.parametrize(("default", "kind", "minimum"), [("3", "integer", 0), ("3.5", "number", 0), ("3, minimum: 1", "integer", 1)])
def test_a_threshold_is_whole_if_its_default_is(default: str, kind: str, minimum: int) -> None:
    changes = (*ALL_CHANGES[:2], (ALL_CHANGES[2][0], ALL_CHANGES[2][1].replace("default: 3", f"default: {default}")))
    key = keys(shop(*changes))["monitoring.alerts.tillsSlow.threshold"]
    assert (key.type, key.constraints) == (kind, {"minimum": minimum})


def test_the_text_of_an_alert_in_the_values_names_what_differs() -> None:
    assert keys(shop(*ALL_CHANGES))["monitoring.alerts.tillsSlow"].description == "<pod> needs <threshold> s"
