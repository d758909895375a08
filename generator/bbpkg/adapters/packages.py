"""Reads package folders: those that bbpkg carries, and those of the user."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Final

from bbpkg.errors import EnvironmentFailureError, UsageError
from bbpkg.suggestions import did_you_mean

_DEFINITION: Final = "package.yaml"
_CARRIED: Final = "packages"
_MOST_FILES: Final = 2000
_MOST_BYTES: Final = 4 * 1024 * 1024


@dataclass(frozen=True, kw_only=True, slots=True)
class PackageFolder:
    """The files of a package folder as text by path; `folder` is what messages call it."""

    folder: str
    files: Mapping[str, str]


class PackageFolders:
    """Finds packages by name among those that bbpkg carries, or by the path of a folder."""

    def __init__(self, *, cwd: Path, root: Path | None = None) -> None:
        self._cwd = cwd
        self._root = root or Path(str(resources.files("bbpkg")))

    def names(self) -> tuple[str, ...]:
        """Return the names of the packages that bbpkg carries, in order."""
        return tuple(sorted(path.parent.name for path in (self._root / _CARRIED).glob(f"*/{_DEFINITION}")))

    def read(self, package: str) -> PackageFolder:
        """Return the files of the package with this name, or of the folder with this path; a name goes before a path.

        Raises:
            UsageError: there is no such package, or a file of it is no text.
            EnvironmentFailureError: a file cannot be read.
        """
        names = self.names()
        if package in names:
            return PackageFolder(folder=f"{_CARRIED}/{package}", files=read_texts(self._root / _CARRIED / package))
        folder = self._cwd / package
        if folder.name == _DEFINITION and folder.is_file():
            package, folder = os.path.dirname(package) or ".", folder.parent  # noqa: PTH120 - keeps the user's own spelling
        if not folder.is_dir():
            near = did_you_mean(package, names)
            message = f'there is no package "{package}"; known packages are {", ".join(names) or "none"}'
            hint = f'did you mean "{near}"?' if near else f"to use a package of your own, name the folder that holds its {_DEFINITION}"
            raise UsageError(message, hint=hint)
        # Without a definition it may be any folder, and a large one.
        files = read_texts(folder) if (folder / _DEFINITION).is_file() else {}
        return PackageFolder(folder=package.rstrip("/") or "/", files=files)

    def templates(self) -> Mapping[str, str]:
        """Return the templates that all packages share: text by path."""
        return read_texts(self._root / "templates")

    def subcharts(self) -> Mapping[str, Mapping[str, str]]:
        """Return the charts that charts depend on, by name: text by path."""
        return {path.name: read_texts(path) for path in sorted((self._root / "charts").iterdir()) if path.is_dir()}


def read_texts(root: Path) -> dict[str, str]:
    """Return the text of every file below a directory by its relative POSIX path, in order; what is hidden is left out.

    Raises:
        UsageError: a file is no UTF-8 text, or the files are too many or too large.
        EnvironmentFailureError: a file cannot be read.
    """
    texts: dict[str, str] = {}
    for path in _files(root):
        try:
            if path.stat().st_size > _MOST_BYTES or len(texts) == _MOST_FILES:
                message = (
                    f"{root} is no package folder: it has more than {_MOST_FILES} files, or one above {_MOST_BYTES >> 20} MiB ({path})"
                )
                raise UsageError(message, hint="keep the files of the package in a folder of their own")
            texts[path.relative_to(root).as_posix()] = path.read_bytes().decode()
        except UnicodeDecodeError as cause:
            message = f"{path} is no UTF-8 text: {cause.reason} at byte {cause.start}"
            raise UsageError(message, hint="save it as UTF-8, or move it out of the package folder") from cause
        except OSError as cause:
            raise _unreadable(path, cause) from cause
    return texts


def read_text(path: Path) -> str:
    """Return the text of one file that the user named.

    Raises:
        UsageError: there is no such file, or it is no UTF-8 text.
        EnvironmentFailureError: it cannot be read.
    """
    try:
        return path.read_bytes().decode()
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError) as cause:
        message = f"there is no file {path}"
        raise UsageError(message, hint="check the path") from cause
    except UnicodeDecodeError as cause:
        message = f"{path} is no UTF-8 text: {cause.reason} at byte {cause.start}"
        raise UsageError(message, hint="save it as UTF-8") from cause
    except OSError as cause:
        raise _unreadable(path, cause) from cause


def _files(root: Path) -> list[Path]:
    found: list[Path] = []

    def refuse(problem: OSError) -> None:
        raise _unreadable(Path(problem.filename or root), problem) from problem

    for folder, folders, files in os.walk(root, onerror=refuse):
        folders[:] = sorted(name for name in folders if _is_visible(name))
        # Templates and charts have files whose name begins with a dot.
        found += [Path(folder, name) for name in sorted(files) if _is_visible(name) or name.endswith((".jinja", ".helmignore"))]
        if len(found) > _MOST_FILES:
            break
    return sorted(found)


def _is_visible(name: str) -> bool:
    return not name.startswith(".") and name != "__pycache__"


def _unreadable(path: Path, cause: OSError) -> EnvironmentFailureError:
    return EnvironmentFailureError(f"cannot read {path}: {cause.strerror or type(cause).__name__}", hint="make it readable for you")
