"""The JSON Schema of `migration.yaml`, in which a package says what becomes of values of other charts for the same application."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from bbpkg.model.values import Json

API_VERSION: Final = "bbpkg.dev/v1alpha1"
KIND: Final = "Migration"
_TEXT: Final[Json] = {"type": "string", "minLength": 1}
_POINTER: Final[Json] = {"type": "string", "pattern": "^(/[^/]+)*$"}
_SCALAR: Final[Json] = {"type": ["string", "number", "boolean"]}


def _closed(required: list[Json], **properties: Json) -> dict[str, Json]:
    return {"type": "object", "additionalProperties": False, "required": required, "properties": properties}


def _mapping(values: Json) -> Json:
    return {"type": "object", "additionalProperties": values}


_RULE_KEYS: Final[Mapping[str, Json]] = MappingProxyType(
    {
        "from": _POINTER,
        "to": {"oneOf": [_POINTER, {"type": "array", "items": _POINTER, "minItems": 1}]},
        # For every pair, * stands for the one word in `from` and for the other one in `to`.
        "each": _mapping(_TEXT),
        "when": _mapping(_SCALAR),
        "values": {"type": "array", "items": _closed(["from", "to"], **{"from": _SCALAR, "to": _SCALAR}), "minItems": 1},
        "type": {"enum": ["string", "integer"]},
        "template": True,
        "split": _closed(["pattern", "to"], pattern=_TEXT, to=_mapping(_POINTER), integers={"type": "array", "items": _TEXT}),
        "also": _mapping(_SCALAR),
        "weak": {"type": "boolean"},
        "secret": _POINTER,
        "drop": _TEXT,
        "decide": _TEXT,
        "hint": _TEXT,
    }
)
_RULE: Final[Json] = {"type": "object", "additionalProperties": False, "required": ["from"], "properties": dict(_RULE_KEYS)}
_USE: Final = _closed(["group"], group=_TEXT, at=_POINTER, to=_POINTER)
_NOTE: Final = _closed(["message"], message=_TEXT, hint=_TEXT)
_FORM: Final = _closed(
    ["name", "title", "use"],
    name=_TEXT,
    title=_TEXT,
    package=_TEXT,
    use={"type": "array", "items": _USE, "minItems": 1},
    set=_mapping(_SCALAR),
    notes={"type": "array", "items": _NOTE},
)


def mapping_schema() -> Mapping[str, Json]:
    """Return the schema (draft 2020-12)."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "How values of other charts become values of this package",
        **_closed(
            ["apiVersion", "kind", "forms", "groups"],
            apiVersion={"const": API_VERSION},
            kind={"const": KIND},
            forms={"type": "array", "items": _FORM, "minItems": 1},
            groups=_mapping({"type": "array", "items": _RULE, "minItems": 1}),
        ),
    }
