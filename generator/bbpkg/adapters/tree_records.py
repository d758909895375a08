"""The record `.bbpkg.json` of what bbpkg wrote into a directory: read, checked and written as text."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from bbpkg.diagnostics import Diagnostic, Location, in_order
from bbpkg.errors import InvalidInputError

RECORD_NAME = ".bbpkg.json"
TEMPORARY_PREFIX = ".bbpkg-tmp-"

_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, kw_only=True, slots=True)
class TreeRecord:
    """Who wrote a tree, and the SHA-256 of each file in it by relative path."""

    generator: str = ""
    package: str = ""
    files: Mapping[str, str] = field(default_factory=dict)

    def to_text(self) -> str:
        """Return the record as sorted JSON, one line per file, so that changes of it read well in version control."""
        content = {"files": dict(self.files), "generator": self.generator, "package": self.package}
        return json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def record_of(files: Mapping[str, str], *, package: str, version: str) -> TreeRecord:
    """Return the record of a tree that holds exactly these files."""
    hashes = {path: sha256(text.encode()) for path, text in files.items()}
    return TreeRecord(generator=version, package=package, files=hashes)


def sha256(content: bytes) -> str:
    """Return the SHA-256 of a file's content as hexadecimal text."""
    return hashlib.sha256(content).hexdigest()


def parse_record(content: bytes, *, file: str) -> TreeRecord:
    """Read a record.

    Raises:
        InvalidInputError: it is damaged, for example by a merge conflict.
    """
    try:
        data = json.loads(content)
        generator, package, files = data["generator"], data["package"], data["files"]
    except (ValueError, KeyError, TypeError, RecursionError) as problem:
        raise _damaged(file) from problem
    if not (isinstance(generator, str) and isinstance(package, str) and _are_sound(files)):
        raise _damaged(file)
    return TreeRecord(generator=generator, package=package, files=files)


def check_paths(paths: Iterable[str], *, root: str) -> None:
    """Refuse paths that leave the tree, are not in their simplest form, or need a file where another needs a directory.

    Raises:
        InvalidInputError: naming every such path.
    """
    wanted = set(paths)
    found = []
    for path in wanted:
        problem = _path_problem(path, wanted)
        if problem:
            found.append(Diagnostic(code="tree-path", location=Location(file=root), message=f"{path!r} {problem}."))
    if found:
        message = f"cannot write into {root}: {len(found)} of the file names are not allowed"
        raise InvalidInputError(message, in_order(found))


def _are_sound(files: object) -> bool:
    return isinstance(files, dict) and all(
        _path_problem(path, set()) is None and isinstance(digest, str) and _SHA256.fullmatch(digest) for path, digest in files.items()
    )


def _path_problem(path: str, wanted: set[str]) -> str | None:
    pure = PurePosixPath(path)
    if pure.is_absolute() or ".." in pure.parts:
        return "lies outside the directory; allowed are paths below it"
    if not path or path == "." or str(pure) != path or "\\" in path or not path.isprintable():
        return "is not a plain relative path like templates/service.yaml"
    if path == RECORD_NAME or pure.parts[0].startswith(TEMPORARY_PREFIX):
        return "is a name that bbpkg keeps for itself"
    blocking = next((str(parent) for parent in pure.parents if str(parent) in wanted), None)
    return f"needs {blocking!r} to be a directory, which is to be a file" if blocking else None


def _damaged(file: str) -> InvalidInputError:
    message = f"{file} is damaged, so it is not known which files bbpkg wrote"
    problem = Diagnostic(
        code="tree-record",
        location=Location(file=file),
        message="not a record of bbpkg; expected is JSON with files, generator and package.",
        hint="restore it from version control, or delete it and pass --force to overwrite the files",
    )
    return InvalidInputError(message, [problem])
