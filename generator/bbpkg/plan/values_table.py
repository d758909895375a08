"""The values tree as rows of a Markdown table."""

import json
from dataclasses import dataclass

from bbpkg.model.values import ValueKey, walk
from bbpkg.plan.bb_common import SUBCHART


@dataclass(frozen=True, kw_only=True, slots=True)
class ValueRow:
    """One key, ready for a Markdown table."""

    path: str
    type: str
    default: str
    description: str


def value_rows(tree: tuple[ValueKey, ...]) -> tuple[ValueRow, ...]:
    """One row for each leaf of the tree, in the order of values.yaml."""
    return tuple(
        ValueRow(
            path=".".join(path),
            type=key.type,
            default=json.dumps(key.default, ensure_ascii=False).replace("|", "\\|"),
            description=key.description.replace("|", "\\|"),
        )
        for path, key in walk(tree)
        # The values of a subchart are described in its own README.
        if not key.children and key.name != SUBCHART
    )
