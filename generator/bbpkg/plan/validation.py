"""What the chart refuses: relations between values that a JSON Schema cannot say, each with the YAML to add."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bbpkg.model.package import Backend, Credential, Package
from bbpkg.model.values import Json, ValueKey, walk
from bbpkg.plan.files import PlannedFile, Templated
from bbpkg.plan.guards import both, either, variant_condition

_FOLDER = "chart/templates/validate"
# Control characters but the tab, and what YAML takes for a line break.
_LINE_BREAKS = r"[\x00-\x08\x0a-\x1f\x7f\x{85}\x{2028}\x{2029}]"
PACKAGE_CHECKS = f"{_FOLDER.removeprefix('chart/')}/_package.tpl"


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """A Go condition that is true when values do not fit, and what to say then."""

    condition: str
    message: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ForeignKey:
    """A key that may differ from its default only in its own edition; `default` is a Go string literal of JSON."""

    path: str
    default: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ForeignKeys:
    """The keys that belong to one edition only."""

    name: str
    title: str
    condition: str
    keys: tuple[ForeignKey, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class RulesContext:
    """Context of a template with rules."""

    package: Package
    template: str
    rules: tuple[Rule, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class EditionsContext:
    """Context of the template that refuses settings of another edition."""

    package: Package
    template: str
    foreign: tuple[ForeignKeys, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ValidateContext:
    """Context of the template that calls every check."""

    package: Package
    template: str
    helpers: tuple[str, ...]


def validation_files(package: Package, tree: tuple[ValueKey, ...]) -> Iterator[PlannedFile]:
    """The checks of the chart, and the template that calls them all."""
    helpers = [f"{package.name}.validate.{name}" for name in ("editions", "credentials", "backends")]
    has_collector = package.logs is not None and package.logs.sidecar is not None
    if has_collector:
        helpers.append(f"{package.name}.validate.logs")
        yield _planned("_logs.tpl", RulesContext(package=package, template=_template("_logs.tpl"), rules=tuple(_log_rules())))
    if any(extra.path == PACKAGE_CHECKS for extra in package.extras):
        helpers.append(f"{package.name}.validate.package")
    yield _planned("validate.yaml", ValidateContext(package=package, template=_template("validate.yaml"), helpers=tuple(helpers)))
    foreign = foreign_keys(package, tree)
    yield _planned("_editions.tpl", EditionsContext(package=package, template=_template("_editions.tpl"), foreign=foreign))
    for name, rules in (("_credentials.tpl", _credential_rules(package)), ("_backends.tpl", _backend_rules(package))):
        yield _planned(name, RulesContext(package=package, template=_template(name), rules=tuple(rules)))


def _template(name: str) -> str:
    return f"{_FOLDER}/{name}.jinja"


def _planned(name: str, context: ValidateContext | EditionsContext | RulesContext) -> PlannedFile:
    return Templated(path=f"{_FOLDER}/{name}", template=context.template, context=context)


def foreign_keys(package: Package, tree: tuple[ValueKey, ...]) -> tuple[ForeignKeys, ...]:
    """For each edition the keys that only it may set."""
    result = []
    for edition in package.editions:
        keys = tuple(
            ForeignKey(path=".".join(path), default=go_json(key.default))
            for path, key in walk(tree)
            if key.editions == (edition.name,) and not key.children
        )
        condition = variant_condition(frozenset(edition.variants), package.variants, package.editions)
        if keys and condition:
            result.append(ForeignKeys(name=edition.name, title=edition.title, condition=condition, keys=keys))
    return tuple(result)


def go_json(value: Json) -> str:
    """A Go raw string with the JSON that Helm's toJson writes for the value."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return f"`{text}`"


def yaml_to_add(path: Sequence[str], value: str) -> str:
    """The YAML that sets one value."""
    lines = [f"{'  ' * depth}{name}:" for depth, name in enumerate(path)]
    return "\n".join([*lines[:-1], f"{lines[-1]} {value}"])


def _rule(condition: str | None, message: str, *additions: str) -> Rule:
    return Rule(condition=condition or "true", message="\n".join([message, "", *additions]))


def _credential_rules(package: Package) -> Iterator[Rule]:
    for credential in package.all_credentials:
        inline = [f".Values.{'.'.join(key.value)}" for key in credential.keys if key.value]
        if not inline:
            continue
        path = ".".join(credential.values)
        existing = f".Values.{path}.existingSecret"
        exists = variant_condition(credential.variants, package.variants, package.editions)
        yield _rule(
            both([exists, either(inline), existing]),
            f"{path}: an inline value and an existing Secret at the same time; only one can be the {credential.title}. "
            "Remove the value, or:",
            yaml_to_add((*credential.values, "existingSecret"), '""'),
        )
        yield from _character_rules(package, credential, exists)
        if credential.is_explicit and credential in package.credentials:
            yield _rule(
                both([exists, credential.when, f"not ({either([*inline, existing])})"]),
                f"{path}: the {credential.title} is missing; it has no default. Add the name of the Secret that holds it:",
                yaml_to_add((*credential.values, "existingSecret"), f"{package.name}-{credential.name}"),
            )


