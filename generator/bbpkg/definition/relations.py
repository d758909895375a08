"""Checks what a JSON Schema cannot say: names that must exist, be unique, or not form a circle."""

from collections.abc import Callable, Mapping, Sequence

from bbpkg.definition.containers import PROBE_KINDS, container_problems
from bbpkg.definition.convert import BACKEND_KEYS, to_editions
from bbpkg.definition.logs import log_problems
from bbpkg.definition.monitoring import monitoring_problems
from bbpkg.definition.scope import Path, Raw, Report, Scope
from bbpkg.definition.selectors import known_selectors
from bbpkg.definition.suites import suite_problems
from bbpkg.diagnostics import Diagnostic
from bbpkg.documents import Document
from bbpkg.model.containers import camel
from bbpkg.model.variants import Variant, Variants, all_variants
from bbpkg.scalars import scalar_text
from bbpkg.shapes import type_name


def relation_problems(data: Raw, document: Document, files: frozenset[str], *, file: str) -> tuple[Diagnostic, ...]:
    """Every broken relation of a definition whose shape is right; `files` are the paths in the package folder."""
    report = Report(document, file)
    _unique_names(data, report)
    _editions(data, report)
    _circles(data.get("runtimes", []), "extends", ("runtimes",), report)
    _circles(data.get("backends", []), "shares", ("backends",), report)
    if not report.found:
        # The rest follows references and would only repeat the problems above.
        editions = to_editions(data)
        scope = Scope(data, report, editions, all_variants(editions), files)
        checks = (
            _selectors,
            _images,
            _stores,
            _runtimes,
            _containers,
            _links,
            _credentials,
            _routes,
            _overlays,
            _files,
            _values,
            suite_problems,
            monitoring_problems,
            log_problems,
        )
        for check in checks:
            check(scope)
    return tuple(report.found)


def _unique_names(data: Raw, report: Report) -> None:
    lists: list[tuple[Path, Sequence[Raw]]] = [
        ((key,), data.get(key, []))
        for key in ("editions", "images", "backends", "credentials", "runtimes", "components", "routes", "alerts", "overlays")
    ]
    lists += [(("editions", i, "releases"), edition["releases"]) for i, edition in enumerate(data["editions"])]
    lists += [(("credentials", i, "keys"), credential["keys"]) for i, credential in enumerate(data.get("credentials", []))]
    for path, items in lists:
        _report_repeats(path, items, lambda item: item["name"], report)
    for section in ("images", "backends", "components", "alerts"):
        _report_clashes(section, data.get(section, []), report)
    for index, component in enumerate(data["components"]):
        containers = [component, *component.get("sidecars", [])]
        _report_repeats(("components", index, "sidecars"), containers, lambda item: item["name"], report, offset=-1)
    taken = {backend["name"] for backend in data.get("backends", [])}
    for index, component in enumerate(data["components"]):
        if component["name"] in taken:
            report.add(("components", index, "name"), f'"{component["name"]}" is a backend, too; objects of both would have the same name.')
    for index, credential in enumerate(data.get("credentials", [])):
        if credential["name"] in taken:
            report.add(("credentials", index, "name"), f'"{credential["name"]}" is a backend, too; a backend brings its own credential.')


def _report_repeats(path: Path, items: Sequence[Raw], key: Callable[[Raw], str], report: Report, offset: int = 0) -> None:
    seen: dict[str, int] = {}
    for index, item in enumerate(items):
        name = key(item)
        if name in seen:
            report.add((*path, index + offset, "name"), f'"{name}" stands here twice; names in this list must be unique.')
        seen[name] = index


def _report_clashes(section: str, items: Sequence[Raw], report: Report) -> None:
    """Names such as a-1 and a1, which are one key in the values."""
    seen: dict[str, str] = {}
    for index, item in enumerate(items):
        first = seen.setdefault(camel(item["name"]), item["name"])
        if first != item["name"]:
            message = f'"{item["name"]}" and "{first}" are the same key in the values: {camel(first)}.'
            report.add((section, index, "name"), message)


def _editions(data: Raw, report: Report) -> None:
    report.reference(("defaultEdition",), data["defaultEdition"], "edition", [edition["name"] for edition in data["editions"]])
    for index, edition in enumerate(data["editions"]):
        if "defaultRelease" in edition:
            names = [release["name"] for release in edition["releases"]]
            report.reference(("editions", index, "defaultRelease"), edition["defaultRelease"], "release", names)
        elif len(edition["releases"]) > 1:
            report.add(
                ("editions", index),
                "several releases need a default.",
                f"add defaultRelease: {scalar_text(edition['releases'][-1]['name'])}",
            )


