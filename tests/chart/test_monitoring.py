"""Prometheus finds what it scrapes, alerts read only metrics that Anchore has and only of their own release, dashboards are found."""

import functools
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from chart.cases import EDITIONS, NAMED
from chart.rendering import Case, Object, Values, merged, nested, objects, of_kind, template

ON: Values = {"global": {"monitoring": {"enabled": True}}}
# Reference of Anchore: `up` is Prometheus' own.
METRICS = {
    "up",
    "anchore_queue_length",
    "anchore_tmpspace_available_bytes",
    "anchore_monitor_runtime_seconds",
    "anchore_analysis_time_seconds",
    "anchore_policy_evaluation_time_seconds",
    "anchore_service_info",
    "flask_http_request_duration_seconds",
}
MATCHED = re.compile(r"([a-z_]+)\{([^}]*)\}")


@functools.cache
def scraped(edition: str) -> Case:
    return Case(name=f"{edition}-scraped", values=merged(EDITIONS[edition], ON), release="trust", namespace="security")


def changed(edition: str, path: str, value: object) -> Case:
    return Case(name=path, values=merged(scraped(edition).values, nested(path, value)), release="trust", namespace="security")


def rules(case: Case) -> list[Object]:
    (item,) = of_kind(case, "PrometheusRule")
    (group,) = item["spec"]["groups"]
    found = group["rules"]
    assert isinstance(found, list)
    return found


def rule(case: Case, name: str) -> Object:
    (found,) = [item for item in rules(case) if item["alert"] == name]
    assert isinstance(found, dict)
    return found


def dashboards(case: Case) -> list[Object]:
    return [item for item in of_kind(case, "ConfigMap") if "grafana_dashboard" in item["metadata"]["labels"]]


def panels(case: Case) -> Iterator[dict[str, Any]]:
    for item in dashboards(case):
        for text in item["data"].values():
            yield from json.loads(text)["panels"]


def expressions(case: Case) -> Iterator[str]:
    yield from (item["expr"] for item in rules(case))
    for panel in panels(case):
        yield from (target["expr"] for target in panel.get("targets", ()))


def jobs(case: Case) -> set[str]:
    """The Services that a ServiceMonitor selects at a port that they have: Prometheus names jobs after them."""
    found = set()
    for monitor in of_kind(case, "ServiceMonitor"):
        wanted = monitor["spec"]["selector"]["matchLabels"].items()
        for service in of_kind(case, "Service"):
            ports = {port["name"] for port in service["spec"]["ports"]}
            if wanted <= service["metadata"]["labels"].items() and {end["port"] for end in monitor["spec"]["endpoints"]} <= ports:
                found.add(service["metadata"]["name"])
    return found


every_edition = pytest.mark.parametrize("edition", EDITIONS)


@every_edition
def test_without_monitoring_there_is_no_monitoring_object(edition: str) -> None:
    found = objects(NAMED[f"{edition}-defaults"])
    assert not [item for item in found if item["apiVersion"].startswith("monitoring.coreos.com/")]
    assert not dashboards(NAMED[f"{edition}-defaults"])


@every_edition
def test_expressions_read_only_metrics_that_anchore_has(edition: str) -> None:
    read = {name for expr in expressions(scraped(edition)) for name, _ in MATCHED.findall(expr)}
    assert {re.sub("_(count|sum|bucket)$", "", name) for name in read} == METRICS


@every_edition
def test_alerts_read_only_jobs_of_this_release(edition: str) -> None:
    case = scraped(edition)
    known = jobs(case)
    for item in rules(case):
        blocks = [labels for _, labels in MATCHED.findall(item["expr"])]
        assert blocks, item
        for labels in blocks:
            match = re.match(r'namespace="security",job=~?"([^"]+)"', labels)
            assert match, item["expr"]
            assert set(match[1].split("|")) <= known, item["expr"]


@every_edition
def test_every_scraped_service_has_an_alert_when_it_is_down(edition: str) -> None:
    case = scraped(edition)
    down = [item for item in rules(case) if item["alert"] == "AnchoreDown"]
    assert {re.findall(r'job="([^"]+)"', item["expr"])[0] for item in down} == jobs(case)
    for item in down:
        matchers = {labels for _, labels in MATCHED.findall(item["expr"])}
        assert len(matchers) == 1
        assert item["expr"] == f"up{{{next(iter(matchers))}}} == 0 or absent(up{{{next(iter(matchers))}}})"


