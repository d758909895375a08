"""Reads charts as Helm packs them: folders and .tgz archives, with their subcharts."""

import io
import tarfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Final

from bbpkg.errors import EnvironmentFailureError, UsageError

_MOST_FILES: Final = 5000
_MOST_BYTES: Final = 64 * 1024 * 1024
_MOST_BYTES_OF_A_FILE: Final = 8 * 1024 * 1024
_ARCHIVES: Final = (".tgz", ".tar.gz")
_DEEPEST: Final = 8


def is_chart_archive(path: Path) -> bool:
    """Whether a path is a file that is named like a packed chart."""
    return path.name.endswith(_ARCHIVES) and path.is_file()


def unpack_chart(archive: Path, target: Path) -> Path:
    """Unpack a packed chart below a directory, and return the folder of the chart.

    Raises:
        UsageError: it is no packed chart, or it is too large.
        EnvironmentFailureError: it cannot be read, or there is no room.
    """
    try:
        files = dict(_members(archive.read_bytes(), str(archive)))
        for path, content in files.items():
            place = target / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
    except OSError as cause:
        message = f"cannot unpack {archive}: {cause.strerror or type(cause).__name__}"
        raise EnvironmentFailureError(message, hint="see whether it can be read, and whether there is room") from cause
    charts = [path for path in files if path.count("/") == 1 and path.endswith("/Chart.yaml")]
    if len(charts) != 1:
        message = f"{archive} is no packed chart: it has no folder with Chart.yaml"
        raise UsageError(message, hint="pack it with helm package")
    return target / charts[0].rpartition("/")[0]


def chart_texts(folder: Path) -> dict[str, str]:
    """Return the texts of a chart by relative path; those of packed subcharts stand as if they were unpacked.

    What is no text is left out.

    Raises:
        UsageError: a packed subchart cannot be unpacked, or the chart is too large.
        EnvironmentFailureError: a file cannot be read.
    """
    texts: dict[str, str] = {}
    try:
        for path in sorted(folder.rglob("*")):
            relative = path.relative_to(folder).as_posix()
            if path.is_file() and not path.is_symlink() and path.stat().st_size <= _MOST_BYTES_OF_A_FILE:
                texts |= dict(_texts(relative, path.read_bytes(), str(path), 0))
            if len(texts) > _MOST_FILES:
                message = f"{folder} is no chart: it has more than {_MOST_FILES} files"
                raise UsageError(message, hint="name the folder that holds Chart.yaml")
    except OSError as cause:
        message = f"cannot read {folder}: {cause.strerror or type(cause).__name__}"
        raise EnvironmentFailureError(message, hint="make it readable for you") from cause
    return texts


def _texts(relative: str, content: bytes, name: str, depth: int) -> Iterator[tuple[str, str]]:
    above, _, file = relative.rpartition("/")
    if file.endswith(_ARCHIVES) and (above == "charts" or above.endswith("/charts")) and depth < _DEEPEST:
        for path, inner in _members(content, name):
            yield from _texts(f"{above}/{path}", inner, f"{name}!{path}", depth + 1)
        return
    try:
        yield relative, content.decode()
    except UnicodeDecodeError:
        return


def _members(content: bytes, name: str) -> Iterator[tuple[str, bytes]]:
    """Yield the regular files of an archive; what would land outside of it is refused."""
    total = 0
    try:
        with tarfile.open(fileobj=io.BytesIO(content), mode="r:gz") as archive:
            for number, member in enumerate(archive):
                path = PurePosixPath(member.name)
                if path.is_absolute() or ".." in path.parts:
                    message = f"{name} is no packed chart: {member.name} would land outside of it"
                    raise UsageError(message, hint="pack it with helm package")
                total += member.size
                if total > _MOST_BYTES or number > _MOST_FILES:
                    message = f"{name} is too large for a chart: more than {_MOST_BYTES >> 20} MiB or {_MOST_FILES} files"
                    raise UsageError(message)
                file = archive.extractfile(member) if member.isfile() else None
                if file:
                    yield path.as_posix(), file.read()
    except (tarfile.TarError, EOFError, OSError) as cause:
        message = f"{name} is no packed chart: it cannot be read as .tgz"
        raise UsageError(message, hint="pack it with helm package") from cause
