"""Records as CSV: one record a row, nested fields by dotted column names."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator

from kg.errors import Finding
from kg.records.from_yaml import unacceptable
from kg.records.model import MAX_RECORD_BYTES, Record, Steps, Value, printable

#: Separates the values of a list within a cell; `\\|` stands for the character itself.
LIST_SEPARATOR = "|"

_SPLIT = re.compile(r"(?<!\\)\|")
_COLUMN = re.compile(r"[a-z][a-z0-9-]*(?:\.(?:[a-z][a-z0-9-]*|[0-9]{1,6}))*\Z")
_BAD = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_MENDINGS = {
    "expected after": "put the whole cell in quotation marks and write one within it twice",
    "unexpected end": "close the quotation mark that opens in this row",
}


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
        header = [name.strip() for name in next(reader, [])]
    except csv.Error as error:
        yield _malformed(file, 1, error)
        return
    wrong = list(_header_findings(file, header, source.row))
    yield from wrong
    if wrong:
        return
    form = _Form(header, list(source.row))
    while True:
        start = reader.line_num + 1
        source.row = []
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield _malformed(file, start, error)
            return
        if not any(row):
            continue
        if len(row) != len(header):
            message = f"{len(row)} cells where the first row names {len(header)} columns"
            yield Finding(file, start, 1, "KG107", "", message)
            continue
        yield form.record(file, start, row, list(source.row))


def _malformed(file: str, line: int, error: csv.Error) -> Finding:
    mending = next((f"; {mending}" for words, mending in _MENDINGS.items() if words in str(error)), "")
    return Finding(file, line, 1, "KG102", "", f"not CSV: {error}{mending}")


def _header_findings(file: str, header: list[str], raw: list[str]) -> Iterator[Finding]:
    """What is wrong with the column names."""
    if "record" not in header or "id" not in header:
        message = "the first row must name the columns `record`, `id`"
        other = next((c for c in ";\t|" if len(header) == 1 and c in header[0]), None)
        if other:
            shown = "tabs" if other == "\t" else f"`{other}`"
            message += f"; separate columns by commas, not by {shown}"
        yield Finding(file, 1, 1, "KG107", "", message)
        if other or not header:
            return
    seen: dict[Steps, str] = {}
    for place, name in enumerate(header):
        what = _column_problem(name, seen)
        if what:
            column = _column(raw, place)[1]
            shown = printable(f"`{name}`")
            yield Finding(file, 1, column, "KG107", shown.strip("`"), f"the column {shown} {what}")
        else:
            seen[_steps(name)] = name


def _column_problem(name: str, seen: dict[Steps, str]) -> str | None:
    if not _COLUMN.match(name):
        return "is not a dotted field name"
    if name in seen.values():
        return "stands twice"
    parts = name.split(".")
    if any(part.isdecimal() and int(part) == 0 for part in parts):
        return "counts from 0; places in lists are counted from 1"
    steps = _steps(name)
    # `rank` and `rank.value` are the same place, as are `rank.1` and `rank.01`.
    same = steps[:-1] if steps[-1] == "value" else (*steps, "value")
    for other in (steps, same):
        if other in seen:
            return f"states the same as the column `{seen[other]}`"
    for end in range(1, len(steps) + 1):
        above, step = steps[: end - 1], steps[end - 1]
        for known, other_name in seen.items():
            if known[: end - 1] != above:
                continue
            other_step = known[end - 1] if len(known) >= end else "value"
            if isinstance(step, int) != isinstance(other_step, int) and above:
                listed, plain = (name, other_name) if isinstance(step, int) else (other_name, name)
                field = ".".join(listed.split(".")[: end - 1])
                return f"makes `{field}` a list, which the column `{plain}` does not"
    return None


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


class _Form:
    """The columns of a file, by which its rows become records."""

    def __init__(self, header: list[str], raw: list[str]) -> None:
        self.header, self.raw = header, raw
        self.paths = [_steps(name) for name in header]

    def record(self, file: str, start: int, row: list[str], raw: list[str]) -> Record | Finding:
        """The record of a row, or what is wrong with a cell of it."""
        sparse: dict[str | int, Value] = {}
        for place, (steps, cell) in enumerate(zip(self.paths, row, strict=True)):
            bad = _BAD.search(cell)
            if bad:
                line, column = _column(raw, place)
                column += cell.count("", 0, bad.start()) - 1 if bad.start() else 0
                return Finding(
                    file, start + line - 1, column, "KG102", "", f"not CSV: {unacceptable(bad[0])}"
                )
            if cell:
                _put(sparse, steps, _cell(cell))

        def original(steps: Steps) -> Steps:
            """The steps with the numbers of the columns, where a row leaves some numbers out."""
            node: Value = sparse
            found: list[str | int] = []
            for step in steps:
                if isinstance(step, int) and isinstance(node, dict):
                    numbers = sorted(key for key in node if isinstance(key, int))
                    step = numbers[step] if step < len(numbers) else step
                found.append(step)
                node = node.get(step) if isinstance(node, dict) else None
            return tuple(found)

        def locate(steps: Steps, key: bool) -> tuple[int, int]:
            steps = original(steps)
            while steps:
                for cell, path in enumerate(self.paths):
                    whole = (*path, "value")
                    if path[: len(steps)] == steps or (row[cell] and steps in (whole, (*path, steps[-1]))):
                        if key:
                            return _column(self.raw, cell)
                        if row[cell] or path == steps:
                            line, column = _column(raw, cell)
                            return start + line - 1, column
                steps = steps[:-1]
            return start, 1

        return Record(file, start, _dense(sparse), locate, bulk=True, original=original)


def _cell(cell: str) -> Value:
    if LIST_SEPARATOR not in cell:
        return cell
    parts = [part.replace("\\|", "|").strip() for part in _SPLIT.split(cell)]
    return parts if len(parts) > 1 else parts[0]


def _put(data: dict[str | int, Value], steps: Steps, value: Value) -> None:
    node = data
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
    """Mappings with numbers for names become lists; numbers that a row leaves out are passed over."""
    if not isinstance(node, dict):
        return node
    if node and all(isinstance(step, int) for step in node):
        return [_dense(node[step]) for step in sorted(node)]
    return {step: _dense(value) for step, value in node.items()}
