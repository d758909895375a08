"""Single sign-on: a Job registers the identity provider at Anchore Enterprise, from settings that survive every template language."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from chart.cases import EDITIONS, ENTERPRISE, LONGEST_RELEASE
from chart.enforced import breaches, jobs
from chart.rendering import HELMS, KUBE_VERSIONS, Case, Object, Values, kubeconform, manifests, merged, objects, of_kind, parse, template
from packages import ENGINE, package

SCRIPT = ENGINE / "packages/anchore/scripts/configure_sso.py"
OAUTH = {"authentication": {"oauthEnabled": True, "existingSecret": "my-signing"}}
SSO = {"sso": {"enabled": True, "spEntityId": "realm_anchore", "idpMetadataUrl": "https://idp.example.mil/descriptor"}}
BASE = merged(ENTERPRISE, OAUTH, SSO)
NASTY = '<md:EntityDescriptor a="@ & \\ \\" \'">\n\t{{ .Values }} é€\x85\u2028\u2029 $HOME %d # : s@x@y@\n</md:EntityDescriptor>\n'


def _case(*layers: Values, release: str = "anchore") -> Case:
    return Case(name="sso", values=merged(BASE, *layers), release=release)


def _named(case: Case) -> dict[str, Object]:
    return {item["kind"]: item for item in objects(case) if item["metadata"]["labels"]["app.kubernetes.io/component"] == "configure-sso"}


def _settings(case: Case) -> dict[str, Any]:
    settings = json.loads(_named(case)["Secret"]["stringData"]["settings.json"])
    assert isinstance(settings, dict)
    return settings


def _container(case: Case) -> Object:
    (container,) = _named(case)["Job"]["spec"]["template"]["spec"]["containers"]
    assert isinstance(container, dict)
    return container


def _environment(case: Case) -> dict[str, Any]:
    return {variable["name"]: variable.get("value", variable.get("valueFrom")) for variable in _container(case)["env"]}


def _refusal(values: Values) -> str:
    done = template(Case(name="refused", values=values))
    assert done.exit_code != 0
    return done.stderr


@pytest.mark.parametrize("edition", EDITIONS)
def test_without_it_there_is_nothing_of_it(edition: str) -> None:
    assert not _named(Case(name="off", values=EDITIONS[edition]))


def test_the_registration_is_complete() -> None:
    assert _settings(_case()) == {
        "name": "keycloak",
        "enabled": True,
        "sp_entity_id": "realm_anchore",
        "acs_url": "https://anchore.dev.bigbang.mil/service/sso/auth/keycloak",
        "acs_https_port": -1,
        "default_account": "user",
        "default_role": "read-write",
        "require_signed_assertions": False,
        "require_signed_response": True,
    }


def test_everything_that_big_bang_passes_arrives() -> None:
    passed = {
        "enabled": True,
        "spEntityId": 'dev_"anchore"',
        "acsUrl": "https://anchore.example.mil/service/sso/auth/keycloak",
        "idpMetadataUrl": "https://idp.example.mil/descriptor",
        "idpMetadataXml": "<EntityDescriptor/>",
        "roleAttribute": "anchore-role",
    }
    settings = _settings(_case({"sso": passed}))
    assert settings["sp_entity_id"] == passed["spEntityId"]
    assert settings["acs_url"] == passed["acsUrl"]
    assert settings["idp_metadata_xml"] == passed["idpMetadataXml"]
    assert settings["idp_role_attribute"] == passed["roleAttribute"]
    assert "default_role" not in settings


def test_settings_of_our_own_arrive() -> None:
    own = {"idpName": "login", "acsHttpsPort": 8443, "defaultAccount": "team", "defaultRole": "full-control"}
    settings = _settings(
        _case({"sso": {**own, "requireSignedAssertions": True, "requireSignedResponse": False}, "global": {"domain": "x.mil"}})
    )
    assert settings["name"] == "login"
    assert settings["acs_url"] == "https://anchore.x.mil/service/sso/auth/login"
    assert settings["acs_https_port"] == 8443
    assert settings["default_account"] == "team"
    assert settings["default_role"] == "full-control"
    assert (settings["require_signed_assertions"], settings["require_signed_response"]) == (True, False)


@pytest.mark.parametrize("helm", HELMS)
def test_metadata_arrive_character_by_character(helm: str) -> None:
    case = _case({"sso": {"idpMetadataXml": NASTY}})
    secret = next(item for item in objects(case, helm) if item["kind"] == "Secret" and "settings.json" in item.get("stringData", {}))
    assert json.loads(secret["stringData"]["settings.json"])["idp_metadata_xml"] == NASTY


def test_metadata_that_are_a_value_are_not_fetched() -> None:
    assert "SSO_METADATA_URL" not in _environment(_case({"sso": {"idpMetadataXml": "<EntityDescriptor/>"}}))
    assert _environment(_case())["SSO_METADATA_URL"] == "https://idp.example.mil/descriptor"


def test_the_script_is_the_one_that_is_tested() -> None:
    assert _named(_case())["ConfigMap"]["data"] == {SCRIPT.name: SCRIPT.read_text(encoding="utf-8")}
    assert _container(_case())["command"][-1] == f"/scripts/{SCRIPT.name}"


def test_the_job_sets_what_the_script_reads() -> None:
    text = SCRIPT.read_text(encoding="utf-8")
    needed = set(re.findall(r'environment\["(\w+)"\]', text))
    known = needed | set(re.findall(r'environment\.get\("(\w+)"', text))
    variables = _environment(_case({"certificates": {"existingSecret": "my-certificates"}})).keys()
    assert needed <= variables <= known


def test_it_calls_the_service_that_keeps_registrations() -> None:
    case = _case(release=LONGEST_RELEASE)
    url = re.fullmatch(r"http://([^.]+)\.anchore\.svc\.cluster\.local:(\d+)/v1", _environment(case)["SSO_API_URL"])
    assert url
    service = next(item for item in of_kind(case, "Service") if item["metadata"]["name"] == url[1])
    assert int(url[2]) in {port["port"] for port in service["spec"]["ports"]}
    assert int(url[2]) == package("anchore").component("rbac-manager").port("http").number


def test_the_password_is_a_reference() -> None:
    case = _case({"admin": {"password": "never shown"}})
    reference = {"secretKeyRef": {"name": "anchore-admin", "key": "ANCHORE_ADMIN_PASSWORD"}}
    assert _environment(case)["ANCHORE_ADMIN_PASSWORD"] == reference
    assert "never shown" not in json.dumps([_named(case)[kind] for kind in ("Job", "ConfigMap", "Secret")])


def test_the_job_runs_after_every_installation_and_upgrade_and_ends() -> None:
    job = _named(_case())["Job"]
    assert job["metadata"]["annotations"] == {
        "helm.sh/hook": "post-install,post-upgrade",
        "helm.sh/hook-delete-policy": "before-hook-creation",
    }
    assert job["spec"]["activeDeadlineSeconds"] == 540
    assert int(_environment(_case())["SSO_DEADLINE_SECONDS"]) < 540
    assert job["spec"]["backoffLimit"] == 2
    assert job["spec"]["ttlSecondsAfterFinished"] > 0
    assert job["spec"]["template"]["spec"]["restartPolicy"] == "Never"


def test_its_pod_passes_what_kyverno_enforces() -> None:
    found = {name: breaches(pod) for name, pod in jobs(_case())}
    assert found == {"anchore-configure-sso": []}


def test_it_writes_nowhere() -> None:
    case = _case({"certificates": {"existingSecret": "my-certificates"}})
    pod = _named(case)["Job"]["spec"]["template"]["spec"]
    assert all(mount["readOnly"] for mount in _container(case)["volumeMounts"])
    assert {name for volume in pod["volumes"] for name in volume} == {"name", "configMap", "secret"}


def test_it_has_an_account_of_its_own() -> None:
    named = _named(_case({"openshift": True}))
    account = named["ServiceAccount"]["metadata"]["name"]
    assert named["ServiceAccount"]["automountServiceAccountToken"] is False
    assert named["Job"]["spec"]["template"]["spec"]["serviceAccountName"] == account
    assert [subject["name"] for subject in named["RoleBinding"]["subjects"]] == [account]


def test_it_trusts_the_certificates_of_the_chart() -> None:
    case = _case({"certificates": {"existingSecret": "my-certificates"}})
    folder = _environment(case)["SSO_CERTIFICATES"]
    volumes = {volume["name"]: volume for volume in _named(case)["Job"]["spec"]["template"]["spec"]["volumes"]}
    mount = next(mount for mount in _container(case)["volumeMounts"] if mount["mountPath"] == folder)
    assert volumes[mount["name"]]["secret"] == {"secretName": "my-certificates"}
    assert "SSO_CERTIFICATES" not in _environment(_case())


def test_the_settings_of_the_job_arrive() -> None:
    proxy = [{"name": "HTTPS_PROXY", "value": "http://proxy.example.mil:3128"}]
    toleration = {"key": "dedicated", "operator": "Exists"}
    settings = {
        "extraEnv": proxy,
        "podAnnotations": {"a": "b"},
        "nodeSelector": {"c": "d"},
        "tolerations": [toleration],
        "deadlineSeconds": 99,
    }
    case = _case({"sso": {"job": settings}})
    job = _named(case)["Job"]
    pod = job["spec"]["template"]
    assert job["spec"]["activeDeadlineSeconds"] == 99
    assert _environment(case)["HTTPS_PROXY"] == "http://proxy.example.mil:3128"
    assert pod["metadata"]["annotations"] == {"a": "b"}
    assert (pod["spec"]["nodeSelector"], pod["spec"]["tolerations"]) == ({"c": "d"}, [toleration])


@pytest.mark.parametrize("kube_version", KUBE_VERSIONS)
@pytest.mark.parametrize("helm", HELMS)
def test_every_object_passes_the_schemas(kube_version: str, helm: str, schemas: Path) -> None:
    case = _case({"openshift": True, "certificates": {"existingSecret": "x"}}, release=LONGEST_RELEASE)
    verdict = kubeconform(manifests(case, helm), kube_version, schemas)
    assert not verdict.get("resources"), verdict
    assert verdict["summary"]["valid"] == len(parse(manifests(case, helm), case.name))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"authentication": {"oauthEnabled": False}}, "single sign-on needs OAuth.*\n\nauthentication:\n  oauthEnabled: true\n\n"),
        (
            {"authentication": {"oauthEnabled": False, "existingSecret": ""}},
            "authentication:\n  oauthEnabled: true\n  existingSecret: anchore-signing\n",
        ),
        ({"authentication": {"existingSecret": ""}}, "tokens is missing(.|\n)*\nauthentication:\n  existingSecret: anchore-signing\n"),
        ({"sso": {"spEntityId": ""}}, "^sso.spEntityId: the entity id(.|\n)*\nsso:\n  spEntityId: my-realm_anchore\n"),
        ({"sso": {"idpMetadataUrl": ""}}, "^sso.idpMetadataUrl: the metadata(.|\n)*\nsso:\n  idpMetadataUrl: https://keycloak.dev.bigbang.mil/auth/.*\n"),
        ({"sso": {"defaultRole": ""}}, "^sso.defaultRole: users who log in would have no role(.|\n)*\nsso:\n  defaultRole: read-write\n"),
        ({"sso": {"idpName": "Key cloak"}}, "(?i)idpName"),
        ({"sso": {"acsUrl": "http://anchore.example.mil"}}, "acsUrl"),
        ({"sso": {"idpMetadataUrl": "https://user:secret@idp.example.mil"}}, "idpMetadataUrl"),
        ({"sso": {"job": {"deadlineSeconds": 30}}}, "deadlineSeconds"),
        ({"sso": {"spEntityID": "x"}}, "spEntityID"),
    ],
)  # fmt: skip
def test_what_cannot_work_is_refused(change: Values, message: str) -> None:
    assert template(_case()).exit_code == 0
    assert re.search(message, _refusal(merged(BASE, change)), re.MULTILINE)


def test_the_engine_refuses_it() -> None:
    message = _refusal(merged(OAUTH, SSO))
    assert "sso.enabled, sso.spEntityId, sso.idpMetadataUrl: not a setting of the edition engine" in message
    assert "global:\n  edition: enterprise\n" in message
