"""The report of `bbpkg diff` for people, on a terminal and in a merge request."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import click

from bbpkg.app.diff import DiffReport
from bbpkg.cli.diff_objects import object_lines
from bbpkg.cli.diff_values import shown_value
from bbpkg.cli.messages import finding_lines
from bbpkg.connectivity.answers import Verdict
from bbpkg.diagnostics import Diagnostic, Severity
from bbpkg.differences.connections import ConnectionChange
from bbpkg.differences.contract import ContractKey

_MOST_LINES: Final = 40


@dataclass(frozen=True, kw_only=True, slots=True)
class Style:
    """How headings, lines and findings look."""

    heading: Callable[[str], list[str]]
    line: Callable[[str, str], str]
    finding: Callable[[Diagnostic], str]
    begin: tuple[str, ...] = ()
    end: tuple[str, ...] = ()


_COLORS: Final = {"+": "green", "-": "red", "~": "yellow", "!": "red"}


def _text_line(mark: str, text: str) -> str:
    color = _COLORS.get(mark)
    return f"  {click.style(mark, fg=color) if color else mark} {text}".rstrip()


def _markdown_finding(found: Diagnostic) -> str:
    hint = f" *Hint: {found.hint}*" if found.hint else ""
    message = found.message.replace("\n", " ")
    return f"- **`{found.location}`**: {message}{hint}"


TEXT: Final = Style(heading=lambda text: ["", click.style(text, bold=True)], line=_text_line, finding=finding_lines)
MARKDOWN: Final = Style(
    heading=lambda text: ["", f"### {text[0].upper()}{text[1:]}", ""],
    line=lambda mark, text: f"{mark} {text}".rstrip(),
    finding=_markdown_finding,
    begin=("```diff",),
    end=("```",),
)


def report_lines(report: DiffReport, style: Style, *, is_all: bool) -> Iterator[str]:
    """Yield the lines of the report; `is_all` cuts nothing."""
    release = report.new.renderer
    yield f"{_side(report.old.title, report.old.version)} -> {_side(report.new.title, report.new.version)}"
    errors = [found for found in report.findings if found.severity is Severity.ERROR]
    warnings = [found for found in report.findings if found.severity is Severity.WARNING]
    for title, found in (("breaks on the upgrade", errors), ("needs a look", warnings)):
        if found:
            yield from style.heading(f"{title}: {len(found)}")
            yield from map(style.finding, found)
    sections = [
        ("values", list(_contract_lines(report))),
        ("objects", list(object_lines(report.objects, release.namespace, is_all=is_all)) if report.objects else []),
        ("images", list(_image_lines(report))),
        (f"connections (mesh: {report.mode.value})", list(_connection_lines(report.connections or (), is_all=is_all))),
    ]
    for title, lines in sections:
        if lines:
            yield from style.heading(title)
            yield from style.begin
            yield from _cut([style.line(mark, text) for mark, text in lines], is_all=is_all)
            yield from style.end
    yield ""
    yield _verdict(report, errors, is_empty=not any(lines for _, lines in sections))


def _side(title: str, version: str) -> str:
    return f"{title} ({version})" if version else title


def _verdict(report: DiffReport, errors: Sequence[Diagnostic], *, is_empty: bool) -> str:
    name, namespace = report.new.renderer.release_name, report.new.renderer.namespace
    if errors:
        return f"the upgrade of {name} in {namespace} breaks in {len(errors)} place{'' if len(errors) == 1 else 's'}."
    if is_empty:
        return "nothing differs but labels of versions and checksums." if report.objects and report.objects.noisy else "nothing differs."
    return f"nothing found that breaks the upgrade of {name} in {namespace}."


def _cut(lines: Sequence[str], *, is_all: bool) -> Iterator[str]:
    yield from lines if is_all else lines[:_MOST_LINES]
    if not is_all and len(lines) > _MOST_LINES:
        yield f"    ... {len(lines) - _MOST_LINES} more lines; --all shows them"


def _contract_lines(report: DiffReport) -> Iterator[tuple[str, str]]:
    found = report.contract
    for key in found.ignored:
        yield "!", f"{key}  no template reads it any more"
    for renamed in found.renamed:
        keys = f"{renamed.count} keys, " if renamed.count > 1 else ""
        yield "~", f"{'.'.join(renamed.old)} is probably {'.'.join(renamed.new)} now  ({keys}{renamed.reason})"
    for old, new in found.types:
        yield "~", f"{new}  type {_types(old)} -> {_types(new)}"
    for old, new in found.defaults:
        yield "~", f"{new}  default {shown_value(old.default)} -> {shown_value(new.default)}"
    for key in found.removed:
        yield "-", f"{key}  {_types(key)}, default {shown_value(key.default)}"
    for key in found.added:
        yield "+", f"{key}  {_types(key)}, default {shown_value(key.default)}"


def _types(key: ContractKey) -> str:
    return " or ".join(sorted(key.types)) or "any"


def _image_lines(report: DiffReport) -> Iterator[tuple[str, str]]:
    if report.images is None:
        return
    yield from (("-", image) for image in report.images.removed)
    yield from (("+", image) for image in report.images.added)
    for image in report.images.changed:
        yield "~", f"{image.repository}  {', '.join(image.old)} -> {', '.join(image.new)}"


def _connection_lines(changes: Iterable[ConnectionChange], *, is_all: bool) -> Iterator[tuple[str, str]]:
    """One line for all that a source gains or loses; with `is_all` one for each connection, with the policies that decide."""
    found = sorted(changes, key=lambda change: (not change.is_gained, change.source, change.target, change.port))
    if is_all:
        for change in found:
            policies = f"  ({', '.join(change.policies)})" if change.policies else ""
            yield _mark(change), f"{change.source} -> {change.target}: {change.port}{_note(change)}{policies}"
        return
    groups: dict[tuple[str, str], dict[str, list[str]]] = {}
    for change in found:
        targets = groups.setdefault((_mark(change), change.source), {})
        targets.setdefault(change.target, []).append(f"{change.port}{_note(change)}")
    for (mark, source), targets in groups.items():
        shown = ", ".join(f"{target} {' '.join(ports)}" for target, ports in targets.items())
        yield mark, f"{source} -> {shown}"


def _mark(change: ConnectionChange) -> str:
    return "+" if change.is_gained else "-"


def _note(change: ConnectionChange) -> str:
    return f" ({change.new.value})" if change.new in {Verdict.PARTLY, Verdict.UNKNOWN} else ""
