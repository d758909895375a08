"""The JSON Schema of `bbpkg.dev/v1alpha1`, from which the loader and editors take their checks (docs/definition.md)."""

from typing import Final

from bbpkg.definition.schema_observation import alert_schema, logs_schema
from bbpkg.definition.schema_parts import (
    ARGV,
    DEFINITIONS,
    IN,
    STRINGS,
    flag,
    list_of,
    name_of,
    object_of,
    reference,
    text_of,
    whole_number,
)
from bbpkg.model.values import Json

API_VERSION: Final = "bbpkg.dev/v1alpha1"
SCHEMA_FILE: Final = "package.v1alpha1.schema.json"

_CONTAINER: Final[dict[str, Json]] = {
    "runtime": text_of("Name of the runtime that this continues"),
    "args": ARGV,
    "env": list_of(reference("variable"), "Environment; overrides the runtime by name"),
    "ports": list_of(reference("port"), "Ports that the container listens on"),
    "workspaces": list_of(reference("workspace"), "Directories that it writes to; override the runtime by name"),
    "configFiles": list_of(reference("configFile"), "Configuration files"),
    "resources": reference("resources"),
    "in": IN,
}


def _metadata() -> dict[str, Json]:
    return object_of(
        "Who the package is",
        ("name", "title", "description"),
        name=name_of("Name of the chart and prefix of its template names"),
        title=text_of("Name for people"),
        description=text_of("One sentence"),
        home=text_of("Home page"),
        sources=STRINGS,
        keywords=STRINGS,
        releaseNotes=list_of(
            object_of("A page", ("title", "url"), title=text_of("Text of the link"), url=text_of("Address", pattern="^https?://")),
            "Release notes of the application, for the annotation bigbang.dev/upstreamReleaseNotesMarkdown",
        ),
    )


def _chart() -> dict[str, Json]:
    return object_of(
        "What Chart.yaml says",
        ("version", "kubeVersion"),
        version=text_of("Version of the chart, in Big Bang's form", pattern=r"^[0-9]+\.[0-9]+\.[0-9]+\S*-bb\.[0-9]+$"),
        kubeVersion=text_of("Kubernetes versions that the chart supports, a SemVer range"),
        maintenanceTrack=text_of(
            "Annotation bigbang.dev/maintenanceTrack; default community", enum=["bb_integrated", "bb_maintained", "bb_sandbox", "community"]
        ),
    )


def _edition() -> dict[str, Json]:
    release = object_of(
        "A release", ("name", "appVersion"), name=text_of("Name, as values hold it"), appVersion=text_of("Version of the application")
    )
    return object_of(
        "A flavour of the application",
        ("name", "title", "releases"),
        name=text_of("Value of global.edition; its release stands at <edition>.release", pattern="^[a-z][a-z0-9]*$", maxLength=40),
        title=text_of("Name for people"),
        defaultRelease=text_of(
            "Lets the installation choose a release at <edition>.release, and is the release when it chooses none; "
            "without it the edition has one release"
        ),
        releases=list_of(release, "Releases, oldest first", minimum=1),
        requiredValues={"type": "object", "description": "The least values with which the edition renders"},
        overview=list_of(
            text_of("A concern", enum=["ingress", "postgresql", "redis", "object-storage", "logging", "monitoring"]),
            "What the overview diagram draws, in its order",
        ),
    )


def _image() -> dict[str, Json]:
    tag = object_of(
        "The tag in some variants", ("in", "tag"), tag=text_of("Tag, never latest"), upstream=text_of("Tag upstream"), **{"in": IN}
    )
    return object_of(
        "A container image",
        ("name", "repository", "tags"),
        name=name_of("Name; its camelCase form is the key below images in the values"),
        repository=text_of("Repository with its registry"),
        upstream=text_of("Repository upstream"),
        tags=list_of(tag, "Tags", minimum=1),
    )


def _backend() -> dict[str, Json]:
    return object_of(
        "A store",
        ("name", "kind", "title"),
        name=name_of("Name; its camelCase form is the key at the root of the values"),
        kind=text_of("Kind of store", enum=["postgresql", "redis", "object-storage"]),
        title=text_of("Name for people"),
        database=text_of("PostgreSQL: default name of the database"),
        username=text_of("PostgreSQL: default name of the user"),
        shares=text_of("Name of the backend that serves when this one is not configured"),
        **{"in": IN},
    )


def _credential() -> dict[str, Json]:
    key = object_of(
        "One secret",
        ("name", "secretKey"),
        name=text_of("Name of the key in the values", pattern="^[a-z][A-Za-z0-9]*$"),
        secretKey=text_of("Default key in the Secret", pattern=r"^[-._a-zA-Z0-9]+$"),
        pattern=text_of("Regular expression for the inline value"),
    )
    return object_of(
        "Secrets that are given inline or in an existing Secret",
        ("name", "title", "values", "keys"),
        name=name_of("Name, and suffix of the Secret"),
        title=text_of("What it is, for messages"),
        values=text_of("Path in the values that holds existingSecret and secretKeys", pattern=r"^[a-z][A-Za-z0-9]*(\.[a-z][A-Za-z0-9]*)*$"),
        keys=list_of(key, "Its keys", minimum=1),
        assembledFrom=list_of(
            {"type": "string"}, "Credentials, as credential.key, from whose inline values a template of the package makes this one"
        ),
        explicit=flag("Must be given: there is no Secret that it refers to by default"),
        when=text_of("Go template condition under which it is needed"),
        **{"in": IN},
    )


