"""Records as JSON Lines: one JSON object a line, read one at a time."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from kg.errors import Finding
from kg.records.from_yaml import unacceptable, yaml_record
from kg.records.model import MAX_DEPTH, MAX_RECORD_BYTES, Record, Steps

_CONSTANT = re.compile(r"\b(?:NaN|-?Infinity)\b")
#: Escapes of characters that no record may have: controls, and halves of surrogate pairs.
_SUSPECT = re.compile(r"\\u(?:00[01]|007[fF]|[dD][89a-fA-F])")
_PAIR = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}")
_BAD = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_FIGURES = re.compile(r"0[0-9]+")


class _Twice(ValueError):
    """A name that a JSON object has twice."""


def _mapping(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        raise _Twice(next(name for name in names if names.count(name) > 1))
    return found


class _Constant(ValueError):
    """One of the words that Python reads as numbers and JSON does not have."""


def _constant(name: str) -> Any:
    raise _Constant(name)


# Numbers stay the text that they are written as; the ontology says what they mean.
_DECODER = json.JSONDecoder(
    object_pairs_hook=_mapping, parse_int=str, parse_float=str, parse_constant=_constant
)


def jsonl_records(file: str, stream: BinaryIO) -> Iterator[Record | Finding]:
    """The records of a JSON Lines file, and a finding for each line that is none.

    Parameters: `stream` is read line by line; a line longer than MAX_RECORD_BYTES is passed over
    unread. Source: JSON Lines; RFC 8259 for each line.
    """
    number = 0
    goes_on = False
    while raw := stream.readline(MAX_RECORD_BYTES + 1):
        number += 1
        if len(raw) > MAX_RECORD_BYTES:
            while raw and not raw.endswith(b"\n"):
                raw = stream.readline(MAX_RECORD_BYTES)
            message = f"a line of more than {MAX_RECORD_BYTES} bytes"
            yield Finding(file, number, 1, "KG101", "", message)
            continue
        if raw.isspace():
            continue
        found = _record(file, number, raw)
        if goes_on and isinstance(found, Finding) and not raw.startswith(b"{"):
            continue  # the rest of a record that was written on several lines
        goes_on = isinstance(found, Finding) and "goes on" in found.message
        yield found


def _record(file: str, number: int, raw: bytes) -> Record | Finding:
    def finding(code: str, column: int, message: str, field: str = "") -> Finding:
        return Finding(file, number, column, code, field, message)

    try:
        text = raw.decode("utf-8-sig" if number == 1 else "utf-8").rstrip("\r\n")
    except UnicodeDecodeError as error:
        return finding("KG101", error.start + 1, "not UTF-8; save the file as UTF-8")
    try:
        data = _DECODER.decode(text.lstrip())
    except json.JSONDecodeError as error:
        if text.lstrip().startswith("{") and not text.rstrip().endswith(("}", "]")):
            message = "the record goes on in the next line; write each record on one line"
            return finding("KG102", 1, f"not a JSON object: {message}")
        message = error.msg[:1].lower() + error.msg[1:]
        start = max(error.pos - 1, 0)
        if _FIGURES.match(text, start):
            message += "; put figures that begin with 0 in quotes"
        return finding("KG102", error.colno, f"not a JSON object: {message}")
    except _Twice as error:
        return _twice(file, number, text, str(error))
    except _Constant as error:
        match = _CONSTANT.search(text)
        return finding(
            "KG102", match.start() + 1 if match else 1, f"not a JSON object: {error} is not a value of JSON"
        )
    except RecursionError:
        return finding("KG102", 1, f"nested deeper than {MAX_DEPTH}")
    if type(data) is not dict:
        return finding("KG104", 1, 'a record is a JSON object, {"record": …, "id": …}')
    if text.count("{") + text.count("[") > MAX_DEPTH:
        _, found = yaml_record(file, _plain(text))
        deep = next((f for f in found if "nested deeper" in f.message), None)
        if deep:
            return finding("KG102", deep.column, deep.message)
    if _SUSPECT.search(text):
        bad = _BAD.search(_texts(data))
        escape = bad and re.search(rf"\\u{ord(bad[0]):04x}", text, re.IGNORECASE)
        if bad and escape:
            return finding("KG102", escape.start() + 1, f"not a JSON object: {unacceptable(bad[0])}")

    again: list[Record | None] = []

    def locate(steps: Steps, key: bool) -> tuple[int, int]:
        # JSON is near enough to YAML that its positions can be had from the same reader; only
        # records with findings are read a second time, and once.
        if not again:
            again.append(yaml_record(file, _plain(text))[0])
        record = again[0]
        return (number, record.locate(steps, key)[1] if record else 1)

    return Record(file, number, data, locate, bulk=True)


def _twice(file: str, number: int, text: str, name: str) -> Finding:
    _, found = yaml_record(file, _plain(text))
    place = next((f for f in found if f.code == "KG103"), None)
    message = f"`{name}` is given twice; give it once, with a list if it has several values"
    if place is None:
        return Finding(file, number, 1, "KG103", name, message)
    return Finding(file, number, place.column, "KG103", place.field, message)


def _plain(text: str) -> str:
    """The line with surrogate pairs, which YAML does not read, replaced by as many characters."""
    return _PAIR.sub(r"\\u0041\\u0041", text)


def _texts(value: Any) -> str:
    """All text of a record, run together."""
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        return "".join(map(_texts, (*value.keys(), *value.values())))
    return "".join(map(_texts, value)) if isinstance(value, list) else ""
