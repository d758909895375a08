"""Big Bang's own packages: their names, where 3.x keeps them, and which keys each has beside the common ones.

The facts are those of chart/package-metadata.yaml, values.schema.json and values.yaml of Big Bang 3.30.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from bbpkg.umbrella.built_in_addons import ADDONS
from bbpkg.umbrella.built_in_parts import (
    CLIENT,
    GRAFANA_LOGIN,
    ISTIO,
    NAMESPACE,
    SSO,
    SSO_KEYS,
    STORAGE_KEYS,
    TOGGLE,
    WEB,
    BuiltInPackage,
    texts,
)
from bbpkg.umbrella.schema_parts import closed, flag, list_of, one_of, opened, text

_CORE: Final = (
    BuiltInPackage(
        name="alloy",
        directory="alloy",
        own={
            "istio": ISTIO,
            "additionalDestinations": {"description": "Where else logs and metrics go"},
            "alloyLogs": TOGGLE,
            "alloyMetrics": TOGGLE,
            "alloyClusterEvents": TOGGLE,
        },
    ),
    BuiltInPackage(
        name="bbctl",
        directory="bbctl",
        own={
            "registryOverrides": list_of("Registries", text("A host")),
            "preflightCheck": opened("Check before installation", image=text("Image")),
            "repoCredentials": texts("Login", "repo", "username", "password", "email"),
        },
    ),
    BuiltInPackage(name="certManager", directory="cert-manager", own={"istio": ISTIO, "namespace": NAMESPACE}),
    BuiltInPackage(name="eckOperator", directory="eck-operator", own={"istio": ISTIO}),
    BuiltInPackage(
        name="elasticsearchKibana",
        directory="elasticsearch-kibana",
        own={
            **WEB,
            "sso": SSO,
            "license": closed("License", trial=flag("Trial"), keyJSON=text("The license")),
            "serviceAccountAnnotations": opened("Annotations of the ServiceAccounts"),
        },
    ),
    BuiltInPackage(name="fluentbit", directory="fluentbit", own={"istio": ISTIO}),
    BuiltInPackage(name="gatekeeper", directory="gatekeeper"),
    BuiltInPackage(name="gatewayAPI", directory="gateway-api"),
    BuiltInPackage(
        name="grafana",
        directory="grafana",
        own={
            **WEB,
            "enterprise": {"description": "Grafana Enterprise"},
            "sso": closed("Login through the identity provider", enabled=flag("Whether users log in through it"), grafana=GRAFANA_LOGIN),
        },
    ),
    BuiltInPackage(name="istioCNI", directory="istio-cni"),
    BuiltInPackage(name="istioCRDs", directory="istio-crds"),
    BuiltInPackage(name="istiod", directory="istiod"),
    BuiltInPackage(
        name="istioGateway",
        directory="istio-gateway",
        own={
            "values": closed(
                "Gateways",
                gateways=opened("Gateways by their short names"),
                shared=closed(
                    "What all gateways have in common",
                    **{
                        name: opened(name)
                        for name in (
                            "classificationBanner",
                            "gateway",
                            "gluon",
                            "waitJob",
                            "networkPolicies",
                            "mtls",
                            "tracing",
                            "upstream",
                        )
                    },
                ),
            )
        },
    ),
    BuiltInPackage(name="kiali", directory="kiali", own={**WEB, "sso": SSO}),
    BuiltInPackage(name="kyverno", directory="kyverno"),
    BuiltInPackage(name="kyvernoPolicies", directory="kyverno-policies"),
    BuiltInPackage(
        name="kyvernoReporter",
        directory="kyverno-reporter",
        own={**WEB, "sso": closed("Login through the identity provider", **SSO_KEYS, default_role=text("Role of new users"))},
    ),
    BuiltInPackage(
        name="loki",
        directory="loki",
        own={
            "istio": ISTIO,
            "clusterName": text("Name of the cluster"),
            "strategy": one_of("How it scales", "monolith", "scalable", "distributed"),
            "objectStorage": {**texts("Object storage", *STORAGE_KEYS)},
        },
    ),
    BuiltInPackage(
        name="monitoring",
        directory="monitoring",
        own={
            **WEB,
            "prometheusMetrics": closed("Metrics of Prometheus", enabled=flag("Whether Prometheus scrapes")),
            "sso": closed(
                "Login through the identity provider",
                enabled=flag("Whether users log in through it"),
                prometheus=CLIENT,
                alertmanager=CLIENT,
                grafana=GRAFANA_LOGIN,
            ),
        },
    ),
    BuiltInPackage(
        name="neuvector",
        directory="neuvector",
        own={
            **WEB,
            "sso": closed(
                "Login through the identity provider",
                **SSO_KEYS,
                default_role=text("Role of new users"),
                issuer=text("Issuer"),
                group_claim=text("Claim with the groups"),
                group_mapped_roles=list_of("Roles of groups", opened("One group")),
            ),
        },
    ),
    BuiltInPackage(name="prometheusOperatorCRDs", directory="prometheus-operator-crds"),
    BuiltInPackage(name="renovate", directory="renovate", own={"istio": ISTIO}),
    BuiltInPackage(
        name="tempo",
        directory="tempo",
        own={
            **WEB,
            "sso": SSO,
            "objectStorage": opened(
                "Object storage", insecure=flag("Without TLS"), **{name: text(name) for name in (*STORAGE_KEYS, "bucket")}
            ),
            "metricsGenerator": TOGGLE,
        },
    ),
    BuiltInPackage(
        name="twistlock",
        directory="twistlock",
        own={
            **WEB,
            "sso": closed(
                "Login through the identity provider",
                enabled=flag("Whether users log in through it"),
                **{
                    name: text(name)
                    for name in ("client_id", "provider_type", "provider_name", "groups", "issuer_uri", "idp_url", "console_url", "cert")
                },
            ),
        },
    ),
    BuiltInPackage(name="ztunnel", directory="ztunnel"),
)

BUILT_IN: Final[Mapping[str, BuiltInPackage]] = MappingProxyType({package.name: package for package in (*_CORE, *ADDONS)})
