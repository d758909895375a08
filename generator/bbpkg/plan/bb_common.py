"""The values of the subchart bb-common: policies, mesh and routes."""

from collections.abc import Mapping
from typing import Final

from bbpkg.model.package import Package
from bbpkg.model.values import Json
from bbpkg.plan.mesh import Mesh
from bbpkg.plan.policies import external_policies, policy_values
from bbpkg.plan.routes import external_routes, route_values

SUBCHART: Final = "bb-common"
OFFICIAL_REPOSITORY: Final = "oci://registry1.dso.mil/bigbang"
OFFICIAL_VERSION: Final = "0.14.1"


def subchart_values(package: Package, edition: str | None = None) -> dict[str, Json]:
    """The default values of the subchart.

    The official chart takes no template where a switch or the `http` of a route stands: with an `edition`, they are decided for it.
    """
    mesh = Mesh(package, edition)
    return {
        "istio": {
            "enabled": False,
            # The network policies keep pods apart; requests of pods that may connect are not judged again.
            "authorizationPolicies": {"defaults": {"allowInNamespace": {"enabled": True}}},
        },
        "networkPolicies": policy_values(mesh),
        "routes": route_values(mesh),
    }


def external_values(package: Package, names: tuple[str, ...], values: Mapping[str, Json]) -> dict[str, Json]:
    """What the values of the subchart become when these backends are where the values of the chart say."""
    mesh = Mesh(package)
    backends = tuple(package.backend(name) for name in names)
    return {"networkPolicies": external_policies(mesh, backends), "routes": external_routes(mesh, backends, values)}
