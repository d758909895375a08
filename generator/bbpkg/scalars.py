"""Read plain YAML scalars as Kubernetes reads them, and write scalars that every YAML parser reads alike; pure.

Helm, kubectl and kubeconform read YAML with `sigs.k8s.io/yaml`, whose rules are neither those of YAML 1.1 nor of YAML 1.2.
"""

import enum
import json
import math
import re
from typing import TypeAlias

Scalar: TypeAlias = str | int | float | bool | None

_WORDS: dict[str, Scalar] = {
    **dict.fromkeys(("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"), True),
    **dict.fromkeys(
        ("n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"),
        False,
    ),
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), math.nan),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), math.inf),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), -math.inf),
}
_INTEGER = re.compile(
    r"(?P<sign>[-+]?)(?:0[xX](?P<hexadecimal>[0-9a-fA-F]+)|0[oO]?(?P<octal>[0-7]+)|0[bB](?P<binary>[01]+)|(?P<decimal>0|[1-9][0-9]*))"
)
_BASES = {"hexadecimal": 16, "octal": 8, "binary": 2, "decimal": 10}
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_LEADING_POINT = re.compile(r"\.[0-9]+(?:_[0-9]+)*(?:[eE][-+]?[0-9]+(?:_[0-9]+)*)?")
_LARGEST_SIGNED = 2**63
_LARGEST_UNSIGNED = 2**64
_MOST_DIGITS = 64
# From here on JSON, as Go writes it, has an exponent, so that readers of the JSON see no integer any more.
_EXPONENT_FROM = 1e21

_YAML_TAG = "tag:yaml.org,2002:"
_TAGS = ("!!bool", "!!float", "!!int", "!!null", "!!str")

# Without colons: libyaml, as some programs carry it, refuses them inside [flow, lists].
_SAFE_PLAIN = re.compile(r"[A-Za-z/][A-Za-z0-9_./@+-]*(?: [A-Za-z0-9_./@+-]+)*")
_UNSAFE_WORDS = frozenset(
    (
        "y",
        "n",
        "yes",
        "no",
        "on",
        "off",
        "true",
        "false",
        "null",
        "none",
        "nan",
        "inf",
        "infinity",
        "undefined",
    )
)
_TO_ESCAPE = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_SURROGATE = re.compile("[\ud800-\udfff]")


class Scalars(enum.Enum):
    """How plain (unquoted) scalars become values."""

    KUBERNETES = "kubernetes"
    """As Helm, kubectl and the API server read them: `n` is false, `0755` is 493, `12:30` and `2001-01-01` are text."""

    TEXT = "text"
    """Every scalar is the text that stands in the file; for showing what somebody wrote."""


class ScalarError(ValueError):
    """A scalar has no value; the message says why and what is allowed."""


def read_scalar(text: str, *, tag: str | None, is_plain: bool, scalars: Scalars) -> Scalar:
    """Return the value of a scalar from its text, its YAML tag and whether it stood without quotes.

    Raises:
        ScalarError: the tag is unknown, or the text does not fit it, or Kubernetes has no such value.
    """
    if tag is None and (not is_plain or scalars is Scalars.TEXT):
        return text
    known = "!!str" if tag == "!" else shown_tag(tag or "")
    if tag is not None and known not in _TAGS:
        message = f"the tag {known} is unknown; known tags are {', '.join(_TAGS)}."
        raise ScalarError(message)
    if known == "!!str" or scalars is Scalars.TEXT:
        return text
    value = read_plain(text)
    if tag is not None and not _fits(known, value, text):
        message = f"{text!r} does not fit the tag {known}."
        raise ScalarError(message)
    if isinstance(value, float) and not math.isfinite(value):
        message = f"{text} has no value in Kubernetes, which reads YAML as JSON; allowed are finite numbers."
        raise ScalarError(message)
    return value


def shown_tag(tag: str) -> str:
    """Return a tag as people write it.

    >>> shown_tag("tag:yaml.org,2002:int")
    '!!int'
    """
    return "!!" + tag.removeprefix(_YAML_TAG) if tag.startswith(_YAML_TAG) else tag


def _fits(tag: str, value: Scalar, text: str) -> bool:
    if tag == "!!null":
        return value is None
    if tag == "!!bool":
        return isinstance(value, bool)
    if tag == "!!int":
        return _integer(text.replace("_", "")) is not None
    return isinstance(value, int | float) and not isinstance(value, bool)


def read_plain(text: str) -> Scalar:
    """Return the value that Kubernetes gives to an unquoted scalar.

    Integers stay exact; a number written as a float is an integer when it is one (`1e3`), as it is after the way through JSON.

    >>> [read_plain(text) for text in ("n", "0755", "1e3", "12:30", "~")]
    [False, 493, 1000, '12:30', None]
    """
    if text in _WORDS:
        return _WORDS[text]
    if text[0] == ".":
        return _float_or_text(text.replace("_", ""), text) if _LEADING_POINT.fullmatch(text) else text
    if text[0] not in "+-0123456789":
        return text
    digits = text.replace("_", "")
    integer = _integer(digits)
    if integer is not None:
        return integer
    return _float_or_text(digits, text) if _FLOAT.fullmatch(digits) else text


def _integer(text: str) -> int | None:
    match = _INTEGER.fullmatch(text)
    if match is None or match.lastgroup is None:
        return None
    digits = match[match.lastgroup].lstrip("0") or "0"
    if len(digits) > _MOST_DIGITS:
        return None
    value = int(digits, _BASES[match.lastgroup])
    if match["sign"]:
        value = -value if match["sign"] == "-" else value
        return value if -_LARGEST_SIGNED <= value < _LARGEST_SIGNED else None
    return value if value < _LARGEST_UNSIGNED else None


def _float_or_text(digits: str, text: str) -> Scalar:
    value = float(digits)
    if math.isinf(value):
        return text
    return int(value) if value.is_integer() and abs(value) < _EXPONENT_FROM else value


def scalar_text(value: Scalar) -> str:
    r"""Write a scalar so that Kubernetes, YAML 1.1 and YAML 1.2 parsers all read the same value back.

    >>> [scalar_text(value) for value in ("bbpkg", "off", "1.10", "a: b", 8228, None)]
    ['bbpkg', '"off"', '"1.10"', '"a: b"', '8228', 'null']

    Raises:
        ValueError: no text exists that all of them read back: infinity, an integer of more than 64 bits, half a surrogate pair.
    """
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        if not -_LARGEST_SIGNED <= value < _LARGEST_UNSIGNED:
            message = f"{value} has more than 64 bits"
            raise ValueError(message)
        return str(value)
    if isinstance(value, float):
        return _float_text(value)
    if _SAFE_PLAIN.fullmatch(value) and value.lower() not in _UNSAFE_WORDS:
        return value
    return _quoted(value)


def _float_text(value: float) -> str:
    if not math.isfinite(value):
        message = f"{value} cannot be written in YAML for Kubernetes, which reads it as JSON"
        raise ValueError(message)
    digits, exponent_mark, exponent = repr(value).partition("e")
    # YAML 1.1 takes a number without a point, or an exponent without a sign, for text.
    digits = digits if "." in digits else f"{digits}.0"
    return f"{digits}{exponent_mark}{exponent}"


def _quoted(value: str) -> str:
    if _SURROGATE.search(value):
        message = "text with half a surrogate pair cannot be written in YAML"
        raise ValueError(message)
    return _TO_ESCAPE.sub(lambda match: f"\\u{ord(match[0]):04x}", json.dumps(value, ensure_ascii=False))
