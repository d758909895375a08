"""Replaces single files that people own: the old content or the new one, never a part."""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bbpkg.errors import EnvironmentFailureError

_MODE = 0o666


def replace_text(path: Path, text: str) -> None:
    """Write a file, and keep its permissions; folders that are missing are made, a link keeps pointing to the file.

    Raises:
        EnvironmentFailureError: it cannot be written.
    """
    try:
        target = path.resolve()
        target.parent.mkdir(parents=True, exist_ok=True)
        mode = target.stat().st_mode & 0o7777 if target.exists() else _MODE & ~_umask()
        with _temporary(target) as temporary:
            temporary.write_bytes(text.encode())
            temporary.chmod(mode)
            temporary.replace(target)
    except OSError as problem:
        message = f"{path} cannot be written: {problem.strerror or type(problem).__name__}"
        raise EnvironmentFailureError(message, hint="check the folder and the disk, then run the command again") from problem


@contextlib.contextmanager
def _temporary(target: Path) -> Iterator[Path]:
    """A file beside the target, so that it can be renamed; gone afterwards, whatever happens."""
    descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    os.close(descriptor)
    try:
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


def _umask() -> int:
    found = os.umask(0)
    os.umask(found)
    return found
