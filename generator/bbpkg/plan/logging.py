"""The files of the log collector: its configuration, and the container and volumes that pods with log files have."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from bbpkg.model.observation import LOG_COLLECTOR, LOG_COLLECTOR_PORT, LogCollector
from bbpkg.model.package import Component, Package
from bbpkg.model.values import Json, ValueKey, flag, group, number, open_object, text
from bbpkg.model.variants import Variant, Variants
from bbpkg.plan.files import PlannedFile, Templated
from bbpkg.plan.guards import Guarded, both, grouped, variant_condition

_FOLDER: Final = "chart/templates/logs"
_SWITCH: Final = ".Values.logging.sidecar.enabled"
_SECRET_NAME: Final = r"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$"
_SECRET_KEY: Final = r"^[-._a-zA-Z0-9]+$"
_HOST: Final = r"^[A-Za-z0-9]([-A-Za-z0-9.]*[A-Za-z0-9])?$"


@dataclass(frozen=True, kw_only=True, slots=True)
class LogFolder:
    """A volume with log files, and the container that writes them."""

    container: str
    volume: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PodLogs:
    """What the collector of a pod reads; `condition` is true when the pod has one."""

    condition: str
    folders: tuple[Guarded[LogFolder], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class LogsContext:
    """Context of the templates of the collector; `condition` is true when any pod has one."""

    package: Package
    template: str
    collector: LogCollector
    name: str
    port: int
    condition: str
    paths: tuple[str, ...]


def logging_files(package: Package) -> Iterator[PlannedFile]:
    """The files of the collector, if the package has one."""
    if package.logs is None or package.logs.sidecar is None:
        return
    for name in ("_container.tpl", "_volumes.tpl", "config-map.yaml", "network-policy.yaml", "service-entry.yaml"):
        template = f"{_FOLDER}/{name}.jinja"
        context = LogsContext(
            package=package,
            template=template,
            collector=package.logs.sidecar,
            name=LOG_COLLECTOR,
            port=LOG_COLLECTOR_PORT,
            condition=_condition(package, _collected(package), package.variants),
            paths=_paths(package),
        )
        yield Templated(path=f"{_FOLDER}/{name}", template=template, context=context)


def pod_logs(package: Package, component: Component) -> PodLogs | None:
    """What the collector reads in the pods of a component; None when they have no log files or the package no collector."""
    variants = _written(component)
    if package.logs is None or package.logs.sidecar is None or not variants:
        return None
    parent = variants & component.variants
    folders = grouped(
        (
            both([variant_condition(workspace.variants, parent, package.editions), workspace.when]),
            LogFolder(container=container.name, volume=component.volume(container, workspace)),
        )
        for container in component.containers
        for workspace in container.workspaces
        if workspace.logs
    )
    return PodLogs(condition=_condition(package, variants, component.variants), folders=folders)


def _condition(package: Package, variants: Variants, parent: Variants) -> str:
    return both([variant_condition(variants, parent, package.editions), _SWITCH]) or _SWITCH


def _written(component: Component) -> Variants:
    """The variants in which a container of the component writes log files."""
    parts = (workspace.variants for container in component.containers for workspace in container.workspaces if workspace.logs)
    return frozenset[Variant]().union(*parts)


def _collected(package: Package) -> Variants:
    return frozenset[Variant]().union(*(_written(component) for component in package.components))


def _paths(package: Package) -> tuple[str, ...]:
    """The collector sees the log files of each container in a folder named after the container."""
    patterns = (
        workspace.logs
        for component in package.components
        for container in component.containers
        for workspace in container.workspaces
        if workspace.logs
    )
    return tuple(f"/logs/*/{pattern}" for pattern in dict.fromkeys(patterns))


def logging_keys(package: Package) -> tuple[ValueKey, ...]:
    """The keys of the values below `logging`."""
    if package.logs is None or package.logs.sidecar is None:
        return ()
    logs, collector = package.logs, package.logs.sidecar
    return (
        group(
            "logging",
            "",
            group(
                "sidecar",
                f"A log collector (Fluent Bit) in each pod that ships log files to {logs.title}; without it, each node collects logs",
                flag("enabled", "Whether pods have it; needs Kubernetes 1.29 and the two Secrets below in the namespace of the release"),
                text("host", f"Host of {logs.title}", f"{logs.service}.{logs.namespace}", pattern=_HOST, maxLength=253),
                number("port", f"Port of {logs.title}", logs.port, minimum=1, maximum=65535),
                text("indexPrefix", "Prefix of the indices, which are one for each day", "logstash", pattern="^[a-z0-9][-a-z0-9_.]*$"),
                text("username", "Name of the user", collector.user, minLength=1),
                text("existingSecret", "Name of the Secret with the password", collector.password.name, pattern=_SECRET_NAME),
                group(
                    "secretKeys", "Keys in the Secret", text("password", "Key of the password", collector.password.key, pattern=_SECRET_KEY)
                ),
                _tls(collector),
                number("bufferMegabytes", "Space on the node for logs that wait to be shipped, in each pod", 256, minimum=16),
                _resources(),
            ),
        ),
    )


def _tls(collector: LogCollector) -> ValueKey:
    return group(
        "tls",
        "Encryption of connections",
        flag("enabled", "Whether the log store speaks TLS", default=True),
        flag("verify", "Whether its certificate is verified", default=True),
        text("existingSecret", "Name of the Secret with the CA certificate, where it is verified", collector.ca.name, pattern=_SECRET_NAME),
        text("caFile", "Key of the CA certificate in the Secret", collector.ca.key, pattern=_SECRET_KEY),
    )


def _resources() -> ValueKey:
    default: dict[str, Json] = {"requests": {"cpu": "20m", "memory": "64Mi"}, "limits": {"memory": "128Mi"}}
    return open_object("resources", "Resources (Kubernetes ResourceRequirements)", default)
