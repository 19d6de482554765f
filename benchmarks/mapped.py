"""Two peers of `kg convert` that map tables: morph-kgc (RML) and maplib (OTTR).

    python benchmarks/mapped.py tables DISPATCHES.jsonl FOLDER  flat CSV files and a mapping
    python -m morph_kgc FOLDER/morph-kgc.ini                    the mapping, by morph-kgc
    python benchmarks/mapped.py maplib FOLDER OUT.nt            the mapping, by maplib

Mappings cannot read a date-time group or a citation, so the tables hold what `peers.read_time` and
`peers.cite` make of them: morph-kgc and maplib are spared that work, and the making of the tables.
"""

from __future__ import annotations

import argparse
import csv
import json
from collections.abc import Callable, Iterator
from pathlib import Path

from peers import BASE, MR, PREFIXES, Json, cite, code_parts, each, read_time, slug, things

#: Table, column of the subject, property, object: `=` a fixed IRI, `@` a column with a path, else a
#: column with text and its datatype. No column is called `subject`, which morph-kgc corrupts.
MAPPING: tuple[tuple[str, str, str, str], ...] = (
    ("messages", "node", "rdf:type", "=mr:Message"),
    ("messages", "node", "rdfs:label", "label"),
    ("messages", "node", "mr:sender", "@sender"),
    ("messages", "node", "mr:subject", "topic"),
    ("addressees", "node", "mr:addressee", "@addressee"),
    ("times", "above", "mr:$(link)", "@node"),
    ("times", "node", "rdf:type", "=mr:TimeSpan"),
    ("times", "node", "mr:edtf", "edtf^^edtf:EDTF"),
    ("times", "node", "mr:group", "group"),
    ("times", "node", "mr:earliest", "earliest^^xsd:dateTime"),
    ("times", "node", "mr:latest", "latest^^xsd:dateTime"),
    ("times", "node", "mr:zone", "@zone"),
    ("times", "node", "mr:inference", "inference"),
    ("serials", "above", "mr:serial", "@node"),
    ("serials", "node", "rdf:type", "=mr:Serial"),
    ("serials", "node", "mr:serialScheme", "@scheme"),
    ("serials", "node", "mr:serialNumber", "number"),
    ("relations", "above", "mr:$(link)", "@node"),
    ("relations", "node", "rdf:type", "=mr:Relation"),
    ("relations", "node", "mr:kind", "@kind"),
    ("relations", "node", "mr:target", "@target"),
    ("codes", "above", "mr:fileCode", "@node"),
    ("codes", "node", "rdf:type", "=mr:FileCode"),
    ("codes", "node", "mr:asWritten", "asWritten"),
    ("codes", "node", "mr:codeSeries", "codeSeries"),
    ("codes", "node", "mr:codeClass", "codeClass"),
    ("codes", "node", "mr:codeSubject", "codeSubject"),
    ("codes", "node", "mr:codePart", "codePart"),
    ("events", "above", "mr:event", "@node"),
    ("events", "node", "rdf:type", "=mr:Event"),
    ("events", "node", "mr:kind", "@kind"),
    ("events", "node", "mr:agent", "@agent"),
    ("events", "node", "mr:recipient", "@recipient"),
    ("evidence", "above", "mr:evidence", "@cited"),
    ("passages", "node", "rdf:type", "=mr:Passage"),
    ("passages", "node", "mr:inDocument", "@document"),
    ("passages", "node", "mr:locator", "locator"),
    ("passages", "node", "mr:firstLine", "first^^xsd:integer"),
    ("passages", "node", "mr:lastLine", "last^^xsd:integer"),
)


def columns() -> dict[str, list[str]]:
    """The columns of each table."""
    found: dict[str, dict[str, None]] = {}
    for table, subject, predicate, thing in MAPPING:
        names = found.setdefault(table, {})
        names[subject] = None
        if "$" in predicate:
            names["link"] = None
        if thing[0] != "=":
            names[thing.lstrip("@").partition("^^")[0]] = None
    return {table: list(names) for table, names in found.items()}


def make_tables(source: Path, folder: Path) -> None:
    """Writes the dispatches as flat tables, with a mapping (YARRRML) and settings for morph-kgc."""
    folder.mkdir(parents=True)
    files = {name: (folder / f"{name}.csv").open("w", 1 << 16, "utf-8") for name in columns()}
    tables = {
        name: csv.DictWriter(files[name], fields, restval="", lineterminator="\n")
        for name, fields in columns().items()
    }
    for writer in tables.values():
        writer.writeheader()
    with source.open(encoding="utf-8") as lines:
        for record in map(json.loads, lines):
            for name, row in rows(record):
                tables[name].writerow(row)
    for file in files.values():
        file.close()
    mappings: Json = {}
    for table, subject, predicate, thing in MAPPING:
        mapping = mappings.setdefault(f"{table}-{subject}", {
            "sources": [[f"{folder / table}.csv~csv"]], "s": f"{BASE}$({subject})", "po": [],
        })  # fmt: skip
        value, _, type_ = thing.partition("^^")
        said: Json = {"value": f"$({value})"} | ({"datatype": type_} if type_ else {})
        if thing[0] in "=@":
            iri = value[1:] if thing[0] == "=" else f"{BASE}$({value[1:]})"
            said = {"value": iri, "type": "iri"}
        mapping["po"].append({"p": predicate, "o": said})
    text = json.dumps({"prefixes": PREFIXES, "mappings": mappings}, indent=1)  # JSON is YAML
    (folder / "mapping.yml").write_text(text, encoding="utf-8")
    (folder / "morph-kgc.ini").write_text(
        f"[CONFIGURATION]\noutput_file = {folder / 'out.nt'}\noutput_format = N-TRIPLES\n"
        "safe_percent_encoding = /#\nlogging_level = WARNING\n"
        f"[tables]\nmappings = {folder / 'mapping.yml'}\n",
        encoding="utf-8",
    )


