"""What a plan consists of: files that a template makes, and files whose text is known already.

A seed is written once: it gives people a beginning, and is theirs from then on.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, kw_only=True, slots=True)
class Templated:
    """A file made from a Jinja template; `context` is a frozen dataclass whose fields are the variables of the template."""

    path: str
    template: str
    context: object
    is_seed: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """A file whose text is known."""

    path: str
    text: str
    is_seed: bool = False


PlannedFile: TypeAlias = Templated | Written


def seed_paths(plan: Iterable[PlannedFile]) -> frozenset[str]:
    """The paths of a plan that are written only where nothing stands."""
    return frozenset(file.path for file in plan if file.is_seed)
