"""Secrets in umbrella values: never what they hold, only what they are called, and what must be in them."""

from collections.abc import Mapping, Sequence

from bbpkg.model.package import Credential, CredentialKey, Package
from bbpkg.model.values import Json, ValueKey
from bbpkg.model.variants import Variant
from bbpkg.plan.overlay_blocks import Block
from bbpkg.plan.umbrella_choices import Choices


def secret_note(choices: Choices, credential: Credential, *, keys: Sequence[CredentialKey] = ()) -> str:
    """The comment that says which Secret must exist, and what is in it."""
    names = [key.secret_key for key in keys or credential.keys]
    word = "key" if len(names) == 1 else "keys"
    name = choices.secret_name(credential.name)
    return f"Secret {name}, which must exist in the namespace of the package, {word} {', '.join(names)}: {credential.title}."


def secret_blocks(package: Package, choices: Choices) -> tuple[Block, ...]:
    """References to the Secrets that the variant needs whatever else is chosen, and to those that are named."""
    external = {store.backend for store in choices.stores}
    return tuple(
        Block(path=choices.values_path, values=_reference(choices, credential), comment=secret_note(choices, credential))
        for credential in package.all_credentials
        if choices.variant in credential.variants
        and credential.name not in external
        and (credential.when is None or credential.name in choices.secrets)
    )


def _reference(choices: Choices, credential: Credential) -> dict[str, Json]:
    value: Json = {"existingSecret": choices.secret_name(credential.name)}
    for step in reversed(credential.values[1:]):
        value = {step: value}
    return {credential.values[0]: value}


def credential_names(package: Package, variant: Variant) -> tuple[str, ...]:
    """The credentials that exist in a variant."""
    return tuple(credential.name for credential in package.all_credentials if variant in credential.variants)


def secret_paths(tree: Sequence[ValueKey], above: tuple[str, ...] = ()) -> frozenset[tuple[str, ...]]:
    """The paths of all values that hold a secret."""
    own = frozenset((*above, key.name) for key in tree if key.secret)
    return own.union(*(secret_paths(key.children, (*above, key.name)) for key in tree))


def without_secrets(values: Mapping[str, Json], secrets: frozenset[tuple[str, ...]], above: tuple[str, ...] = ()) -> dict[str, Json]:
    """The values without those that hold a secret, and without the mappings that are empty then."""
    found: dict[str, Json] = {}
    for name, value in values.items():
        path = (*above, name)
        if path in secrets:
            continue
        if isinstance(value, dict) and value:
            inner = without_secrets(value, secrets, path)
            if inner:
                found[name] = inner
        else:
            found[name] = value
    return found
