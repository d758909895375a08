"""Folds runtimes into what continues them: lists of named things merge by name, everything else is replaced."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

Raw: TypeAlias = Mapping[str, Any]


def merged_by_name(base: Sequence[Raw], over: Sequence[Raw]) -> list[Raw]:
    """Both lists; of two things with one name only that of the second list stays."""
    names = {raw["name"] for raw in over}
    return [raw for raw in base if raw["name"] not in names] + list(over)


def folded_runtime(runtimes: Sequence[Raw], name: str) -> Raw:
    """A runtime with what it extends folded in; what it extends must exist and must not end in a circle."""
    raw = next(raw for raw in runtimes if raw["name"] == name)
    if "extends" not in raw:
        return raw
    base = folded_runtime(runtimes, raw["extends"])
    return {**base, **raw, **{key: merged_by_name(base.get(key, ()), raw.get(key, ())) for key in ("env", "workspaces", "backends")}}
