"""The files of each component: Deployment, Service, ServiceAccount, ConfigMap, volume claim, disruption budget, ServiceMonitor."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from bbpkg.model.containers import Check, ConfigFile, Container, Port, Variable, camel
from bbpkg.model.package import Component, Package
from bbpkg.model.variants import Variant, Variants
from bbpkg.plan.files import PlannedFile, Templated
from bbpkg.plan.guards import Guarded, both, grouped, variant_condition
from bbpkg.plan.logging import PodLogs, pod_logs

_PROBE_PERIOD_SECONDS = 10


@dataclass(frozen=True, kw_only=True, slots=True)
class Mount:
    """A volumeMount; `sub_path` mounts one file of the volume."""

    volume: str
    path: str
    sub_path: str = ""
    is_read_only: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Volume:
    """A volume of the pod; `kind` is the source, `detail` what the source needs, as text of the Go template."""

    name: str
    kind: str
    detail: str = ""
    secret_key: str = ""
    file_name: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class VariableView:
    """An environment variable as the template writes it: `value`, `field`, or Secret name and key as text of the Go template."""

    name: str
    value: str | None
    field: str | None
    secret_helper: str
    secret_key: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ContainerView:
    """A container as the template writes it."""

    name: str
    condition: str | None
    images: tuple[tuple[str | None, str], ...]
    command: tuple[str, ...]
    args: tuple[str, ...]
    env: tuple[Guarded[VariableView], ...]
    ports: tuple[Guarded[Port], ...]
    mounts: tuple[Guarded[Mount], ...]
    startup: Check
    startup_failures: int
    liveness: Check
    readiness: Check
    pre_stop: str | None
    resources: str


@dataclass(frozen=True, kw_only=True, slots=True)
class WorkloadContext:
    """The context of every template of a component; conditions are Go template conditions."""

    package: Package
    component: Component
    template: str
    condition: str | None
    containers: tuple[ContainerView, ...]
    volumes: tuple[Guarded[Volume], ...]
    service_ports: tuple[Guarded[Port], ...]
    scraped_ports: tuple[Guarded[Port], ...]
    config_files: tuple[Guarded[ConfigFile], ...]
    inline_secrets: tuple[str, ...]
    logs: PodLogs | None
    json_logs: str | None


def workload_files(package: Package) -> Iterator[PlannedFile]:
    """The files of every component."""
    for component in package.components:
        for kind, variants in _kinds(component):
            template = f"chart/templates/component/{kind}.yaml.jinja"
            context = _context(package, component, template, variants)
            yield Templated(path=f"chart/templates/{component.name}/{kind}.yaml", template=template, context=context)


def _kinds(component: Component) -> Iterator[tuple[str, Variants]]:
    """Each kind of object of the component, with the variants in which it has something to hold."""
    yield "deployment", component.variants
    yield "service-account", component.variants
    yield "pod-disruption-budget", component.variants
    if component.storage:
        yield "persistent-volume-claim", component.variants
    parts: dict[str, Sequence[Port | ConfigFile]] = {
        "service": component.service_ports,
        "config-map": component.config_files,
        "service-monitor": component.scraped_ports,
    }
    for kind, found in parts.items():
        if found:
            yield kind, _in_any(found)


def _in_any(parts: Iterable[Port | ConfigFile]) -> Variants:
    return frozenset[Variant]().union(*(part.variants for part in parts))


def _context(package: Package, component: Component, template: str, variants: Variants) -> WorkloadContext:
    return WorkloadContext(
        package=package,
        component=component,
        template=template,
        condition=variant_condition(variants, package.variants, package.editions),
        containers=tuple(_container(package, component, container) for container in component.containers),
        volumes=grouped(_volumes(package, component)),
        service_ports=_guarded_ports(package, component.service_ports, variants),
        scraped_ports=_guarded_ports(package, component.scraped_ports, variants),
        config_files=grouped((variant_condition(file.variants, variants, package.editions), file) for file in _config_files(component)),
        inline_secrets=_inline_secrets(package, component),
        logs=pod_logs(package, component),
        json_logs=_json_condition(package, component),
    )


def _inline_secrets(package: Package, component: Component) -> tuple[str, ...]:
    """The values paths of the secrets that the pod reads and that the chart may have written itself."""
    used = [variable.credential for container in component.containers for variable in container.env if variable.credential]
    used += [source for name in used for source in package.credential(name.split(".", 1)[0]).assembled_from]
    keys = [package.credential(name).key(key) for name, key in (use.split(".", 1) for use in dict.fromkeys(used))]
    # A file that is mounted alone is never updated in a running pod; certificates are read once.
    keys += [
        key for container in component.containers for file in container.secret_files for key in package.credential(file.credential).keys
    ]
    paths = [f".Values.{'.'.join(key.value)}" for key in keys if key.value]
    if any(container.certificates_path for container in component.containers):
        paths.append(".Values.certificates.caBundle")
    return tuple(dict.fromkeys(paths))


def _json_condition(package: Package, component: Component) -> str | None:
    """The Go condition under which the containers log JSON lines; None when they never do."""
    variants = component.variants & (package.logs.json if package.logs else frozenset())
    return variant_condition(variants, component.variants, package.editions) or "true" if variants else None


def _config_files(component: Component) -> tuple[ConfigFile, ...]:
    """One file for each key and template of the ConfigMap; containers that share a file see the same one."""
    found: dict[tuple[str, str], ConfigFile] = {}
    for file in component.config_files:
        known = found.get((file.name, file.template), file)
        found[file.name, file.template] = replace(known, variants=known.variants | file.variants)
    return tuple(found.values())


def _guarded_ports(package: Package, ports: Iterable[Port], parent: Variants) -> tuple[Guarded[Port], ...]:
    return grouped((variant_condition(port.variants, parent, package.editions), port) for port in ports)


def _container(package: Package, component: Component, container: Container) -> ContainerView:
    parent = container.variants
    is_main = container is component.main
    resources = "resources" if is_main else f"sidecars.{camel(container.name)}.resources"
    return ContainerView(
        name=container.name,
        condition=variant_condition(parent, component.variants, package.editions),
        images=_images(package, container),
        command=container.command,
        args=container.args,
        env=grouped((_condition(package, variable, parent), _variable(package, variable)) for variable in container.env),
        ports=_guarded_ports(package, container.ports, parent),
        mounts=grouped(_mounts(package, component, container)),
        startup=container.probes.liveness if container.probes.liveness.kind == "exec" else container.probes.readiness,
        startup_failures=max(1, container.probes.startup_seconds // _PROBE_PERIOD_SECONDS),
        liveness=container.probes.liveness,
        readiness=container.probes.readiness,
        pre_stop=container.pre_stop,
        resources=f".Values.components.{component.key}.{resources}",
    )


def _condition(package: Package, variable: Variable, parent: Variants) -> str | None:
    return both([variant_condition(variable.variants, parent, package.editions), variable.when])


def _images(package: Package, container: Container) -> tuple[tuple[str | None, str], ...]:
    """Pairs of condition and image helper; the last one is the else branch."""
    pairs = [
        (variant_condition(variants, container.variants, package.editions), f"{package.name}.images.{image}")
        for variants, image in container.images
    ]
    return (*pairs[:-1], (None, pairs[-1][1]))


def _variable(package: Package, variable: Variable) -> VariableView:
    helper = key = ""
    if variable.credential is not None:
        name, key_name = variable.credential.split(".", 1)
        helper = f"{package.name}.credentials.{name}"
        key = secret_key_path(package, name, key_name)
    return VariableView(name=variable.name, value=variable.value, field=variable.field, secret_helper=helper, secret_key=key)


def secret_key_path(package: Package, credential: str, key: str) -> str:
    """The values path of the name of a key in a credential's Secret."""
    return ".Values." + ".".join((*package.credential(credential).values, "secretKeys", key))


