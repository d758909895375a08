"""A package: components, the links between them, the backends they need, what is exposed, scraped and logged."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from bbpkg.model.containers import ConfigFile, Container, Image, Port, Storage, Workspace, camel
from bbpkg.model.observation import Alert, LogStore, MetricsLogin
from bbpkg.model.suites import Suites
from bbpkg.model.values import ValueKey
from bbpkg.model.variants import Edition, Variants, all_variants

BackendKind: TypeAlias = Literal["postgresql", "redis", "object-storage"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """A component calls another one at a port."""

    to: str
    port: str
    variants: Variants


@dataclass(frozen=True, kw_only=True, slots=True)
class Outbound:
    """A component connects to hosts outside of the cluster; without hosts, to any."""

    name: str
    port: int
    hosts: tuple[str, ...]
    variants: Variants


@dataclass(frozen=True, kw_only=True, slots=True)
class BackendUse:
    """A component connects to a backend."""

    name: str
    variants: Variants


@dataclass(frozen=True, kw_only=True, slots=True)
class Component:
    """A Deployment with its Service: the first container is the main one, the others run beside it."""

    name: str
    title: str
    variants: Variants
    replicas: int
    is_single: bool
    user: int
    group: int
    containers: tuple[Container, ...]
    links: tuple[Link, ...]
    backends: tuple[BackendUse, ...]
    outbound: tuple[Outbound, ...]
    storage: Storage | None
    termination_seconds: int

    @property
    def key(self) -> str:
        """Its key below `components` in the values."""
        return camel(self.name)

    @property
    def main(self) -> Container:
        """The container that gives the component its name."""
        return self.containers[0]

    @property
    def ports(self) -> tuple[Port, ...]:
        """The ports of all containers."""
        return tuple(port for container in self.containers for port in container.ports)

    @property
    def service_ports(self) -> tuple[Port, ...]:
        """The ports that the Service offers."""
        return tuple(port for port in self.ports if not port.is_local)

    @property
    def scraped_ports(self) -> tuple[Port, ...]:
        """The ports of the Service that have metrics."""
        return tuple(port for port in self.service_ports if port.metrics_path)

    @property
    def config_files(self) -> tuple[ConfigFile, ...]:
        """The files of the ConfigMap, each once."""
        return tuple(dict.fromkeys(file for container in self.containers for file in container.config_files))

    def volume(self, container: Container, workspace: Workspace) -> str:
        """The volume of a workspace: the main container's carries the plain name; a sidecar writes to directories of its own."""
        return workspace.name if container is self.main else f"{container.name}-{workspace.name}"

    def port(self, name: str) -> Port:
        """The first port with this name; raises StopIteration when there is none."""
        return next(port for port in self.ports if port.name == name)


@dataclass(frozen=True, kw_only=True, slots=True)
class CredentialKey:
    """One secret of a credential: `value` is the values path of the inline form, `secret_key` the default key in the Secret."""

    name: str
    value: tuple[str, ...]
    secret_key: str
    pattern: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Credential:
    """Secrets that the chart writes from inline values, or refers to in a Secret that exists.

    `values` is the values path that holds `existingSecret` and `secretKeys`. An `explicit` credential has no default Secret name:
    without a source the chart must not render. `when` is a Go condition: only then the credential matters.
    `assembled_from` are credentials (`name.key`): where all of them are inline values, a template of the package makes this one.
    """

    name: str
    values: tuple[str, ...]
    keys: tuple[CredentialKey, ...]
    variants: Variants
    title: str
    is_explicit: bool = False
    assembled_from: tuple[str, ...] = ()
    when: str | None = None

    def key(self, name: str) -> CredentialKey:
        """The key with this name; raises StopIteration when there is none."""
        return next(key for key in self.keys if key.name == name)


@dataclass(frozen=True, kw_only=True, slots=True)
class Backend:
    """A store that components need; `values` is its key at the root of the values.

    A backend that `shares` another one is a further configuration of the same store: unset, it is the other.
    """

    name: str
    kind: BackendKind
    title: str
    variants: Variants
    database: str = ""
    username: str = ""
    shares: str | None = None
    credential: Credential

    @property
    def key(self) -> str:
        """Its key at the root of the values."""
        return camel(self.name)


@dataclass(frozen=True, kw_only=True, slots=True)
class Route:
    """What the gateway exposes: `host` is the first label of the host name, below `global.domain`."""

    name: str
    component: str
    port: str
    host: str
    blocked_paths: tuple[str, ...]
    variants: Variants


@dataclass(frozen=True, kw_only=True, slots=True)
class Overlay:
    """A values file for plain Helm: one concern, with a title and the variants that it serves.

    `external` names backends that it moves out of the cluster: the policies for them follow.
    """

    name: str
    title: str
    variants: Variants
    values: tuple[tuple[str, object], ...]
    external: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Extra:
    """A chart file that only this package needs: `template` in the package folder, `path` in the chart."""

    template: str
    path: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ChartMetadata:
    """What Chart.yaml says of the chart itself; `release_notes` are titles and addresses."""

    version: str
    kube_version: str
    home: str
    sources: tuple[str, ...]
    keywords: tuple[str, ...]
    maintenance_track: str
    release_notes: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Package:
    """A whole package definition, checked and defaulted."""

    name: str
    title: str
    description: str
    chart: ChartMetadata
    editions: tuple[Edition, ...]
    default_edition: str
    images: tuple[Image, ...]
    components: tuple[Component, ...]
    backends: tuple[Backend, ...]
    credentials: tuple[Credential, ...]
    routes: tuple[Route, ...]
    logs: LogStore | None
    metrics: MetricsLogin | None
    alerts: tuple[Alert, ...]
    dashboards: tuple[str, ...]
    values: tuple[ValueKey, ...]
    overlays: tuple[Overlay, ...]
    extras: tuple[Extra, ...]
    suites: Suites

    @property
    def variants(self) -> Variants:
        """Every edition in every release."""
        return all_variants(self.editions)

    @property
    def is_scraped(self) -> bool:
        """Whether any component has metrics."""
        return any(component.scraped_ports for component in self.components)

    @property
    def all_credentials(self) -> tuple[Credential, ...]:
        """The package's own credentials, then those of its backends."""
        return (*self.credentials, *(backend.credential for backend in self.backends))

    def edition(self, name: str) -> Edition:
        """The edition with this name; raises StopIteration when there is none."""
        return next(edition for edition in self.editions if edition.name == name)

    def component(self, name: str) -> Component:
        """The component with this name; raises StopIteration when there is none."""
        return next(component for component in self.components if component.name == name)

    def image(self, name: str) -> Image:
        """The image with this name; raises StopIteration when there is none."""
        return next(image for image in self.images if image.name == name)

    def backend(self, name: str) -> Backend:
        """The backend with this name; raises StopIteration when there is none."""
        return next(backend for backend in self.backends if backend.name == name)

    def credential(self, name: str) -> Credential:
        """The credential with this name; raises StopIteration when there is none."""
        return next(credential for credential in self.all_credentials if credential.name == name)
