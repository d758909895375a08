"""Where a JSON pointer leads in a text, and which splices change it there; pure."""

from dataclasses import dataclass

from bbpkg.editing.nodes import Entry, Kind, Node
from bbpkg.editing.pages import Page
from bbpkg.editing.splices import Splice
from bbpkg.editing.values import nested


@dataclass(frozen=True, slots=True)
class Place:
    """The entries on the way with their mappings or lists, what is there, and the steps that are missing."""

    parents: tuple[tuple[Node, Entry], ...]
    node: Node
    missing: tuple[str, ...]

    @property
    def parent(self) -> Node | None:
        """The mapping or list that holds it; None for the value of a document."""
        return self.parents[-1][0] if self.parents else None

    @property
    def entry(self) -> Entry | None:
        """The entry that holds it; None for the value of a document."""
        return self.parents[-1][1] if self.parents else None

    @property
    def index(self) -> int:
        """Which entry of its parent it is."""
        parent, entry = self.parents[-1]
        return parent.entries.index(entry)

    @property
    def above(self) -> "Place":
        """Where its parent is."""
        return Place(self.parents[:-1], self.parents[-1][0], ())

    def leaving(self, *, is_pruned: bool) -> "Place":
        """What is removed with it: itself, or the highest place above it that holds nothing else."""
        place = self
        while is_pruned and len(place.parents) > 1 and len(place.parents[-1][0].entries) == 1:
            place = place.above
        return place

    @property
    def is_in_flow(self) -> bool:
        """Whether it lies inside of braces or brackets."""
        return any(parent.is_flow for parent, _ in self.parents)


def set_splices(page: Page, place: Place, value: object, comment: str, *, is_first: bool) -> list[Splice]:
    """Put a value at a place."""
    if not place.missing:
        return page.replace(place.parent, place.entry, place.node, value)
    step, *others = place.missing
    node, value = place.node, nested(others, value)
    if node.entries:
        return page.add(node, step if node.kind is Kind.MAPPING else None, value, comment=comment, is_first=is_first)
    if node.kind is Kind.SEQUENCE:
        return page.replace(place.parent, place.entry, node, [value])
    return page.replace(place.parent, place.entry, node, {step: value})


def move_splices(page: Page, place: Place, target: Place, leaving: Place) -> list[Splice]:
    """Copy an entry to a place where nothing is; `leaving` is what will be removed with it, whose comments come along."""
    (parent, entry), node = place.parents[-1], target.node
    along = place.parents[len(leaving.parents) - 1 : -1]
    piece = page.take(parent, place.index).below([line for above, owner in along for line in page.comments_of(above, owner)])
    if node.entries:
        # What is nested deeper stays where it was.
        after = node.entries.index(entry) if node is parent else len(node.entries) - 1
        return page.add_piece(node, list(target.missing), piece, after=after)
    if target.is_in_flow:
        return page.replace_by_flow(node, list(target.missing), piece)
    return page.replace_by_piece(target.entry, node, list(target.missing), piece)
