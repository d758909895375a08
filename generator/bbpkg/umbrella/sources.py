"""Where the charts of packages come from: rules that a JSON Schema can state, but not explain."""

from collections.abc import Callable, Iterator, Mapping
from typing import Final, TypeAlias, cast

from bbpkg.diagnostics import Diagnostic, Location, Severity, pointer
from bbpkg.model.values import Json
from bbpkg.suggestions import did_you_mean
from bbpkg.umbrella.built_in_packages import BUILT_IN
from bbpkg.umbrella.schema import Configuration
from bbpkg.umbrella.schema_parts import DEFINITIONS, OTHER_FLUX_KEYS

Values: TypeAlias = Mapping[str, object]
Locate: TypeAlias = Callable[[str], Location]

_CODE: Final = "umbrella-source"
_HTTPS: Final = ("username", "password")
_SSH: Final = ("privateKey", "publicKey", "knownHosts")
_HELM_REPO: Final = ("repoName", "chartName", "tag")


def source_problems(values: Values, locate: Locate, form: Configuration, *, is_whole: bool) -> Iterator[Diagnostic]:
    """Yield what is wrong with sources, logins and settings of Flux; `is_whole` as in `structure_problems`."""
    for name, package in _mapping(values.get("packages")).items():
        place = pointer("packages", name)
        if form is Configuration.V1 and name in BUILT_IN:
            yield from _built_in(place, _mapping(package), locate, is_merged_late=True)
        elif isinstance(package, Mapping):
            yield from _custom(place, cast("Values", package), locate, is_whole=is_whole)
    for package_name, known in BUILT_IN.items():
        holder = _mapping(values.get("addons")) if known.is_addon else values
        yield from _built_in(pointer(*known.legacy_path), _mapping(holder.get(package_name)), locate, is_merged_late=False)
    yield from _flux("", values, locate)
    yield from _login("/git", _mapping(values.get("git")), locate)
    repositories = values.get("helmRepositories")
    for index, repository in enumerate(repositories if isinstance(repositories, list) else []):
        yield from _repository(pointer("helmRepositories", index), _mapping(repository), locate)


def _mapping(value: object) -> Values:
    return cast("Values", value) if isinstance(value, Mapping) else {}


def _set(values: Values, *keys: str) -> tuple[str, ...]:
    """The keys that have a value; an empty text is none."""
    return tuple(key for key in keys if values.get(key) not in (None, ""))


def _finding(location: Location, message: str, hint: str | None = None, *, is_error: bool = True) -> Diagnostic:
    severity = Severity.ERROR if is_error else Severity.WARNING
    return Diagnostic(code=_CODE, location=location, message=message, hint=hint, severity=severity)


def _custom(place: str, package: Values, locate: Locate, *, is_whole: bool) -> Iterator[Diagnostic]:
    """A package of the user's own: nothing has a default, unless other files say more."""
    git, chosen = _mapping(package.get("git")), package.get("sourceType")
    yield from _flux(place, package, locate)
    yield from _login(place + "/git", git, locate)
    if package.get("enabled") is False:
        return
    yield from _reference(place, git, locate, is_used=is_whole and chosen == "git")
    if package.get("kustomize") is True:
        yield from _kustomize(place, package, locate, is_whole=is_whole)
    if not is_whole:
        return
    if "sourceType" not in package:
        meant = "helmRepo" if package.get("helmRepo") and not git else "git"
        yield _finding(
            locate(place), 'the key "sourceType" is missing; an enabled package must say git or helmRepo.', f"add sourceType: {meant}"
        )
    elif chosen == "git" and not _set(git, "repo"):
        yield _finding(locate(place + "/git"), "sourceType is git, and git.repo is missing.", "add git: {repo: ..., path: ..., tag: ...}")
    elif chosen == "helmRepo":
        repository = _mapping(package.get("helmRepo"))
        missing = [key for key in _HELM_REPO if key not in _set(repository, *_HELM_REPO)]
        if missing:
            message = f"sourceType is helmRepo, and {_listed(missing, 'helmRepo.')} {'is' if len(missing) == 1 else 'are'} missing."
            yield _finding(locate(place + "/helmRepo"), message, "repoName is the name of one of helmRepositories")


