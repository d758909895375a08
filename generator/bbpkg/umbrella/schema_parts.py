"""Parts of the JSON Schema of the umbrella's values: words, sources, settings of Flux, and packages of the user's own.

The facts are those of chart/values.schema.json of Big Bang 3.30. Where the umbrella leaves an object open, so does this.
"""

from collections.abc import Mapping
from typing import Final

from bbpkg.model.values import Json

Schema = dict[str, Json]

_DURATION: Final = r"^([0-9]+(\.[0-9]+)?(ms|s|m|h))+$"


def text(description: str, **more: Json) -> Schema:
    """A string."""
    return {"type": "string", "description": description, **more}


def flag(description: str, **more: Json) -> Schema:
    """True or false."""
    return {"type": "boolean", "description": description, **more}


def one_of(description: str, *allowed: str) -> Schema:
    """One of a few words."""
    return {"description": description, "enum": list(allowed)}


def closed(description: str, required: tuple[str, ...] = (), /, **properties: Json) -> Schema:
    """An object that has no other keys than these."""
    return {**opened(description, required, **properties), "additionalProperties": False}


def opened(description: str, required: tuple[str, ...] = (), /, **properties: Json) -> Schema:
    """An object that may have further keys."""
    found: Schema = {"type": "object", "description": description, "properties": properties}
    return {**found, "required": list(required)} if required else found


def mapping_of(description: str, items: Schema) -> Schema:
    """An object whose keys are the user's."""
    return {"type": "object", "description": description, "additionalProperties": items}


def list_of(description: str, items: Schema) -> Schema:
    """A list of items of one kind."""
    return {"type": "array", "description": description, "items": items}


def reference(name: str) -> Schema:
    """One of DEFINITIONS."""
    return {"$ref": f"#/definitions/{name}"}


_STRINGS: Final = mapping_of("Names and texts", text("A text"))

_CREDENTIALS: Final = closed(
    "Login at a Git server, by HTTPS or SSH; better in a Secret, named by existingSecret",
    username=text("User, for HTTPS"),
    password=text("Password or token, for HTTPS"),
    caFile=text("CA of the server, PEM"),
    privateKey=text("Private key, for SSH"),
    publicKey=text("Public key, for SSH"),
    knownHosts=text("Keys of the server, for SSH"),
)

_GIT: Final = closed(
    "The chart in a Git repository, at exactly one of tag, branch (with or without commit) and semver",
    repo=text("Address of the repository"),
    path=text("Folder of the chart in the repository; default chart"),
    tag=text("Tag"),
    branch=text("Branch"),
    commit=text("Commit; needs the branch that it is on"),
    semver=text("Newest tag in a SemVer range"),
    existingSecret=text("Secret with the login, beside the GitRepository"),
    credentials=reference("gitCredentials"),
)

_HELM_REPO: Final = closed(
    "The chart in a Helm or OCI repository",
    repoName=text("Name of the repository, one of helmRepositories"),
    chartName=text("Name of the chart"),
    tag=text("Version of the chart"),
    cosignVerify=flag("Whether Flux verifies the signature of the chart"),
)

_HELM_REPOSITORY: Final = closed(
    "A repository of charts",
    ("name", "repository"),
    name=text("Name, to which helmRepo.repoName refers"),
    repository=text("Address; begins with oci:// for type oci"),
    type=one_of("Kind of repository", "oci", "default"),
    existingSecret=text("Secret with the login, in the namespace of the HelmReleases"),
    provider=one_of("Cloud whose identity is the login", "generic", "aws", "azure", "gcp"),
    username=text("User"),
    password=text("Password"),
    email=text("Mail address of the user"),
    cosignPublicKeys=mapping_of("Public keys by file name, for cosignVerify", text("Public key, PEM")),
)

_REGISTRY: Final[Schema] = {
    "type": ["object", "array", "null"],
    "description": "Login at container registries, from which the Secret private-registry of every namespace is made",
    **{
        key: value
        for key, value in closed("", **{name: text(name) for name in ("registry", "username", "password", "email")}).items()
        if key not in {"type", "description"}
    },
    "items": closed("Login at one registry", **{name: text(name) for name in ("registry", "username", "password", "email")}),
}

_REMEDIATION: Final = opened(
    "What to do after a failure",
    retries={"type": "integer", "description": "Attempts after the first; negative means without end"},
    remediateLastFailure=flag("Whether the last failure is remedied, too"),
    ignoreTestFailures=flag("Whether failed tests count"),
    strategy=one_of("How", "rollback", "uninstall"),
)


def _action(description: str, **more: Json) -> Schema:
    return opened(
        description,
        timeout=text("Longest time of one operation", pattern=_DURATION),
        disableHooks=flag("Skip hooks"),
        disableWait=flag("Do not wait until objects are ready"),
        disableWaitForJobs=flag("Do not wait until Jobs are complete"),
        **more,
    )


_CRDS: Final = one_of("What happens to CRDs of the chart", "Skip", "Create", "CreateReplace")

