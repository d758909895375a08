"""Checks objects against the schemas of a Kubernetes version with the program `kubeconform`; nothing is skipped in silence."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Protocol

from bbpkg.diagnostics import Diagnostic, Location, in_order
from bbpkg.errors import EnvironmentFailureError
from bbpkg.manifests.objects import KubernetesObject
from bbpkg.programs import RunProgram

_SECONDS: Final = 120.0
_NO_SCHEMA: Final = "could not find schema"
_KEYS: Final = ("kind", "name", "version", "status", "msg")
_MOST_SHOWN: Final = 200


class ObjectChecker(Protocol):
    """Says what is wrong with objects in a Kubernetes version."""

    def __call__(self, objects: Sequence[KubernetesObject], kube_version: str, /) -> tuple[Diagnostic, ...]:
        """Return the findings; raises EnvironmentFailureError when the checker does not work."""


class Kubeconform:
    """Runs one kubeconform process for all objects that it is given, and remembers which were valid."""

    def __init__(
        self,
        *,
        program: Path,
        run: RunProgram,
        schema_arguments: Sequence[str],
        environment: Mapping[str, str],
        timeout: float = _SECONDS,
    ) -> None:
        self._program = program
        self._run = run
        self._schema_arguments = tuple(schema_arguments)
        self._environment = dict(environment)
        self._timeout = timeout
        # Cases of one chart share most objects; two threads that check the same one do no harm.
        self._valid: set[tuple[str, str]] = set()

    def __call__(self, objects: Sequence[KubernetesObject], kube_version: str) -> tuple[Diagnostic, ...]:
        """Return what is wrong with the objects in the Kubernetes version."""
        objects = [found for found in objects if (kube_version, found.text) not in self._valid]
        if not objects:
            return ()
        argv = [str(self._program), "-output", "json", "-strict", "-verbose", "-kubernetes-version", kube_version, *self._schema_arguments]
        done = self._run(argv, timeout=self._timeout, stdin=_stream(objects), env=self._environment)
        results = _results(done.stdout, done.stderr)
        _refuse_silence(objects, results)
        findings = in_order(found for result in results for found in _findings(result, objects, kube_version))
        if not findings:
            self._valid.update((kube_version, found.text) for found in objects)
        return findings


def _stream(objects: Sequence[KubernetesObject]) -> str:
    return "".join(f"---\n{text}\n" for text in dict.fromkeys(found.text for found in objects))


def _results(stdout: str, stderr: str) -> list[dict[str, Any]]:
    try:
        results = json.loads(stdout)["resources"]
        return [{key: _text(result[key]) for key in _KEYS} | {"errors": result.get("validationErrors") or []} for result in results]
    except (ValueError, KeyError, TypeError, RecursionError) as cause:
        said = (stderr or stdout).strip().splitlines()[:1]
        message = f"kubeconform gave no result; it said: {said[0][:_MOST_SHOWN] if said else 'nothing'}"
        raise EnvironmentFailureError(message, hint="see whether it is a genuine kubeconform: bbpkg tools") from cause


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _refuse_silence(objects: Sequence[KubernetesObject], results: Sequence[Mapping[str, Any]]) -> None:
    """Every object must have a result: a checker that passes over some would call wrong objects right."""
    wanted = {(found.kind, found.name) for found in objects}
    got = {(result["kind"], result["name"]) for result in results}
    missing = sorted(f"{kind} {name}" for kind, name in wanted - got)
    # What kubeconform cannot read it reports without kind and name.
    if missing and not any(result["status"] == "statusError" and not result["kind"] for result in results):
        message = f"kubeconform passed over {len(missing)} of {len(objects)} objects: {', '.join(missing[:5])}"
        raise EnvironmentFailureError(message, hint="see whether it is a genuine kubeconform: bbpkg tools")


def _findings(result: Mapping[str, Any], objects: Sequence[KubernetesObject], kube_version: str) -> Iterator[Diagnostic]:
    status = result["status"]
    if status == "statusValid":
        return
    file, shown = _place(result, objects)
    where = f"in Kubernetes {kube_version}, {shown}"
    if status == "statusInvalid" and result["errors"]:
        for error in result["errors"]:
            location = Location(file=file, pointer=error.get("path", ""))
            yield Diagnostic(code="kube-schema", location=location, message=f"{where}: {error.get('msg', '')}.")
        return
    message, code, hint = result["msg"] or status, "kube-schema", None
    if _NO_SCHEMA in message or status == "statusSkipped":
        code = "kube-schema-missing"
        message = f"there is no schema for {result['version']} {result['kind']}, so the object cannot be checked"
        hint = "use an apiVersion that this Kubernetes version serves"
    yield Diagnostic(code=code, location=Location(file=file), message=f"{where}: {message}.", hint=hint)


def _place(result: Mapping[str, Any], objects: Sequence[KubernetesObject]) -> tuple[str, str]:
    """Return the template of the object that a result speaks of, and the object in words."""
    for found in objects:
        if (found.kind, found.name, found.api_version) == (result["kind"], result["name"], result["version"]):
            return (found.template or "manifests.yaml"), str(found)
    return "manifests.yaml", f"{result['kind']} {result['name']}".strip() or "an object"
