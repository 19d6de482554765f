"""The model of a record, common to all the forms in which records are written."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from kg.errors import Finding

#: Text, a list of values, or a mapping of field names to values. JSON may also bring true, false and null.
Value = Any
Steps = tuple[str | int, ...]

#: The longest record that is read, in bytes: a YAML file, a line of JSON, a row of CSV.
MAX_RECORD_BYTES = 8 * 1024 * 1024
_QUOTED = re.compile(r"`([^`]*)`", re.DOTALL)
#: How much of a value a message shows.
_SHOWN = 60
#: The deepest nesting of a record.
MAX_DEPTH = 32


def printable(message: str) -> str:
    """The message with what stands in backquotes shortened, and what cannot be printed escaped."""
    short = _QUOTED.sub(lambda m: f"`{m[1][:_SHOWN]}…`" if len(m[1]) > _SHOWN else m[0], message)
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in short)


def _same(steps: Steps) -> Steps:
    return steps


@dataclass(slots=True)
class Record:
    """One record: its data, and a way to find the place of each value.

    `file` is the path as findings show it, `line` the first line of the record in it.
    `locate(steps, key)` gives line and column, from 1, of the value to which the steps lead,
    or of its field name where `key` is true. `bulk` is true for the forms that are streamed; `original`
    gives the steps as the file numbers them, where a row of CSV leaves numbers out.
    """

    file: str
    line: int
    data: dict[str, Value]
    locate: Callable[[Steps, bool], tuple[int, int]]
    bulk: bool = False
    original: Callable[[Steps], Steps] = _same

    def finding(self, code: str, steps: Steps, message: str, *, key: bool = False) -> Finding:
        """A finding at the value to which the steps lead."""
        line, column = self.locate(steps, key)
        return Finding(self.file, line, column, code, printable(self.field(steps)), printable(message))

    def field(self, steps: Steps) -> str:
        """The steps as findings name them."""
        return dotted(self.original(steps))


def dotted(steps: Steps) -> str:
    """The steps as people write them, with places in lists counted from 1: `events.1.kind`."""
    return ".".join(str(step + 1) if isinstance(step, int) else step for step in steps)