def _character_rules(package: Package, credential: Credential, exists: str | None) -> Iterator[Rule]:
    """What the characters of inline secrets must be; the messages never show the secret."""
    is_file = any(file.credential == credential.name for c in package.components for k in c.containers for file in k.secret_files)
    for key in credential.keys:
        if not key.value:
            continue
        path, value = ".".join(key.value), f".Values.{'.'.join(key.value)}"
        if key.pattern:
            yield _rule(
                both([exists, value, f"not (regexMatch `{key.pattern}` {value})"]),
                f"{path}: the {credential.title} does not match {key.pattern}. Choose another one:",
                yaml_to_add(key.value, '"<new value>"'),
            )
        elif not is_file:
            yield _rule(
                both([exists, value, f"regexMatch `{_LINE_BREAKS}` {value}"]),
                f"{path}: the {credential.title} holds a line break or a control character, which no client can send. Choose another one:",
                yaml_to_add(key.value, '"<new value>"'),
            )


def _log_rules() -> Iterator[Rule]:
    yield _rule(
        'and .Values.logging.sidecar.enabled (semverCompare "<1.29.0-0" .Capabilities.KubeVersion.Version)',
        "logging.sidecar.enabled: the log collector is a sidecar that starts before and ends after the other containers, which needs "
        "Kubernetes 1.29; this is {{ .Capabilities.KubeVersion.Version }}. Logs are collected on each node all the same. Switch it off:",
        yaml_to_add(("logging", "sidecar", "enabled"), "false"),
    )


def _backend_rules(package: Package) -> Iterator[Rule]:
    rules = {"postgresql": _postgresql_rules, "redis": _redis_rules, "object-storage": _object_storage_rules}
    for backend in package.backends:
        exists = variant_condition(backend.variants, package.variants, package.editions)
        yield from rules[backend.kind](package, backend, exists)


def _switch_rules(backend: Backend, exists: str | None, switch: Sequence[str]) -> Iterator[Rule]:
    path, host = ".".join(switch), f".Values.{backend.key}.host"
    value = f".Values.{path}"
    yield _rule(
        both([exists, value, host]),
        f"{path}, {backend.key}.host: {backend.title} is asked for in the cluster and outside at the same time. "
        "Remove the host, or leave the cluster's own off:",
        yaml_to_add(switch, "false"),
    )
    yield _rule(
        both([exists, f'eq (toString {value}) "false"', f"not {host}"]),
        f"{backend.key}.host: {backend.title} has no host, and {path} says that none runs in the cluster. Add the host:",
        yaml_to_add((backend.key, "host"), f"{backend.name}.example.mil"),
    )


def in_cluster_condition(backend: Backend) -> str:
    """The Go condition under which a PostgreSQL or Redis runs in the cluster."""
    switch = "postgresql" if backend.kind == "postgresql" else backend.key
    return f'and (ne (toString .Values.{switch}.enabled) "false") (not .Values.{backend.key}.host)'


def _postgresql_rules(package: Package, backend: Backend, exists: str | None) -> Iterator[Rule]:
    yield from _switch_rules(backend, exists, ("postgresql", "enabled"))
    mode = f".Values.{backend.key}.tls.mode"
    yield _rule(
        both([exists, in_cluster_condition(backend), f'has {mode} (list "require" "verify-ca" "verify-full")']),
        f"{backend.key}.tls.mode: PostgreSQL in the cluster speaks no TLS; only an external one does. Add its host, or:",
        yaml_to_add((backend.key, "tls", "mode"), "prefer"),
    )
    if has_certificates(package):
        certificates = either([".Values.certificates.existingSecret", ".Values.certificates.caBundle"])
        yield _rule(
            both([exists, f'has {mode} (list "verify-ca" "verify-full")', f"not ({certificates})"]),
            f"{backend.key}.tls.mode: the server cannot be verified without a CA certificate. Add the Secret that holds it:",
            yaml_to_add(("certificates", "existingSecret"), f"{package.name}-certificates"),
        )
        file = f".Values.{backend.key}.tls.caFile"
        yield _rule(
            both([exists, ".Values.certificates.caBundle", file, f"ne {file} .Values.certificates.caFile"]),
            f"{backend.key}.tls.caFile: the Secret that holds certificates.caBundle has no such key; it has certificates.caFile. Use that:",
            yaml_to_add((backend.key, "tls", "caFile"), '""'),
        )


