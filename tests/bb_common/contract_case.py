"""Loads the table of cases that state the bb-common contract; renders nothing."""

import copy
import dataclasses
import functools
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

FOLDER = Path(__file__).parent / "cases"
ISTIO_APIS = ("networking.istio.io/v1", "security.istio.io/v1")

Values = dict[str, Any]


@dataclasses.dataclass(frozen=True, eq=False)
class Case:
    """One row of the table: values, and the objects or the message that must come of them."""

    identity: str
    contract: tuple[str, ...]
    values: Values
    objects: tuple[Values, ...] | None
    fails: tuple[str, ...]
    release: str
    namespace: str
    api_versions: tuple[str, ...]

    @property
    def setting(self) -> tuple[str, str, tuple[str, ...]]:
        """What one run of Helm has in common for all charts in it."""
        return self.release, self.namespace, self.api_versions


def merge(base: Values, change: Values) -> Values:
    """Lays one values tree over another as Helm does: maps merge, all else replaces.

    >>> merge({"a": {"b": 1, "c": [1]}}, {"a": {"c": [2]}})
    {'a': {'b': 1, 'c': [2]}}
    """
    merged = dict(base)
    for key, value in change.items():
        below = merged.get(key)
        merged[key] = merge(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return merged


def load_yaml(path: Path) -> Values:
    """Reads one YAML file that holds a map."""
    document = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    assert isinstance(document, dict), f"{path} holds no map"
    return document


def _as_tuple(value: object) -> tuple[str, ...]:
    return tuple(value) if isinstance(value, list) else (str(value),)


def _read_file(path: Path) -> list[Case]:
    document = load_yaml(path)
    topic = path.relative_to(FOLDER).with_suffix("").as_posix()
    base = document.get("base", {})
    cases = []
    for row in [{"must": "render the base", "objects": None}, *document["cases"]]:
        settings = document.get("setting", {}) | row.get("setting", {})
        objects = row.get("objects")
        cases.append(
            Case(
                identity=f"{topic}: must {row['must']}" if row["must"] != "render the base" else f"{topic}: base",
                contract=_as_tuple(row.get("contract", document["contract"])),
                values=merge(copy.deepcopy(base), row.get("values", {})),
                objects=None if objects is None else tuple(objects),
                fails=_as_tuple(row["fails"]) if "fails" in row else (),
                release=settings.get("release", "rel"),
                namespace=settings.get("namespace", "ns"),
                api_versions=tuple(settings.get("apiVersions", ISTIO_APIS)),
            )
        )
    return cases


@functools.cache
def load_cases() -> tuple[Case, ...]:
    """Reads all rows, and for each file the base from which its failing rows start."""
    return tuple(case for path in sorted(FOLDER.rglob("*.yaml")) for case in _read_file(path))


@functools.cache
def passing_cases() -> tuple[Case, ...]:
    """Lists the rows that must render."""
    return tuple(case for case in load_cases() if not case.fails)


@functools.cache
def failing_cases() -> tuple[Case, ...]:
    """Lists the rows that must fail."""
    return tuple(case for case in load_cases() if case.fails)
