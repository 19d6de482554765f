"""Records in YAML, with the line and column of every value and no value typed by YAML.

Built from the parser's events and not from its constructors, so that `0130`, `NO` and `1:30` stay
text, a key given twice is seen, and anchors, aliases and tags (which can make a small file expand
without end, or run code) are refused before anything is built.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import yaml

from kg.errors import Finding
from kg.records.model import MAX_DEPTH, Record, Steps, Value, dotted

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_ADVICE = "write the value out in full where it is needed, or in single quotes if it begins with"


Frame = tuple[Any, Steps, list[str | None]]


class _Refused(Exception):
    """The text has something that records may not have."""

    def __init__(self, code: str, mark: Any, message: str) -> None:
        super().__init__(message)
        self.code, self.mark, self.message = code, mark, message


@dataclass(frozen=True, slots=True)
class _Mark:
    """A place that the parser has no mark for; line and column count from 0, as in its own."""

    line: int
    column: int


class _Builder:
    """Builds plain data from the events of one document, and remembers where each value stands."""

    def __init__(self) -> None:
        self.values: dict[Steps, tuple[int, int]] = {}
        self.keys: dict[Steps, tuple[int, int]] = {}
        self.duplicates: list[tuple[Steps, tuple[int, int], tuple[int, int]]] = []
        self.documents = 0
        self.lines: list[str] = []

    def build(self, text: str) -> Value:
        """The data of the only document; raises _Refused or yaml.YAMLError."""
        root: Value = None
        self.lines = text.split("\n")
        # One frame for each open mapping or list: the container, its steps, and the pending key.
        stack: list[Frame] = []
        for event in yaml.parse(text, Loader=_Loader):
            mark: Any = event.start_mark
            self._refuse(event, mark)
            if isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
                stack.pop()
            elif isinstance(event, (yaml.ScalarEvent, yaml.MappingStartEvent, yaml.SequenceStartEvent)):
                place = (mark.line + 1, mark.column + 1)
                if stack and isinstance(stack[-1][0], dict) and stack[-1][2][0] is None:
                    self._key(event, stack[-1], place)
                    continue
                self._refuse_comment(event)
                value = _value(event)
                steps = self._put(value, stack, place)
                if not stack:
                    root = value
                if not isinstance(value, str):
                    if len(stack) >= MAX_DEPTH:
                        raise _Refused("KG102", mark, f"nested deeper than {MAX_DEPTH}")
                    stack.append((value, steps, [None]))
        return root

    def _refuse(self, event: Any, mark: Any) -> None:
        if isinstance(event, yaml.DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                raise _Refused("KG106", mark, "a second record; give it a file of its own")
        if isinstance(event, yaml.AliasEvent):
            raise _Refused("KG105", mark, f"an alias of YAML; {_ADVICE} `*`")
        if getattr(event, "anchor", None):
            raise _Refused("KG105", mark, f"an anchor of YAML; {_ADVICE} `&`")
        if getattr(event, "tag", None) is not None:
            advice = "write the value without it, or in single quotes if it begins with `!`"
            raise _Refused("KG105", mark, f"the tag `{event.tag}`; {advice}")

    def _refuse_comment(self, event: Any) -> None:
        """Refuses a plain value that is followed by ` #1` or the like, which YAML would pass over."""
        if not isinstance(event, yaml.ScalarEvent) or event.style:
            return
        end: Any = event.end_mark
        rest = self.lines[end.line][end.column :] if end.line < len(self.lines) else ""
        match = re.match(r"\s+#(?=[^\s#])", rest)
        if match:
            advice = "put the value in single quotes, or a blank after the `#` of a comment"
            message = f"what follows ` #` is a comment of YAML and is not read; {advice}"
            mark = _Mark(end.line, end.column + match.end() - 1)
            raise _Refused("KG105", mark, message)

    def _key(self, event: Any, frame: tuple[Any, Steps, list[str | None]], place: tuple[int, int]) -> None:
        container, steps, pending = frame
        if not isinstance(event, yaml.ScalarEvent):
            raise _Refused("KG102", event.start_mark, "a field name must be plain text")
        name = event.value
        if name in container:
            self.duplicates.append(((*steps, name), place, self.keys[(*steps, name)]))
        else:
            self.keys[(*steps, name)] = place
        pending[0] = name

    def _put(
        self,
        value: Value,
        stack: list[Frame],
        place: tuple[int, int],
    ) -> Steps:
        if not stack:
            self.values[()] = place
            return ()
        container, above, pending = stack[-1]
        if isinstance(container, dict):
            name = pending[0] or ""
            pending[0] = None
            steps: Steps = (*above, name)
            container.setdefault(name, value)
        else:
            steps = (*above, len(container))
            container.append(value)
        self.values.setdefault(steps, place)
        return steps


def yaml_record(file: str, text: str) -> tuple[Record | None, list[Finding]]:
    """The record that the text of a YAML file holds, and what is wrong with it as YAML.

    Parameters: `file` is the path as findings show it. Source: YAML 1.1 as read by libyaml.
    """
    builder = _Builder()
    try:
        data = builder.build(text)
    except _Refused as refused:
        line, column = refused.mark.line + 1, refused.mark.column + 1
        return None, [Finding(file, line, column, refused.code, "", refused.message)]
    except yaml.MarkedYAMLError as error:
        mark = (_opened(error) and error.context_mark) or error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        return None, [Finding(file, line, column, "KG102", "", f"not YAML: {_said(error, text)}")]
    except yaml.reader.ReaderError as error:
        line, column = place_of(text, error.position)
        return None, [Finding(file, line, column, "KG102", "", f"not YAML: {unacceptable(error.character)}")]
    if not isinstance(data, dict):
        message = "a record is a list of `field: value` lines, beginning with `record:` and `id:`"
        return None, [Finding(file, 1, 1, "KG104", "", message)]

    def locate(steps: Steps, key: bool) -> tuple[int, int]:
        if key and steps in builder.keys:
            return builder.keys[steps]
        while steps and steps not in builder.values:
            steps = steps[:-1]
        return builder.values.get(steps, (1, 1))

    record = Record(file, 1, data, locate)
    findings = [
        Finding(
            file,
            *place,
            "KG103",
            dotted(steps),
            f"`{steps[-1]}` is given twice (before in line {before[0]}); "
            "give it once, with a list if it has several values",
        )
        for steps, place, before in builder.duplicates
    ]
    return record, findings


def _value(event: Any) -> Value:
    """What an event begins: text, a mapping or a list."""
    if isinstance(event, yaml.ScalarEvent):
        return event.value
    return {} if isinstance(event, yaml.MappingStartEvent) else []


def place_of(text: str, position: int) -> tuple[int, int]:
    """Line and column, from 1, of a position in a text."""
    return text.count("\n", 0, position) + 1, position - (text.rfind("\n", 0, position) + 1) + 1


def unacceptable(character: str | int) -> str:
    """The message for a character that no record may have."""
    code = character if isinstance(character, int) else ord(character)
    why = "half of a surrogate pair" if 0xD800 <= code <= 0xDFFF else "control characters are not allowed"
    return f"unacceptable character #x{code:04X}: {why}"


def _opened(error: yaml.MarkedYAMLError) -> bool:
    """Whether what is wrong is that something was opened and never closed."""
    return (error.context or "") in (
        "while parsing a flow sequence",
        "while parsing a flow mapping",
        "while scanning a quoted scalar",
    )


def _said(error: yaml.MarkedYAMLError, text: str) -> str:
    """What the parser says, on one line, with the usual mending."""
    said = ", ".join(part for part in (error.problem, error.context) if part)
    mark = error.problem_mark
    before = ""
    if mark:
        lines = text.splitlines()
        before = lines[mark.line][: mark.column] if mark.line < len(lines) else ""
    mendings = {
        "mapping values are not allowed": "put a value that contains `: ` in single quotes"
        if ":" in before
        else "begin the line in the same column as the other fields",
        "block sequence entries are not allowed": "put a value that begins with `-` in single quotes",
        "cannot start any token": "indent with blanks, and quote values that begin with a special character",
        "tab character": "indent with blanks",
        "while parsing a flow": "close the bracket that opens here",
        "while scanning a quoted scalar": "close the quotation mark that opens here",
        "while scanning an anchor": "put a value that begins with `&` in single quotes",
        "did not find expected key": "put a value that begins with a quotation mark in single quotes as "
        "a whole"
        if before.strip()
        else "begin the line in the same column as the other fields",
    }
    mending = next((mending for words, mending in mendings.items() if words in said), None)
    return f"{said}; {mending}" if mending else said
