"""What the schema bundle is made of: pins, converter, Go types; and one digest over all of it."""

import hashlib
import tomllib
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
PACKAGE_DATA = HERE.parents[1] / "generator" / "bbpkg" / "schemas"


def sources() -> dict[str, Any]:
    """Read the pins."""
    return tomllib.loads((HERE / "sources.toml").read_text(encoding="utf-8"))


def input_files() -> tuple[Path, ...]:
    """List every file that decides what the bundle holds."""
    patterns = ("*.py", "sources.toml", "crds/*.yaml", "helmrelease/*")
    return tuple(sorted(path for pattern in patterns for path in HERE.glob(pattern) if path.is_file()))


def input_digest() -> str:
    """Digest the names and contents of the input files."""
    digest = hashlib.sha256()
    for path in input_files():
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        digest.update(f"{path.relative_to(HERE).as_posix()} {content}\n".encode())
    return digest.hexdigest()
