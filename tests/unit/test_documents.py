"""YAML is read as Kubernetes reads it, with lines, and everything that is wrong with it is found."""

import math
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from bbpkg import documents
from bbpkg.documents import Document, Scalars, read_documents, scalar_text
from bbpkg.errors import InvalidInputError
from bbpkg.scalars import read_plain

# Seen with `fromYaml | toJson` in Helm 4.3.1.
KUBERNETES_SCALARS: dict[str, object] = {
    **dict.fromkeys(("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"), True),
    **dict.fromkeys(("n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"), False),
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **{
        text: text
        for text in ("nO", "tRUE", "nULL", "yess", "_1", "+-5", ".", "..", ".e3", "._5", "12:30", "2001-01-01", "=", "--", "+", "-_")
    },
    **{
        text: text
        for text in ("0o8", "0x", "0xg", "0b", "0b12", "-0x", "0x1p4", "0x1.8p1", "1.2.3", "1e", "1e400", ".1e400", "1,000", "a b")
    },
    **{
        text: text for text in ("2001-01-01T00:00:00Z", "0xFFFFFFFFFFFFFFFFFF", "0b" + "1" * 72, "-0xFFFFFFFFFFFFFFFFFF", "NaN", "Inf", "é")
    },
    "0755": 493,
    "-0755": -493,
    "+0755": 493,
    "0o755": 493,
    "0O755": 493,
    "-0o17": -15,
    "0_7": 7,
    "0001": 1,
    "00": 0,
    "0": 0,
    "-0": 0,
    "0x1F": 31,
    "0X1f": 31,
    "-0x1f": -31,
    "0x_1": 1,
    "0x1_F": 31,
    "0b11": 3,
    "0B11": 3,
    "-0b11": -3,
    "0b_1": 1,
    "-0b1_1": -3,
    "1_000": 1000,
    "1_": 1,
    "1__0": 10,
    "+5": 5,
    "-5": -5,
    "123456789012": 123456789012,
    "08": 8,
    "-08": -8,
    "1e3": 1000,
    "1E3": 1000,
    "1.5e3": 1500,
    "1e+3": 1000,
    "5.": 5,
    "1.0": 1,
    ".5e3": 500,
    "-.5e3": -500,
    "-0.0": 0,
    "1e20": 10**20,
    "1e-3": 0.001,
    ".5": 0.5,
    "-.5": -0.5,
    "+.5": 0.5,
    ".5_0": 0.5,
    "-._5": -0.5,
    "1_0.5": 10.5,
    "09.5": 9.5,
    "0.1": 0.1,
    "1e-7": 1e-7,
    "1e21": 1e21,
    "1e22": 1e22,
    "0" + "7" * 25: 7.777777777777778e24,
    "0.00001": 0.00001,
    # Exact here, where Helm's fromYaml rounds them to the next float.
    "9007199254740993": 9007199254740993,
    "18446744073709551615": 2**64 - 1,
    "-9223372036854775808": -(2**63),
    # Not integers of 64 bits, so read as floats.
    "18446744073709551616": 2**64,
    "18446744073709551617": 2**64,
    "-9223372036854775809": -(2**63),
    "1" * 5000: "1" * 5000,
    "0" * 5000: 0,
}


def _read(text: str, scalars: Scalars = Scalars.KUBERNETES) -> object:
    (document,) = read_documents(text, file="values.yaml", scalars=scalars)
    return document.value


def _problems(text: str) -> list[str]:
    with pytest.raises(InvalidInputError) as caught:
        read_documents(text, file="values.yaml")
    return [str(found).removeprefix("values.yaml") for found in caught.value.diagnostics]


def _shown(value: object) -> str:
    return f"{type(value).__name__} {value!r}"


