"""Checks the log collector: an image that is there, files to read, a port and names that nobody else takes."""

import re
from collections.abc import Iterator

from bbpkg.definition.runtimes import folded_runtime, merged_by_name
from bbpkg.definition.scope import Path, Raw, Scope
from bbpkg.definition.selectors import known_selectors
from bbpkg.model.observation import LOG_COLLECTOR, LOG_COLLECTOR_PORT
from bbpkg.model.variants import Variants


def log_problems(scope: Scope) -> None:
    """Report everything that would keep logs from being collected."""
    logs = scope.data.get("logs", {})
    for index, text in enumerate(logs.get("json", [])):
        scope.report.reference(("logs", "json", index), text, "edition or edition/release", known_selectors(scope.editions))
    written = [(path, component, variants) for path, component, variants in _writers(scope) if variants]
    collector = logs.get("sidecar")
    if collector is None:
        _unread(scope)
        return
    if not written:
        scope.report.add(("logs", "sidecar"), "no container writes log files.", 'add logs: "*.log" to a workspace')
    _image(scope, collector["image"], frozenset(variant for _, _, variants in written for variant in variants))
    try:
        re.compile(collector["recordStart"])
    except re.error as error:
        scope.report.add(("logs", "sidecar", "recordStart"), f"this is no regular expression: {error}.")
    for path, component, _ in written:
        _taken(scope, path, component)


def _workspaces(scope: Scope, container: Raw) -> list[Raw]:
    names = scope.names("runtimes")
    runtime = folded_runtime(scope.data["runtimes"], container["runtime"]) if container["runtime"] in names else {}
    return merged_by_name(runtime.get("workspaces", ()), container.get("workspaces", ()))


def _writers(scope: Scope) -> Iterator[tuple[Path, Raw, Variants]]:
    """Each component, with the variants in which a container of its pod writes log files."""
    for path, component in scope.items("components"):
        parent = scope.variants(component)
        found: Variants = frozenset()
        for container in (component, *component.get("sidecars", [])):
            own = scope.variants(container, parent)
            for workspace in _workspaces(scope, container):
                if "logs" in workspace:
                    found |= scope.variants(workspace, own)
        yield path, component, found


def _unread(scope: Scope) -> None:
    for path, holder in scope.holders():
        for index, workspace in enumerate(holder.get("workspaces", [])):
            if "logs" in workspace:
                scope.report.add((*path, "workspaces", index, "logs"), "nothing reads these files.", "add logs.sidecar, or remove this")


def _image(scope: Scope, name: str, variants: Variants) -> None:
    images = {image["name"]: image for image in scope.data["images"]}
    place = ("logs", "sidecar", "image")
    if scope.report.reference(place, name, "image", images):
        for variant in sorted(variants):
            if not any(variant in scope.variants(tag) for tag in images[name]["tags"]):
                scope.report.add(place, f'the image "{name}" has no tag for {variant}.', f"add it at images, {name}, tags")


def _taken(scope: Scope, path: Path, component: Raw) -> None:
    """The collector needs a port and names of its own in the pod."""
    holders = [(path, component), *(((*path, "sidecars", i), sidecar) for i, sidecar in enumerate(component.get("sidecars", [])))]
    for place, container in holders:
        if container["name"].startswith(LOG_COLLECTOR):
            scope.report.add((*place, "name"), f'names that begin with "{LOG_COLLECTOR}" are those of the log collector in the same pod.')
        for index, port in enumerate(container.get("ports", [])):
            if port["number"] == LOG_COLLECTOR_PORT:
                message = f"port {LOG_COLLECTOR_PORT} is taken by the log collector in the same pod."
                scope.report.add((*place, "ports", index, "number"), message)
