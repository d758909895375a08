"""What an installation chooses when a package is brought into Big Bang."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from bbpkg.model.package import Package
from bbpkg.model.values import Json
from bbpkg.model.variants import Variant, Variants
from bbpkg.plan.overlay_blocks import Block

MeshMode: TypeAlias = Literal["none", "sidecar", "hardened", "ambient"]


@dataclass(frozen=True, kw_only=True, slots=True)
class GitSource:
    """The chart in Git at exactly one revision; `revision` holds tag, or semver, or branch with or without commit."""

    repository: str
    path: str
    revision: tuple[tuple[str, str], ...]


def git_source(package: Package, *, repository: str = "", path: str = "", revision: Mapping[str, str] | None = None) -> GitSource:
    """The chart of a package in Git; where nothing is said, in an example of a repository, at the tag of its version."""
    return GitSource(
        repository=repository or f"https://git.example.mil/packages/{package.name}.git",
        path=path or "chart",
        revision=tuple((revision or {"tag": package.chart.version}).items()),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class OciSource:
    """The chart in an OCI registry; with an `address` the repository is declared, too, and `secret` is its login."""

    repository_name: str
    chart: str
    tag: str
    address: str = ""
    secret: str = "private-registry"


@dataclass(frozen=True, kw_only=True, slots=True)
class Server:
    """An external PostgreSQL or Redis; without a port it has the usual one."""

    backend: str
    host: str
    port: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Bucket:
    """An external bucket: at an address with keys, or without an address Amazon's, with the role of the ServiceAccount or keys."""

    backend: str
    bucket: str
    address: str = ""
    region: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Choices:
    """Everything that may be chosen.

    `big_bang` is the major version. `key` is the name of the package in the umbrella, `namespace` empty means that name.
    `gateway` is the short name of a gateway. `hosts` are host names by route. `secrets` are names of Secrets by credential.
    `certificates` is the Secret with CA certificates. `overlays` are overlays of the definition. `depends_on` are further
    HelmReleases with their namespaces. `settings` are further values of the chart.
    `served` are the variants for which the values must be right; empty means `variant` alone.
    """

    big_bang: int
    variant: Variant
    key: str
    namespace: str = ""
    source: GitSource | OciSource
    gateway: str = ""
    hosts: Mapping[str, str] = field(default_factory=dict)
    mesh: MeshMode | None = None
    stores: tuple[Server | Bucket, ...] = ()
    secrets: Mapping[str, str] = field(default_factory=dict)
    certificates: str = ""
    overlays: tuple[str, ...] = ()
    depends_on: tuple[tuple[str, str], ...] = ()
    is_monitored: bool = True
    timeout: str = ""
    settings: Mapping[str, Json] = field(default_factory=dict)
    served: Variants = frozenset()

    @property
    def variants(self) -> Variants:
        """The variants for which the values must be right."""
        return self.served or frozenset((self.variant,))

    @property
    def values_path(self) -> tuple[str, ...]:
        """Where the values of the chart stand."""
        return ("packages", self.key, "values")

    def secret_name(self, credential: str) -> str:
        """The Secret that holds a credential."""
        return self.secrets.get(credential) or f"{self.key}-{credential}"

    def big_bang_package(self, name: str) -> tuple[str, ...]:
        """Where a package of Big Bang's own stands, one of those that 3.x keeps at the root."""
        return ("packages", name) if self.is_versioned else (name,)

    @property
    def is_versioned(self) -> bool:
        """Whether the values have the form v1."""
        return self.big_bang > _LAST_WITHOUT_VERSION


_LAST_WITHOUT_VERSION = 3


def form_block(choices: Choices) -> tuple[Block, ...]:
    """What says in which form the values are; nothing in 3.x."""
    if not choices.is_versioned:
        return ()
    comment = "The form of 4.x: everything stands below packages, Big Bang's own packages, too."
    return (Block(path=(), values={"packageConfiguration": {"version": "v1"}}, comment=comment),)
