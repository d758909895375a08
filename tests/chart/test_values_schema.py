"""The schema of the values takes what the chart reads and what Big Bang passes, and names every key that neither knows."""

import functools
import json
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft7Validator

from bbpkg.documents import read_documents
from chart.cases import CASES, ENTERPRISE, values_of
from chart.rendering import HELMS, Case, Values, at, chart, merged, nested, objects, template

PASSED_BY_BIG_BANG: dict[str, Values] = {
    "domain": {"domain": "bigbang.dev"},
    "openshift": {"openshift": True},
    "imagePullPolicy": {"imagePullPolicy": "Always"},
    "monitoring": {
        "monitoring": {"enabled": True, "serviceMonitor": {"scheme": "https", "tlsConfig": {"caFile": "/etc/prom-certs/root-cert.pem"}}}
    },
    "monitoring off": {"monitoring": {"enabled": False, "serviceMonitor": {"scheme": "", "tlsConfig": {}}}},
    "routes": {
        "routes": {"inbound": {"anchore-api": {"enabled": True, "gateways": ["istio-gateway/public-ingressgateway"]}}, "outbound": {}}
    },
    "istio": {"istio": {"enabled": True, "sidecar": {"enabled": True}, "hardened": {"enabled": True}}},
    "networkPolicies": {"networkPolicies": {"enabled": True, "egress": {"definitions": {"kubeAPI": {}}}, "ingress": {"definitions": {}}}},
    "bbtests": {"bbtests": {"enabled": False, "enableImagePullSecrets": True, "scripts": {"envs": {"URL": "https://anchore.bigbang.dev"}}}},
    # The umbrella passes no signing secret: the values of the package have to bring it.
    "sso": {
        "authentication": {"oauthEnabled": True, "existingSecret": "my-signing"},
        "sso": {"enabled": True, "spEntityId": "x", "acsUrl": "https://x", "idpMetadataUrl": "https://y", "roleAttribute": ""},
    },
    "waitJob": {"waitJob": {"enabled": True}},
    "bigbang": {"bigbang": {"domain": "bigbang.dev", "openshift": False, "addons": {"x": {"enabled": True}}}},
    "bb-common": {
        "bb-common": {"istio": {"enabled": True, "ambient": {"enabled": False}}, "networkPolicies": {"enabled": True}, "routes": {}}
    },
    "upstream": {"upstream": {"imagePullSecretName": "private-registry"}},
    "global": {"global": {"domain": "bigbang.dev", "monitoring": {"enabled": True}}},
    "global.imagePullSecrets": {"global": {"imagePullSecrets": ["private-registry", {"name": "other"}]}},
    "a key of tomorrow": {"somethingNew": {"enabled": True}},
}

MISSPELLED = (
    "global.editon",
    "global.monitoring.enable",
    "enterprise.licence",
    "enterprise.license.secret",
    "admin.pasword",
    "admin.secretKeys.pasword",
    "authentication.oauthEnable",
    "database.hots",
    "database.tls.mod",
    "feedsDatabase.secretKeys.passwd",
    "redis.tls.enable",
    "ui.authenticationLock.counts",
    "feeds.drivers.alpin",
    "objectStorage.s3.bukcet",
    "objectStorage.swift.authURL",
    "objectStorage.compression.enable",
    "analysisArchive.s3.iamauto",
    "analyzer.maxThread",
    "cycleTimers.catalogue",
    "monitoring.serviceMonitor.intervall",
    "certificates.caFiles",
    "postgresql.persistence.storageClass",
    "images.engine.repo",
    "images.engin",
    "components.apis",
    "components.api.replica",
    "components.api.serviceAccount.annotation",
    "components.api.sidecars.reports.resource",
    "components.catalog.workspaces.scratsh",
    "components.feeds.persistence.sizes",
    "components.ui.podDisruptionBudget.enable",
)
WRONG: tuple[tuple[str, object], ...] = (
    ("global.edition", "Enterprise"),
    ("enterprise.release", "4.8"),
    ("database.port", 70000),
    ("database.port", "5432"),
    ("database.tls.mode", "verify"),
    ("database.host", "postgres://db.example.mil"),
    ("database.host", "db.example.mil:5432"),
    ("database.name", 'a"b'),
    ("feeds.syncEnabled", "false"),
    ("authentication.oauthEnabled", "true"),
    ("analyzer.maxThreads", 0),
    ("analyzer.maxCompressedImageSizeMb", "100"),
    ("objectStorage.driver", "gcs"),
    ("objectStorage.s3.endpoint", "s3.example.mil"),
    ("objectStorage.swift.authVersion", "4"),
    ("objectStorage.swift.authVersion", 3),
    ("listenAddress", "127.0.0.1"),
    ("logging.level", "info"),
    ("imagePullPolicy", "always"),
    ("commonLabels", {"team": 1}),
    ("commonLabels", {"app.kubernetes.io/name": "x"}),
    ("components.api.podLabels", {"app.kubernetes.io/instance": "x"}),
    ("components.api.podLabels", {"zone": True}),
    ("components.api.nodeSelector", {"zone": 1}),
    ("components.api.podAnnotations", {"zone": 1}),
    ("components.api.replicas", -1),
    ("components.catalog.workspaces.scratch", "10 Gi"),
    ("cycleTimers.catalog", {"image_watcher": "3600"}),
)


