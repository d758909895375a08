"""Renders charts to objects for the commands that look at objects, as a Big Bang cluster would have them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from bbpkg.helm.engine import ChartRefusedError, Engine, RenderRequest
from bbpkg.manifests.objects import KubernetesObject, parse_objects

# What a Big Bang cluster knows beside Kubernetes: charts ask for it before they render objects of these APIs.
BIG_BANG_APIS: Final = (
    "networking.istio.io/v1",
    "networking.istio.io/v1beta1",
    "security.istio.io/v1",
    "security.istio.io/v1beta1",
    "monitoring.coreos.com/v1",
    "monitoring.coreos.com/v1/PodMonitor",
    "monitoring.coreos.com/v1/PrometheusRule",
    "monitoring.coreos.com/v1/ServiceMonitor",
    "k8s.cni.cncf.io/v1",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Renderer:
    """A chart with everything that a render depends on but the values; `explain` says where a refused value stands."""

    chart: Path
    engine: Engine
    kube_version: str
    release_name: str
    namespace: str
    settings: tuple[str, ...] = field(default=(), repr=False)
    api_versions: Sequence[str] = BIG_BANG_APIS
    explain: Callable[[ChartRefusedError], ChartRefusedError] = lambda refused: refused

    def objects(self, values: Mapping[str, object]) -> tuple[KubernetesObject, ...]:
        """Return the objects of the chart with values.

        Raises:
            ChartRefusedError: the chart refuses the values; says where they stand.
            InvalidInputError: what was rendered are no objects.
        """
        request = RenderRequest(
            chart=self.chart,
            kube_version=self.kube_version,
            values=values,
            settings=self.settings,
            release_name=self.release_name,
            namespace=self.namespace,
            api_versions=tuple(self.api_versions),
        )
        try:
            return parse_objects(self.engine.render(request))
        except ChartRefusedError as refused:
            raise self.explain(refused) from refused
