"""Routes in bb-common's form: what gateways expose, and which hosts outside of the cluster are called."""

from collections.abc import Iterator, Mapping
from typing import Final, cast
from urllib.parse import urlsplit

from bbpkg.model.package import Backend, Component, Route
from bbpkg.model.values import Json
from bbpkg.plan.mesh import MESH_SWITCH, STORE_PORTS, Mesh

_GATEWAY: Final = "istio-gateway/public-ingressgateway"
_HTTPS: Final = 443


def route_values(mesh: Mesh) -> dict[str, Json]:
    """The default routes. An outside host has a ServiceEntry: in a hardened mesh pods reach no other."""
    inbound: dict[str, Json] = {mesh.pods(route.component): _inbound(mesh, route) for route in mesh.package.routes}
    outbound: dict[str, Json] = {name: values for component in mesh.package.components for name, values in _outbound(mesh, component)}
    return {"inbound": inbound, "outbound": outbound}


def external_routes(mesh: Mesh, backends: tuple[Backend, ...], values: Mapping[str, Json]) -> dict[str, Json]:
    """The routes to backends outside of the cluster; `values` are the values of the chart that say where they are."""
    found: dict[str, Json] = {
        mesh.pods(backend.name): _external(backend, cast("dict[str, Json]", values[backend.key])) for backend in backends
    }
    return {"outbound": found}


def _inbound(mesh: Mesh, route: Route) -> Json:
    port = mesh.package.component(route.component).port(route.port)
    service = mesh.service(route.component)
    values: dict[str, Json] = {
        "enabled": mesh.switch(route.variants, needs=MESH_SWITCH),
        "gateways": [_GATEWAY],
        "hosts": [f"{route.host}.{{{{ .Values.global.domain }}}}"],
        "service": service,
        "port": port.number,
        "selector": {"app.kubernetes.io/name": mesh.pods(route.component)},
    }
    if route.blocked_paths:
        forward: dict[str, Json] = {"route": [{"destination": {"host": service, "port": {"number": port.number}}}]}
        fault: Json = {"abort": {"httpStatus": 403, "percentage": {"value": 100}}}
        blocked: Json = {"match": [{"uri": {"prefix": path}} for path in route.blocked_paths], "fault": fault, **forward}
        values["http"] = [blocked, forward]
    return values


def _outbound(mesh: Mesh, component: Component) -> Iterator[tuple[str, Json]]:
    for outbound in component.outbound:
        if outbound.hosts:
            values: Json = {
                "enabled": mesh.switch(outbound.variants, needs=MESH_SWITCH),
                "hosts": [*outbound.hosts],
                "ports": [{"number": outbound.port, "name": "tls", "protocol": "TLS"}],
            }
            yield f"{mesh.pods(component.name)}-{outbound.name}", values


def _external(backend: Backend, values: dict[str, Json]) -> Json:
    if backend.kind in STORE_PORTS:
        port, protocol, hosts = int(str(values.get("port", STORE_PORTS[backend.kind]))), "TCP", [str(values["host"])]
    else:
        port, protocol, hosts = _bucket_address(values)
    named: Json = {"number": port, "name": f"{protocol.lower()}-{backend.kind}", "protocol": protocol}
    return {"enabled": f"{{{{ {MESH_SWITCH} }}}}", "hosts": [*hosts], "ports": [named]}


def _bucket_address(values: dict[str, Json]) -> tuple[int, str, list[str]]:
    """Port, protocol and hosts of an object store; without an address, Amazon's hosts for the region's buckets and logins."""
    driver = cast("dict[str, str]", values[str(values["driver"])])
    address = driver.get("endpoint") or driver.get("authUrl")
    if address is None:
        region = driver["region"]
        return _HTTPS, "TLS", [f"{driver['bucket']}.s3.{region}.amazonaws.com", f"s3.{region}.amazonaws.com", f"sts.{region}.amazonaws.com"]
    parts = urlsplit(address)
    protocol = "TLS" if parts.scheme == "https" else "HTTP"
    return parts.port or (_HTTPS if protocol == "TLS" else 80), protocol, [parts.hostname or ""]
