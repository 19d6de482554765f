"""Makes a synthetic archive of dispatches of any size, the same for the same seed.

    python benchmarks/synthetic.py FOLDER --records 10000 --csv --bad 100

writes below FOLDER

    authorities/         persons, organisations, places, files, topics, sources, log books
    dispatches.jsonl     one message a line
    dispatches.csv       the same messages, with --csv
    bad.tsv              with --bad: form, line, code and field of each finding to be expected

Records are written one by one, so memory does not grow with their number. Bad records come on top
of the good ones and no good record refers to one, so that each makes the findings of bad.tsv alone.
"""

from __future__ import annotations

import argparse
import csv
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

Json = dict[str, Any]

FIRST_DAY, LAST_DAY = date(1941, 12, 8), date(1945, 9, 2)
PERSONS, ORGANISATIONS, PLACES, FILES, TOPICS, LOGS = 200, 60, 40, 30, 20, 12
REGISTERS = range(1941, 1946)

#: Kinds of routing events in their order, how often each has an agent, a recipient and a time, and
#: whether stations or persons act in it.
ROUTE: tuple[tuple[str, float, float, float, str], ...] = (
    ("released", 0.9, 0.0, 0.15, "person"),
    ("transmitted", 0.9, 0.9, 0.1, "organisation"),
    ("relayed", 0.9, 0.5, 0.05, "organisation"),
    ("received", 0.5, 0.3, 0.3, "organisation"),
    ("decoded", 0.9, 0.0, 0.05, "person"),
    ("paraphrased", 0.9, 0.0, 0.0, "person"),
    ("routed", 0.8, 0.4, 0.0, "person"),
    ("delivered", 0.3, 1.0, 0.2, "person"),
    ("seen", 1.0, 0.0, 0.05, "person"),
)
WORDS = (
    "air", "convoy", "Soviet", "bases", "weather", "fuel", "landing", "strength", "request",
    "concerning", "following", "your", "message", "approval", "withheld", "pending",
    "conference", "at", "Moscow", "bombers", "northern", "route", "supply", "of", "spares",
    "Ålesund", "patrol", "Tromsø", "détachement", "shipping", "situation", "report", "for",
    "information", "only",
)  # fmt: skip
ODD = ('so-called "Plan B"', "C:\\FILES", "Ø2212Ø", "route A|B", "50 % — see below")


@dataclass(frozen=True)
class Size:
    """How many records, and whether each has every field (some 90 statements) or not (some 46)."""

    records: int
    full: bool = False

    def chance(self, rng: Random, share: float) -> bool:
        """Whether a thing that a share of the records has is there."""
        return rng.random() < share or (self.full and share > 0)


def authorities(rng: Random) -> Iterator[tuple[str, Json]]:
    """The records to which dispatches refer, each with its folder."""

    def record(word: str, id_: str, label: str, **more: str) -> Json:
        return {"record": word, "id": id_, "label": label, **more}

    for n in range(PLACES):
        yield "places", record("place", f"place-{n}", f"Place {n}")
    for n in range(ORGANISATIONS):
        place = f"place-{rng.randrange(PLACES)}"
        own = f"organisation-{n}"
        yield (
            "organisations",
            record("organisation", own, f"Station {n}", kind="station", place=place),
        )
    for n in range(PERSONS):
        style = rng.choice(("Lt.", "Capt.", "General", "Mr."))
        yield "persons", record("person", f"person-{n}", f"{style} {chr(65 + n % 26)}. Person {n}")
    for n in range(FILES):
        yield "files", record("file", f"file-{n}", f"File {n}", box=str(n))
    for n in range(TOPICS):
        yield "topics", record("concept", f"topic/subject-{n}", f"Subject {n}", scheme="topic")
    for year in REGISTERS:
        yield "sources", record("source", f"register-{year}", f"Register of dispatches, {year}")
    for n in range(LOGS):
        yield "logs", record("document", f"log-{n}", f"Log {n}", form="list", status="ghost")


