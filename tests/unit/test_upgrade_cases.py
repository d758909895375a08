"""Every case in tests/cases/upgrades: objects before and after, and exactly what breaks between them.

What is said stands in `error.txt`; without it nothing may be said.
"""

from pathlib import Path

import pytest

from bbpkg.differences.immutable import immutable_changes, removed_storage
from bbpkg.differences.objects import compare_objects
from bbpkg.differences.selections import selection_changes
from bbpkg.manifests.objects import parse_objects
from packages import REPOSITORY

CASES = REPOSITORY / "tests/cases/upgrades"
FOLDERS = sorted(path for path in CASES.iterdir() if path.is_dir())


def said(folder: Path) -> str:
    """Everything that breaks."""
    old, new = (parse_objects((folder / name).read_text(encoding="utf-8")) for name in ("old.yaml", "new.yaml"))
    removed = compare_objects(old, new, namespace="shop").removed
    findings = (
        *immutable_changes(old, new, namespace="shop"),
        *removed_storage(removed),
        *selection_changes(old, new, namespace="shop"),
    )
    return "".join(f"{found.severity.value}: {found}\n" for found in findings)


def test_cases_are_found() -> None:
    assert len(FOLDERS) > 35


@pytest.mark.parametrize("folder", [pytest.param(path, id=path.name) for path in FOLDERS])
def test_an_upgrade_breaks_exactly_where_it_should(folder: Path) -> None:
    expected = folder / "error.txt"
    assert said(folder) == (expected.read_text(encoding="utf-8") if expected.exists() else "")
    assert expected.exists() != folder.name.endswith(("-is-right", "-are-right"))


@pytest.mark.parametrize("folder", [pytest.param(path, id=path.name) for path in FOLDERS])
def test_nothing_breaks_where_nothing_changes(folder: Path) -> None:
    for name in ("old.yaml", "new.yaml"):
        objects = parse_objects((folder / name).read_text(encoding="utf-8"))
        assert immutable_changes(objects, objects) == ()
        assert selection_changes(objects, objects) == ()
