"""What is known and gathered while one record is converted."""

from __future__ import annotations

from collections.abc import Callable

from kg.ids import Place
from kg.readings import Situation
from kg.records.model import Record, Steps, Value, dotted

#: Code, steps to the value, message, and whether it is the field's name that is wrong.
Problem = tuple[str, Steps, str, bool]
#: Writes the statements of one value: state, IRI of the subject, value, steps to the value.
Emit = Callable[["State", str, Value, Steps], None]


class State:
    """The record's id and situation, and what its conversion has brought so far.

    `out` are the statements; `problems` what is wrong; `names` the IRIs of all things of the record
    with their classes; `given` those whose name was given by an `id`; `seen` the passages that have
    been written; `dateless` is true where the record's own date cannot be read; `pending` has the
    references that only the whole archive can judge; `trace`, for records that people write, says
    where each thing and field stands.
    """

    __slots__ = (
        "bulk", "dateless", "given", "id", "names", "out", "pending", "problems", "scope", "seen",
        "situation", "trace",
    )  # fmt: skip

    def __init__(self, record_id: str, situation: Situation, seen: set[str], bulk: bool) -> None:
        self.id = record_id
        # In bulk, what a short name means could be known only when all has been read.
        self.scope = "" if bulk else record_id.rpartition("/")[0]
        self.situation = situation
        self.bulk = bulk
        self.dateless = False
        self.out: list[str] = []
        self.problems: list[Problem] = []
        self.names: dict[str, str] = {}
        self.given: list[str] = []
        self.seen = seen
        self.pending: list[tuple[str, str, tuple[str, ...], Steps]] = []
        self.trace: list[tuple[str, str, Steps]] | None = None if bulk else []

    def problem(self, code: str, steps: Steps, message: str, *, at_key: bool = False) -> None:
        """Notes that something is wrong with the value to which the steps lead."""
        self.problems.append((code, steps, message, at_key))


def pending_place(record: Record, steps: Steps) -> Place:
    """Where a reference stands that cannot be judged yet; bulk forms are located only if it fails."""
    if record.bulk:
        return Place(record.file, record.line, 0, dotted(steps))
    line, column = record.locate(steps, False)
    return Place(record.file, line, column, record.field(steps))
