"""An archive: the record files of some folders, read, checked against each other and converted."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from kg.convert import Converter, State, pending_place
from kg.dates import Zone
from kg.errors import Finding
from kg.ids import Ids, Missing
from kg.iris import DEFAULT_BASE, RESERVED, is_id, slug
from kg.ontology import RDFS_LABEL, SKOS_CONCEPT, SKOS_SCHEME, Ontology, RecordClass
from kg.records.model import MAX_DEPTH, Record, Value, printable
from kg.records.read import YAML_SUFFIXES, read_records, record_files
from kg.suggest import did_you_mean
from kg.transcripts import Extent, NotFound

_ID_LINE = re.compile(r"^id:\s*['\"]?([a-z0-9./-]+)", re.MULTILINE)
#: For how many references that lead nowhere the nearest id is looked for.
_SUGGESTIONS = 200
_GROUP = re.compile(r"[0-9]{6}")

#: What became of one record: the file it stands in, and its statements, a line of N-Triples each.
Sink = Callable[[str, str], None]
#: A thing or field and where it stands: subject, property or "", file, line, column.
Trace = Callable[[str, str, str, int, int], None]


@dataclass
class Outcome:
    """What a conversion did: how many records of each kind, how many statements, what was wrong."""

    records: dict[str, int] = field(default_factory=dict)
    statements: int = 0
    findings: list[Finding] = field(default_factory=list)

    @property
    def errors(self) -> list[Finding]:
        """The findings that forbid to write anything."""
        return [finding for finding in self.findings if finding.severity == "error"]


class Archive:
    """The records of files and folders, to be converted in the order of their paths.

    YAML records, which people write, are read at once and held; bulk forms are streamed.
    """

    def __init__(self, paths: Sequence[Path], ontology: Ontology, base: str = DEFAULT_BASE) -> None:
        self.ontology = ontology
        self.base = base
        self.files = record_files(paths)
        self._folders = sorted({path for path in paths if path.is_dir()})
        self._roots = {path: root for root, path, _ in self.files}
        self._shown = {shown: path for _, path, shown in self.files}
        self._start()

    def _start(self) -> None:
        self.ids = Ids()
        self._held: dict[Path, list[Record | Finding]] = {}
        self._extents: dict[str, Extent] = {}
        self._concepts: dict[str, dict[str, str]] = {}
        self._groups: set[str] = set()
        self._zones: list[Zone] = []
        self._clashes: list[Finding] = []
        self._suggested = 0
        # Ids of records that are themselves wrong, so that nothing more is said of references to them.
        self._doubtful: set[str] = set()

    def inputs(self) -> list[tuple[Path, str]]:
        """Every file whose bytes decide the outcome, with its path below its records folder.

        These are the records, in their order, and the text files that they may name as transcripts.
        """
        found = [(path, path.relative_to(root).as_posix()) for root, path, _ in self.files]
        for root in sorted({root for root, _, _ in self.files}):
            # Beside a file that was given alone there may be anything, so only its own folder counts.
            texts = root.rglob("*.txt") if root in self._folders else root.glob("*.txt")
            found += [(p, p.relative_to(root).as_posix()) for p in sorted(texts) if p.is_file()]
        return found

    def convert(self, sink: Sink, trace: Trace | None = None) -> Outcome:
        """Converts every record, and gives all findings of the run.

        Parameters: `sink` is called for each record without errors, in order; `trace` for each
        thing and field of a YAML record, and each bulk record. Whoever calls must throw away what
        the sink got where the outcome has errors.
        """
        outcome = Outcome()
        self._start()
        self._hold()
        converter = Converter(
            self.ontology,
            self.ids,
            self.base,
            self._concepts,
            self._extents,
            frozenset(self._groups),
            self._all_zones(),
            self._doubtful,
        )
        outcome.findings.extend(self._clashes)
        for _, path, shown in self.files:
            for record in self._held.pop(path, None) or read_records(path, shown):
                if isinstance(record, Finding):
                    outcome.findings.append(record)
                    continue
                wrong = list(self._head(record))
                outcome.findings.extend(wrong)
                if not wrong:
                    self._convert_one(converter, record, path, sink, trace, outcome)
        outcome.findings.extend(self._located([*self._duplicates(), *self._missing()]))
        self.ids.close()
        outcome.findings = sorted(set(outcome.findings))
        return outcome

    # Before the conversion

    def _hold(self) -> None:
        for _, path, shown in self.files:
            if path.suffix.lower() not in YAML_SUFFIXES:
                continue
            held = self._held[path] = list(read_records(path, shown))
            for record in held:
                if isinstance(record, Finding):
                    self._doubtful.update(_id_of(path))
                elif not list(self._head(record)):
                    self._introduce(record, path)
                elif isinstance(record.data.get("id"), str):
                    self._doubtful.add(record.data["id"])

    def _head(self, record: Record) -> Iterator[Finding]:
        """What is wrong with the two fields without which a record cannot be read at all."""
        kinds = self.ontology.records
        kind, id_ = record.data.get("record"), record.data.get("id")
        if type(kind) is not str or kind not in kinds:
            choice = ", ".join(sorted(kinds))
            message = f"`record` must say what this is: {choice}"
            if isinstance(kind, str) and kind:
                message = f"no kind of record is `{kind}`{did_you_mean(kind, kinds)} ({choice})"
            yield record.finding("KG111", ("record",), message)
        elif record.bulk and kinds[kind].iri == SKOS_CONCEPT:
            message = "a concept is written in YAML, as its code must be known before bulk is read"
            yield record.finding("KG111", ("record",), message)
        elif type(id_) is not str or not is_id(id_):
            message = "a record must have an `id`, such as my-folder/d20"
            if isinstance(id_, str) and id_:
                near = "/".join(filter(None, map(slug, id_.split("/"))))
                near = near if is_id(near) else "my-folder/d20"
                message = f"`{id_}` is no id: small letters, figures, `-` and `/`, such as `{near}`"
                if id_.partition("/")[0] in RESERVED:
                    word = f"the word `{id_.partition('/')[0]}` before `/` is taken; begin with another"
                    message = f"`{id_}` is no id: {word}"
            yield record.finding("KG112", ("id",), message)

    def _introduce(self, record: Record, path: Path) -> None:
        """Takes from a record what others may need before it is converted: its id, lines, code, zone."""
        class_ = self.ontology.records[record.data["record"]]
        id_ = record.data["id"]
        if id_ not in self.ids.known:
            self.ids.known[id_] = class_.iri
        for prop in class_.fields.values():
            value = record.data.get(prop.field or "")
            text = value.get("value") if isinstance(value, dict) else value
            if type(text) is not str:
                continue
            if prop.reading == "extent":
                try:
                    self._extents[id_] = self._extent(path, text)
                except NotFound:  # reported when the field is read
                    self._doubtful.add(id_)
            elif prop.ranges == (SKOS_SCHEME,) and class_.iri == SKOS_CONCEPT:
                self._add_code(record, text)
            elif prop.role == "zone-offset":
                self._add_zone(record, class_, text)
        self._groups.update(_groups(record.data))

    def _all_zones(self) -> tuple[Zone, ...]:
        """The zones of records and of the ontology; where records assume any, those alone are assumed."""
        shipped = self.ontology.zones
        if any(zone.assumed for zone in self._zones):
            shipped = tuple(replace(zone, assumed=False) for zone in shipped)
        return (*self._zones, *shipped)

    def _add_code(self, record: Record, prefix: str) -> None:
        id_ = record.data["id"]
        code = id_.rpartition("/")[2]
        scheme = next((s for s in self.ontology.schemes.values() if s.prefix == prefix), None)
        if scheme is None:
            return  # reported when the field is read
        own = self._concepts.setdefault(scheme.iri, {})
        if code in scheme.codes:
            message = f"`{code}` is already a code of `{prefix}`; use it, or give another"
            self._clashes.append(record.finding("KG113", ("id",), message))
        elif own.get(code, id_) != id_:
            message = f"`{code}` is already the code of `{own[code]}` in `{prefix}`; give another"
            self._clashes.append(record.finding("KG113", ("id",), message))
            own[id_] = id_
        else:
            own[code] = id_

    def _add_zone(self, record: Record, class_: RecordClass, offset: str) -> None:
        if not re.fullmatch(r"[+-]?[0-9]{1,4}", offset):
            return  # reported when the field is read
        code = record.data["id"].rpartition("/")[2]
        by_iri = {p.iri: name for name, p in class_.fields.items()}
        by_role = {p.role: name for name, p in class_.fields.items()}
        label = record.data.get(by_iri.get(RDFS_LABEL, ""))
        assumed = str(record.data.get(by_role.get("zone-assumed", ""))).lower() in ("true", "1")
        names = (label, code.upper()) if isinstance(label, str) else (code.upper(),)
        for zone in self.ontology.zones:
            if zone.code == code:
                return  # said of the id
            if isinstance(label, str) and label.lower() in (zone.code, *map(str.lower, zone.names)):
                message = f"`{label}` is already a name of the zone `{zone.code}`; give another"
                self._clashes.append(record.finding("KG113", (by_iri[RDFS_LABEL],), message))
        self._zones.append(Zone(code, int(offset), assumed, names))

    def _extent(self, path: Path, text: str) -> Extent:
        return Extent.from_text(text, path.parent, self._roots[path])

    # The conversion

    def _convert_one(
        self,
        converter: Converter,
        record: Record,
        path: Path,
        sink: Sink,
        trace: Trace | None,
        outcome: Outcome,
    ) -> None:
        try:
            state = converter.convert(record, lambda text: self._extent(path, text))
        except RecursionError:
            outcome.findings.append(record.finding("KG102", (), f"nested deeper than {MAX_DEPTH}"))
            return
        kind = record.data["record"]
        outcome.records[kind] = outcome.records.get(kind, 0) + 1
        text = "".join(state.out)
        outcome.statements += text.count("\n")
        self._declare(record, state)
        for code, steps, message, at_key in state.problems:
            outcome.findings.append(record.finding(code, steps, message, key=at_key))
        for written, full, classes, steps in state.pending:
            self.ids.refer(full, written, classes, pending_place(record, steps))
        sink(record.file, text)
        if trace:
            self._trace(record, state, trace)

    def _declare(self, record: Record, state: State) -> None:
        class_ = self.ontology.records[record.data["record"]]
        self.ids.declare(state.id, class_.iri, record.file, record.line)
        cut = len(self.base)
        # In bulk only what was given an id of its own can be meant to be referred to from elsewhere.
        for iri in state.given if record.bulk else state.names:
            if iri[cut:] != state.id and iri not in state.seen:
                self.ids.declare(iri[cut:], state.names[iri], record.file, record.line)

    def _trace(self, record: Record, state: State, trace: Trace) -> None:
        if state.trace is None:
            trace(self.base + state.id, "", record.file, record.line, 1)
            return
        for subject, predicate, steps in state.trace:
            trace(subject, predicate, record.file, *record.locate(steps, True))

    # After the conversion

    def _duplicates(self) -> Iterator[Finding]:
        for id_, class_, places in self.ids.duplicates():
            if not self.ontology.classes[class_].record:
                continue  # a thing inside a record whose own id is there twice
            (file, line), *others = places
            for other, number in others:
                message = f"`{id_}` is already the id of the record in {file}:{line}; give another"
                yield Finding(other, number, 0, "KG113", "id", message)

    def _missing(self) -> Iterator[Finding]:
        for missing in self.ids.missing():
            if missing.full in self._doubtful:
                continue
            if missing.found:
                message = self.ontology.wrong_class(missing.written, missing.found, missing.classes)
                yield self._placed(missing, "KG132", message)
                continue
            yield self._placed(missing, "KG131", self._no_record(missing))

    def _no_record(self, missing: Missing) -> str:
        """The message for a reference that leads nowhere."""
        written, full = missing.written, missing.full
        if written.startswith("/"):
            hint = self._nearest(full, missing.classes).replace("`", "`/", 1)
            return f"no record `{written}`{hint}"
        inside = full.removesuffix(written) if full != written and "/" in written else ""
        if inside:
            names = [name.removeprefix(inside) for name in self.ids.inside(inside)]
            return f"no `{written}` in this record{did_you_mean(written, names)}"
        if full != written and self.ids.class_of(written) in missing.classes:
            return f"no record `{full}`; did you mean `/{written}`?"
        return f"no record `{written}`{self._nearest(written, missing.classes)}"

    def _nearest(self, written: str, classes: tuple[str, ...]) -> str:
        """A suggestion, for the first findings of a run: to look through all ids takes its time."""
        self._suggested += 1
        return self.ids.nearest(written, classes) if self._suggested <= _SUGGESTIONS else ""

    @staticmethod
    def _placed(missing: Missing, code: str, message: str) -> Finding:
        place = missing.place
        return Finding(place.file, place.line, place.column, code, place.field, printable(message))

    def _located(self, findings: Iterable[Finding]) -> Iterator[Finding]:
        """The findings with their columns, for which each file that lacks some is read once more."""
        wanted: dict[str, dict[int, list[Finding]]] = {}
        for finding in findings:
            if finding.column:
                yield finding
            else:
                wanted.setdefault(finding.file, {}).setdefault(finding.line, []).append(finding)
        for file, lines in wanted.items():
            for record in read_records(self._shown[file], file):
                if not isinstance(record, Record):
                    continue
                for finding in lines.pop(record.line, ()):
                    line, column = record.locate(_steps(finding.field, record.data), False)
                    yield replace(finding, line=line, column=column)


def _id_of(path: Path) -> set[str]:
    """The id in a file that is no record as it stands, as far as it can be told."""
    try:
        text = path.read_bytes().decode("utf-8", "replace")
    except OSError:
        return set()
    return set(_ID_LINE.findall(text))


def _steps(field: str, data: Value) -> tuple[str | int, ...]:
    """The steps that a dotted field stands for in a record."""
    steps: list[str | int] = []
    node: Any = data
    for part in field.split("."):
        step: str | int = int(part) - 1 if isinstance(node, list) else part
        steps.append(step)
        try:
            node = node[step]
        except (KeyError, IndexError, TypeError):
            break
    return tuple(steps)


def _groups(value: Value) -> Iterator[str]:
    """Every text of a record that looks like a date-time group."""
    if isinstance(value, str):
        if len(value) in (6, 7) and _GROUP.match(value):
            yield value[:6]
    elif isinstance(value, (dict, list)):
        for below in value.values() if isinstance(value, dict) else value:
            yield from _groups(below)
