"""A tree is written all or nothing, and what people wrote or edited is never lost without --force."""

import contextlib
import errno
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bbpkg.adapters.tree_records import RECORD_NAME, TEMPORARY_PREFIX, sha256
from bbpkg.adapters.tree_swaps import locked
from bbpkg.adapters.trees import Changes, difference, plan_changes, read_tree, write_tree
from bbpkg.errors import EnvironmentFailureError, FindingsError, InvalidInputError, UsageError

OLD = {"Chart.yaml": "name: demo\n", "values.yaml": "a: 1\n", "templates/api/service.yaml": "kind: Service\n", "templates/b.yaml": "é\n"}
NEW = {
    "Chart.yaml": "name: demo\n",
    "values.yaml": "a: 2\n",
    "templates/b.yaml": "ü\n",
    "docs/new/values.md": "# Values\n",
    "ci/x.yaml": "x: 1\n",
}

Snapshot = dict[str, tuple[bytes, int] | None]
_OPERATIONS = ("replace", "write_bytes", "write_text", "mkdir", "unlink")


def _write(root: Path, files: dict[str, str], *, force: bool = False, version: str = "0.1.0") -> Changes:
    return write_tree(root, files, package="demo", version=version, force=force)


def _difference(root: Path, files: dict[str, str], version: str = "0.1.0") -> str:
    return difference(root, files, package="demo", version=version)


def _snapshot(root: Path) -> Snapshot:
    """Every file with content and time, every directory; the root itself may be missing."""
    return {
        str(path.relative_to(root)): None if path.is_dir() else (path.read_bytes(), path.stat().st_mtime_ns)
        for path in sorted(root.rglob("*"))
    }


def _texts(root: Path) -> dict[str, str]:
    found = {str(path.relative_to(root)): path.read_text() for path in root.rglob("*") if path.is_file()}
    return {path: text for path, text in found.items() if path != RECORD_NAME}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a directory that holds the old tree and a file of a person."""
    root = tmp_path / "chart"
    _write(root, OLD)
    (root / "NOTES-OF-MINE.txt").write_text("mine\n")
    return root


class _Faults:
    """Let the file operations fail from the `first` one on, for as long as `lasts` says; counts the operations."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, make: Callable[[], BaseException]) -> None:
        self.count = 0
        self.first = sys.maxsize
        self.lasts: Callable[[str, int], bool] = lambda _name, position: position == self.first
        for name in _OPERATIONS:
            monkeypatch.setattr(Path, name, self._failing(name, getattr(Path, name), make))

    def _failing(self, name: str, operation: Callable[..., object], make: Callable[[], BaseException]) -> Callable[..., object]:
        def operate(*arguments: object, **options: object) -> object:
            self.count += 1
            if self.count >= self.first and self.lasts(name, self.count):
                raise make()
            return operation(*arguments, **options)

        return operate


def _disk_full() -> OSError:
    return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _positions(tmp_path: Path, root: Path) -> Iterator[int]:
    """Count the operations of the write under test in a copy, then yield the number of each."""
    copy = tmp_path / "copy"
    _write(copy, OLD)
    with pytest.MonkeyPatch.context() as patch:
        faults = _Faults(patch, _disk_full)
        _write(copy, NEW)
    assert faults.count > 30, root
    yield from range(1, faults.count + 1)


def test_tree_is_written_with_its_record(tmp_path: Path) -> None:
    root = tmp_path / "new" / "chart"
    changes = _write(root, OLD)
    assert changes == Changes(created=tuple(sorted(OLD)))
    assert _texts(root) == OLD
    record = (root / RECORD_NAME).read_text()
    assert json.loads(record) == {
        "files": {path: sha256(text.encode()) for path, text in OLD.items()},
        "generator": "0.1.0",
        "package": "demo",
    }
    assert record.endswith("}\n")
    assert record.count("\n") == len(OLD) + 6
    assert list(json.loads(record)["files"]) == sorted(OLD)


def test_new_files_have_ordinary_permissions(root: Path) -> None:
    reference = root / "reference"
    reference.write_text("")
    assert (root / "values.yaml").stat().st_mode == reference.stat().st_mode


