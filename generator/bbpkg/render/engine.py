"""Renders a plan: every planned file becomes text."""

import dataclasses
from collections.abc import Iterable, Mapping

from jinja2 import Environment, TemplateNotFound, TemplateSyntaxError, UndefinedError

from bbpkg.diagnostics import Diagnostic, Location, in_order
from bbpkg.errors import InvalidInputError
from bbpkg.plan.files import PlannedFile, Templated
from bbpkg.render.environment import template_environment


def render_plan(plan: Iterable[PlannedFile], templates: Mapping[str, str]) -> dict[str, str]:
    """Path to text of every planned file.

    `templates` are texts by name; those of the package itself begin with `package/`.
    Raises InvalidInputError with every template that uses an unknown variable or is no valid Jinja.
    """
    environment = template_environment(templates)
    files: dict[str, str] = {}
    problems: list[Diagnostic] = []
    for file in plan:
        if not isinstance(file, Templated):
            files[file.path] = file.text
            continue
        try:
            files[file.path] = _text(environment, file)
        except (UndefinedError, TemplateSyntaxError, TemplateNotFound) as error:
            problems.append(_problem(error, file, templates))
    if problems:
        message = f"{len(problems)} of the templates cannot be rendered."
        raise InvalidInputError(message, in_order(problems))
    return files


def _text(environment: Environment, file: Templated) -> str:
    context = file.context
    if not dataclasses.is_dataclass(context) or isinstance(context, type):
        message = f"the context of {file.path} is no dataclass"
        raise TypeError(message)
    variables = {field.name: getattr(context, field.name) for field in dataclasses.fields(context)}
    return environment.get_template(file.template).render(variables)


def _problem(error: UndefinedError | TemplateSyntaxError | TemplateNotFound, file: Templated, templates: Mapping[str, str]) -> Diagnostic:
    location = Location(file=f"templates/{file.template}")
    message, hint = str(error.message).rstrip("."), None
    if isinstance(error, TemplateSyntaxError):
        location = Location(file=f"templates/{error.name or file.template}", line=error.lineno)
    elif isinstance(error, TemplateNotFound):
        message, hint = f'the template "{error.name}" does not exist', f"the package or bbpkg has to have {error.name}"
    else:
        location = _innermost(error, templates) or location
    return Diagnostic(code="template", location=location, message=f"{message}; it is needed for {file.path}.", hint=hint)


def _innermost(error: UndefinedError, templates: Mapping[str, str]) -> Location | None:
    """The template and line in which an unknown variable was used."""
    found = None
    trace = error.__traceback__
    while trace is not None:
        name = trace.tb_frame.f_code.co_filename
        if name in templates:
            found = Location(file=f"templates/{name}", line=trace.tb_lineno)
        trace = trace.tb_next
    return found
