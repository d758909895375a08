"""What people type for an overlay, as choices: names are known ones, addresses are addresses, and no secret is among them."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, cast

from bbpkg.documents import read_documents
from bbpkg.errors import InvalidInputError, UsageError
from bbpkg.model.package import Backend, Package
from bbpkg.model.values import Json
from bbpkg.model.variants import Variant
from bbpkg.plan.umbrella_choices import Bucket, GitSource, OciSource, Server, git_source
from bbpkg.plan.umbrella_secrets import credential_names, secret_paths
from bbpkg.plan.values_tree import values_tree
from bbpkg.suggestions import did_you_mean
from bbpkg.umbrella.names import built_in_namesake, resource_name

_SERVER: Final = re.compile(r"(?P<host>[A-Za-z0-9]([-A-Za-z0-9.]*[A-Za-z0-9])?)(:(?P<port>[0-9]{1,5}))?")
_AMAZON: Final = re.compile(r"s3://(?P<bucket>[a-z0-9][-a-z0-9.]*)\?region=(?P<region>[-a-z0-9]+)")
_S3: Final = re.compile(r"(?P<address>https?://[-A-Za-z0-9.]+(:[0-9]+)?)/(?P<bucket>[^/?@\s]+)(\?region=(?P<region>[-a-z0-9]+))?")
_LABEL: Final = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
_LOGIN: Final = re.compile(r"://[^/]*:[^/]*@")
# A Helm release has no longer name.
_LONGEST_RELEASE: Final = 53
_LARGEST_PORT: Final = 65535
_REVISIONS: Final = ("tag", "branch", "semver")


def chosen_key(package: Package, given: str | None) -> str:
    """Return the name of the package below `packages`.

    Raises:
        UsageError: the umbrella would change it, or it belongs to a package of Big Bang's own.
    """
    key = given or package.name
    if resource_name(key) != key or len(key) > _LONGEST_RELEASE:
        message = f'"{key}" is no name for a package: the umbrella would call its objects "{resource_name(key)}"'
        raise UsageError(message, hint=f"write --key NAME, lower case, at most {_LONGEST_RELEASE} characters")
    namesake = built_in_namesake(key)
    if namesake:
        message = f'the name "{key}" belongs to Big Bang\'s own package {namesake.name}'
        raise UsageError(message, hint=f"write another name, as in --key my-{key}")
    return key


def chosen_namespace(given: str | None) -> str:
    """Return the namespace; empty means that of the package's name.

    Raises:
        UsageError: it is no name of a namespace.
    """
    if given and not _LABEL.fullmatch(given):
        message = f'"{given}" is no name of a namespace'
        raise UsageError(message, hint="write lower case letters, digits and dashes, at most 63")
    return given or ""


def chosen_stores(package: Package, variant: Variant, given: Iterable[str]) -> tuple[Server | Bucket, ...]:
    """Read external stores, each as NAME=ADDRESS.

    Raises:
        UsageError: a name is not that of a store of the variant, or an address cannot be read.
    """
    known = {backend.name: backend for backend in package.backends if variant in backend.variants}
    named = _named(given, known, f"store of {package.name} {variant}", "--store")
    return tuple(_store(known[name], address) for name, address in named.items())


def _store(backend: Backend, address: str) -> Server | Bucket:
    if "@" in address:
        message = f"the address of {backend.name} has a login in it; a login stands in a Secret"
        raise UsageError(message, hint=f"leave out what is before the @, and name the Secret: --secret {backend.name}=NAME")
    if backend.kind == "object-storage":
        found = _AMAZON.fullmatch(address) or _S3.fullmatch(address)
        if found is None:
            message = f'"{address}" is no address of the bucket {backend.name}'
            raise UsageError(message, hint="write https://HOST/BUCKET, or s3://BUCKET?region=REGION for Amazon's")
        parts = found.groupdict()
        return Bucket(backend=backend.name, bucket=parts["bucket"], address=parts.get("address") or "", region=parts.get("region") or "")
    found = _SERVER.fullmatch(address)
    port = int(found["port"]) if found and found["port"] else None
    if found is None or (port is not None and not 0 < port <= _LARGEST_PORT):
        message = f'"{address}" is no address of {backend.name}'
        raise UsageError(message, hint="write HOST or HOST:PORT")
    return Server(backend=backend.name, host=found["host"], port=port)


def chosen_secrets(package: Package, variant: Variant, given: Iterable[str]) -> dict[str, str]:
    """Read names of Secrets, each as CREDENTIAL=NAME.

    Raises:
        UsageError: there is no such credential in the variant.
    """
    return _named(given, credential_names(package, variant), f"credential of {package.name} {variant}", "--secret")


def chosen_hosts(package: Package, variant: Variant, given: Iterable[str]) -> dict[str, str]:
    """Read host names, each as ROUTE=HOST.

    Raises:
        UsageError: there is no such route in the variant.
    """
    routes = [route.name for route in package.routes if variant in route.variants]
    return _named(given, routes, f"route of {package.name} {variant}", "--host")


def chosen_overlays(package: Package, variant: Variant, given: Iterable[str]) -> tuple[str, ...]:
    """Check names of overlays of the definition.

    Raises:
        UsageError: there is no such overlay for the variant.
    """
    known = [overlay.name for overlay in package.overlays if variant in overlay.variants]
    for name in given:
        _check_known(name, known, f"overlay of {package.name} {variant}")
    return tuple(given)


def chosen_source(package: Package, kind: str, given: Mapping[str, str | None]) -> GitSource | OciSource:
    """Return where the chart comes from; `given` holds repo, path, chart, tag, branch, semver and commit.

    Raises:
        UsageError: not exactly one revision, or an option of the other kind.
    """
    revisions = {name: text for name in _REVISIONS if (text := given.get(name))}
    if len(revisions) > 1:
        message = f"{' and '.join(f'--{name}' for name in revisions)} exclude each other: a chart has one revision"
        raise UsageError(message, hint="keep one of them")
    if _LOGIN.search(given.get("repo") or ""):
        message = "--repo has a login in it, which would stand in the file for all to read"
        raise UsageError(message, hint="leave it out; Flux takes it from the Secret that git.existingSecret names")
    if kind == "git":
        _refuse_others(given, ("chart",), kind)
        if given.get("commit") and "branch" not in revisions:
            message = "--commit says nothing without the branch that it is on"
            raise UsageError(message, hint="add --branch BRANCH")
        revision = {**revisions, "commit": str(given["commit"])} if given.get("commit") else revisions
        return git_source(package, repository=given.get("repo") or "", path=given.get("path") or "", revision=revision)
    _refuse_others(given, ("path", "branch", "semver", "commit"), kind)
    address = given.get("repo") or ""
    if address and not address.startswith("oci://"):
        message = f'"{address}" is no address of an OCI repository'
        raise UsageError(message, hint="write oci://HOST/PATH, the address without the name of the chart")
    # Without an address, the chart is among those of Big Bang.
    name = f"{package.name}-charts" if address else "registry1"
    return OciSource(
        repository_name=name, chart=given.get("chart") or package.name, tag=revisions.get("tag") or package.chart.version, address=address
    )


def _refuse_others(given: Mapping[str, str | None], names: Sequence[str], kind: str) -> None:
    for name in names:
        if given.get(name):
            message = f"--{name} says nothing for --source {kind}"
            raise UsageError(message, hint="leave it out")


def chosen_dependencies(given: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """Read HelmReleases, each as NAME or NAMESPACE/NAME; Big Bang's own stand in bigbang."""
    found = []
    for text in given:
        namespace, _, name = text.rpartition("/")
        if not name or "/" in namespace:
            message = f'"{text}" is no HelmRelease'
            raise UsageError(message, hint="write NAME or NAMESPACE/NAME")
        found.append((name, namespace or "bigbang"))
    return tuple(found)


