"""What policies and routes share: the names of pods and Services, and switches that follow the edition."""

from dataclasses import dataclass
from typing import Final

from bbpkg.model.package import Backend, Package
from bbpkg.model.values import Json
from bbpkg.model.variants import Variants
from bbpkg.plan.guards import both

NAMESPACE: Final = "{{ .Release.Namespace }}"
STORE_PORTS: Final = {"postgresql": 5432, "redis": 6379}
MESH_SWITCH: Final = ".Values.istio.enabled"
MONITORING_SWITCH: Final = ".Values.global.monitoring.enabled"


@dataclass(frozen=True, slots=True)
class Mesh:
    """A package as the subchart bb-common sees it.

    The subchart sees its own values and `global`, nothing else. What depends on the edition is therefore a template string, or,
    where an `edition` is given, decided: for a release with the name of the package, in a cluster with mesh and monitoring.
    """

    package: Package
    edition: str | None = None

    def switch(self, variants: Variants, *, needs: str = "") -> Json:
        """True, or a template that is true in the editions of the variants and where a value is set."""
        editions = self.package.editions
        names = [edition.name for edition in editions if variants & frozenset(edition.variants)]
        if self.edition is not None:
            return self.edition in names
        quoted = " ".join(f'"{name}"' for name in names)
        condition = both([needs, None if len(names) == len(editions) else f"eq .Values.global.edition {quoted}"])
        return f"{{{{ {condition} }}}}" if condition else True

    def pods(self, name: str) -> str:
        """The label app.kubernetes.io/name of the pods of a component or backend, by which policies select them."""
        return f"{self.package.name}-{name}"

    def account(self, name: str) -> str:
        """The ServiceAccount of a component, as a template."""
        return f'{{{{ include "{self.package.name}.names.object" (dict "root" . "suffix" "{name}") }}}}'

    def service(self, name: str) -> str:
        """The Service of a component: decided, or a template."""
        return self.pods(name) if self.edition is not None else self.account(name)

    def caller(self, name: str) -> str:
        """A component of this release as the remote end of an ingress rule, with its identity."""
        return f"{self.account(name)}@{NAMESPACE}/{self.pods(name)}"

    def store(self, backend: Backend) -> str:
        """Pods and port of a store in the cluster."""
        return f"{self.pods(backend.name)}:{STORE_PORTS[backend.kind]}"
