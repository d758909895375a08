"""The images that charts declare in the annotation `helm.sh/images` of Chart.yaml.

Source of the form: Big Bang's convention, a YAML list of `name`, `image` and, for an image that is not always there, `condition`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from bbpkg.diagnostics import Diagnostic, Location, in_order, pointer
from bbpkg.documents import read_documents
from bbpkg.errors import InvalidInputError
from bbpkg.manifests.fields import field, mapping, text

ANNOTATION: Final = "helm.sh/images"
_CHART: Final = "Chart.yaml"


@dataclass(frozen=True, kw_only=True, slots=True)
class DeclaredImage:
    """One entry; `condition` is the values path that switches the image on, `location` the annotation."""

    name: str
    image: str
    condition: str
    location: Location

    @property
    def is_own(self) -> bool:
        """Whether the chart itself declares it, and no subchart."""
        return "/charts/" not in self.location.file


def declared_images(files: Mapping[str, str], *, folder: str) -> tuple[DeclaredImage, ...]:
    """Return what a chart and its subcharts declare.

    Args:
        files: the texts of the chart by path; those of a subchart stand below `charts/NAME/`.
        folder: what messages call the chart.

    Raises:
        InvalidInputError: an annotation is no list of names and images; carries every problem.
    """
    found: list[DeclaredImage] = []
    problems: list[Diagnostic] = []
    for path in sorted(files, key=lambda path: (path.count("/"), path)):
        if path == _CHART or (path.startswith("charts/") and path.endswith(f"/{_CHART}")):
            try:
                found += _declared(files[path], f"{folder}/{path}")
            except InvalidInputError as error:
                problems += error.diagnostics
    if problems:
        message = f"the annotation {ANNOTATION} is no list of images."
        raise InvalidInputError(message, in_order(problems))
    return tuple(found)


def annotation_location(files: Mapping[str, str], *, folder: str) -> Location:
    """Return where the annotation of the chart itself stands, or would stand."""
    place = pointer("annotations", ANNOTATION)
    documents = read_documents(files.get(_CHART, ""), file=f"{folder}/{_CHART}")
    return Location(file=f"{folder}/{_CHART}", line=documents[0].line(place) if documents else 0, pointer=place)


def _declared(chart: str, file: str) -> list[DeclaredImage]:
    documents = read_documents(chart, file=file)
    metadata = documents[0].value if documents else None
    place = pointer("annotations", ANNOTATION)
    annotation = field(mapping(metadata, "annotations"), ANNOTATION)
    if annotation is None:
        return []
    location = Location(file=file, line=documents[0].line(place), pointer=place)
    if not isinstance(annotation, str):
        raise _invalid(location, "the annotation must be a text that holds a YAML list.")
    try:
        inner = read_documents(annotation, file=file)
    except InvalidInputError as error:
        raise _invalid(location, f"the text of the annotation is not YAML: {error.diagnostics[0].message}") from error
    entries = inner[0].value if inner else []
    if not isinstance(entries, list) or not all(text(entry, "image") for entry in entries):
        raise _invalid(location, "every entry of the annotation must be a mapping with name and image.")
    return [
        DeclaredImage(
            name=text(entry, "name"),
            image=text(entry, "image"),
            condition=text(entry, "condition"),
            location=location,
        )
        for entry in entries
    ]


def _invalid(location: Location, message: str) -> InvalidInputError:
    return InvalidInputError(message, (Diagnostic(code="images-annotation", location=location, message=message),))
