"""Finds helm and kubeconform on this machine, and refuses versions that are too old."""

import enum
import os
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from bbpkg.errors import EnvironmentFailureError

Version = tuple[int, int, int]

_VERSION_SECONDS = 30.0
_VERSION = re.compile(r"v?(\d+)\.(\d+)(?:\.(\d+))?")


class Completion(Protocol):
    """What is read of a program that has ended."""

    @property
    def stdout(self) -> str:
        """Everything the program wrote to standard output."""

    @property
    def stderr(self) -> str:
        """Everything the program wrote to standard error."""

    @property
    def exit_code(self) -> int:
        """The exit code; 0 is success."""


class Run(Protocol):
    """Runs a program; `bbpkg.adapters.processes.run` is one."""

    def __call__(self, argv: Sequence[str], *, timeout: float) -> Completion:
        """Run the program to its end."""


class ToolSource(enum.Enum):
    """Where a tool was found."""

    ENVIRONMENT = "environment variable"
    PROJECT = ".tools/bin"
    PATH = "PATH"


@dataclass(frozen=True, kw_only=True, slots=True)
class Tool:
    """A program that bbpkg can use; `version_text` is its own words."""

    name: str
    path: Path
    version: Version
    version_text: str
    source: ToolSource


@dataclass(frozen=True, kw_only=True, slots=True)
class _Requirement:
    name: str
    variable: str
    version_arguments: tuple[str, ...]
    minimum: Version
    module: str
    below: Version | None = None


_REQUIREMENTS = {
    requirement.name: requirement
    for requirement in (
        _Requirement(
            name="helm",
            variable="BBPKG_HELM",
            version_arguments=("version", "--short"),
            minimum=(3, 17, 0),
            module=r"helm\.sh/helm/v\d+",
        ),
        _Requirement(
            name="kubeconform",
            variable="BBPKG_KUBECONFORM",
            version_arguments=("-v",),
            minimum=(0, 6, 7),
            module=r"github\.com/yannh/kubeconform",
        ),
        _Requirement(
            name="bbpkg-render",
            variable="BBPKG_RENDER",
            version_arguments=("--version",),
            minimum=(1, 0, 0),
            below=(2, 0, 0),
            module=r"bbpkg\.local/tools/render",
        ),
    )
}


def minimum_version(name: str) -> str:
    """Return the oldest version of a tool that bbpkg can use."""
    return _dotted(_REQUIREMENTS[name].minimum)


class ToolFinder:
    """Finds tools, in this order: an environment variable, `.tools/bin` of the nearest parent directory that has it, PATH.

    The first one found decides: if it is too old, it is not passed over in silence. Each tool is asked for its version once.
    """

    def __init__(self, *, run: Run, cwd: Path, environ: Mapping[str, str]) -> None:
        self._run = run
        self._cwd = cwd
        self._environ = environ
        self._found: dict[str, Tool] = {}

    def helm(self) -> Tool:
        """Return helm 3.17 or newer.

        Raises:
            EnvironmentFailureError: there is none, or it is too old, or it does not say its version.
        """
        return self._find(_REQUIREMENTS["helm"])

    def kubeconform(self) -> Tool:
        """Return kubeconform 0.6.7 or newer.

        Raises:
            EnvironmentFailureError: there is none, or it is too old, or it does not say its version.
        """
        return self._find(_REQUIREMENTS["kubeconform"])

    def render_helper(self) -> Tool:
        """Return bbpkg-render, if its version is one that this bbpkg can talk to.

        Raises:
            EnvironmentFailureError: there is none, or it has another version.
        """
        return self._find(_REQUIREMENTS["bbpkg-render"])

    def has_render_helper(self) -> bool:
        """Whether there is a bbpkg-render, of whatever version."""
        wanted = _REQUIREMENTS["bbpkg-render"]
        return bool(self._environ.get(wanted.variable)) or self._search(wanted) is not None

    def _find(self, wanted: _Requirement) -> Tool:
        if wanted.name not in self._found:
            path, source = self._locate(wanted)
            self._found[wanted.name] = self._checked(wanted, path, source)
        return self._found[wanted.name]

    def _locate(self, wanted: _Requirement) -> tuple[Path, ToolSource]:
        search_path = self._environ.get("PATH", os.defpath)
        if configured := self._environ.get(wanted.variable):
            if found := shutil.which(self._cwd / configured if os.sep in configured else configured, path=search_path):
                return Path(found), ToolSource.ENVIRONMENT
            message = f"{wanted.variable} is {configured!r}, which is no program that can be run"
            raise EnvironmentFailureError(message, hint=f"correct {wanted.variable}, or unset it and type `make tools`")
        if located := self._search(wanted):
            return located
        message = f"{wanted.name} was not found in .tools/bin or on PATH"
        raise EnvironmentFailureError(message, hint=_how_to_get(wanted))

    def _search(self, wanted: _Requirement) -> tuple[Path, ToolSource] | None:
        for directory in (self._cwd, *self._cwd.parents):
            if found := shutil.which(directory / ".tools" / "bin" / wanted.name):
                return Path(found), ToolSource.PROJECT
        if found := shutil.which(wanted.name, path=self._environ.get("PATH", os.defpath)):
            return Path(found).absolute(), ToolSource.PATH
        return None

    def _checked(self, wanted: _Requirement, path: Path, source: ToolSource) -> Tool:
        done = self._run([str(path), *wanted.version_arguments], timeout=_VERSION_SECONDS)
        said = done.stdout.strip()
        if done.exit_code != 0:
            reason = (done.stderr.strip() or said or "no message").splitlines()[0]
            message = f"{wanted.name} from {source.value} ({path}) failed when asked for its version: {reason}"
            raise EnvironmentFailureError(message, hint=_how_to_get(wanted))
        version = _parse(said) or _built_from(path, wanted.module)
        if version is None:
            message = f"{wanted.name} from {source.value} ({path}) does not say its version, but {said!r}"
            raise EnvironmentFailureError(message, hint=_how_to_get(wanted))
        if version < wanted.minimum or (wanted.below and version >= wanted.below):
            needed = f"{_dotted(wanted.minimum)} or newer" + (f", but older than {_dotted(wanted.below)}" if wanted.below else "")
            message = f"{wanted.name} from {source.value} ({path}) is {_dotted(version)}; bbpkg needs {needed}"
            raise EnvironmentFailureError(message, hint=_how_to_get(wanted))
        return Tool(name=wanted.name, path=path, version=version, version_text=said, source=source)


def _parse(text: str) -> Version | None:
    found = _VERSION.search(text)
    return (int(found[1]), int(found[2]), int(found[3] or 0)) if found else None


def _built_from(binary: Path, module: str) -> Version | None:
    """Read the version of a Go module from the build information in a binary: `go install` leaves kubeconform without any other."""
    try:
        content = binary.read_bytes()
    except OSError:
        return None
    found = re.search(rb"(?:mod|dep)\t" + module.encode() + rb"\tv(\d+)\.(\d+)\.(\d+)", content)
    return (int(found[1]), int(found[2]), int(found[3])) if found else None


def _dotted(version: Version) -> str:
    return ".".join(map(str, version))


def _how_to_get(wanted: _Requirement) -> str:
    return f"type `make tools`, or put {wanted.name} >= {_dotted(wanted.minimum)} on PATH, or set {wanted.variable} to its path"
