"""What Kyverno enforces of pods in a Big Bang cluster; nothing of it may depend on mutation."""

from collections.abc import Iterator

from chart.rendering import Case, Object, of_kind

REGISTRIES = ("registry1.dso.mil/", "registry.dso.mil/")
VOLUMES = {"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"}


def jobs(case: Case) -> Iterator[tuple[str, Object]]:
    """Yield the name of every Job with its pod template."""
    for item in of_kind(case, "Job"):
        yield item["metadata"]["name"], item["spec"]["template"]


def breaches(pod: Object) -> list[str]:
    """Return the policies that a pod template breaks, where the chart chooses the ids itself."""
    spec = pod["spec"]
    context = spec.get("securityContext", {})
    found = [name for name in ("hostPID", "hostIPC", "hostNetwork", "ephemeralContainers") if spec.get(name)]
    found += [name for name in ("runAsUser", "runAsGroup", "fsGroup") if context.get(name, 0) <= 0]
    found += ["runAsNonRoot"] if context.get("runAsNonRoot") is not True else []
    found += ["seccomp"] if context.get("seccompProfile", {}).get("type") not in {"RuntimeDefault", "Localhost"} else []
    found += ["automountServiceAccountToken"] if spec.get("automountServiceAccountToken") is not False else []
    found += [f"volume {volume['name']}" for volume in spec.get("volumes", []) if not (volume.keys() - {"name"} <= VOLUMES)]
    found += [f"label {label}" for label in ("name", "version") if f"app.kubernetes.io/{label}" not in pod["metadata"]["labels"]]
    for container in (*spec.get("initContainers", []), *spec["containers"]):
        found += [f"{container['name']}: {breach}" for breach in _container_breaches(container)]
    return found


def _container_breaches(container: Object) -> Iterator[str]:
    context = container.get("securityContext", {})
    if context.get("allowPrivilegeEscalation", False) or context.get("privileged", False):
        yield "privileges"
    if context.get("capabilities") != {"drop": ["ALL"]}:
        yield "capabilities"
    if context.get("readOnlyRootFilesystem") is not True:
        yield "root file system"
    if context.get("runAsNonRoot") is False or context.get("runAsUser") == 0:
        yield "root"
    if any("hostPort" in port for port in container.get("ports", [])):
        yield "host port"
    image = container["image"]
    if not image.startswith(REGISTRIES) or ":" not in image or image.endswith(":latest"):
        yield "image"
    if not {"requests", "limits"} <= container.get("resources", {}).keys():
        yield "resources"
