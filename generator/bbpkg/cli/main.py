"""The command `bbpkg`: its sub-commands, and the one place where an exception becomes a message and an exit code."""

import os
import signal
import sys
import traceback
from collections.abc import Sequence
from types import FrameType
from typing import NoReturn

import click

from bbpkg import __version__
from bbpkg.adapters.crash_logs import write_crash_log
from bbpkg.cli.lazy_group import LazyGroup
from bbpkg.cli.messages import show_error, show_remark
from bbpkg.cli.streams import OutputClosedError, write_text
from bbpkg.errors import BbpkgError, InternalError, UsageError

_INTERRUPTED = 130
_TERMINATED = 128 + signal.SIGTERM
_BROKEN_PIPE = 128 + signal.SIGPIPE

_SUMMARIES = {
    "generate": "Write the chart of a package, its schemas and its overlays.",
    "overlay": "Write the values with which Big Bang deploys a package.",
    "render": "Render a chart to Kubernetes objects.",
    "validate": "Lint, render and check a chart in many cases.",
    "diff": "Compare two charts, releases or values, and find what breaks on an upgrade.",
    "images": "List the images of a chart, and compare them with its annotation.",
    "connectivity": "Say who may talk to whom, and which policies decide.",
    "migrate": "Migrate values to Big Bang 4.x, or from another chart.",
    "graph": "Draw the architecture of a package.",
    "packages": "List the packages that bbpkg carries.",
    "tools": "Show which helm, kubeconform and bbpkg-render are used.",
    "completion": "Print the completion script of a shell.",
}


@click.group(
    cls=LazyGroup,
    package="bbpkg.cli",
    summaries=_SUMMARIES,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120},
    epilog="Exit codes: 0 fine, 1 findings or drift, 2 wrong input, 3 a tool or the disk failed, 4 a bug, 130 interrupted.",
)
@click.version_option(__version__, prog_name="bbpkg", message="%(prog)s %(version)s")
def cli() -> None:
    """Turn a package definition into a Big Bang style Helm chart, and prove that it is right.

    \b
    Begin with:
      bbpkg packages
      bbpkg generate PACKAGE -o .
      bbpkg validate PACKAGE --summary
    """  # noqa: D301 - click's mark that keeps lines


def main() -> NoReturn:
    """Run the command line and exit."""
    signal.signal(signal.SIGTERM, _terminate)
    sys.exit(run())


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command line (that of the process by default) and return its exit code; every failure has become a message."""
    try:
        result = cli.main(args=arguments, prog_name="bbpkg", standalone_mode=False, color=False if os.environ.get("NO_COLOR") else None)
        write_text("")
        code = result if isinstance(result, int) else 0
    except OutputClosedError:
        code = _BROKEN_PIPE
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        code = UsageError.exit_code
    except (KeyboardInterrupt, click.Abort):
        show_remark("error: interrupted")
        code = _INTERRUPTED
    except Exception as error:  # noqa: BLE001 - the boundary
        failure = _failure(error)
        show_error(failure)
        code = failure.exit_code
    return code


def _failure(error: Exception) -> BbpkgError:
    if isinstance(error, BbpkgError):
        return error
    return _usage_error(error) if isinstance(error, click.ClickException) else _bug(error)


def _usage_error(error: click.ClickException) -> UsageError:
    context = error.ctx if isinstance(error, click.UsageError) else None
    hint = f"type '{context.command_path} --help'" if context else None
    return UsageError(error.format_message(), hint=hint)


def _bug(error: Exception) -> InternalError:
    log = write_crash_log("".join(traceback.format_exception(error)))
    what = type(error).__name__
    if log is None:
        traceback.print_exception(error)
        return InternalError(f"a bug in bbpkg: {what}", hint="report it with the lines above")
    return InternalError(
        f"a bug in bbpkg: {what}; {log} says where", hint="report it with that file; read it first, it may hold paths of yours"
    )


def _terminate(number: int, frame: FrameType | None) -> NoReturn:  # noqa: ARG001 - the signature of a handler
    """End like an interrupted command: what was begun is undone, programs are stopped."""
    raise SystemExit(_TERMINATED)
