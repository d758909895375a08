"""The values contract of a chart: every key with type, default and text, from values.yaml and values.schema.json, subcharts included."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias, cast

from bbpkg.diagnostics import pointer
from bbpkg.documents import Document, read_documents
from bbpkg.errors import InvalidInputError
from bbpkg.manifests.fields import field, mapping, mappings, text, texts

Path: TypeAlias = tuple[str, ...]

_VALUES: Final = "values.yaml"
_SCHEMA: Final = "values.schema.json"
_CHART: Final = "Chart.yaml"
_COMMENT: Final = re.compile(r"^\s*#\s?(.*)$")
_TYPE_MARK: Final = re.compile(r"^(?:\([\w/.\[\]-]+\)\s*)?")
_NAMES: Final = {dict: "object", list: "array", str: "string", bool: "boolean", int: "integer", float: "number", type(None): "null"}


@dataclass(frozen=True, kw_only=True, slots=True)
class ContractKey:
    """One key: `types` are JSON types, `is_open` says that any key may stand below it."""

    path: Path
    types: frozenset[str]
    default: object
    text: str
    is_open: bool

    def __str__(self) -> str:
        return ".".join(self.path)


@dataclass(frozen=True, kw_only=True, slots=True)
class Contract:
    """Every leaf of the values by its path; `branches` are the paths above them."""

    keys: Mapping[Path, ContractKey]
    branches: frozenset[Path]

    def knows(self, path: Path) -> bool:
        """Whether a value at the path means something to the chart."""
        return path in self.keys or path in self.branches or any(self.keys[above].is_open for above in _above(path) if above in self.keys)


def contract_of(files: Mapping[str, str]) -> Contract:
    """Return the contract of a chart; what cannot be read says nothing.

    Args:
        files: the texts of the chart by path; those of a subchart stand below `charts/NAME/`.
    """
    keys = dict(_chart_keys(files, "", ()))
    leaves = {path: key for path, key in keys.items() if not _is_branch(key) and not any(_is_open(above, keys) for above in _above(path))}
    branches = frozenset(above for path in leaves for above in _above(path))
    return Contract(keys=leaves, branches=branches)


def json_type(value: object) -> str:
    """Return the name of a value's type in JSON Schema."""
    return _NAMES.get(type(value), "string")


def _is_branch(key: ContractKey) -> bool:
    return "object" in key.types and not key.is_open


def _is_open(path: Path, keys: Mapping[Path, ContractKey]) -> bool:
    return path in keys and keys[path].is_open


def _above(path: Path) -> Iterator[Path]:
    yield from (path[:length] for length in range(1, len(path)))


def _chart_keys(files: Mapping[str, str], folder: str, above: Path) -> Iterator[tuple[Path, ContractKey]]:
    """Yield the keys of a subchart first: those that its parent gives a default stand over them."""
    dependencies = list(mappings(_value(files, f"{folder}{_CHART}"), "dependencies"))
    inner = {path[len(folder) :].split("/")[1] for path in files if re.fullmatch(rf"{re.escape(folder)}charts/[^/]+/{_CHART}", path)}
    for name in sorted(inner):
        aliases = [text(entry, "alias") or name for entry in dependencies if text(entry, "name") == name] or [name]
        for alias in aliases:
            yield from _chart_keys(files, f"{folder}charts/{name}/", (*above, alias))
    merged = {key.path: key for key in _default_keys(files, folder, above)}
    for key in _schema_keys(files, folder, above):
        known = merged.get(key.path)
        merged[key.path] = _joined(known, key) if known else key
    yield from merged.items()


def _joined(values: ContractKey, schema: ContractKey) -> ContractKey:
    """One key of both sources: the schema knows type and shape, the values the default that counts."""
    return ContractKey(
        path=values.path,
        types=schema.types or values.types,
        default=values.default,
        text=schema.text or values.text,
        is_open=schema.is_open,
    )


def _document(files: Mapping[str, str], path: str) -> Document | None:
    try:
        documents = read_documents(files.get(path, ""), file=path)
    except InvalidInputError:
        return None
    return documents[0] if documents else None


def _value(files: Mapping[str, str], path: str) -> object:
    document = _document(files, path)
    return document.value if document else None


def _default_keys(files: Mapping[str, str], folder: str, above: Path) -> Iterator[ContractKey]:
    document = _document(files, f"{folder}{_VALUES}")
    if document is None or not isinstance(document.value, Mapping):
        return
    lines = files[f"{folder}{_VALUES}"].splitlines()
    yield from _walked(document.value, (), above, document, lines)


def _walked(value: Mapping[str, object], path: Path, above: Path, document: Document, lines: list[str]) -> Iterator[ContractKey]:
    for name, inner in value.items():
        here = (*path, str(name))
        is_branch = isinstance(inner, Mapping) and bool(inner)
        yield ContractKey(
            path=(*above, *here),
            types=frozenset({json_type(inner)}) if inner is not None else frozenset(),
            default=inner,
            text=_comment_above(lines, document.line(pointer(*here))),
            is_open=not is_branch and (inner is None or isinstance(inner, Mapping)),
        )
        if is_branch:
            yield from _walked(cast("Mapping[str, object]", inner), here, above, document, lines)


def _comment_above(lines: list[str], line: int) -> str:
    """The text of the comment that ends right above a line; with the mark `--` of helm-docs only what follows it."""
    found: list[str] = []
    for number in range(line - 2, -1, -1):
        comment = _COMMENT.match(lines[number])
        if comment is None:
            break
        found.insert(0, comment[1].strip())
        if comment[1].lstrip().startswith("--"):
            found[0] = _TYPE_MARK.sub("", comment[1].lstrip().removeprefix("--").strip())
            break
    return " ".join(found).strip()


def _schema_keys(files: Mapping[str, str], folder: str, above: Path) -> Iterator[ContractKey]:
    try:
        schema = json.loads(files.get(f"{folder}{_SCHEMA}", "{}"))
    except (ValueError, RecursionError):
        return
    yield from _schema_walked(schema, schema, above, 0)


_DEEPEST: Final = 24


def _schema_walked(schema: object, root: object, path: Path, depth: int) -> Iterator[ContractKey]:
    if depth > _DEEPEST:
        return
    for name, inner in mapping(schema, "properties").items():
        here, resolved = (*path, name), _resolved(inner, root)
        types = frozenset(texts(resolved, "type") or ([text(resolved, "type")] if text(resolved, "type") else []))
        below = mapping(resolved, "properties")
        if types or below:
            yield ContractKey(
                path=here,
                types=types or frozenset({"object"}),
                default=field(resolved, "default"),
                text=text(resolved, "description"),
                is_open=not below and field(resolved, "additionalProperties") is not False and (not types or "object" in types),
            )
        yield from _schema_walked(resolved, root, here, depth + 1)


def _resolved(schema: object, root: object) -> object:
    reference = text(schema, "$ref")
    if not reference.startswith("#/"):
        return schema
    found = root
    for step in reference[2:].split("/"):
        found = field(found, step.replace("~1", "/").replace("~0", "~"))
    return found
