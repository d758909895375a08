"""Merges values as Helm merges the files of several `-f`."""

from collections.abc import Mapping
from typing import cast


def merged_values(*layers: Mapping[str, object]) -> dict[str, object]:
    """Merge mappings key by key; everything else, lists and null included, is replaced by the later layer.

    >>> merged_values({"a": {"b": 1, "c": [1, 2]}}, {"a": {"c": [3], "d": None}})
    {'a': {'b': 1, 'c': [3], 'd': None}}
    """
    result: dict[str, object] = {}
    for layer in layers:
        for key, value in layer.items():
            below = result.get(key)
            if isinstance(below, Mapping) and isinstance(value, Mapping):
                result[key] = merged_values(cast("Mapping[str, object]", below), cast("Mapping[str, object]", value))
            else:
                result[key] = value
    return result
