"""The part of the JSON Schema of definitions that says how a package is observed."""

from typing import Final

from bbpkg.definition.schema_parts import IN, list_of, name_of, object_of, text_of, whole_number
from bbpkg.model.values import Json

_DURATION: Final = "^([0-9]+(ms|[smhdwy]))+$"


def logs_schema() -> dict[str, Json]:
    """Where logs go, and the collector that an installation may switch on."""
    secret = object_of(
        "A key of a Secret that exists",
        ("name", "key"),
        name=text_of("Default name of the Secret"),
        key=text_of("Default key in the Secret"),
    )
    sidecar = object_of(
        "Fluent Bit in the pods that write log files, which an installation may switch on",
        ("image", "user", "password", "ca", "recordStart"),
        image=text_of("Name of the image"),
        user=text_of("Default name of the user of the log store"),
        password=secret,
        ca=secret,
        recordStart=text_of("Regular expression of the beginning of a record; lines that do not begin with it continue the one before"),
    )
    return object_of(
        "Where logs go",
        ("title", "collector", "service", "namespace", "port"),
        title=text_of("Name of the log store, for people"),
        collector=text_of("Name of the collector, for people"),
        service=name_of("Service of the log store"),
        namespace=name_of("Namespace of that Service"),
        port=whole_number("Port of that Service", 1, 65535),
        json=list_of(text_of("An edition, or one release of it as edition/release"), "Where containers log JSON lines", minimum=1),
        sidecar=sidecar,
    )


def alert_schema() -> dict[str, Json]:
    """One Prometheus alert."""
    threshold = object_of(
        "The number that ${threshold} stands for, a value of the chart",
        ("default", "description"),
        default={"type": "number", "description": "Its default; a whole number allows only whole numbers"},
        minimum={"type": "number", "description": "The least number allowed; default 0"},
        description=text_of("What it counts, one sentence"),
    )
    return object_of(
        "A Prometheus alert",
        ("name", "severity", "for", "expr", "summary", "description"),
        name=name_of("Name: in PascalCase, after the name of the package, that of the alert; in camelCase the key below monitoring.alerts"),
        components=list_of(text_of("Name of a component"), "Components whose metrics it reads; unset: all that are scraped", minimum=1),
        severity=text_of("Default of its severity", enum=["critical", "warning", "info"]),
        threshold=threshold,
        expr=text_of("PromQL; ${selector} stands for the labels that select the metrics of these components in this release"),
        summary=text_of("What is wrong, one sentence"),
        description=text_of("What it means and what to do; may read labels as {{ $labels.pod }}"),
        when=text_of("Go template condition under which the alert exists"),
        **{"for": text_of("Default of how long the expression must hold, a Prometheus duration", pattern=_DURATION), "in": IN},
    )
