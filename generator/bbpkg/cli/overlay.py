"""`bbpkg overlay`."""

import os
import shlex
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import click

from bbpkg.adapters.packages import read_text
from bbpkg.adapters.text_files import replace_text
from bbpkg.app.overlay import Choices, Concern, MeshMode, document_text, overlay_concerns, schema_address
from bbpkg.app.overlay_edits import Edited, edited
from bbpkg.app.overlay_options import (
    chosen_dependencies,
    chosen_hosts,
    chosen_key,
    chosen_namespace,
    chosen_overlays,
    chosen_secrets,
    chosen_settings,
    chosen_source,
    chosen_stores,
)
from bbpkg.app.values import chosen_variant
from bbpkg.cli.messages import finding_lines, show_remark
from bbpkg.cli.options import gathered, package_argument
from bbpkg.cli.services import source_of
from bbpkg.cli.streams import write_text
from bbpkg.errors import UsageError
from bbpkg.model.package import Package


@dataclass(frozen=True, kw_only=True, slots=True)
class _Options:
    package: str
    big_bang: str
    edition: str | None
    release: str | None
    key: str | None
    namespace: str | None
    source: str
    repo: str | None
    path: str | None
    chart: str | None
    tag: str | None
    branch: str | None
    commit: str | None
    semver: str | None
    gateway: str | None
    hosts: tuple[str, ...]
    mesh: str | None
    stores: tuple[str, ...]
    certificates: str | None
    secrets: tuple[str, ...]
    overlays: tuple[str, ...]
    settings: tuple[str, ...]
    depends_on: tuple[str, ...]
    monitoring: bool
    timeout: str | None
    schema: str | None
    output: str
    force: bool


@click.command(name="overlay")
@package_argument(required=True)
@click.option("--bigbang", "big_bang", type=click.Choice(["3", "4"]), default="3", show_default=True, help="Major version of Big Bang.")
@click.option("--edition", metavar="EDITION", help="Edition to install.  [default: that of the package]")
@click.option("--release", metavar="RELEASE", help="Release of the edition.  [default: that of the edition]")
@click.option("--key", metavar="NAME", help="Name below packages, and of the release.  [default: the name of the package]")
@click.option("-n", "--namespace", metavar="NAMESPACE", help="Namespace of the package.  [default: its name]")
@click.option("--source", type=click.Choice(["git", "oci"]), default="git", show_default=True, help="Where Flux gets the chart.")
@click.option("--repo", metavar="URL", help="Address of the Git repository, or of the OCI repository.")
@click.option("--path", metavar="PATH", help="git: folder of the chart in the repository.  [default: chart]")
@click.option("--chart", metavar="NAME", help="oci: name of the chart.  [default: the name of the package]")
@click.option("--tag", metavar="TAG", help="Tag, or version of the chart.  [default: the version of the package]")
@click.option("--branch", metavar="BRANCH", help="git: branch, instead of the tag.")
@click.option("--commit", metavar="SHA", help="git: commit of the branch.")
@click.option("--semver", metavar="RANGE", help="git: range of tags, instead of the tag.")
@click.option("--gateway", metavar="NAME", help="Gateway that exposes the package.  [default: public]")
@click.option("--host", "hosts", multiple=True, metavar="ROUTE=HOST", help="Host of a route, instead of one below the domain. Repeatable.")
@click.option("--mesh", type=click.Choice(["none", "sidecar", "hardened", "ambient"]), help="Mode of the mesh.")
@click.option(
    "--store",
    "stores",
    multiple=True,
    metavar="NAME=ADDRESS",
    help="External store: HOST[:PORT], https://HOST/BUCKET or s3://BUCKET?region=REGION. Repeatable.",
)
@click.option("--certificates", metavar="SECRET", help="Secret with the CA of the stores, at the key ca.crt.")
@click.option("--secret", "secrets", multiple=True, metavar="CREDENTIAL=NAME", help="Name of the Secret of a credential. Repeatable.")
@click.option("--overlay", "overlays", multiple=True, metavar="NAME", help="An overlay of the definition, without its secrets. Repeatable.")
@click.option("--set", "settings", multiple=True, metavar="PATH=VALUE", help="A further value of the chart; no secret. Repeatable.")
@click.option("--depends-on", multiple=True, metavar="[NAMESPACE/]NAME", help="HelmRelease that must be ready first. Repeatable.")
@click.option("--monitoring/--no-monitoring", default=True, help="Whether the umbrella deploys monitoring.  [default: monitoring]")
@click.option("--timeout", metavar="DURATION", help="How long Flux waits, as in 90m.  [default: as long as the package may need]")
@click.option("--schema", metavar="ADDRESS", help="Address of the schema for editors.  [default: that of generated files]")
@click.option(
    "-o", "--output", default="-", show_default=True, metavar="FILE|DIR/|-", help="File, or folder for one file for each concern."
)
@click.option("--force", is_flag=True, help="Overwrite values that a file says otherwise.")
@gathered(_Options)
def command(options: _Options) -> int:
    """Write the values with which Big Bang's umbrella chart deploys PACKAGE.

    A file that exists is edited in place: comments, order and other packages stay, and so does every value that it says otherwise;
    such values are listed, and the exit code is 1. Secrets never stand in the values: they refer to Secrets, and say what is in them.

    \b
    Examples:
      bbpkg overlay PACKAGE
      bbpkg overlay PACKAGE --bigbang 4 --edition EDITION --mesh ambient -o packages.yaml
      bbpkg overlay PACKAGE --store database=db.example.mil --certificates my-ca -o overlays/
      bbpkg overlay PACKAGE --source oci --repo oci://registry.example.mil/charts --tag 1.0.0
    """  # noqa: D301 - click's mark that keeps lines
    package = source_of(options.package).package
    choices = _choices(package, options)
    concerns = overlay_concerns(package, choices)
    if options.output == "-":
        write_text(_text(concerns, choices, options, folder="."))
        return 0
    found = [(path, _file(path, chosen, choices, options)) for path, chosen in _targets(options.output, concerns)]
    for path, result in found:
        replace_text(path, result.text)
        _show(path, result)
    return 1 if any(result.kept for _, result in found) else 0


