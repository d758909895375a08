"""The files of the backends: addresses, and the single PostgreSQL or Redis in the cluster for development."""

from collections.abc import Iterator
from dataclasses import dataclass

from bbpkg.model.package import Backend, Package
from bbpkg.plan.files import PlannedFile, Templated
from bbpkg.plan.guards import both, variant_condition
from bbpkg.plan.validation import in_cluster_condition

_OBJECTS = {
    "postgresql": ("postgresql/config-map.yaml", "postgresql/stateful-set.yaml", "store/service.yaml", "store/service-account.yaml"),
    "redis": ("redis/config-map.yaml", "redis/deployment.yaml", "store/service.yaml", "store/service-account.yaml"),
}
_HELPERS = ("store/_host.tpl", "store/_in-cluster.tpl")


@dataclass(frozen=True, kw_only=True, slots=True)
class StoreContext:
    """Context of the templates of a backend; `image` is the name of the image of the backend's kind."""

    package: Package
    backend: Backend
    template: str
    condition: str | None
    in_cluster: str
    image: str


def store_files(package: Package) -> Iterator[PlannedFile]:
    """The files of every backend that has a host."""
    for backend in package.backends:
        if backend.kind == "object-storage":
            continue
        exists = variant_condition(backend.variants, package.variants, package.editions)
        for name in (*_HELPERS, *_OBJECTS[backend.kind]):
            template = f"chart/templates/{name}.jinja"
            context = StoreContext(
                package=package,
                backend=backend,
                template=template,
                condition=both([exists, f'include "{package.name}.{backend.name}.in-cluster" .']),
                in_cluster=in_cluster_condition(backend),
                image=backend.kind,
            )
            yield Templated(path=f"chart/templates/{backend.name}/{name.rsplit('/', 1)[-1]}", template=template, context=context)
