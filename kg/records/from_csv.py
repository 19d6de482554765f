"""Records as CSV: one record a row, nested fields by dotted column names."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator

from kg.errors import Finding
from kg.records.model import MAX_RECORD_BYTES, Record, Steps, Value

#: Separates the values of a list within a cell; `\|` stands for the character itself.
LIST_SEPARATOR = "|"

_SPLIT = re.compile(r"(?<!\\)\|")
_COLUMN = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)*\Z")


class _Lines:
    """Hands out the lines of a file and keeps those of the row that is being read."""

    def __init__(self, lines: Iterable[str]) -> None:
        self.lines = iter(lines)
        self.row: list[str] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self.lines)
        self.row.append(line)
        return line


def csv_records(file: str, lines: Iterable[str]) -> Iterator[Record | Finding]:
    """The records of a CSV file, and a finding for each row that is none.

    Parameters: `lines` are its lines with their ends, as text. Source: RFC 4180; the first row has
    the column names, places in lists are counted from 1 (`events.1.kind`).
    """
    csv.field_size_limit(MAX_RECORD_BYTES)
    source = _Lines(lines)
    reader = csv.reader(source, strict=True)
    try:
        header = next(reader, [])
    except csv.Error as error:
        yield Finding(file, 1, 1, "KG102", "", f"not CSV: {error}")
        return
    header = [name.strip() for name in header]
    bad = False
    for place, name in enumerate(header):
        if not _COLUMN.match(name) or name in header[:place]:
            bad = True
            what = "stands twice" if name in header[:place] else "is not a dotted field name"
            column = _column(source.row, place)[1]
            yield Finding(file, 1, column, "KG107", name, f"the column `{name}` {what}")
    if "record" not in header or "id" not in header:
        bad = True
        yield Finding(file, 1, 1, "KG107", "", "the first row must name the columns `record`, `id`")
    if bad:
        return
    paths = [_steps(name) for name in header]
    while True:
        start = reader.line_num + 1
        source.row = []
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Finding(file, start, 1, "KG102", "", f"not CSV: {error}")
            return
        if not any(row):
            continue
        if len(row) != len(header):
            message = f"{len(row)} cells where the first row names {len(header)} columns"
            yield Finding(file, start, 1, "KG107", "", message)
            continue
        yield _record(file, start, paths, row, list(source.row))


def _steps(name: str) -> Steps:
    return tuple(int(part) - 1 if part.isdecimal() else part for part in name.split("."))


def _column(lines: list[str], cell: int) -> tuple[int, int]:
    """Line within the row and column, both from 1, at which a cell begins."""
    quoted = False
    for number, line in enumerate(lines, 1):
        for place, character in enumerate(line):
            if cell == 0:
                return number, place + 1
            if character == '"':
                quoted = not quoted
            elif character == "," and not quoted:
                cell -= 1
    return len(lines) or 1, len(lines[-1]) if lines else 1


def _record(file: str, start: int, paths: list[Steps], row: list[str], raw: list[str]) -> Record:
    data: dict[str, Value] = {}
    for steps, cell in zip(paths, row, strict=True):
        if cell:
            _put(data, steps, _cell(cell))

    def locate(steps: Steps, key: bool) -> tuple[int, int]:
        while steps:
            for cell, path in enumerate(paths):
                if path[: len(steps)] == steps or (steps[:-1] == path and row[cell]):
                    line, column = _column(raw, cell)
                    return start + line - 1, column
            steps = steps[:-1]
        return start, 1

    return Record(file, start, _dense(data), locate, bulk=True)


def _cell(cell: str) -> Value:
    if LIST_SEPARATOR not in cell:
        return cell
    parts = [part.replace("\\|", "|").strip() for part in _SPLIT.split(cell)]
    return parts if len(parts) > 1 else parts[0]


def _put(data: dict[str, Value], steps: Steps, value: Value) -> None:
    node: dict[str | int, Value] = data  # type: ignore[assignment]
    for step in steps[:-1]:
        below = node.setdefault(step, {})
        if not isinstance(below, dict):
            # A column `date` beside `date.note` gives the value of the mapping.
            below = node[step] = {"value": below}
        node = below
    last = steps[-1]
    if isinstance(node.get(last), dict):
        node[last]["value"] = value
    else:
        node[last] = value


def _dense(node: Value) -> Value:
    """Mappings with numbers for names become lists; numbers that the row leaves out are passed over."""
    if not isinstance(node, dict):
        return node
    if node and all(isinstance(step, int) for step in node):
        return [_dense(node[step]) for step in sorted(node)]
    return {step: _dense(value) for step, value in node.items()}
