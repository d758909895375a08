"""What a package of Big Bang's own is, and keys that several of them have.

The facts are those of chart/package-metadata.yaml, values.schema.json and values.yaml of Big Bang 3.30.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from bbpkg.umbrella.schema_parts import SOURCE_TYPE, Schema, closed, flag, mapping_of, opened, reference, text

ENABLED: Final = flag("Whether it is deployed")


@dataclass(frozen=True, kw_only=True, slots=True)
class BuiltInPackage:
    """A package that the umbrella knows; `directory` is that of its templates, by which it is known, too.

    `is_addon` packages stand below `addons` in 3.x, the others at the root. `own` are the keys that other packages lack.
    """

    name: str
    directory: str
    is_addon: bool = False
    own: Mapping[str, Schema] = field(default_factory=dict)

    @property
    def legacy_path(self) -> tuple[str, ...]:
        """Where 3.x keeps it."""
        return ("addons", self.name) if self.is_addon else (self.name,)

    @property
    def schema(self) -> Schema:
        """Its values; nothing is required, because the umbrella has a default for everything."""
        common: dict[str, Schema] = {
            "enabled": ENABLED,
            "sourceType": SOURCE_TYPE,
            "releaseName": text("Name of the release"),
            "git": reference("git"),
            "helmRepo": reference("helmRepo"),
            "flux": reference("flux"),
            "values": reference("values"),
            "postRenderers": reference("postRenderers"),
        }
        return closed(f"Big Bang's package {self.name}", **{**common, **self.own})


def texts(description: str, *names: str) -> Schema:
    """An open object in which these keys are strings."""
    return opened(description, **{name: text(name) for name in names})


ISTIO: Final = reference("istio")
INGRESS: Final = closed("The gateway", gateway=text("Name of the gateway, one of istioGateway.values.gateways; default public"))
INGRESS_WITH_KEY: Final = closed("The gateway", gateway=text("Name of the gateway"), cert=text("Certificate"), key=text("Private key"))
CLIENT: Final = closed("Client at the identity provider", client_id=text("Name"), client_secret=text("Secret"))
SSO_KEYS: Final[dict[str, Schema]] = {
    "enabled": flag("Whether users log in through it"),
    "client_id": text("Client"),
    "client_secret": text("Secret"),
}
SSO: Final = closed("Login through the identity provider", **SSO_KEYS)
GRAFANA_LOGIN: Final = closed(
    "Client at the identity provider",
    **{
        name: text(name)
        for name in (
            *("client_id", "client_secret", "scopes", "role_attribute_path", "token_url", "auth_url", "api_url"),
            *("tls_client_ca", "tls_client_cert", "tls_client_key", "allowed_domains"),
        )
    },
    allow_sign_up=flag("Whether new users are accepted"),
    tls_skip_verify_insecure=flag("Whether certificates are not verified"),
)
WEB: Final[dict[str, Schema]] = {"istio": ISTIO, "ingress": INGRESS}
DATABASE: Final[Schema] = texts("External database", "host", "username", "password", "database", "type", "ssl_mode")
TOGGLE: Final = opened("A part of it", enabled=flag("Whether it is on"))
STORAGE_KEYS: Final = ("endpoint", "region", "accessKey", "accessSecret")
NAMESPACE: Final = closed(
    "Its namespace",
    name=text("Name"),
    create=flag("Make it"),
    labels=mapping_of("Labels", text("Value")),
    annotations=mapping_of("Annotations", text("Value")),
)