def _circles(items: Sequence[Raw], key: str, path: Path, report: Report) -> None:
    parents = {item["name"]: item.get(key) for item in items}
    for index, item in enumerate(items):
        parent = item.get(key)
        if parent is None or not report.reference((*path, index, key), parent, str(path[0]).rstrip("s"), parents):
            continue
        trail = [item["name"]]
        while parent is not None and parent in parents and parent not in trail:
            trail.append(parent)
            parent = parents[parent]
        if parent == item["name"]:
            report.add((*path, index, key), f"{' -> '.join([*trail, parent])} is a circle; {key} must end somewhere.")


def _selectors(scope: Scope) -> None:
    known = known_selectors(scope.editions)

    def visit(value: object, path: Path) -> None:
        if isinstance(value, Mapping):
            for key, child in value.items():
                if key == "in" and path[:1] != ("values",):
                    for index, text in enumerate(child):
                        scope.report.reference((*path, "in", index), text, "edition or edition/release", known)
                elif path[:1] != ("overlays",) or isinstance(child, list):
                    visit(child, (*path, key))
        elif isinstance(value, list):
            for index, child in enumerate(value):
                visit(child, (*path, index))

    visit({key: value for key, value in scope.data.items() if key != "values"}, ())


def _images(scope: Scope) -> None:
    for path, image in scope.items("images"):
        seen: Variants = frozenset()
        for index, tag in enumerate(image["tags"]):
            variants = scope.variants(tag)
            for variant in sorted(variants & seen):
                scope.report.add((*path, "tags", index, "in"), f"{variant} has a tag already; each variant has one tag of an image.")
            seen |= variants
            if tag["tag"] == "latest":
                scope.report.add((*path, "tags", index, "tag"), '"latest" is not a version; name the tag of one release.')


def _stores(scope: Scope) -> None:
    """A store in the cluster runs the image that is named after its kind."""
    images = {image["name"]: image for image in scope.data["images"]}
    for path, backend in scope.items("backends"):
        kind = backend["kind"]
        if kind == "object-storage":
            continue
        if kind not in images:
            scope.report.add((*path, "kind"), f'in the cluster, {kind} runs the image "{kind}", which does not exist.', "add it at images")
            continue
        tagged = frozenset[Variant]().union(*(scope.variants(tag) for tag in images[kind]["tags"]))
        for variant in sorted(scope.variants(backend) - tagged):
            scope.report.add((*path, "kind"), f'the image "{kind}" has no tag for {variant}.', f"add it at images, {kind}, tags")


def _containers(scope: Scope) -> None:
    credentials = {item["name"]: scope.variants(item) for key in ("credentials", "backends") for _, item in scope.items(key)}
    container_problems(scope, credentials)


def _runtimes(scope: Scope) -> None:
    editions = [edition.name for edition in scope.editions]
    for path, runtime in scope.items("runtimes"):
        for edition, image in runtime.get("images", {}).items():
            scope.report.reference((*path, "images", edition), edition, "edition", editions)
            scope.report.reference((*path, "images", edition), image, "image", scope.names("images"))
    for path, holder in scope.holders():
        for index, use in enumerate(holder.get("backends", [])):
            scope.report.reference((*path, "backends", index, "name"), use["name"], "backend", scope.names("backends"))
        for kind in ("liveness", "readiness"):
            check = holder.get("probes", {}).get(kind)
            if check is not None and len({*PROBE_KINDS} & set(check)) != 1:
                scope.report.add((*path, "probes", kind), "a probe has exactly one of http, tcp and exec.")


def _links(scope: Scope) -> None:
    components = {component["name"]: component for component in scope.data["components"]}
    backends = {backend["name"]: backend for backend in scope.data.get("backends", [])}
    for path, component in scope.items("components"):
        own = scope.variants(component)
        for index, link in enumerate(component.get("links", [])):
            place = (*path, "links", index)
            if not scope.report.reference((*place, "to"), link["to"], "component", components):
                continue
            target = components[link["to"]]
            if target is component:
                scope.report.add((*place, "to"), f'"{link["to"]}" links to itself; a pod needs no link to its own ports.')
            scope.report.presence(place, scope.variants(link, own), scope.variants(target), link["to"])
            _linked_port(scope, place, target, link, scope.variants(link, own))
        for index, use in enumerate(component.get("backends", [])):
            place = (*path, "backends", index)
            if scope.report.reference((*place, "name"), use["name"], "backend", backends):
                scope.report.presence(place, scope.variants(use, own), scope.variants(backends[use["name"]]), use["name"])