def rows(record: Json) -> Iterator[tuple[str, Json]]:
    """The rows of one record, each with the name of its table."""
    own, day = record["id"], record["date"]
    sender, topic = record["sender"], record["subject"]
    yield "messages", {"node": own, "label": record["label"], "sender": sender, "topic": topic}
    for to in each(record["addressees"]):
        yield "addressees", {"node": own, "addressee": to}
    times = [(own, "dated", "date", day), (own, "dateTimeGroup", "group", record["group"])]
    seen: set[str] = set()
    for link, node, data in things(record):
        start = {"node": node, "above": own}
        if link == "serial":
            scheme = f"scheme/serial-scheme#{data['scheme']}"
            yield "serials", start | {"scheme": scheme, "number": data["number"]}
            continue
        if link == "event":
            agents = {"agent": data.get("agents"), "recipient": data.get("recipients")}
            yield "events", start | agents | {"kind": f"scheme/event-kind#{data['kind']}"}
            if "time" in data:
                times.append((node, "time", "time", data["time"]))
        else:
            kind = f"scheme/relation#{data['kind']}"
            yield "relations", start | {"link": link, "kind": kind, "target": data["target"]}
            if code := data.get("codes"):
                path = f"{node}/file-code/{slug(code)}"
                yield "codes", {"node": path, "above": node} | code_parts(code)
        for text in each(data["evidence"]):
            path, said = cite(text)
            yield "evidence", {"above": node, "cited": path}
            if said and path not in seen:
                seen.add(path)
                yield "passages", {"node": path} | said
    for above, link, field, text in times:
        parts = {name: value for name, value, _ in read_time(text, day)}
        yield "times", {"node": f"{above}/{field}", "above": above, "link": link} | parts


def by_maplib(folder: Path, target: Path) -> None:
    """Converts the tables with one OTTR template each."""
    import polars as pl
    from maplib import Model

    model = Model()
    for table, fields in columns().items():
        frame = pl.read_csv(folder / f"{table}.csv", infer_schema=False)
        types: dict[str, str] = {"link": "ottr:IRI"}
        triples = []
        for name, subject, predicate, thing in MAPPING:
            if name != table:
                continue
            value, _, type_ = thing.partition("^^")
            column = value.lstrip("@")
            types[subject] = "ottr:IRI"
            if thing[0] != "=":
                types[column] = "ottr:IRI" if thing[0] == "@" else type_ or "xsd:string"
            verb = "?link" if "$" in predicate else predicate
            triples.append(
                f"ottr:Triple(?{subject}, {verb}, {value[1:] if thing[0] == '=' else '?' + column})"
            )
        frame = frame.with_columns(
            (pl.lit(MR if name == "link" else BASE) + pl.col(name)).alias(name)
            for name in fields
            if types[name] == "ottr:IRI"
        )
        typed = {
            "xsd:dateTime": lambda c: c.str.to_datetime("%Y-%m-%dT%H:%M:%SZ", time_zone="UTC"),
            "xsd:integer": lambda c: c.cast(pl.Int64),
        }
        frame = frame.with_columns(
            typed[types[name]](pl.col(name)) for name in fields if types[name] in typed
        )
        prefixes = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in PREFIXES.items())
        arguments = ", ".join(f"? {types[name]} ?{name}" for name in fields)
        model.add_template(
            f"{prefixes}@prefix ottr: <http://ns.ottr.xyz/0.4/> .\n"
            f"mr:{table} [ {arguments} ] :: {{ {', '.join(triples)} }} ."
        )
        model.map(MR + table, frame.select(fields))
    model.write(str(target), format="ntriples")


STEPS: dict[str, Callable[[Path, Path], None]] = {"tables": make_tables, "maplib": by_maplib}


def main() -> None:
    """Reads the arguments and takes one step."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("step", choices=list(STEPS))
    parser.add_argument("source", type=Path, help="dispatches.jsonl, or the folder of the tables")
    parser.add_argument("target", type=Path, help="the folder of the tables, or the file to write")
    given = parser.parse_args()
    STEPS[given.step](given.source, given.target)


if __name__ == "__main__":
    main()
