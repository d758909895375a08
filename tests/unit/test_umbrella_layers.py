"""Layers of values: what they are together, who set what, and who won."""

import pytest

from bbpkg.documents import read_documents
from bbpkg.umbrella.layers import Act, Layer, is_encrypted, leaves, merged, origins, steps_of, with_defaults


def layer(name: str, text: str, *, root: tuple[str, ...] = (), mount: tuple[str, ...] = ()) -> Layer:
    (document,) = read_documents(text, file=name)
    return Layer(name=name, file=f"{name}.yaml", document=document, root=root, mount=mount)


WEAK = layer("weak", "a:\n  list: [1, 2]\n  text: x\n  same: 1\n")
STRONG = layer("strong", "# first\na:\n  list: [3]\n  same: 1\n  new: {}\n")


def acts(pointer: str, *layers: Layer) -> list[tuple[str, str, int]]:
    return [(origin.layer, origin.act.value, origin.location.line) for origin in origins(layers, steps_of(pointer))]


def test_mappings_merge_and_everything_else_is_replaced() -> None:
    assert merged([WEAK, STRONG]) == {"a": {"list": [3], "text": "x", "same": 1, "new": {}}}


def test_null_stays_among_files_and_deletes_a_default() -> None:
    values = merged([WEAK, layer("null", "a:\n  text: null\n")])
    assert values["a"] == {"list": [1, 2], "text": None, "same": 1}
    assert with_defaults({"a": {"text": "default", "kept": 1}}, {"a": {"text": None}}) == {"a": {"kept": 1}}


@pytest.mark.parametrize(
    ("pointer", "expected"),
    [
        ("/a", [("weak", "sets", 1), ("strong", "merges", 2)]),
        ("/a/list", [("weak", "sets", 2), ("strong", "replaces", 3)]),
        ("/a/list/1", [("weak", "sets", 2), ("strong", "replaces", 3)]),
        ("/a/text", [("weak", "sets", 3)]),
        ("/a/same", [("weak", "sets", 4), ("strong", "repeats", 4)]),
        ("/a/new", [("strong", "sets", 5)]),
        ("/b", []),
    ],
)
def test_every_layer_of_a_value_is_known_with_its_line(pointer: str, expected: list[tuple[str, str, int]]) -> None:
    assert acts(pointer, WEAK, STRONG) == expected


def test_a_value_is_lost_when_one_above_it_is_replaced() -> None:
    scalar = layer("scalar", "a: 1\n")
    assert acts("/a/text", WEAK, scalar) == [("weak", "sets", 3), ("scalar", "replaces", 1)]
    assert acts("/a/text", scalar, WEAK) == [("weak", "sets", 3)]
    gone = layer("gone", "\na: null\n")
    assert acts("/a/text", WEAK, gone, STRONG) == [("weak", "sets", 3), ("gone", "deletes", 2)]
    assert origins([WEAK, gone], ("a", "text"))[-1].at == ("a",)


def test_values_stand_below_a_root_of_their_file_and_at_a_place_of_the_chart() -> None:
    umbrella = layer("umbrella", "packages:\n  x:\n    values:\n      a:\n        text: other\n", root=("packages", "x", "values"))
    subchart = layer("subchart", "text: z\n", mount=("a",))
    assert merged([subchart, umbrella]) == {"a": {"text": "other"}}
    first, last = origins([subchart, umbrella], ("a", "text"))
    assert str(first.location) == "subchart.yaml:1: /text"
    assert str(last.location) == "umbrella.yaml:5: /packages/x/values/a/text"
    assert (last.act, last.at) == (Act.REPLACES, ("a", "text"))


def test_what_is_no_mapping_says_nothing() -> None:
    assert layer("x", "packages: 1\n", root=("packages", "x", "values")).values == {}


def test_a_file_of_sops_is_values_without_its_own_key() -> None:
    encrypted = layer("secret", "a: ENC[AES256_GCM,data:x,iv:y,tag:z,type:str]\nsops:\n  version: 3.9.0\n")
    assert list(merged([encrypted])) == ["a"]
    assert is_encrypted(encrypted.values["a"])
    assert not is_encrypted("ENC")


def test_leaves_come_in_order_and_lists_are_whole() -> None:
    assert list(leaves({"a": {"b": 1, "c": [{"d": 2}]}, "e": {}})) == [(("a", "b"), 1), (("a", "c"), [{"d": 2}]), (("e",), {})]