@functools.cache
def schema() -> dict[str, Any]:
    parsed = json.loads((chart() / "values.schema.json").read_text(encoding="utf-8"))
    assert isinstance(parsed, dict)
    return parsed


@functools.cache
def defaults() -> dict[str, Any]:
    document = read_documents((chart() / "values.yaml").read_text(encoding="utf-8"), file="values.yaml")[0]
    assert isinstance(document.value, dict)
    return document.value


def every_schema(node: object, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every schema with the values path that it is for."""
    if isinstance(node, dict):
        yield path, node
        for name, child in node.get("properties", {}).items():
            yield from every_schema(child, f"{path}.{name}".removeprefix("."))


def test_the_schema_is_draft_7_and_needs_no_network() -> None:
    Draft7Validator.check_schema(schema())
    assert schema()["$schema"] == "http://json-schema.org/draft-07/schema#"
    text = json.dumps(schema())
    assert '"$ref"' not in text
    # Helm 3.17 knows draft 7 only.
    assert not {"$defs", "unevaluatedProperties", "dependentRequired", "prefixItems"} & set(text.split('"'))


def test_the_default_values_and_those_of_all_cases_are_valid() -> None:
    validator = Draft7Validator(schema())
    for case in CASES:
        problems = [error.message for error in validator.iter_errors(merged(defaults(), case.values))]
        assert not problems, case.name


def test_defaults_of_schema_and_values_agree_and_every_value_has_a_text() -> None:
    count = 0
    for path, node in every_schema(schema()):
        if path and "default" in node:
            count += 1
            assert at(defaults(), path) == node["default"], path
            assert node["description"], path
    assert count > 250


def test_every_nested_object_is_closed_and_the_root_is_open() -> None:
    assert schema()["additionalProperties"] is True
    for path, node in every_schema(schema()):
        if path and "properties" in node:
            assert node["additionalProperties"] is False, path


def test_every_object_of_the_values_refuses_a_key_that_it_does_not_know() -> None:
    validator = Draft7Validator(schema())
    paths = [path for path, node in every_schema(schema()) if path and "properties" in node]
    assert len(paths) >= 60
    for path in paths:
        messages = [error.message for error in validator.iter_errors(merged(defaults(), nested(f"{path}.misspelled", 1)))]
        assert len(messages) == 1, path
        assert "misspelled" in messages[0], path


@pytest.mark.parametrize("helm", HELMS)
@pytest.mark.parametrize("path", MISSPELLED)
def test_a_misspelled_key_is_refused_by_name(path: str, helm: str) -> None:
    assert at(defaults(), path.rpartition(".")[0]) is not None
    done = template(Case(name=path, values=nested(path, "x")), helm)
    assert done.exit_code != 0
    parent, _, key = path.rpartition(".")
    assert f"'{key}'" in done.stderr or f" {key} " in done.stderr, done.stderr
    assert parent in done.stderr.replace("/", ".")


@pytest.mark.parametrize("helm", HELMS)
@pytest.mark.parametrize(("path", "value"), WRONG, ids=str)
def test_a_wrong_value_is_refused_with_its_path(path: str, value: object, helm: str) -> None:
    done = template(Case(name=path, values=nested(path, value)), helm)
    assert done.exit_code != 0
    assert path in done.stderr.replace("'/", "'").replace("/", "."), done.stderr


@pytest.mark.parametrize("helm", HELMS)
@pytest.mark.parametrize("name", PASSED_BY_BIG_BANG)
@pytest.mark.parametrize("option", ["defaults", "external-inline"])
def test_what_big_bang_passes_is_taken(name: str, option: str, helm: str) -> None:
    done = template(Case(name=name, values=merged(values_of("enterprise", option), PASSED_BY_BIG_BANG[name])), helm)
    assert done.exit_code == 0, done.stderr


@pytest.mark.parametrize("helm", HELMS)
def test_all_that_big_bang_passes_is_taken_at_once(helm: str) -> None:
    case = Case(name="big bang", values=merged(ENTERPRISE, *PASSED_BY_BIG_BANG.values()))
    assert objects(case, helm)


def test_the_monitoring_block_that_big_bang_passes_decides_how_metrics_are_scraped() -> None:
    case = Case(name="monitoring", values=PASSED_BY_BIG_BANG["monitoring"])
    endpoints = [endpoint for item in objects(case) if item["kind"] == "ServiceMonitor" for endpoint in item["spec"]["endpoints"]]
    assert len(endpoints) == 5
    for endpoint in endpoints:
        assert endpoint["scheme"] == "https"
        assert endpoint["tlsConfig"] == {"caFile": "/etc/prom-certs/root-cert.pem"}


def test_pull_secrets_of_the_platform_come_in_each_form_and_win() -> None:
    case = Case(name="pull secrets", values=PASSED_BY_BIG_BANG["global.imagePullSecrets"])
    pods = [item["spec"]["template"]["spec"] for item in objects(case) if item["kind"] in {"Deployment", "StatefulSet"}]
    assert all(pod["imagePullSecrets"] == [{"name": "private-registry"}, {"name": "other"}] for pod in pods)
