"""YAML text edited in place: the value that was meant changes, and not one byte beside it."""

import pytest

from bbpkg.editing.yaml_text import EditRefusedError, YamlText
from bbpkg.errors import InvalidInputError

_BIG = """\
# yaml-language-server: $schema=values.schema.json
# Overrides of the cluster.

# -- where we are
domain: 'example.mil'   # ours

kiali:
    enabled: true
    values:
        # both replicas
        deployment: {replicas: 2, tag: "1.0"}   # pinned
        hosts:
        - one
        # the second
        - two
        text: |
            # no comment
            line

        # end of values

addons:
    argocd:
        enabled: false
"""


def _text(text: str) -> YamlText:
    return YamlText.read(text, file="my.yaml")


def _changed(old: str, new: str) -> tuple[list[str], list[str]]:
    """The lines that went and came, between those at the beginning and the end that are the same."""
    before, after = old.splitlines(keepends=True), new.splitlines(keepends=True)
    while before and after and before[0] == after[0]:
        del before[0], after[0]
    while before and after and before[-1] == after[-1]:
        del before[-1], after[-1]
    return before, after


@pytest.mark.parametrize(
    "text", [_BIG, "", "# only a comment\n", "a: 1", "\ufeffa: 1\r\nb:\r\n- x\r\n", "---\na: 1\n...\n---\n# c\nb: 2\n", "{}\n"]
)
def test_what_is_not_edited_stays_to_the_byte(text: str) -> None:
    read = _text(text)
    assert read.text == text
    if read.has("/a"):
        assert read.set("/a", 1) is read


@pytest.mark.parametrize(
    ("pointer", "value", "gone", "come"),
    [
        ("/domain", "other.mil", "domain: 'example.mil'   # ours\n", "domain: 'other.mil'   # ours\n"),
        ("/domain", "it's", "domain: 'example.mil'   # ours\n", "domain: 'it''s'   # ours\n"),
        ("/domain", 5, "domain: 'example.mil'   # ours\n", "domain: 5   # ours\n"),
        ("/kiali/enabled", False, "    enabled: true\n", "    enabled: false\n"),
        ("/kiali/enabled", "yes", "    enabled: true\n", '    enabled: "yes"\n'),
        ("/kiali/values/hosts/1", "three", "        - two\n", "        - three\n"),
        ("/kiali/values/hosts/2", "three", "", "        - three\n"),
        (
            "/kiali/values/deployment/tag",
            "2",
            '        deployment: {replicas: 2, tag: "1.0"}   # pinned\n',
            '        deployment: {replicas: 2, tag: "2"}   # pinned\n',
        ),
        (
            "/kiali/values/deployment/more/deep",
            [1],
            '        deployment: {replicas: 2, tag: "1.0"}   # pinned\n',
            '        deployment: {replicas: 2, tag: "1.0", more: {deep: [1]}}   # pinned\n',
        ),
        ("/kiali/values/text", "t", "        text: |\n            # no comment\n            line\n", "        text: t\n"),
        ("/kiali/values/hosts", [], "        hosts:\n        - one\n        # the second\n        - two\n", "        hosts: []\n"),
        ("/kiali/values/hosts", "x", "        hosts:\n        - one\n        # the second\n        - two\n", "        hosts: x\n"),
        (
            "/addons/argocd/enabled",
            {"a": [{"b": 1, "c": {}}]},
            "        enabled: false\n",
            "        enabled:\n            a:\n            - b: 1\n              c: {}\n",
        ),
        ("/addons/argocd/values/x", 1, "", "        values:\n            x: 1\n"),
        ("/addons/argocd/note", "a\n\n b\n", "", "        note: |\n            a\n\n             b\n"),
        ("/kiali/values/new", None, "", "        new: null\n"),
        ("/kiali/values/hosts/0", {"a": 1, "b": [2]}, "        - one\n", "        - a: 1\n          b:\n          - 2\n"),
        ("/kiali/values/text", "a\nb", "        text: |\n            # no comment\n            line\n", '        text: "a\\nb"\n'),
    ],
)
def test_a_value_is_set(pointer: str, value: object, gone: str, come: str) -> None:
    edited = _text(_BIG).set(pointer, value)
    before, after = _changed(_BIG, edited.text)
    assert ("".join(before), "".join(after)) == (gone, come)
    assert edited.value(pointer) == value


def test_the_comments_of_a_mapping_stay_in_it_when_it_grows() -> None:
    edited = _text(_BIG).set("/kiali/values/new", 1)
    assert (
        "            line\n\n        # end of values\n        new: 1\n\naddons:" in edited.text
        or "line\n        new: 1\n\n        # end of values" in edited.text
    )


