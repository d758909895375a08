"""Kubernetes objects as Helm rendered them, each with the template that made it."""

import functools
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, cast

from bbpkg.diagnostics import Diagnostic, Location, in_order
from bbpkg.documents import read_documents
from bbpkg.errors import InvalidInputError
from bbpkg.manifests.pods import images_of, is_workload
from bbpkg.manifests.writing import object_text

# Inside a document no line can begin with three dashes: text of a block scalar is indented.
_SEPARATOR: Final = re.compile(r"^---(?:[ \t]+.*)?(?:\r?\n|\Z)", re.MULTILINE)
_SOURCE: Final = re.compile(r"^# Source: (\S+)\s*$", re.MULTILINE)


@dataclass(frozen=True, kw_only=True, slots=True)
class KubernetesObject:
    """One object; `source` is the path of its template with the name of the chart in front, `text` its YAML document.

    `images` are those of every container of its pods, init and ephemeral containers included.
    """

    api_version: str
    kind: str
    name: str
    namespace: str | None = None
    source: str = ""
    text: str = field(default="", repr=False)
    data: Mapping[str, object] = field(repr=False)
    images: tuple[str, ...] = ()

    @property
    def group(self) -> str:
        """The API group; empty for the core group."""
        return self.api_version.rpartition("/")[0]

    @property
    def template(self) -> str:
        """The file below the output folder that made it; empty when not known."""
        return f"chart/{self.source.partition('/')[2]}" if self.source else ""

    @property
    def is_workload(self) -> bool:
        """Whether it runs pods."""
        return is_workload(self.kind)

    @property
    def identity(self) -> tuple[str, str, str | None, str]:
        """What no two objects of a cluster may share: group, kind, namespace, name."""
        return (self.group, self.kind, self.namespace, self.name)

    def __str__(self) -> str:
        place = f"{self.namespace}/" if self.namespace else ""
        return f"{self.kind} {place}{self.name}"


def parse_objects(text: str, *, file: str = "manifests.yaml") -> tuple[KubernetesObject, ...]:
    """Read a stream of rendered objects, in its order; the items of a List count as objects, empty documents do not.

    Args:
        text: the stream, as Helm writes it.
        file: what messages call an object whose template is not known.

    Raises:
        InvalidInputError: with every document that is not YAML, or no Kubernetes object.
    """
    return objects_of(((document, None) for document in _SEPARATOR.split(text)), file=file)


def objects_of(documents: Iterable[tuple[str, str | None]], *, file: str = "manifests.yaml") -> tuple[KubernetesObject, ...]:
    """Return the objects of documents, as `parse_objects` does of their stream; each is a text and, if known, its content as JSON."""
    objects: list[KubernetesObject] = []
    problems: list[Diagnostic] = []
    for text, content in documents:
        found, wrong = _parsed(text, content, file)
        objects += found
        problems += wrong
    if problems:
        message = "what Helm rendered are not all Kubernetes objects."
        raise InvalidInputError(message, in_order(problems))
    return tuple(objects)


def with_data(item: KubernetesObject, data: Mapping[str, object]) -> KubernetesObject:
    """Return the object with other data, and their text; it stays known which template made it.

    Raises:
        ValueError: the data are no object.
    """
    text = f"# Source: {item.source}\n{object_text(data)}" if item.source else object_text(data)
    return _to_object(data, item.source, text)


# Cases of one chart differ in few objects.
@functools.lru_cache(maxsize=4096)
def _parsed(text: str, content: str | None, file: str) -> tuple[tuple[KubernetesObject, ...], tuple[Diagnostic, ...]]:
    marked = _SOURCE.search(text)
    source = marked[1] if marked else ""
    try:
        values = [document.value for document in read_documents(text, file=source or file)] if content is None else [json.loads(content)]
    except InvalidInputError as error:
        return (), error.diagnostics
    objects: list[KubernetesObject] = []
    problems: list[Diagnostic] = []
    for value in (item for read in values for item in _items(read)):
        try:
            objects.append(_to_object(value, source, text))
        except ValueError as reason:
            problems.append(Diagnostic(code="no-object", location=Location(file=source or file), message=str(reason)))
    return tuple(objects), tuple(problems)


def _items(value: object) -> Iterator[object]:
    if isinstance(value, Mapping) and value.get("kind") == "List" and isinstance(value.get("items"), list):
        for item in cast("list[object]", value["items"]):
            yield from _items(item)
    elif value is not None:
        yield value


def _to_object(value: object, source: str, text: str) -> KubernetesObject:
    if not isinstance(value, Mapping):
        message = "the document is no Kubernetes object; it must be a mapping."
        raise ValueError(message)  # noqa: TRY004 - the caller makes a diagnostic of it
    metadata = value.get("metadata")
    metadata = metadata if isinstance(metadata, Mapping) else {}
    parts = {
        "apiVersion": value.get("apiVersion"),
        "kind": value.get("kind"),
        "metadata.name": metadata.get("name") or metadata.get("generateName"),
    }
    for key, part in parts.items():
        if not isinstance(part, str) or not part:
            message = f"the object has no {key}; it must be a text."
            raise ValueError(message)
    api_version, kind, name = cast("tuple[str, str, str]", tuple(parts.values()))
    namespace = metadata.get("namespace")
    return KubernetesObject(
        api_version=api_version,
        kind=kind,
        name=name,
        namespace=str(namespace) if namespace is not None else None,
        source=source,
        text=text,
        data=value,
        images=images_of(kind, value),
    )
