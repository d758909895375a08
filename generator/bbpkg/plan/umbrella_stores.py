"""External stores in umbrella values: their addresses, the Secrets of their credentials, and the way out of the cluster."""

from collections.abc import Iterator, Mapping
from typing import cast

from bbpkg.model.package import Backend, Package
from bbpkg.model.values import Json
from bbpkg.plan.bb_common import SUBCHART
from bbpkg.plan.mesh import STORE_PORTS, Mesh
from bbpkg.plan.overlay_blocks import Block, Concern
from bbpkg.plan.policies import subnet_definition
from bbpkg.plan.routes import external_routes
from bbpkg.plan.umbrella_choices import Bucket, Choices, Server, form_block
from bbpkg.plan.umbrella_secrets import secret_note
from bbpkg.plan.validation import has_certificates


def stores_concern(package: Package, choices: Choices) -> Concern:
    """Everything about the external stores."""
    blocks: list[Block] = [*form_block(choices)]
    if choices.certificates and has_certificates(package):
        blocks.append(_certificates(choices))
    addresses: dict[str, dict[str, Json]] = {}
    for store in choices.stores:
        backend = package.backend(store.backend)
        values = _server(choices, backend, store) if isinstance(store, Server) else _bucket(choices, backend, store)
        addresses[backend.name] = values
        blocks.append(Block(path=choices.values_path, values={backend.key: values}, comment=_comment(package, choices, backend, store)))
    blocks += way_out_blocks(package, choices, addresses)
    return Concern(name="external-stores", title="Stores outside of the cluster", blocks=tuple(blocks))


def way_out_blocks(package: Package, choices: Choices, addresses: Mapping[str, Mapping[str, Json]]) -> Iterator[Block]:
    """The policies and ServiceEntries for external stores; `addresses` are the values of backends by their names.

    What the chart allows towards stores in the cluster stays: without such pods it selects nothing.
    """
    mesh, path = Mesh(package, choices.variant.edition), (*choices.values_path, SUBCHART)
    rules: dict[str, dict[str, Json]] = {}
    routes: dict[str, Json] = {}
    for name, values in addresses.items():
        backend = package.backend(name)
        found = cast("dict[str, dict[str, Json]]", external_routes(mesh, (backend,), {backend.key: dict(values)})["outbound"])
        routes |= {route: {**settings, "enabled": True} for route, settings in found.items()}
        for component in package.components:
            if any(use.name == name and choices.variants & use.variants for use in component.backends):
                rules.setdefault(mesh.pods(component.name), {})[subnet_definition(backend)] = True
    if rules:
        names = sorted({name for definitions in rules.values() for name in definitions})
        comment = (
            f"The stores are in subnets that Big Bang defines: {', '.join(names)}. Where theirs are others, or their ports, "
            "write them at networkPolicies.egress.definitions at the root."
        )
        allowed: dict[str, Json] = {pods: {"to": {"definition": {**definitions}}} for pods, definitions in rules.items()}
        yield Block(path=path, values={"networkPolicies": {"egress": {"from": allowed}}}, comment=comment)
    if routes:
        comment = "A hardened mesh reaches no host without a ServiceEntry."
        yield Block(path=path, values={"routes": {"outbound": routes}}, comment=comment)


def _certificates(choices: Choices) -> Block:
    comment = f'Secret {choices.certificates}, which must exist in the namespace of the package: the CA of the stores at the key "ca.crt".'
    return Block(path=choices.values_path, values={"certificates": {"existingSecret": choices.certificates}}, comment=comment)


def _server(choices: Choices, backend: Backend, store: Server) -> dict[str, Json]:
    port: dict[str, Json] = {"port": store.port} if store.port and store.port != STORE_PORTS[backend.kind] else {}
    mode = "verify-full" if choices.certificates else "require"
    tls: Json = {"mode": mode} if backend.kind == "postgresql" else {"enabled": True}
    return {"host": store.host, **port, "existingSecret": choices.secret_name(backend.name), "tls": tls}


def _bucket(choices: Choices, backend: Backend, store: Bucket) -> dict[str, Json]:
    s3: dict[str, Json] = {"bucket": store.bucket}
    if store.region:
        s3["region"] = store.region
    if store.address:
        s3["endpoint"] = store.address
    shared: dict[str, Json] = {"enabled": True} if backend.shares else {}
    if not needs_keys(choices, store):
        return {**shared, "driver": "s3", "s3": {**s3, "iamAuto": True}}
    return {**shared, "driver": "s3", "existingSecret": choices.secret_name(backend.name), "s3": s3}


def needs_keys(choices: Choices, store: Bucket) -> bool:
    """Whether a bucket is used with access keys: Amazon's are used with a role, unless a Secret is named."""
    return bool(store.address) or store.backend in choices.secrets


def _comment(package: Package, choices: Choices, backend: Backend, store: Server | Bucket) -> str:
    if isinstance(store, Server):
        where = f"{backend.title} outside of the cluster, over TLS."
        return f"{where}\n{secret_note(choices, backend.credential)}"
    if not needs_keys(choices, store):
        users = [component.title for component in package.components if any(use.name == backend.name for use in component.backends)]
        return f"{backend.title} at Amazon S3, with the IAM role of the ServiceAccount of {' and '.join(users)}, given by its annotations."
    keys = tuple(key for key in backend.credential.keys if "s3" in key.value)
    return f"{backend.title} in S3.\n{secret_note(choices, backend.credential, keys=keys)}"
