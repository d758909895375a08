"""Parts of the JSON Schema of definitions: its words, and the objects that stand in several places."""

from typing import Final

from bbpkg.model.values import Json

_NAME: Final = "^[a-z]([a-z0-9-]*[a-z0-9])?$"
_QUANTITY: Final = r"^[0-9]+(\.[0-9]+)?(m|k|Ki|M|Mi|G|Gi|T|Ti)?$"


def text_of(description: str, **more: Json) -> dict[str, Json]:
    """A text."""
    return {"type": "string", "description": description, **more}


def name_of(description: str) -> dict[str, Json]:
    """A name in kebab-case."""
    return text_of(description, pattern=_NAME, maxLength=40)


def quantity(description: str) -> dict[str, Json]:
    """A Kubernetes quantity."""
    return text_of(description + ", a Kubernetes quantity", pattern=_QUANTITY)


def flag(description: str) -> dict[str, Json]:
    """True or false."""
    return {"type": "boolean", "description": description}


def whole_number(description: str, minimum: int, maximum: int) -> dict[str, Json]:
    """A whole number between two bounds."""
    return {"type": "integer", "description": description, "minimum": minimum, "maximum": maximum}


def list_of(items: dict[str, Json], description: str, *, minimum: int = 0) -> dict[str, Json]:
    """A list of items of one kind."""
    return {"type": "array", "description": description, "items": items, "minItems": minimum}


def object_of(description: str, required: tuple[str, ...], /, **properties: Json) -> dict[str, Json]:
    """A closed object with its required keys."""
    return {
        "type": "object",
        "description": description,
        "additionalProperties": False,
        "required": list(required),
        "properties": properties,
    }


def reference(name: str) -> dict[str, Json]:
    """One of DEFINITIONS."""
    return {"$ref": f"#/definitions/{name}"}


IN: Final = list_of(
    text_of("An edition, or one release of it as edition/release"),
    "The editions and releases in which this exists; unset: wherever what holds it exists",
    minimum=1,
)
ARGV: Final = list_of({"type": "string"}, "Words of a command; each is text of the Go template")
STRINGS: Final = list_of({"type": "string"}, "A list of texts")