def test_changes_are_planned_and_made(root: Path) -> None:
    expected = Changes(
        created=("ci/x.yaml", "docs/new/values.md"),
        changed=("templates/b.yaml", "values.yaml"),
        removed=("templates/api/service.yaml",),
        unchanged=("Chart.yaml",),
    )
    before = _snapshot(root)
    assert plan_changes(root, NEW) == expected
    assert _snapshot(root) == before
    assert _write(root, NEW) == expected
    assert _texts(root) == {**NEW, "NOTES-OF-MINE.txt": "mine\n"}
    assert not (root / "templates/api").exists()
    assert not list(root.glob(TEMPORARY_PREFIX + "*"))


def test_unchanged_files_are_not_touched(root: Path) -> None:
    before = _snapshot(root)["Chart.yaml"]
    _write(root, NEW)
    assert _snapshot(root)["Chart.yaml"] == before


def test_second_run_must_not_touch_anything(root: Path) -> None:
    before = _snapshot(root)
    changes = _write(root, OLD)
    assert changes == Changes(unchanged=tuple(sorted(OLD)))
    assert _snapshot(root) == before


def test_new_version_writes_only_the_record(root: Path) -> None:
    before = _snapshot(root)
    _write(root, OLD, version="0.2.0")
    after = _snapshot(root)
    assert {path for path in after if after[path] != before[path]} == {RECORD_NAME}


def test_directory_with_a_file_of_a_person_must_not_be_removed(root: Path) -> None:
    (root / "templates/api/mine.yaml").write_text("mine\n")
    _write(root, NEW)
    assert [path.name for path in (root / "templates/api").iterdir()] == ["mine.yaml"]


def test_file_that_was_deleted_is_written_again(root: Path) -> None:
    (root / "values.yaml").unlink()
    assert _write(root, OLD).created == ("values.yaml",)
    assert _texts(root)["values.yaml"] == OLD["values.yaml"]


def test_file_that_is_gone_and_not_wanted_leaves_the_record(root: Path) -> None:
    (root / "templates/api/service.yaml").unlink()
    assert _write(root, NEW).removed == ()
    assert "templates/api/service.yaml" not in (root / RECORD_NAME).read_text()


def test_equal_file_of_a_person_is_no_conflict(root: Path) -> None:
    (root / "ci").mkdir()
    (root / "ci/x.yaml").write_text(NEW["ci/x.yaml"])
    assert "ci/x.yaml" in _write(root, NEW).unchanged


def test_edit_that_equals_the_new_text_is_no_conflict(root: Path) -> None:
    (root / "values.yaml").write_text(NEW["values.yaml"])
    assert "values.yaml" in _write(root, NEW).unchanged


def _edit_and_add(root: Path) -> None:
    (root / "values.yaml").write_text("a: 99\n")
    (root / "templates/api/service.yaml").write_text("kind: Mine\n")
    (root / "ci").mkdir()
    (root / "ci/x.yaml").write_text("mine: 1\n")


def test_all_files_of_people_in_the_way_are_listed(root: Path) -> None:
    _edit_and_add(root)
    before = _snapshot(root)
    with pytest.raises(FindingsError) as caught:
        _write(root, NEW)
    assert caught.value.message.splitlines() == [
        f"nothing was written to {root}: 3 files in the way",
        f"  {root}/ci/x.yaml: was not written by bbpkg, and would be overwritten.",
        f"  {root}/templates/api/service.yaml: was edited since bbpkg wrote it, and would be removed.",
        f"  {root}/values.yaml: was edited since bbpkg wrote it, and would be overwritten.",
    ]
    assert caught.value.hint == "to overwrite them, pass --force; to keep them, write to another directory"
    assert _snapshot(root) == before


def test_force_overwrites_files_of_people(root: Path) -> None:
    _edit_and_add(root)
    _write(root, NEW, force=True)
    assert _texts(root) == {**NEW, "NOTES-OF-MINE.txt": "mine\n"}


def test_without_a_record_every_other_file_is_of_a_person(root: Path) -> None:
    (root / RECORD_NAME).unlink()
    changes = plan_changes(root, NEW)
    assert {(found.code, Path(found.location.file).name) for found in changes.conflicts} == {
        ("tree-foreign", "values.yaml"),
        ("tree-foreign", "b.yaml"),
    }


