"""Converts a checked definition to the model: references resolved, runtimes folded in, every default written out."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeVar

from bbpkg.definition.runtimes import Raw, folded_runtime, merged_by_name
from bbpkg.definition.selectors import select
from bbpkg.model.containers import (
    Check,
    ConfigFile,
    Container,
    Image,
    ImageTag,
    Port,
    Probes,
    SecretFile,
    Storage,
    Variable,
    Workspace,
    camel,
)
from bbpkg.model.observation import Alert, LogCollector, LogStore, MetricsLogin, SecretKey, Threshold
from bbpkg.model.package import (
    Backend,
    BackendUse,
    ChartMetadata,
    Component,
    Credential,
    CredentialKey,
    Extra,
    Link,
    Outbound,
    Overlay,
    Package,
    Route,
)
from bbpkg.model.suites import Suites
from bbpkg.model.values import ValueKey
from bbpkg.model.variants import Edition, Release, Variants, all_variants

Part = TypeVar("Part", Variable, Workspace, ConfigFile, SecretFile)

BACKEND_KEYS: Final[Mapping[str, tuple[CredentialKey, ...]]] = {
    "postgresql": (CredentialKey(name="password", value=("password",), secret_key="password"),),
    "redis": (CredentialKey(name="password", value=("password",), secret_key="password"),),
    "object-storage": (
        CredentialKey(name="accessKey", value=("s3", "accessKey"), secret_key="accessKey"),
        CredentialKey(name="secretKey", value=("s3", "secretKey"), secret_key="secretKey"),
        CredentialKey(name="password", value=("swift", "password"), secret_key="password"),
    ),
}
_DEFAULT_TERMINATION: Final = 30


def to_editions(data: Raw) -> tuple[Edition, ...]:
    """The editions of a definition whose shape is right."""
    return tuple(
        Edition(
            name=raw["name"],
            title=raw["title"],
            releases=tuple(Release(name=release["name"], app_version=release["appVersion"]) for release in raw["releases"]),
            default_release=raw.get("defaultRelease", raw["releases"][-1]["name"]),
            is_selectable="defaultRelease" in raw,
            required_values=raw.get("requiredValues", {}),
            overview=tuple(raw.get("overview", ())),
        )
        for raw in data["editions"]
    )


def to_package(data: Raw, suites: Suites) -> Package:
    """The model of a definition that has no problems, with its tests."""
    scope = _Scope(data, to_editions(data))
    metadata, chart = data["metadata"], data["chart"]
    return Package(
        name=metadata["name"],
        title=metadata["title"],
        description=metadata["description"],
        chart=ChartMetadata(
            version=chart["version"],
            kube_version=chart["kubeVersion"],
            home=metadata.get("home", ""),
            sources=tuple(metadata.get("sources", ())),
            keywords=tuple(metadata.get("keywords", ())),
            maintenance_track=chart.get("maintenanceTrack", "community"),
            release_notes=tuple((page["title"], page["url"]) for page in metadata.get("releaseNotes", ())),
        ),
        editions=scope.editions,
        default_edition=data["defaultEdition"],
        images=tuple(_image(scope, raw) for raw in data["images"]),
        components=tuple(_component(scope, raw) for raw in data["components"]),
        backends=tuple(_backend(scope, raw) for raw in data.get("backends", ())),
        credentials=tuple(_credential(scope, raw) for raw in data.get("credentials", ())),
        routes=tuple(_route(scope, raw) for raw in data.get("routes", ())),
        logs=_logs(scope, data["logs"]) if "logs" in data else None,
        metrics=MetricsLogin(**data["metrics"]) if "metrics" in data else None,
        alerts=tuple(_alert(scope, raw) for raw in data.get("alerts", ())),
        dashboards=tuple(data.get("dashboards", ())),
        values=_values(data.get("values", {})),
        overlays=tuple(
            Overlay(
                name=raw["name"],
                title=raw["title"],
                variants=scope.variants(raw),
                values=tuple(raw["values"].items()),
                external=tuple(raw.get("external", ())),
            )
            for raw in data.get("overlays", ())
        ),
        extras=tuple(Extra(template=f"templates/{name}", path=f"templates/{name}") for name in data.get("templates", ())),
        suites=suites,
    )


@dataclass(frozen=True, slots=True)
class _Scope:
    data: Raw
    editions: tuple[Edition, ...]

    def variants(self, raw: Raw, parent: Variants | None = None) -> Variants:
        return select(raw.get("in"), self.editions, all_variants(self.editions) if parent is None else parent)

    def runtime(self, name: str) -> Raw:
        return folded_runtime(self.data["runtimes"], name)


def _image(scope: _Scope, raw: Raw) -> Image:
    tags = tuple(ImageTag(variants=scope.variants(tag), tag=tag["tag"], upstream=tag.get("upstream")) for tag in raw["tags"])
    return Image(name=raw["name"], repository=raw["repository"], upstream=raw.get("upstream"), tags=tags)


def _component(scope: _Scope, raw: Raw) -> Component:
    variants = scope.variants(raw)
    runtime = scope.runtime(raw["runtime"])
    sidecars = tuple(_container(scope, sidecar, variants) for sidecar in raw.get("sidecars", ()))
    uses = merged_by_name(runtime.get("backends", ()), raw.get("backends", ()))
    return Component(
        name=raw["name"],
        title=raw["title"],
        variants=variants,
        replicas=raw.get("replicas", 1),
        is_single=raw.get("single", False),
        user=runtime["user"],
        group=runtime["group"],
        containers=(_container(scope, raw, variants), *sidecars),
        links=tuple(_link(scope, link, variants) for link in raw.get("links", ())),
        backends=tuple(BackendUse(name=use["name"], variants=scope.variants(use, variants)) for use in uses),
        outbound=tuple(_outbound(scope, outbound, variants) for outbound in raw.get("outbound", ())),
        storage=Storage(**raw["storage"]) if "storage" in raw else None,
        termination_seconds=runtime.get("terminationSeconds", _DEFAULT_TERMINATION),
    )


def _container(scope: _Scope, raw: Raw, parent: Variants) -> Container:
    variants = scope.variants(raw, parent)
    runtime = scope.runtime(raw["runtime"])
    resources = raw["resources"]
    ports = tuple(_port(scope, port, variants) for port in raw.get("ports", ()))
    return Container(
        name=raw["name"],
        variants=variants,
        images=_images(runtime["images"], variants),
        command=tuple(runtime["command"]),
        args=tuple(raw.get("args", ())),
        ports=ports,
        env=_present(scope, merged_by_name(runtime.get("env", ()), raw.get("env", ())), variants, _variable),
        workspaces=_present(scope, merged_by_name(runtime.get("workspaces", ()), raw.get("workspaces", ())), variants, _workspace),
        config_files=_present(scope, raw.get("configFiles", ()), variants, _config_file),
        secret_files=_present(scope, runtime.get("secretFiles", ()), variants, _secret_file),
        certificates_path=runtime.get("certificatesPath"),
        probes=_probes(runtime["probes"], ports),
        pre_stop=runtime.get("preStop"),
        cpu_request=resources["cpu"],
        memory_request=resources["memory"],
        memory_limit=resources["memoryLimit"],
    )


def _images(images: Mapping[str, str], variants: Variants) -> tuple[tuple[Variants, str], ...]:
    """Images with the variants that run them; editions with the same image are one entry."""
    names = dict.fromkeys(images.values())
    chosen = ((frozenset(v for v in variants if images.get(v.edition) == name), name) for name in names)
    return tuple((found, name) for found, name in chosen if found)


def _present(scope: _Scope, items: Iterable[Raw], parent: Variants, build: Callable[[Raw, Variants], Part]) -> tuple[Part, ...]:
    """The parts that exist in at least one variant of their container."""
    built = (build(raw, scope.variants(raw, parent)) for raw in items)
    return tuple(part for part in built if part.variants)


def _variable(raw: Raw, variants: Variants) -> Variable:
    return Variable(
        name=raw["name"],
        variants=variants,
        value=raw.get("value"),
        field=raw.get("field"),
        credential=raw.get("credential"),
        when=raw.get("when"),
    )


def _workspace(raw: Raw, variants: Variants) -> Workspace:
    return Workspace(
        name=raw["name"],
        path=raw["path"],
        size=raw["size"],
        variants=variants,
        when=raw.get("when"),
        is_sizable=raw.get("sizable", False),
        logs=raw.get("logs"),
    )


def _config_file(raw: Raw, variants: Variants) -> ConfigFile:
    return ConfigFile(name=raw["name"], template=raw["template"], path=raw["path"], variants=variants)


def _secret_file(raw: Raw, variants: Variants) -> SecretFile:
    return SecretFile(credential=raw["credential"], path=raw["path"], variants=variants)


def _port(scope: _Scope, raw: Raw, parent: Variants) -> Port:
    return Port(
        name=raw["name"],
        number=raw["number"],
        variants=scope.variants(raw, parent),
        protocol=raw.get("protocol", "http"),
        metrics_path=raw.get("metrics"),
        is_local=raw.get("local", False),
    )


def _probes(raw: Raw, ports: Sequence[Port]) -> Probes:
    return Probes(liveness=_check(raw["liveness"], ports), readiness=_check(raw["readiness"], ports), startup_seconds=raw["startupSeconds"])


def _check(raw: Raw, ports: Sequence[Port]) -> Check:
    if "exec" in raw:
        return Check(kind="exec", command=tuple(raw["exec"]))
    first = ports[0].name if ports else ""
    if "tcp" in raw:
        return Check(kind="tcp", port=raw["tcp"] or first)
    return Check(kind="http", port=raw.get("port", first), path=raw["http"])


def _link(scope: _Scope, raw: Raw, parent: Variants) -> Link:
    target = next(component for component in scope.data["components"] if component["name"] == raw["to"])
    return Link(to=raw["to"], port=raw.get("port", target["ports"][0]["name"]), variants=scope.variants(raw, parent))


def _outbound(scope: _Scope, raw: Raw, parent: Variants) -> Outbound:
    return Outbound(name=raw["name"], port=raw["port"], hosts=tuple(raw.get("hosts", ())), variants=scope.variants(raw, parent))


def _backend(scope: _Scope, raw: Raw) -> Backend:
    key, variants = camel(raw["name"]), scope.variants(raw)
    keys = tuple(replace(template, value=(key, *template.value)) for template in BACKEND_KEYS[raw["kind"]])
    return Backend(
        name=raw["name"],
        kind=raw["kind"],
        title=raw["title"],
        variants=variants,
        database=raw.get("database", raw["name"]),
        username=raw.get("username", raw["name"]),
        shares=raw.get("shares"),
        credential=_backend_credential(raw, keys, variants),
    )


def _backend_credential(raw: Raw, keys: tuple[CredentialKey, ...], variants: Variants) -> Credential:
    key, is_bucket = camel(raw["name"]), raw["kind"] == "object-storage"
    stores = f'ne .Values.{key}.driver "db"'
    when = f"and .Values.{key}.enabled ({stores})" if "shares" in raw else stores
    return Credential(
        name=raw["name"],
        values=(key,),
        keys=keys,
        variants=variants,
        title=f"{'keys' if is_bucket else 'password'} of {raw['title']}",
        # A bucket may need no keys at all, so that none are assumed.
        is_explicit=is_bucket,
        when=when if is_bucket else None,
    )


def _credential(scope: _Scope, raw: Raw) -> Credential:
    values = tuple(raw["values"].split("."))
    keys = tuple(
        CredentialKey(
            name=key["name"],
            value=() if "assembledFrom" in raw else (*values, key["name"]),
            secret_key=key["secretKey"],
            pattern=key.get("pattern"),
        )
        for key in raw["keys"]
    )
    return Credential(
        name=raw["name"],
        values=values,
        keys=keys,
        variants=scope.variants(raw),
        title=raw["title"],
        is_explicit=raw.get("explicit", False),
        assembled_from=tuple(raw.get("assembledFrom", ())),
        when=raw.get("when"),
    )


def _route(scope: _Scope, raw: Raw) -> Route:
    return Route(
        name=raw["name"],
        component=raw["component"],
        port=raw["port"],
        host=raw["host"],
        blocked_paths=tuple(raw.get("blockedPaths", ())),
        variants=scope.variants(raw),
    )


def _logs(scope: _Scope, raw: Raw) -> LogStore:
    return LogStore(
        title=raw["title"],
        collector=raw["collector"],
        service=raw["service"],
        namespace=raw["namespace"],
        port=raw["port"],
        json=select(raw["json"], scope.editions, all_variants(scope.editions)) if "json" in raw else frozenset(),
        sidecar=_log_collector(raw["sidecar"]) if "sidecar" in raw else None,
    )


def _log_collector(raw: Raw) -> LogCollector:
    return LogCollector(
        image=raw["image"],
        user=raw["user"],
        password=SecretKey(**raw["password"]),
        ca=SecretKey(**raw["ca"]),
        record_start=raw["recordStart"],
    )


def _alert(scope: _Scope, raw: Raw) -> Alert:
    return Alert(
        name=raw["name"],
        components=tuple(raw.get("components", ())),
        severity=raw["severity"],
        duration=raw["for"],
        threshold=Threshold(**{"minimum": 0, **raw["threshold"]}) if "threshold" in raw else None,
        expr=raw["expr"],
        summary=raw["summary"],
        description=raw["description"],
        when=raw.get("when"),
        variants=scope.variants(raw),
    )


def _values(keys: Raw) -> tuple[ValueKey, ...]:
    return tuple(_value(name, raw) for name, raw in keys.items())


def _value(name: str, raw: Raw) -> ValueKey:
    editions = tuple(raw.get("editions", ()))
    if "properties" in raw:
        return ValueKey(name=name, type="object", description=raw["description"], children=_values(raw["properties"]), editions=editions)
    constraints = {key: raw[key] for key in ("enum", "pattern", "minimum", "maximum") if key in raw}
    is_map = raw.get("type") == "object"
    if is_map and "items" in raw:
        constraints["additionalProperties"] = raw["items"]
    return ValueKey(
        name=name,
        # A key without a type only describes what a credential makes, which is text.
        type=raw.get("type", "string"),
        description=raw["description"],
        default=raw.get("default", None if "type" in raw else ""),
        nullable=raw.get("nullable", False),
        items={} if is_map else raw.get("items", {}),
        constraints=constraints,
        editions=editions,
    )