DEFINITIONS: Final[dict[str, Json]] = {
    "variable": object_of(
        "An environment variable; exactly one of value, field and credential",
        ("name",),
        name=text_of("Name of the variable", pattern="^[A-Za-z_][A-Za-z0-9_]*$"),
        value=text_of("The value, as text of the Go template: quote what YAML could misread"),
        field=text_of("Field of the pod (Kubernetes downward API), for example metadata.name"),
        credential=text_of("The secret, as credential.key"),
        when=text_of("Go template condition under which the variable is set"),
        **{"in": IN},
    ),
    "testVariable": object_of(
        "An environment variable of a test; exactly one of value and credential",
        ("name",),
        name=text_of("Name of the variable", pattern="^[A-Za-z_][A-Za-z0-9_]*$"),
        value=text_of("The value, as text of the Go template"),
        credential=text_of("The secret, as credential.key"),
        **{"in": IN},
    ),
    "workspace": object_of(
        "A directory that the container writes to, an emptyDir",
        ("name", "path", "size"),
        name=name_of("Name of the volume; a component overrides the workspace of its runtime by this name"),
        path=text_of("Where the container sees it", pattern="^/"),
        size=quantity("Size limit"),
        sizable=flag("Whether the size limit is a value of the component"),
        logs=text_of("Pattern of the log files in it, for the log collector of the pod", pattern=r"^[^/\s,]+$"),
        when=text_of("Go template condition under which the directory is mounted"),
        **{"in": IN},
    ),
    "configFile": object_of(
        "A file of the component's ConfigMap",
        ("name", "template", "path"),
        name=text_of("Key in the ConfigMap", pattern=r"^[-._a-zA-Z0-9]+$"),
        template=text_of("File in the package folder that holds the text: Jinja over a Go template"),
        path=text_of("Where the container sees it", pattern="^/"),
        **{"in": IN},
    ),
    "secretFile": object_of(
        "A credential with one key, as a file",
        ("credential", "path"),
        credential=text_of("Name of the credential"),
        path=text_of("Where the container sees it", pattern="^/"),
        **{"in": IN},
    ),
    "check": object_of(
        "A probe; exactly one of http, tcp and exec",
        (),
        http=text_of("Path of the first port, or of the port named by `port`", pattern="^/"),
        tcp=text_of("Name of a port"),
        exec=ARGV,
        port=text_of("Name of the port of an http probe"),
    ),
    "probes": object_of(
        "What Kubernetes asks the container",
        ("liveness", "readiness", "startupSeconds"),
        liveness=reference("check"),
        readiness=reference("check"),
        startupSeconds=whole_number("How long the container may take to its first answer, in seconds", 10, 86400),
    ),
    "port": object_of(
        "A port that the container listens on",
        ("name", "number"),
        name=text_of("Name, unique in the pod", pattern="^[a-z]([a-z0-9-]{0,13}[a-z0-9])?$"),
        number=whole_number("Port number", 1, 65535),
        protocol=text_of("Application protocol (appProtocol of the Service); default http", enum=["http", "https", "tcp", "grpc"]),
        metrics=text_of("Path of Prometheus metrics on this port", pattern="^/"),
        local=flag("Bound to the loopback address: no Service port"),
        **{"in": IN},
    ),
    "link": object_of(
        "This component calls another one",
        ("to",),
        to=text_of("Name of a component"),
        port=text_of("Name of its port; default: its first"),
        **{"in": IN},
    ),
    "outbound": object_of(
        "This component connects to hosts outside of the cluster",
        ("name", "port"),
        name=name_of("What for"),
        port=whole_number("Port of the hosts", 1, 65535),
        hosts=list_of({"type": "string"}, "Names of the hosts; unset: any host"),
        **{"in": IN},
    ),
    "backendUse": object_of("This component connects to a backend", ("name",), name=text_of("Name of a backend"), **{"in": IN}),
    "storage": object_of(
        "A PersistentVolumeClaim",
        ("name", "path", "size"),
        name=name_of("Name of the volume"),
        path=text_of("Where the container sees it", pattern="^/"),
        size=quantity("Default of its size"),
    ),
    "resources": object_of(
        "Defaults of the resources; memory and its limit, a CPU request and no CPU limit",
        ("cpu", "memory", "memoryLimit"),
        cpu=quantity("CPU request"),
        memory=quantity("Memory request"),
        memoryLimit=quantity("Memory limit"),
    ),
    "images": {
        "type": "object",
        "description": "The image for each edition: edition to name of an image",
        "minProperties": 1,
        "additionalProperties": {"type": "string"},
    },
    "value": object_of(
        "A key of the chart's values. With `properties` it is a group; without `type` and `properties` it only describes a key that "
        "a credential or backend makes",
        ("description",),
        type=text_of("JSON Schema type", enum=["string", "integer", "number", "boolean", "object", "array"]),
        description=text_of("What the key is for, one sentence"),
        default={"description": "The default"},
        nullable=flag("Whether null is allowed"),
        enum={"type": "array", "description": "The only values allowed", "minItems": 1},
        pattern=text_of("Regular expression (ECMA 262 and Go) that the text must match"),
        minimum={"type": "integer", "description": "The least number allowed"},
        maximum={"type": "integer", "description": "The greatest number allowed"},
        items={"type": "object", "description": "JSON Schema of the items of an array, or of the values of an object"},
        editions=list_of({"type": "string"}, "The only editions in which the key may be set", minimum=1),
        properties={"type": "object", "description": "Keys of the group", "minProperties": 1, "additionalProperties": reference("value")},
    ),
}
