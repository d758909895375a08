"""Which APIs a Big Bang cluster has beside those of Kubernetes: what its packages bring is there when others are installed."""

from collections.abc import Mapping
from typing import Final, cast

Steps = tuple[str, ...]

# The APIs that come when one of the switches of the umbrella's values is on. Charts ask for a version, or for a kind in it.
_APIS: Final[tuple[tuple[tuple[Steps, ...], Mapping[str, tuple[str, ...]]], ...]] = (
    (
        (("istiod", "enabled"),),
        {
            "networking.istio.io/v1": (
                *("DestinationRule", "EnvoyFilter", "Gateway", "ServiceEntry", "Sidecar", "VirtualService"),
                *("WorkloadEntry", "WorkloadGroup"),
            ),
            "networking.istio.io/v1beta1": ("DestinationRule", "Gateway", "ServiceEntry", "Sidecar", "VirtualService"),
            "networking.istio.io/v1alpha3": ("EnvoyFilter",),
            "security.istio.io/v1": ("AuthorizationPolicy", "PeerAuthentication", "RequestAuthentication"),
            "security.istio.io/v1beta1": ("AuthorizationPolicy", "PeerAuthentication", "RequestAuthentication"),
            "telemetry.istio.io/v1": ("Telemetry",),
        },
    ),
    (
        (("gatewayAPI", "enabled"), ("istio", "ambient", "enabled"), ("ztunnel", "enabled")),
        {"gateway.networking.k8s.io/v1": ("Gateway", "GatewayClass", "GRPCRoute", "HTTPRoute")},
    ),
    (
        (("prometheusOperatorCRDs", "enabled"), ("monitoring", "enabled")),
        {"monitoring.coreos.com/v1": ("PodMonitor", "Probe", "PrometheusRule", "ServiceMonitor")},
    ),
    ((("kyverno", "enabled"),), {"kyverno.io/v1": ("ClusterPolicy", "Policy"), "kyverno.io/v2": ("PolicyException",)}),
    ((("certManager", "enabled"),), {"cert-manager.io/v1": ("Certificate", "ClusterIssuer", "Issuer")}),
)
_FLUX: Final = ("helm.toolkit.fluxcd.io/v2", "kustomize.toolkit.fluxcd.io/v1", "source.toolkit.fluxcd.io/v1")


def cluster_apis(values: Mapping[str, object]) -> tuple[str, ...]:
    """Return the APIs of the cluster that the umbrella's values (with its own defaults below them) describe, in order.

    >>> "networking.istio.io/v1/VirtualService" in cluster_apis({"istiod": {"enabled": True}})
    True
    """
    found = set(_FLUX)
    for switches, versions in _APIS:
        if any(_is_on(values, switch) for switch in switches):
            found |= set(versions) | {f"{version}/{kind}" for version, kinds in versions.items() for kind in kinds}
    return tuple(sorted(found))


def _is_on(values: Mapping[str, object], switch: Steps) -> bool:
    value: object = values
    for step in switch:
        value = cast("Mapping[str, object]", value).get(step) if isinstance(value, Mapping) else None
    return value is True
