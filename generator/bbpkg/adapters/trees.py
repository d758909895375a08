"""Write a generated tree into a directory, all or nothing, without touching what people wrote there.

Some files are seeds: written once, when nothing stands in their place, and from then on people's. The record does not know them.
"""

import contextlib
import difflib
import errno
import os
import re
import stat
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from bbpkg.adapters.tree_records import RECORD_NAME, TreeRecord, check_paths, parse_record, record_of, sha256
from bbpkg.adapters.tree_swaps import locked, recover, swap
from bbpkg.diagnostics import Diagnostic, Location, in_order
from bbpkg.errors import EnvironmentFailureError, FindingsError, UsageError

_OBSTACLE = "tree-obstacle"
_LINE = re.compile(r"[^\n]*\n|[^\n]+")


@dataclass(frozen=True, kw_only=True, slots=True)
class Changes:
    """What writing a tree does to each file, by sorted relative path; a file with a conflict is changed or removed only by force.

    `kept` are seeds that exist already, whatever is in them.
    """

    created: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    conflicts: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True, slots=True)
class _Found:
    """What is on disk at a path: content, or nothing, or something that is no regular file of this tree."""

    content: bytes | None = None
    obstacle: str | None = None


def plan_changes(root: Path, files: Mapping[str, str], *, seeds: Collection[str] = ()) -> Changes:
    """Compare a tree with the disk; writes nothing.

    Args:
        root: the directory of the tree; it need not exist.
        files: texts by relative POSIX path.
        seeds: those of the paths that are written only where nothing stands.

    Raises:
        InvalidInputError: a path is not allowed, or the record of the last run is damaged.
        EnvironmentFailureError: the directory cannot be read.
    """
    check_paths(files, root=str(root))
    with _failures_explained(root):
        record, _ = _read_record(root)
        kept = _present(root, seeds)
        conflicts: list[Diagnostic] = []
        kinds: dict[str, list[str]] = {"created": [], "changed": [], "removed": [], "unchanged": []}
        for path in sorted({*files, *record.files} - kept):
            found = _look(root, path)
            kind = _kind_of_change(found, files.get(path))
            conflict = _conflict(found, kind, record.files.get(path))
            if conflict:
                conflicts.append(_conflict_at(root / path, *conflict))
            if kind and not found.obstacle:
                kinds[kind].append(path)
    return Changes(**{kind: tuple(paths) for kind, paths in kinds.items()}, kept=tuple(sorted(kept)), conflicts=in_order(conflicts))


def write_tree(  # noqa: PLR0913 - one keyword for each thing that the record and the refusal depend on
    root: Path, files: Mapping[str, str], *, package: str, version: str, force: bool, seeds: Collection[str] = ()
) -> Changes:
    """Make a directory hold the tree: every file is written or none; when nothing changed, nothing is touched.

    Args:
        root: the directory; created when missing. Files in it that bbpkg did not write are left alone.
        files: texts by relative POSIX path.
        package: name of the package, for the record `.bbpkg.json`.
        version: version of bbpkg, for the record.
        force: overwrite files that people wrote or edited; never a seed.
        seeds: those of the paths that are written only where nothing stands.

    Raises:
        FindingsError: files that people wrote or edited are in the way.
        InvalidInputError: a path is not allowed, or the record of the last run is damaged.
        EnvironmentFailureError: the directory cannot be written; it is as it was before.
    """
    check_paths(files, root=str(root))
    with _failures_explained(root), _created(root), locked(root):
        recover(root)
        changes = plan_changes(root, files, seeds=seeds)
        _refuse_conflicts(root, changes, force=force)
        write = {path: files[path].encode() for path in (*changes.created, *changes.changed)}
        _, recorded = _read_record(root)
        record = record_of(_recorded(files, seeds), package=package, version=version).to_text()
        if record != recorded:
            # Last, so that the record speaks of the new files only when they are all there.
            write[RECORD_NAME] = record.encode()
        if write or changes.removed:
            swap(root, write=write, remove=changes.removed)
    return changes


def read_tree(root: Path, paths: Iterable[str]) -> dict[str, str]:
    """Return the texts of those of the files that exist.

    Raises:
        UsageError: one of them is not a regular file or not UTF-8.
        EnvironmentFailureError: one of them cannot be read.
    """
    texts = {}
    with _failures_explained(root):
        for path in paths:
            found = _look(root, path)
            if found.obstacle:
                message = f"{root / path} cannot be read: {found.obstacle}; expected is a file"
                raise UsageError(message)
            if found.content is not None:
                texts[path] = _decoded(root / path, found.content)
    return texts


def difference(root: Path, files: Mapping[str, str], *, package: str, version: str, seeds: Collection[str] = ()) -> str:
    """Return what `write_tree` would change, its record included, as a unified diff; empty when nothing; writes nothing.

    A seed that exists is no difference.

    Raises:
        InvalidInputError: a path is not allowed, or the record of the last run is damaged.
        EnvironmentFailureError: the directory cannot be read.
    """
    check_paths(files, root=str(root))
    with _failures_explained(root):
        record, _ = _read_record(root)
        wanted = {**files, RECORD_NAME: record_of(_recorded(files, seeds), package=package, version=version).to_text()}
        paths = sorted({*wanted, *record.files} - _present(root, seeds))
        return "".join(_file_difference(path, _look(root, path), wanted.get(path)) for path in paths)


def _recorded(files: Mapping[str, str], seeds: Collection[str]) -> dict[str, str]:
    return {path: text for path, text in files.items() if path not in seeds}


