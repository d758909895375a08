"""Reports of images: for people, for programs, and for what carries images over an air gap."""

from collections import Counter
from collections.abc import Iterator

import click

from bbpkg.app.images import ImageReport, ListedImage
from bbpkg.cli.messages import finding_lines
from bbpkg.cli.tables import table
from bbpkg.manifests.image_references import version
from bbpkg.scalars import scalar_text

_FEW = 2


def report_text(report: ImageReport) -> str:
    """Return a table of the images, and the findings below it."""
    rendered = [image for image in report.images if image.uses]
    has_upstream = any(image.upstream for image in rendered)
    header = ["image", *(["upstream"] if has_upstream else []), "used by", "annotation"]
    rows = [
        [
            image.image,
            *([image.upstream or "-"] if has_upstream else []),
            used_by(image),
            _declared(image),
        ]
        for image in rendered
    ]
    findings = "".join(f"{finding_lines(found)}\n" for found in report.findings)
    count = f"{len(rendered)} image{'' if len(rendered) == 1 else 's'} in {len(report.cases)} case{'' if len(report.cases) == 1 else 's'}"
    verdict = "the annotation does not fit." if report.findings else "the annotation names each of them."
    absent = [image.image for image in report.images if not image.uses]
    if absent and not report.findings:
        findings += f"  named by the annotation, but not rendered with these values: {', '.join(absent)}\n"
    refused = "".join(f"not rendered, the chart refuses the values: {name}\n" for name in report.refused)
    return table(header, rows) + (f"\n{findings}" if findings else "") + f"\n{refused}{count}; {verdict}\n"


def used_by(image: ListedImage) -> str:
    """Return what uses an image: few by name, many by number of each kind, with what Helm runs them for."""
    owners = dict.fromkeys((use.owner, use.hook) for use in image.uses)
    if len(owners) <= _FEW:
        return ", ".join(f"{owner}{_hook(hook)}" for owner, hook in owners)
    kinds = Counter((owner.partition(" ")[0], hook) for owner, hook in owners)
    return ", ".join(f"{number} {kind}{'' if number == 1 else 's'}{_hook(hook)}" for (kind, hook), number in kinds.items())


def report_json(report: ImageReport) -> dict[str, object]:
    """Return the report as data."""
    return {
        "valid": not report.findings,
        "cases": list(report.cases),
        "refused": list(report.refused),
        "images": [
            {
                "image": image.image,
                "upstream": image.upstream,
                "rendered": bool(image.uses),
                "declared": [
                    {"name": entry.name, "condition": entry.condition or None, "file": entry.location.file} for entry in image.declarations
                ],
                "cases": list(image.cases),
                "uses": [
                    {"object": use.owner, "place": use.place.value, "name": use.name, "pointer": use.pointer, "hook": use.hook or None}
                    for use in image.uses
                ],
            }
            for image in report.images
        ],
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


def plain_list(report: ImageReport, *, is_upstream: bool) -> str:
    """Return the images, one on each line."""
    return "".join(f"{name}\n" for name in _names(report, is_upstream=is_upstream))


def hauler_manifest(report: ImageReport, *, is_upstream: bool) -> str:
    """Return a manifest for `hauler store sync`."""
    lines = ["apiVersion: content.hauler.cattle.io/v1", "kind: Images", "metadata:", "  name: images", "spec:", "  images:"]
    lines += [f"    - name: {scalar_text(name)}" for name in _names(report, is_upstream=is_upstream)]
    return "\n".join(lines) + "\n"


def zarf_component(report: ImageReport, *, is_upstream: bool) -> str:
    """Return a component for zarf.yaml."""
    lines = ["components:", "  - name: images", "    required: true", "    images:"]
    lines += [f"      - {scalar_text(name)}" for name in _names(report, is_upstream=is_upstream)]
    return "\n".join(lines) + "\n"


def _names(report: ImageReport, *, is_upstream: bool) -> Iterator[str]:
    """What is rendered; an upstream image only where its tag is known, too."""
    found: dict[str, None] = {}
    for image in report.images:
        if image.uses:
            found[image.upstream if is_upstream and image.upstream and version(image.upstream) else image.image] = None
    yield from found


def _declared(image: ListedImage) -> str:
    if not image.declarations:
        return click.style("missing", fg="red")
    return ", ".join(
        dict.fromkeys(f"{entry.name} (if {entry.condition})" if entry.condition else entry.name for entry in image.declarations)
    )


def _hook(hook: str) -> str:
    return f" [{hook}]" if hook else ""
