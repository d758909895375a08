"""Umbrella values as blocks: a few values that belong together, with the sentence that says why they are there."""

import textwrap
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from bbpkg.model.values import Json
from bbpkg.plan.values_text import yaml_lines

Path: TypeAlias = tuple[str, ...]

_WIDTH = 120


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """Values at a path, and the comment that stands above the first of them.

    Values that are `tied` make sense only together: where a file says otherwise about one of them, none of them fits.
    """

    path: Path
    values: Mapping[str, Json]
    comment: str = ""
    is_tied: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Concern:
    """What one file of an overlay is about; `name` is that of the file, `title` a sentence for people."""

    name: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(slots=True)
class _Node:
    comments: list[str] = field(default_factory=list)
    children: "dict[str, _Node]" = field(default_factory=dict)
    value: Json = None

    def below(self, step: str) -> "_Node":
        return self.children.setdefault(step, _Node())

    def put(self, value: Json) -> None:
        if isinstance(value, dict) and value:
            for key, item in value.items():
                self.below(key).put(item)
        else:
            self.value = value


def values_of(blocks: Iterable[Block]) -> dict[str, Json]:
    """All values of blocks together; later blocks win."""
    return {name: _values(node) for name, node in _tree(blocks).children.items()}


def block_lines(blocks: Iterable[Block]) -> Iterator[str]:
    """The lines of a YAML document that holds all blocks, each comment above what it is about."""
    for name, node in _tree(blocks).children.items():
        yield from _lines(name, node, 0)


def _tree(blocks: Iterable[Block]) -> _Node:
    root = _Node()
    for block in blocks:
        node = root
        for step in block.path:
            node = node.below(step)
        if block.comment and block.values:
            comments = node.below(next(iter(block.values))).comments
            comments += [] if block.comment in comments else [block.comment]
        node.put(dict(block.values))
    return root


def _values(node: _Node) -> Json:
    return {name: _values(child) for name, child in node.children.items()} if node.children else node.value


def _lines(name: str, node: _Node, depth: int) -> Iterator[str]:
    pad = "  " * depth
    for comment in node.comments:
        yield from (f"{pad}# {line}" for line in comment_lines(comment, depth))
    if not node.children:
        yield from yaml_lines(name, node.value, depth)
        return
    # The name with an empty mapping, without the mapping: its entries follow.
    yield next(iter(yaml_lines(name, {}, depth))).removesuffix(" {}")
    for key, child in node.children.items():
        yield from _lines(key, child, depth + 1)


def comment_lines(comment: str, depth: int = 0) -> list[str]:
    """A comment in lines that fit at a depth, without their marks; lines that it has are kept."""
    width = _WIDTH - 2 * depth - 2
    return [part for line in comment.splitlines() for part in textwrap.wrap(line, width, subsequent_indent="") or [""]]
