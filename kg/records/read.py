"""Finding record files below a folder, and reading each in its own form."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from kg.errors import Finding, UsageError
from kg.records.from_csv import csv_records
from kg.records.from_jsonl import jsonl_records
from kg.records.from_yaml import yaml_record
from kg.records.model import MAX_RECORD_BYTES, Record

RECORD_SUFFIXES = frozenset({".yaml", ".yml", ".jsonl", ".ndjson", ".csv"})
YAML_SUFFIXES = frozenset({".yaml", ".yml"})


def record_files(paths: Iterable[Path]) -> list[tuple[Path, Path, str]]:
    """Every record file of the given files and folders, each with its root and the path to show.

    The root is the folder that was given, or the folder of a file that was. Files come in the order
    of their paths, names that begin with `.` or `_` are passed over. Raises UsageError for a path
    that is not there or a file whose suffix is no form of records.
    """
    found: dict[Path, tuple[Path, Path, str]] = {}
    for given in paths:
        if given.is_dir():
            below = [
                path
                for path in given.rglob("*")
                if path.suffix.lower() in RECORD_SUFFIXES
                and not any(part[0] in "._" for part in path.relative_to(given).parts)
                and path.is_file()
            ]
            for path in sorted(below, key=lambda p: p.relative_to(given).parts):
                found.setdefault(path.resolve(), (given, path, path.as_posix()))
        elif given.is_file():
            if given.suffix.lower() not in RECORD_SUFFIXES:
                raise UsageError(
                    f"{given}: records are files that end in {', '.join(sorted(RECORD_SUFFIXES))}"
                )
            found.setdefault(given.resolve(), (given.parent, given, given.as_posix()))
        else:
            raise UsageError(f"{given}: no such file or folder")
    return list(found.values())


def read_records(path: Path, shown: str) -> Iterator[Record | Finding]:
    """The records of one file in the form that its suffix names, streamed where the form is bulk.

    Parameters: `shown` is the path as findings show it.
    """
    suffix = path.suffix.lower()
    try:
        if suffix in YAML_SUFFIXES:
            yield from _read_yaml(path, shown)
        elif suffix == ".csv":
            with path.open(encoding="utf-8-sig", newline="") as lines:
                yield from csv_records(shown, lines)
        else:
            with path.open("rb") as stream:
                yield from jsonl_records(shown, stream)
    except UnicodeDecodeError as error:
        yield Finding(shown, 0, 0, "KG101", "", f"not UTF-8 ({error.reason}); save it as UTF-8")
    except OSError as error:
        yield Finding(shown, 0, 0, "KG101", "", f"cannot be read: {error.strerror}")


def _read_yaml(path: Path, shown: str) -> Iterator[Record | Finding]:
    size = path.stat().st_size
    if size > MAX_RECORD_BYTES:
        yield Finding(shown, 0, 0, "KG101", "", f"{size} bytes; a record has at most {MAX_RECORD_BYTES}")
        return
    record, findings = yaml_record(shown, path.read_bytes().decode("utf-8-sig"))
    yield from findings
    if record:
        yield record
