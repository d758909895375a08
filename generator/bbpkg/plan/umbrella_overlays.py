"""A package in the umbrella values of Big Bang, concern by concern.

The values hold no template: the umbrella would evaluate it in its own context. What the chart decides by templates for every
edition is decided here for the one that is installed.
"""

import math
from collections.abc import Iterator, Mapping
from typing import Final, cast

from bbpkg.model.package import Package
from bbpkg.model.values import Json
from bbpkg.plan.bb_common import SUBCHART
from bbpkg.plan.mesh import Mesh
from bbpkg.plan.overlay_blocks import Block, Concern, Path
from bbpkg.plan.umbrella_choices import Choices, GitSource, MeshMode, form_block
from bbpkg.plan.umbrella_secrets import secret_blocks, secret_paths, without_secrets
from bbpkg.plan.umbrella_stores import stores_concern, way_out_blocks
from bbpkg.plan.values_tree import values_tree

_GATEWAY: Final = "istio-gateway/{}-ingressgateway"
_DEFAULT_TIMEOUT_MINUTES: Final = 10
_SPARE_MINUTES: Final = 5
_FLUX_NAMESPACE: Final = "bigbang"


def concerns(package: Package, choices: Choices) -> tuple[Concern, ...]:
    """Everything that was chosen, in the order in which files have to be given."""
    found = [package_concern(package, choices)]
    if choices.mesh:
        found.append(mesh_concern(package, choices))
    if choices.stores:
        found.append(stores_concern(package, choices))
    if choices.gateway or choices.hosts:
        found.append(_gateway_concern(package, choices))
    found += (own_overlay_concern(package, choices, name) for name in choices.overlays)
    if choices.settings:
        block = Block(path=choices.values_path, values=for_the_chart(choices.settings), comment="Chosen on the command line.")
        found.append(Concern(name="settings", title="Further values of the chart", blocks=(block,)))
    return tuple(found)


def package_concern(package: Package, choices: Choices) -> Concern:
    """The package itself: source, Flux, edition, Secrets."""
    variant, path = choices.variant, ("packages", choices.key)
    edition = package.edition(variant.edition)
    title = f"{edition.title} {edition.release(variant.release).app_version}"
    blocks = [
        *form_block(choices),
        Block(path=path, values={"enabled": True}),
        *_source(choices, path),
        *_namespace(choices, path),
        Block(
            path=path,
            values={"helmRelease": {"namespace": _FLUX_NAMESPACE}},
            comment="Flux objects stand beside those of Big Bang, where its logins for Git and registries are.",
        ),
        Block(path=path, values={"wrapper": {"enabled": False}}, comment="The chart brings its policies, routes and monitors itself."),
        *_flux(package, choices, path),
        *_dependencies(package, choices, path),
        *_edition(package, choices),
        *secret_blocks(package, choices),
    ]
    return Concern(name=edition.name, title=title, blocks=tuple(blocks))


def _source(choices: Choices, path: Path) -> Iterator[Block]:
    source = choices.source
    if isinstance(source, GitSource):
        comment = "The chart in Git, at exactly one revision; the tag of a release equals the version of the chart."
        git: Json = {"repo": source.repository, "path": source.path, **dict(source.revision)}
        yield Block(path=path, values={"sourceType": "git", "git": git}, comment=comment, is_tied=True)
        return
    if source.address:
        comment = "Repositories of charts. A list replaces the list of another file: all of them belong here."
        entry: Json = {
            "name": source.repository_name,
            "repository": source.address,
            "type": "oci",
            "existingSecret": source.secret,
        }
        yield Block(path=(), values={"helmRepositories": [entry]}, comment=comment)
    comment = f"The chart in the repository {source.repository_name}, one of helmRepositories."
    chart: Json = {"repoName": source.repository_name, "chartName": source.chart, "tag": source.tag}
    yield Block(path=path, values={"sourceType": "helmRepo", "helmRepo": chart}, comment=comment, is_tied=True)


def _namespace(choices: Choices, path: Path) -> Iterator[Block]:
    if choices.namespace:
        yield Block(path=path, values={"namespace": {"name": choices.namespace}})


def _flux(package: Package, choices: Choices, path: Path) -> Iterator[Block]:
    patience = max(
        (
            container.probes.startup_seconds
            for component in package.components
            for container in component.containers
            if choices.variant in container.variants
        ),
        default=0,
    )
    minutes = math.ceil(patience / 60)
    if choices.timeout:
        yield Block(path=path, values={"flux": {"timeout": choices.timeout}}, comment="How long an installation or upgrade may take.")
    elif minutes >= _DEFAULT_TIMEOUT_MINUTES:
        comment = f"A component may take {minutes} minutes until it is ready; Flux would give up after {_DEFAULT_TIMEOUT_MINUTES}."
        yield Block(path=path, values={"flux": {"timeout": f"{minutes + _SPARE_MINUTES}m"}}, comment=comment)


def _dependencies(package: Package, choices: Choices, path: Path) -> Iterator[Block]:
    named = [*choices.depends_on]
    comment = "HelmReleases that must be ready first."
    if choices.is_monitored and package.is_scraped:
        named.insert(0, ("monitoring", _FLUX_NAMESPACE))
        comment = "Monitors and alerts need the custom resources that come with monitoring."
    if named:
        items: list[Json] = [{"name": name, "namespace": namespace} for name, namespace in dict.fromkeys(named)]
        yield Block(path=path, values={"dependsOn": items}, comment=comment)


