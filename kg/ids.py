"""All ids of an archive: who has them, and whether every reference leads to one of the right class.

The ids of YAML records and the classes they belong to are known from the start. Those of bulk forms,
of which there may be millions, are kept in a temporary database on disk and checked at the end, so
that memory does not grow with the number of records.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kg.suggest import did_you_mean

_BATCH = 5_000
#: How many ids are looked through for the nearest to a wrong one.
_NEAREST_AMONG = 20_000


@dataclass(frozen=True, slots=True)
class Place:
    """Where an id or reference stands; `column` is 0 where it was not worth finding out yet."""

    file: str
    line: int
    column: int
    field: str


@dataclass(frozen=True, slots=True)
class Missing:
    """A reference that leads nowhere, or to a thing of the wrong class (`found`)."""

    written: str
    full: str
    classes: tuple[str, ...]
    found: str | None
    place: Place


class Ids:
    """The ids declared and referred to in one run; `known` maps ids of YAML records to class IRIs."""

    def __init__(self) -> None:
        self.known: dict[str, str] = {}
        self._db = sqlite3.connect("")
        self._db.executescript(
            """
            PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -16000;
            CREATE TABLE declared (id TEXT, class TEXT, file TEXT, line INTEGER);
            CREATE TABLE referred
              (id TEXT, written TEXT, classes TEXT, file TEXT, line INTEGER, col INTEGER, field TEXT);
            """
        )
        self._declared: list[tuple[str, str, str, int]] = []
        self._referred: list[tuple[str, str, str, str, int, int, str]] = []

    def declare(self, id_: str, class_: str, file: str, line: int) -> None:
        """Says that a thing of the class has the id."""
        self._declared.append((id_, class_, file, line))
        if len(self._declared) >= _BATCH:
            self._flush()

    def refer(self, id_: str, written: str, classes: Sequence[str], place: Place) -> None:
        """Says that a value refers to the id and wants a thing of one of the classes."""
        self._referred.append(
            (id_, written, " ".join(classes), place.file, place.line, place.column, place.field)
        )
        if len(self._referred) >= _BATCH:
            self._flush()

    def _flush(self) -> None:
        self._db.executemany("INSERT INTO declared VALUES (?, ?, ?, ?)", self._declared)
        self._db.executemany("INSERT INTO referred VALUES (?, ?, ?, ?, ?, ?, ?)", self._referred)
        self._declared.clear()
        self._referred.clear()

    def duplicates(self) -> Iterator[tuple[str, str, list[tuple[str, int]]]]:
        """Each id that is declared more than once, its class, and the files and lines that declare it."""
        self._flush()
        self._db.execute("CREATE INDEX IF NOT EXISTS by_id ON declared (id)")
        rows = self._db.execute(
            "SELECT id, class, file, line FROM declared WHERE id IN "
            "(SELECT id FROM declared GROUP BY id HAVING count(*) > 1) ORDER BY id, file, line"
        )
        found: dict[str, tuple[str, list[tuple[str, int]]]] = {}
        for id_, class_, file, line in rows:
            found.setdefault(id_, (class_, []))[1].append((file, line))
        yield from ((id_, class_, places) for id_, (class_, places) in found.items())

    def missing(self) -> Iterator[Missing]:
        """Each reference that no declared id answers with one of its classes."""
        self._flush()
        self._db.execute("CREATE INDEX IF NOT EXISTS by_id ON declared (id)")
        rows = self._db.execute(
            "SELECT r.written, r.id, r.classes, r.file, r.line, r.col, r.field, d.class "
            "FROM referred r LEFT JOIN declared d ON d.id = r.id "
            "ORDER BY r.file, r.line, r.col, r.field"
        )
        for written, full, classes, file, line, column, field, found in rows:
            wanted = tuple(classes.split(" "))
            if found not in wanted:
                yield Missing(written, full, wanted, found, Place(file, line, column, field))

    def nearest(self, written: str, classes: Sequence[str]) -> str:
        """A clause `; did you mean …?` with the id most like the written one, if there is one."""
        marks = ",".join("?" * len(classes))
        rows = self._db.execute(
            f"SELECT id FROM declared WHERE class IN ({marks}) LIMIT {_NEAREST_AMONG}",
            tuple(classes),
        )
        pool = {row[0] for row in rows} | {i for i, c in self.known.items() if c in classes}
        # Within a folder people write the last part alone, so that is what is compared.
        short = {i.rsplit("/", 1)[-1] if "/" not in written else i: i for i in sorted(pool)}
        return did_you_mean(written, short)

    def inside(self, start: str) -> list[str]:
        """The declared ids that begin with a text."""
        rows = self._db.execute(
            "SELECT id FROM declared WHERE id >= ? AND id < ?", (start, start + "\U0010ffff")
        )
        return [row[0] for row in rows]

    def class_of(self, id_: str) -> str | None:
        """The class of a declared id, or None."""
        self._flush()
        row = self._db.execute("SELECT class FROM declared WHERE id = ? LIMIT 1", (id_,)).fetchone()
        return row[0] if row else None

    def close(self) -> None:
        """Gives back the temporary database."""
        self._db.close()
