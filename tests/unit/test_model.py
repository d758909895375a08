"""The model: values keys that merge and walk in order, names that become keys, variants, and lookups."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bbpkg.model.containers import Image, ImageTag, camel
from bbpkg.model.values import ValueKey, defaults, flag, group, merged, number, open_list, open_object, text, walk
from bbpkg.model.variants import Variant, all_variants
from packages import package

TREE = (
    group("store", "A store", text("host", "Host"), group("tls", "TLS", flag("enabled", "On"))),
    number("replicas", "Pods", 2, minimum=0),
    open_list("tolerations", "Taints"),
)


def test_keys_are_walked_parents_first_in_the_order_of_the_file() -> None:
    paths = [".".join(path) for path, _ in walk(TREE)]
    assert paths == ["store", "store.host", "store.tls", "store.tls.enabled", "replicas", "tolerations"]


def test_defaults_have_the_shape_of_the_tree() -> None:
    assert defaults(TREE) == {"store": {"host": "", "tls": {"enabled": False}}, "replicas": 2, "tolerations": []}


def test_an_unset_flag_is_null_and_allows_it() -> None:
    assert flag("enabled", "Unset, on or off", default=None) == ValueKey(
        name="enabled", type="boolean", description="Unset, on or off", default=None, nullable=True
    )


def test_groups_merge_and_of_two_leaves_the_second_wins() -> None:
    more = (group("store", "", text("host", "Another host", "db"), group("tls", "Safety", text("caFile", "CA"))), text("level", "Level"))
    result = merged(TREE, more)
    assert [".".join(path) for path, _ in walk(result)] == [
        "store",
        "store.host",
        "store.tls",
        "store.tls.enabled",
        "store.tls.caFile",
        "replicas",
        "tolerations",
        "level",
    ]
    texts = {".".join(path): key.description for path, key in walk(result)}
    assert (texts["store"], texts["store.host"], texts["store.tls"]) == ("A store", "Another host", "Safety")
    assert defaults(result)["store"] == {"host": "db", "tls": {"enabled": False, "caFile": ""}}


def test_a_merged_group_keeps_its_editions_unless_the_other_names_some() -> None:
    first = (group("ui", "UI", text("a", "A"), editions=("pro",)),)
    (kept,) = merged(first, (group("ui", "", text("b", "B")),))
    (changed,) = merged(first, (group("ui", "", text("b", "B"), editions=("max",)),))
    assert (kept.editions, changed.editions) == (("pro",), ("max",))


KEYS = st.lists(st.sampled_from("abcd"), unique=True, max_size=4).map(lambda names: tuple(text(name, name.upper()) for name in names))


@given(KEYS, KEYS)
def test_merging_loses_no_key_and_invents_none(first: tuple[ValueKey, ...], second: tuple[ValueKey, ...]) -> None:
    names = [key.name for key in merged(first, second)]
    assert sorted(names) == sorted({key.name for key in (*first, *second)})
    assert names[: len(first)] == [key.name for key in first]


def test_an_open_object_is_open_and_a_group_is_not() -> None:
    assert open_object("labels", "Labels").is_open
    assert not group("tls", "TLS", flag("enabled", "On")).is_open
    assert TREE[0].child("host") == text("host", "Host")
    assert TREE[0].child("port") is None


@pytest.mark.parametrize(
    ("name", "key"), [("api", "api"), ("policy-engine", "policyEngine"), ("a-1", "a1"), ("one-two-three", "oneTwoThree")]
)
def test_a_name_becomes_its_key_in_the_values(name: str, key: str) -> None:
    assert camel(name) == key


def test_variants_are_ordered_and_written_as_definitions_write_them() -> None:
    notes = package("notes")
    assert [str(variant) for variant in sorted(notes.variants)] == ["lite/1", "pro/1.5", "pro/2.0"]
    assert [str(variant) for variant in notes.edition("pro").variants] == ["pro/1.5", "pro/2.0"]
    assert notes.edition("pro").release("1.5").app_version == "1.5.3"
    assert notes.variants == all_variants(notes.editions)


def test_the_tag_of_an_image_is_that_of_the_variant() -> None:
    old, new, other = Variant("pro", "1"), Variant("pro", "2"), Variant("lite", "1")
    tags = (ImageTag(variants=frozenset([old]), tag="1.0"), ImageTag(variants=frozenset([new]), tag="2.0"))
    image = Image(name="web-front", repository="r", upstream=None, tags=tags)
    assert (image.key, image.tag(old), image.tag(new), image.variants) == ("webFront", "1.0", "2.0", frozenset([old, new]))
    with pytest.raises(StopIteration):
        image.tag(other)


def test_a_runtime_is_folded_into_the_components_that_continue_it() -> None:
    page = package("notes").component("page")
    (spelling,) = page.containers[1:]
    assert [variable.name for variable in page.main.env] == ["NOTES_POD", "NOTES_COOKIE_SECRET", "NOTES_DB_PASSWORD"]
    assert [variable.name for variable in spelling.env] == ["NOTES_POD", "NOTES_COOKIE_SECRET", "NOTES_WORDS"]
    assert page.main.command == spelling.command == ("/bin/notes", "--verbose", "off")
    assert (page.main.probes.liveness.kind, page.main.probes.liveness.port) == ("tcp", "http")
    assert (spelling.probes.readiness.port, spelling.probes.readiness.path) == ("http-spell", "/ready")
    assert [use.name for use in page.backends] == ["shelf"]


def test_a_workspace_of_a_container_replaces_that_of_its_runtime() -> None:
    (spelling,) = package("notes").component("page").containers[1:]
    assert [(workspace.name, workspace.size, sorted(map(str, workspace.variants))) for workspace in spelling.workspaces] == [
        ("tmp", "32Mi", ["pro/2.0"])
    ]


def test_a_backend_brings_its_own_credential() -> None:
    notes = package("notes")
    assert [credential.name for credential in notes.all_credentials] == ["cookie", "shelf"]
    assert notes.credential("shelf").key("password").value == ("shelf", "password")
    assert (notes.backend("shelf").database, notes.backend("shelf").username) == ("shelf", "librarian")
