"""Kubernetes definitions and CustomResourceDefinitions -> self-contained strict JSON Schemas without descriptions.

The schemas name no draft, so kubeconform reads them as draft 4: only keywords that every draft knows are used (`enum`, not `const`).
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

Schema = dict[str, Any]

_REFERENCE = "/api/_definitions.json#/$defs/"
_NAMED = frozenset({"properties", "patternProperties", "$defs"})
_NESTED = frozenset({"items", "additionalProperties", "not"})
_ALTERNATIVES = frozenset({"allOf", "anyOf", "oneOf"})
_DROPPED = frozenset({"description", "default", "example", "title", "externalDocs", "nullable"})
_LABELS: Schema = {"type": ["object", "null"], "additionalProperties": {"type": ["string", "null"]}}
_METADATA: Schema = {
    "type": "object",
    "properties": {
        "annotations": _LABELS,
        "generateName": {"type": "string"},
        "labels": _LABELS,
        "name": {"type": "string"},
        "namespace": {"type": "string"},
    },
}


def kubernetes_kinds(definitions: Mapping[str, Schema]) -> Iterator[str]:
    """Yield the file name of every kind, by kubeconform's naming: `deployment-apps-v1.json`."""
    for definition in definitions.values():
        for found in definition.get("x-kubernetes-group-version-kind", ()):
            parts = (found["kind"].lower(), found["group"].split(".")[0], found["version"])
            yield "-".join(part for part in parts if part) + ".json"


def kubernetes_schema(root: Schema, definitions: Mapping[str, Schema]) -> Schema:
    """Make the schema of one kind self-contained: every definition that it reaches goes into its `$defs`."""
    result: Schema = _without_prose(root)
    used: dict[str, Schema] = {}
    todo = [result]
    while todo:
        for name in _references(todo.pop()):
            if name not in used:
                used[name] = _without_prose(definitions[name])
                todo.append(used[name])
    return result | {"$defs": dict(sorted(used.items()))}


def crd_schemas(crd: Mapping[str, Any]) -> Iterator[tuple[str, Schema]]:
    """Yield (path, schema) of every version of a CustomResourceDefinition: `<group>/<kind>_<version>.json`."""
    spec = crd["spec"]
    group, kind = spec["group"], spec["names"]["kind"]
    for version in spec["versions"]:
        schema = _closed(version["schema"]["openAPIV3Schema"], closing=True)
        identity = {
            "apiVersion": {"type": "string", "enum": [f"{group}/{version['name']}"]},
            "kind": {"type": "string", "enum": [kind]},
            "metadata": _METADATA,
        }
        schema["properties"] = {**schema.get("properties", {}), **identity}
        if not version["schema"]["openAPIV3Schema"].get("x-kubernetes-preserve-unknown-fields"):
            schema["additionalProperties"] = False
        yield f"{group}/{kind.lower()}_{version['name']}.json", schema


def _without_prose(schema: Any) -> Any:  # noqa: ANN401 - a JSON Schema keyword holds any JSON
    """Copy a schema without what does not decide; references become local."""
    if not isinstance(schema, dict):
        return schema
    result: Schema = {}
    for keyword, value in schema.items():
        if keyword in _DROPPED or keyword.startswith("x-"):
            continue
        if keyword == "$ref":
            result[keyword] = value.replace(_REFERENCE, "#/$defs/")
        else:
            result[keyword] = _mapped(keyword, value)
    return result


def _mapped(keyword: str, value: Any) -> Any:  # noqa: ANN401
    if keyword in _NAMED:
        return {name: _without_prose(nested) for name, nested in value.items()}
    if keyword in _NESTED:
        return _without_prose(value)
    if keyword in _ALTERNATIVES:
        return [_without_prose(nested) for nested in value]
    return value


def _references(schema: Any) -> Iterator[str]:  # noqa: ANN401
    if isinstance(schema, dict):
        for keyword, value in schema.items():
            if keyword == "$ref" and isinstance(value, str):
                yield value.removeprefix("#/$defs/")
            else:
                yield from _references(value)
    elif isinstance(schema, list):
        for nested in schema:
            yield from _references(nested)


def _closed(schema: Any, *, closing: bool) -> Any:  # noqa: ANN401
    """Turn a structural OpenAPI schema into a strict JSON Schema.

    Objects that list their properties are closed. Below allOf, anyOf, oneOf and not they stay open: there a schema only adds conditions.
    """
    if not isinstance(schema, dict):
        return schema
    result: Schema = {}
    for keyword, value in schema.items():
        if keyword in _DROPPED or keyword.startswith("x-"):
            continue
        if keyword in _NAMED:
            result[keyword] = {name: _closed(nested, closing=closing) for name, nested in value.items()}
        elif keyword in _NESTED:
            result[keyword] = _closed(value, closing=closing and keyword != "not")
        elif keyword in _ALTERNATIVES:
            result[keyword] = [_closed(nested, closing=False) for nested in value]
        elif keyword == "enum":
            # One repeated value makes draft 4 refuse the whole schema.
            result[keyword] = list(dict.fromkeys(value))
        elif keyword != "pattern" or _is_portable(value):
            result[keyword] = value
    _apply_extensions(schema, result)
    if closing and "properties" in result and not schema.get("x-kubernetes-preserve-unknown-fields"):
        result.setdefault("additionalProperties", False)
    return result


def _apply_extensions(schema: Schema, result: Schema) -> None:
    """Say in JSON Schema what Kubernetes says in extensions."""
    if schema.get("x-kubernetes-int-or-string"):
        result.pop("anyOf", None)
        result["type"] = ["integer", "string"]
    if schema.get("x-kubernetes-embedded-resource"):
        identity: Schema = {"apiVersion": {"type": "string"}, "kind": {"type": "string"}, "metadata": _METADATA}
        result["properties"] = {**result.get("properties", {}), **identity}
    if schema.get("nullable") and "type" in result:
        types = result["type"] if isinstance(result["type"], list) else [result["type"]]
        result["type"] = [*types, "null"]
        if "enum" in result:
            result["enum"] = [*result["enum"], None]


def _is_portable(pattern: str) -> bool:
    """Tell whether other regular expression engines than Go's read the pattern."""
    if re.search(r"\(\?[a-zA-Z]+[):-]", pattern):
        return False
    try:
        re.compile(pattern)
    except re.error:
        return False
    return True
