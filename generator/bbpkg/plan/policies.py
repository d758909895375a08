"""Network policies in bb-common's shorthand, derived from links, backends, scrapes and outside hosts.

Source of the grammar: the values contract of bb-common 0.14.1.
"""

from typing import Final, TypeAlias, cast

from bbpkg.model.package import Backend, Component, Package
from bbpkg.model.values import Json
from bbpkg.plan.mesh import MONITORING_SWITCH, NAMESPACE, STORE_PORTS, Mesh

Rules: TypeAlias = dict[str, Json]

_SCRAPERS: Final = (
    "monitoring-monitoring-kube-prometheus@monitoring/prometheus",
    "alloy-alloy-metrics@alloy/alloy-metrics",
)
_PRIVATE: Final = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")
_DEFINITIONS: Final = {
    "postgresql": ("database-subnets", _PRIVATE, 5432),
    "redis": ("redis-subnets", _PRIVATE, 6379),
    "object-storage": ("storage-subnets", ("0.0.0.0/0",), 443),
}


def policy_values(mesh: Mesh) -> Rules:
    """The default policies: nothing but what the package needs, also within its namespace."""
    ingress: Rules = {}
    egress: Rules = {}
    for component in mesh.package.components:
        ingress |= _ingress(mesh, component)
        egress |= _egress(mesh, component)
    for backend in mesh.package.backends:
        if backend.kind in STORE_PORTS:
            ingress[mesh.store(backend)] = {"from": {"k8s": _users(mesh, backend)}}
    in_namespace: Rules = {"allowInNamespace": {"enabled": False}}
    return {
        "enabled": True,
        "ingress": {"defaults": in_namespace, "to": ingress},
        "egress": {"defaults": in_namespace, "definitions": _definitions(mesh.package), "from": egress},
    }


def subnet_definition(backend: Backend) -> str:
    """The name of the subnets in which external backends of its kind are, as the umbrella defines them."""
    return _DEFINITIONS[backend.kind][0]


def external_policies(mesh: Mesh, backends: tuple[Backend, ...]) -> Rules:
    """What the policies become when these backends are outside of the cluster."""
    ingress: Rules = {}
    egress: dict[str, dict[str, dict[str, Rules]]] = {}
    for backend in backends:
        if backend.kind in STORE_PORTS:
            ingress[mesh.store(backend)] = {"from": {"k8s": dict.fromkeys(_users(mesh, backend), False)}}
        for component in mesh.package.components:
            for use in component.backends:
                if use.name == backend.name:
                    kinds = egress.setdefault(mesh.pods(component.name), {"to": {}})["to"]
                    if backend.kind in STORE_PORTS:
                        kinds.setdefault("k8s", {})[f"{NAMESPACE}/{mesh.store(backend)}"] = False
                    kinds.setdefault("definition", {})[subnet_definition(backend)] = mesh.switch(use.variants)
    directions: Rules = {"ingress": {"to": ingress}} if ingress else {}
    return {**directions, "egress": {"from": cast("Rules", egress)}}


def _ingress(mesh: Mesh, component: Component) -> Rules:
    rules: Rules = {}
    for port in component.service_ports:
        callers: Rules = {
            mesh.caller(caller.name): mesh.switch(link.variants & port.variants)
            for caller in mesh.package.components
            for link in caller.links
            if link.to == component.name and link.port == port.name
        }
        if port.metrics_path:
            callers |= {scraper: mesh.switch(port.variants, needs=MONITORING_SWITCH) for scraper in _SCRAPERS}
        if callers:
            rules[f"{mesh.pods(component.name)}:{port.number}"] = {"from": {"k8s": callers}}
    return rules


def _egress(mesh: Mesh, component: Component) -> Rules:
    peers: Rules = {}
    for link in component.links:
        port = mesh.package.component(link.to).port(link.port)
        peers[f"{NAMESPACE}/{mesh.pods(link.to)}:{port.number}"] = mesh.switch(link.variants)
    for use in component.backends:
        backend = mesh.package.backend(use.name)
        if backend.kind in STORE_PORTS:
            peers[f"{NAMESPACE}/{mesh.store(backend)}"] = mesh.switch(use.variants)
    blocks: Rules = {f"0.0.0.0/0:{outbound.port}": mesh.switch(outbound.variants) for outbound in component.outbound}
    rules: Rules = {kind: rule for kind, rule in (("k8s", peers), ("cidr", blocks)) if rule}
    return {mesh.pods(component.name): {"to": rules}} if rules else {}


def _users(mesh: Mesh, backend: Backend) -> Rules:
    return {
        mesh.caller(component.name): mesh.switch(use.variants)
        for component in mesh.package.components
        for use in component.backends
        if use.name == backend.name
    }


def _definitions(package: Package) -> Rules:
    """The definitions that installations with external stores use; the umbrella replaces them by its own."""
    kinds = dict.fromkeys(backend.kind for backend in package.backends)
    return {
        name: {"to": [{"ipBlock": _block(block)} for block in blocks], "ports": [{"port": port, "protocol": "TCP"}]}
        for name, blocks, port in (_DEFINITIONS[kind] for kind in kinds)
    }


def _block(cidr: str) -> Json:
    """An address block, without the metadata service of clouds, which gives credentials of the node."""
    return {"cidr": cidr, "except": ["169.254.169.254/32"]} if cidr == "0.0.0.0/0" else {"cidr": cidr}
