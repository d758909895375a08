"""Umbrella values for a package: made from choices, judged before anybody writes them, put into a file that exists."""

from collections.abc import Iterable, Sequence
from pathlib import PurePath
from typing import cast

from bbpkg.diagnostics import Diagnostic, Location
from bbpkg.errors import InvalidInputError
from bbpkg.model.package import Package
from bbpkg.plan.overlay_blocks import Block, Concern, values_of
from bbpkg.plan.umbrella_choices import Choices, MeshMode
from bbpkg.plan.umbrella_files import SCHEMA_FILE, overlay_text
from bbpkg.plan.umbrella_overlays import concerns
from bbpkg.plan.values_schema import values_schema
from bbpkg.plan.values_tree import values_tree
from bbpkg.shapes import value_problems
from bbpkg.umbrella.structure import structure_problems

__all__ = ["Choices", "Concern", "MeshMode", "document_text", "overlay_concerns", "schema_address"]


def overlay_concerns(package: Package, choices: Choices) -> tuple[Concern, ...]:
    """Make the umbrella values that were chosen.

    Raises:
        InvalidInputError: the chart or the umbrella would refuse them, with every problem.
    """
    found = concerns(package, choices)
    values = values_of(block for concern in found for block in concern.blocks)
    above = "".join(f"/{step}" for step in choices.values_path)
    chart_values: object = values
    for step in choices.values_path:
        chart_values = cast("dict[str, object]", chart_values)[step]
    problems: list[Diagnostic] = [
        *structure_problems(values, _place),
        *value_problems(chart_values, values_schema(package, values_tree(package)), lambda place: _place(above + place), code="values"),
    ]
    if problems:
        count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        message = f"these choices give umbrella values with {count}; nothing was written."
        raise InvalidInputError(message, problems)
    return found


def _place(pointer: str) -> Location:
    return Location(file="overlay", pointer=pointer)


def schema_address(folder: str) -> str:
    """Return where editors find the schema of umbrella values, as seen from a folder: beside the files of `bbpkg generate`."""
    steps = [step for step in PurePath(folder).parts if step != "."]
    if PurePath(folder).is_absolute() or ".." in steps:
        return PurePath(SCHEMA_FILE).name
    return "../" * len(steps) + SCHEMA_FILE


def document_text(chosen: Iterable[Concern], choices: Choices, *, schema: str, command: str) -> str:
    """Return the text of one file with these concerns; `command` is what was typed."""
    titles = [concern.title for concern in chosen]
    blocks: Sequence[Block] = [block for concern in chosen for block in concern.blocks]
    header = [f"{'; '.join(titles)}. For Big Bang {choices.big_bang}.x.", f"Written by: {command}"]
    return overlay_text(blocks, header=header, schema=schema)
