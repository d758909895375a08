"""The command line for tests: in this process, in one of its own, and with programs that only pretend to be helm or kubeconform."""

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from bbpkg.cli.main import run
from packages import ENGINE, FOLDERS, REPOSITORY

TOOLS = REPOSITORY / ".tools/bin"
# A package that knows two editions, the second with two releases.
PACKAGE = str(FOLDERS["notes"])
AMPLE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command left behind."""

    code: int
    out: str
    err: str


@dataclass(frozen=True, slots=True)
class CommandLine:
    """Calls the command line in this process."""

    capture: pytest.CaptureFixture[str]

    def __call__(self, *arguments: str) -> Outcome:
        self.capture.readouterr()
        code = run(arguments)
        captured = self.capture.readouterr()
        return Outcome(code, captured.out, captured.err)


def use_real_tools(patch: pytest.MonkeyPatch, base: Path, worker_id: str) -> None:
    """Let bbpkg find the pinned tools from everywhere, and share one cache between the processes of a test run."""
    cache = (base if worker_id == "master" else base.parent) / "xdg-cache"
    for name, value in environment(cache).items():
        patch.setenv(name, value)
    patch.delenv("NO_COLOR", raising=False)


def environment(cache: Path) -> dict[str, str]:
    """The variables that bbpkg reads."""
    return {
        "BBPKG_HELM": str(TOOLS / "helm"),
        "BBPKG_KUBECONFORM": str(TOOLS / "kubeconform"),
        "BBPKG_RENDER": str(TOOLS / "bbpkg-render"),
        "XDG_CACHE_HOME": str(cache),
    }


def program(path: Path, script: str) -> Path:
    """Write a shell script that can be run."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def fake_helm(folder: Path, *, template: str = "cat >/dev/null", lint: str = "cat >/dev/null", version: str = "v4.3.1+gabcdef0") -> Path:
    """Write a helm that says its version, and does what the scripts say."""
    return program(folder / "helm", f'case "$1" in\nversion) echo {version};;\ntemplate) {template};;\nlint) {lint};;\nesac')


def fake_kubeconform(folder: Path, check: str) -> Path:
    """Write a kubeconform that says its version, and does what the script says."""
    return program(folder / "kubeconform", f'if [ "$1" = -v ]; then echo v0.8.0; exit; fi\n{check}')


def start(*arguments: str, env: Mapping[str, str] | None = None, cwd: Path | None = None) -> subprocess.Popen[str]:
    """Start the command line in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "bbpkg", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ENGINE.parent), **(env or {})},
        start_new_session=True,
    )


def finish(process: subprocess.Popen[str]) -> Outcome:
    """Wait for the end of a process."""
    with process:
        out, err = process.communicate(timeout=AMPLE_SECONDS)
    return Outcome(process.returncode, out, err)
