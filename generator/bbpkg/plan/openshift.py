"""What a cluster of OpenShift needs in addition: the security context constraints of the pods, and the network of the sidecars."""

from collections.abc import Iterator
from dataclasses import dataclass

from bbpkg.model.package import Package
from bbpkg.plan.files import PlannedFile, Templated
from bbpkg.plan.guards import Guarded, both, grouped, variant_condition

_FOLDER = "chart/templates/openshift"


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenShiftContext:
    """Context of the templates of OpenShift; `accounts` are the suffixes of the names of the ServiceAccounts."""

    package: Package
    template: str
    accounts: tuple[Guarded[str], ...]


def openshift_files(package: Package) -> Iterator[PlannedFile]:
    """The files of OpenShift."""
    accounts = grouped(_accounts(package))
    for name in ("role-binding.yaml", "network-attachment-definition.yaml"):
        template = f"{_FOLDER}/{name}.jinja"
        context = OpenShiftContext(package=package, template=template, accounts=accounts)
        yield Templated(path=f"{_FOLDER}/{name}", template=template, context=context)


def _accounts(package: Package) -> Iterator[tuple[str | None, str]]:
    """Each ServiceAccount of a component or of a store in the cluster, with its condition."""
    for component in package.components:
        yield variant_condition(component.variants, package.variants, package.editions), component.name
    for backend in package.backends:
        if backend.kind != "object-storage":
            exists = variant_condition(backend.variants, package.variants, package.editions)
            yield both([exists, f'include "{package.name}.{backend.name}.in-cluster" .']), backend.name
