"""Logs go to standard output; the log collector, where it is asked for, reads every log file of its pod and nothing else."""

import fnmatch
import functools
import re
from typing import Any

import pytest

from bbpkg.documents import read_documents
from bbpkg.model.containers import Workspace
from chart.cases import EDITIONS, NAMED
from chart.rendering import (
    KUBE_VERSIONS,
    Case,
    Object,
    Values,
    chart,
    kubeconform,
    merged,
    nested,
    objects,
    of_kind,
    parse,
    run_helm,
    template,
    workloads,
)
from packages import package

ON: Values = {"logging": {"sidecar": {"enabled": True}}}
STORES = {"database", "feeds-database", "redis"}


@functools.cache
def collected(edition: str) -> Case:
    return Case(name=f"{edition}-collected", values=merged(EDITIONS[edition], ON), release="trust", namespace="security")


def changed(edition: str, path: str, value: object) -> Case:
    values = merged(collected(edition).values, nested(f"logging.sidecar.{path}", value))
    return Case(name=path, values=values, release="trust", namespace="security")


def pods(case: Case) -> dict[str, Object]:
    """The pod template of every component, by name of the component."""
    found = {pod["metadata"]["labels"]["app.kubernetes.io/component"]: pod for _, pod in workloads(case)}
    return {name: pod for name, pod in found.items() if name not in STORES}


def collector(pod: Object) -> Object:
    (found,) = pod["spec"]["initContainers"]
    assert isinstance(found, dict)
    return found


def configuration(case: Case) -> dict[str, Any]:
    (item,) = [found for found in of_kind(case, "ConfigMap") if found["metadata"]["name"].endswith("-log-collector")]
    (document,) = read_documents(item["data"]["fluent-bit.yaml"], file="fluent-bit.yaml")
    assert isinstance(document.value, dict)
    return document.value


def only(plugins: list[dict[str, Any]], name: str) -> dict[str, Any]:
    (found,) = [plugin for plugin in plugins if plugin["name"] == name]
    return found


def log_folders(component: str, container: str) -> list[Workspace]:
    """What the definition says about the log files of a container."""
    found = next(item for item in package("anchore").component(component).containers if item.name == container)
    return [workspace for workspace in found.workspaces if workspace.logs]


every_edition = pytest.mark.parametrize("edition", EDITIONS)


@every_edition
def test_by_default_nothing_of_the_collector_is_there(edition: str) -> None:
    for pod in pods(NAMED[f"{edition}-defaults"]).values():
        assert "initContainers" not in pod["spec"]
        assert not [volume for volume in pod["spec"]["volumes"] if volume["name"].startswith("log-collector")]
        assert "checksum/log-collector" not in pod["metadata"]["annotations"]
    assert not [item for item in objects(NAMED[f"{edition}-defaults"]) if "log-collector" in item["metadata"]["name"]]


@every_edition
def test_every_pod_has_the_labels_by_which_collectors_on_nodes_file_its_lines(edition: str) -> None:
    for _, pod in workloads(NAMED[f"{edition}-defaults"]):
        labels = pod["metadata"]["labels"]
        component = labels["app.kubernetes.io/component"]
        assert labels["app.kubernetes.io/name"] == f"anchore-{component}"
        assert labels["app.kubernetes.io/part-of"] == "anchore"
        assert {"app.kubernetes.io/instance", "app.kubernetes.io/version"} <= labels.keys()


@every_edition
def test_releases_that_log_plain_text_do_not_claim_to_log_json(edition: str) -> None:
    annotations = [pod["metadata"]["annotations"] for _, pod in workloads(NAMED[f"{edition}-defaults"])]
    assert annotations
    assert not [found for found in annotations if "fluentbit.io/parser" in found]


@every_edition
def test_the_collector_sees_the_log_files_of_every_container_read_only(edition: str) -> None:
    for component, pod in pods(collected(edition)).items():
        writers = {container["name"]: container for container in pod["spec"]["containers"]}
        mounts = [mount for mount in collector(pod)["volumeMounts"] if mount["mountPath"].startswith("/logs/")]
        assert {mount["mountPath"] for mount in mounts} == {f"/logs/{name}" for name in writers if log_folders(component, name)}
        assert all(mount["readOnly"] for mount in mounts)
        for mount in mounts:
            writer = mount["mountPath"].removeprefix("/logs/")
            own = {found["name"]: found["mountPath"] for found in writers[writer]["volumeMounts"]}
            (folder,) = log_folders(component, writer)
            assert own[mount["name"]] == folder.path


@every_edition
def test_the_collector_reads_what_it_sees(edition: str) -> None:
    source = only(configuration(collected(edition))["pipeline"]["inputs"], "tail")
    patterns = source["path"].split(",")
    for component, pod in pods(collected(edition)).items():
        for container in pod["spec"]["containers"]:
            for folder in log_folders(component, container["name"]):
                file = f"/logs/{container['name']}/{str(folder.logs).replace('*', 'anchore-worker')}"
                assert any(fnmatch.fnmatch(file, pattern) for pattern in patterns), file


