"""Two peers of `kg convert` that make the same statements from the same dispatches.

    python benchmarks/peers.py writer DISPATCHES.jsonl OUT.nt    strings written by hand
    python benchmarks/peers.py rdflib DISPATCHES.jsonl OUT.nt    an rdflib.Graph, serialised

They know the shape of the synthetic archive by heart, read no ontology and check nothing.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

Json = dict[str, Any]

BASE = "https://w3id.org/maproom/"
PREFIXES = {
    "mr": f"{BASE}ontology#",
    "edtf": "http://id.loc.gov/datatypes/edtf/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
MR, XSD = PREFIXES["mr"], PREFIXES["xsd"]
TYPE = f"<{PREFIXES['rdf']}type>"
LABEL = f"<{PREFIXES['rdfs']}label>"

_NOT_SLUG = re.compile("[^a-z0-9]+")
_CODE = re.compile(r"(MR) ([0-9]{3}) ([^(]*[^( ])(?: \(([0-9]+)\))?")
_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r"})


def slug(text: str) -> str:
    """The text as a part of an address."""
    return _NOT_SLUG.sub("-", text.lower()).strip("-")


def each(value: str | list[str] | None) -> list[str]:
    """The values of a field that may hold none, one or several."""
    return value if isinstance(value, list) else [value] if value else []


@lru_cache(1 << 12)
def read_time(text: str, day: str) -> tuple[tuple[str, str, str], ...]:
    """What a date, date-time group or clock time with EWT says: property, value, type of value."""
    if text[4] == "-":
        return (
            ("edtf", text, "edtf:EDTF"),
            ("earliest", f"{text}T00:00:00Z", "xsd:dateTime"),
            ("latest", f"{text}T23:59:59Z", "xsd:dateTime"),
        )
    group: tuple[tuple[str, str, str], ...] = ()
    zone, inference = "gct", ""
    if text.endswith("EWT"):
        zone, inference = "ewt", "day not stated: taken from the document's date"
        local = datetime.fromisoformat(f"{day} {text[:2]}:{text[2:4]}")
        at = f"{(local + timedelta(hours=4)).isoformat()}Z"
    else:
        on, group = _nearest(text[:2], day), (("group", text[:6], ""),)
        at = f"{on}T{text[2:4]}:{text[4:6]}:00Z"
        if on[:7] != day[:7]:
            inference = f"month not stated: {on} is nearest to the document's date"
    return (
        *group,
        ("earliest", at, "xsd:dateTime"),
        ("latest", at, "xsd:dateTime"),
        ("zone", f"scheme/zone#{zone}", ""),
        *((("inference", inference, ""),) if inference else ()),
    )


def _nearest(number: str, day: str) -> str:
    """The date with that number in its month that is nearest to another date."""
    if abs(int(number) - int(day[8:])) < 14:
        return day[:8] + number
    to = date.fromisoformat(day)
    days = (to + timedelta(days=away) for away in range(-31, 32))
    on = min((d for d in days if d.day == int(number)), key=lambda d: (abs((d - to).days), d))
    return on.isoformat()


@lru_cache(1 << 12)
def cite(text: str) -> tuple[str, Json | None]:
    """The path of what is cited and, where that is a passage, what is said of it."""
    source, comma, locator = text.partition(", ")
    if comma:
        said = {"document": source, "locator": locator}
        return f"{source}/at/{slug(locator)}", said
    document, colon, lines = text.partition(":")
    if not colon:
        return text, None
    first, _, last = lines.partition("-")
    said = {"document": document, "first": first, "last": last or first}
    return f"{document}/lines/{lines}", said


def things(record: Json) -> Iterator[tuple[str, str, Json]]:
    """The events, relations, filings and serials of a record: property, path, data."""
    for link, kind in (("event", "event"), ("relation", "relation"), ("filing", "relation")):
        for data in record.get(f"{link}s", ()):
            name = data["kind"] if link == "event" else f"{data['kind']}-{slug(data['target'])}"
            yield link, f"{record['id']}/{kind}/{data.get('id', name)}", data
    for data in record.get("serials", ()):
        yield "serial", f"{record['id']}/serial/{data['scheme']}-{data['number']}", data


# By hand


@lru_cache(1 << 12)
def _time_lines(text: str, day: str) -> tuple[str, ...]:
    found = [f"> {TYPE} <{MR}TimeSpan> .\n"]
    for name, value, type_ in read_time(text, day):
        term = f'"{value}"'
        if name == "zone":
            term = f"<{BASE}{value}>"
        elif type_:
            prefix, _, local = type_.partition(":")
            term += f"^^<{PREFIXES[prefix]}{local}>"
        found.append(f"> <{MR}{name}> {term} .\n")
    return tuple(found)


def _string(text: str) -> str:
    return f'"{text.translate(_ESCAPES) if chr(34) in text or chr(92) in text else text}"'


def written(record: Json) -> str:
    """The statements of one record as lines of N-Triples."""
    s, day = f"<{BASE}{record['id']}", record["date"]
    out = [
        f"{s}> {TYPE} <{MR}Message> .\n{s}> {LABEL} {_string(record['label'])} .\n"
        f"{s}> <{MR}sender> <{BASE}{record['sender']}> .\n"
        f"{s}> <{MR}subject> {_string(record['subject'])} .\n"
    ]
    out += [f"{s}> <{MR}addressee> <{BASE}{to}> .\n" for to in each(record["addressees"])]
    seen: set[str] = set()

    def time(above: str, link: str, field: str, text: str) -> None:
        node = f"{above}/{field}"
        out.append(f"{above}> <{MR}{link}> {node}> .\n")
        out.append(node + node.join(_time_lines(text, day)))

    def evidence(above: str, texts: str | list[str]) -> None:
        for text in each(texts):
            path, said = cite(text)
            node = f"<{BASE}{path}"
            out.append(f"{above}> <{MR}evidence> {node}> .\n")
            if said and path not in seen:
                seen.add(path)
                out.append(f"{node}> {TYPE} <{MR}Passage> .\n")
                out.append(f"{node}> <{MR}inDocument> <{BASE}{said['document']}> .\n")
                if "locator" in said:
                    out.append(f"{node}> <{MR}locator> {_string(said['locator'])} .\n")
                else:
                    number = f"^^<{XSD}integer> .\n"
                    out.append(
                        f'{node}> <{MR}firstLine> "{said["first"]}"{number}'
                        f'{node}> <{MR}lastLine> "{said["last"]}"{number}'
                    )

    time(s, "dated", "date", day)
    time(s, "dateTimeGroup", "group", record["group"])
    for link, path, data in things(record):
        n = f"<{BASE}{path}"
        out.append(f"{s}> <{MR}{link}> {n}> .\n")
        if link == "serial":
            out.append(
                f"{n}> {TYPE} <{MR}Serial> .\n"
                f"{n}> <{MR}serialScheme> <{BASE}scheme/serial-scheme#{data['scheme']}> .\n"
                f"{n}> <{MR}serialNumber> {_string(data['number'])} .\n"
            )
            continue
        if link == "event":
            out.append(
                f"{n}> {TYPE} <{MR}Event> .\n{n}> <{MR}kind> <{BASE}scheme/event-kind#{data['kind']}> .\n"
            )
            for agent in each(data.get("agents")):
                out.append(f"{n}> <{MR}agent> <{BASE}{agent}> .\n")
            for recipient in each(data.get("recipients")):
                out.append(f"{n}> <{MR}recipient> <{BASE}{recipient}> .\n")
            if "time" in data:
                time(n, "time", "time", data["time"])
        else:
            out.append(
                f"{n}> {TYPE} <{MR}Relation> .\n"
                f"{n}> <{MR}kind> <{BASE}scheme/relation#{data['kind']}> .\n"
                f"{n}> <{MR}target> <{BASE}{data['target']}> .\n"
            )
            if code := data.get("codes"):
                c = f"{n}/file-code/{slug(code)}"
                out.append(f"{n}> <{MR}fileCode> {c}> .\n{c}> {TYPE} <{MR}FileCode> .\n")
                for name, part in code_parts(code).items():
                    out.append(f"{c}> <{MR}{name}> {_string(part)} .\n")
        evidence(n, data["evidence"])
    return "".join(out)


def code_parts(code: str) -> dict[str, str]:
    """The parts of a file code by the names of their properties."""
    names = ("codeSeries", "codeClass", "codeSubject", "codePart")
    match = _CODE.fullmatch(code)
    parts = zip(names, match.groups() if match else (), strict=True)
    return {"asWritten": code} | {name: part for name, part in parts if part}


def by_hand(source: Path, target: Path) -> None:
    """Converts line by line with strings."""
    with source.open(encoding="utf-8") as lines, target.open("w", 1 << 20, "utf-8") as out:
        for line in lines:
            out.write(written(json.loads(line)))


# By rdflib


def by_rdflib(source: Path, target: Path) -> None:
    """Converts with terms of rdflib in one graph."""
    import rdflib
    from rdflib import RDF, RDFS, Graph, Literal, Namespace, URIRef

    rdflib.NORMALIZE_LITERALS = False  # or it would write +00:00 for Z
    mr, graph = Namespace(MR), Graph(bind_namespaces="none")
    add = graph.add
    number = URIRef(XSD + "integer")
    types = {
        "xsd:dateTime": URIRef(XSD + "dateTime"),
        "edtf:EDTF": URIRef(PREFIXES["edtf"] + "EDTF"),
    }

    def iri(path: str) -> URIRef:
        return URIRef(BASE + path)

    def time(above: str, link: str, field: str, text: str, day: str) -> None:
        node = iri(f"{above}/{field}")
        add((iri(above), mr[link], node))
        add((node, RDF.type, mr.TimeSpan))
        for name, value, type_ in read_time(text, day):
            term = iri(value) if name == "zone" else Literal(value, datatype=types.get(type_))
            add((node, mr[name], term))

    def evidence(above: str, texts: str | list[str]) -> None:
        for text in each(texts):
            path, said = cite(text)
            node = iri(path)
            add((iri(above), mr.evidence, node))
            if said:
                add((node, RDF.type, mr.Passage))
                add((node, mr.inDocument, iri(said["document"])))
                if "locator" in said:
                    add((node, mr.locator, Literal(said["locator"])))
                else:
                    add((node, mr.firstLine, Literal(said["first"], datatype=number)))
                    add((node, mr.lastLine, Literal(said["last"], datatype=number)))

    with source.open(encoding="utf-8") as lines:
        for record in map(json.loads, lines):
            own, day = record["id"], record["date"]
            s = iri(own)
            add((s, RDF.type, mr.Message))
            add((s, RDFS.label, Literal(record["label"])))
            add((s, mr.sender, iri(record["sender"])))
            add((s, mr.subject, Literal(record["subject"])))
            for to in each(record["addressees"]):
                add((s, mr.addressee, iri(to)))
            time(own, "dated", "date", day, day)
            time(own, "dateTimeGroup", "group", record["group"], day)
            for link, path, data in things(record):
                n = iri(path)
                add((s, mr[link], n))
                add((n, RDF.type, mr[{"filing": "Relation"}.get(link, link.capitalize())]))
                if link == "serial":
                    add((n, mr.serialScheme, iri(f"scheme/serial-scheme#{data['scheme']}")))
                    add((n, mr.serialNumber, Literal(data["number"])))
                    continue
                scheme = "event-kind" if link == "event" else "relation"
                add((n, mr.kind, iri(f"scheme/{scheme}#{data['kind']}")))
                if link == "event":
                    for agent in each(data.get("agents")):
                        add((n, mr.agent, iri(agent)))
                    for recipient in each(data.get("recipients")):
                        add((n, mr.recipient, iri(recipient)))
                    if "time" in data:
                        time(path, "time", "time", data["time"], day)
                else:
                    add((n, mr.target, iri(data["target"])))
                    if code := data.get("codes"):
                        c = iri(f"{path}/file-code/{slug(code)}")
                        add((n, mr.fileCode, c))
                        add((c, RDF.type, mr.FileCode))
                        for name, part in code_parts(code).items():
                            add((c, mr[name], Literal(part)))
                evidence(path, data["evidence"])
    graph.serialize(target, format="nt", encoding="utf-8")


PEERS: dict[str, Callable[[Path, Path], None]] = {"writer": by_hand, "rdflib": by_rdflib}


def main() -> None:
    """Reads the arguments and runs one peer."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("peer", choices=list(PEERS))
    parser.add_argument("source", type=Path, help="dispatches.jsonl of a synthetic archive")
    parser.add_argument("target", type=Path, help="the file of N-Triples to write")
    given = parser.parse_args()
    PEERS[given.peer](given.source, given.target)


if __name__ == "__main__":
    main()
