"""Where packages come from, and what `bbpkg packages` and `bbpkg graph` say of them."""

import json
from pathlib import Path

import pytest

from bbpkg.adapters import packages as adapter
from bbpkg.adapters.packages import PackageFolders, read_text
from bbpkg.errors import EnvironmentFailureError, UsageError
from bbpkg.plan.diagrams import components_diagram, overview_diagram
from command_line import PACKAGE, CommandLine
from packages import ENGINE, package

_NOTES = package("notes")


@pytest.fixture
def bbpkg(capsys: pytest.CaptureFixture[str]) -> CommandLine:
    return CommandLine(capsys)


def _folders(tmp_path: Path) -> PackageFolders:
    root = tmp_path / "bbpkg"
    for name in ("shop", "bank"):
        (root / "packages" / name).mkdir(parents=True)
        (root / "packages" / name / "package.yaml").write_text(f"name: {name}\n")
    (root / "packages" / "unfinished").mkdir()
    return PackageFolders(cwd=tmp_path, root=root)


def test_packages_are_listed_in_order(tmp_path: Path) -> None:
    assert _folders(tmp_path).names() == ("bank", "shop")


def test_a_name_goes_before_a_folder(tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "package.yaml").write_text("mine\n")
    folders = _folders(tmp_path)
    assert (folders.read("shop").folder, folders.read("shop").files) == ("packages/shop", {"package.yaml": "name: shop\n"})
    assert (folders.read("./shop").folder, folders.read("./shop/").files) == ("./shop", {"package.yaml": "mine\n"})
    assert folders.read("shop/package.yaml").folder == "shop"


def test_hidden_files_are_no_part_of_a_package(tmp_path: Path) -> None:
    (tmp_path / "mine" / ".git").mkdir(parents=True)
    for path in ("package.yaml", ".DS_Store", ".git/config", "a.tpl"):
        (tmp_path / "mine" / path).write_text("x")
    assert sorted(_folders(tmp_path).read("mine").files) == ["a.tpl", "package.yaml"]


def test_the_files_of_a_folder_without_a_definition_are_not_read(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "picture.png").write_bytes(b"\xff\xfe")
    assert _folders(tmp_path).read("mine").files == {}


@pytest.mark.parametrize(("name", "hint"), [("shpo", 'did you mean "shop"?'), ("elsewhere", "name the folder that holds its package.yaml")])
def test_an_unknown_package_is_refused(tmp_path: Path, name: str, hint: str) -> None:
    with pytest.raises(UsageError, match="known packages are bank, shop") as refused:
        _folders(tmp_path).read(name)
    assert hint in str(refused.value.hint)


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "package.yaml").write_bytes(b"name: \xff\n")
    with pytest.raises(UsageError, match=r"package\.yaml is no UTF-8 text: .* at byte 6"):
        _folders(tmp_path).read("mine")


def test_a_dangling_link_is_told(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "package.yaml").write_text("name: mine\n")
    (tmp_path / "mine" / "gone.tpl").symlink_to("nowhere")
    with pytest.raises(EnvironmentFailureError, match=r"cannot read .*gone\.tpl"):
        _folders(tmp_path).read("mine")


@pytest.mark.parametrize(("limit", "value"), [("_MOST_FILES", 1), ("_MOST_BYTES", 3)])
def test_a_folder_that_is_too_large_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, value: int) -> None:
    (tmp_path / "mine").mkdir()
    for name in ("package.yaml", "a.tpl", "b.tpl"):
        (tmp_path / "mine" / name).write_text("four")
    monkeypatch.setattr(adapter, limit, value)
    with pytest.raises(UsageError, match="is no package folder"):
        _folders(tmp_path).read("mine")


def test_every_template_is_read() -> None:
    expected = {path.relative_to(ENGINE / "templates").as_posix() for path in (ENGINE / "templates").rglob("*.jinja")}
    assert set(PackageFolders(cwd=Path()).templates()) == expected


def test_a_named_file_is_read_or_refused(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("é", encoding="utf-8")
    assert read_text(tmp_path / "a") == "é"
    for missing in (tmp_path / "b", tmp_path, tmp_path / "a" / "b"):
        with pytest.raises(UsageError, match="there is no file"):
            read_text(missing)
    (tmp_path / "a").write_bytes(b"\xff")
    with pytest.raises(UsageError, match="no UTF-8 text"):
        read_text(tmp_path / "a")


def test_packages_are_shown_with_editions_and_releases(bbpkg: CommandLine) -> None:
    data = json.loads(bbpkg("packages", "--format", "json").out)
    text = bbpkg("packages").out
    assert [entry["name"] for entry in data] == list(PackageFolders(cwd=Path()).names())
    for entry in data:
        assert entry["defaultEdition"] in [edition["name"] for edition in entry["editions"]]
        for edition in entry["editions"]:
            assert edition["title"] in text
            assert ", ".join(edition["releases"]) in text


def test_an_edition_is_drawn_as_bare_mermaid(bbpkg: CommandLine) -> None:
    found = bbpkg("graph", PACKAGE, "--edition", "pro")
    assert (found.code, found.err) == (0, "")
    assert found.out == overview_diagram(_NOTES, _NOTES.edition("pro"))


def test_components_are_drawn_for_the_release_that_is_named(bbpkg: CommandLine) -> None:
    found = bbpkg("graph", PACKAGE, "--edition", "pro", "--release", "1.5", "--view", "components")
    assert found.out == components_diagram(_NOTES, _NOTES.edition("pro").variants[0])


def test_without_an_edition_all_stand_in_one_document(bbpkg: CommandLine) -> None:
    overview = bbpkg("graph", PACKAGE, "--format", "mermaid").out
    assert overview.startswith("# Notes\n\n## Notes Lite\n\n```mermaid\ngraph LR\n")
    assert overview.count("```mermaid\n") == overview.count("\n```\n") == 2
    components = bbpkg("graph", PACKAGE, "--view", "components").out
    assert [line for line in components.splitlines() if line.startswith("## ")] == ["## Notes Lite", "## Notes Pro 1.5", "## Notes Pro 2.0"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--edition", "por"], '"por" is no edition of notes'),
        (["--edition", "pro", "--release", "3"], '"3" is no release of Notes Pro'),
        (["--release", "3"], "--release says nothing without an edition"),
        (["--view", "clouds"], "'clouds' is not one of"),
    ],
)
def test_what_cannot_be_drawn_is_refused(bbpkg: CommandLine, arguments: list[str], message: str) -> None:
    found = bbpkg("graph", PACKAGE, *arguments)
    assert (found.code, found.out) == (2, "")
    assert message in found.err