def _choices(package: Package, options: _Options) -> Choices:
    variant = chosen_variant(package, options.edition or package.default_edition, options.release)
    given = {name: getattr(options, name) for name in ("repo", "path", "chart", "tag", "branch", "commit", "semver")}
    stores = chosen_stores(package, variant, options.stores)
    if options.certificates and not stores:
        message = "--certificates says nothing without an external store"
        raise UsageError(message, hint="add --store NAME=ADDRESS")
    return Choices(
        big_bang=int(options.big_bang),
        variant=variant,
        key=chosen_key(package, options.key),
        namespace=chosen_namespace(options.namespace),
        source=chosen_source(package, options.source, given),
        gateway=options.gateway or "",
        hosts=chosen_hosts(package, variant, options.hosts),
        mesh=cast("MeshMode | None", options.mesh),
        stores=stores,
        secrets=chosen_secrets(package, variant, options.secrets),
        certificates=options.certificates or "",
        overlays=chosen_overlays(package, variant, options.overlays),
        depends_on=chosen_dependencies(options.depends_on),
        is_monitored=options.monitoring,
        timeout=options.timeout or "",
        settings=chosen_settings(package, options.settings),
    )


def _targets(output: str, concerns: tuple[Concern, ...]) -> list[tuple[Path, tuple[Concern, ...]]]:
    if output.endswith(os.sep) or Path(output).is_dir():
        return [(Path(output) / f"{concern.name}.yaml", (concern,)) for concern in concerns]
    return [(Path(output), concerns)]


def _file(path: Path, concerns: tuple[Concern, ...], choices: Choices, options: _Options) -> Edited:
    if not path.exists():
        return Edited(text=_text(concerns, choices, options, folder=str(path.parent)), changed=(), kept=(), is_new=True)
    blocks = [block for concern in concerns for block in concern.blocks]
    return edited(read_text(path), str(path), blocks, force=options.force)


def _text(concerns: tuple[Concern, ...], choices: Choices, options: _Options, *, folder: str) -> str:
    schema = options.schema or schema_address(folder)
    return document_text(concerns, choices, schema=schema, command=shlex.join(["bbpkg", *sys.argv[1:]]))


def _show(path: Path, result: Edited) -> None:
    if result.is_new:
        show_remark(f"{path}: written")
        return
    for found in result.kept:
        show_remark(finding_lines(found))
    kept = f", {len(result.kept)} kept as the file says" if result.kept else ""
    show_remark(f"{path}: {len(result.changed)} added or changed{kept}" if result.changed or kept else f"{path}: unchanged")
