"""Swap files of a directory all or nothing; a swap that was cut off, even by SIGKILL, is undone by the next run.

How: new contents are staged in a temporary directory inside the tree (same file system, so that renames are atomic), then a journal
is written there, then each old file is renamed into the temporary directory and each new one out of it.  As long as the journal exists
the swap counts as unfinished, and what to undo is seen from where the files are; deleting the journal is the commit.
"""

import contextlib
import errno
import fcntl
import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bbpkg.adapters.tree_records import TEMPORARY_PREFIX, sha256
from bbpkg.errors import EnvironmentFailureError

_JOURNAL = "journal.json"


@dataclass(frozen=True, slots=True)
class _Step:
    """One file of a swap; `digest` is the SHA-256 of its new content, None when it is to be removed."""

    path: str
    had_old: bool
    digest: str | None


@contextlib.contextmanager
def locked(root: Path) -> Iterator[None]:
    """Keep other runs of bbpkg out of a directory.

    Raises:
        EnvironmentFailureError: another run is writing there.
    """
    descriptor = os.open(root, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as problem:
            # Some network file systems have no locks; there the swap works as well, only unguarded.
            if problem.errno in (errno.EWOULDBLOCK, errno.EACCES):
                message = f"another bbpkg is writing to {root}"
                raise EnvironmentFailureError(message, hint="wait until it has ended, then run the command again") from problem
        yield
    finally:
        os.close(descriptor)


def recover(root: Path) -> None:
    """Undo what a killed run left unfinished, and delete its temporary directories; the caller holds the lock."""
    for stale in sorted(root.glob(TEMPORARY_PREFIX + "*")):
        if stale.is_dir() and not stale.is_symlink():
            _undo(root, stale)
            shutil.rmtree(stale)


def swap(root: Path, *, write: Mapping[str, bytes], remove: Iterable[str]) -> None:
    """Write and remove files; on any exception, an interrupt included, every file is as it was before.

    Args:
        root: the directory; the caller holds its lock.
        write: contents by relative path, swapped in this order.
        remove: relative paths of files; directories that become empty go with them.
    """
    temporary = Path(tempfile.mkdtemp(prefix=TEMPORARY_PREFIX, dir=root))
    removed = sorted(remove)
    try:
        steps = [_Step(path, (root / path).exists(), sha256(content)) for path, content in write.items()]
        steps[:0] = [_Step(path, had_old=True, digest=None) for path in removed]
        new_directories = _missing_directories(root, write)
        _stage(temporary, steps, write)
        _write_journal(temporary, steps, new_directories)
        for directory in new_directories:
            (root / directory).mkdir()
        for step in steps:
            _apply(root, temporary, step)
        (temporary / _JOURNAL).unlink()
    except BaseException as problem:
        _undo_or_explain(root, temporary, problem)
        shutil.rmtree(temporary, ignore_errors=True)
        raise
    shutil.rmtree(temporary, ignore_errors=True)
    _remove_empty_directories(root, removed)


def _missing_directories(root: Path, paths: Iterable[str]) -> list[str]:
    parents = {str(parent) for path in paths for parent in Path(path).parents}
    # Sorted, a directory comes before those in it.
    return sorted(parent for parent in parents if not (root / parent).is_dir())


def _stage(temporary: Path, steps: Iterable[_Step], write: Mapping[str, bytes]) -> None:
    for step in steps:
        for side in ("new", "old"):
            (temporary / side / step.path).parent.mkdir(parents=True, exist_ok=True)
        if step.digest is None:
            continue
        staged = temporary / "new" / step.path
        staged.write_bytes(write[step.path])
        if sha256(staged.read_bytes()) != step.digest:
            message = f"{step.path} reads back otherwise than it was written"
            raise EnvironmentFailureError(message, hint="check the disk or the network file system")


def _write_journal(temporary: Path, steps: Iterable[_Step], new_directories: Iterable[str]) -> None:
    content = {"steps": [[step.path, step.had_old, step.digest] for step in steps], "directories": list(new_directories)}
    draft = temporary / "journal.draft"
    draft.write_text(json.dumps(content), encoding="utf-8")
    draft.replace(temporary / _JOURNAL)


def _read_journal(journal: Path) -> tuple[list[_Step], list[str]]:
    try:
        content = json.loads(journal.read_text(encoding="utf-8"))
        return [_Step(path, had_old, digest) for path, had_old, digest in content["steps"]], content["directories"]
    except (ValueError, KeyError, TypeError) as problem:
        message = f"{journal} of a run that was cut off is damaged"
        hint = f"compare {journal.parent / 'old'} with the directory, put back what is missing, then delete {journal.parent}"
        raise EnvironmentFailureError(message, hint=hint) from problem


def _apply(root: Path, temporary: Path, step: _Step) -> None:
    if step.had_old:
        (root / step.path).replace(temporary / "old" / step.path)
    if step.digest is not None:
        (temporary / "new" / step.path).replace(root / step.path)


def _undo_or_explain(root: Path, temporary: Path, problem: BaseException) -> None:
    try:
        _undo(root, temporary)
    except OSError as second:
        message = f"writing to {root} failed and could not be undone: {second.strerror or second}"
        hint = f"the former files are in {temporary}; remove the cause and run bbpkg again, which puts them back"
        raise EnvironmentFailureError(message, hint=hint) from problem


def _undo(root: Path, temporary: Path) -> None:
    journal = temporary / _JOURNAL
    if not journal.exists():
        return
    steps, directories = _read_journal(journal)
    for step in steps:
        _check_not_edited_since(root, temporary, step)
    for step in reversed(steps):
        old, new, target = temporary / "old" / step.path, temporary / "new" / step.path, root / step.path
        if old.exists():
            old.replace(target)
        elif not step.had_old and not new.exists() and target.exists():
            target.unlink()
    for directory in reversed(directories):
        with contextlib.suppress(OSError):
            (root / directory).rmdir()
    journal.unlink()


def _check_not_edited_since(root: Path, temporary: Path, step: _Step) -> None:
    """Refuse to put an old file over one that somebody changed after the swap was cut off."""
    is_swapped = (temporary / "old" / step.path).exists() or not (step.had_old or (temporary / "new" / step.path).exists())
    target = root / step.path
    if is_swapped and target.exists() and sha256(target.read_bytes()) != step.digest:
        message = f"{target} was changed after a run of bbpkg was cut off, whose former files are in {temporary}"
        hint = f"to keep the files as they are now, delete {temporary}; to go back, delete {target} and run bbpkg again"
        raise EnvironmentFailureError(message, hint=hint)


def _remove_empty_directories(root: Path, removed: Iterable[str]) -> None:
    parents = {str(parent) for path in removed for parent in Path(path).parents if parent != Path()}
    for parent in sorted(parents, reverse=True):
        with contextlib.suppress(OSError):
            (root / parent).rmdir()