def _edition(package: Package, choices: Choices) -> Iterator[Block]:
    variant = choices.variant
    edition = package.edition(variant.edition)
    required = without_secrets(cast("dict[str, Json]", dict(edition.required_values)), secret_paths(values_tree(package)))
    if required:
        yield Block(path=choices.values_path, values=required)
    yield Block(path=(*choices.values_path, "global"), values={"edition": edition.name}, comment="What is installed.")
    if edition.is_selectable:
        yield Block(path=(*choices.values_path, edition.name), values={"release": variant.release})


def mesh_concern(package: Package, choices: Choices) -> Concern:
    """How the package takes part in the mesh."""
    mode = cast("MeshMode", choices.mesh)
    path = ("packages", choices.key)
    blocks: tuple[Block, ...]
    if mode == "ambient":
        comment = "Ambient mode, for all packages: Big Bang installs ztunnel and the CNI, and passes the mode to every chart."
        blocks = (Block(path=(), values={"istio": {"ambient": {"enabled": True}}}, comment=comment),)
    elif mode == "none":
        blocks = (
            Block(
                path=path,
                values={"istio": {"injection": "disabled"}, "namespace": {"labels": {"istio.io/dataplane-mode": "none"}}},
                comment="Not in the mesh, be it one of sidecars or an ambient one.",
            ),
            Block(
                path=(*choices.values_path, SUBCHART),
                values={"istio": {"enabled": False}},
                comment="No routes either: the gateway does not expose what is not in the mesh.",
            ),
        )
    else:
        comment = "Sidecars, for all packages. Big Bang 4.x is ambient unless this says otherwise."
        blocks = (
            Block(path=(), values={"istio": {"ambient": {"enabled": False}}}, comment=comment),
            Block(path=path, values={"istio": {"injection": "enabled"}}, comment="The namespace takes part."),
            *(_hardened(package, choices) if mode == "hardened" else ()),
        )
    title = {"none": "Outside of the mesh", "sidecar": "A mesh of sidecars", "hardened": "A hardened mesh", "ambient": "An ambient mesh"}[
        mode
    ]
    name = {"none": "no-mesh"}.get(mode, mode)
    return Concern(name=name, title=title, blocks=(*form_block(choices), *blocks))


def _hardened(package: Package, choices: Choices) -> Iterator[Block]:
    comment = "Hardened, for all packages: only requests that a policy allows, and only hosts that have a ServiceEntry."
    *above, istiod = choices.big_bang_package("istiod")
    yield Block(path=tuple(above), values={istiod: {"values": {"hardened": {"enabled": True}}}}, comment=comment)
    callers = [
        component.title
        for component in package.components
        if any(not outbound.hosts and choices.variants & outbound.variants for outbound in component.outbound)
    ]
    if callers:
        comment = (
            f"{', '.join(callers)} of {package.title} may call hosts that only you know, such as registries: "
            f"add each below outbound, as NAME: {{enabled: true, hosts: [HOST]}}."
        )
        yield Block(path=(*choices.values_path, SUBCHART, "routes"), values={"outbound": {}}, comment=comment)


def _gateway_concern(package: Package, choices: Choices) -> Concern:
    mesh = Mesh(package, choices.variant.edition)
    inbound: dict[str, Json] = {}
    for route in package.routes:
        changed: dict[str, Json] = {}
        if choices.gateway:
            changed["gateways"] = [_GATEWAY.format(choices.gateway)]
        if route.name in choices.hosts:
            changed["hosts"] = [choices.hosts[route.name]]
        if changed and choices.variants & route.variants:
            inbound[mesh.pods(route.component)] = changed
    comment = "What the gateway exposes, where it is not the gateway public or not a host below the domain of Big Bang."
    block = Block(path=(*choices.values_path, SUBCHART, "routes"), values={"inbound": inbound}, comment=comment)
    return Concern(name="gateway", title="Gateway and hosts", blocks=(*form_block(choices), block))


def own_overlay_concern(package: Package, choices: Choices, name: str) -> Concern:
    """An overlay of the definition, without the secrets that it may hold."""
    overlay = next(overlay for overlay in package.overlays if overlay.name == name)
    given = cast("Mapping[str, Json]", dict(overlay.values))
    values = without_secrets(given, secret_paths(values_tree(package)))
    comment = f"{overlay.title}." if values == given else f"{overlay.title}; without its secrets."
    addresses = {backend: cast("dict[str, Json]", values[package.backend(backend).key]) for backend in overlay.external}
    block = Block(path=choices.values_path, values=for_the_chart(values), comment=comment)
    return Concern(name=name, title=overlay.title, blocks=(*form_block(choices), block, *way_out_blocks(package, choices, addresses)))


def for_the_chart(values: Mapping[str, Json]) -> dict[str, Json]:
    """The values with their templates wrapped, so that the umbrella, which evaluates values, passes them to the chart as they are.

    >>> for_the_chart({"host": "{{ .Values.name }}"})
    {'host': '{{`{{ .Values.name }}`}}'}
    """
    return {_wrapped(key): _for_the_chart(value) for key, value in values.items()}


def _for_the_chart(value: Json) -> Json:
    if isinstance(value, dict):
        return for_the_chart(value)
    if isinstance(value, list):
        return [_for_the_chart(item) for item in value]
    return _wrapped(value) if isinstance(value, str) else value


def _wrapped(text: str) -> str:
    if "{{" not in text:
        return text
    # A raw string of Go ends at a backtick, and a quoted one may meet the quotes of YAML.
    return text.replace("{{", "{{`{{`}}") if "`" in text else f"{{{{`{text}`}}}}"
