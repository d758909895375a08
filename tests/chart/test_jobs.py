"""Maintenance stops every component; then a Job may upgrade the schema of the databases, which fails loudly and leaks nothing."""

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from chart.cases import EDITIONS, LONGEST_RELEASE, values_of
from chart.enforced import breaches, jobs
from chart.rendering import (
    HELMS,
    KUBE_VERSIONS,
    Case,
    Object,
    Values,
    kubeconform,
    manifests,
    merged,
    objects,
    of_kind,
    parse,
    run_helm,
    template,
)
from chart.rendering import chart as chart_folder
from packages import package

MAINTENANCE = {"maintenance": True}
UPGRADE = {"maintenance": True, "upgradeJob": {"enabled": True}}
SSO = {
    "authentication": {"oauthEnabled": True, "existingSecret": "my-signing"},
    "sso": {"enabled": True, "spEntityId": "realm_anchore", "idpMetadataXml": "<EntityDescriptor/>"},
}
DATABASES = {"engine": {"database"}, "enterprise": {"database", "feeds-database"}}
MANAGERS = {
    ("engine", "database"): ["anchore-manager"],
    ("enterprise", "database"): ["anchore-manager", "anchore-enterprise-manager"],
    ("enterprise", "feeds-database"): ["anchore-enterprise-manager"],
}

every_edition = pytest.mark.parametrize("edition", EDITIONS)


def _case(edition: str, *layers: Values, option: str = "defaults", release: str = "anchore") -> Case:
    return Case(name="jobs", values=merged(values_of(edition, option), *layers), release=release)


def _replicas(case: Case) -> dict[str, int]:
    return {item["metadata"]["labels"]["app.kubernetes.io/component"]: item["spec"]["replicas"] for item in of_kind(case, "Deployment")}


def _job(case: Case) -> Object:
    (job,) = of_kind(case, "Job")
    return job


def _containers(case: Case) -> dict[str, Object]:
    return {container["name"]: container for container in _job(case)["spec"]["template"]["spec"]["containers"]}


def _environment(container: Object) -> dict[str, Any]:
    return {variable["name"]: variable.get("value", variable.get("valueFrom")) for variable in container["env"]}


@every_edition
def test_maintenance_stops_every_component_and_no_store(edition: str) -> None:
    running, stopped = _replicas(_case(edition)), _replicas(_case(edition, MAINTENANCE))
    components = {component.name for component in package("anchore").components}
    assert stopped == {name: 0 if name in components else replicas for name, replicas in running.items()}
    assert min(running.values()) == 1
    assert {item["spec"]["replicas"] for item in of_kind(_case(edition, MAINTENANCE), "StatefulSet")} == {1}


def test_maintenance_is_said_after_an_installation() -> None:
    arguments = ("install", "anchore", str(chart_folder()), "--dry-run=client")
    assert "All components are stopped until maintenance is false." in run_helm("helm", *arguments, values=MAINTENANCE).stdout
    assert "stopped" not in run_helm("helm", *arguments).stdout


def test_nobody_registers_an_identity_provider_at_stopped_services() -> None:
    assert [name for name, _ in jobs(_case("enterprise", SSO))] == ["anchore-configure-sso"]
    assert not list(jobs(_case("enterprise", SSO, MAINTENANCE)))


@every_edition
def test_there_is_no_job_unless_it_is_asked_for(edition: str) -> None:
    for case in (_case(edition), _case(edition, MAINTENANCE)):
        assert not [item for item in objects(case) if "upgrade" in item["metadata"]["name"]]


@every_edition
def test_services_that_may_run_are_in_its_way(edition: str) -> None:
    assert template(_case(edition, UPGRADE)).exit_code == 0
    done = template(_case(edition, UPGRADE, {"maintenance": False}))
    assert done.exit_code != 0
    assert re.search("^upgradeJob.enabled: no service may work on a database(.|\n)*\n\nmaintenance: true\n", done.stderr, re.MULTILINE)


@every_edition
def test_it_runs_once_after_the_services_were_told_to_stop(edition: str) -> None:
    job = _job(_case(edition, UPGRADE))
    assert job["metadata"]["annotations"] == {"helm.sh/hook": "post-upgrade", "helm.sh/hook-delete-policy": "before-hook-creation"}
    assert job["spec"]["backoffLimit"] == 0
    assert job["spec"]["activeDeadlineSeconds"] == 3600
    assert job["spec"]["template"]["spec"]["restartPolicy"] == "Never"


@every_edition
def test_every_database_is_upgraded_by_the_managers_that_own_its_schema(edition: str) -> None:
    containers = _containers(_case(edition, UPGRADE))
    assert containers.keys() == DATABASES[edition]
    for name, container in containers.items():
        assert container["command"][:2] == ["/bin/sh", "-ec"]
        lines = [line for line in container["command"][2].splitlines() if not line.startswith("#")]
        upgrade = 'db --db-connect "$DATABASE_URL" --db-retries 24 upgrade --dontask'
        assert lines[1:] == [f"{manager} {upgrade}" for manager in MANAGERS[edition, name]]


