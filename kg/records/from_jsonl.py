"""Records as JSON Lines: one JSON object a line, read one at a time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, BinaryIO

from kg.errors import Finding
from kg.records.from_yaml import yaml_record
from kg.records.model import MAX_RECORD_BYTES, Record, Steps


class _Twice(ValueError):
    """A name that a JSON object has twice."""


def _mapping(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        raise _Twice(next(name for name in names if names.count(name) > 1))
    return found


def _constant(name: str) -> Any:
    raise ValueError(f"{name} is not a value of JSON")


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
    while raw := stream.readline(MAX_RECORD_BYTES + 1):
        number += 1
        if len(raw) > MAX_RECORD_BYTES:
            while raw and not raw.endswith(b"\n"):
                raw = stream.readline(MAX_RECORD_BYTES)
            yield Finding(file, number, 1, "KG101", "", f"a line of more than {MAX_RECORD_BYTES} bytes")
            continue
        if raw.isspace():
            continue
        yield _record(file, number, raw)


def _record(file: str, number: int, raw: bytes) -> Record | Finding:
    try:
        text = raw.decode("utf-8-sig" if number == 1 else "utf-8").rstrip("\r\n")
        data = _DECODER.decode(text.lstrip())
    except UnicodeDecodeError as error:
        return Finding(file, number, error.start + 1, "KG101", "", "not UTF-8; save the file as UTF-8")
    except json.JSONDecodeError as error:
        return Finding(file, number, error.colno, "KG102", "", f"not a JSON object: {error.msg.lower()}")
    except _Twice as error:
        message = f"`{error}` is given twice; give it once, with a list if it has several values"
        return Finding(file, number, 1, "KG103", str(error), message)
    except RecursionError:
        return Finding(file, number, 1, "KG102", "", "nested too deeply")
    except ValueError as error:
        return Finding(file, number, 1, "KG102", "", f"not a JSON object: {error}")
    if type(data) is not dict:
        return Finding(file, number, 1, "KG104", "", 'a record is a JSON object, {"record": …, "id": …}')

    def locate(steps: Steps, key: bool) -> tuple[int, int]:
        # JSON is near enough to YAML that its positions can be had from the same reader; only
        # records with findings are read a second time.
        record, _ = yaml_record(file, text)
        return (number, record.locate(steps, key)[1] if record else 1)

    return Record(file, number, data, locate, bulk=True)