@every_edition
def test_every_volume_of_the_collector_exists_and_has_a_limit_above_what_it_fills(edition: str) -> None:
    kept = only(configuration(changed(edition, "bufferMegabytes", 100))["pipeline"]["outputs"], "es")["storage.total_limit_size"]
    for pod in pods(changed(edition, "bufferMegabytes", 100)).values():
        volumes = {volume["name"]: volume for volume in pod["spec"]["volumes"]}
        assert {mount["name"] for mount in collector(pod)["volumeMounts"]} <= volumes.keys()
        assert (kept, volumes["log-collector-state"]["emptyDir"]["sizeLimit"]) == ("100M", "164Mi")


@every_edition
def test_the_collector_starts_first_ends_last_and_passes_the_policies(edition: str) -> None:
    for pod in pods(collected(edition)).values():
        found = collector(pod)
        assert found["restartPolicy"] == "Always"
        assert re.fullmatch(r"registry1\.dso\.mil/ironbank/opensource/fluent/fluent-bit:[0-9.]+", found["image"])
        context = found["securityContext"]
        assert context["capabilities"] == {"drop": ["ALL"]}
        assert (context["readOnlyRootFilesystem"], context["allowPrivilegeEscalation"], context["runAsNonRoot"]) == (True, False, True)
        assert found["resources"]["requests"].keys() == {"cpu", "memory"}
        assert found["resources"]["limits"].keys() == {"memory"}
        (port,) = found["ports"]
        assert port["containerPort"] == configuration(collected(edition))["service"]["http_port"]
        assert {found[probe]["httpGet"]["port"] for probe in ("livenessProbe", "readinessProbe")} == {port["name"]}
        names = [item["name"] for container in pod["spec"]["containers"] for item in container.get("ports", ())]
        numbers = [item["containerPort"] for container in pod["spec"]["containers"] for item in container.get("ports", ())]
        assert port["name"] not in names
        assert port["containerPort"] not in numbers


@every_edition
def test_the_password_is_in_the_environment_only(edition: str) -> None:
    case = changed(edition, "existingSecret", "my-elastic")
    case = Case(name="password", values=merged(case.values, nested("logging.sidecar.secretKeys.password", "pass")), release="trust")
    for pod in pods(case).values():
        (password,) = [item for item in collector(pod)["env"] if item["name"] == "STORE_PASSWORD"]
        assert password["valueFrom"] == {"secretKeyRef": {"name": "my-elastic", "key": "pass"}}
    assert only(configuration(case)["pipeline"]["outputs"], "es")["http_passwd"] == "${STORE_PASSWORD}"


@every_edition
def test_variables_of_the_configuration_are_in_the_environment(edition: str) -> None:
    (item,) = [found for found in of_kind(collected(edition), "ConfigMap") if found["metadata"]["name"].endswith("-log-collector")]
    used = set(re.findall(r"\$\{(\w+)\}", item["data"]["fluent-bit.yaml"]))
    for pod in pods(collected(edition)).values():
        assert {variable["name"] for variable in collector(pod)["env"]} == used


def test_by_default_logs_go_to_the_store_of_big_bang_over_verified_tls() -> None:
    store = only(configuration(collected("engine"))["pipeline"]["outputs"], "es")
    pod = pods(collected("engine"))["api"]
    volumes = {volume["name"]: volume for volume in pod["spec"]["volumes"]}
    mounts = {mount["name"]: mount["mountPath"] for mount in collector(pod)["volumeMounts"]}
    assert (store["host"], store["port"], store["http_user"]) == ("logging-ek-es-http.logging", 9200, "elastic")
    assert (store["tls"], store["tls.verify"]) == (True, True)
    secret = volumes["log-collector-ca"]["secret"]
    assert secret == {"secretName": "logging-ek-es-http-certs-public", "items": [{"key": "ca.crt", "path": "ca.crt"}]}
    assert store["tls.ca_file"] == f"{mounts['log-collector-ca']}/ca.crt"
    # An outage of the store neither loses logs nor makes the collector unhealthy.
    assert store["retry_limit"] == "no_limits"


def test_host_port_index_and_user_are_values() -> None:
    values = {"host": "es.example.mil", "port": 443, "indexPrefix": "anchore", "username": "writer"}
    store = only(configuration(Case(name="store", values=merged(ON, {"logging": {"sidecar": values}})))["pipeline"]["outputs"], "es")
    assert [store[key] for key in ("host", "port", "logstash_prefix", "http_user")] == ["es.example.mil", 443, "anchore", "writer"]