@every_edition
def test_it_waits_longer_than_the_last_pod_may_live(edition: str) -> None:
    graces = [item["spec"]["template"]["spec"]["terminationGracePeriodSeconds"] for item in of_kind(_case(edition), "Deployment")]
    for container in _containers(_case(edition, UPGRADE)).values():
        sleep = re.search(r"^sleep (\d+)$", container["command"][2], re.MULTILINE)
        assert sleep
        assert int(sleep[1]) > max(graces)


@every_edition
@pytest.mark.parametrize("option", ["defaults", "external", "external-inline"])
def test_it_connects_as_the_services_do(edition: str, option: str) -> None:
    case = _case(edition, UPGRADE, option=option)
    for name, container in _containers(case).items():
        component = "feeds" if name == "feeds-database" else "catalog"
        config = next(
            item["data"]["config.yaml"] for item in of_kind(case, "ConfigMap") if item["metadata"]["name"] == f"anchore-{component}"
        )
        url = urlsplit(_environment(container)["DATABASE_URL"])
        query = {key: value for key, (value,) in parse_qs(url.query).items()}
        assert (url.scheme, url.username, url.password) == ("postgresql", None, None)
        assert f"sslmode: {query['sslmode']}\n" in config
        assert ("sslrootcert:" in config) == ("sslrootcert" in query)
        assert f"sslrootcert: {query['sslrootcert']}\n" in config if "sslrootcert" in query else True
        if edition == "engine":
            assert f'db_connect: "postgresql://{url.netloc}{url.path}"' in config
        else:
            assert f'host: "{url.hostname}"\n    port: {url.port}\n    name: "{url.path[1:]}"' in config


@every_edition
def test_passwords_are_references(edition: str) -> None:
    values = {"database": {"password": "never shown"}}
    case = _case(edition, UPGRADE, values, {"feedsDatabase": {"password": "never shown"}} if edition == "enterprise" else {})
    assert "never shown" not in json.dumps(_job(case))
    for name, container in _containers(case).items():
        assert _environment(container)["PGPASSWORD"] == {"secretKeyRef": {"name": f"anchore-{name}", "key": "password"}}


@every_edition
def test_its_pod_passes_what_kyverno_enforces(edition: str) -> None:
    found = {name: breaches(pod) for name, pod in jobs(_case(edition, UPGRADE))}
    assert found == {"anchore-upgrade-database": []}


@every_edition
def test_it_can_write_to_a_temporary_directory_of_its_own_only(edition: str) -> None:
    case = _case(edition, UPGRADE, {"certificates": {"existingSecret": "my-certificates"}})
    volumes = {volume["name"]: volume for volume in _job(case)["spec"]["template"]["spec"]["volumes"]}
    written = []
    for container in _containers(case).values():
        mounts = {mount["mountPath"]: mount for mount in container["volumeMounts"]}
        assert mounts.keys() == {"/tmp", "/home/anchore/certs"}  # noqa: S108 - a path in the container
        assert mounts["/home/anchore/certs"]["readOnly"] is True
        written.append(mounts["/tmp"]["name"])  # noqa: S108 - same
    assert len(set(written)) == len(written)
    assert all("emptyDir" in volumes[name] for name in written)
    assert volumes["certificates"]["secret"] == {"secretName": "my-certificates"}


@every_edition
def test_it_has_an_account_of_its_own_without_rights_in_the_cluster(edition: str) -> None:
    case = _case(edition, UPGRADE, {"openshift": True})
    account = _job(case)["spec"]["template"]["spec"]["serviceAccountName"]
    assert account in {item["metadata"]["name"] for item in of_kind(case, "ServiceAccount")}
    assert not of_kind(case, "Role", "ClusterRole", "ClusterRoleBinding")
    binding = next(item for item in of_kind(case, "RoleBinding") if item["metadata"]["name"] == account)
    assert [subject["name"] for subject in binding["subjects"]] == [account]


@every_edition
def test_the_settings_of_the_job_arrive(edition: str) -> None:
    extra = [{"name": "EXTRA", "value": "1"}]
    toleration = {"key": "dedicated", "operator": "Exists"}
    settings = {
        "extraEnv": extra,
        "podAnnotations": {"a": "b"},
        "nodeSelector": {"c": "d"},
        "tolerations": [toleration],
        "deadlineSeconds": 7200,
    }
    case = _case(edition, UPGRADE, {"upgradeJob": {**settings, "resources": {"limits": {"memory": "9Gi"}}}})
    pod = _job(case)["spec"]["template"]
    assert _job(case)["spec"]["activeDeadlineSeconds"] == 7200
    assert pod["metadata"]["annotations"] == {"a": "b"}
    assert (pod["spec"]["nodeSelector"], pod["spec"]["tolerations"]) == ({"c": "d"}, [toleration])
    for container in _containers(case).values():
        assert _environment(container)["EXTRA"] == "1"
        assert container["resources"]["limits"] == {"memory": "9Gi"}


@every_edition
@pytest.mark.parametrize("kube_version", KUBE_VERSIONS)
@pytest.mark.parametrize("helm", HELMS)
def test_every_object_passes_the_schemas(edition: str, kube_version: str, helm: str, schemas: Path) -> None:
    case = _case(edition, UPGRADE, {"openshift": True}, option="external", release=LONGEST_RELEASE)
    verdict = kubeconform(manifests(case, helm), kube_version, schemas)
    assert not verdict.get("resources"), verdict
    assert verdict["summary"]["valid"] == len(parse(manifests(case, helm), case.name))
