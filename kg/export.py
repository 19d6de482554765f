"""Conversion to a file or to standard output, all or nothing."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import IO

from kg.archive import Archive, Outcome
from kg.errors import DataError
from kg.formats import aside, write


def export(
    archive: Archive,
    target: Path | IO[bytes],
    form: str,
    graph: str | None = None,
    progress: Callable[[], None] = lambda: None,
) -> Outcome:
    """Converts an archive into one file of RDF.

    Parameters: `target` is a path, written aside and renamed, or an open binary stream, to which
    nothing goes before all records have been read; `progress` is called for each record. Raises
    DataError, with all findings, where one is an error; then nothing is written.
    """
    if isinstance(target, Path):
        with aside(target) as path:
            if form == "ntriples":
                return _statements(archive, path, progress)
            with path.open("wb") as stream:
                return export(archive, stream, form, graph, progress)
    with tempfile.TemporaryDirectory(prefix="kg-") as folder:
        path = Path(folder) / "statements.nt"
        outcome = _statements(archive, path, progress)
        write(path, target, form, archive.ontology.prefixes, graph)
        return outcome


def _statements(archive: Archive, path: Path, progress: Callable[[], None]) -> Outcome:
    with path.open("w", encoding="utf-8", newline="\n", buffering=1 << 20) as lines:

        def sink(file: str, statements: str) -> None:
            lines.write(statements)
            progress()

        outcome = archive.convert(sink)
    if outcome.errors:
        raise DataError(outcome.findings)
    return outcome
