"""Tables of aligned columns."""

from collections.abc import Sequence

import click


def table(header: Sequence[str], rows: Sequence[Sequence[str | int]]) -> str:
    """Return the lines of a table; numbers stand at the right, colours do not count as width."""
    texts = [list(header), *([str(cell) for cell in row] for row in rows)]
    widths = [max(len(click.unstyle(row[column])) for row in texts) for column in range(len(header))]
    is_number = [bool(rows) and all(isinstance(row[column], int) for row in rows) for column in range(len(header))]
    lines = []
    for row in texts:
        cells = []
        for text, width, right in zip(row, widths, is_number, strict=True):
            gap = " " * (width - len(click.unstyle(text)))
            cells.append(gap + text if right else text + gap)
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines) + "\n"
