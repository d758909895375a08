"""The pods of rendered objects as endpoints."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from bbpkg.connectivity.endpoints import Endpoint, MeshMode, PortNumber
from bbpkg.connectivity.selectors import selects_pods
from bbpkg.manifests.fields import field, mappings, text, text_map
from bbpkg.manifests.objects import KubernetesObject
from bbpkg.manifests.pods import pod_spec, pod_template

NAMESPACE_LABEL: Final = "kubernetes.io/metadata.name"
_INJECT: Final = "sidecar.istio.io/inject"
_DATAPLANE: Final = "istio.io/dataplane-mode"
_EXCLUDED: Final = "traffic.sidecar.istio.io/excludeInboundPorts"
_BYPASS: Final = "ambient.istio.io/bypass-inbound-capture"
_ALL_PORTS: Final = frozenset(range(1, 65536))
# Health and metrics of the proxy itself.
_OWN_PORTS: Final = frozenset({15020, 15021, 15090})
# Prefixes of the names of Service ports, and application protocols, that are no HTTP.
_NO_HTTP: Final = frozenset({"tcp", "tls", "https", "mongo", "mysql", "redis", "udp", "postgres", "postgresql"})
# What a pod on the network of its node has for an address; the number says nothing.
_NODE_ADDRESS: Final = "192.0.2.1"


def namespace_labels(objects: Iterable[KubernetesObject], namespace: str) -> dict[str, str]:
    """Return the labels of a namespace: those of its object, if there is one, and the one that Kubernetes gives it."""
    own = [text_map(item.data, "metadata", "labels") for item in objects if item.kind == "Namespace" and item.name == namespace]
    return {**(own[-1] if own else {}), NAMESPACE_LABEL: namespace}


def own_endpoints(objects: Sequence[KubernetesObject], namespace: str, mode: MeshMode) -> tuple[Endpoint, ...]:
    """Return one endpoint for each object that runs pods; those of one name carry the kind, too."""
    workloads = [item for item in objects if item.is_workload]
    names = [item.name for item in workloads]
    services = [item for item in objects if item.kind == "Service"]
    return tuple(
        _endpoint(item, item.name if names.count(item.name) == 1 else f"{item.kind}/{item.name}", objects, services, namespace, mode)
        for item in workloads
    )


def _endpoint(  # noqa: PLR0913, PLR0917 - what a pod is in the network comes from all of these
    item: KubernetesObject,
    name: str,
    objects: Sequence[KubernetesObject],
    services: Iterable[KubernetesObject],
    release: str,
    mode: MeshMode,
) -> Endpoint:
    template = pod_template(item.kind, item.data)
    labels = text_map(template, "metadata", "labels")
    annotations = text_map(template, "metadata", "annotations")
    namespace = item.namespace or release
    spec = pod_spec(item.kind, item.data) or {}
    ports = _ports(spec)
    leading = _leading_ports(labels, namespace, services, release, dict(ports))
    is_on_node = field(spec, "hostNetwork") is True
    return Endpoint(
        name=name,
        namespace=namespace,
        labels=labels,
        namespace_labels=namespace_labels(objects, namespace),
        service_account=text(spec, "serviceAccountName") or "default",
        ports=ports,
        tcp_ports=frozenset(number for number, is_tcp in leading if is_tcp),
        service_ports=frozenset(number for number, _ in leading),
        hosts=_hosts(labels, namespace, services, release),
        address=_NODE_ADDRESS if is_on_node else None,
        is_meshed=not is_on_node and _is_meshed({**annotations, **labels}, mode),
        excluded_ports=_excluded(annotations, mode),
        is_own=True,
    )


def _ports(spec: object) -> tuple[tuple[str, PortNumber], ...]:
    found = []
    for key in ("containers", "initContainers"):
        for container in mappings(spec, key):
            for port in mappings(container, "ports"):
                number = field(port, "containerPort")
                if isinstance(number, int):
                    found.append((text(port, "name"), PortNumber(number, text(port, "protocol") or "TCP")))
    return tuple(dict.fromkeys(found))


def _selecting(labels: Mapping[str, str], namespace: str, services: Iterable[KubernetesObject], release: str) -> list[KubernetesObject]:
    return [
        item
        for item in services
        if (item.namespace or release) == namespace and selects_pods(text_map(item.data, "spec", "selector"), labels)
    ]


def _leading_ports(
    labels: Mapping[str, str], namespace: str, services: Iterable[KubernetesObject], release: str, named: Mapping[str, PortNumber]
) -> list[tuple[int, bool]]:
    """The ports of a pod that Services lead to, each with whether it is known not to speak HTTP."""
    found = []
    for service in _selecting(labels, namespace, services, release):
        for port in mappings(service.data, "spec", "ports"):
            target = field(port, "targetPort")
            target = field(port, "port") if target is None else target
            if isinstance(target, str) and target in named:
                target = named[target].number
            if isinstance(target, int):
                protocol = text(port, "appProtocol") or text(port, "name").partition("-")[0]
                found.append((target, protocol.rpartition("/")[2].lower() in _NO_HTTP))
    return found


def _hosts(labels: Mapping[str, str], namespace: str, services: Iterable[KubernetesObject], release: str) -> tuple[str, ...]:
    return tuple(f"{item.name}.{namespace}.svc.cluster.local" for item in _selecting(labels, namespace, services, release))


def _is_meshed(marks: Mapping[str, str], mode: MeshMode) -> bool:
    if mode is MeshMode.SIDECAR:
        return marks.get(_INJECT) != "false"
    return mode is MeshMode.AMBIENT and marks.get(_DATAPLANE) != "none"


def _excluded(annotations: Mapping[str, str], mode: MeshMode) -> frozenset[int]:
    if mode is MeshMode.AMBIENT:
        return _ALL_PORTS if annotations.get(_BYPASS) == "true" else frozenset()
    if mode is MeshMode.NONE:
        return frozenset()
    text_of_ports = annotations.get(_EXCLUDED, "")
    if text_of_ports == "*":
        return _ALL_PORTS
    return _OWN_PORTS | frozenset(int(part) for part in text_of_ports.split(",") if part.strip().isdigit())