def dispatches(size: Size, seed: int) -> Iterator[Json]:
    """The good messages, in the order of their dates."""
    rng = Random(seed)
    days = (LAST_DAY - FIRST_DAY).days
    for n in range(size.records):
        yield _dispatch(size, rng, n, FIRST_DAY + timedelta(days=n * days // size.records))


def _dispatch(size: Size, rng: Random, n: int, day: date) -> Json:
    sender = _agent(rng, "person" if rng.random() < 0.7 else "organisation")
    to = list(dict.fromkeys(_agent(rng, "person") for _ in range(1 + size.chance(rng, 0.3))))
    sent = max(FIRST_DAY, day - timedelta(days=rng.random() < 0.4))
    group = f"{sent.day:02}{_clock(rng)}" + "Z" * (rng.random() < 0.3)
    cited = [_evidence(rng, n, day) for _ in range(2)]
    record: Json = {
        "record": "message",
        "id": f"dispatch/{n}",
        "label": f"{sender} to {to[0]}, {group}, {day:%B %Y}",
        "sender": sender,
        "addressees": _one_or_list(to),
        "date": day.isoformat(),
        "group": group,
        "subject": _subject(rng),
    }
    if size.chance(rng, 0.4):
        scheme = "ncr" if rng.random() < 0.9 else "presidential"
        record["serials"] = [{"scheme": scheme, "number": str(rng.randrange(1, 10_000))}]
    if size.chance(rng, 0.2):
        record["filings"] = [_filing(size, rng, cited[0])]
    if relations := list(_relations(size, rng, n, cited[0])):
        record["relations"] = relations
    record["events"] = list(_events(size, rng, cited, day))
    return record


def _filing(size: Size, rng: Random, evidence: str) -> Json:
    number = rng.randrange(FILES)
    kind = rng.choice(("own-code", "original-filed", "cross-filed"))
    filing: Json = {"kind": kind, "target": f"file-{number}"}
    if size.chance(rng, 0.4):
        part = f" ({rng.randrange(1, 4)})" if rng.random() < 0.7 else ""
        words = rng.choice(("JAPAN", "U.K.-USSR", "AIR BASES"))
        filing["codes"] = f"MR {500 + number} {words}{part}"
    return filing | {"evidence": evidence}


def _relations(size: Size, rng: Random, n: int, evidence: str) -> Iterator[Json]:
    done: set[int] = set()
    for _ in range(1 + size.chance(rng, 0.15)):
        away = rng.randrange(1, 200)
        later = rng.random() < 0.15 or n - away < 0
        target = n + away if later else n - away
        if target in done or not 0 <= target < size.records:
            continue
        done.add(target)
        kind = "answered-by" if later else rng.choice(("answers", "refers-to"))
        yield {"kind": kind, "target": f"dispatch/{target}", "evidence": evidence}


def _events(size: Size, rng: Random, cited: Sequence[str], day: date) -> Iterator[Json]:
    count = rng.choices((3, 4, 5, 6), (45, 30, 15, 10) if size.full else (78, 15, 5, 2))[0]
    chosen = sorted(rng.sample(range(len(ROUTE)), count))
    copies = rng.random() < 0.08
    for place in chosen:
        kind, agent, recipient, time, acts = ROUTE[place]
        for copy in ("first-copy", "second-copy") if copies and kind == "delivered" else ("",):
            event: Json = {"kind": kind}
            if copy:
                event["id"] = copy
            if size.chance(rng, agent):
                event["agents"] = _agent(rng, acts)
            if size.chance(rng, recipient):
                event["recipients"] = _agent(rng, acts)
            if size.chance(rng, time):
                event["time"] = _time(rng, day)
            event["evidence"] = list(cited) if rng.random() < 0.05 else cited[rng.random() < 0.2]
            if event["evidence"] == [cited[0]] * 2:
                event["evidence"] = cited[0]
            yield event


def _agent(rng: Random, kind: str) -> str:
    return f"{kind}-{rng.randrange(PERSONS if kind == 'person' else ORGANISATIONS)}"


def _clock(rng: Random) -> str:
    return f"{rng.randrange(24):02}{rng.randrange(60):02}"


def _time(rng: Random, day: date) -> str:
    form = rng.random()
    if form < 0.6:
        return f"{day.day:02}{_clock(rng)}Z"
    return f"{_clock(rng)} EWT" if form < 0.85 else day.isoformat()


def _evidence(rng: Random, n: int, day: date) -> str:
    form = rng.random()
    if form < 0.55:
        return f"register-{day.year}"
    if form < 0.85:
        return f"register-{day.year}, entry {n}"
    line = rng.randrange(1, 5_000)
    return f"log-{rng.randrange(LOGS)}:{line}" + (f"-{line + 2}" if rng.random() < 0.5 else "")


def _subject(rng: Random) -> str:
    words = rng.choices(WORDS, k=rng.randrange(3, 9))
    if rng.random() < 0.05:
        words.append(rng.choice(ODD))
    return (words[0][:1].upper() + words[0][1:]) + " " + " ".join(words[1:])


def _one_or_list(values: list[str]) -> str | list[str]:
    return values[0] if len(values) == 1 else values


@dataclass(frozen=True)
class Fault:
    """One way to spoil a record: code and field of the finding, in JSON Lines and in CSV.

    A code of None says that the form cannot have the fault; `column` that in CSV the first row is
    to blame, once for all records.
    """

    name: str
    code: str
    field: str
    csv: str | None
    spoil: Callable[[Json], object]
    column: bool = False


def _event(name: str, value: str) -> Callable[[Json], object]:
    return lambda record: record["events"][0].update({name: value})


def _field(name: str, value: object) -> Callable[[Json], object]:
    return lambda record: record.update({name: value})


_EVENT = {"kind": "seen", "evidence": "register-1944"}
FAULTS = (
    Fault("unknown person", "KG131", "sender", "KG131", _field("sender", "person-9999")),
    Fault("unknown dispatch", "KG131", "relations.1.target", "KG131", lambda r: r.update(
        relations=[{"kind": "answers", "target": "dispatch/none", "evidence": "register-1944"}])),
    Fault("a place for a person", "KG132", "sender", "KG132", _field("sender", "place-1")),
    Fault("unknown field", "KG114", "colour", "KG114", _field("colour", "red"), column=True),
    Fault("impossible date", "KG121", "date", "KG121", lambda r: r.update(
        date="1944-02-30", group="102310Z FEB 1944", events=[_EVENT])),
    Fault("impossible time", "KG121", "events.1.time", "KG121", _event("time", "2560 EWT")),
    Fault("impossible group", "KG123", "group", "KG123", _field("group", "081560")),
    Fault("no label", "KG115", "", "KG115", lambda r: r.pop("label")),
    Fault("no evidence", "KG115", "events.1", "KG115", lambda r: r["events"][0].pop("evidence")),
    Fault("unknown code", "KG133", "events.1.kind", "KG133", _event("kind", "decodd")),
    Fault("same id", "KG113", "id", "KG113", _field("id", "dispatch/0")),
    Fault("two senders", "KG116", "sender", "KG116", _field("sender", ["person-1", "person-2"])),
    Fault("no number", "KG119", "events.1.hop", "KG119", _event("hop", "first")),
    Fault("no citation", "KG144", "events.1.evidence", "KG144", _event("evidence", "see: above")),
    Fault("unknown kind of record", "KG111", "record", "KG111", _field("record", "mesage")),
    Fault("no id", "KG112", "id", "KG112", _field("id", "Dispatch No. 1")),
    Fault("two things of one name", "KG142", "events.2", "KG142", lambda r: r.update(
        events=[_EVENT, _EVENT])),
    Fault("a list in a list", "KG117", "addressees.1", None, _field("addressees", [["person-1"]])),
    Fault("empty value", "KG118", "subject", None, _field("subject", "")),
    Fault("cut short", "KG102", "", "KG107", lambda r: None),
)  # fmt: skip


class Writer:
    """Writes records as JSON Lines and, if wanted, the same ones as CSV, and lists the bad ones."""

    LISTS = (
        ("serials", 1, ("scheme", "number")),
        ("filings", 1, ("kind", "target", "codes", "evidence")),
        ("relations", 2, ("kind", "target", "evidence")),
        ("events", 7, ("kind", "id", "hop", "agents", "recipients", "time", "evidence")),
    )

    def __init__(self, folder: Path, with_csv: bool, bad: bool) -> None:
        self.jsonl = (folder / "dispatches.jsonl").open("w", encoding="utf-8", newline="\n")
        self.csv = None
        self.bad = (folder / "bad.tsv").open("w", encoding="utf-8", newline="\n") if bad else None
        plain = ("record", "id", "label", "sender", "addressees", "date", "group", "subject")
        self.columns: list[tuple[str, int, str]] = [(name, 0, "") for name in plain]
        self.columns += [("colour", 0, "")] * bad
        for name, most, fields in self.LISTS:
            self.columns += [(name, n, field) for n in range(most) for field in fields]
        if with_csv:
            self.csv = (folder / "dispatches.csv").open("w", encoding="utf-8", newline="")
            self.rows = csv.writer(self.csv, lineterminator="\n")
            self.rows.writerow(
                f"{name}.{n + 1}.{field}" if field else name for name, n, field in self.columns
            )
        self.number = 0
        self.blamed: set[Fault] = set()

    def write(self, record: Json, fault: Fault | None = None) -> None:
        """Writes one record, and where it is bad the findings that it must make."""
        self.number += 1
        line = json.dumps(record, ensure_ascii=False)
        cut = fault is not None and fault.name == "cut short"
        self.jsonl.write((line[:-20] if cut else line) + "\n")
        if self.csv and not (fault and fault.csv is None):
            row = [self._cell(record, *column) for column in self.columns]
            self.rows.writerow(row[:-3] if cut else row)
        elif self.csv:
            # Keeps the numbers of lines in step: an empty row is passed over.
            self.csv.write("\n")
        if fault and self.bad:
            forms = [("jsonl", self.number, fault.code)]
            if self.csv and fault.csv and fault not in self.blamed:
                forms.append(("csv", 1 if fault.column else self.number + 1, fault.csv))
            self.blamed |= {fault} if fault.column else set()
            for form, number, code in forms:
                self.bad.write(f"{form}\t{number}\t{code}\t{fault.field}\t{fault.name}\n")

    @staticmethod
    def _cell(record: Json, name: str, place: int, field: str) -> str:
        value = record.get(name, "")
        if field:
            value = value[place].get(field, "") if place < len(value) else ""
        values = value if isinstance(value, list) else [value]
        return "|".join(each.replace("|", "\\|") for each in values)

    def close(self) -> None:
        """Closes the files."""
        for file in (self.jsonl, self.csv, self.bad):
            if file:
                file.close()


def make(folder: Path, size: Size, seed: int, *, with_csv: bool, bad: int = 0, yaml: bool = True) -> None:
    """Writes a whole archive.

    Parameters: `with_csv` writes the dispatches a second time as CSV; `bad` is the number of bad
    records, spread evenly; `yaml` makes each authority a YAML file, otherwise all but topics stand
    in one file of JSON Lines.
    """
    for below, record in authorities(Random(seed)):
        name = "/".join(["authorities", below, record["id"].rpartition("/")[2] + ".yaml"])
        # The codes of concepts must be known before bulk is read, so they are always YAML.
        in_yaml = yaml or record["record"] == "concept"
        path = folder / (name if in_yaml else "authorities/all.jsonl")
        path.parent.mkdir(parents=True, exist_ok=True)
        if in_yaml:
            lines = (f"{key}: {json.dumps(value)}\n" for key, value in record.items())
            path.write_text("".join(lines), encoding="utf-8")
        else:
            with path.open("a", encoding="utf-8") as stream:
                stream.write(json.dumps(record) + "\n")
    writer = Writer(folder, with_csv, bool(bad))
    done = 0
    spare = dispatches(Size(max(bad, 1), full=True), seed + 1)
    for n, record in enumerate(dispatches(size, seed), 1):
        writer.write(record)
        while done < bad * n // size.records:
            fault = FAULTS[done % len(FAULTS)]
            spoilt = next(spare) | {"id": f"dispatch/bad-{done}"}
            spoilt.pop("relations", None)
            fault.spoil(spoilt)
            writer.write(spoilt, fault)
            done += 1
    writer.close()


def main() -> None:
    """Reads the arguments and makes an archive."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path, help="a new or empty folder to write to")
    parser.add_argument("--records", type=int, default=10_000, help="good dispatches")
    parser.add_argument("--bad", type=int, default=0, help="bad dispatches on top of the good ones")
    parser.add_argument("--csv", action="store_true", help="write the dispatches as CSV too")
    parser.add_argument("--full", action="store_true", help="every field in every record")
    parser.add_argument("--seed", type=int, default=1944)
    parser.add_argument(
        "--authorities", choices=["yaml", "jsonl"], default="yaml", help="the form of authorities"
    )
    given = parser.parse_args()
    if given.folder.exists() and any(given.folder.iterdir()):
        parser.error(f"{given.folder} is not empty")
    make(
        given.folder,
        Size(given.records, given.full),
        given.seed,
        with_csv=given.csv,
        bad=given.bad,
        yaml=given.authorities == "yaml",
    )


if __name__ == "__main__":
    main()