@pytest.fixture(params=["C", "Python"])
def parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Read with the parser in C, or with the one in Python that is there on every machine."""
    if request.param == "Python":
        monkeypatch.setattr(documents, "YAML", lambda typ, pure: YAML(typ=typ, pure=pure or True))
    return str(request.param)


@pytest.mark.parametrize("text", [pytest.param(text, id=text[:30] or "empty") for text in KUBERNETES_SCALARS])
def test_plain_scalar_is_read_as_kubernetes_does(text: str) -> None:
    assert _shown(read_plain(text)) == _shown(KUBERNETES_SCALARS[text])
    assert _shown(_read(f"value: {text}")) == _shown({"value": KUBERNETES_SCALARS[text]})


@pytest.mark.parametrize("text", ["n", "0755", "~", "1e3", "<<", "12:30"])
def test_quoted_scalar_is_always_text(text: str) -> None:
    assert _read(f"[\"{text}\", '{text}', !!str {text}, ! {text}]") == [text] * 4
    assert _read(f"|-\n  {text}\n") == text


@pytest.mark.parametrize("text", ["n", "0755", "~", "1e3", "1.10", ".inf"])
def test_text_mode_keeps_what_was_written(text: str) -> None:
    assert _read(f"{{on: {text}}}", scalars=Scalars.TEXT) == {"on": text}


@pytest.mark.parametrize("text", [".inf", "-.INF", "+.Inf", ".nan", ".NaN"])
def test_number_that_json_has_not_is_refused(text: str) -> None:
    assert _problems(f"a: {text}") == [f":1: /a: {text} has no value in Kubernetes, which reads YAML as JSON; allowed are finite numbers."]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("!!int '5'", 5),
        ("!!int 0755", 493),
        ("!!float 5", 5),
        ("!!float 1.5", 1.5),
        ("!!bool 'yes'", True),
        ("!!null ''", None),
        ("!!str", ""),
        ("!!map {a: 1}", {"a": 1}),
        ("!!seq [1]", [1]),
    ],
)
def test_known_tag_is_followed(text: str, expected: object) -> None:
    assert _shown(_read(text)) == _shown(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("!foo 5", "the tag !foo is unknown; known tags are !!bool, !!float, !!int, !!null, !!str."),
        ("!!binary aGk=", "the tag !!binary is unknown; known tags are !!bool, !!float, !!int, !!null, !!str."),
        ("!!int abc", "'abc' does not fit the tag !!int."),
        ("!!int 1.0", "'1.0' does not fit the tag !!int."),
        ("!!float abc", "'abc' does not fit the tag !!float."),
        ("!!float yes", "'yes' does not fit the tag !!float."),
        ("!!bool 1", "'1' does not fit the tag !!bool."),
        ("!!null x", "'x' does not fit the tag !!null."),
        ("!!set {a}", "the tag !!set is unknown here; known is !!map."),
        ("!!map [a]", "the tag !!map is unknown here; known is !!seq."),
    ],
)
def test_tag_that_does_not_fit_is_refused(text: str, expected: str, parser: str) -> None:
    assert _problems(f"a:\n  b: {text}") == [f":2: /a/b: {expected}"], parser


LINES = """\
# a comment
metadata:
  name: demo   # another
  "a/b~c": |
    text

    more
items:
- a
-
  - deep: 1
- {x: 1,
   yy: 2}