def test_a_component_that_is_scaled_to_zero_is_not_missed() -> None:
    case = changed("engine", "components.analyzer.replicas", 0)
    found = {item["labels"]["component"] for item in rules(case) if item["alert"] == "AnchoreDown"}
    assert found == {"api", "catalog", "policy-engine", "simple-queue"}


@every_edition
def test_texts_of_alerts_are_complete_templates_of_prometheus(edition: str) -> None:
    texts = [text for item in rules(scraped(edition)) for text in (item["expr"], *item["annotations"].values())]
    assert not [text for text in texts if "${" in text or "`" in text or "<no value>" in text]
    summary = rule(scraped(edition), "AnchoreRequestsFail")["annotations"]["summary"]
    assert summary == "More than 5 percent of the requests to {{ $labels.job }} fail"


@pytest.mark.parametrize(("key", "value", "shown"), [("threshold", 7, "> 7 "), ("for", "2h", None), ("severity", "info", None)])
def test_an_alert_is_what_its_values_say(key: str, value: object, shown: str | None) -> None:
    before = rule(scraped("engine"), "AnchoreQueueGrows")
    after = rule(changed("engine", f"monitoring.alerts.queueGrows.{key}", value), "AnchoreQueueGrows")
    if key == "threshold":
        assert "> 100 " in before["expr"]
        assert str(shown) in after["expr"]
    elif key == "severity":
        assert (before["labels"]["severity"], after["labels"]["severity"]) == ("warning", "info")
    else:
        assert (before["for"], after["for"]) == ("30m", "2h")


def test_an_alert_can_be_left_out_and_all_can() -> None:
    names = {item["alert"] for item in rules(scraped("engine"))}
    one = {item["alert"] for item in rules(changed("engine", "monitoring.alerts.tasksFail.enabled", value=False))}
    assert names - one == {"AnchoreTasksFail"}
    assert not of_kind(changed("engine", "monitoring.alerts.enabled", value=False), "PrometheusRule")
    every = {key: {"enabled": False} for key in ("down", "requestsFail", "loginsFail", "queueGrows", "analysisStalls", "analysesFail")}
    every |= {key: {"enabled": False} for key in ("scratchLow", "feedSyncStale", "tasksFail")}
    # A rule group without rules is refused by the operator.
    assert not of_kind(changed("engine", "monitoring.alerts", every), "PrometheusRule")


def test_without_synchronization_nobody_hears_that_it_is_stale() -> None:
    rule(scraped("engine"), "AnchoreFeedSyncStale")
    names = {item["alert"] for item in rules(changed("engine", "feeds.syncEnabled", value=False))}
    assert "AnchoreFeedSyncStale" not in names


def test_labels_are_added_to_the_rules() -> None:
    (item,) = of_kind(changed("engine", "monitoring.alerts.labels", {"team": "security"}), "PrometheusRule")
    assert item["metadata"]["labels"]["team"] == "security"
    assert item["metadata"]["labels"]["app.kubernetes.io/part-of"] == "anchore"


@pytest.mark.parametrize(("key", "value"), [("severity", "fatal"), ("for", "soon"), ("threshold", 0.5)])
def test_a_value_that_prometheus_would_refuse_is_refused(key: str, value: object) -> None:
    done = template(changed("engine", f"monitoring.alerts.feedSyncStale.{key}", value))
    assert done.exit_code != 0
    assert re.search(rf"monitoring[./]alerts[./]feedSyncStale[./]{key}", done.stderr), done.stderr


def test_an_unknown_alert_is_refused_by_name() -> None:
    done = template(changed("engine", "monitoring.alerts.queueGrow", {"enabled": False}))
    assert done.exit_code != 0
    assert "queueGrow" in done.stderr
    assert "additional properties" in done.stderr.lower()