def test_a_new_key_can_come_first_and_with_a_comment() -> None:
    edited = _text(_BIG).set("/packageConfiguration/version", "v1", is_first=True, comment="what packages mean\nsince 4.0")
    _, after = _changed(_BIG, edited.text)
    assert "".join(after) == "# what packages mean\n# since 4.0\npackageConfiguration:\n    version: v1\n\n"
    assert edited.text.startswith("# yaml-language-server: $schema=values.schema.json\n# Overrides of the cluster.\n\n# what")


@pytest.mark.parametrize(
    ("text", "pointer", "value", "expected"),
    [
        ("", "/a/b", 1, "a:\n  b: 1\n"),
        ("# c", "/a", "x", "# c\na: x\n"),
        ("{}\n", "/a", 1, "a: 1\n"),
        ("--- {}\n", "/a", 1, "--- \na: 1\n"),
        ("---\n# c\n", "/a", 1, "---\n# c\na: 1\n"),
        ("---", "/a", 1, "---\na: 1"),
        ("a:\n", "/a/b", 1, "a:\n  b: 1\n"),
        ("a:   # c\n", "/a/b", 1, "a:   # c\n  b: 1\n"),
        ("a:   # c\n", "/a", 1, "a: 1   # c\n"),
        ("a: {}  # c\nb: 1\n", "/a/b", 1, "a:  # c\n  b: 1\nb: 1\n"),
        ("a: 1", "/b", 2, "a: 1\nb: 2"),
        ("a:\r\n  b: 1\r\n", "/a/c", [1], "a:\r\n  b: 1\r\n  c:\r\n    - 1\r\n"),
        ("a:\n  b: [x]\n", "/a/b/1", "z", "a:\n  b: [x, z]\n"),
        ("a: []\n", "/a/0", {"b": 1}, "a:\n  - b: 1\n"),
        ("- a: 1\n  # c\n  b: 2\n", "/0/c", 3, "- a: 1\n  # c\n  b: 2\n  c: 3\n"),
        ("- 1\n", "/0", {"a": 1}, "- a: 1\n"),
        ("-\n", "/0", 1, "- 1\n"),
        ('{\n  "a": 1\n}\n', "/b", "x", '{\n  "a": 1,\n  "b": "x"\n}\n'),
        ('{\n  "a": 1, # c\n}\n', "/b", "x", '{\n  "a": 1, # c\n  "b": "x",\n}\n'),
        ("{a: {}}\n", "/a/b", 1, "{a: {b: 1}}\n"),
        ("a: &x\n  b: 1\n", "/a", 2, "a: 2\n"),
        ("a: &x\n  b: 1\n", "/a/b", 2, "a: &x\n  b: 2\n"),
        ("a: &x 1\nb: *x\n", "/b", 2, "a: &x 1\nb: 2\n"),
        ("a: &x {p: 1}\nb:\n  <<: *x\n  q: 2\n", "/b/p", 3, "a: &x {p: 1}\nb:\n  <<: *x\n  q: 2\n  p: 3\n"),
        ("a:\n  b: 1\n  # deeper than a\n# about c\nc: 1\n", "/a/d", 2, "a:\n  b: 1\n  # deeper than a\n  d: 2\n# about c\nc: 1\n"),
        ("a: >-  # c\n  x\n  y\nb: 1\n", "/a", "z", "a: z  # c\nb: 1\n"),
        ("a: x\n  y\nb: 1\n", "/a", {"c": 1}, "a:\n  c: 1\nb: 1\n"),
        ("? a\n: 1\n", "/a", 2, "? a\n: 2\n"),
        ("a:\n  {b: 1,\n   c: 2}\n", "/a/b", 5, "a:\n  {b: 5,\n   c: 2}\n"),
        ("a:\n  long\n", "/a", {"b": 1}, "a:\n  b: 1\n"),
    ],
)
def test_a_value_is_set_in_every_style(text: str, pointer: str, value: object, expected: str) -> None:
    assert _text(text).set(pointer, value).text == expected


@pytest.mark.parametrize(
    ("pointer", "gone"),
    [
        ("/domain", "# -- where we are\ndomain: 'example.mil'   # ours\n\n"),
        ("/kiali/values/hosts/1", "        # the second\n        - two\n"),
        ("/kiali/values/deployment", '        # both replicas\n        deployment: {replicas: 2, tag: "1.0"}   # pinned\n'),
        ("/kiali/enabled", "    enabled: true\n"),
        ("/addons", "\naddons:\n    argocd:\n        enabled: false\n"),
    ],
)
def test_a_key_goes_with_its_comments(pointer: str, gone: str) -> None:
    edited = _text(_BIG).delete(pointer)
    before, after = _changed(_BIG, edited.text)
    assert ("".join(before), after) == (gone, [])
    assert not edited.has(pointer) or pointer.endswith("/1")