def _linked_port(scope: Scope, path: Path, target: Raw, link: Raw, variants: Variants) -> None:
    """The port of a link or route: without a name the first one."""
    ports = scope.service_ports(target)
    if "port" not in link and not target["ports"]:
        scope.report.add(path, f'"{target["name"]}" has no port of its own; a link needs one.', "name the port with port: ...")
        return
    place, name = ((*path, "port"), link["port"]) if "port" in link else (path, target["ports"][0]["name"])
    if scope.report.reference(place, name, f"port of {target['name']}", ports):
        scope.report.presence(place, variants & scope.variants(target), ports[name], name)


def _credentials(scope: Scope) -> None:
    keys = {credential["name"]: [key["name"] for key in credential["keys"]] for credential in scope.data.get("credentials", [])}
    keys |= {backend["name"]: [key.name for key in BACKEND_KEYS[backend["kind"]]] for backend in scope.data.get("backends", [])}
    known = [f"{name}.{key}" for name, names in keys.items() for key in names]
    for path, holder in scope.holders():
        for index, variable in enumerate(holder.get("env", [])):
            place = (*path, "env", index)
            if len({"value", "field", "credential"} & set(variable)) != 1:
                scope.report.add(place, f'the variable "{variable["name"]}" needs exactly one of value, field and credential.')
            if "credential" in variable:
                scope.report.reference((*place, "credential"), variable["credential"], "credential", known)
        for index, file in enumerate(holder.get("secretFiles", [])):
            place = (*path, "secretFiles", index, "credential")
            if scope.report.reference(place, file["credential"], "credential", keys) and len(keys[file["credential"]]) > 1:
                message = (
                    f'"{file["credential"]}" has the keys {", ".join(keys[file["credential"]])}; a file holds a credential with one key.'
                )
                scope.report.add(place, message)
    for path, credential in scope.items("credentials"):
        for index, source in enumerate(credential.get("assembledFrom", [])):
            scope.report.reference((*path, "assembledFrom", index), source, "credential", known)
    if "metrics" in scope.data:
        scope.report.reference(("metrics", "credential"), scope.data["metrics"]["credential"], "credential", known)


def _routes(scope: Scope) -> None:
    components = {component["name"]: component for component in scope.data["components"]}
    for path, route in scope.items("routes"):
        if scope.report.reference((*path, "component"), route["component"], "component", components):
            target = components[route["component"]]
            scope.report.presence(path, scope.variants(route), scope.variants(target), route["component"])
            _linked_port(scope, path, target, route, scope.variants(route))


def _overlays(scope: Scope) -> None:
    for path, overlay in scope.items("overlays"):
        for index, name in enumerate(overlay.get("external", [])):
            scope.report.reference((*path, "external", index), name, "backend", scope.names("backends"))


def _files(scope: Scope) -> None:
    for path, container, _ in scope.containers():
        for index, file in enumerate(container.get("configFiles", [])):
            scope.report.reference((*path, "configFiles", index, "template"), file["template"], "file of the package", scope.files)
    for index, name in enumerate(scope.data.get("templates", [])):
        known = [path.removeprefix("templates/") for path in scope.files if path.startswith("templates/")]
        scope.report.reference(("templates", index), name, "file below templates/ of the package", known)


def _values(scope: Scope) -> None:
    editions = [edition.name for edition in scope.editions]

    def visit(keys: Raw, path: Path) -> None:
        for name, key in keys.items():
            place = (*path, name)
            for index, edition in enumerate(key.get("editions", [])):
                scope.report.reference((*place, "editions", index), edition, "edition", editions)
            if "properties" in key:
                if "type" in key or "default" in key:
                    scope.report.add(place, "a key with properties is a group: it has no type and no default of its own.")
                visit(key["properties"], (*place, "properties"))
            elif "type" in key and "default" not in key:
                scope.report.add(place, "the default is missing; every key has one.", "add default: ...")
            elif "type" in key and not _has_type(key["default"], key):
                scope.report.add((*place, "default"), f"the default is {type_name(key['default'])}; the type says {key['type']}.")

    visit(scope.data.get("values", {}), ("values",))


def _has_type(value: object, key: Raw) -> bool:
    if value is None:
        return bool(key.get("nullable"))
    types: dict[str, type | tuple[type, ...]] = {
        "string": str,
        "integer": int,
        "number": (int, float),
        "boolean": bool,
        "object": dict,
        "array": list,
    }
    return isinstance(value, types[key["type"]]) and (key["type"] == "boolean" or not isinstance(value, bool))
