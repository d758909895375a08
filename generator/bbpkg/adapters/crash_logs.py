"""The log of a crash; imports next to nothing, because every command loads it."""

import os


def write_crash_log(text: str) -> str | None:
    """Write a log that only its owner can read into the directory of temporary files and return its path; None when there is no place."""
    # The module tempfile would take a tenth of the time in which `bbpkg --version` answers.
    path = os.path.join(os.environ.get("TMPDIR") or "/tmp", f"bbpkg-crash-{os.urandom(6).hex()}.log")  # noqa: PTH118, S108 - see above; made anew
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8", errors="backslashreplace") as log:
            log.write(text)
    except OSError:
        return None
    return path
