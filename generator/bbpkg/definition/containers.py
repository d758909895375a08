"""Checks what containers need: complete runtimes, free ports, ports to probe, stores and Secrets that are there."""

from collections.abc import Iterator, Mapping

from bbpkg.definition.runtimes import folded_runtime
from bbpkg.definition.scope import Path, Raw, Scope
from bbpkg.model.variants import Variants

PROBE_KINDS = ("http", "tcp", "exec")
_NEEDED = ("images", "user", "group", "command", "probes")


def container_problems(scope: Scope, credentials: Mapping[str, Variants]) -> None:
    """Report every container that could not run; `credentials` says in which variants each exists."""
    for path, container, variants in scope.containers():
        if not variants:
            scope.report.add((*path, "in"), "this exists in no edition; widen it or what holds it.")
        if scope.report.reference((*path, "runtime"), container["runtime"], "runtime", scope.names("runtimes")):
            runtime = folded_runtime(scope.data["runtimes"], container["runtime"])
            _complete_runtime(scope, path, runtime, variants)
            _probed_ports(scope, path, container, runtime, variants)
            _present_stores(scope, path, runtime, variants)
            for place, variable in _variables(path, container, runtime):
                name = variable.get("credential", "").partition(".")[0]
                if name in credentials:
                    scope.report.presence(place, scope.variants(variable, variants), credentials[name], name)
    for path, runtime in scope.items("runtimes"):
        _own_parts(scope, path, runtime, scope.everything)
    for path, container, variants in scope.containers():
        _own_parts(scope, path, container, variants)
    for path, component in scope.items("components"):
        _pod_ports(scope, path, component)
        _shared_files(scope, path, component)


def _own_parts(scope: Scope, path: Path, holder: Raw, variants: Variants) -> None:
    for key in ("env", "workspaces"):
        _repeats(scope, (*path, key), holder.get(key, []), variants)
    for key in ("env", "workspaces", "configFiles", "ports", "links", "backends"):
        for index, item in enumerate(holder.get(key, [])):
            if variants and not scope.variants(item, variants):
                scope.report.add((*path, key, index, "in"), "this exists in no edition; widen it or what holds it.")


def _complete_runtime(scope: Scope, path: Path, runtime: Raw, variants: Variants) -> None:
    name = runtime["name"]
    missing = [key for key in _NEEDED if key not in runtime]
    if missing:
        scope.report.add((*path, "runtime"), f'the runtime "{name}" has no {", ".join(missing)}; a container needs them.')
        return
    images = {image["name"]: image for image in scope.data["images"]}
    for variant in sorted(variants):
        image = runtime["images"].get(variant.edition)
        if image is None:
            scope.report.add((*path, "runtime"), f'the runtime "{name}" has no image for the edition {variant.edition}.')
        elif image in images and not any(variant in scope.variants(tag) for tag in images[image]["tags"]):
            scope.report.add((*path, "runtime"), f'the image "{image}" has no tag for {variant}.', f"add it at images, {image}, tags")


def _probed_ports(scope: Scope, path: Path, container: Raw, runtime: Raw, variants: Variants) -> None:
    ports = scope.container_ports(container, variants)
    for kind in ("liveness", "readiness"):
        check = runtime.get("probes", {}).get(kind, {})
        if len({*PROBE_KINDS} & set(check)) != 1 or "exec" in check:
            continue
        name = check.get("tcp") or check.get("port") or next(iter(ports), None)
        if name in ports:
            scope.report.presence((*path, "runtime"), variants, ports[name], name)
        else:
            asked = f'asks the port "{name}"' if name else "asks a port"
            message = (
                f'the {kind} probe of the runtime "{runtime["name"]}" {asked}; ports of this container are {", ".join(ports) or "none"}.'
            )
            scope.report.add((*path, "runtime"), message)


def _present_stores(scope: Scope, path: Path, runtime: Raw, variants: Variants) -> None:
    backends = {backend["name"]: backend for backend in scope.data.get("backends", [])}
    for use in runtime.get("backends", []):
        if use["name"] in backends:
            scope.report.presence((*path, "runtime"), scope.variants(use, variants), scope.variants(backends[use["name"]]), use["name"])


def _variables(path: Path, container: Raw, runtime: Raw) -> Iterator[tuple[Path, Raw]]:
    """The environment of a container, its own and what it inherits, each variable with the place to change."""
    own = container.get("env", [])
    for index, variable in enumerate(own):
        yield (*path, "env", index), variable
    names = {variable["name"] for variable in own}
    for variable in runtime.get("env", []):
        if variable["name"] not in names:
            yield (*path, "runtime"), variable


def _repeats(scope: Scope, path: Path, items: list[Raw], parent: Variants) -> None:
    """One name may stand twice for different variants, or under conditions that the Go template decides."""
    for index, item in enumerate(items):
        for other in items[:index]:
            common = scope.variants(item, parent) & scope.variants(other, parent)
            if item["name"] == other["name"] and common and not ("when" in item and "when" in other):
                shown = ", ".join(map(str, sorted(common)))
                scope.report.add((*path, index, "name"), f'"{item["name"]}" stands here twice for {shown}; limit one of them.')


def _shared_files(scope: Scope, path: Path, component: Raw) -> None:
    """The containers of a pod share one ConfigMap, in which a key holds one text."""
    seen: list[tuple[Raw, Variants]] = []
    parent = scope.variants(component)
    holders = [(path, component), *(((*path, "sidecars", i), sidecar) for i, sidecar in enumerate(component.get("sidecars", [])))]
    for place, container in holders:
        for index, file in enumerate(container.get("configFiles", [])):
            variants = scope.variants(file, scope.variants(container, parent))
            for other, others in seen:
                if other["name"] == file["name"] and other["template"] != file["template"] and variants & others:
                    message = f'"{file["name"]}" is made from {other["template"]} already; containers of a pod share their files by name.'
                    scope.report.add((*place, "configFiles", index, "template"), message)
            seen.append((file, variants))


def _pod_ports(scope: Scope, path: Path, component: Raw) -> None:
    seen: list[tuple[Raw, Variants]] = []
    holders = [(path, component), *(((*path, "sidecars", i), sidecar) for i, sidecar in enumerate(component.get("sidecars", [])))]
    parent = scope.variants(component)
    for place, container in holders:
        own = scope.variants(container, parent)
        for index, port in enumerate(container.get("ports", [])):
            variants = scope.variants(port, own)
            for other, others in seen:
                if not variants & others:
                    continue
                if other["number"] == port["number"]:
                    scope.report.add(
                        (*place, "ports", index, "number"), f"port {port['number']} is taken by {other['name']} in the same pod."
                    )
                if other["name"] == port["name"]:
                    scope.report.add((*place, "ports", index, "name"), f'the port name "{port["name"]}" is taken in the same pod.')
            seen.append((port, variants))