@pytest.mark.parametrize(("tls", "expected"), [({"verify": False}, {"tls": True, "tls.verify": False}), ({"enabled": False}, {})])
def test_without_verification_no_certificate_is_needed(tls: Values, expected: Values) -> None:
    case = changed("engine", "tls", tls)
    store = only(configuration(case)["pipeline"]["outputs"], "es")
    assert {key: value for key, value in store.items() if key.startswith("tls")} == expected
    for pod in pods(case).values():
        assert "log-collector-ca" not in {volume["name"] for volume in pod["spec"]["volumes"]}
        assert "log-collector-ca" not in {mount["name"] for mount in collector(pod)["volumeMounts"]}


def test_a_traceback_is_one_record() -> None:
    (parser,) = configuration(collected("engine"))["multiline_parsers"]
    first, following = (re.compile(rule["regex"].strip("/")) for rule in parser["rules"])
    assert [rule["state"] for rule in parser["rules"]] == ["start_state", parser["rules"][0]["next_state"]]
    start = "2020-08-14 09:53:52+0000 [-] [MainThread] [anchore_engine.twisted/makeService()] [ERROR] failed"
    assert first.search(start)
    assert not following.search(start)
    for line in ("Traceback (most recent call last):", '  File "a.py", line 1, in <module>', "\tValueError: x", "ValueError: 2020", ""):
        assert following.search(line), line
        assert not first.search(line), line
    assert only(configuration(collected("engine"))["pipeline"]["inputs"], "tail")["multiline.parser"] == parser["name"]


def test_records_say_where_they_come_from() -> None:
    found = configuration(collected("engine"))
    (parser,) = found["parsers"]
    named = re.compile(parser["regex"].replace("(?<", "(?P<")).match("/logs/rbac-authorizer/anchore-rbac-authorizer.log")
    assert named
    assert named.groupdict() == {"k8s_container_name": "rbac-authorizer", "log_file": "anchore-rbac-authorizer.log"}
    source = only(found["pipeline"]["inputs"], "tail")
    assert only(found["pipeline"]["filters"], "parser")["key_name"] == source["path_key"]
    added = {text.split()[0] for text in only(found["pipeline"]["filters"], "record_modifier")["record"]}
    nest = only(found["pipeline"]["filters"], "nest")
    assert all(fnmatch.fnmatch(name, nest["wildcard"]) for name in {*added, "k8s_container_name"})
    assert not fnmatch.fnmatch("log_file", nest["wildcard"])


def test_a_changed_configuration_restarts_the_pods() -> None:
    def checksums(case: Case) -> set[str]:
        return {pod["metadata"]["annotations"]["checksum/log-collector"] for pod in pods(case).values()}

    before, after = checksums(collected("engine")), checksums(changed("engine", "indexPrefix", "other"))
    assert len(before) == len(after) == 1
    assert before != after


def test_a_kubernetes_that_cannot_run_it_is_named() -> None:
    def render(version: str) -> Any:  # noqa: ANN401
        arguments = ("template", "trust", str(chart()), "--kube-version", version)
        return run_helm("helm", *arguments, values=collected("engine").values)

    assert render("v1.29.0").exit_code == 0
    assert render("v1.29.3+rke2r1").exit_code == 0
    done = render("v1.28.9")
    assert done.exit_code != 0
    assert "logging.sidecar.enabled: " in done.stderr
    assert "needs Kubernetes 1.29; this is v1.28.9." in done.stderr
    assert "Switch it off:\n\nlogging:\n  sidecar:\n    enabled: false\n" in done.stderr


@pytest.mark.parametrize(
    ("path", "value"), [("host", "https://es.example.mil"), ("port", 0), ("indexPrefix", "Logs"), ("existingSecret", "")]
)
def test_a_value_that_could_not_work_is_refused(path: str, value: object) -> None:
    done = template(changed("engine", path, value))
    assert done.exit_code != 0
    assert re.search(rf"logging[./]sidecar[./]{path}", done.stderr), done.stderr


@every_edition
@pytest.mark.parametrize("kube_version", ["1.29.0", KUBE_VERSIONS[-1]])
def test_pods_with_a_collector_pass_the_schemas_of_kubernetes(edition: str, kube_version: str, schemas: Any) -> None:  # noqa: ANN401
    text = template(collected(edition)).stdout
    verdict = kubeconform(text, kube_version, schemas)
    assert not verdict.get("resources"), verdict
    assert verdict["summary"]["valid"] == len(parse(text, edition))


def test_a_user_is_told_which_secrets_to_copy() -> None:
    arguments = ("install", "trust", str(chart()), "--namespace", "security", "--dry-run=client")
    notes = run_helm("helm", *arguments, values=collected("engine").values).stdout.partition("\nNOTES:\n")[2]
    assert "  logging-ek-es-elastic-user: password of the user elastic (elastic)\n" in notes
    assert "  logging-ek-es-http-certs-public: CA certificate of Elastic (ca.crt)\n" in notes
    off = run_helm("helm", *arguments, values=EDITIONS["engine"]).stdout.partition("\nNOTES:\n")[2]
    assert off
    assert "logging-ek" not in off
