"""`bbpkg tools`."""

from collections.abc import Callable
from dataclasses import dataclass

import click

from bbpkg.adapters.tools import Tool, minimum_version
from bbpkg.cli.json_output import write_json
from bbpkg.cli.messages import show_error
from bbpkg.cli.options import format_option
from bbpkg.cli.services import tool_finder
from bbpkg.cli.streams import write_text
from bbpkg.cli.tables import table
from bbpkg.errors import EnvironmentFailureError


@dataclass(frozen=True, kw_only=True, slots=True)
class _Finding:
    name: str
    tool: Tool | None
    failure: EnvironmentFailureError | None
    is_missed: bool = True

    @property
    def version(self) -> str:
        return ".".join(map(str, self.tool.version)) if self.tool else "-"

    @property
    def verdict(self) -> str:
        """Whether it can be used."""
        if self.tool:
            return click.style("fine", fg="green")
        return click.style("not usable", fg="red") if self.is_missed else "not there, helm renders"


@click.command(name="tools")
@format_option
def command(output_format: str) -> int:
    """Show which helm, kubeconform and bbpkg-render are used, and whether they are new enough.

    Each is looked for in this order: the variable BBPKG_HELM, BBPKG_KUBECONFORM or BBPKG_RENDER, .tools/bin of this folder or the
    nearest one above it, PATH. Exits with 3 when one is missing or too old; bbpkg-render, which makes rendering fast, may be missing.

    \b
    Examples:
      bbpkg tools
      BBPKG_HELM=/opt/helm-3/helm bbpkg tools
    """  # noqa: D301 - click's mark that keeps lines
    finder = tool_finder()
    found = [
        _look("helm", finder.helm),
        _look("kubeconform", finder.kubeconform),
        _look("bbpkg-render", finder.render_helper, is_missed=finder.has_render_helper()),
    ]
    if output_format == "json":
        write_json([_json(finding) for finding in found])
    else:
        rows = [
            [
                finding.name,
                minimum_version(finding.name),
                finding.version,
                finding.tool.source.value if finding.tool else "-",
                str(finding.tool.path) if finding.tool else "-",
                finding.verdict,
            ]
            for finding in found
        ]
        write_text(table(["tool", "needed", "version", "source", "found", "verdict"], rows))
    failures = [finding.failure for finding in found if finding.failure and finding.is_missed]
    for failure in failures:
        show_error(failure)
    return EnvironmentFailureError.exit_code if failures else 0


def _look(name: str, find: Callable[[], Tool], *, is_missed: bool = True) -> _Finding:
    try:
        return _Finding(name=name, tool=find(), failure=None)
    except EnvironmentFailureError as failure:
        return _Finding(name=name, tool=None, failure=failure, is_missed=is_missed)


def _json(finding: _Finding) -> dict[str, object]:
    return {
        "name": finding.name,
        "needed": minimum_version(finding.name),
        "version": finding.version if finding.tool else None,
        "source": finding.tool.source.value if finding.tool else None,
        "path": str(finding.tool.path) if finding.tool else None,
        "usable": finding.tool is not None,
        "problem": finding.failure.message if finding.failure else None,
    }
