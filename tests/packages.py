"""The packages that tests work with, the stages from a definition to files, and the real Helm and kubeconform."""

import functools
import json
import os
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path

from bbpkg.adapters.schemas import kubeconform_arguments
from bbpkg.app.generate import embedded_subchart
from bbpkg.definition.load import load_package
from bbpkg.definition.schema import package_schema
from bbpkg.documents import read_documents
from bbpkg.model.package import Package
from bbpkg.plan.chart import Subchart, plan_package
from bbpkg.render.engine import render_plan

REPOSITORY = Path(__file__).parents[1]
ENGINE = REPOSITORY / "generator/bbpkg"
GOLDEN = REPOSITORY / "tests/golden"
GOLDEN_PACKAGES = GOLDEN / "packages"
FOLDERS = {path.name: path for path in (*GOLDEN_PACKAGES.iterdir(), *(ENGINE / "packages").iterdir()) if (path / "package.yaml").is_file()}
GENERATED = ("chart", "values-schemas", "overlays")
TIMEOUT_SECONDS = 60


def read_folder(folder: Path, prefix: str = "") -> dict[str, str]:
    """Path below the folder to text of every file, except byte code."""
    found = (path for path in sorted(folder.rglob("*")) if path.is_file() and "__pycache__" not in path.parts)
    return {prefix + path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in found}


def write_files(folder: Path, files: Mapping[str, str]) -> Path:
    """Write files below a folder, and return it."""
    for path, text in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    return folder


@functools.cache
def package_files(name: str) -> Mapping[str, str]:
    """The files of a package folder."""
    return read_folder(FOLDERS[name])


def write_chart(folder: Path, name: str) -> Path:
    """Write the chart of a package below a folder, and return where it is."""
    return write_files(folder, {path: text for path, text in generated(name).items() if path.startswith("chart/")}) / "chart"


@functools.cache
def package(name: str) -> Package:
    """The model of a package."""
    return load_package(package_files(name), folder=name)


@functools.cache
def templates(name: str) -> Mapping[str, str]:
    """The Jinja templates that a package is rendered with."""
    return {**read_folder(ENGINE / "templates"), **{f"package/{path}": text for path, text in package_files(name).items()}}


@functools.cache
def subchart() -> Subchart:
    """The chart bb-common that every chart depends on."""
    return embedded_subchart({"bb-common": read_folder(ENGINE / "charts/bb-common")})


@functools.cache
def generated(name: str) -> Mapping[str, str]:
    """Path to text of everything that the stages make of a package; do not change it."""
    return render_plan(plan_package(package(name), package_schema(), subchart()), templates(name))


def generate_folder(files: Mapping[str, str]) -> dict[str, str]:
    """Everything that the stages make of the files of a package folder."""
    sources = {**read_folder(ENGINE / "templates"), **{f"package/{path}": text for path, text in files.items()}}
    return render_plan(plan_package(load_package(files, folder="package"), package_schema(), subchart()), sources)


def run_tool(tool: str, *arguments: str, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run a pinned tool without proxies or a home to read settings from."""
    environment = {"PATH": os.environ["PATH"], "HOME": "/nonexistent"}
    command = [str(REPOSITORY / ".tools/bin" / tool), *arguments]
    return subprocess.run(command, input=stdin, capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=False, env=environment)


def render_chart(chart: Path, *arguments: str, tool: str = "helm") -> str:
    """The manifests of a chart that must render."""
    process = run_tool(tool, "template", "demo", str(chart), "--namespace", "demo", *arguments)
    assert process.returncode == 0, process.stderr
    return process.stdout


def objects(manifests: str) -> dict[tuple[str, str], dict[str, object]]:
    """The objects of a YAML stream by kind and name."""
    found: dict[tuple[str, str], dict[str, object]] = {}
    for document in read_documents(manifests, file="manifests"):
        value = document.value
        if isinstance(value, dict):
            found[value["kind"], value["metadata"]["name"]] = value
    return found


def validate(manifests: str, schemas: Path, kubernetes: str) -> str:
    """What kubeconform finds wrong with manifests; a kind without a schema is wrong, too."""
    arguments = ("-strict", "-kubernetes-version", kubernetes, *kubeconform_arguments(schemas))
    process = run_tool("kubeconform", *arguments, stdin=manifests)
    return process.stdout + process.stderr + ("" if process.returncode == 0 else f"exit code {process.returncode}")


def variant_arguments(name: str) -> Iterable[tuple[str, tuple[str, ...]]]:
    """Each edition and release of a package as `edition/release`, with the Helm arguments that choose it."""
    for edition in package(name).editions:
        for variant in edition.variants:
            required = (f"--set-json={key}={json.dumps(value)}" for key, value in edition.required_values.items())
            release = (f"--set-string={edition.name}.release={variant.release}",) if edition.is_selectable else ()
            yield str(variant), (f"--set=global.edition={edition.name}", *required, *release)
