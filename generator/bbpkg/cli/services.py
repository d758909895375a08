"""Puts the outside world together for the commands: packages, tools, scratch space, the chart that is worked on."""

import functools
import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from bbpkg.adapters.charts import is_chart_archive, unpack_chart
from bbpkg.adapters.conversations import Conversations
from bbpkg.adapters.packages import PackageFolders, read_text
from bbpkg.adapters.parallel import Workers
from bbpkg.adapters.processes import Stop, run
from bbpkg.adapters.schemas import kubeconform_arguments, unpack
from bbpkg.adapters.scratch import write_scratch
from bbpkg.adapters.tools import ToolFinder
from bbpkg.app.generate import Repository, chosen_subchart, generate_files, generate_repository
from bbpkg.app.sources import Source, load_source
from bbpkg.app.values import ValuesFile, read_values
from bbpkg.cli.messages import show_remark
from bbpkg.errors import UsageError
from bbpkg.helm.binary import HelmBinary, helm_environment
from bbpkg.helm.engine import Engine
from bbpkg.helm.library import HelmLibrary, library_arguments, library_environment
from bbpkg.manifests.kubeconform import Kubeconform
from bbpkg.model.package import Package
from bbpkg.programs import RunProgram

_STANDARD_INPUT = "-"
_ENGINES = ("", "helm", "library")


@dataclass(frozen=True, kw_only=True, slots=True)
class Chart:
    """A chart folder, and the package that it belongs to if that was named."""

    folder: Path
    package: Package | None

    @property
    def default_name(self) -> str:
        """What a release and its namespace are called when nobody says."""
        return self.package.name if self.package else "release"

    def values_schema(self) -> Any:  # noqa: ANN401 - any JSON
        """The JSON Schema of the values; empty when the chart has none that can be read."""
        try:
            return json.loads((self.folder / "values.schema.json").read_bytes())
        except (OSError, ValueError):
            return {}


def package_folders() -> PackageFolders:
    """Where packages are found."""
    return PackageFolders(cwd=Path.cwd())


def source_of(package: str) -> Source:
    """Load a package by name or folder."""
    return load_source(package_folders(), package)


def generated_files(source: Source, *, official_edition: str | None = None, is_official: bool = False) -> dict[str, str]:
    """Generate the files of a package, on the bb-common that bbpkg carries, or on Big Bang's own with values for an edition."""
    folders = package_folders()
    subchart = chosen_subchart(source.package, folders.subcharts(), official_edition, is_official=is_official)
    return generate_files(source, folders.templates(), subchart)


def generated_repository(source: Source, *, official_edition: str | None = None, is_official: bool = False) -> Repository:
    """Generate the whole repository of a package, as `generated_files` does its chart; its changelog begins today."""
    today = datetime.now(tz=UTC).date().isoformat()
    folders = package_folders()
    subchart = chosen_subchart(source.package, folders.subcharts(), official_edition, is_official=is_official)
    return generate_repository(source, folders.templates(), subchart, date=today)


def tool_finder() -> ToolFinder:
    """What finds helm and kubeconform."""
    return ToolFinder(run=run, cwd=Path.cwd(), environ=os.environ)


def cache_directory(environ: Mapping[str, str]) -> Path:
    """The directory of what can be made again: `bbpkg` below XDG_CACHE_HOME, or below ~/.cache."""
    base = environ.get("XDG_CACHE_HOME", "")
    # The standard says that a relative path is to be ignored.
    return (Path(base) if base.startswith("/") else Path(environ.get("HOME") or "~").expanduser() / ".cache") / "bbpkg"


def chart_of(package: str | None, chart: Path | None, scratch: Path) -> Chart:
    """Take the chart of the user, or generate that of the package into the scratch directory.

    Raises:
        UsageError: neither is given, or the folder holds no chart.
    """
    source = source_of(package) if package else None
    if chart is not None:
        chart = unpack_chart(chart, scratch / "unpacked") if is_chart_archive(chart) else chart
        if not (chart / "Chart.yaml").is_file():
            message = f"{chart} is no chart: it has no Chart.yaml"
            raise UsageError(message, hint="name the folder that holds Chart.yaml, or a packed chart (.tgz)")
        return Chart(folder=chart.absolute(), package=source.package if source else None)
    if source is None:
        message = "neither a package nor a chart is given"
        raise UsageError(message, hint="name a package (bbpkg packages lists them), or add --chart FOLDER")
    write_scratch(scratch, generated_files(source))
    return Chart(folder=scratch / "chart", package=source.package)


def helm_engine(finder: ToolFinder, run_program: RunProgram, scratch: Path, *, stop: Stop | None = None) -> Engine:
    """The engine that renders: bbpkg-render, which ends with the command, or else the helm of this machine.

    `stop` ends what bbpkg-render does for other threads; the main thread is interrupted anyway.
    """

    def binary() -> HelmBinary:
        environment = helm_environment(scratch / "helm", search_path=os.environ.get("PATH", os.defpath))
        return HelmBinary(program=finder.helm().path, run=run_program, environment=environment)

    if not _is_library_chosen(finder):
        return binary()
    argv = (str(finder.render_helper().path), *library_arguments())
    conversations = Conversations(argv, env=library_environment(), stop=stop)
    click.get_current_context().call_on_close(conversations.close)
    return HelmLibrary(ask=conversations.ask, linter=functools.cache(binary))


def _is_library_chosen(finder: ToolFinder) -> bool:
    chosen = os.environ.get("BBPKG_ENGINE", "")
    if chosen not in _ENGINES:
        message = f"BBPKG_ENGINE is {chosen!r}; engines are helm and library"
        raise UsageError(message, hint="unset it to have the faster one that is there")
    # Who names a helm wants that one.
    if chosen == "helm" or (not chosen and os.environ.get("BBPKG_HELM")):
        return False
    if chosen == "library" or finder.has_render_helper():
        return True
    show_remark("rendering with the program helm: bbpkg-render, which is several times as fast, is not built (make tools)")
    return False


def object_checker(finder: ToolFinder, workers: Workers) -> Kubeconform:
    """What checks objects with the kubeconform of this machine, and the schemas that bbpkg carries."""
    arguments = kubeconform_arguments(unpack(cache_directory(os.environ)))
    environment = {"PATH": os.environ.get("PATH", os.defpath), "GOGC": "off", "GOMEMLIMIT": "1GiB"}
    return Kubeconform(program=finder.kubeconform().path, run=workers.run, schema_arguments=arguments, environment=environment)


def read_values_files(names: Sequence[str]) -> tuple[ValuesFile, ...]:
    """Read the values files of the command line."""
    if names.count(_STANDARD_INPUT) > 1:
        message = "standard input can be read once, and -f - is given twice"
        raise UsageError(message)
    return tuple(read_values(*named_text(name)) for name in names)


def named_text(name: str) -> tuple[str, str]:
    """Read a file of the command line, or standard input for -; with the name that messages call it."""
    if name != _STANDARD_INPUT:
        return name, read_text(Path(name))
    try:
        return "standard input", sys.stdin.buffer.read().decode()
    except UnicodeDecodeError as cause:
        message = "standard input is no UTF-8 text"
        raise UsageError(message) from cause
