"""Lists the images of a chart over all its cases, and compares them with the annotation that names them."""

import contextlib
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from bbpkg.app.cases import Case
from bbpkg.app.rendered import Renderer
from bbpkg.diagnostics import Diagnostic, Location
from bbpkg.helm.engine import ChartRefusedError
from bbpkg.helm.values import merged_values
from bbpkg.manifests.image_annotations import ANNOTATION, DeclaredImage
from bbpkg.manifests.image_references import full_reference, repository
from bbpkg.manifests.images import ImageUse, image_uses
from bbpkg.model.package import Package


class Workers(Protocol):
    """Calls a function for many items at once."""

    def each(
        self, function: Callable[[Case], "tuple[ImageUse, ...]"], items: Iterable[Case]
    ) -> Generator[tuple[Case, "tuple[ImageUse, ...]"]]:
        """Yield every item with its result, in the order in which they are ready."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ListedImage:
    """An image with everything that names it; `upstream` is the image that it is rebuilt from, if the package knows that.

    Without uses it is only declared; without declarations it is only rendered.
    """

    image: str
    upstream: str | None
    uses: tuple[ImageUse, ...]
    cases: tuple[str, ...]
    declarations: tuple[DeclaredImage, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ImageReport:
    """The images in order of their names, in which cases they were looked for, and what does not fit the annotation.

    `refused` are cases made of conditions that the chart does not accept together with nothing else.
    """

    images: tuple[ListedImage, ...]
    cases: tuple[str, ...]
    refused: tuple[str, ...]
    findings: tuple[Diagnostic, ...]


def cases_with_conditions(cases: Sequence[Case], declared: Iterable[DeclaredImage]) -> tuple[tuple[Case, ...], tuple[Case, ...]]:
    """Return the cases without overlay once more, with every condition of the annotation switched on; each condition once, too.

    The first are to be tried; where the chart refuses one of them, the second may go.
    """
    conditions = list(dict.fromkeys(entry.condition for entry in declared if entry.condition and entry.is_own))
    plain = [case for case in cases if case.overlay is None]
    together = [_switched(case, conditions) for case in plain if conditions]
    apart = [_switched(case, [condition]) for case in plain for condition in conditions if len(conditions) > 1]
    return tuple(together), tuple(apart)


def list_images(  # noqa: PLR0913 - what images are compared with, one keyword for each
    renderer: Renderer,
    cases: Sequence[Case],
    workers: Workers,
    *,
    declared: Sequence[DeclaredImage],
    annotation: Location,
    package: Package | None,
    is_complete: bool,
) -> ImageReport:
    """Return every image that the cases render and that the annotation names.

    Args:
        renderer: the chart.
        cases: the values to render it with; cases that come of conditions are added.
        workers: what renders them at once.
        declared: the entries of the annotation, those of subcharts included.
        annotation: where it stands, or would stand.
        package: what knows upstream names.
        is_complete: whether the cases are all that there are, so that an image that none of them renders is never rendered.
    """
    found = _rendered(renderer, cases, workers)
    together, apart = cases_with_conditions(cases, declared)
    refused: list[str] = []
    for more in (together, apart):
        tried = {case.name: _tried(renderer, case) for case in more}
        found |= {name: uses for name, uses in tried.items() if uses is not None}
        refused += [name for name, uses in tried.items() if uses is None]
        if None not in tried.values():
            break
    images = tuple(_listed(found, declared, package))
    return ImageReport(
        images=images,
        cases=tuple(found),
        refused=tuple(refused),
        findings=tuple(_findings(images, annotation, is_complete=is_complete)),
    )


def _switched(case: Case, conditions: Sequence[str]) -> Case:
    values = merged_values(case.values, *(_nested(condition.split(".")) for condition in conditions))
    return Case(name=f"{case.name}+{'+'.join(conditions)}", variant=case.variant, overlay=None, values=values)


def _nested(path: Sequence[str]) -> dict[str, object]:
    return {path[0]: _nested(path[1:]) if len(path) > 1 else True}


def _rendered(renderer: Renderer, cases: Sequence[Case], workers: Workers) -> dict[str, tuple[ImageUse, ...]]:
    found = {}
    with contextlib.closing(workers.each(lambda case: image_uses(renderer.objects(case.values)), cases)) as finished:
        for case, uses in finished:
            found[case.name] = uses
    return {case.name: found[case.name] for case in cases}


def _tried(renderer: Renderer, case: Case) -> tuple[ImageUse, ...] | None:
    try:
        return image_uses(renderer.objects(case.values))
    except ChartRefusedError:
        return None


def _listed(found: Mapping[str, Sequence[ImageUse]], declared: Sequence[DeclaredImage], package: Package | None) -> Iterator[ListedImage]:
    upstream = upstream_images(package) if package else {}
    names = sorted(
        {full_reference(image) for image in (*(use.image for uses in found.values() for use in uses), *(e.image for e in declared))}
    )
    for name in names:
        uses = dict.fromkeys(use for uses in found.values() for use in uses if full_reference(use.image) == name)
        declarations = tuple(entry for entry in declared if full_reference(entry.image) == name)
        first = next((use.image for use in uses), declarations[0].image if declarations else name)
        yield ListedImage(
            image=first,
            upstream=upstream.get(name) or upstream.get(repository(name)),
            uses=tuple(uses),
            cases=tuple(case for case, some in found.items() if any(full_reference(use.image) == name for use in some)),
            declarations=declarations,
        )


def upstream_images(package: Package) -> dict[str, str]:
    """Return the upstream image of each image of a package; where only its repository is known, that one, under the repository."""
    found = {}
    for image in package.images:
        if image.upstream:
            found[image.repository] = image.upstream
            found |= {f"{image.repository}:{tag.tag}": f"{image.upstream}:{tag.upstream}" for tag in image.tags if tag.upstream}
    return found


def _findings(images: Iterable[ListedImage], annotation: Location, *, is_complete: bool) -> Iterator[Diagnostic]:
    for image in images:
        if image.uses and not image.declarations:
            message = f"the annotation {ANNOTATION} does not name {image.image}, which {image.uses[0]} runs."
            hint = f"add to {ANNOTATION}: - name: {repository(image.image).rpartition('/')[2]}, image: {image.image}"
            yield Diagnostic(code="image-undeclared", location=annotation, message=message, hint=hint)
        for entry in image.declarations:
            if not image.uses and entry.is_own and is_complete:
                message = f"{entry.image} ({entry.name}) is never rendered, in no case."
                hint = "remove it, or add the condition under which it is there"
                yield Diagnostic(code="image-never-rendered", location=entry.location, message=message, hint=hint)
