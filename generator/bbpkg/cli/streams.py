"""Standard output: the only place that writes to it; says when nobody reads it any more."""

import os
import sys

import click

from bbpkg.errors import EnvironmentFailureError


class OutputClosedError(Exception):
    """The reader of standard output has gone, as in `bbpkg graph PACKAGE | head -1`."""


def write_text(text: str) -> None:
    """Write text as it is; colours only where a terminal shows them."""
    try:
        click.echo(text, nl=False)
    except BrokenPipeError as cause:
        silence_stdout()
        raise OutputClosedError from cause
    except OSError as cause:
        silence_stdout()
        message = f"cannot write the output: {cause.strerror or cause}"
        raise EnvironmentFailureError(message, hint="free some space, or write to another place") from cause


def write_line(line: str) -> None:
    """Write a line."""
    write_text(line + "\n")


def silence_stdout() -> None:
    """Let what is still buffered go nowhere, so that Python does not complain about it at its end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
