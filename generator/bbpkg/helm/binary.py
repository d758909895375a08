"""The engine that runs the `helm` program, version 3.17 or newer."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from bbpkg.diagnostics import Diagnostic
from bbpkg.errors import EnvironmentFailureError, UsageError
from bbpkg.helm.engine import RenderRequest
from bbpkg.helm.messages import lint_findings, refusal
from bbpkg.programs import RunProgram

_SECONDS: Final = 120.0


def helm_environment(home: Path, *, search_path: str) -> dict[str, str]:
    """Return the whole environment of helm: its files stand below `home`, so that no plugin or setting of the user matters."""
    places = {
        "HELM_CACHE_HOME": "cache",
        "HELM_CONFIG_HOME": "config",
        "HELM_CONTENT_CACHE": "cache/content",
        "HELM_DATA_HOME": "data",
        "HELM_PLUGINS": "data/plugins",
        "HELM_REGISTRY_CONFIG": "config/registry.json",
        "HELM_REPOSITORY_CACHE": "cache/repository",
        "HELM_REPOSITORY_CONFIG": "config/repositories.yaml",
        "KUBECONFIG": "kubeconfig",
        "TMPDIR": ".",
        "HOME": ".",
    }
    # Collecting garbage takes a third of helm's short life; the limit keeps it for charts that need it.
    return {
        "PATH": search_path,
        "GOGC": "off",
        "GOMEMLIMIT": "1GiB",
        "NO_COLOR": "1",
    } | {name: str(home / place) for name, place in places.items()}


def helm_arguments(command: str, request: RenderRequest) -> tuple[str, ...]:
    """Return the arguments of `helm template` or `helm lint`; values are read from standard input."""
    names = (request.release_name,) if command == "template" else ()
    options = [f"--kube-version={request.kube_version}", f"--namespace={request.namespace}", "--values=-"]
    options += [f"--set={setting}" for setting in request.settings]
    if command == "template":
        options += [f"--api-versions={version}" for version in request.api_versions]
    else:
        options += ["--strict", "--quiet"]
    return (command, *options, "--", *names, str(request.chart))


class HelmBinary:
    """Renders and lints by running helm.

    Values reach helm on standard input: arguments can be read by every user of the machine.
    """

    def __init__(self, *, program: Path, run: RunProgram, environment: Mapping[str, str], timeout: float = _SECONDS) -> None:
        self._program = program
        self._run = run
        self._environment = dict(environment)
        self._timeout = timeout

    def render(self, request: RenderRequest) -> str:
        """Render with `helm template`."""
        stdout, stderr, exit_code = self._run_helm("template", request)
        if exit_code != 0:
            raise refusal(stderr, exit_code=exit_code)
        return stdout

    def lint(self, request: RenderRequest) -> tuple[Diagnostic, ...]:
        """Lint with `helm lint --strict`, which counts warnings."""
        stdout, stderr, exit_code = self._run_helm("lint", request)
        found = lint_findings(stdout + stderr)
        if exit_code != 0 and not found:
            raise refusal(stderr, exit_code=exit_code)
        return found

    def _run_helm(self, command: str, request: RenderRequest) -> tuple[str, str, int]:
        argv = (str(self._program), *helm_arguments(command, request))
        done = self._run(argv, timeout=self._timeout, stdin=_values_text(request.values), env=self._environment)
        if done.exit_code == 0 and "\0" in done.stdout:
            message = f"helm {command} wrote binary data instead of YAML"
            raise EnvironmentFailureError(message, hint="see whether it is a genuine helm: bbpkg tools")
        return done.stdout, done.stderr, done.exit_code


def _values_text(values: Mapping[str, object]) -> str:
    try:
        return json.dumps(values, allow_nan=False, ensure_ascii=False)
    except ValueError as cause:
        message = "a value is infinite or not a number, which Helm cannot pass to a chart"
        raise UsageError(message, hint="put it in quotes, or give a number") from cause
