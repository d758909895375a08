"""Reports of validated cases, for people and for programs."""

from collections.abc import Sequence

import click

from bbpkg.app.cases import Case
from bbpkg.app.validate import CaseReport
from bbpkg.cli.messages import finding_lines
from bbpkg.cli.tables import table


def report_text(reports: Sequence[CaseReport], kube_versions: Sequence[str]) -> str:
    """Return a table of the cases, and the findings below it."""
    has_overlays = any(report.case.overlay or report.case.variant is None for report in reports)
    header = ["case" if has_overlays else "edition", "components", "objects", "images", "verdict"]
    rows: list[list[str | int]] = [
        [
            report.case.name if has_overlays else str(report.case.variant).replace("/", " "),
            report.components,
            report.objects,
            len(report.images),
            click.style("valid", fg="green") if report.is_valid else click.style(_count(len(report.findings)), fg="red"),
        ]
        for report in reports
    ]
    wrong = [report for report in reports if not report.is_valid]
    parts = [table(header, rows)]
    for report in wrong:
        parts.append(f"\n{report.case.name}:\n")
        parts += [f"{finding_lines(found)}\n" for found in report.findings]
    valid = f"{len(reports) - len(wrong)} of {len(reports)} cases are valid" if wrong else f"{_cases(len(reports))} valid"
    parts.append(f"\n{valid}, in Kubernetes {' and '.join(kube_versions)}.\n")
    return "".join(parts)


def report_json(reports: Sequence[CaseReport], kube_versions: Sequence[str]) -> dict[str, object]:
    """Return the reports as data."""
    return {
        "valid": all(report.is_valid for report in reports),
        "kubernetes": list(kube_versions),
        "cases": [
            {
                **case_list([report.case])[0],
                "components": report.components,
                "objects": report.objects,
                "images": list(report.images),
                "valid": report.is_valid,
                "findings": [
                    {
                        "code": found.code,
                        "severity": found.severity.value,
                        "file": found.location.file,
                        "line": found.location.line or None,
                        "pointer": found.location.pointer,
                        "message": found.message,
                        "hint": found.hint,
                    }
                    for found in report.findings
                ],
            }
            for report in reports
        ],
    }


def case_list(cases: Sequence[Case]) -> list[dict[str, object]]:
    """Return the cases as data; values are left out, they may be secret."""
    return [
        {
            "name": case.name,
            "edition": case.variant.edition if case.variant else None,
            "release": case.variant.release if case.variant else None,
            "overlay": case.overlay,
        }
        for case in cases
    ]


def _count(number: int) -> str:
    return "1 finding" if number == 1 else f"{number} findings"


def _cases(number: int) -> str:
    return "1 case is" if number == 1 else f"all {number} cases are"