def _redis_rules(_package: Package, backend: Backend, exists: str | None) -> Iterator[Rule]:
    yield from _switch_rules(backend, exists, (backend.key, "enabled"))
    yield _rule(
        both([exists, in_cluster_condition(backend), f".Values.{backend.key}.tls.enabled"]),
        f"{backend.key}.tls.enabled: Redis in the cluster speaks no TLS; only an external one does. Add its host, or:",
        yaml_to_add((backend.key, "tls", "enabled"), "false"),
    )


def _object_storage_rules(_package: Package, backend: Backend, exists: str | None) -> Iterator[Rule]:
    block, key = f".Values.{backend.key}", backend.key
    active = both([exists, f"{block}.enabled" if backend.shares else None])
    s3 = both([active, f'eq {block}.driver "s3"'])
    swift = both([active, f'eq {block}.driver "swift"'])
    yield _rule(
        both([s3, f"not {block}.s3.bucket"]),
        f"{key}.s3.bucket: the driver s3 needs a bucket. Add its name:",
        yaml_to_add((key, "s3", "bucket"), "my-bucket"),
    )
    yield _rule(
        both([s3, f"not (or {block}.s3.region {block}.s3.endpoint)"]),
        f"{key}.s3: the driver s3 needs a region of Amazon S3 or the endpoint of another server. Add one of:",
        yaml_to_add((key, "s3", "region"), "us-gov-west-1"),
        "    # or",
        "    endpoint: https://s3.example.mil",
    )
    keys = f"or {block}.s3.accessKey {block}.s3.secretKey {block}.existingSecret"
    yield _rule(
        both([s3, f"not ({keys} {block}.s3.iamAuto)"]),
        f"{key}.s3: the driver s3 has no access keys and does not use an IAM role. Add one of:",
        yaml_to_add((key, "existingSecret"), f"my-{backend.name}"),
        "  # or",
        "  s3:",
        "    iamAuto: true",
    )
    yield _rule(
        both([s3, f"{block}.s3.iamAuto", f"({keys})"]),
        f"{key}.s3.iamAuto: access keys and an IAM role at the same time; only one can be used. Remove the keys, or:",
        yaml_to_add((key, "s3", "iamAuto"), "false"),
    )
    yield _rule(
        both([s3, f"ne (empty {block}.s3.accessKey) (empty {block}.s3.secretKey)"]),
        f"{key}.s3: an access key needs its secret key, and the other way round. Add both:",
        yaml_to_add((key, "s3", "accessKey"), "<access key id>"),
        "    secretKey: <secret access key>",
    )
    yield from _swift_rules(backend, swift)


def _swift_rules(backend: Backend, swift: str | None) -> Iterator[Rule]:
    block, key = f".Values.{backend.key}", backend.key
    for name, example in (("container", "my-container"), ("authUrl", "https://keystone.example.mil/v3"), ("username", "my-user")):
        yield _rule(
            both([swift, f"not {block}.swift.{name}"]),
            f"{key}.swift.{name}: the driver swift needs it. Add:",
            yaml_to_add((key, "swift", name), example),
        )
    yield _rule(
        both([swift, f"not (or {block}.swift.password {block}.existingSecret)"]),
        f"{key}: the driver swift has no password. Add the name of the Secret that holds it:",
        yaml_to_add((key, "existingSecret"), f"my-{backend.name}"),
    )


def credential_condition(package: Package, credential: Credential) -> str | None:
    """The Go condition under which the chart writes the Secret of a credential; None when it never does."""
    inline = [f".Values.{'.'.join(key.value)}" for key in credential.keys if key.value]
    if not inline:
        return None
    exists = variant_condition(credential.variants, package.variants, package.editions)
    return both([exists, either(inline), f"not .Values.{'.'.join(credential.values)}.existingSecret"])


def external_secret_condition(package: Package, credential: Credential) -> str:
    """The Go condition under which the chart reads a Secret of the credential that it does not write."""
    exists = variant_condition(credential.variants, package.variants, package.editions)
    existing = f".Values.{'.'.join(credential.values)}.existingSecret"
    if any(backend.kind == "redis" and backend.name == credential.name for backend in package.backends):
        # Whoever uses an external one has its address from elsewhere.
        exists = both([exists, f'include "{package.name}.{credential.name}.in-cluster" .'])
    if credential.is_explicit:
        return both([exists, credential.when, existing]) or "true"
    sources = [source.split(".", 1) for source in credential.assembled_from]
    assembled = both(".Values." + ".".join(package.credential(name).key(key).value) for name, key in sources)
    inline = either(f".Values.{'.'.join(key.value)}" for key in credential.keys if key.value)
    made = inline or assembled
    return both([exists, credential.when, either([existing, f"not ({made})"]) if made else None]) or "true"


def has_certificates(package: Package) -> bool:
    """Whether any container mounts CA certificates."""
    return any(container.certificates_path for component in package.components for container in component.containers)
