"""What a definition says about logs becomes a collector in the pods that write them, and an annotation where lines are JSON."""

import functools

from bbpkg.definition.load import load_package
from bbpkg.definition.schema import package_schema
from bbpkg.model.package import Package
from bbpkg.model.values import walk
from bbpkg.plan.chart import plan_package
from bbpkg.plan.logging import pod_logs
from bbpkg.plan.values_tree import values_tree
from bbpkg.render.engine import render_plan
from packages import ENGINE, REPOSITORY, read_folder, subchart

BASE = REPOSITORY / "tests/cases/definitions/base"
STORE = """logs:
  title: Elastic
  collector: Fluentbit
  service: es
  namespace: logging
  port: 9243
"""
COLLECTOR = """  sidecar:
    image: till
    user: writer
    password: {name: es-user, key: elastic}
    ca: {name: es-ca, key: tls.crt}
    recordStart: 'it''s \\d'
"""
TMP = "- {name: tmp, path: /tmp, size: 64Mi}"
LOGS = '- {name: logs, path: /logs, size: 64Mi, logs: "*.log"}'
Change = tuple[str, str]


def files(*changes: Change) -> dict[str, str]:
    found = read_folder(BASE)
    for find, put in changes:
        assert found["package.yaml"].count(find) == 1, find
        found["package.yaml"] = found["package.yaml"].replace(find, put)
    return found


def shop(*changes: Change) -> Package:
    return load_package(files(*changes), folder="shop")


def with_store(text: str) -> Change:
    return ("metrics:\n  username", f"{text}metrics:\n  username")


@functools.cache
def rendered(*changes: Change) -> dict[str, str]:
    templates = {**read_folder(ENGINE / "templates"), **{f"package/{path}": text for path, text in files(*changes).items()}}
    return render_plan(plan_package(shop(*changes), package_schema(), subchart()), templates)


EVERYWHERE = (with_store(STORE + COLLECTOR), (TMP, f"{TMP}\n      {LOGS}"))


def test_without_a_collector_there_is_nothing_of_one() -> None:
    found = rendered(with_store(STORE))
    assert not [path for path in found if "/logs/" in path or path.endswith("validate/_logs.tpl")]
    assert not [path for path, text in found.items() if "log-collector" in text or "logging.sidecar" in text]
    assert not [path for path, _ in walk(values_tree(shop(with_store(STORE)))) if path[0] == "logging"]


def test_the_collector_reads_each_container_where_that_container_exists() -> None:
    package = shop(*EVERYWHERE)
    logs = pod_logs(package, package.component("counter"))
    assert logs is not None
    assert logs.condition == ".Values.logging.sidecar.enabled"
    found = [(run.condition, folder.container, folder.volume) for run in logs.folders for folder in run.items]
    assert found == [(None, "counter", "logs"), ('eq .Values.global.edition "mall"', "scale", "scale-logs")]


def test_a_pod_has_a_collector_only_where_it_writes_log_files() -> None:
    sidecar = "resources: {cpu: 100m, memory: 64Mi, memoryLimit: 128Mi}\n  - name: stock"
    own = f"workspaces: [{LOGS[2:-1]}, in: [mall/2], when: .Values.opening.hours}}]"
    package = shop(with_store(STORE + COLLECTOR), (sidecar, f"{own}\n        {sidecar}"))
    logs = pod_logs(package, package.component("counter"))
    assert logs is not None
    assert logs.condition == 'and (and (eq .Values.global.edition "mall") (eq .Values.mall.release "2")) .Values.logging.sidecar.enabled'
    (run,) = logs.folders
    assert run.condition == ".Values.opening.hours"
    assert pod_logs(package, package.component("stock")) is None


def test_the_configuration_exists_where_any_pod_reads_it() -> None:
    own = (TMP, f"{TMP}\n      {LOGS[:-1]}, in: [mall]}}")
    text = rendered(with_store(STORE + COLLECTOR), own)["chart/templates/logs/config-map.yaml"]
    assert '{{- if and (eq .Values.global.edition "mall") .Values.logging.sidecar.enabled }}' in text


def test_the_beginning_of_a_record_is_a_yaml_string() -> None:
    text = rendered(*EVERYWHERE)["chart/templates/logs/config-map.yaml"]
    assert "regex: '/^(?:it''s \\d)/'" in text
    assert "regex: '/^(?!it''s \\d)/'" in text


def test_defaults_of_the_values_are_those_of_the_definition() -> None:
    found = {".".join(path[2:]): key.default for path, key in walk(values_tree(shop(*EVERYWHERE))) if path[:2] == ("logging", "sidecar")}
    expected = {"host": "es.logging", "port": 9243, "username": "writer", "existingSecret": "es-user", "secretKeys.password": "elastic"}
    assert expected.items() <= found.items()
    assert (found["tls.existingSecret"], found["tls.caFile"], found["enabled"]) == ("es-ca", "tls.crt", False)


def test_pods_that_log_json_say_so_to_the_collector_of_the_node() -> None:
    text = rendered(with_store(STORE + "  json: [mall/2]\n"))
    marked = '        {{- if and (eq .Values.global.edition "mall") (eq .Values.mall.release "2") }}'
    assert (
        f"{marked}\n        # What Fluent Bit on the node makes of standard output.\n        fluentbit.io/parser: json\n"
        in text["chart/templates/counter/deployment.yaml"]
    )
    assert "fluentbit.io" not in rendered(with_store(STORE))["chart/templates/counter/deployment.yaml"]