def _runtime() -> dict[str, Json]:
    return object_of(
        "What several containers have in common",
        ("name",),
        name=name_of("Name"),
        extends=text_of("Name of the runtime that this continues"),
        images=reference("images"),
        user=whole_number("User id, never 0", 1, 2**31 - 1),
        group=whole_number("Group id, never 0", 1, 2**31 - 1),
        command=ARGV,
        env=list_of(reference("variable"), "Environment"),
        workspaces=list_of(reference("workspace"), "Directories that are written to"),
        certificatesPath=text_of("Where the custom CA certificates are mounted", pattern="^/"),
        secretFiles=list_of(reference("secretFile"), "Secrets as files"),
        probes=reference("probes"),
        preStop=text_of("Shell command that ends the program before Kubernetes sends SIGTERM"),
        terminationSeconds=whole_number("How long the program may take to end, in seconds", 1, 3600),
        backends=list_of(reference("backendUse"), "Backends that are connected to"),
    )


def _component() -> dict[str, Json]:
    sidecar = object_of(
        "A further container of the pod", ("name", "runtime", "resources"), **{"name": name_of("Name of the container"), **_CONTAINER}
    )
    return object_of(
        "A Deployment with its Service",
        ("name", "title", "runtime", "ports", "resources"),
        **{
            "name": name_of("Name; its camelCase form is the key below components in the values"),
            "title": text_of("Name for people"),
            "replicas": whole_number("Default number of pods", 0, 100),
            "single": flag("Never more than one pod"),
            "links": list_of(reference("link"), "Components that it calls"),
            "backends": list_of(reference("backendUse"), "Backends that it connects to, beside those of the runtime"),
            "outbound": list_of(reference("outbound"), "Hosts outside of the cluster that it connects to"),
            "storage": reference("storage"),
            "sidecars": list_of(sidecar, "Further containers"),
            **_CONTAINER,
        },
    )


def _route() -> dict[str, Json]:
    return object_of(
        "What the gateway exposes",
        ("name", "component", "port", "host"),
        name=name_of("Name"),
        component=text_of("Name of a component"),
        port=text_of("Name of its port"),
        host=name_of("First label of the host name, below global.domain"),
        blockedPaths=STRINGS,
        **{"in": IN},
    )


def _overlay() -> dict[str, Json]:
    return object_of(
        "A values file for plain Helm, one concern",
        ("name", "title", "values"),
        name=name_of("File name without extension"),
        title=text_of("What it is for"),
        values={"type": "object", "description": "The values"},
        external=list_of({"type": "string"}, "Backends that it moves out of the cluster: policies for them are added"),
        **{"in": IN},
    )


def _tests() -> dict[str, Json]:
    def suite(description: str) -> dict[str, Json]:
        return object_of(description, (), env=list_of(reference("testVariable"), "Variables beside the addresses of the routes"))

    return object_of(
        "What the tests below tests/ of the package folder read; `helm test` runs them",
        (),
        scripts=suite("Shell scripts, tests/scripts/*.sh"),
        cypress=suite("Browser tests, tests/cypress/e2e/*.cy.js; names of variables begin with cypress_"),
    )


def package_schema() -> dict[str, Json]:
    """The JSON Schema (draft 7) of a package definition."""
    root = object_of(
        "A package definition of bbpkg",
        ("apiVersion", "kind", "metadata", "chart", "defaultEdition", "editions", "images", "components", "runtimes"),
        apiVersion={"const": API_VERSION, "description": "Version of the format"},
        kind={"const": "Package", "description": "Kind of the document"},
        metadata=_metadata(),
        chart=_chart(),
        defaultEdition=text_of("The edition when the installation names none"),
        editions=list_of(_edition(), "Flavours of the application", minimum=1),
        images=list_of(_image(), "Container images", minimum=1),
        backends=list_of(_backend(), "Stores that components need"),
        credentials=list_of(_credential(), "Secrets beside those of the backends"),
        runtimes=list_of(_runtime(), "What containers have in common", minimum=1),
        components=list_of(_component(), "Deployments", minimum=1),
        routes=list_of(_route(), "What the gateway exposes"),
        logs=logs_schema(),
        metrics=object_of(
            "How Prometheus authenticates",
            ("username", "credential"),
            username=text_of("Name of the user"),
            credential=text_of("The password, as credential.key"),
        ),
        tests=_tests(),
        alerts=list_of(alert_schema(), "Prometheus alerts, beside the one that bbpkg makes for each component that is scraped and down"),
        dashboards=list_of({"type": "string"}, "Grafana dashboards: JSON files below dashboards/ of the package folder"),
        values={
            "type": "object",
            "description": "Keys of the values that only this package has",
            "additionalProperties": reference("value"),
        },
        overlays=list_of(_overlay(), "Values files for plain Helm"),
        templates=list_of({"type": "string"}, "Chart templates that only this package needs, below templates/ of the package folder"),
    )
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "$id": f"https://bbpkg.dev/schemas/{SCHEMA_FILE}",
        "title": "bbpkg package definition v1alpha1",
        **root,
        "definitions": DEFINITIONS,
    }
