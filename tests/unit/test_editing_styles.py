"""Edits of YAML text in every style that people write: what is meant changes, each other line stays where and as it was."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bbpkg.diagnostics import pointer as json_pointer
from bbpkg.editing.yaml_text import EditRefusedError, YamlText

_KEYS = st.sampled_from(["a", "bb", "istio", "net work", "x-y", "deep.er", "ö", "true", "5", "a/b", "~t"])
_PLAIN = st.sampled_from(
    ["x", "some words", "1.10", "it's", "ENC[AES256_GCM,data:b64,iv:x,type:str]", "{{ .Values.domain }}", "", " ", "#no", "a # b", "on"]
)
_SCALARS = st.one_of(_PLAIN, st.booleans(), st.none(), st.integers(-5, 1000), st.just("l 1\nl 2\n"), st.just("# one\n\n  two"))
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: st.one_of(st.dictionaries(_KEYS, inner, max_size=4), st.lists(inner, max_size=3)),
    max_leaves=12,
)
_ROOTS = st.dictionaries(_KEYS, _VALUES, min_size=1, max_size=5)
_QUICK = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@dataclass
class _Writer:
    """Writes a value in a style that is drawn line by line."""

    draw: st.DrawFn
    lines: list[str] = field(default_factory=list)
    step: int = 2
    list_step: int = 2

    def noise(self, column: int) -> None:
        kind = self.draw(st.sampled_from(["", "", "", "blank", "comment", "both", "outside"]))
        if kind in {"blank", "both"}:
            self.lines.append(self.draw(st.sampled_from(["", " "])))
        if kind in {"comment", "both"}:
            self.lines.append(" " * column + f"# note {len(self.lines)}: yes")
        if kind == "outside":
            self.lines.append(f"# outside {len(self.lines)}")

    def tail(self) -> str:
        return self.draw(st.sampled_from(["", "", " # tail", "   "]))

    def scalar(self, value: object, column: int) -> list[str]:
        if isinstance(value, str):
            if "\n" in value:
                head = "|" if value.endswith("\n") else "|-"
                return [head, *(" " * (column + self.step) + line if line else "" for line in value.removesuffix("\n").split("\n"))]
            if re.fullmatch(r"[a-z][a-z ]*[a-z]|x", value) and value != "on" and self.draw(st.booleans()):
                words = value.split(" ")
                return words if len(words) > 1 and self.draw(st.booleans()) else [value]
            return ["'" + value.replace("'", "''") + "'" if self.draw(st.booleans()) else '"' + value + '"']
        if value is None:
            return [self.draw(st.sampled_from(["", "~", "null"]))]
        return [str(value).lower() if isinstance(value, bool) else str(value)]

    def flow(self, value: object) -> str:
        gap = self.draw(st.sampled_from(["", " "]))
        if isinstance(value, dict):
            return "{" + gap + ", ".join(f'"{key}": {self.flow(item)}' for key, item in value.items()) + gap + "}"
        if isinstance(value, list):
            return "[" + gap + ", ".join(self.flow(item) for item in value) + gap + "]"
        if isinstance(value, str):
            return '"' + value.replace("\n", "\\n") + '"'
        return "null" if value is None else str(value).lower()

    def key(self, key: str) -> str:
        return key if re.fullmatch(r"[a-z][a-z.-]*|net work", key) and key != "true" and self.draw(st.booleans()) else f'"{key}"'

    def value(self, head: str, value: object, column: int, below: int) -> None:
        if isinstance(value, dict | list) and (not value or self.draw(st.integers(0, 4)) == 0):
            self.lines.append(f"{head} {self.flow(value)}{self.tail()}")
        elif isinstance(value, dict):
            if head.endswith("-") and self.draw(st.booleans()):
                self.mapping(value, len(head) + 1, first=head + " ")
                return
            self.lines.append(head + self.tail())
            self.mapping(value, below)
        elif isinstance(value, list):
            self.lines.append(head + self.tail())
            indent = self.list_step if not head.endswith("-") else 2
            self.sequence(value, column + indent)
        else:
            first, *others = self.scalar(value, column)
            is_block = first.startswith("|")
            self.lines.append(f"{head} {first}".rstrip() + (self.tail() if not others or is_block else ""))
            self.lines += others if is_block else [" " * (column + self.step + number) + line for number, line in enumerate(others)]

    def mapping(self, value: dict[str, object], column: int, first: str = "") -> None:
        for number, (key, item) in enumerate(value.items()):
            if number or not first:
                self.noise(column)
            head = first if first and not number else " " * column
            self.value(f"{head}{self.key(key)}:", item, column, column + self.step)

    def sequence(self, value: list[object], column: int) -> None:
        for item in value:
            self.noise(column)
            self.value(" " * column + "-", item, column, column + 2)


@st.composite
def _texts(draw: st.DrawFn) -> tuple[str, object]:
    """A text and what it says."""
    value = draw(_ROOTS)
    writer = _Writer(draw, step=draw(st.sampled_from([2, 4, 3])), list_step=draw(st.sampled_from([0, 2])))
    writer.mapping(value, 0)
    writer.noise(0)
    eol = draw(st.sampled_from(["\n", "\n", "\r\n"]))
    head = draw(st.sampled_from(["", "", "---\n", "# header\n\n", "# header\n"])).replace("\n", eol)
    # A block of text at the end of a file ends as the file does.
    end = [] if any("|" in line for line in writer.lines) else [""]
    foot = draw(st.sampled_from([*end, eol, eol + "..." + eol, eol + "---" + eol + "other: 1 # doc" + eol]))
    return draw(st.sampled_from(["", "", "\ufeff"])) + head + eol.join(writer.lines) + foot, value


def _pointers(value: object, above: str = "") -> Iterator[str]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield above + json_pointer(key)
        yield from _pointers(item, above + json_pointer(key))


def _lines(text: str) -> list[str]:
    return re.split("\r\n|\n", text)


def _is_subsequence(short: list[str], long: list[str]) -> bool:
    rest = iter(long)
    return all(any(line == other for other in rest) for line in short)


@_QUICK
@given(_texts())
def test_reading_gives_the_same_bytes_and_values(case: tuple[str, object]) -> None:
    text, value = case
    read = YamlText.read(text, file="f")
    assert (read.text, read.value()) == (text, value)
    for pointer in _pointers(value):
        assert read.set(pointer, read.value(pointer)) is read


@_QUICK
@given(_texts(), st.data(), _SCALARS)
def test_setting_a_scalar_changes_the_lines_of_that_value_only(case: tuple[str, object], data: st.DataObject, new: object) -> None:
    text, value = case
    pointer = data.draw(st.sampled_from(list(_pointers(value))))
    read = YamlText.read(text, file="f")
    edited = read.set(pointer, new)
    assert edited.value(pointer) == new
    _assert_only_lines_of(read, edited, pointer)


@_QUICK
@given(_texts(), st.data(), _VALUES)
def test_setting_anything_leaves_the_other_lines(case: tuple[str, object], data: st.DataObject, new: object) -> None:
    text, value = case
    pointer = data.draw(st.sampled_from(list(_pointers(value))))
    read = YamlText.read(text, file="f")
    edited = read.set(pointer, new)
    assert edited.value(pointer) == new
    _assert_only_lines_of(read, edited, pointer)


def _assert_only_lines_of(read: YamlText, edited: YamlText, pointer: str) -> None:
    """Before the first line of the value, and from the next value on that is not in it, lines are the same."""
    places = read.documents[0].lines
    first = places[pointer]
    later = [line for place, line in places.items() if line > first and not place.startswith(pointer + "/")]
    old, new = _lines(read.text), _lines(edited.text)
    if re.search(r"/(5|[0-9])$", pointer):
        # The sign of an item may stand above its value.
        first = places[pointer.rpartition("/")[0]]
    assert new[: first - 1] == old[: first - 1]
    rest = len(old) - min(later) + 1 if later else 0
    assert new[len(new) - rest :] == old[len(old) - rest :]


@_QUICK
@given(_texts(), st.data(), _VALUES, st.booleans())
def test_adding_a_key_keeps_every_line(case: tuple[str, object], data: st.DataObject, new: object, is_first: bool) -> None:  # noqa: FBT001
    text, value = case
    read = YamlText.read(text, file="f")
    above = data.draw(
        st.sampled_from(["", *(place for place in _pointers(value) if isinstance(read.value(place), dict) and read.value(place))])
    )
    edited = read.set(above + "/added", new, is_first=is_first)
    assert edited.value(above + "/added") == new
    if "{" not in text:
        assert _is_subsequence(_lines(text.removeprefix("\ufeff")), _lines(edited.text.removeprefix("\ufeff")))


@_QUICK
@given(_texts(), st.data(), st.booleans())
def test_deleting_only_takes_lines_away(case: tuple[str, object], data: st.DataObject, is_pruned: bool) -> None:  # noqa: FBT001
    text, value = case
    pointer = data.draw(st.sampled_from(list(_pointers(value))))
    read = YamlText.read(text, file="f")
    edited = read.delete(pointer, is_pruned=is_pruned)
    assert edited.text != text
    if not {"{", "["} & set(edited.text) and "- " not in text:
        assert _is_subsequence(_lines(edited.text.removeprefix("\ufeff")), _lines(text.removeprefix("\ufeff")))


@_QUICK
@given(_texts(), st.data())
def test_renaming_changes_one_line_and_back(case: tuple[str, object], data: st.DataObject) -> None:
    text, value = case
    read = YamlText.read(text, file="f")
    pointer = data.draw(
        st.sampled_from([place for place in _pointers(value) if not place.rpartition("/")[2].isdigit() or place.count("/") == 1])
    )
    edited = read.rename(pointer, "renamed")
    assert sum(old != new for old, new in zip(_lines(text), _lines(edited.text), strict=True)) == 1
    above = pointer.rpartition("/")[0]
    key = pointer.rpartition("/")[2].replace("~1", "/").replace("~0", "~")
    assert edited.rename(f"{above}/renamed", key).value() == value


@_QUICK
@given(_texts(), st.data())
def test_moving_keeps_what_is_said_and_every_comment(case: tuple[str, object], data: st.DataObject) -> None:
    text, value = case
    read = YamlText.read(text, file="f")
    mappings = [place for place in _pointers(value) if isinstance(read.value(place), dict)]
    places = [place for above in ["", *mappings] for place in (above + json_pointer(key) for key in read.value(above) or {})]  # type: ignore[attr-defined]
    pointer = data.draw(st.sampled_from(places))
    targets = [place for place in ["", *mappings, "/new", "/new/deeper"] if not (place + "/").startswith(pointer + "/")]
    target = data.draw(st.sampled_from(targets)) + "/moved"
    try:
        edited = read.move(pointer, target, is_pruned=data.draw(st.booleans()))
    except EditRefusedError as refused:
        assert "in one line" in refused.diagnostics[0].message  # noqa: PT017
        return
    assert edited.value(target) == read.value(pointer)
    assert Counter(re.findall(r"# (?:note|outside|tail|header).*", edited.text)) == Counter(
        re.findall(r"# (?:note|outside|tail|header).*", text)
    )


_SHARED = """\
base: &base   # shared
  a: 1
  list: &list [x, y]
