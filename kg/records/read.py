"""Finding record files below a folder, and reading each in its own form."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from kg.errors import Finding, UsageError
from kg.records.from_csv import csv_records
from kg.records.from_jsonl import jsonl_records
from kg.records.from_yaml import yaml_record
from kg.records.model import MAX_RECORD_BYTES, Record, printable

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
            for path in sorted(_below(given), key=lambda p: p.relative_to(given).parts):
                found.setdefault(_identity(path), (given, path, _shown(path)))
        elif given.is_file():
            if given.suffix.lower() not in RECORD_SUFFIXES:
                raise UsageError(
                    f"{given}: records are files that end in {', '.join(sorted(RECORD_SUFFIXES))}"
                )
            found.setdefault(_identity(given), (given.parent, given, _shown(given)))
        else:
            raise UsageError(f"{given}: no such file or folder")
    return list(found.values())


def _below(folder: Path) -> Iterator[Path]:
    """The record files below a folder, links followed; and the folders that cannot be read themselves."""
    unreadable: list[Path] = []

    def note(error: OSError) -> None:
        unreadable.append(Path(os.fsdecode(error.filename)))

    visited: set[Path] = set()
    for name, folders, files in os.walk(folder, onerror=note, followlinks=True):
        here = Path(name)
        real = _identity(here)
        if real in visited:
            folders.clear()  # a link back to a folder that has been walked
            continue
        visited.add(real)
        folders[:] = [each for each in folders if each[0] not in "._"]
        for file in files:
            path = here / file
            if path.suffix.lower() in RECORD_SUFFIXES and file[0] not in "._" and _may_be_record(path):
                yield path
    yield from unreadable


def _may_be_record(path: Path) -> bool:
    """Whether a path is a file, or something that should be one and cannot be read."""
    try:
        return path.is_file() or (path.is_symlink() and not path.exists())
    except OSError:
        return True


def _identity(path: Path) -> Path:
    """What tells files apart; a link that leads nowhere stands for itself."""
    try:
        return path.resolve(strict=True)
    except (OSError, RuntimeError):
        return path.absolute()


def _shown(path: Path) -> str:
    """The path as text that can be printed, whatever bytes the file system has in it."""
    return printable(os.fsencode(path.as_posix()).decode("utf-8", "backslashreplace"))


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
    except UnicodeDecodeError:
        yield _not_utf8(path, shown)
    except OSError as error:
        yield Finding(shown, 0, 0, "KG101", "", f"cannot be read: {error.strerror}")


def _not_utf8(path: Path, shown: str) -> Finding:
    """The finding for the first byte of a file that is not UTF-8."""
    line, column = 1, 1
    with path.open("rb") as lines:
        for number, raw in enumerate(lines, 1):
            try:
                raw.decode("utf-8-sig" if number == 1 else "utf-8")
            except UnicodeDecodeError as error:
                line, column = number, len(raw[: error.start].decode("utf-8", "replace")) + 1
                break
    return Finding(shown, line, column, "KG101", "", "not UTF-8; save the file as UTF-8")


def _read_yaml(path: Path, shown: str) -> Iterator[Record | Finding]:
    size = path.stat().st_size
    if size > MAX_RECORD_BYTES:
        yield Finding(shown, 0, 0, "KG101", "", f"{size} bytes; a record has at most {MAX_RECORD_BYTES}")
        return
    record, findings = yaml_record(shown, path.read_bytes().decode("utf-8-sig"))
    yield from findings
    if record:
        yield record