@pytest.mark.parametrize("force", [False, True])
@pytest.mark.parametrize("case", ["link", "dangling link", "linked parent", "directory", "parent is a file", "pipe", "removed link"])
def test_obstacle_is_refused_even_by_force(root: Path, tmp_path: Path, case: str, *, force: bool) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "x.yaml").write_text("x: 1\n")
    expected = {
        "link": "values.yaml is a symbolic link",
        "dangling link": "values.yaml is a symbolic link",
        "linked parent": "ci is a symbolic link",
        "directory": "values.yaml is a directory",
        "parent is a file": "ci is not a directory",
        "pipe": "values.yaml is not a regular file",
        "removed link": "templates/api/service.yaml is a symbolic link",
    }[case]
    target = root / expected.split(" is ")[0]
    target.unlink(missing_ok=True)
    if "link" in case:
        target.symlink_to({"linked parent": outside, "dangling link": tmp_path / "gone"}.get(case, outside / "x.yaml"))
    elif case == "directory":
        target.mkdir()
    elif case == "pipe":
        os.mkfifo(target)
    else:
        target.write_text("")
    with pytest.raises(FindingsError, match=f"{expected}, where bbpkg needs a file of its own") as caught:
        _write(root, NEW, force=force)
    assert caught.value.hint == "move them away, then run the command again"
    assert {path.name: path.read_text() for path in outside.iterdir()} == {"x.yaml": "x: 1\n"}
    assert _texts(root)["Chart.yaml"] == OLD["Chart.yaml"]
    assert expected in _difference(root, NEW)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("../x", "lies outside the directory"),
        ("a/../../x", "lies outside the directory"),
        ("/etc/x", "lies outside the directory"),
        ("a//b", "is not a plain relative path"),
        ("./a", "is not a plain relative path"),
        ("a/", "is not a plain relative path"),
        ("", "is not a plain relative path"),
        ("a\\b", "is not a plain relative path"),
        ("a\nb", "is not a plain relative path"),
        ("a\x00b", "is not a plain relative path"),
        (RECORD_NAME, "is a name that bbpkg keeps for itself"),
        (TEMPORARY_PREFIX + "x/a", "is a name that bbpkg keeps for itself"),
        ("values.yaml/x", "needs 'values.yaml' to be a directory"),
    ],
)
def test_path_that_is_not_allowed_is_refused(root: Path, path: str, expected: str) -> None:
    before = _snapshot(root.parent)
    acts: list[Callable[[], Changes]] = [
        lambda: _write(root, {**NEW, path: ""}, force=True),
        lambda: plan_changes(root, {**NEW, path: ""}),
    ]
    for act in acts:
        with pytest.raises(InvalidInputError) as caught:
            act()
        assert [found.message for found in caught.value.diagnostics if expected in found.message]
    assert _snapshot(root.parent) == before


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: "<<<<<<< HEAD\n" + text,
        lambda text: text.replace("values.yaml", "../values.yaml"),
        lambda text: text.replace('"generator"', '"other"'),
        lambda text: text.replace('"0.1.0"', "1"),
        lambda _: "[]",
        lambda _: "",
        lambda _: "[" * 100_000,
    ],
)
def test_damaged_record_is_refused(root: Path, damage: Callable[[str], str]) -> None:
    record = root / RECORD_NAME
    record.write_text(damage(record.read_text()))
    before = _snapshot(root.parent)
    with pytest.raises(InvalidInputError, match=r"\.bbpkg\.json is damaged") as caught:
        _write(root, NEW, force=True)
    assert "restore it from version control" in str(caught.value.diagnostics[0].hint)
    assert _snapshot(root.parent) == before


def test_record_that_is_a_link_is_refused(root: Path, tmp_path: Path) -> None:
    (root / RECORD_NAME).rename(tmp_path / "record")
    (root / RECORD_NAME).symlink_to(tmp_path / "record")
    with pytest.raises(EnvironmentFailureError, match=r"\.bbpkg\.json is a symbolic link"):
        _write(root, NEW, force=True)