---
second: 1
"""


def test_every_value_knows_its_line(parser: str) -> None:
    first, second = read_documents(LINES, file="x")
    assert dict(first.lines) == {
        "": 2,
        "/metadata": 2,
        "/metadata/name": 3,
        "/metadata/a~1b~0c": 4,
        "/items": 8,
        "/items/0": 9,
        "/items/1": 11,
        "/items/1/0": 11,
        "/items/1/0/deep": 11,
        "/items/2": 12,
        "/items/2/x": 12,
        "/items/2/yy": 13,
    }, parser
    assert second == Document({"second": 1}, {"": 15, "/second": 15})


def test_line_of_a_missing_value_is_that_of_the_nearest_above_it() -> None:
    first, _ = read_documents(LINES, file="x")
    assert [first.line(pointer) for pointer in ("/metadata/name/x/y", "/metadata/gone", "/gone", "", "/items/7")] == [3, 2, 2, 2, 8]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("# nothing\n", []),
        ("---\n", [None]),
        ("---\n---\na: 1\n", [None, {"a": 1}]),
        ("--- text\n...\n--- [1]\n", ["text", [1]]),
    ],
)
def test_stream_is_split_into_documents(text: str, expected: list[object], parser: str) -> None:
    assert [document.value for document in read_documents(text, file="x")] == expected, parser


@pytest.mark.parametrize("text", ["\ufeffa: 1\nb: x\n", "a: 1\r\nb: x\r\n", "a: 1\rb: x\r", "a: 1\nb: x"])
def test_byte_order_mark_and_line_ends_are_accepted(text: str, parser: str) -> None:
    (document,) = read_documents(text, file="x")
    assert (document.value, document.line("/b")) == ({"a": 1, "b": "x"}, 2), parser


def test_tabs_around_values_are_accepted() -> None:
    assert _read("a:\t1\t\nb: x\t# y\n") == {"a": 1, "b": "x"}


def test_colon_inside_text_of_a_flow_list_is_accepted(parser: str) -> None:
    assert _read("a: [--listen, 0.0.0.0:80, https://x:443/y]\nb: {c: d:e}") == {
        "a": ["--listen", "0.0.0.0:80", "https://x:443/y"],
        "b": {"c": "d:e"},
    }, parser


def test_first_syntax_error_of_the_more_lenient_parser_is_reported() -> None:
    (problem,) = _problems("a: [0.0.0.0:80]\nb:\n\tc: 1\n")
    assert problem.startswith(":3: not YAML: ")


def test_block_text_has_plain_line_ends() -> None:
    assert _read("a: |\r\n  x\r\n  y\r\n") == {"a": "x\ny\n"}


def test_alias_repeats_a_value_that_is_not_shared(parser: str) -> None:
    value: Any = _read("a: &a {x: [1]}\nb: *a\nc: &a 5\nd: *a\n? &k key\n: 1\ne: {*k : 2}\n")
    assert value == {"a": {"x": [1]}, "b": {"x": [1]}, "c": 5, "d": 5, "key": 1, "e": {"key": 2}}, parser
    value["b"]["x"].append(2)
    assert value["a"] == {"x": [1]}


def test_merge_keys_add_what_is_missing(parser: str) -> None:
    (document,) = read_documents(
        "a: &a {x: 1, z: 2}\nb: &b {x: 3, w: 4}\nc:\n  <<: [*a, *b]\n  z: 5\nd:\n  z: 2\n  <<: *a\ne: {<<: {q: 1}}\n", file="x"
    )
    value: Any = document.value
    assert value["c"] == {"z": 5, "x": 1, "w": 4}, parser
    assert value["d"] == {"z": 2, "x": 1}
    assert value["e"] == {"q": 1}
    assert (document.line("/c/w"), document.line("/c/z"), document.line("/d/x")) == (4, 5, 8)


def test_quoted_merge_key_is_a_key() -> None:
    assert _read('"<<": {a: 1}') == {"<<": {"a": 1}}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<<: 5", ":1: << merges a mapping or a list of mappings, not the number 5."),
        ("a:\n  <<: [{b: 1}, c]", ":2: /a: << merges a mapping or a list of mappings, not text."),
        (
            "a:\n  x: 1\n  <<: {x: 2}",
            (
                ':2: /a/x: "x" is set before << and differently by it; programs do not agree which of the two wins.'
                "\n  hint: move << to the first line of the mapping"
            ),
        ),
    ],
)
def test_merge_that_is_not_clear_is_refused(text: str, expected: str, parser: str) -> None:
    assert _problems(text) == [expected], parser


def test_duplicate_key_is_refused_with_both_lines(parser: str) -> None:
    assert _problems("a:\n  b: 1\n  c: 2\n  b: 3\n") == [
        ':4: /a/b: the key "b" is given twice, first on line 2; each key may be given once.\n  hint: delete one of the two',
    ], parser


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("on: 1", ':1: /on: the key on is read as the boolean true; keys are text.\n  hint: put it in quotes: "on"'),
        ("080: 1", ':1: /080: the key 080 is read as the number 80; keys are text.\n  hint: put it in quotes: "080"'),
        ("~: 1", ':1: /~0: the key ~ is read as null; keys are text.\n  hint: put it in quotes: "~"'),
        ("a: &a 5\n*a : 1", ':2: /5: the key 5 is read as the number 5; keys are text.\n  hint: put it in quotes: "5"'),
        (
            "a: {{ .Values.b }}",
            (
                ":1: /a: a mapping or list stands where a key is expected; keys are text."
                '\n  hint: if this is a template, put it in quotes: "{{ ... }}"'
            ),
        ),
    ],
)
def test_key_that_is_not_text_is_refused(text: str, expected: str, parser: str) -> None:
    assert _problems(text) == [expected], parser


def test_all_problems_are_found_in_order(parser: str) -> None:
    text = "b: 1\nb: 2\nyes: 1\nc: *gone\nd: !x y\ne: [\n"
    found = _problems(text)
    assert [problem.split(":")[1] for problem in found[:4]] == ["2", "3", "4", "5"], parser
    assert "not YAML" in found[4]
    assert len(found) == 5


def test_number_of_problems_is_told() -> None:
    with pytest.raises(InvalidInputError, match=r"^values\.yaml is not valid YAML for Kubernetes: 2 problems$"):
        read_documents("yes: 1\nno: 2\n", file="values.yaml")


@pytest.mark.parametrize(
    ("text", "line", "hint"),
    [
        ("a: [\n", 2, None),
        ("a:\n\tb: 1\n", 2, "indent with spaces; YAML does not allow tabs there"),
        ("a: b: c\n", 1, "put the value in quotes"),
        ("a: 1\nb: @x\n", 2, "put the value in quotes"),
        ("a: 1\nb: %x\n", 2, "put the value in quotes"),
        ("<<<<<<< HEAD\na: 1\n", 2, None),
        ('a: "x\n', 2, None),
    ],
)
def test_syntax_error_has_a_line_and_a_hint(text: str, line: int, hint: str | None, parser: str) -> None:
    (problem,) = _problems(text)
    assert problem.startswith(f":{line}: not YAML: "), parser
    assert problem.partition("\n  hint: ")[2] == (hint or "")


@pytest.mark.parametrize("text", ["\x00", "\x01", "\x1b", "\x7f", "\x80", "\ufffe", "\udc80"])
def test_control_character_is_refused_with_its_line(text: str, parser: str) -> None:
    (problem,) = _problems(f"a: 1\nb: x{text}y\n")
    message = f":2: the character U+{ord(text):04X} is not allowed in YAML; allowed are tab, line ends and printable characters."
    hint = "save the file as UTF-8" if text == "\udc80" else f'delete it, or write it as "\\u{ord(text):04x}" inside double quotes'
    assert problem == f"{message}\n  hint: {hint}", parser


def test_binary_file_must_not_fill_the_screen() -> None:
    assert len(_problems("\x00\n" * 1000)) == 20


def test_alias_without_anchor_is_refused(parser: str) -> None:
    assert _problems("a: *b\nb: &b 1\n") == [":1: /a: *b repeats nothing: there is no &b before it."], parser


def test_anchor_must_not_reach_the_next_document() -> None:
    assert _problems("a: &a 1\n---\nb: *a\n") == [":3: /b: *a repeats nothing: there is no &a before it."]


@pytest.mark.parametrize("text", ["a: &a [1, *a]", "a: &a {b: {c: *a}}", "a: &a\n  <<: *a"])
def test_alias_inside_its_own_value_is_refused(text: str, parser: str) -> None:
    (problem,) = _problems(text)
    assert problem.endswith("*a stands inside &a and would repeat itself without end."), parser


def _bomb(levels: int, items: Iterable[str]) -> str:
    rows = [f"a{level}: &a{level} [{', '.join(f'*a{level - 1}' for _ in items)}]" for level in range(1, levels)]
    return "\n".join(["a0: &a0 [x, x]", *rows])


def test_alias_bomb_is_refused(parser: str) -> None:
    assert len(str(_read(_bomb(4, "12345678")))) > 5000
    (problem,) = _problems(_bomb(30, "12345678"))
    assert problem.endswith("the file has, with aliases repeated, more than 1000000 values."), parser


def test_deep_nesting_is_refused_without_exhausting_the_stack(parser: str) -> None:
    _read("[" * 200 + "]" * 200)
    for text in ("[" * 201 + "]" * 201, "[" * 5_000, "{a: " * 5_000, "- " * 5_000):
        (problem,) = _problems(text)
        assert problem.endswith("mappings and lists are nested deeper than 200 levels."), parser


def test_deep_nesting_by_aliases_is_refused() -> None:
    rows = [f"a{level}: &a{level} [[[[[[[[[[*a{level - 1}]]]]]]]]]]" for level in range(1, 30)]
    (problem,) = _problems("\n".join(["a0: &a0 [x]", *rows]))
    assert problem == ":21: mappings and lists are nested deeper than 200 levels."


def test_huge_file_is_refused() -> None:
    for text in ("é" * (16 * 1024 * 1024) + "x", "x" * (32 * 1024 * 1024 + 1)):
        assert _problems(text) == [": the file has more than 32 MiB; larger files are not read."]


def test_values_must_not_be_changed_through_the_lines() -> None:
    (document,) = read_documents("a: 1", file="x")
    with pytest.raises(TypeError):
        document.lines["/a"] = 7  # type: ignore[index]


SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(min_value=-(2**63), max_value=2**64 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(),
    st.sampled_from([text for text in KUBERNETES_SCALARS if len(text) < 100]),
    st.from_regex(r"[-+]?[0-9oxb_.:eE+-]{1,8}", fullmatch=True),
    st.text(alphabet="ab1 -_:.,#/&*!|>%@`'\"{}[]?=<~\t\n\r\x85\u2028\ufeff\\", max_size=8),
)


def _ruamel(text: str, version: str) -> object:
    yaml = YAML(typ="safe", pure=True)
    yaml.version = version
    return yaml.load(text)


@given(SCALARS)
@example("true")
@example("y")
@example("1.10")
@example("a: b")
@example("a #b")
@example("---")
@example("a\u2028b\x85\x7f\ufeff\U0001f600")
@example(1e22)
@example(5e-324)
def test_every_parser_reads_a_written_scalar_unchanged(value: str | float | bool | None) -> None:  # noqa: FBT001
    text = f"a: {scalar_text(value)}\n"
    flow = f"{{a: [{scalar_text(value)}, 1]}}\n"
    own: Any = _read(text)
    assert own == {"a": value}
    assert isinstance(own["a"], str) == isinstance(value, str)
    assert isinstance(own["a"], bool) == isinstance(value, bool)
    assert _read(flow) == {"a": [value, 1]}
    for version in ("1.1", "1.2"):
        assert _shown(_ruamel(text, version)) == _shown({"a": value}), version
        assert _shown(_ruamel(flow, version)) == _shown({"a": [value, 1]}), version


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("anchore", "anchore"),
        ("registry1.dso.mil/ironbank/anchore", "registry1.dso.mil/ironbank/anchore"),
        ("/var/lib", "/var/lib"),
        ("two words", "two words"),
        ("https://anchore.example.mil", '"https://anchore.example.mil"'),
        ("", '""'),
        ("5.27", '"5.27"'),
        ("No", '"No"'),
        ("a: b", '"a: b"'),
        ("x:", '"x:"'),
        (" x", '" x"'),
        ("{{ x }}", '"{{ x }}"'),
        ("a\nb", '"a\\nb"'),
        ("\x85", '"\\u0085"'),
        ("grün", '"grün"'),
        (8228, "8228"),
        (0.5, "0.5"),
        (1e22, "1.0e+22"),
        (True, "true"),
        (None, "null"),
    ],
)
def test_scalar_is_written_plain_only_when_that_is_safe(value: str | float | bool | None, expected: str) -> None:  # noqa: FBT001
    assert scalar_text(value) == expected


@pytest.mark.parametrize("value", [math.inf, math.nan, 2**64, -(2**63) - 1, "\ud83d"])
def test_scalar_without_a_safe_text_is_refused(value: str | float) -> None:
    with pytest.raises(ValueError, match=r"bits|cannot be written"):
        scalar_text(value)
