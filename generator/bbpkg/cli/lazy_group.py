"""A group of commands that loads the module of a command when the command is used: `--help` and `--version` load none."""

import importlib
from collections.abc import Mapping
from typing import Any, cast

import click
from click.shell_completion import CompletionItem

from bbpkg.errors import UsageError
from bbpkg.suggestions import did_you_mean


class LazyGroup(click.Group):
    """Knows the names of its commands with one line of help each; `module.command` is loaded from `package`."""

    def __init__(self, *args: Any, package: str, summaries: Mapping[str, str], **kwargs: Any) -> None:  # noqa: ANN401 - click's own
        super().__init__(*args, **kwargs)
        self._package = package
        self._summaries = dict(summaries)

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the names in the order in which help shows them."""
        return list(self._summaries)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """Load a command."""
        if cmd_name not in self._summaries:
            return None
        module = importlib.import_module(f"{self._package}.{cmd_name}")
        return cast("click.Command", module.command)

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command of a command line; raises UsageError for an unknown one."""
        name = args[0]
        if not name.startswith("-") and name not in self._summaries and not ctx.resilient_parsing:
            near = did_you_mean(name, self._summaries)
            message = f'"{name}" is no command; commands are {", ".join(self._summaries)}'
            raise UsageError(message, hint=f'did you mean "{near}"?' if near else None)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature
        """Write the list of commands, loading none."""
        with formatter.section("Commands"):
            formatter.write_dl(list(self._summaries.items()))

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete the name of a command, loading none."""
        names = [CompletionItem(name, help=summary) for name, summary in self._summaries.items() if name.startswith(incomplete)]
        return [*names, *click.Command.shell_complete(self, ctx, incomplete)]