def _listed(names: list[str], prefix: str) -> str:
    return ", ".join(prefix + name for name in names)


def _kustomize(place: str, package: Values, locate: Locate, *, is_whole: bool) -> Iterator[Diagnostic]:
    if package.get("sourceType") == "helmRepo":
        yield _finding(locate(place + "/sourceType"), "kustomize needs sourceType git; it is helmRepo.", "write sourceType: git")
    elif is_whole and not _set(_mapping(package.get("git")), "path"):
        yield _finding(locate(place + "/git"), "kustomize has no default folder: git.path is missing.", "add path: ./...")


def _reference(place: str, git: Values, locate: Locate, *, is_used: bool) -> Iterator[Diagnostic]:
    """Exactly one of tag, branch and semver; a commit with its branch."""
    at, found = place + "/git", _set(git, "tag", "branch", "semver", "commit")
    if is_used and git and not found:
        yield _finding(locate(at), "git says no revision; exactly one of tag, branch and semver is needed.", "add tag: ...")
    if "commit" in found and "branch" not in found and (is_used or "tag" in found):
        yield _finding(locate(at + "/commit"), "a commit needs the branch that it is on.", "add branch: ...")
    revisions = [key for key in ("semver", "tag", "branch") if key in found]
    if len(revisions) > 1:
        message = f"git says {' and '.join(revisions)}; exactly one is needed."
        yield _finding(locate(f"{at}/{revisions[-1]}"), message, f"keep one; Big Bang would read {revisions[0]}")


def _built_in(place: str, package: Values, locate: Locate, *, is_merged_late: bool) -> Iterator[Diagnostic]:
    """A package of Big Bang's own: what is not said here has a default, also the tag."""
    git = _mapping(package.get("git"))
    yield from _flux(place, package, locate)
    yield from _login(place + "/git", git, locate)
    found = _set(git, "tag", "branch", "semver", "commit")
    keeps_tag = "tag" not in git
    if "branch" in found and keeps_tag and not (is_merged_late and {"commit", "semver"} & set(found)):
        what = "is read instead of the branch" if is_merged_late else "and a branch exclude each other"
        yield _finding(locate(place + "/git/branch"), f"the tag that the package has by default {what}.", 'add tag: ""')
    if "branch" in found and "tag" in found:
        yield _finding(
            locate(place + "/git/branch"), "git says tag and branch; exactly one is needed.", 'keep one; tag: "" unsets the default'
        )
    if "commit" in found and "branch" not in found:
        yield _finding(locate(place + "/git/commit"), "a commit needs the branch that it is on.", 'add branch: ... and tag: ""')


def _flux(place: str, package: Values, locate: Locate) -> Iterator[Diagnostic]:
    """Keys that no HelmRelease has: the umbrella writes them into its spec, and the Kubernetes API drops them."""
    known = (*cast("dict[str, Json]", DEFINITIONS["flux"]["properties"]), *OTHER_FLUX_KEYS)
    for key in _mapping(package.get("flux")):
        if key not in known:
            near = did_you_mean(key, known)
            message = f'"{key}" is no setting of a HelmRelease, and is dropped.'
            hint = f'did you mean "{near}"?' if near else None
            yield _finding(locate(f"{place}/flux{pointer(key)}"), message, hint, is_error=False)


def _login(place: str, git: Values, locate: Locate) -> Iterator[Diagnostic]:
    credentials = _mapping(git.get("credentials"))
    for kind in (_HTTPS, _SSH):
        found = _set(credentials, *kind)
        missing = [key for key in kind if key not in found]
        if found and missing:
            message = f"{', '.join(found)} needs {', '.join(missing)}, too."
            yield _finding(locate(place + "/credentials"), message, "or name a Secret at existingSecret")


def _repository(place: str, repository: Values, locate: Locate) -> Iterator[Diagnostic]:
    has_login = "existingSecret" in repository or {"username", "password"} <= set(repository)
    if repository and not has_login and repository.get("provider", "generic") == "generic":
        message = "the repository has no login; the umbrella needs existingSecret, username and password, or the provider of a cloud."
        yield _finding(locate(place), message, "add existingSecret: private-registry")