def chosen_settings(package: Package, given: Iterable[str]) -> dict[str, Json]:
    """Read further values of the chart, each as PATH=VALUE with a value in YAML.

    Raises:
        UsageError: a text is no such setting, or a value is a secret.
    """
    secrets = secret_paths(values_tree(package))
    found: dict[str, Json] = {}
    for text in given:
        path, mark, value = text.partition("=")
        steps = tuple(path.split("."))
        if not mark or not all(steps):
            message = f'"{path}" is no setting'
            raise UsageError(message, hint="write PATH=VALUE, as in logging.level=DEBUG")
        if steps in secrets:
            message = f"{path} is a secret, and would stand in the file for all to read"
            raise UsageError(message, hint="name a Secret: --secret CREDENTIAL=NAME")
        _put(found, steps, _value(path, value))
    return found


def _value(path: str, text: str) -> Json:
    # A template is a text, although YAML reads its braces otherwise.
    if text.startswith("{{"):
        return text
    try:
        documents = read_documents(text, file="--set")
    except InvalidInputError as error:
        message = f"the value of {path} is no YAML"
        raise UsageError(message, hint=error.diagnostics[0].message) from error
    return cast("Json", documents[0].value) if documents else ""


def _put(found: dict[str, Json], steps: Sequence[str], value: Json) -> None:
    for step in steps[:-1]:
        below = found.setdefault(step, {})
        if not isinstance(below, dict):
            below = found[step] = {}
        found = below
    found[steps[-1]] = value


def _named(given: Iterable[str], known: Iterable[str], what: str, option: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for text in given:
        name, mark, value = text.partition("=")
        if not mark or not value:
            message = f'{option} needs a name and a value; "{name}" is one of them'
            raise UsageError(message, hint=f"write {option} NAME=VALUE")
        _check_known(name, tuple(known), what)
        if found.get(name, value) != value:
            message = f"{option} says two things of {name}"
            raise UsageError(message, hint="keep one of them")
        found[name] = value
    return found


def _check_known(name: str, known: Sequence[str], what: str) -> None:
    if name not in known:
        near = did_you_mean(name, known)
        message = f'"{name}" is no {what}; known are {", ".join(known) or "none"}'
        raise UsageError(message, hint=f'did you mean "{near}"?' if near else None)
