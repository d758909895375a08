"""The overview diagrams of Anchore are those that it was specified with, node for node and edge for edge."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import pytest

from bbpkg.plan.diagrams import components_diagram, overview_diagram
from packages import FOLDERS, REPOSITORY, generated, package

_CASES: Final = REPOSITORY / "tests/cases/diagrams"
EDITIONS: Final = sorted(path.stem for path in _CASES.glob("*.mmd"))
_SHAPES: Final = (("{{", "}}", "hexagon"), ("[(", ")]", "cylinder"), ("(", ")", "round"), ("[", "]", "square"))
_NODE: Final = re.compile(r"(?P<id>[A-Za-z][\w-]*?)(?P<rest>\{\{.*\}\}|\[\(.*\)\]|\(.*\)|\[.*\])?", re.DOTALL)
_ARROW: Final = re.compile(r"\s*-->(?:\|([^|]*)\|)?\s*")


@dataclass(frozen=True, order=True)
class Node:
    """A node with its label; without one, Mermaid shows the id in a square box."""

    name: str
    label: str
    shape: str


@dataclass
class Picture:
    """What a Mermaid flowchart shows: nodes, the boxes in which they are named, and edges in their boxes."""

    direction: str
    nodes: set[Node] = field(default_factory=set)
    boxes: set[tuple[str, str]] = field(default_factory=set)
    edges: set[tuple[str, str, str, str]] = field(default_factory=set)


def picture(text: str) -> Picture:
    """Read the part of Mermaid's flowchart language that architecture diagrams use; anything else is an error."""
    first, *lines = [line.strip() for line in text.splitlines() if line.strip()]
    head = re.fullmatch(r"(?:graph|flowchart) (LR|TD|TB)", first)
    assert head, first
    found = Picture(head[1])
    labels: dict[str, tuple[str, str]] = {}
    box = ""
    for line in lines:
        if opened := re.fullmatch(r'subgraph "(.*)"', line):
            assert not box, "boxes in boxes"
            box = opened[1]
        elif line == "end":
            assert box, "end without subgraph"
            box = ""
        else:
            names = [_node(part, labels) for part in _ARROW.split(line)[::2]]
            arrows = [label or "" for label in _ARROW.split(line)[1::2]]
            found.boxes |= {(box, name) for name in names}
            found.edges |= {(box, start, label, end) for start, label, end in zip(names[:-1], arrows, names[1:], strict=True)}
    assert not box, "subgraph without end"
    found.nodes = {Node(name, *labels.get(name, (name, "square"))) for _, name in found.boxes}
    return found


def _node(text: str, labels: dict[str, tuple[str, str]]) -> str:
    match = _NODE.fullmatch(text)
    assert match, f"no node: {text}"
    name, rest = match["id"], match["rest"]
    if rest:
        start, end, shape = next(known for known in _SHAPES if rest.startswith(known[0]) and rest.endswith(known[1]))
        label = rest[len(start) : -len(end)]
        label = label[1:-1] if label.startswith('"') and label.endswith('"') else label
        assert labels.setdefault(name, (label, shape)) == (label, shape), f"{name} has two labels"
    return name


def drawn(edition: str) -> str:
    anchore = package("anchore")
    return overview_diagram(anchore, anchore.edition(edition))


def specified(edition: str) -> str:
    return (_CASES / f"{edition}.mmd").read_text(encoding="utf-8")


def test_both_editions_were_specified() -> None:
    assert EDITIONS == ["engine", "enterprise"]
    assert {edition.name for edition in package("anchore").editions} == set(EDITIONS)


@pytest.mark.parametrize("edition", EDITIONS)
def test_the_overview_has_the_nodes_and_edges_of_the_specification(edition: str) -> None:
    expected, actual = picture(specified(edition)), picture(drawn(edition))
    assert actual.nodes == expected.nodes
    assert actual.edges == expected.edges
    assert actual.boxes == expected.boxes
    assert actual.direction == expected.direction


