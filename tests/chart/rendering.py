"""Renders the generated chart with the real Helm, and has the real kubeconform judge it; knows nothing of what must come out."""

import functools
import json
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from bbpkg.adapters.processes import Completed, run
from bbpkg.adapters.schemas import kubeconform_arguments, provenance, unpack
from bbpkg.documents import read_documents
from packages import REPOSITORY, generated, write_files

Values: TypeAlias = Mapping[str, Any]
Object: TypeAlias = dict[str, Any]

HELMS = ("helm", "helm3")
KUBE_VERSIONS = (provenance().kubernetes_versions[0], provenance().kubernetes_versions[-1])

_TIMEOUT_SECONDS = 60
# Neither proxies nor the settings of whoever runs the tests reach the tools.
_ENVIRONMENT = {"HOME": "/nonexistent", "PATH": "/usr/bin:/bin"}


@dataclass(frozen=True, eq=False, kw_only=True)
class Case:
    """One installation: values for one release in one namespace. Its identity is the object, so that a render is made once."""

    name: str
    values: Values = field(default_factory=dict)
    release: str = "anchore"
    namespace: str = "anchore"

    @property
    def edition(self) -> str:
        """The edition that the values choose."""
        edition = self.values.get("global", {}).get("edition", "engine")
        assert isinstance(edition, str)
        return edition


@functools.cache
def tool(name: str) -> Path:
    """Return a tool of the project; a missing one is an error, not a reason to skip a test."""
    path = REPOSITORY / ".tools/bin" / name
    if not path.is_file():
        message = f"{path} is missing: type `make tools-test`"
        raise FileNotFoundError(message)
    return path


@functools.cache
def tree() -> Path:
    """Return a folder with everything that bbpkg generates of the package, made once in a process."""
    holder = tempfile.TemporaryDirectory(prefix="bbpkg-chart-")
    _HOLDERS.append(holder)
    return write_files(Path(holder.name), generated("anchore"))


_HOLDERS: list[tempfile.TemporaryDirectory[str]] = []


def chart() -> Path:
    """Return the folder of the generated chart."""
    return tree() / "chart"


def run_helm(helm: str, *arguments: str, values: Values | None = None) -> Completed:
    """Run Helm, whatever comes of it; values go through a file, as passwords must."""
    with tempfile.TemporaryDirectory(prefix="bbpkg-values-") as folder:
        path = Path(folder) / "values.yaml"
        path.write_text(_yaml(values or {}), encoding="utf-8")
        return run([str(tool(helm)), *arguments, "--values", str(path)], timeout=_TIMEOUT_SECONDS, env=_ENVIRONMENT)


def _yaml(values: Values) -> str:
    """Write values as JSON, which is YAML in which no string looks like anything else, but for the characters that YAML wants escaped."""
    return re.sub("[\x7f-\x9f\u2028\u2029\ufeff]", lambda match: f"\\u{ord(match[0]):04x}", json.dumps(values, ensure_ascii=False))


def template(case: Case, helm: str = "helm", *, folder: Path | None = None) -> Completed:
    """Run `helm template` for a case, whatever comes of it."""
    arguments = ("template", case.release, str(folder or chart()), "--namespace", case.namespace, "--kube-version", "1.34.0")
    return run_helm(helm, *arguments, values=case.values)


@functools.cache
def manifests(case: Case, helm: str = "helm") -> str:
    """Return what a case that must render renders to."""
    done = template(case, helm)
    assert done.exit_code == 0, done.stderr
    return done.stdout


@functools.cache
def objects(case: Case, helm: str = "helm") -> tuple[Object, ...]:
    """Return the objects that the chart's own templates make in a case, as the API server reads them; do not change them."""
    return own_objects(manifests(case, helm), case.name)


def parse(text: str, name: str) -> tuple[Object, ...]:
    """Return the objects of a manifest stream."""
    found = []
    for document in read_documents(text, file=name):
        if document.value is not None:
            assert isinstance(document.value, dict), document.value
            found.append(document.value)
    return tuple(found)


def own_objects(text: str, name: str) -> tuple[Object, ...]:
    """Return the objects that the chart's own templates make; those of its subchart have tests of their own."""
    own = [part for part in re.split(r"^---$", text, flags=re.MULTILINE) if not re.search(r"^# Source: [^/]+/charts/", part, re.MULTILINE)]
    return parse("---".join(own), name)


def of_kind(case: Case, *kinds: str) -> list[Object]:
    """Return the objects of some kinds."""
    return [item for item in objects(case) if item["kind"] in kinds]


def workloads(case: Case) -> Iterator[tuple[str, Object]]:
    """Yield the name of every workload with its pod template."""
    for item in of_kind(case, "Deployment", "StatefulSet"):
        yield item["metadata"]["name"], item["spec"]["template"]


def containers(case: Case) -> Iterator[tuple[str, Object, Object]]:
    """Yield component and container name, pod template and container of every container."""
    for _, template_ in workloads(case):
        component = template_["metadata"]["labels"]["app.kubernetes.io/component"]
        for container in template_["spec"]["containers"]:
            yield f"{component}/{container['name']}", template_, container


def kubeconform(text: str, kube_version: str, folder: Path) -> Object:
    """Return the verdict of kubeconform, with its summary; `folder` is where processes share the schemas."""
    arguments = (*kubeconform_arguments(unpack(folder)), "-strict", "-kubernetes-version", kube_version, "-output", "json", "-summary")
    done = run([str(tool("kubeconform")), *arguments, "-"], timeout=_TIMEOUT_SECONDS, stdin=text, env=_ENVIRONMENT)
    assert done.stdout, done.stderr
    verdict = json.loads(done.stdout)
    assert isinstance(verdict, dict)
    return verdict


def merged(*layers: Values) -> dict[str, Any]:
    """Merge values as Helm does: maps deep, everything else replaced."""
    result: dict[str, Any] = {}
    for layer in layers:
        for key, value in layer.items():
            old = result.get(key)
            result[key] = merged(old, value) if isinstance(old, Mapping) and isinstance(value, Mapping) else value
    return result


def nested(path: str | Sequence[str], value: object) -> dict[str, Any]:
    """Return the values that set one key."""
    names = path.split(".") if isinstance(path, str) else list(path)
    for name in reversed(names):
        value = {name: value}
    assert isinstance(value, dict)
    return value


def at(values: Any, path: str) -> Any:  # noqa: ANN401 - values hold anything
    """Return the value at a path, or None."""
    for name in path.split("."):
        if not isinstance(values, Mapping) or name not in values:
            return None
        values = values[name]
    return values
