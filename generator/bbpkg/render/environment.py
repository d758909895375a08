"""The Jinja environment: delimiters that leave Go templates alone, and no silence about a missing variable."""

from collections.abc import Callable, Mapping

from jinja2 import Environment, FunctionLoader, StrictUndefined

from bbpkg.render.filters import argument


def template_environment(templates: Mapping[str, str]) -> Environment:
    """An environment over template texts by name.

    The delimiters are `<@ value @>`, `<% statement %>` and `<# comment #>`: Go templates use none of them.
    """

    def source(name: str) -> tuple[str, str, Callable[[], bool]] | None:
        # With its name as file name, a template shows up by name and line in tracebacks.
        return (templates[name], name, lambda: True) if name in templates else None

    environment = Environment(
        loader=FunctionLoader(source),
        variable_start_string="<@",
        variable_end_string="@>",
        block_start_string="<%",
        block_end_string="%>",
        comment_start_string="<#",
        comment_end_string="#>",
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        # The output is a Go template for YAML, no HTML.
        autoescape=False,  # noqa: S701
    )
    environment.filters["argument"] = argument
    return environment