@pytest.mark.parametrize(
    ("text", "pointer", "pruned", "expected"),
    [
        ("a:\n  b: 1\n", "/a/b", False, "a: {}\n"),
        ("a: # c\n  # d\n  b: 1\nc: 1\n", "/a/b", False, "a: {} # c\nc: 1\n"),
        ("a:\n  b:\n    c: 1\nd: 1\n", "/a/b/c", True, "d: 1\n"),
        ("a:\n  b:\n    c: 1\n", "/a/b/c", True, "{}\n"),
        ("a: [1, 2, 3]\n", "/a/1", False, "a: [1, 3]\n"),
        ("a: [1, 2, 3]\n", "/a/2", False, "a: [1, 2]\n"),
        ("a: {b: 1,}\n", "/a/b", False, "a: {}\n"),
        ("- a: 1\n  b: 2\n", "/0/a", False, "- b: 2\n"),
        ("- a: 1\n  # about b\n  b: 2\n", "/0/a", False, "- # about b\n  b: 2\n"),
        ("- a: 1\n- b: 2\n", "/0", False, "- b: 2\n"),
        ("- a: 1\n- b: 2\n", "/0/a", False, "- {}\n- b: 2\n"),
        ("a: 1\n\nb: 2\n", "/b", False, "a: 1\n"),
        ("a: 1\n\nb: 2\n\nc: 3\n", "/b", False, "a: 1\n\nc: 3\n"),
        ("a: 1\nb: 2", "/b", False, "a: 1"),
        ('{\n  "a": 1,\n  "b": 2\n}\n', "/b", False, '{\n  "a": 1\n}\n'),
        ('{\n  "a": 1,\n  "b": 2\n}\n', "/a", False, '{\n  "b": 2\n}\n'),
        ("a: &x\n  b: 1\n", "/a/b", False, "a: {}\n"),
    ],
)
def test_a_key_is_deleted_in_every_style(text: str, pointer: str, pruned: bool, expected: str) -> None:  # noqa: FBT001
    assert _text(text).delete(pointer, is_pruned=pruned).text == expected


@pytest.mark.parametrize(
    ("text", "pointer", "key", "expected"),
    [
        ("a: 1 # c\nb: 2\n", "/a", "c", "c: 1 # c\nb: 2\n"),
        ("'a': 1\n", "/a", "it's", "'it''s': 1\n"),
        ('{"a":1}\n', "/a", "b", '{"b":1}\n'),
        ("? a\n: 1\n", "/a", "b", "? b\n: 1\n"),
        ("a: &x 1\nb: *x\n", "/a", "true", '"true": &x 1\nb: *x\n'),
        ("a:\n- b: 1\n", "/a/0/b", "c", "a:\n- c: 1\n"),
    ],
)
def test_a_key_is_renamed(text: str, pointer: str, key: str, expected: str) -> None:
    assert _text(text).rename(pointer, key).text == expected


_ARGO = "  # about argo\n  argocd: # same line\n    values:\n      - x: |\n          text\n\n          more\n    # below\n"
_MOVES = [
    (
        f"# head\n\naddons:\n{_ARGO}  other: 1\n",
        "/addons/argocd",
        "/packages/argocd",
        f"# head\n\naddons:\n  other: 1\npackages:\n{_ARGO}",
    ),
    ("a:\n    b: 1\nc: {}\n", "/a/b", "/c/d", "c:\n    d: 1\n"),
    ("a:\n    b: 1\nc:\n", "/a/b", "/c/d", "c:\n    d: 1\n"),
    ("kiali: {a: 1} # c\npackages:\n    x: 1\n", "/kiali", "/packages/kiali", "packages:\n    x: 1\n    kiali: {a: 1} # c\n"),
    ("a: {b: {c: 1}}\nd:\n  e: 1\n", "/a/b", "/d/b", "d:\n  e: 1\n  b: {c: 1}\n"),
    ("a: 1\nb: {c: 1}\n", "/a", "/b/a", "b: {c: 1, a: 1}\n"),
    (
        "v:\n  istio:\n    # on\n    enabled: true\n  other: 1\n",
        "/v/istio",
        "/v/bb-common/istio",
        "v:\n  bb-common:\n    istio:\n      # on\n      enabled: true\n  other: 1\n",
    ),
    ("a:\n  - b: 1\n    c: 2\nd: {}\n", "/a/0/b", "/d/b", "a:\n  - c: 2\nd:\n  b: 1\n"),
    ("a:\n- 1\n- 2\nb:\n  c: 1\n", "/a", "/b/a", "b:\n  c: 1\n  a:\n  - 1\n  - 2\n"),
    ("a: &x\n  b: 1\nc:\n  d: 1\ne: *x\n", "/a", "/c/a", "c:\n  d: 1\n  a: &x\n    b: 1\ne: *x\n"),
    ('{"a": {"b": 1}, "c": {"d": 2}}\n', "/a/b", "/c/b", '{"c": {"d": 2, b: 1}}\n'),
    ("a:\r\n  b:\r\n    c: 1\r\nd: 1\r\n", "/a/b", "/d2/b", "d: 1\r\nd2:\r\n  b:\r\n    c: 1\r\n"),
    ("a:\n  b: 1", "/a/b", "/c/b", "c:\n  b: 1"),
    ("a: >\n  folded\n  text\n\nb:\n  c: 1\n", "/a", "/b/a", "b:\n  c: 1\n  a: >\n    folded\n    text\n"),
]


