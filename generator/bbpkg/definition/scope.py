"""What the checks of a definition share: its parts with their places and variants, and a report of problems."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from bbpkg.definition.selectors import select
from bbpkg.diagnostics import Diagnostic, Location, pointer
from bbpkg.documents import Document
from bbpkg.model.variants import Edition, Variants
from bbpkg.suggestions import did_you_mean

Raw: TypeAlias = Mapping[str, Any]
Path: TypeAlias = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """Collects problems with their place."""

    document: Document
    file: str
    found: list[Diagnostic] = field(default_factory=list)

    def add(self, path: Path, message: str, hint: str | None = None) -> None:
        """Note one problem."""
        place = pointer(*path)
        location = Location(file=self.file, line=self.document.line(place), pointer=place)
        self.found.append(Diagnostic(code="definition", location=location, message=message, hint=hint))

    def reference(self, path: Path, name: str, kind: str, known: Iterable[str]) -> bool:
        """Report a name that does not exist; say whether it does."""
        names = sorted(set(known))
        if name in names:
            return True
        near = did_you_mean(name, names)
        message = f'"{name}" is not a known {kind}; known are {", ".join(names) or "none"}.'
        self.add(path, message, f'did you mean "{near}"?' if near else None)
        return False

    def presence(self, path: Path, needed: Variants, offered: Variants, name: str) -> None:
        """Report variants in which something is needed and does not exist."""
        missing = sorted(map(str, needed - offered))
        if missing:
            allowed = ", ".join(sorted(map(str, offered))) or "none"
            message = f'"{name}" does not exist in {", ".join(missing)}; it exists in {allowed}.'
            self.add(path, message, "limit this with in: [...]")


@dataclass(frozen=True, slots=True)
class Scope:
    """What the checks of references look at."""

    data: Raw
    report: Report
    editions: tuple[Edition, ...]
    everything: Variants
    files: frozenset[str]

    def items(self, key: str) -> Iterator[tuple[Path, Raw]]:
        """The items of a list of the definition, each with its place."""
        for index, item in enumerate(self.data.get(key, [])):
            yield (key, index), item

    def names(self, key: str) -> list[str]:
        """The names of the items of a list of the definition."""
        return [item["name"] for item in self.data.get(key, [])]

    def variants(self, item: Raw, parent: Variants | None = None) -> Variants:
        """The variants in which an item exists."""
        return select(item.get("in"), self.editions, self.everything if parent is None else parent)

    def containers(self) -> Iterator[tuple[Path, Raw, Variants]]:
        """Each container, main and sidecar, with its place and variants."""
        for path, component in self.items("components"):
            variants = self.variants(component)
            yield path, component, variants
            for index, sidecar in enumerate(component.get("sidecars", [])):
                yield (*path, "sidecars", index), sidecar, self.variants(sidecar, variants)

    def holders(self) -> Iterator[tuple[Path, Raw]]:
        """Everything that holds env, workspaces, probes and backends."""
        yield from self.items("runtimes")
        for path, container, _ in self.containers():
            yield path, container

    def service_ports(self, component: Raw) -> dict[str, Variants]:
        """The names of the ports that the Service of a component offers, in order, with the variants in which each is there."""
        found: dict[str, Variants] = {}
        parent = self.variants(component)
        for container in (component, *component.get("sidecars", [])):
            own = self.variants(container, parent)
            for port in container.get("ports", []):
                if not port.get("local", False):
                    found[port["name"]] = found.get(port["name"], frozenset()) | self.variants(port, own)
        return found

    def container_ports(self, container: Raw, parent: Variants) -> dict[str, Variants]:
        """The names of the ports of one container, in order, with the variants in which each is there."""
        found: dict[str, Variants] = {}
        for port in container.get("ports", []):
            found[port["name"]] = found.get(port["name"], frozenset()) | self.variants(port, parent)
        return found
