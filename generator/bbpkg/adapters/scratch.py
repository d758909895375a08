"""Directories and files that live no longer than a command."""

import contextlib
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from bbpkg.errors import EnvironmentFailureError


@contextlib.contextmanager
def scratch_directory() -> Iterator[Path]:
    """Make a directory that is removed at the end, also on Ctrl-C.

    Raises:
        EnvironmentFailureError: it cannot be made.
    """
    try:
        # Removing it must not hide the failure that ended the command.
        directory = tempfile.TemporaryDirectory(prefix="bbpkg-", ignore_cleanup_errors=True)
    except OSError as cause:
        raise _no_room(cause) from cause
    with directory as name:
        yield Path(name).resolve()


def write_scratch(root: Path, files: Mapping[str, str]) -> None:
    """Write files (text by relative path) below a scratch directory.

    Raises:
        EnvironmentFailureError: there is no room.
    """
    try:
        for path, text in files.items():
            target = root / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(text.encode())
    except OSError as cause:
        raise _no_room(cause) from cause


def _no_room(cause: OSError) -> EnvironmentFailureError:
    message = f"cannot write temporary files: {cause.strerror or cause}"
    return EnvironmentFailureError(message, hint="free some space, or set TMPDIR to another directory")
