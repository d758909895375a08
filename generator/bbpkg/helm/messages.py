"""Understands what Helm says when it does not render or when it lints; keeps values, which may be secret, out of it."""

import re
from collections.abc import Iterator
from typing import Final

from bbpkg.diagnostics import Diagnostic, Location, pointer
from bbpkg.errors import BbpkgError, EnvironmentFailureError
from bbpkg.helm.engine import ChartRefusedError, Refusal

VALUES_SOURCE: Final = "values"
UNKNOWN_KEY: Final = "values-unknown-key"
EVALUATED: Final = "a value that is a template has a fault"

_ERROR: Final = re.compile(r"^Error: ", re.MULTILINE)
_DEBUG_ADVICE: Final = re.compile(r"\s*Use --debug flag to render out invalid YAML\s*$")
_EXECUTION: Final = re.compile(r"execution error at \([^()\n]+\): ")
_SCHEMA: Final = re.compile(r"values don't meet the specifications of the schema\(s\) in the following chart\(s\):\s*")
_SCHEMA_LINE: Final = re.compile(r"^\s*- (?:at '(?P<pointer>[^']*)'|(?P<dotted>[^:\s]+)): (?P<message>.*)$")
_TEMPLATE: Final = re.compile(r"^(?:parse error at \(|YAML parse error on |template: |error calling |[^\s:]+/templates/[^\s:]+:\d+:\d+)")
_TEMPLATE_FILE: Final = re.compile(r"(?P<file>[^\s:()]+/templates/[^\s:()]+?)(?::(?P<line>\d+))?(?=[:\s)]|$)")
_SETTING: Final = re.compile(r"failed parsing --set data")
_ONE_UNKNOWN: Final = re.compile(r"Additional property (.+) is not allowed")
_UNKNOWN: Final = re.compile(r"additional properties (.+) not allowed")
_QUOTED: Final = re.compile(r"'((?:[^'\\]|\\.)*)'")
_LINT_LINE: Final = re.compile(r"^\[(?P<level>[A-Z]+)\] (?:(?P<file>[^:\n]*): )?(?P<message>.*)$")
# What stands before the rule is the value that was refused.
_VALUE_SHOWN: Final = re.compile(r"(?:'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\") (?=does not match pattern|is not valid)")
# A value that is a template stands there as a whole, with all that stands beside it.
_EVALUATED: Final = re.compile(r'(?:error during tpl function execution for|cannot parse template) "(?:[^"\\]|\\.)*"')
_MOST_SHOWN: Final = 400


def refusal(stderr: str, *, exit_code: int) -> BbpkgError:
    """Return the error that says in a person's words why Helm did not render."""
    found = _ERROR.search(stderr)
    if found is None:
        said = stderr.strip()[:_MOST_SHOWN] or "nothing"
        message = f"helm ended with exit code {exit_code} and no error message; it said: {said}"
        return EnvironmentFailureError(message, hint="see whether it is a genuine helm: bbpkg tools")
    text = _EVALUATED.sub(EVALUATED, _DEBUG_ADVICE.sub("", stderr[found.end() :]).strip())
    if schema := _SCHEMA.match(text):
        return _schema_refusal(text[schema.end() :])
    if _SETTING.search(text):
        message = "helm cannot read a value given with --set"
        return ChartRefusedError(
            Refusal.REQUEST,
            message,
            hint=r"write --set key.path=value; put a backslash before a comma in a value, or use a values file: -f FILE",
        )
    if execution := _EXECUTION.search(text):
        return ChartRefusedError(Refusal.RELATION, text[execution.end() :].strip())
    if _TEMPLATE.match(text):
        return ChartRefusedError(Refusal.TEMPLATE, "a template of the chart cannot be rendered.", (_template_fault(text),))
    return ChartRefusedError(Refusal.REQUEST, f"helm does not render the chart: {text}")


def lint_findings(stdout: str) -> tuple[Diagnostic, ...]:
    """Return the warnings and errors of `helm lint`; its remarks on style (INFO) are none."""
    return tuple(
        Diagnostic(
            code="helm-lint",
            location=Location(file=f"chart/{(found['file'] or '').strip()}".rstrip("/")),
            message=_without_value("\n".join([found["message"], *more]).strip()),
        )
        for found, more in _lint_entries(stdout)
        if found["level"] in {"WARNING", "ERROR"}
    )


def chart_file(path: str) -> str:
    """Return the path of a chart's file as it stands in the output folder: Helm puts the name of the chart in front.

    >>> chart_file("shop/templates/cart/service.yaml")
    'chart/templates/cart/service.yaml'
    """
    return "chart/" + path.partition("/")[2]


def _schema_refusal(text: str) -> ChartRefusedError:
    found = tuple(_schema_problems(text))
    if not found:
        # The schema itself cannot be used, or the values of a dependency are no mapping.
        message = f"the values cannot be compared with the schema of the chart: {_without_value(text).strip()}"
        return ChartRefusedError(Refusal.SCHEMA, message)
    count = "1 problem" if len(found) == 1 else f"{len(found)} problems"
    return ChartRefusedError(Refusal.SCHEMA, f"the values do not fit the schema of the chart: {count}.", found)


def _schema_problems(text: str) -> Iterator[Diagnostic]:
    for line in text.splitlines():
        found = _SCHEMA_LINE.match(line)
        if found is None:
            continue
        dotted = found["dotted"]
        place = found["pointer"] if dotted is None else "" if dotted == "(root)" else "/" + dotted.replace(".", "/")
        keys = _unknown_keys(found["message"])
        for key in keys:
            location = Location(file=VALUES_SOURCE, pointer=place + pointer(key))
            yield Diagnostic(code=UNKNOWN_KEY, location=location, message=f'"{key}" is not a known key.')
        if not keys:
            message = _without_value(found["message"]).rstrip(".") + "."
            yield Diagnostic(code="values-schema", location=Location(file=VALUES_SOURCE, pointer=place), message=message)


def _unknown_keys(message: str) -> list[str]:
    """Helm 3 says `Additional property x is not allowed`, Helm 4 `additional properties 'x', 'y' not allowed`."""
    if found := _ONE_UNKNOWN.fullmatch(message):
        return [found[1]]
    if found := _UNKNOWN.fullmatch(message):
        return [key.replace("\\'", "'") for key in _QUOTED.findall(found[1])]
    return []


def _without_value(message: str) -> str:
    return _VALUE_SHOWN.sub("the value ", message)


def _template_fault(text: str) -> Diagnostic:
    found = _TEMPLATE_FILE.search(text)
    location = Location(file="chart")
    if found:
        location = Location(file=chart_file(found["file"]), line=int(found["line"] or 0))
    return Diagnostic(code="chart-template", location=location, message=text)


def _lint_entries(stdout: str) -> Iterator[tuple[re.Match[str], list[str]]]:
    entry: re.Match[str] | None = None
    more: list[str] = []
    for line in stdout.splitlines():
        found = _LINT_LINE.match(line)
        if found or line.startswith(("==> ", "Error: ")) or " chart(s) linted" in line:
            if entry:
                yield entry, more
            entry, more = found, []
        else:
            more.append(line)
    if entry:
        yield entry, more
