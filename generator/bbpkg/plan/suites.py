"""The tests that `helm test` runs: their values, objects and images, in the shapes of Big Bang's chart gluon."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from bbpkg.model.package import Package, Route
from bbpkg.model.suites import Suite
from bbpkg.model.values import Json, ValueKey, flag, group, open_list, open_object, text, text_map
from bbpkg.model.variants import Variants
from bbpkg.plan.files import PlannedFile, Templated, Written
from bbpkg.plan.guards import variant_condition
from bbpkg.plan.workloads import secret_key_path

SUITES_SWITCH: Final = "bbtests.enabled"
SCRIPTS_IMAGE: Final = "registry1.dso.mil/ironbank/opensource/kubernetes/kubectl:v1.34"
CYPRESS_IMAGE: Final = "registry1.dso.mil/ironbank/big-bang/cypress:15.10.0"

_TEMPLATES: Final = "chart/templates/tests"
_CYPRESS_CONFIG: Final = "chart/tests/cypress/cypress.config.js"
_STRINGS: Final[Mapping[str, Json]] = {"type": "string"}
_SCRIPTS: Final = ("config-map", "network-policy", "pod", "role", "role-binding", "service-account")
_CYPRESS: Final = ("config-map", "network-policy", "persistent-volume-claim", "pod", "service-account")


@dataclass(frozen=True, kw_only=True, slots=True)
class SuiteContext:
    """Context of the templates of the tests."""

    package: Package
    template: str


def suite_images(package: Package) -> Iterator[tuple[str, str]]:
    """Name and reference of each image that only tests use."""
    if package.suites.scripts.files:
        yield "kubectl", SCRIPTS_IMAGE
    if package.suites.cypress.files:
        yield "cypress", CYPRESS_IMAGE


def suite_files(package: Package) -> Iterator[PlannedFile]:
    """The objects of the tests, and the tests themselves as they are."""
    suites = package.suites
    names = [
        *(["_environment.tpl"] if suites.scripts.files or suites.cypress.files else []),
        *(f"scripts/{kind}.yaml" for kind in _SCRIPTS if suites.scripts.files),
        *(f"cypress/{kind}.yaml" for kind in _CYPRESS if suites.cypress.files),
    ]
    paths = [f"{_TEMPLATES}/{name}" for name in names] + ([_CYPRESS_CONFIG] if suites.cypress.files else [])
    for path in paths:
        template = f"{path}.jinja"
        yield Templated(path=path, template=template, context=SuiteContext(package=package, template=template))
    for file in (*suites.scripts.files, *suites.cypress.files):
        yield Written(path=f"chart/{file.path}", text=file.text)


def suite_values(package: Package) -> tuple[ValueKey, ...]:
    """The key `bbtests`; nothing for a package without tests."""
    scripts, cypress = package.suites.scripts, package.suites.cypress
    groups = (*((_scripts(package, scripts),) if scripts.files else ()), *((_cypress(package, cypress),) if cypress.files else ()))
    if not groups:
        return ()
    return (
        group(
            "bbtests",
            "Tests that `helm test` runs, with the keys of Big Bang's chart gluon",
            flag("enabled", "Whether the installation has tests"),
            flag("enableImagePullSecrets", "Whether test pods use the Secrets for the image registry", default=True),
            *groups,
        ),
    )


def _scripts(package: Package, suite: Suite) -> ValueKey:
    return group(
        "scripts",
        "Shell scripts",
        flag("enabled", "Whether the scripts run", default=True),
        text("image", "Image that runs them; needs a POSIX shell and curl", SCRIPTS_IMAGE, minLength=1),
        *_environment(package, suite, {_url_name(route): _url(package, route) for route in package.routes}),
        group(
            "permissions",
            "What the scripts may do in the namespace; without resources and verbs they have no access to Kubernetes",
            open_list("apiGroups", "API groups of the resources", [""], items=_STRINGS),
            open_list("resources", "Kinds of objects, in the plural", items=_STRINGS),
            open_list("verbs", "What may be done with them", items=_STRINGS),
        ),
        *_pod("1", "1Gi"),
    )


def _cypress(package: Package, suite: Suite) -> ValueKey:
    urls = {f"cypress_{_url_name(route).lower()}": _url(package, route) for route in package.routes}
    return group(
        "cypress",
        "Browser tests",
        flag("enabled", "Whether the browser tests run", default=True),
        text("image", "Image that runs them", CYPRESS_IMAGE, minLength=1),
        flag("artifacts", "Whether videos and screenshots are made; they last with the pod, or with the volume below"),
        group(
            "persistence",
            "A volume for the artifacts",
            flag("enabled", "Whether artifacts are kept in a volume"),
            text("storageClassName", "StorageClass of the volume; empty means the default one of the cluster"),
            text("storageSize", "Size of the volume", "1Gi", pattern=r"^[0-9]+(\.[0-9]+)?(k|Ki|M|Mi|G|Gi|T|Ti)?$"),
        ),
        *_environment(package, suite, urls),
        *_pod("2", "4Gi"),
    )


def _environment(package: Package, suite: Suite, urls: Mapping[str, str]) -> tuple[ValueKey, ...]:
    plain = {v.name: _guarded(package, v.variants, v.value) for v in suite.env if v.value is not None}
    secret: list[Json] = [
        _secret_variable(package, variable.name, variable.variants, variable.credential)
        for variable in suite.env
        if variable.credential is not None
    ]
    # What a definition says of a name goes before what is derived.
    derived = {name: url for name, url in urls.items() if url and name not in {variable.name for variable in suite.env}}
    envs: dict[str, Json] = {**derived, **plain}
    return (
        replace(text_map("envs", "Environment variables; templates are evaluated, and an empty variable is left out"), default=envs),
        open_list("secretEnvs", "Environment variables from Secrets (Kubernetes EnvVar); templates are evaluated", secret),
    )


def _pod(cpu: str, memory: str) -> tuple[ValueKey, ...]:
    amounts: dict[str, Json] = {"cpu": cpu, "memory": memory}
    return (
        open_list("additionalVolumes", "More volumes of the pod; templates are evaluated"),
        open_list("additionalVolumeMounts", "More volume mounts of the container; templates are evaluated"),
        open_object("resources", "Resources (Kubernetes ResourceRequirements)", {"requests": amounts, "limits": {**amounts}}),
    )


def _url_name(route: Route) -> str:
    return f"{route.name.replace('-', '_')}_url".upper()


def _url(package: Package, route: Route) -> str:
    """The address of a route's Service in the cluster, as text of the Go template; empty for what does not speak HTTP."""
    ports = [port for port in package.component(route.component).ports if port.name == route.port and port.variants & route.variants]
    if any(port.protocol not in {"http", "https"} for port in ports):
        return ""
    host = f'{{{{ include "{package.name}.names.host" (dict "root" . "suffix" "{route.component}") }}}}'
    addresses = ((port.variants & route.variants, f"{port.protocol}://{host}:{port.number}") for port in ports)
    return "".join(_guarded(package, variants, address) for variants, address in addresses)


def _guarded(package: Package, variants: Variants, value: str) -> str:
    condition = variant_condition(variants, package.variants, package.editions)
    return f"{{{{ if {condition} }}}}{value}{{{{ end }}}}" if condition else value


def _secret_variable(package: Package, name: str, variants: Variants, credential: str) -> Json:
    source, _, key = credential.partition(".")
    reference: dict[str, Json] = {
        "name": f'{{{{ include "{package.name}.credentials.{source}" . }}}}',
        "key": f"{{{{ {secret_key_path(package, source, key)} }}}}",
    }
    if not package.variants <= variants:
        reference["optional"] = True
    return {"name": name, "valueFrom": {"secretKeyRef": reference}}
