"""Every case in tests/cases/definitions: a package that works, changed in one place, and exactly what is said about it.

A folder with `package.yaml` is a package; one with `patch.yaml` changes the folder `base`. What is said stands in
`error.txt`; a folder without it must load.
"""

from pathlib import Path
from typing import Any, cast

import pytest

from bbpkg.definition.load import load_package
from bbpkg.documents import read_documents
from bbpkg.errors import InvalidInputError
from packages import REPOSITORY, read_folder

CASES = REPOSITORY / "tests/cases/definitions"
FOLDERS = sorted(path for path in CASES.iterdir() if path.is_dir())
NOT_OF_THE_PACKAGE = ("error.txt", "patch.yaml")


def case_files(folder: Path) -> dict[str, str]:
    """The files of the package that a case is about."""
    own = {path: text for path, text in read_folder(folder).items() if path not in NOT_OF_THE_PACKAGE}
    if not (folder / "patch.yaml").exists():
        return own
    (document,) = read_documents((folder / "patch.yaml").read_text(encoding="utf-8"), file="patch.yaml")
    patch = cast("dict[str, Any]", document.value)
    files = {**read_folder(CASES / "base"), **own}
    for change in patch.get("changes", []):
        text = files["package.yaml"]
        assert text.count(change["find"]) == 1, f"{folder.name}: {change['find']!r} must stand in the base exactly once"
        files["package.yaml"] = text.replace(change["find"], change["put"])
    for path in patch.get("without", []):
        del files[path]
    return files


def said(error: InvalidInputError) -> str:
    """All that the error says, as the command line shows it."""
    hint = [f"  hint: {error.hint}"] if error.hint else []
    return "\n".join([error.message, *hint, *map(str, error.diagnostics)]) + "\n"


def test_cases_are_found() -> None:
    assert len(FOLDERS) > 50


@pytest.mark.parametrize("folder", [pytest.param(path, id=path.name) for path in FOLDERS if (path / "error.txt").exists()])
def test_a_wrong_definition_is_refused_with_every_problem_and_its_place(folder: Path) -> None:
    with pytest.raises(InvalidInputError) as caught:
        load_package(case_files(folder), folder="shop")
    assert said(caught.value) == (folder / "error.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("folder", [pytest.param(path, id=path.name) for path in FOLDERS if not (path / "error.txt").exists()])
def test_a_right_definition_loads(folder: Path) -> None:
    assert load_package(case_files(folder), folder="shop").name == "shop"
