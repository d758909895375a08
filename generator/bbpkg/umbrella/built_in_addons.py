"""Big Bang's packages that 3.x keeps below `addons`."""

from typing import Final

from bbpkg.umbrella.built_in_parts import (
    DATABASE,
    INGRESS,
    INGRESS_WITH_KEY,
    ISTIO,
    NAMESPACE,
    SSO_KEYS,
    STORAGE_KEYS,
    TOGGLE,
    BuiltInPackage,
    texts,
)
from bbpkg.umbrella.schema_parts import Schema, flag, list_of, opened, reference, text

_SSO: Final = opened("Login through the identity provider", **SSO_KEYS)


def _addon(name: str, directory: str, **own: Schema) -> BuiltInPackage:
    return BuiltInPackage(name=name, directory=directory, is_addon=True, own={"istio": ISTIO, **own})


ADDONS: Final = (
    _addon(
        "anchoreEnterprise",
        "anchore-enterprise",
        ingress=INGRESS,
        sso=_SSO,
        adminPassword=text("Password of the administrator"),
        enterprise=opened("Enterprise", licenseYaml=text("The license")),
        database=DATABASE,
        redis=texts("External Redis", "host", "username", "password"),
    ),
    _addon("argocd", "argocd", ingress=INGRESS, sso=_SSO, redis=texts("External Redis", "host")),
    _addon("authservice", "authservice", chains=opened("Chains of filters")),
    _addon("externalSecrets", "external-secrets", ingress=INGRESS),
    _addon("fortify", "fortify", ingress=INGRESS, sso=_SSO, externalDatabase=opened("External database", host=text("Host"))),
    _addon(
        "gitlab",
        "gitlab",
        ingress=INGRESS,
        sso=_SSO,
        hostnames=texts("Host names without the domain", "gitlab", "registry"),
        database=DATABASE,
        objectStorage=texts("Object storage", *STORAGE_KEYS, "type", "regionendpoint", "bucketPrefix", "iamProfile"),
        smtp=texts("Mail", "password"),
        redis=texts("Redis", "password"),
        railsSecret=text("Secrets of Rails"),
        dependsOn=reference("dependsOn"),
    ),
    _addon("gitlabRunner", "gitlab-runner"),
    _addon("harbor", "harbor", ingress=INGRESS),
    _addon("headlamp", "headlamp", ingress=INGRESS, sso=_SSO),
    _addon("keycloak", "keycloak", ingress=INGRESS_WITH_KEY, database=DATABASE),
    _addon(
        "mattermost",
        "mattermost",
        ingress=INGRESS,
        sso=_SSO,
        enterprise=opened("Enterprise", enabled=flag("Whether it is on"), license=text("License"), existingSecret=text("Secret with it")),
        database=DATABASE,
        objectStorage=texts("Object storage", *STORAGE_KEYS, "bucket"),
        elasticsearch=TOGGLE,
    ),
    _addon("mattermostOperator", "mattermost-operator"),
    _addon(
        "metricsServer",
        "metrics-server",
        enabled={"description": "Whether it is deployed; auto: where no metrics API exists", "enum": [True, False, "auto"]},
        automountServiceAccountToken=flag("Mount the token"),
        namespace=NAMESPACE,
    ),
    _addon(
        "mimir",
        "mimir",
        enterprise=TOGGLE,
        minioObjectStorage=TOGGLE,
        s3ObjectStorage=TOGGLE,
        kafkaIngestStorage=TOGGLE,
        serviceAccountAnnotations=opened("Annotations of the ServiceAccount"),
        dependsOn=reference("dependsOn"),
    ),
    _addon("minio", "minio", ingress=INGRESS, accesskey=text("Access key"), secretkey=text("Secret key")),
    _addon("minioOperator", "minio-operator", ingress=INGRESS),
    _addon("sonarqube", "sonarqube", ingress=INGRESS, sso=_SSO, database=DATABASE),
    _addon(
        "thanos",
        "thanos",
        ingress=INGRESS,
        sso=_SSO,
        objectStorage=opened("Object storage", insecure=flag("Without TLS"), **{name: text(name) for name in (*STORAGE_KEYS, "bucket")}),
    ),
    _addon(
        "vault",
        "vault",
        ingress=INGRESS_WITH_KEY,
        kms_access_key=text("Access key"),
        kms_secret_key=text("Secret key"),
        kms_key_id=text("Key"),
    ),
    _addon("velero", "velero", plugins=list_of("Plugins", text("A plugin"))),
)

# What former releases had below addons, and what to do now.
REMOVED_ADDONS: Final = {
    "anchore": "write anchoreEnterprise",
    "mattermostoperator": "write mattermostOperator",
    "nexusRepositoryManager": "it is gone; bring it as a package of your own below packages",
}