@every_edition
def test_the_dashboard_is_where_grafana_looks_for_it(edition: str) -> None:
    (item,) = dashboards(scraped(edition))
    assert (item["metadata"]["namespace"], item["metadata"]["labels"]["grafana_dashboard"]) == ("monitoring", "1")
    # Grafana keeps the files of all ConfigMaps in one folder.
    assert set(item["data"]) == {"trust-anchore-overview.json"}


@every_edition
def test_the_dashboard_asks_the_chosen_source_about_the_chosen_release(edition: str) -> None:
    (item,) = dashboards(scraped(edition))
    (text,) = item["data"].values()
    dashboard = json.loads(text)
    variables = {variable["name"]: variable["type"] for variable in dashboard["templating"]["list"]}
    assert variables == {"datasource": "datasource", "namespace": "query", "job": "query"}
    drawn = [panel for panel in dashboard["panels"] if panel["type"] != "row"]
    assert len(drawn) > 10
    ids = [panel["id"] for panel in dashboard["panels"]]
    assert len(ids) == len(set(ids))
    for panel in drawn:
        sources = [panel["datasource"], *(target["datasource"] for target in panel["targets"])]
        assert {source["uid"] for source in sources} == {"${datasource}"}, panel["title"]
        for target in panel["targets"]:
            for _, labels in MATCHED.findall(target["expr"]):
                assert labels.startswith('namespace="$namespace",job=~"$job"'), panel["title"]


def test_panels_do_not_overlap() -> None:
    taken: dict[tuple[int, int], str] = {}
    for panel in panels(scraped("engine")):
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24, panel["title"]
        for cell in ((x, y) for x in range(place["x"], place["x"] + place["w"]) for y in range(place["y"], place["y"] + place["h"])):
            assert cell not in taken, (panel["title"], taken.get(cell))
            taken[cell] = panel["title"]


def test_the_place_of_the_dashboard_is_a_value() -> None:
    (item,) = dashboards(changed("engine", "monitoring.dashboards.namespace", ""))
    assert item["metadata"]["namespace"] == "security"
    assert not dashboards(changed("engine", "monitoring.dashboards.enabled", value=False))


@every_edition
def test_every_metrics_port_is_scraped_the_api_by_its_own_port_first(edition: str) -> None:
    monitors = {item["metadata"]["name"]: item["spec"]["endpoints"] for item in of_kind(scraped(edition), "ServiceMonitor")}
    assert [endpoint["port"] for endpoint in monitors["trust-anchore-api"]] == [
        "http",
        *(["http-reports"] if edition == "enterprise" else []),
    ]
    services = {item["metadata"]["name"]: item for item in of_kind(scraped(edition), "Service")}
    without = {"trust-anchore-database", "trust-anchore-feeds-database", "trust-anchore-redis", "trust-anchore-ui"}
    assert set(monitors) == services.keys() - without


def test_scheme_and_tls_reach_every_endpoint() -> None:
    tls = {"caFile": "/etc/prom-certs/root-cert.pem", "insecureSkipVerify": True}
    case = changed("enterprise", "monitoring.serviceMonitor", {"scheme": "https", "tlsConfig": tls})
    endpoints = [endpoint for item in of_kind(case, "ServiceMonitor") for endpoint in item["spec"]["endpoints"]]
    assert len(endpoints) > 8
    assert all((endpoint["scheme"], endpoint["tlsConfig"]) == ("https", tls) for endpoint in endpoints)


@every_edition
def test_scrapes_log_in_as_admin_unless_metrics_are_open(edition: str) -> None:
    def logins(case: Case) -> list[Object | None]:
        return [endpoint.get("basicAuth") for item in of_kind(case, "ServiceMonitor") for endpoint in item["spec"]["endpoints"]]

    password = {"name": "my-admin", "key": "pass"}
    values = {"existingSecret": "my-admin", "secretKeys": {"password": "pass"}}
    found = logins(changed(edition, "admin", values))
    assert found
    assert all(login and login["password"] == password for login in found)
    (secret,) = [item for item in of_kind(scraped(edition), "Secret") if item["metadata"]["name"] == "trust-anchore-metrics"]
    assert secret["stringData"] == {"username": "admin"}
    assert set(map(str, logins(changed(edition, "monitoring.authEnabled", value=False)))) == {"None"}