def test_root_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "chart").write_text("mine\n")
    acts: list[Callable[[], Changes]] = [
        lambda: _write(tmp_path / "chart", NEW),
        lambda: _write(tmp_path / "chart/below", NEW),
        lambda: plan_changes(tmp_path / "chart", NEW),
    ]
    for act in acts:
        with pytest.raises(EnvironmentFailureError) as caught:
            act()
        assert caught.value.hint == "name another directory, or move the file away"
    assert (tmp_path / "chart").read_text() == "mine\n"


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write everywhere")
def test_root_that_cannot_be_written_is_left_alone(root: Path) -> None:
    before = _snapshot(root)
    root.chmod(0o555)
    try:
        with pytest.raises(EnvironmentFailureError, match="Permission denied") as caught:
            _write(root, NEW)
        _write(root, OLD)
    finally:
        root.chmod(0o755)
    assert "make it readable and writable" in str(caught.value.hint)
    assert _snapshot(root) == before


def test_permission_failure_is_explained(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    faults = _Faults(monkeypatch, lambda: PermissionError(errno.EACCES, "Permission denied", str(root / "values.yaml")))
    faults.first, faults.lasts = 1, lambda name, _: name == "replace"
    with pytest.raises(EnvironmentFailureError, match=r"Permission denied \(.*values\.yaml\)$") as caught:
        _write(root, NEW)
    assert caught.value.hint == "make it readable and writable for you, or name another directory"


def test_new_root_must_not_stay_when_writing_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    faults = _Faults(monkeypatch, _disk_full)
    faults.first, faults.lasts = 1, lambda name, _: name == "write_bytes"
    with pytest.raises(EnvironmentFailureError, match="No space left on device"):
        _write(tmp_path / "a/b/chart", NEW)
    assert _snapshot(tmp_path) == {}


@pytest.mark.parametrize("failure", [_disk_full, KeyboardInterrupt])
def test_failure_at_any_step_leaves_the_former_state(tmp_path: Path, root: Path, failure: Callable[[], BaseException]) -> None:
    before = _snapshot(root)
    for position in _positions(tmp_path, root):
        with pytest.MonkeyPatch.context() as patch:
            faults = _Faults(patch, failure)
            faults.first = position
            with pytest.raises((EnvironmentFailureError, KeyboardInterrupt)) as caught:
                _write(root, NEW)
        assert _snapshot(root) == before, position
        if failure is _disk_full:
            assert "No space left on device" in str(caught.value)
            assert "free some space" in str(getattr(caught.value, "hint", None))


def test_disk_that_stays_full_leaves_the_former_state(tmp_path: Path, root: Path) -> None:
    before = _snapshot(root)
    for position in _positions(tmp_path, root):
        with pytest.MonkeyPatch.context() as patch:
            faults = _Faults(patch, _disk_full)
            faults.first, faults.lasts = position, lambda name, _: name in ("write_bytes", "write_text", "mkdir")
            try:
                _write(root, NEW)
            except EnvironmentFailureError:
                assert _snapshot(root) == before, position
            else:
                break
    assert _texts(root) == {**NEW, "NOTES-OF-MINE.txt": "mine\n"}


def test_run_that_stops_dead_at_any_step_is_undone_by_the_next(tmp_path: Path, root: Path) -> None:
    """From some step on nothing works any more, undoing included, as after SIGKILL."""
    before = _snapshot(root)
    for position in _positions(tmp_path, root):
        with pytest.MonkeyPatch.context() as patch:
            faults = _Faults(patch, _disk_full)
            faults.first, faults.lasts = position, lambda _name, _position: True
            with pytest.raises(EnvironmentFailureError):
                _write(root, NEW)
        assert _write(root, OLD) == Changes(unchanged=tuple(sorted(OLD))), position
        assert _snapshot(root) == before, position


def test_recovery_that_stops_dead_is_finished_by_the_next_run(tmp_path: Path, root: Path) -> None:
    before = _snapshot(root)
    last = max(_positions(tmp_path, root))
    position, is_finished = 0, False
    while not is_finished:
        position += 1
        with pytest.MonkeyPatch.context() as patch:
            faults = _Faults(patch, _disk_full)
            # The last operation deletes the journal: all files are swapped by then.
            faults.first, faults.lasts = last, lambda _name, _position: True
            with pytest.raises(EnvironmentFailureError, match="could not be undone") as caught:
                _write(root, NEW)
            faults.count, faults.first = 0, position
            with contextlib.suppress(EnvironmentFailureError):
                _write(root, OLD)
                is_finished = True
        assert "run bbpkg again, which puts them back" in str(caught.value.hint)
        _write(root, OLD)
        assert _snapshot(root) == before, position
    assert position > 7


_KILLED_RUN = """
import os, sys
from pathlib import Path
from bbpkg.adapters.trees import write_tree
replace, count = Path.replace, 0
def dying(path, target):
    global count
    count += 1
    if count == int(sys.argv[2]):
        os.kill(os.getpid(), 9)
    return replace(path, target)
Path.replace = dying
write_tree(Path(sys.argv[1]), {new!r}, package="demo", version="0.1.0", force=False)
"""


@pytest.mark.parametrize("position", [1, 2, 5, 9])
def test_killed_run_is_undone_by_the_next(root: Path, position: int) -> None:
    before = _snapshot(root)
    killed = subprocess.run([sys.executable, "-c", _KILLED_RUN.format(new=NEW), str(root), str(position)], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert list(root.glob(TEMPORARY_PREFIX + "*"))
    _write(root, OLD)
    assert _snapshot(root) == before


def test_edit_after_a_killed_run_must_not_be_lost(root: Path) -> None:
    subprocess.run([sys.executable, "-c", _KILLED_RUN.format(new=NEW), str(root), "9"], check=False)
    edited = next(path for path in (root / "docs/new/values.md", root / "templates/b.yaml") if path.exists())
    edited.write_text("mine\n")
    with pytest.raises(EnvironmentFailureError, match=f"{edited.name} was changed after a run of bbpkg was cut off") as caught:
        _write(root, OLD)
    assert edited.read_text() == "mine\n"
    assert "to keep the files as they are now, delete" in str(caught.value.hint)


def test_damaged_journal_is_explained(root: Path) -> None:
    (root / (TEMPORARY_PREFIX + "x")).mkdir()
    (root / (TEMPORARY_PREFIX + "x") / "journal.json").write_text("")
    with pytest.raises(EnvironmentFailureError, match=r"journal\.json of a run that was cut off is damaged$"):
        _write(root, NEW)


def test_only_temporary_directories_of_bbpkg_are_deleted(root: Path, tmp_path: Path) -> None:
    (root / (TEMPORARY_PREFIX + "stale") / "new").mkdir(parents=True)
    (root / ".other-tmp-x").mkdir()
    (root / (TEMPORARY_PREFIX + "link")).symlink_to(tmp_path)
    _write(root, OLD)
    assert sorted(path.name for path in root.iterdir() if "tmp" in path.name) == [TEMPORARY_PREFIX + "link", ".other-tmp-x"]


def test_two_runs_at_once_are_refused(root: Path) -> None:
    before = _snapshot(root)
    with locked(root), pytest.raises(EnvironmentFailureError, match="another bbpkg is writing to"):
        _write(root, NEW)
    assert _snapshot(root) == before


def test_text_that_reads_back_otherwise_is_not_swapped_in(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = _snapshot(root)
    write = Path.write_bytes
    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", lambda path, content: write(path, content[:-1]))
        with pytest.raises(EnvironmentFailureError, match="reads back otherwise"):
            _write(root, NEW)
    assert _snapshot(root) == before


SEEDS = frozenset(("CHANGELOG.md", "docs/own/guide.md"))
SEEDED = {**OLD, "CHANGELOG.md": "# Changelog\n", "docs/own/guide.md": "# Guide\n"}


def _seeded(root: Path, files: dict[str, str] = SEEDED, *, force: bool = False) -> Changes:
    return write_tree(root, files, package="demo", version="0.1.0", force=force, seeds=SEEDS)


def test_seeds_are_created_and_belong_to_people_at_once(tmp_path: Path) -> None:
    root = tmp_path / "new"
    assert _seeded(root) == Changes(created=tuple(sorted(SEEDED)))
    assert _texts(root) == SEEDED
    assert set(json.loads((root / RECORD_NAME).read_text())["files"]) == set(OLD)


def test_seeds_come_to_a_tree_that_had_none(root: Path) -> None:
    assert _seeded(root) == Changes(created=tuple(sorted(SEEDS)), unchanged=tuple(sorted(OLD)))
    before = _snapshot(root)
    assert _seeded(root) == Changes(unchanged=tuple(sorted(OLD)), kept=tuple(sorted(SEEDS)))
    assert _snapshot(root) == before


@pytest.mark.parametrize("force", [False, True])
def test_edited_seed_is_neither_conflict_nor_drift(root: Path, *, force: bool) -> None:
    _seeded(root)
    (root / "CHANGELOG.md").write_text("mine\n")
    newer = {**SEEDED, "CHANGELOG.md": "# Other\n", "docs/own/guide.md": "# Other\n"}
    before = _snapshot(root)
    assert plan_changes(root, newer, seeds=SEEDS) == Changes(unchanged=tuple(sorted(OLD)), kept=tuple(sorted(SEEDS)))
    assert difference(root, newer, package="demo", version="0.1.0", seeds=SEEDS) == ""
    assert _seeded(root, newer, force=force).kept == tuple(sorted(SEEDS))
    assert _snapshot(root) == before


def test_other_files_change_beside_an_edited_seed(root: Path) -> None:
    _seeded(root)
    (root / "CHANGELOG.md").write_text("mine\n")
    changes = _seeded(root, {**SEEDED, "values.yaml": "a: 2\n"})
    assert (changes.changed, changes.kept, changes.conflicts) == (("values.yaml",), tuple(sorted(SEEDS)), ())
    assert _texts(root)["CHANGELOG.md"] == "mine\n"


def test_deleted_seed_is_created_again(root: Path) -> None:
    _seeded(root)
    (root / "CHANGELOG.md").unlink()
    shutil.rmtree(root / "docs")
    assert "+++ b/CHANGELOG.md\n" in difference(root, SEEDED, package="demo", version="0.1.0", seeds=SEEDS)
    assert _seeded(root).created == tuple(sorted(SEEDS))
    assert _texts(root)["docs/own/guide.md"] == "# Guide\n"


def test_seed_that_is_no_longer_asked_for_stays(root: Path) -> None:
    _seeded(root)
    assert _write(root, OLD, force=True) == Changes(unchanged=tuple(sorted(OLD)))
    assert _texts(root)["CHANGELOG.md"] == "# Changelog\n"


def test_file_that_becomes_a_seed_is_left_to_people(root: Path) -> None:
    _write(root, SEEDED)
    (root / "docs/own/guide.md").write_text("mine\n")
    assert _seeded(root, force=True).kept == tuple(sorted(SEEDS))
    assert _texts(root)["docs/own/guide.md"] == "mine\n"
    assert set(json.loads((root / RECORD_NAME).read_text())["files"]) == set(OLD)


def test_seed_that_becomes_a_generated_file_is_not_overwritten_silently(root: Path) -> None:
    _seeded(root)
    (root / "CHANGELOG.md").write_text("mine\n")
    with pytest.raises(FindingsError, match=r"CHANGELOG\.md: was not written by bbpkg, and would be overwritten"):
        _write(root, SEEDED)
    assert _texts(root)["CHANGELOG.md"] == "mine\n"


@pytest.mark.parametrize("kind", ["link", "dangling link", "directory"])
def test_whatever_stands_in_the_place_of_a_seed_is_kept(root: Path, tmp_path: Path, kind: str) -> None:
    place = root / "CHANGELOG.md"
    if kind == "directory":
        place.mkdir()
    else:
        place.symlink_to(root / "NOTES-OF-MINE.txt" if kind == "link" else tmp_path / "gone")
    assert _seeded(root, force=True).kept == ("CHANGELOG.md",)
    assert place.is_dir() if kind == "directory" else place.is_symlink()
    assert (root / "NOTES-OF-MINE.txt").read_text() == "mine\n"


def test_seed_needs_a_directory_where_a_file_is(root: Path) -> None:
    (root / "docs").write_text("mine\n")
    before = _snapshot(root)
    with pytest.raises(FindingsError, match="docs is not a directory, where bbpkg needs a file of its own"):
        _seeded(root, force=True)
    assert _snapshot(root) == before


def test_seeds_of_a_run_that_failed_are_gone(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = _snapshot(root)
    faults = _Faults(monkeypatch, _disk_full)
    # The record is swapped in last: by then the seeds are there.
    faults.first, faults.lasts = 1, lambda name, _: name == "replace" and (root / "docs/own/guide.md").exists()
    with pytest.raises(EnvironmentFailureError):
        _seeded(root, {**SEEDED, "values.yaml": "a: 2\n"})
    assert _snapshot(root) == before


def test_difference_of_equal_trees_is_empty(root: Path) -> None:
    assert _difference(root, OLD) == ""


def test_difference_shows_every_file_in_order_and_writes_nothing(root: Path) -> None:
    before = _snapshot(root)
    shown = _difference(root, {**NEW, "empty": "", "last": "no newline"})
    assert _snapshot(root) == before
    assert [line for line in shown.splitlines() if line.startswith(("---", "+++"))] == [
        *("--- a/.bbpkg.json", "+++ b/.bbpkg.json"),
        *("--- /dev/null", "+++ b/ci/x.yaml"),
        *("--- /dev/null", "+++ b/docs/new/values.md"),
        *("--- /dev/null", "+++ b/empty"),
        *("--- /dev/null", "+++ b/last"),
        *("--- a/templates/api/service.yaml", "+++ /dev/null"),
        *("--- a/templates/b.yaml", "+++ b/templates/b.yaml"),
        *("--- a/values.yaml", "+++ b/values.yaml"),
    ]
    assert shown.endswith("--- a/values.yaml\n+++ b/values.yaml\n@@ -1 +1 @@\n-a: 1\n+a: 2\n")
    assert "+no newline\n\\ No newline at end of file\n" in shown


def test_difference_is_a_patch_that_git_accepts(root: Path) -> None:
    patch = _difference(root, NEW)
    git = shutil.which("git")
    if git is None:
        pytest.skip("git is not installed")
    subprocess.run([git, "apply", "-"], input=patch.encode(), cwd=root, check=True)
    assert _difference(root, NEW) == ""


@pytest.mark.parametrize(
    "spoil", [lambda record: record.unlink(), lambda record: record.write_text(record.read_text().replace("0.1.0", "0.0.9"))]
)
def test_difference_shows_drift_of_the_record(root: Path, spoil: Callable[[Path], object]) -> None:
    spoil(root / RECORD_NAME)
    assert '+  "generator": "0.1.0",\n' in _difference(root, OLD)


def test_difference_of_a_missing_directory_shows_all_files(tmp_path: Path) -> None:
    assert _difference(tmp_path / "gone", OLD).count("--- /dev/null\n") == len(OLD) + 1
    assert not (tmp_path / "gone").exists()


def test_line_endings_and_bytes_are_compared_as_they_are(root: Path) -> None:
    (root / "values.yaml").write_bytes(b"a: 1\r\n")
    (root / "Chart.yaml").write_bytes(b"name: demo\xff\n")
    shown = _difference(root, OLD)
    assert "-a: 1\r\n+a: 1\n" in shown
    assert "-name: demo\\xff\n+name: demo\n" in shown


def test_files_are_read_where_they_exist(root: Path) -> None:
    assert read_tree(root, ["values.yaml", "gone.yaml", "gone/x"]) == {"values.yaml": "a: 1\n"}
    assert read_tree(root / "gone", ["values.yaml"]) == {}


def test_file_that_is_not_text_is_refused(root: Path) -> None:
    (root / "values.yaml").write_bytes(b"a: \xff\n")
    with pytest.raises(UsageError, match=r"values\.yaml is not UTF-8 text: invalid start byte at byte 3"):
        read_tree(root, ["values.yaml"])
    with pytest.raises(UsageError, match="templates is a directory; expected is a file"):
        read_tree(root, ["templates"])
