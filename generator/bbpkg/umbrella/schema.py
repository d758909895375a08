"""The JSON Schema of the umbrella's values, in the form without a version and in the form `v1`.

The form without a version is that of Big Bang 3.x: Big Bang's own packages stand at the root and below `addons`, and everything
below `packages` is a package of the user's own. `packageConfiguration.version: v1` (3.x by choice, 4.x always) gives the names of
Big Bang's own packages below `packages` to those packages. Every key has a default in the umbrella, so nothing is required.
"""

import enum
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, cast

from bbpkg.model.values import Json
from bbpkg.umbrella.built_in_packages import BUILT_IN
from bbpkg.umbrella.schema_parts import (
    CUSTOM_PACKAGE,
    DEFINITIONS,
    SOURCE_TYPE,
    Schema,
    closed,
    flag,
    list_of,
    mapping_of,
    one_of,
    opened,
    reference,
    text,
)


class Configuration(enum.Enum):
    """The value of packageConfiguration.version, which says what `packages` holds."""

    UNVERSIONED = "unset"
    V1 = "v1"


_SUBNETS: Final = opened("Policies in one direction, for every package that reads them", definitions=opened("Peers by name"))

_GLOBAL: Final[Mapping[str, Schema]] = {
    "packageConfiguration": closed("How packages are configured", version=one_of("Unset in 3.x, v1 in 4.x", "v1")),
    "domain": text("Domain of all hosts"),
    "offline": flag("No Git sources"),
    "openshift": flag("The cluster is OpenShift"),
    "imagePullPolicy": one_of("When images are pulled", "Never", "Always", "IfNotPresent"),
    "registryCredentials": reference("registryCredentials"),
    "helmRepositories": list_of("Repositories of charts", reference("helmRepository")),
    "git": closed(
        "Login at Git servers",
        existingSecret=text("Secret with the login, in the namespace of the sources"),
        credentials=reference("gitCredentials"),
    ),
    "sso": opened(
        "The identity provider",
        name=text("Name for people"),
        url=text("Address of the realm"),
        certificateAuthority=closed("Its CA", cert=text("The CA, PEM"), secretName=text("Name of the Secret with it")),
        saml=closed(
            "SAML", entityDescriptor=text("Address of the metadata"), service=text("Address of the service"), metadata=text("The metadata")
        ),
        oidc=opened(
            "OpenID Connect",
            **{name: text("Address") for name in ("authorization", "endSession", "jwksUri", "token", "userinfo")},
            jwks=text("The keys"),
            claims=opened("Names of claims", **{name: text("Name of the claim") for name in ("email", "name", "username", "groups")}),
        ),
    ),
    "flux": reference("flux"),
    "networkPolicies": opened(
        "Network policies of all packages",
        enabled=flag("Whether there are any"),
        controlPlaneCidr=text("Addresses of the Kubernetes API"),
        nodeCidr=text("Addresses of the nodes"),
        vpcCidr=text("Addresses of the network around the cluster"),
        egress=_SUBNETS,
        ingress=_SUBNETS,
    ),
    "istio": opened("The mesh", ambient=opened("Ambient mode", enabled=flag("Whether the mesh is ambient"))),
    "wrapper": closed("Where the wrapper chart comes from", sourceType=SOURCE_TYPE, git=reference("git"), helmRepo=reference("helmRepo")),
    "comments": text("Text without a meaning"),
    "_selfTest": opened("Big Bang's own tests"),
}

# Objects that the umbrella leaves open although it reads nothing else there.
READ_KEYS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "/istio": ("ambient",),
        "/istio/ambient": ("enabled",),
        "/networkPolicies": (
            *("enabled", "controlPlaneCidr", "nodeCidr", "vpcCidr", "egress", "ingress"),
            *("hbonePortInjection", "prependReleaseName", "defaultsAsHooks", "additionalPolicies", "additional"),
        ),
    }
)


def umbrella_schema(configuration: Configuration, *, chart_schemas: Mapping[str, str] = MappingProxyType({})) -> Schema:
    """Return the schema (draft 7) of the values in one form.

    Args:
        configuration: the form.
        chart_schemas: for packages of the user's own, the address of the schema of their chart's values.
    """
    return {**_root(_packages(configuration, chart_schemas)), "definitions": _definitions()}


def editor_schema(chart_schemas: Mapping[str, str]) -> Schema:
    """Return one schema for both forms, as editors want it: the values themselves say which form they have."""
    is_v1: Json = {
        "properties": {"packageConfiguration": {"properties": {"version": {"const": "v1"}}, "required": ["version"]}},
        "required": ["packageConfiguration"],
    }
    forms = {form: cast("Json", {"properties": {"packages": _packages(form, chart_schemas)}}) for form in Configuration}
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Values of Big Bang's umbrella chart",
        **_root({"type": "object", "description": "Packages"}),
        "if": is_v1,
        "then": forms[Configuration.V1],
        "else": forms[Configuration.UNVERSIONED],
        "definitions": _definitions(),
    }


def _root(packages: Schema) -> Schema:
    legacy = {package.name: _built_in(package.name) for package in BUILT_IN.values() if not package.is_addon}
    # Below addons the umbrella accepts any key of a package; those that it does not know, it does not read.
    addons = {package.name: _built_in(package.name) for package in BUILT_IN.values() if package.is_addon}
    return closed(
        "Values of Big Bang's umbrella chart",
        **cast("Mapping[str, Json]", {**_GLOBAL, **legacy}),
        addons=closed("Big Bang's packages that are off by default", **cast("Mapping[str, Json]", addons)),
        packages=packages,
    )


def _built_in(name: str) -> Schema:
    return reference(f"built-in-{name}")


def _definitions() -> Schema:
    built_in = {f"built-in-{package.name}": package.schema for package in BUILT_IN.values()}
    return {**cast("Schema", dict(DEFINITIONS)), "package": CUSTOM_PACKAGE, **cast("Schema", built_in)}


def _packages(configuration: Configuration, chart_schemas: Mapping[str, str]) -> Schema:
    named = {name: _with_values(address) for name, address in chart_schemas.items()}
    if configuration is Configuration.V1:
        named |= {name: _built_in(name) for name in BUILT_IN}
    packages = mapping_of("Packages by name; below v1 also Big Bang's own", reference("package"))
    return {**packages, "properties": cast("Json", named)}


def _with_values(address: str) -> Schema:
    properties = cast("dict[str, Json]", CUSTOM_PACKAGE["properties"])
    return {**CUSTOM_PACKAGE, "properties": {**properties, "values": {"$ref": address}}}
