"""Every rendered name is valid, unique and found by those who refer to it, at any release name that Helm takes."""

import functools
import re
from collections import Counter
from typing import Any

import pytest

from chart.anchore_loader import leaves, read_config
from chart.cases import EDITIONS, ENTERPRISE, external_secrets, values_of
from chart.kubelet import World
from chart.references import dangling
from chart.rendering import HELMS, Case, Object, containers, merged, objects, of_kind, workloads

LONG = "platform-engineering.security-scanning-in-us-gov-west-1"
RELEASES = (
    "a",
    "9",
    "123",
    "1e3",
    "anchore",
    "my-anchore-2",
    "0x10",
    "null",
    "true",
    "team.a",
    "9.lives",
    *(("r" + "abcdefghij" * 6)[:length] for length in range(45, 54)),
    # Wherever a name is cut, it is cut at a hyphen or beside it.
    *(f"{'a-' * 27}"[: length - 1] + "z" for length in (45, 46, 47, 48, 53)),
    *(f"{'a.b-' * 14}"[: length - 1] + "z" for length in (50, 51, 52, 53)),
    f"9{'x' * 52}",
    f"{'x' * 45}-anchore",
)
assert all(len(release) <= 53 for release in RELEASES)

LABEL = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
SERVICE = re.compile(r"[a-z]([-a-z0-9]{0,61}[a-z0-9])?")
SUBDOMAIN = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
LABEL_VALUE = re.compile(r"([A-Za-z0-9]([-_.A-Za-z0-9]{0,61}[A-Za-z0-9])?)?")
PORT = re.compile(r"(?!.*--)(?=.*[a-z])[a-z0-9]([-a-z0-9]{0,13}[a-z0-9])?")

_FULL = merged(
    {"global": {"monitoring": {"enabled": True}}, "admin": {"password": "x"}, "certificates": {"caBundle": "PEM"}},
    {"authentication": {"oauthEnabled": True, "secret": "x"}, "database": {"password": "x"}},
)
_FULL_ENTERPRISE = {
    "enterprise": {"license": {"existingSecret": "", "content": "x"}},
    "feedsDatabase": {"password": "x"},
    "redis": {"password": "x"},
}


@functools.cache
def case_of(release: str, namespace: str = "anchore") -> Case:
    """As many objects as there can be: Enterprise with all its Secrets."""
    return Case(name=release, values=merged(ENTERPRISE, _FULL, _FULL_ENTERPRISE), release=release, namespace=namespace)


every_release = pytest.mark.parametrize("release", RELEASES)


def home(item: Object, namespace: str) -> str:
    """The namespace where an object belongs: dashboards go to that of the platform's monitoring."""
    return "monitoring" if "grafana_dashboard" in item["metadata"]["labels"] else namespace


@every_release
def test_object_names_are_valid_and_unique(release: str) -> None:
    items = objects(case_of(release))
    assert len(items) > 60
    counted = Counter((item["kind"], item["metadata"].get("namespace"), item["metadata"]["name"]) for item in items)
    assert set(counted.values()) == {1}, counted.most_common(3)
    for item in items:
        name = item["metadata"]["name"]
        assert isinstance(name, str), name
        assert item["metadata"]["namespace"] == home(item, "anchore"), name
        assert (SERVICE if item["kind"] == "Service" else LABEL).fullmatch(name), (item["kind"], name)
        if item["kind"] == "StatefulSet":
            # `controller-revision-hash` is its name, a hyphen and a hash of ten characters, and must be a label.
            assert len(name) <= 52, name


@every_release
def test_labels_volumes_containers_and_ports_have_valid_names(release: str) -> None:
    for item in objects(case_of(release)):
        _check_labels(item["metadata"].get("labels", {}), item)
    for name, pod in workloads(case_of(release)):
        _check_labels(pod["metadata"]["labels"], pod)
        assert all(isinstance(value, str) for value in pod["metadata"].get("annotations", {}).values())
        parts = [*pod["spec"]["volumes"], *pod["spec"]["containers"]]
        assert all(LABEL.fullmatch(part["name"]) for part in parts), name
        ports = [port["name"] for container in pod["spec"]["containers"] for port in container["ports"]]
        assert all(PORT.fullmatch(port) for port in ports), name
        assert len(ports) == len(set(ports)), name
    for service in of_kind(case_of(release), "Service"):
        assert all(PORT.fullmatch(port["name"]) for port in service["spec"]["ports"])


def _check_labels(labels: dict[str, Any], item: dict[str, Any]) -> None:
    for key, value in labels.items():
        assert isinstance(value, str), (key, value, item)
        assert LABEL_VALUE.fullmatch(value), (key, value, item)


@every_release
def test_every_reference_by_name_finds_its_object(release: str) -> None:
    case = case_of(release)
    assert not list(dangling(case, external_secrets(case)))