def _mounts(package: Package, component: Component, container: Container) -> Iterator[tuple[str | None, Mount]]:
    parent, editions = container.variants, package.editions
    for workspace in container.workspaces:
        condition = both([variant_condition(workspace.variants, parent, editions), workspace.when])
        yield condition, Mount(volume=component.volume(container, workspace), path=workspace.path)
    if component.storage and container is component.main:
        yield None, Mount(volume=component.storage.name, path=component.storage.path)
    for file in container.config_files:
        condition = variant_condition(file.variants, parent, editions)
        yield condition, Mount(volume="config", path=file.path, sub_path=file.name, is_read_only=True)
    for secret in container.secret_files:
        condition = variant_condition(secret.variants, parent, editions)
        name = secret.path.rsplit("/", 1)[-1]
        yield condition, Mount(volume=secret.credential, path=secret.path, sub_path=name, is_read_only=True)
    if container.certificates_path:
        helper = f'include "{package.name}.certificates.secret-name" .'
        yield helper, Mount(volume="certificates", path=container.certificates_path, is_read_only=True)


def _volumes(package: Package, component: Component) -> Iterator[tuple[str | None, Volume]]:
    editions = package.editions
    if component.config_files:
        condition = variant_condition(_in_any(component.config_files), component.variants, editions)
        yield condition, Volume(name="config", kind="configMap")
    for container in component.containers:
        outer = variant_condition(container.variants, component.variants, editions)
        for workspace in container.workspaces:
            inner = variant_condition(workspace.variants, container.variants, editions)
            size = workspace.size
            if workspace.is_sizable and container is component.main:
                size = f"{{{{ .Values.components.{component.key}.workspaces.{camel(workspace.name)} }}}}"
            name = component.volume(container, workspace)
            yield both([outer, inner, workspace.when]), Volume(name=name, kind="emptyDir", detail=size)
    if component.storage:
        yield None, Volume(name=component.storage.name, kind="persistentVolumeClaim", detail=component.storage.name)
    yield from _secret_volumes(package, component)
    if any(container.certificates_path for container in component.containers):
        helper = f"{package.name}.certificates.secret-name"
        yield f'include "{helper}" .', Volume(name="certificates", kind="secret", detail=helper)


def _secret_volumes(package: Package, component: Component) -> Iterator[tuple[str | None, Volume]]:
    files: Sequence[tuple[str, str]] = [
        (file.credential, file.path) for container in component.containers for file in container.secret_files
    ]
    for credential, path in dict.fromkeys(files):
        variants = frozenset(
            variant for c in component.containers for file in c.secret_files if file.credential == credential for variant in file.variants
        )
        condition = variant_condition(variants, component.variants, package.editions)
        key = secret_key_path(package, credential, package.credential(credential).keys[0].name)
        helper = f"{package.name}.credentials.{credential}"
        yield condition, Volume(name=credential, kind="secretFile", detail=helper, secret_key=key, file_name=path.rsplit("/", 1)[-1])
