"""The model of a record, common to all the forms in which records are written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from kg.errors import Finding

#: Text, a list of values, or a mapping of field names to values. JSON may also bring true, false and null.
Value = Any
Steps = tuple[str | int, ...]

#: The longest record that is read, in bytes: a YAML file, a line of JSON, a row of CSV.
MAX_RECORD_BYTES = 8 * 1024 * 1024
#: The deepest nesting of a record.
MAX_DEPTH = 32


@dataclass(slots=True)
class Record:
    """One record: its data, and a way to find the place of each value.

    `file` is the path as findings show it, `line` the first line of the record in it.
    `locate(steps, key)` gives line and column, from 1, of the value to which the steps lead,
    or of its field name where `key` is true.
    """

    file: str
    line: int
    data: dict[str, Value]
    locate: Callable[[Steps, bool], tuple[int, int]]
    bulk: bool = False

    def finding(self, code: str, steps: Steps, message: str, *, key: bool = False) -> Finding:
        """A finding at the value to which the steps lead."""
        line, column = self.locate(steps, key)
        return Finding(self.file, line, column, code, dotted(steps), message)


def dotted(steps: Steps) -> str:
    """The steps as people write them, with places in lists counted from 1: `events.1.kind`."""
    return ".".join(str(step + 1) if isinstance(step, int) else step for step in steps)
