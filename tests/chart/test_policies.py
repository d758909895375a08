"""Pods pass the Kyverno policies of Big Bang as they are rendered: no mutation is relied upon, on OpenShift neither."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

import pytest

from chart.cases import CASES
from chart.rendering import Object, objects, workloads

Pod: TypeAlias = Object
Rule: TypeAlias = Callable[[Pod], Iterator[str]]

VOLUME_TYPES = {"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"}
CAPABILITIES = {"NET_BIND_SERVICE"}
SELINUX_TYPES = {None, "container_t", "container_init_t", "container_kvm_t"}


def containers_of(pod: Pod) -> list[Mapping[str, Any]]:
    spec = pod["spec"]
    return [*spec["containers"], *spec.get("initContainers", ()), *spec.get("ephemeralContainers", ())]


def contexts(pod: Pod) -> Iterator[tuple[str, Mapping[str, Any]]]:
    yield "pod", pod["spec"].get("securityContext", {})
    for container in containers_of(pod):
        yield container["name"], container.get("securityContext", {})


def block_ephemeral_containers(pod: Pod) -> Iterator[str]:
    yield from (["ephemeralContainers"] if "ephemeralContainers" in pod["spec"] else [])


def disallow_host_namespaces(pod: Pod) -> Iterator[str]:
    yield from (name for name in ("hostPID", "hostIPC", "hostNetwork") if pod["spec"].get(name))


def disallow_image_tags(pod: Pod) -> Iterator[str]:
    for container in containers_of(pod):
        match = re.fullmatch(r"[^:]+(?::\d+/[^:]+)?:([^:/]+)", container["image"])
        if match is None or match[1] == "latest":
            yield container["image"]


def disallow_privilege_escalation(pod: Pod) -> Iterator[str]:
    # Stricter than the policy, which lets it be unset.
    yield from (name for name, context in contexts(pod) if name != "pod" and context.get("allowPrivilegeEscalation") is not False)


def disallow_privileged_containers(pod: Pod) -> Iterator[str]:
    yield from (name for name, context in contexts(pod) if context.get("privileged"))


def disallow_selinux_options(pod: Pod) -> Iterator[str]:
    yield from (name for name, context in contexts(pod) if {"user", "role"} & context.get("seLinuxOptions", {}).keys())


def restrict_selinux_type(pod: Pod) -> Iterator[str]:
    yield from (name for name, context in contexts(pod) if context.get("seLinuxOptions", {}).get("type") not in SELINUX_TYPES)


def require_drop_all_capabilities(pod: Pod) -> Iterator[str]:
    yield from (name for name, context in contexts(pod) if name != "pod" and "ALL" not in context.get("capabilities", {}).get("drop", ()))


def restrict_capabilities(pod: Pod) -> Iterator[str]:
    yield from (name for name, context in contexts(pod) if set(context.get("capabilities", {}).get("add", ())) - CAPABILITIES)


def require_non_root_group(pod: Pod) -> Iterator[str]:
    group = pod["spec"].get("securityContext", {}).get("runAsGroup", 0)
    yield from (name for name, context in contexts(pod) if name != "pod" and not context.get("runAsGroup", group) > 0)
    context = pod["spec"].get("securityContext", {})
    if context.get("fsGroup", 1) <= 0 or any(number <= 0 for number in context.get("supplementalGroups", ())):
        yield "fsGroup or supplementalGroups"


def require_non_root_user(pod: Pod) -> Iterator[str]:
    for name, context in contexts(pod):
        if context.get("runAsNonRoot") is not True or context.get("runAsUser", 1) <= 0:
            yield name


def restrict_apparmor(pod: Pod) -> Iterator[str]:
    for name, value in pod["metadata"].get("annotations", {}).items():
        if name.startswith("container.apparmor.security.beta.kubernetes.io/") and not re.match(r"runtime/default$|localhost/", value):
            yield name


def restrict_host_path(pod: Pod) -> Iterator[str]:
    yield from (volume["name"] for volume in pod["spec"]["volumes"] if "hostPath" in volume)


def restrict_volume_types(pod: Pod) -> Iterator[str]:
    yield from (volume["name"] for volume in pod["spec"]["volumes"] if not volume.keys() - {"name"} <= VOLUME_TYPES)


def restrict_host_ports(pod: Pod) -> Iterator[str]:
    yield from (container["name"] for container in containers_of(pod) if any("hostPort" in port for port in container["ports"]))


def restrict_image_registries(pod: Pod) -> Iterator[str]:
    registries = ("registry1.dso.mil/", "registry.dso.mil/")
    yield from (container["image"] for container in containers_of(pod) if not container["image"].startswith(registries))


def restrict_proc_mount(pod: Pod) -> Iterator[str]:
    yield from (name for name, context in contexts(pod) if context.get("procMount", "Default") != "Default")


def restrict_seccomp(pod: Pod) -> Iterator[str]:
    # Stricter than the policy, which lets it be unset.
    if pod["spec"]["securityContext"].get("seccompProfile") != {"type": "RuntimeDefault"}:
        yield "pod"
    yield from (
        name for name, context in contexts(pod) if context.get("seccompProfile", {}).get("type", "RuntimeDefault") != "RuntimeDefault"
    )


def restrict_sysctls(pod: Pod) -> Iterator[str]:
    yield from (["sysctls"] if "sysctls" in pod["spec"].get("securityContext", {}) else [])


def disallow_auto_mount_service_account_token(pod: Pod) -> Iterator[str]:
    yield from (["pod"] if pod["spec"].get("automountServiceAccountToken") is not False else [])


def disallow_istio_injection_bypass(pod: Pod) -> Iterator[str]:
    marks = {**pod["metadata"].get("labels", {}), **pod["metadata"].get("annotations", {})}
    yield from (["sidecar.istio.io/inject"] if str(marks.get("sidecar.istio.io/inject")).lower() == "false" else [])


def require_labels(pod: Pod) -> Iterator[str]:
    yield from (name for name in ("name", "version", "instance") if not pod["metadata"]["labels"].get(f"app.kubernetes.io/{name}"))


def require_read_only_root(pod: Pod) -> Iterator[str]:
    yield from (name for name, context in contexts(pod) if name != "pod" and context.get("readOnlyRootFilesystem") is not True)


def require_probes(pod: Pod) -> Iterator[str]:
    probes = {"startupProbe", "livenessProbe", "readinessProbe"}
    yield from (container["name"] for container in containers_of(pod) if not probes <= container.keys())


def require_memory_limit_and_requests(pod: Pod) -> Iterator[str]:
    for container in containers_of(pod):
        resources = container.get("resources", {})
        if not {"cpu", "memory"} <= resources.get("requests", {}).keys() or "memory" not in resources.get("limits", {}):
            yield container["name"]


def forbid_shared_default_service_account(pod: Pod) -> Iterator[str]:
    yield from (["default"] if pod["spec"].get("serviceAccountName", "default") == "default" else [])


RULES: tuple[Rule, ...] = (
    block_ephemeral_containers,
    disallow_host_namespaces,
    disallow_image_tags,
    disallow_privilege_escalation,
    disallow_privileged_containers,
    disallow_selinux_options,
    restrict_selinux_type,
    require_drop_all_capabilities,
    restrict_capabilities,
    require_non_root_group,
    require_non_root_user,
    restrict_apparmor,
    restrict_host_path,
    restrict_volume_types,
    restrict_host_ports,
    restrict_image_registries,
    restrict_proc_mount,
    restrict_seccomp,
    restrict_sysctls,
    disallow_auto_mount_service_account_token,
    disallow_istio_injection_bypass,
    require_labels,
    require_read_only_root,
    require_probes,
    require_memory_limit_and_requests,
    forbid_shared_default_service_account,
)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_every_pod_passes(rule: Rule) -> None:
    found = [f"{case.name}: {name}: {problem}" for case in CASES for name, pod in workloads(case) for problem in rule(pod)]
    assert not found


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_a_rule_refuses_what_it_is_for(rule: Rule) -> None:
    bad: Object = {
        "metadata": {
            "labels": {"sidecar.istio.io/inject": "false"},
            "annotations": {"container.apparmor.security.beta.kubernetes.io/x": "unconfined"},
        },
        "spec": {
            "hostPID": True,
            "ephemeralContainers": [],
            "volumes": [{"name": "host", "hostPath": {"path": "/"}}],
            "securityContext": {"sysctls": [{}], "fsGroup": 0},
            "containers": [
                {
                    "name": "x",
                    "image": "docker.io/library/x:latest",
                    "ports": [{"hostPort": 1}],
                    "securityContext": {
                        "privileged": True,
                        "procMount": "Unmasked",
                        "capabilities": {"add": ["SYS_ADMIN"]},
                        "seLinuxOptions": {"user": "u", "type": "spc_t"},
                    },
                }
            ],
        },
    }
    assert list(rule(bad))


def test_services_and_accounts_pass_theirs() -> None:
    for case in CASES:
        for item in objects(case):
            assert item["metadata"]["namespace"] not in {"bigbang", "default"}
            if item["kind"] == "Service":
                assert item["spec"]["type"] == "ClusterIP"
                assert not {"externalIPs", "externalName"} & item["spec"].keys()
            elif item["kind"] == "ServiceAccount":
                assert item["automountServiceAccountToken"] is False


def test_only_current_versions_of_the_apis_are_used() -> None:
    versions = {"v1", "apps/v1", "policy/v1", "monitoring.coreos.com/v1", "networking.k8s.io/v1", "rbac.authorization.k8s.io/v1"}
    assert {item["apiVersion"] for case in CASES for item in objects(case)} == versions


def test_every_pod_has_an_account_of_its_own() -> None:
    for case in CASES:
        accounts = [pod["spec"]["serviceAccountName"] for _, pod in workloads(case)]
        assert len(accounts) == len(set(accounts))


def test_openshift_chooses_user_and_group_of_files_itself() -> None:
    for case in CASES:
        for name, pod in workloads(case):
            chosen = {"runAsUser", "fsGroup"} & {key for _, context in contexts(pod) for key in context}
            assert chosen == (set() if case.values.get("openshift") else {"runAsUser", "fsGroup"}), (case.name, name)


def test_images_are_pulled_with_the_secret_of_the_platform() -> None:
    for case in CASES:
        for name, pod in workloads(case):
            assert pod["spec"]["imagePullSecrets"] == [{"name": "private-registry"}], (case.name, name)
