"""Everything at once, in every combination: valid for Kubernetes and the mesh, and within what Big Bang enforces."""

from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest

from chart.cases import EDITIONS
from chart.enforced import breaches
from chart.rendering import KUBE_VERSIONS, Case, Object, Values, kubeconform, merged, parse
from chart.test_network import MODES, manifests

_SWITCHES: dict[str, Values] = {
    "monitored": {"global": {"monitoring": {"enabled": True}}},
    "collected": {"logging": {"sidecar": {"enabled": True}}},
    "openshift": {"openshift": True},
}
_TESTS: Values = {"bbtests": {"enabled": True}}
_SSO: Values = {
    "authentication": {"oauthEnabled": True, "existingSecret": "my-signing"},
    "sso": {
        "enabled": True,
        "spEntityId": "anchore",
        "idpMetadataUrl": "https://login.example.mil/descriptor",
        "defaultRole": "read-write",
    },
}


def _cases() -> Iterator[Case]:
    for edition, mode, switches in product(EDITIONS, MODES, product((False, True), repeat=len(_SWITCHES))):
        on = [name for name, is_on in zip(_SWITCHES, switches, strict=True) if is_on]
        values = merged(EDITIONS[edition], MODES[mode], _TESTS, _SSO if edition == "enterprise" else {}, *(_SWITCHES[name] for name in on))
        yield Case(name="-".join([edition, mode, *on]), values=values)


CASES = tuple(_cases())
every_combination = pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])


def _pods(found: tuple[Object, ...]) -> Iterator[tuple[str, Object]]:
    for item in found:
        if item["kind"] in {"Deployment", "StatefulSet", "Job"}:
            yield item["metadata"]["name"], item["spec"]["template"]
        elif item["kind"] == "Pod":
            yield item["metadata"]["name"], item


def test_there_are_all_combinations() -> None:
    assert len(CASES) == len(EDITIONS) * len(MODES) * 2 ** len(_SWITCHES) == 80


@every_combination
def test_every_object_is_valid_and_every_pod_keeps_the_policies(case: Case, schemas: Path) -> None:
    text = manifests(case)
    found = parse(text, case.name)
    verdict = kubeconform(text, KUBE_VERSIONS[-1], schemas)
    assert verdict.get("resources", []) == []
    assert verdict["summary"] == {"valid": len(found), "invalid": 0, "errors": 0, "skipped": 0}
    # OpenShift chooses user and file system group itself.
    chosen = {"runAsUser", "fsGroup"} if "openshift" in case.name else set()
    broken = {name: sorted(set(breaches(pod)) - chosen) for name, pod in _pods(found)}
    assert {name: breach for name, breach in broken.items() if breach} == {}
    monitoring = {item["kind"] for item in found} & {"ServiceMonitor", "PrometheusRule"}
    assert monitoring == ({"ServiceMonitor", "PrometheusRule"} if "monitored" in case.name else set())
