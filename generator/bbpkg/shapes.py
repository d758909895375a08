"""Checks the shape of a document against its JSON Schema and says each problem in words."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, cast

import jsonschema
from jsonschema.protocols import Validator

from bbpkg.diagnostics import Diagnostic, Location, pointer
from bbpkg.documents import Document
from bbpkg.suggestions import did_you_mean

_TYPES = {
    "object": "a mapping",
    "array": "a list",
    "string": "a string",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
}


def type_name(value: object) -> str:
    """The name of the type of a YAML value, for a message."""
    if value is None:
        return "empty (null)"
    if isinstance(value, bool):
        return "a boolean"
    names = {dict: "a mapping", list: "a list", str: "a string", int: "a whole number", float: "a number"}
    return names.get(type(value), type(value).__name__)


def shape_problems(document: Document, schema: Mapping[str, object], file: str, *, code: str) -> tuple[Diagnostic, ...]:
    """Every place where the document does not have the shape of the schema (draft 7)."""
    return value_problems(document.value, schema, lambda place: Location(file=file, line=document.line(place), pointer=place), code=code)


def value_problems(
    value: object,
    schema: Mapping[str, object],
    locate: Callable[[str], Location],
    *,
    code: str,
    is_secret: Callable[[str], bool] = lambda _: False,
) -> tuple[Diagnostic, ...]:
    """Every place where a value does not have the shape of the schema (draft 7).

    Args:
        value: any value.
        schema: the schema.
        locate: says where the value at a JSON pointer was written.
        code: the code of the findings.
        is_secret: whether no message may show the value at a JSON pointer.
    """
    validator: Validator = jsonschema.Draft7Validator(dict(schema))
    found = []
    for error in validator.iter_errors(cast("Any", value)):
        said = None if is_secret(pointer(*error.absolute_path)) else shown(error.instance)
        found += [
            Diagnostic(code=code, location=locate(place), message=message, hint=hint) for place, message, hint in _describe(error, said)
        ]
    return tuple(found)


def _describe(error: jsonschema.ValidationError, said: str | None) -> Iterator[tuple[str, str, str | None]]:
    """Say an error in words: place, message, hint; `said` is the value as messages show it, None when they must not."""
    place, rule, what = pointer(*error.absolute_path), error.validator_value, said or "the value"
    if error.validator == "additionalProperties" and isinstance(error.instance, Mapping):
        yield from _unknown_keys(error, place)
    elif error.validator == "required" and isinstance(error.instance, Mapping):
        missing = [key for key in _words(rule) if key not in error.instance]
        # jsonschema reports one error for each missing key, each with the whole list.
        key = next((key for key in missing if error.message.startswith(repr(key))), missing[0])
        yield place, f'the key "{key}" is missing; required keys are {_joined(_words(rule))}.', f"add {key}: ..."
    elif error.validator == "type":
        wanted = [rule] if isinstance(rule, str) else _words(rule)
        names = " or ".join(_TYPES.get(name, name) for name in wanted)
        hint = _type_hint(error.instance, wanted) if said else None
        yield place, f"{what} is {type_name(error.instance)}; must be {names}.", hint
    elif error.validator in {"enum", "const"}:
        allowed = [rule] if error.validator == "const" else list(rule if isinstance(rule, Sequence) else ())
        near = did_you_mean(str(error.instance), [str(value) for value in allowed])
        yield place, f"{what} is not allowed; allowed are {_joined(json.dumps(v) for v in allowed)}.", _meant(near)
    elif error.validator == "pattern":
        yield place, f"{what} does not have the right form; it must match {rule}", None
    else:
        yield place, f"{what} is not allowed; {_limit(str(error.validator), rule)}.", None


def _unknown_keys(error: jsonschema.ValidationError, place: str) -> Iterator[tuple[str, str, str | None]]:
    known = list(error.schema.get("properties", {})) if isinstance(error.schema, Mapping) else []
    for key in cast("Mapping[str, object]", error.instance):
        if key not in known:
            where = place + pointer(str(key))
            yield where, f'"{key}" is not a known key; known keys are {_joined(known)}.', _meant(did_you_mean(str(key), known))


def _meant(near: str | None) -> str | None:
    return f'did you mean "{near}"?' if near else None


def _type_hint(value: object, wanted: Sequence[str]) -> str | None:
    if "string" in wanted and isinstance(value, int | float | bool):
        return f'write it in quotes: "{str(value).lower() if isinstance(value, bool) else value}"'
    if "boolean" in wanted and value in ("true", "false"):
        return f"write it without quotes: {value}"
    return None


def _limit(validator: str, rule: object) -> str:
    texts = {
        "minimum": f"the least value is {rule}",
        "maximum": f"the greatest value is {rule}",
        "minItems": f"at least {rule} item is needed",
        "minProperties": f"at least {rule} key is needed",
        "maxLength": f"the greatest length is {rule}",
    }
    return texts.get(validator, f"{validator} is {rule}")


def shown(value: object) -> str:
    """The value for a message, shortened."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    limit = 60
    return text if len(text) <= limit else text[:limit] + "..."


def _words(rule: object) -> list[str]:
    return [str(word) for word in rule] if isinstance(rule, Sequence) and not isinstance(rule, str) else []


def _joined(words: Iterator[str] | Sequence[str]) -> str:
    return ", ".join(words) or "none"