_FLUX: Final = opened(
    "Settings of the HelmRelease; they stand in its spec, those of a package before the global ones",
    interval=text("How often Flux looks", pattern=_DURATION),
    timeout=text("Longest time of one operation of Helm", pattern=_DURATION),
    driftDetection=opened(
        "What Flux does about changes that others make",
        mode=one_of("Whether it corrects them", "enabled", "warn", "disabled"),
        ignore=list_of(
            "Changes that are allowed",
            opened("One rule", ("paths",), paths=list_of("JSON pointers", text("A pointer")), target=opened("The objects; unset: all")),
        ),
    ),
    install=_action(
        "Installation", crds=_CRDS, createNamespace=flag("Make the namespace"), replace=flag("Take over a name"), remediation=_REMEDIATION
    ),
    upgrade=_action(
        "Upgrade",
        crds=_CRDS,
        cleanupOnFail=flag("Delete new objects after a failure"),
        force=flag("Replace objects"),
        preserveValues=flag("Keep former values"),
        remediation=_REMEDIATION,
    ),
    rollback=_action(
        "Rollback", cleanupOnFail=flag("Delete new objects after a failure"), force=flag("Replace"), recreate=flag("Restart pods")
    ),
    uninstall=_action(
        "Removal",
        keepHistory=flag("Keep the history"),
        deletionPropagation=one_of("How dependents go", "background", "foreground", "orphan"),
    ),
    test=opened(
        "Tests after installation and upgrade",
        enable=flag("Run them"),
        ignoreFailures=flag("Ignore failures"),
        timeout=text("Longest time", pattern=_DURATION),
    ),
    maxHistory={"type": "integer", "description": "Revisions that Helm keeps"},
    suspend=flag("Stop reconciling"),
    releaseName=text("Name of the release", minLength=1, maxLength=53),
    serviceAccountName=text("ServiceAccount as which Flux acts"),
    storageNamespace=text("Namespace of Helm's own Secrets"),
    persistentClient=flag("Reuse the client"),
)

# What else stands in the spec of a HelmRelease (helm.toolkit.fluxcd.io/v2), and so may stand in `flux`.
OTHER_FLUX_KEYS: Final = ("commonMetadata", "healthCheckExprs", "kubeConfig", "targetNamespace", "waitStrategy", "values", "valuesFrom")

_POST_RENDERERS: Final[Schema] = {
    "type": ["array", "object"],
    "description": "Kustomize patches of the rendered objects: a list, or named lists",
    "items": opened("One post-renderer", kustomize=opened("Patches and images")),
    "additionalProperties": list_of("A list of them", opened("One post-renderer")),
}

_DEPENDS_ON: Final = list_of(
    "HelmReleases that must be ready first",
    closed("One of them", ("name",), name=text("Name of the HelmRelease"), namespace=text("Its namespace")),
)

_INJECTION: Final = opened("Istio", injection=one_of("Whether pods of the namespace get a sidecar", "enabled", "disabled"))

DEFINITIONS: Final[Mapping[str, Schema]] = {
    "gitCredentials": _CREDENTIALS,
    "git": _GIT,
    "helmRepo": _HELM_REPO,
    "helmRepository": _HELM_REPOSITORY,
    "registryCredentials": _REGISTRY,
    "flux": _FLUX,
    "postRenderers": _POST_RENDERERS,
    "dependsOn": _DEPENDS_ON,
    "istio": _INJECTION,
    "values": {"type": "object", "description": "Values of the chart"},
}

SOURCE_TYPE: Final = one_of("Where the chart comes from", "git", "helmRepo")

CUSTOM_PACKAGE: Final = closed(
    "A package of your own",
    enabled=flag("Whether it is deployed", default=True),
    sourceType=SOURCE_TYPE,
    git=reference("git"),
    helmRepo=reference("helmRepo"),
    namespace=closed(
        "Its namespace",
        name=text("Name; default is the name of the package"),
        create=flag("Make it", default=True),
        createRegistrySecret=flag("Put the Secret private-registry into it", default=True),
        labels=_STRINGS,
        annotations=_STRINGS,
    ),
    helmRelease=closed("Its HelmRelease", namespace=text("Namespace of the Flux objects; Big Bang's own stand in bigbang")),
    releaseName=text("Accepted and ignored: the release has the name of the package"),
    wrapper=closed(
        "The wrapper chart, which adds what a chart without Big Bang integration lacks",
        enabled=flag("Deploy it", default=False),
        postRenderers=reference("postRenderers"),
    ),
    kustomize=flag("A Kustomization instead of a chart; needs git.path", default=False),
    passBigBangValues=flag("Pass the main values of Big Bang below bigbang", default=False),
    bbCommonValues=flag("Pass values for global and bb-common", default=True),
    includeDefaultDependsOn=flag("Wait for policies and Istio", default=True),
    flux=reference("flux"),
    postRenderers=reference("postRenderers"),
    dependsOn=reference("dependsOn"),
    istio=reference("istio"),
    sso=closed("Login", enabled=flag("Put the Secret with the CA of the identity provider into the namespace")),
    monitor=opened("Monitoring, for the wrapper"),
    network=opened("Policies, for the wrapper"),
    secrets={"type": ["object", "array"], "description": "Secrets, for the wrapper"},
    configMaps={"type": ["object", "array"], "description": "ConfigMaps, for the wrapper"},
    values=reference("values"),
)