def _mutations(text: str) -> Iterator[str]:
    """The diagram with each line left out, and with each label and each end of an edge changed."""
    lines = text.splitlines(keepends=True)
    for number, line in enumerate(lines[1:], 1):
        before, after = "".join(lines[:number]), "".join(lines[number + 1 :])
        if "-->" in line:
            yield before + after
            start, arrow, end = line.rpartition("-->")
            yield f"{before}{start}{arrow} elsewhere\n{after}"
            assert end
        elif line.startswith("subgraph"):
            yield before + line.replace(' "', ' "Other ') + after
    for label in sorted(set(re.findall(r"[A-Z][a-z]+(?: [A-Z][A-Za-z]+)+", text))):
        yield text.replace(label, f"{label}s")


@pytest.mark.parametrize("edition", EDITIONS)
def test_any_other_label_edge_or_box_is_another_picture(edition: str) -> None:
    """The comparison above is awake."""
    text = specified(edition)
    mutations = [mutation for mutation in _mutations(text) if mutation != text]
    assert len(mutations) > 10
    assert [mutation for mutation in mutations if picture(mutation) == picture(text)] == []


@pytest.mark.parametrize("edition", EDITIONS)
def test_the_readme_of_the_chart_shows_the_overview(edition: str) -> None:
    assert f"```mermaid\n{drawn(edition)}```\n" in generated("anchore")["chart/README.md"]


@pytest.mark.parametrize("name", sorted(FOLDERS))
def test_every_diagram_is_mermaid_with_a_label_for_every_node_that_has_one(name: str) -> None:
    whole = package(name)
    for edition in whole.editions:
        for variant in edition.variants:
            found = picture(components_diagram(whole, variant))
            expected = {component.name for component in whole.components if variant in component.variants}
            assert {node.name for node in found.nodes if node.shape == "round"} - {"gateway"} == expected
            assert picture(overview_diagram(whole, edition, variant.release)).edges


@pytest.mark.parametrize(
    ("variant", "edges"),
    [
        ("lite/1", {("gateway", "8080", "page"), ("page", "", "shelf")}),
        ("pro/1.5", {("gateway", "8080", "page"), ("page", "", "shelf")}),
        (
            "pro/2.0",
            {
                ("gateway", "9090", "page"),
                ("page", "7700", "search-index"),
                ("page", "", "shelf"),
                ("search-index", "", "shelf"),
            },
        ),
    ],
)
def test_the_diagram_of_components_has_the_links_and_ports_of_the_release(variant: str, edges: set[tuple[str, str, str]]) -> None:
    notes = package("notes")
    (chosen,) = (known for known in notes.variants if str(known) == variant)
    assert {edge[1:] for edge in picture(components_diagram(notes, chosen)).edges} == edges


PRO_2 = """\
graph LR
subgraph "Notes Pro"
notespods("Notes Pods")
notesservice{{"Page Service"}} --> notespods("Notes Pods")
end
subgraph "Ingress"
ig(Ingress Gateway) --> notesservice
end
subgraph "Database Storage (Postgres)"
notespods("Notes Pods") --> database[(Notes Shelf)]
end
subgraph "Monitoring"
svcmonitor("Service Monitor") --> notesservice
Prometheus --> svcmonitor("Service Monitor")
end
"""


def test_the_overview_draws_what_the_edition_asks_for_in_its_default_release() -> None:
    notes = package("notes")
    assert overview_diagram(notes, notes.edition("pro")) == PRO_2


def test_the_overview_of_a_release_has_only_what_that_release_has() -> None:
    """Release 1.5 serves no metrics, and only the page uses the database."""
    notes = package("notes")
    without_metrics = PRO_2[: PRO_2.index('subgraph "Monitoring"')]
    expected = without_metrics.replace('notespods("Notes Pods") --> database', "notesservice --> database")
    assert overview_diagram(notes, notes.edition("pro"), "1.5") == expected
