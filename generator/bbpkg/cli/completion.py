"""`bbpkg completion`."""

import click
from click.shell_completion import ShellComplete, get_completion_class

from bbpkg.cli.streams import write_line

_SHELLS = ("bash", "zsh", "fish")


@click.command(name="completion")
@click.argument("shell", type=click.Choice(_SHELLS))
@click.pass_context
def command(context: click.Context, shell: str) -> int:
    """Print the script that makes SHELL complete commands, options, packages and cases.

    \b
    Examples:
      eval "$(bbpkg completion bash)"
      bbpkg completion zsh > ~/.zfunc/_bbpkg
      bbpkg completion fish > ~/.config/fish/completions/bbpkg.fish
    """  # noqa: D301 - click's mark that keeps lines
    found = get_completion_class(shell) or ShellComplete
    # The method of bash's class would run bash to ask for its version.
    write_line(ShellComplete.source(found(context.find_root().command, {}, "bbpkg", "_BBPKG_COMPLETE")))
    return 0
