"""Pods restart when what they read changes, and only then."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from chart.cases import EDITIONS, ENTERPRISE
from chart.rendering import Case, Object, Values, chart, merged, nested, objects, own_objects, template, workloads

_INLINE = merged(
    ENTERPRISE,
    {"enterprise": {"license": {"existingSecret": "", "content": "x"}}, "admin": {"password": "x"}, "database": {"password": "x"}},
    {"feedsDatabase": {"password": "x"}, "redis": {"password": "x"}, "authentication": {"oauthEnabled": True, "secret": "x"}},
    {"objectStorage": {"driver": "s3", "s3": {"bucket": "b", "region": "r", "accessKey": "x", "secretKey": "x"}}},
    {"certificates": {"caBundle": "PEM"}},
    {
        "analysisArchive": {
            "enabled": True,
            "driver": "swift",
            "swift": {"container": "c", "authUrl": "http://x", "username": "u", "password": "x"},
        }
    },
)
ALL = {"api", "catalog", "policy-engine", "simple-queue", "analyzer", "ui", "rbac-manager", "reports-worker", "notifications", "feeds"}
SERVICES = ALL - {"ui"}


def pods(case: Case) -> dict[str, Object]:
    return {name.removeprefix("anchore-"): pod for name, pod in workloads(case)}


def restarted(before: Values, after: Values) -> set[str]:
    first, second = pods(Case(name="before", values=before)), pods(Case(name="after", values=after))
    assert first.keys() == second.keys()
    return {name for name in first if first[name] != second[name]}


@pytest.mark.parametrize("edition", EDITIONS)
def test_a_new_version_of_the_chart_alone_restarts_nothing(edition: str, tmp_path: Path) -> None:
    newer = tmp_path / "chart"
    shutil.copytree(chart(), newer)
    metadata = newer / "Chart.yaml"
    metadata.write_text(metadata.read_text(encoding="utf-8").replace("\nversion: ", "\nversion: 9"), encoding="utf-8")
    case = Case(name=edition, values=EDITIONS[edition])
    changed = own_objects(template(case, folder=newer).stdout, edition)
    versions = [{item["metadata"]["labels"].get("helm.sh/chart") for item in items} for items in (objects(case), changed)]
    assert versions[0] != versions[1]
    for old, new in zip(objects(case), changed, strict=True):
        assert old.get("spec") == new.get("spec"), old["metadata"]["name"]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"logging": {"level": "DEBUG"}}, SERVICES),
        ({"analyzer": {"config": {"retrieve_files": {"max_file_size_kb": 2}}}}, {"analyzer"}),
        ({"cycleTimers": {"policyEngine": {"feed_sync": 1}}}, {"policy-engine"}),
        ({"objectStorage": {"s3": {"prefix": "p/"}}}, {"catalog"}),
        ({"feeds": {"drivers": {"npm": True}}}, {"feeds"}),
        ({"ui": {"logLevel": "debug"}}, {"ui"}),
        ({"components": {"feeds": {"podAnnotations": {"a": "b"}}}}, {"feeds"}),
        ({"components": {"api": {"podDisruptionBudget": {"enabled": False}}}}, set()),
        ({"monitoring": {"serviceMonitor": {"interval": "60s"}}}, set()),
    ],
    ids=lambda value: None if isinstance(value, set) else str(value),
)
def test_a_changed_setting_restarts_the_pods_that_read_it(change: dict[str, Any], expected: set[str]) -> None:
    assert restarted(_INLINE, merged(_INLINE, change)) == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("admin.password", SERVICES),
        ("authentication.secret", SERVICES),
        ("enterprise.license.content", ALL),
        ("database.password", (SERVICES | {"ui", "database"}) - {"feeds"}),
        ("feedsDatabase.password", {"feeds", "feeds-database"}),
        ("redis.password", {"ui", "redis"}),
        ("objectStorage.s3.secretKey", {"catalog"}),
        ("analysisArchive.swift.password", {"catalog"}),
        ("certificates.caBundle", ALL),
    ],
)
def test_a_changed_inline_secret_restarts_the_pods_that_read_it(path: str, expected: set[str]) -> None:
    # A pod of a store that makes its user once may stay: the new password does not reach it in either way.
    stores = {"database", "feeds-database"}
    assert restarted(_INLINE, merged(_INLINE, nested(path, "changed"))) - stores == expected - stores
