"""Reports of migrations, for people and for programs; values are left out, they may be secret."""

from collections.abc import Sequence

from bbpkg.app.migrate import Change, Deed, Migration
from bbpkg.cli.messages import finding_lines
from bbpkg.diagnostics import Diagnostic, Severity


def report_text(migrations: Sequence[Migration]) -> str:
    """Return what was done in every file, what is to be decided, and what is good to know."""
    parts = []
    for migration in migrations:
        done = sorted(migration.changes, key=lambda change: (change.deed is Deed.SET, change.location))
        parts.append(f"{migration.file}: {_count(len(done), 'change')}\n")
        parts += [f"  {_change_line(change)}\n" for change in done]
    parts += _findings("to decide", [found for migration in migrations for found in migration.undecided])
    others = [found for migration in migrations for found in migration.findings if found.severity is Severity.WARNING]
    parts += _findings("to know", others)
    return "".join(parts)


def report_json(migrations: Sequence[Migration]) -> dict[str, object]:
    """Return the same as data."""
    return {
        "decided": not any(migration.undecided for migration in migrations),
        "files": [
            {
                "file": migration.file,
                "changes": [
                    {
                        "deed": change.deed.value,
                        "line": change.location.line or None,
                        "pointer": change.location.pointer or None,
                        "to": change.to or None,
                        "reason": change.reason or None,
                    }
                    for change in migration.changes
                ],
                "findings": [
                    {
                        "code": found.code,
                        "severity": found.severity.value,
                        "line": found.location.line or None,
                        "pointer": found.location.pointer,
                        "message": found.message,
                        "hint": found.hint,
                    }
                    for found in migration.findings
                ],
            }
            for migration in migrations
        ],
    }


def _change_line(change: Change) -> str:
    reason = f" ({change.reason})" if change.reason else ""
    if change.deed is Deed.SET:
        return f"set {change.to}{reason}"
    place = f"{change.deed.value} {change.location.pointer} of line {change.location.line}"
    return f"{place} to {change.to}{reason}" if change.to else f"{place}{reason}"


def _findings(title: str, findings: Sequence[Diagnostic]) -> list[str]:
    return [f"\n{title}:\n", *(f"{finding_lines(found)}\n" for found in findings)] if findings else []


def _count(number: int, what: str) -> str:
    if number == 0:
        return f"no {what}s"
    return f"1 {what}" if number == 1 else f"{number} {what}s"