@every_release
def test_host_names_in_configurations_are_valid_and_belong_to_services(release: str) -> None:
    case = case_of(release)
    names = {item["metadata"]["name"] for item in of_kind(case, "Service")}
    world = World.of(objects(case), external_secrets(case), case.namespace)
    seen = set()
    for _, pod, container in containers(case):
        text = (
            str(read_config(world, pod, container)) + "".join(world.files(pod, container).values()) + str(world.environment(pod, container))
        )
        for host in re.findall(r"[-\w.]+\.svc\.cluster\.local", text):
            assert all(LABEL.fullmatch(label) for label in host.split(".")), host
            assert host.split(".")[0] in names, host
            seen.add(host)
    assert len(seen) >= 10


@pytest.mark.parametrize(
    ("first", "second"), [("r" * 52 + "1", "r" * 52 + "2"), (LONG[:52] + "x", LONG[:52] + "y"), ("1" * 52 + "a", "1" * 52 + "b")]
)
def test_two_long_releases_that_differ_in_the_last_character_share_no_object(first: str, second: str) -> None:
    names = [{(item["kind"], item["metadata"]["name"]) for item in objects(case_of(release))} for release in (first, second)]
    assert len(names[0]) == len(names[1]) > 60
    assert not names[0] & names[1]


def test_two_releases_of_one_name_in_two_namespaces_share_no_object() -> None:
    # Dashboards live in the namespace of the platform; Helm refuses to install what carries the name of another release's object.
    cases = [case_of("anchore", namespace) for namespace in ("production", "staging")]
    names = [{(item["kind"], item["metadata"]["namespace"], item["metadata"]["name"]) for item in objects(case)} for case in cases]
    assert any(namespace == "monitoring" for _, namespace, _ in names[0])
    assert not names[0] & names[1]


@pytest.mark.parametrize("namespace", ["123", "1e3", "0x10", "true", "null", "n", "n" * 63])
@pytest.mark.parametrize("helm", HELMS)
def test_any_namespace_stays_text(namespace: str, helm: str) -> None:
    for item in objects(case_of("anchore", namespace), helm):
        assert item["metadata"]["namespace"] == home(item, namespace)
    monitor = of_kind(case_of("anchore", namespace), "ServiceMonitor")[0]
    assert monitor["spec"]["namespaceSelector"]["matchNames"] == [namespace]


@pytest.mark.parametrize("text", ["123", "1e3", "true", "null", "0755", "y"])
def test_names_from_values_stay_text(text: str) -> None:
    keys = ("admin", "authentication", "database", "enterprise.license", "feedsDatabase", "redis", "ui")
    single = {
        "admin": "password",
        "authentication": "secret",
        "database": "password",
        "enterprise.license": "content",
        "feedsDatabase": "password",
    }
    values = merged(ENTERPRISE, {"global": {"monitoring": {"enabled": True}}, "authentication": {"oauthEnabled": True}})
    for path in keys:
        block: dict[str, Any] = {"existingSecret": text}
        if path in single:
            block["secretKeys"] = {single[path]: text}
        for name in reversed(path.split(".")):
            block = {name: block}
        values = merged(values, block)
    extra = {
        "certificates": {"existingSecret": text, "caFile": text},
        "imagePullSecrets": [{"name": text}],
        "postgresql": {"persistence": {"storageClassName": text}},
        "components": {
            "feeds": {"persistence": {"storageClassName": text, "existingClaim": text}, "priorityClassName": text},
            "api": {
                "priorityClassName": text,
                "nodeSelector": {"zone": text},
                "podLabels": {"zone": text},
                "podAnnotations": {"zone": text},
            },
        },
        "commonLabels": {"team": text},
        "clusterDomain": text,
    }
    case = Case(name=text, values=merged(values, extra))
    found = [value for item in objects(case) for path, value in leaves(item) if path.rpartition(".")[2] in _TEXT]
    assert found.count(text) > 60
    assert all(isinstance(value, str) for value in found), [value for value in found if not isinstance(value, str)]


_TEXT = {
    "name",
    "key",
    "secretName",
    "claimName",
    "storageClassName",
    "priorityClassName",
    "zone",
    "team",
    "path",
    "mountPath",
    "subPath",
    "value",
}


@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize("text", ["123", "true"])
def test_keys_of_chart_made_secrets_stay_text(edition: str, text: str) -> None:
    inline = merged(values_of(edition, "oauth-inline"), _FULL, _FULL_ENTERPRISE if edition == "enterprise" else {})
    blocks = {"admin": "password", "authentication": "secret", "database": "password"}
    values = merged(inline, *({path: {"secretKeys": {key: text}}} for path, key in blocks.items()))
    case = Case(name=text, values=values)
    for secret in of_kind(case, "Secret"):
        assert all(isinstance(key, str) and isinstance(value, str) for key, value in secret["stringData"].items())
    assert sum(text in secret["stringData"] for secret in of_kind(case, "Secret")) == len(blocks)
    assert objects(case, "helm3") == objects(case)
