"""The word that somebody probably meant is found, and nothing is suggested when no word is near."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bbpkg.suggestions import did_you_mean, edit_distance

_ALLOWED = (
    "components",
    "containerPort",
    "existingSecret",
    "host",
    "image",
    "networkPolicies",
    "policy",
    "port",
    "ports",
    "replicas",
    "tls",
)


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        pytest.param("Image", "image", id="case"),
        pytest.param("imgae", "image", id="neighbours swapped"),
        pytest.param("imge", "image", id="letter missing"),
        pytest.param("replicaas", "replicas", id="letter too many"),
        pytest.param("replikas", "replicas", id="letter replaced"),
        pytest.param("component", "components", id="singular"),
        pytest.param("policies", "policy", id="plural in -ies"),
        pytest.param("network-policies", "networkPolicies", id="kebab case"),
        pytest.param("network_policy", "networkPolicies", id="snake case and singular"),
        pytest.param("containerport", "containerPort", id="camel case"),
        pytest.param("exsitingSecrt", "existingSecret", id="two errors in a long word"),
        pytest.param("prot", "port", id="short word"),
    ],
)
def test_near_word_is_suggested(word: str, expected: str) -> None:
    assert did_you_mean(word, _ALLOWED) == expected


@pytest.mark.parametrize("word", ["", "  ", "x", "xy", "colour", "hst0", "existing", "port" * 100])
def test_far_word_must_not_be_suggested(word: str) -> None:
    assert did_you_mean(word, _ALLOWED) is None


def test_word_itself_must_not_be_suggested() -> None:
    assert did_you_mean("tls", ["tls"]) is None


def test_spelling_variant_is_nearer_than_typing_error() -> None:
    assert did_you_mean("HOST", ["hosts", "most", "host"]) == "host"


def test_suggestion_must_not_depend_on_order() -> None:
    words = ("porta", "portb", "ports", "part")
    assert {did_you_mean("portx", order) for order in itertools.permutations(words)} == {"porta"}


@given(st.text(max_size=8), st.text(max_size=8))
def test_distance_is_symmetric_and_zero_only_for_equal_words(word: str, other: str) -> None:
    assert edit_distance(word, other) == edit_distance(other, word)
    assert (edit_distance(word, other) == 0) == (word == other)
    assert edit_distance(word, other) <= max(len(word), len(other))