@pytest.mark.parametrize(("text", "pointer", "to", "expected"), _MOVES)
def test_a_key_is_moved_with_its_comments(text: str, pointer: str, to: str, expected: str) -> None:
    assert _text(text).move(pointer, to, is_pruned=True).text == expected


def test_a_mapping_that_lost_its_last_key_may_stay() -> None:
    assert _text("a:\n  b: 1\nc: 1\n").move("/a/b", "/b").text == "a: {}\nc: 1\nb: 1\n"


def test_mappings_are_merged_value_by_value() -> None:
    edited = _text("a: # c\n  b: 1 # d\n").merge("", {"a": {"b": 2, "c": {"d": 1}}, "e": {}})
    assert edited.text == "a: # c\n  b: 2 # d\n  c:\n    d: 1\ne: {}\n"


def test_documents_are_edited_one_by_one() -> None:
    text = "---\na: 1\n...\n---\n# c\na: 2 # d\n---\n"
    edited = _text(text).set("/a", 3, document=1).set("/b", 4, document=0)
    assert edited.text == "---\na: 1\nb: 4\n...\n---\n# c\na: 3 # d\n---\n"


@pytest.mark.parametrize(
    ("edit", "text", "message"),
    [
        (lambda text: text.set("/b/c", 1), "a: &x {c: 2}\nb: *x\n", "my.yaml:2: /b: *x repeats what is written elsewhere."),
        (lambda text: text.set("/a/c", 1), "a: &x {c: 2}\nb: *x\n", "my.yaml:1: /a: &x is repeated elsewhere"),
        (lambda text: text.delete("/a"), "a: &x {c: 2}\nb: *x\n", "my.yaml:1: /a: it cannot be edited in the way it is written"),
        (lambda text: text.set("/b/c/d", 1), "a: &x {c: {e: 2}}\nb:\n  <<: *x\n", "my.yaml:3: /b/c: the value comes from <<."),
        (lambda text: text.delete("/b/c"), "a: &x {c: 1}\nb:\n  <<: *x\n", "my.yaml:3: /b/c: there is nothing to change."),
        (lambda text: text.set("/a/b", 1), "a: text\n", 'my.yaml:1: /a: it is no mapping and can hold no "b".'),
        (lambda text: text.set("/a/5", 1), "a: [1]\n", "my.yaml:1: /a: the list has no item 5; it has 1."),
        (lambda text: text.delete("/b"), "a: 1\n", "my.yaml:1: /b: there is nothing to change."),
        (lambda text: text.move("/a", "/b"), "a: 1\nb: 2\n", "my.yaml:2: /b: there is a value already."),
        (lambda text: text.move("/a", "/a/b"), "a: {c: 1}\n", "my.yaml:1: /a: it cannot be moved below itself, to /a/b."),
        (lambda text: text.move("/a/0", "/b"), "a: [1]\n", "my.yaml:1: /a/0: items of lists have no key, and stay where they are."),
        (lambda text: text.move("/a", "/b/a"), "a:\n  c: 1 # why\nb: {d: 1}\n", "my.yaml:1: /a: it would have to be written in one line"),
        (lambda text: text.move("/b", "/a/b"), "a:\n  c: *x\n", "there is no &x before it"),
        (
            lambda text: text.set("/a", 2),
            "a: ENC[AES256_GCM,data:x,type:str]\nsops:\n  mac: ENC[x]\n",
            "my.yaml:2: /sops: SOPS has signed this file",
        ),
    ],
)
def test_an_edit_that_would_change_more_is_refused(edit, text: str, message: str) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
    with pytest.raises(InvalidInputError) as refused:
        edit(_text(text))
    assert message in str(refused.value.diagnostics[0])


def test_a_refused_edit_says_what_to_do() -> None:
    with pytest.raises(EditRefusedError) as refused:
        _text("a: &x {c: 2}\nb: *x\n").set("/b/c", 1)
    assert refused.value.diagnostics[0].hint == "write the value here instead of the alias"


def test_a_signed_file_that_already_says_so_is_no_edit() -> None:
    text = _text("a: 1\nsops:\n  mac: ENC[x]\n")
    assert text.set("/a", 1) is text
