"""Mermaid diagrams of a package: the overview of an edition, and every component with its links in one variant."""

from collections.abc import Callable, Iterator

from bbpkg.model.package import Backend, Component, Package
from bbpkg.model.variants import Edition, Variant

_STORE_TITLES = {
    "postgresql": "Database Storage (Postgres)",
    "redis": "Session Storage (Redis)",
    "object-storage": "Object Storage (S3/Swift)",
}


def overview_diagram(package: Package, edition: Edition, release: str | None = None) -> str:
    """The architecture of an edition in one picture: all pods are one node, each exposed component has its Service."""
    variant = Variant(edition.name, release or edition.default_release)
    drawing = _Overview(package, edition, variant)
    lines = ["graph LR", *drawing.application()]
    for concern in edition.overview:
        lines += drawing.concern(concern)
    return "\n".join(lines) + "\n"


class _Overview:
    """Names the nodes of one overview and draws its concerns."""

    def __init__(self, package: Package, edition: Edition, variant: Variant) -> None:
        self._package = package
        self._title = edition.title
        self._variant = variant
        self._pods = f"{package.name}pods"
        self._pods_node = f'{self._pods}("{package.title} Pods")'
        exposed = [package.component(route.component) for route in package.routes if variant in route.variants]
        self._services = dict(zip((c.name for c in exposed), _numbered(f"{package.name}service", len(exposed)), strict=True))
        self._exposed = exposed
        stores = [backend for backend in package.backends if variant in backend.variants and backend.shares is None]
        databases = [backend.name for backend in stores if backend.kind != "object-storage"]
        buckets = [backend.name for backend in stores if backend.kind == "object-storage"]
        names = dict(zip(databases, _numbered("database", len(databases)), strict=True))
        self._store_names = names | dict(zip(buckets, _numbered("bucket", len(buckets)), strict=True))
        self._stores = stores

    def application(self) -> Iterator[str]:
        """The pods, and the Service of each exposed component."""
        nodes = (f'{self._services[c.name]}{{{{"{c.title} Service"}}}} --> {self._pods_node}' for c in self._exposed)
        yield from _subgraph(self._title, self._pods_node, *nodes)

    def concern(self, name: str) -> Iterator[str]:
        """One further box of the picture."""
        draw: dict[str, Callable[[], Iterator[str]]] = {
            "ingress": self._ingress,
            "logging": self._logging,
            "monitoring": self._monitoring,
        }
        return draw[name]() if name in draw else self._storage(name)

    def _ingress(self) -> Iterator[str]:
        yield from _subgraph("Ingress", *(f"ig(Ingress Gateway) --> {node}" for node in self._services.values()))

    def _storage(self, kind: str) -> Iterator[str]:
        stores = [backend for backend in self._stores if backend.kind == kind]
        if stores:
            yield from _subgraph(_STORE_TITLES[kind], *(f"{self._user_of(s)} --> {self._store_names[s.name]}[({s.title})]" for s in stores))

    def _user_of(self, store: Backend) -> str:
        """A store that a single exposed component uses is drawn at its Service, every other one at the pods."""
        users = [
            component.name
            for component in self._package.components
            if any(use.name == store.name and self._variant in use.variants for use in component.backends)
        ]
        return self._services[users[0]] if len(users) == 1 and users[0] in self._services else self._pods_node

    def _logging(self) -> Iterator[str]:
        logs = self._package.logs
        if logs is not None:
            store = logs.title.lower()
            yield from _subgraph(
                "Logging",
                f"{self._pods_node} --> fluent({logs.collector}) --> {logs.service}",
                f"{logs.service}{{{{{logs.title} Service<br />{logs.service}}}}} --> {store}[({logs.title} Storage)]",
            )

    def _monitoring(self) -> Iterator[str]:
        scraped = [c for c in self._exposed if any(port.metrics_path and self._variant in port.variants for port in c.service_ports)]
        if scraped:
            edges = (f'svcmonitor("Service Monitor") --> {self._services[c.name]}' for c in scraped)
            yield from _subgraph("Monitoring", *edges, 'Prometheus --> svcmonitor("Service Monitor")')


def components_diagram(package: Package, variant: Variant) -> str:
    """Every component, backend and route of one variant, with the port of each link."""
    lines = ["graph LR"]
    components = [component for component in package.components if variant in component.variants]
    backends = [backend for backend in package.backends if variant in backend.variants]
    lines += _subgraph(package.edition(variant.edition).title, *(f'{c.name}("{c.title}")' for c in components))
    for backend in backends:
        lines.append(f'{backend.name}[("{backend.title}")]')
    for route in package.routes:
        if variant in route.variants:
            number = _port_number(package.component(route.component), route.port, variant)
            lines.append(f'gateway("Ingress Gateway") -->|{number}| {route.component}')
    for component in components:
        lines += _links(package, component, variant)
    return "\n".join(lines) + "\n"


def _links(package: Package, component: Component, variant: Variant) -> Iterator[str]:
    for link in component.links:
        if variant in link.variants:
            yield f"{component.name} -->|{_port_number(package.component(link.to), link.port, variant)}| {link.to}"
    for use in component.backends:
        if variant in use.variants:
            yield f"{component.name} --> {use.name}"


def _port_number(component: Component, name: str, variant: Variant) -> int:
    """The number of a port, which may differ between variants."""
    return next(port.number for port in component.ports if port.name == name and variant in port.variants)


def _numbered(name: str, count: int) -> list[str]:
    return [name] if count == 1 else [f"{name}{number}" for number in range(1, count + 1)]


def _subgraph(title: str, *lines: str) -> Iterator[str]:
    yield f'subgraph "{title}"'
    yield from lines
    yield "end"
