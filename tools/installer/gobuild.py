"""Builds a tool from its Go module below tools/; every dependency is pinned by a committed go.sum."""

import os
import subprocess
from pathlib import Path

from installer.pins import GoModule, InstallError

# A cold build of Helm takes six CPU minutes; a machine may be slow and busy.
_TIMEOUT_SECONDS = 3600


def write_binary(module: GoModule, name: str, into: Path, *, go: Path, tools: Path) -> Path:
    """Build the module's command with this Go as `into/name`; equal inputs give an equal binary."""
    binary = into / name
    argv = [str(go), "build", "-C", str(tools / module.module), "-trimpath", "-buildvcs=false"]
    argv += ["-ldflags", module.ldflags, "-o", str(binary), module.package]
    # A machine without a network may have the dependencies beside the module, where `go mod vendor` puts them.
    mode = "vendor" if (tools / module.module / "vendor").is_dir() else "readonly"
    settings = {"CGO_ENABLED": "0", "GOFLAGS": f"-mod={mode}", "GOTOOLCHAIN": "local", "GOWORK": "off"}
    hint = "look at GOPROXY (`go env GOPROXY`) and the disk, then run it again"
    try:
        done = subprocess.run(argv, env={**os.environ, **settings}, capture_output=True, text=True, check=False, timeout=_TIMEOUT_SECONDS)
    except subprocess.TimeoutExpired as error:
        message = f"go build {module.package} took longer than {_TIMEOUT_SECONDS} s"
        raise InstallError(message, hint=hint) from error
    if done.returncode != 0:
        last = "\n  ".join(done.stderr.strip().splitlines()[-3:])
        message = f"go build {module.package} failed:\n  {last}"
        raise InstallError(message, hint=hint)
    return binary