one:
  <<: *base
  own: 2
two: *base
three:
  copy: *list
  free: {p: 1}
"""


@settings(max_examples=60, deadline=None)
@given(st.data(), _VALUES, st.sampled_from(["set", "delete", "move", "rename"]))
def test_where_values_are_shared_an_edit_is_exact_or_refused(data: st.DataObject, new: object, edit: str) -> None:
    read = YamlText.read(_SHARED, file="f")
    pointer = data.draw(st.sampled_from(list(_pointers(read.value()))))
    before = {place: read.value(place) for place in _pointers(read.value())}
    try:
        if edit == "set":
            edited = read.set(pointer, new)
        elif edit == "delete":
            edited = read.delete(pointer)
        elif edit == "rename":
            edited = read.rename(pointer, "renamed")
        else:
            edited = read.move(pointer, "/three/moved")
    except EditRefusedError as refused:
        assert refused.diagnostics[0].location.line  # noqa: PT017
        return
    beside = {
        place: value
        for place, value in before.items()
        if not place.startswith(pointer) and not pointer.startswith(place) and place != "/three" and place.count("/") == 1
    }
    assert {place: edited.value(place) for place in beside} == beside
    assert "# shared" in edited.text or pointer == "/base"


@pytest.mark.parametrize("edit", ["/a", "/b/c", "/sops/mac"])
def test_a_signed_file_is_never_changed(edit: str) -> None:
    text = "a: ENC[AES256_GCM,data:x,iv:y,tag:z,type:str]\nb:\n  c: 1\nsops:\n  mac: ENC[AES256_GCM,data:m,type:str]\n"
    with pytest.raises(EditRefusedError):
        YamlText.read(text, file="f").set(edit, "x")
