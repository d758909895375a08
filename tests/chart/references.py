"""Who refers to whom by name or by label in a set of rendered objects."""

from collections.abc import Iterator, Mapping

from chart.rendering import Case, Object, objects, of_kind, workloads


def dangling(case: Case, existing: dict[str, dict[str, str]]) -> Iterator[str]:
    """Yield every reference by name to an object that neither the render nor somebody else makes."""
    made = {(item["kind"], item["metadata"]["name"]) for item in objects(case)} | {("Secret", name) for name in existing}
    for name, pod in workloads(case):
        spec = pod["spec"]
        wanted = [("ServiceAccount", spec["serviceAccountName"])]
        for volume in spec["volumes"]:
            wanted += [("ConfigMap", volume["configMap"]["name"])] if "configMap" in volume else []
            wanted += [("Secret", volume["secret"]["secretName"])] if "secret" in volume else []
            wanted += [("PersistentVolumeClaim", volume["persistentVolumeClaim"]["claimName"])] if "persistentVolumeClaim" in volume else []
        for container in spec["containers"]:
            sources = [entry.get("valueFrom", {}) for entry in container.get("env", ())]
            wanted += [("Secret", source["secretKeyRef"]["name"]) for source in sources if "secretKeyRef" in source]
            wanted += [("ConfigMap", source["configMapKeyRef"]["name"]) for source in sources if "configMapKeyRef" in source]
        yield from (f"{name}: {kind} {target}" for kind, target in wanted if (kind, target) not in made)
    for item in of_kind(case, "StatefulSet"):
        if ("Service", item["spec"]["serviceName"]) not in made:
            yield f"{item['metadata']['name']}: Service {item['spec']['serviceName']}"
    for item in of_kind(case, "ServiceMonitor"):
        for endpoint in item["spec"]["endpoints"]:
            for reference in endpoint.get("basicAuth", {}).values():
                if ("Secret", reference["name"]) not in made:
                    yield f"{item['metadata']['name']}: Secret {reference['name']}"


# bb-common makes these, with names and labels of its own contract, which its own tests keep.
NETWORK_KINDS = {
    "NetworkPolicy",
    "AuthorizationPolicy",
    "PeerAuthentication",
    "RequestAuthentication",
    "ServiceEntry",
    "Sidecar",
    "VirtualService",
}


def own_objects(case: Case) -> list[Object]:
    """Return the objects of the chart itself, without those that bb-common makes."""
    return [item for item in objects(case) if item["kind"] not in NETWORK_KINDS]


def selected(case: Case, labels: Mapping[str, str]) -> set[str]:
    """Return the names of the workloads whose pods carry all of the labels."""
    return {name for name, pod in workloads(case) if labels.items() <= pod["metadata"]["labels"].items()}


def services_selected(case: Case, labels: Mapping[str, str]) -> list[Object]:
    """Return the Services that carry all of the labels."""
    return [item for item in of_kind(case, "Service") if labels.items() <= item["metadata"]["labels"].items()]
