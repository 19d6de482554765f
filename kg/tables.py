"""Tables for a terminal."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Sequence

_LEAST = 8


def table(header: Sequence[str], rows: Sequence[Sequence[str]], width: int | None = None) -> str:
    """Rows below a header, in columns, with long cells wrapped so that lines fit the width.

    Parameters: `width` in characters; the terminal's where it is None.
    """
    width = width or shutil.get_terminal_size((100, 24)).columns
    cells = [list(header), *[list(row) for row in rows]]
    natural = [max(len(line) for row in cells for line in row[i].split("\n")) for i in range(len(header))]
    widths = _fit(natural, width - 2 * (len(header) - 1))
    lines = [_row(header, widths), "  ".join("-" * w for w in widths)]
    lines += [_row(row, widths) for row in rows]
    return "\n".join(lines)


def _fit(natural: list[int], room: int) -> list[int]:
    """Widths that fit the room, taken from the widest columns first."""
    widths = [max(1, w) for w in natural]
    while sum(widths) > room and max(widths) > _LEAST:
        widths[widths.index(max(widths))] -= 1
    return widths


def _row(row: Sequence[str], widths: list[int]) -> str:
    wrapped = []
    for cell, width in zip(row, widths, strict=True):
        lines = [part for line in cell.split("\n") for part in textwrap.wrap(line, width) or [""]]
        wrapped.append(lines)
    height = max((len(lines) for lines in wrapped), default=1)
    out = []
    for i in range(height):
        parts = [
            (lines[i] if i < len(lines) else "").ljust(width)
            for lines, width in zip(wrapped, widths, strict=True)
        ]
        out.append("  ".join(parts).rstrip())
    return "\n".join(out)
