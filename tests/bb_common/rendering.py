"""Renders the embedded chart with the real Helm; knows nothing of what must come out."""

import functools
import json
import os
import re
import shutil
import subprocess
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from ruamel.yaml import YAML

from bb_common.contract_case import Case, Values

REPOSITORY = Path(__file__).parents[2]
CHART = REPOSITORY / "generator/bbpkg/charts/bb-common"
KUBE_VERSION = "1.34.0"
TIMEOUT_SECONDS = 100

_SOURCE = re.compile(r"^# Source: (\S+)$", re.MULTILINE)


def find_helm() -> Path:
    """Finds the Helm that judges: the one of BBPKG_HELM, else the pinned one."""
    return Path(os.environ.get("BBPKG_HELM", REPOSITORY / ".tools/bin/helm"))


def find_helms() -> list[Path]:
    """Finds each major version of Helm whose output must be the same."""
    older = REPOSITORY / ".tools/bin/helm3"
    return [find_helm(), *([older] if older.exists() else [])]


def run_template(
    helm: Path,
    chart: Path,
    values: Values,
    release: str = "rel",
    namespace: str = "ns",
    api_versions: Iterable[str] = (),
    arguments: Iterable[str] = (),
) -> subprocess.CompletedProcess[str]:
    """Runs `helm template`, whatever comes of it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "values.yaml"
        # JSON: a YAML 1.2 writer leaves strings such as "on" bare, which Helm reads as booleans.
        path.write_text(json.dumps(values), encoding="utf-8")
        command = [str(helm), "template", release, str(chart), "--namespace", namespace, "--kube-version", KUBE_VERSION]
        command += ["--values", str(path), *(f"--api-versions={version}" for version in api_versions), *arguments]
        return subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=False)


def split_documents(text: str) -> Iterator[tuple[str, Values]]:
    """Splits Helm's output into pairs of template path and object."""
    reader = YAML(typ="safe")
    for document in text.split("\n---\n"):
        source = _SOURCE.search(document)
        value = reader.load(document.removeprefix("---\n"))
        if source and value:
            yield source.group(1), value


def render(helm: Path, chart: Path, values: Values, **setting: object) -> list[Values]:
    """Renders one chart that must render, and returns its objects."""
    process = run_template(helm, chart, values, **setting)  # type: ignore[arg-type]
    assert process.returncode == 0, process.stderr
    return [value for _, value in split_documents(process.stdout)]


def write_package(folder: Path, dependencies: Iterable[str] = ("bb-common",), templates: dict[str, str] | None = None) -> Path:
    """Writes a package chart that has this chart as a subchart, under each of the given names."""
    shutil.copytree(CHART, folder / "charts/bb-common")
    version = YAML(typ="safe").load((CHART / "Chart.yaml").read_text(encoding="utf-8"))["version"]
    entries = [{"name": "bb-common", "version": version, "alias": name} for name in dependencies]
    metadata = {"apiVersion": "v2", "name": "package", "version": "1.0.0", "dependencies": entries}
    (folder / "Chart.yaml").write_text(json.dumps(metadata), encoding="utf-8")
    for name, text in (templates or {}).items():
        path = folder / "templates" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


@functools.cache
def render_together(helm: Path, cases: tuple[Case, ...]) -> dict[str, list[Values]]:
    """Renders many cases in one run of Helm per setting, each as an aliased subchart of one package.

    A process per case would take most of its time to start.
    """
    groups = defaultdict(list)
    for case in cases:
        groups[case.setting].append(case)

    rendered: dict[str, list[Values]] = {case.identity: [] for case in cases}
    for (release, namespace, api_versions), members in groups.items():
        aliases = {f"c{number:03d}": case for number, case in enumerate(members)}
        with tempfile.TemporaryDirectory() as folder:
            package = write_package(Path(folder) / "package", aliases)
            values = {alias: case.values for alias, case in aliases.items()}
            process = run_template(helm, package, values, release, namespace, api_versions)
        if process.returncode != 0:
            # One bad case fails the run of all: the others must not be blamed for it.
            for case in members:
                del rendered[case.identity]
            continue
        for source, value in split_documents(process.stdout):
            rendered[aliases[source.split("/")[2]].identity].append(value)
    return rendered


def render_case(helm: Path, case: Case, cases: tuple[Case, ...]) -> list[Values]:
    """Renders one case with all others, or on its own if one of them fails."""
    together = render_together(helm, cases)
    if case.identity in together:
        return together[case.identity]
    setting = {"release": case.release, "namespace": case.namespace, "api_versions": case.api_versions}
    return render(helm, CHART, case.values, **setting)