def _present(root: Path, seeds: Iterable[str]) -> set[str]:
    """The seeds in whose place something stands, be it a link or a directory: it is not bbpkg's."""
    return {path for path in seeds if os.path.lexists(root / path)}


def _kind_of_change(found: _Found, text: str | None) -> str | None:
    if text is None:
        return None if found.content is None else "removed"
    if found.content is None:
        return "created"
    return "unchanged" if found.content == text.encode() else "changed"


def _conflict(found: _Found, kind: str | None, recorded: str | None) -> tuple[str, str] | None:
    if found.obstacle:
        return _OBSTACLE, f"{found.obstacle}, where bbpkg needs a file of its own."
    if found.content is None or kind == "unchanged":
        return None
    fate = "removed" if kind == "removed" else "overwritten"
    if recorded is None:
        return "tree-foreign", f"was not written by bbpkg, and would be {fate}."
    if sha256(found.content) != recorded:
        return "tree-edited", f"was edited since bbpkg wrote it, and would be {fate}."
    return None


def _conflict_at(path: Path, code: str, message: str) -> Diagnostic:
    hint = "move it away, then run bbpkg again" if code == _OBSTACLE else "keep the edit elsewhere, then pass --force"
    return Diagnostic(code=code, location=Location(file=str(path)), message=message, hint=hint)


def _refuse_conflicts(root: Path, changes: Changes, *, force: bool) -> None:
    refused = [conflict for conflict in changes.conflicts if not force or conflict.code == _OBSTACLE]
    if not refused:
        return
    count = "1 file" if len(refused) == 1 else f"{len(refused)} files"
    listed = "".join(f"\n  {conflict.location}: {conflict.message}" for conflict in refused)
    if any(conflict.code != _OBSTACLE for conflict in refused):
        hint = "to overwrite them, pass --force; to keep them, write to another directory"
    else:
        hint = "move them away, then run the command again"
    message = f"nothing was written to {root}: {count} in the way{listed}"
    raise FindingsError(message, hint=hint)


def _look(root: Path, path: str) -> _Found:
    steps = [*reversed(PurePosixPath(path).parents), PurePosixPath(path)][1:]
    for step in steps:
        place = root / step
        try:
            mode = place.lstat().st_mode
        except FileNotFoundError:
            return _Found()
        if stat.S_ISLNK(mode):
            return _Found(obstacle=f"{step} is a symbolic link")
        if str(step) != path and not stat.S_ISDIR(mode):
            return _Found(obstacle=f"{step} is not a directory")
    if stat.S_ISDIR(mode):
        return _Found(obstacle=f"{path} is a directory")
    return _Found(content=place.read_bytes()) if stat.S_ISREG(mode) else _Found(obstacle=f"{path} is not a regular file")


def _read_record(root: Path) -> tuple[TreeRecord, str | None]:
    if os.path.lexists(root) and not root.is_dir():
        message = f"{root} is not a directory"
        raise EnvironmentFailureError(message, hint="name another directory, or move the file away")
    found = _look(root, RECORD_NAME)
    if found.obstacle:
        message = f"{root / RECORD_NAME} cannot be read: {found.obstacle}; expected is a file"
        raise EnvironmentFailureError(message, hint="move it away")
    if found.content is None:
        return TreeRecord(), None
    record = parse_record(found.content, file=str(root / RECORD_NAME))
    return record, found.content.decode()


def _decoded(path: Path, content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError as problem:
        message = f"{path} is not UTF-8 text: {problem.reason} at byte {problem.start}"
        raise UsageError(message, hint="save it as UTF-8") from problem


def _file_difference(path: str, found: _Found, text: str | None) -> str:
    if not found.obstacle and found.content == (None if text is None else text.encode()):
        return ""
    old = "" if found.content is None else found.content.decode(errors="backslashreplace")
    before = "--- /dev/null\n" if found.content is None else f"--- a/{path}\n"
    if found.obstacle:
        before = f"--- a/{path}\t({found.obstacle})\n"
    after = "+++ /dev/null\n" if text is None else f"+++ b/{path}\n"
    compared = difflib.unified_diff(_LINE.findall(old), _LINE.findall(text or ""))
    hunks = [line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in list(compared)[2:]]
    return "".join((before, after, *hunks))


@contextlib.contextmanager
def _created(root: Path) -> Iterator[None]:
    """Create a directory, and take it away again when what is done in it fails."""
    missing = [path for path in (root, *root.parents) if not os.path.lexists(path)]
    try:
        root.mkdir(parents=True, exist_ok=True)
        yield
    except BaseException:
        for path in missing:
            with contextlib.suppress(OSError):
                path.rmdir()
        raise


@contextlib.contextmanager
def _failures_explained(root: Path) -> Iterator[None]:
    try:
        yield
    except OSError as problem:
        place = problem.filename if isinstance(problem.filename, str) else str(root)
        message = f"cannot use the directory {root}: {problem.strerror or type(problem).__name__} ({place})"
        raise EnvironmentFailureError(message, hint=_failure_hint(problem.errno)) from problem


def _failure_hint(number: int | None) -> str:
    if number in (errno.ENOSPC, errno.EDQUOT):
        return "free some space on the disk, then run the command again; nothing was changed"
    if number in (errno.EACCES, errno.EPERM, errno.EROFS):
        return "make it readable and writable for you, or name another directory"
    if number in (errno.EEXIST, errno.ENOTDIR):
        return "name another directory, or move the file away"
    return "check the directory and the disk, then run the command again"
