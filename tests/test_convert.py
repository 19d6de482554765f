"""Records become statements as the ontology says, in every form, and always the same bytes."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import pytest
from conftest import ROOT

from kg.archive import Archive, Outcome
from kg.errors import DataError, UsageError
from kg.export import export
from kg.formats import SUFFIXES
from kg.ontology import Ontology

Write = Callable[..., Path]
Convert = Callable[..., tuple[Outcome, list[str]]]
MR = "https://w3id.org/maproom/ontology#"
BASE = "https://w3id.org/maproom/"

PERSON = "record: person\nid: smith\nlabel: Smith\n"
MESSAGE = """\
record: message
id: m1
label: First
sender: smith
date: 1944-02-11
group: 102310
subject: "NO"
events:
- kind: decoded
  agents: smith
  time: 1719/11
  evidence: reg, p. 3
"""
SOURCE = "record: source\nid: reg\nlabel: Register\n"


def statement(lines: list[str], *words: str) -> bool:
    """Whether some statement has all the words."""
    return any(all(word in line for word in words) for line in lines)


def test_a_message_with_its_times(write: Write, converted: Convert) -> None:
    outcome, lines = converted(write(**{"a.yaml": PERSON, "m.yaml": MESSAGE, "s.yaml": SOURCE}))

    assert outcome.findings == []
    assert statement(lines, "<m1>".replace("<", f"<{BASE}"), "#sender", f"<{BASE}smith>")
    assert statement(lines, f"<{BASE}m1/group>", "#earliest", '"1944-02-10T23:10:00Z"')
    assert statement(lines, f"<{BASE}m1/event/decoded/time>", "#latest", '"1944-02-11T21:19:00Z"')
    assert statement(lines, f"<{BASE}m1/event/decoded/time>", "#inference", "zone not stated")


def test_text_stays_text(write: Write, converted: Convert) -> None:
    record = "record: file\nid: f\nlabel: NO\nbox: 0130\nfolder: 1:30\ncollection: 0x1F\nnotation: 1e3\n"
    outcome, lines = converted(write(**{"f.yaml": record}))

    assert outcome.findings == []
    for word in ("NO", "0130", "1:30", "0x1F", "1e3"):
        assert statement(lines, f'"{word}"')


def test_an_impossible_group_is_kept_as_written_and_never_a_time(write: Write, converted: Convert) -> None:
    known = "record: message\nid: m2\nlabel: Second\ndate: 1944-02-08\ngroup: 081650\n"
    wrong = "record: message\nid: m3\nlabel: Third\ndate: 1944-02-11\ngroup: 081560\n"
    outcome, lines = converted(write(**{"a.yaml": known, "b.yaml": wrong}))

    (finding,) = outcome.findings
    assert finding.severity == "warning"
    assert "minute 60 does not exist" in finding.message
    assert re.search(r"likely `081650`", finding.message)
    assert statement(lines, "m3/group", "#asWritten", '"081560"')
    assert not statement(lines, "m3/group", "#earliest")


def test_as_written_normalised_and_note_are_three_things(write: Write, converted: Convert) -> None:
    record = (
        "record: message\nid: m1\nlabel: M\nprecedence:\n  value: priority\n  written: PR10RITY\n"
        "  note: The figures are the typist's.\n  responsibility: original\n"
    )
    outcome, lines = converted(write(**{"m.yaml": record}))

    assert outcome.findings == []
    node = f"<{BASE}m1/annotation/precedence>"
    assert statement(lines, f"<{BASE}m1>", "#precedence", "scheme/precedence#priority")
    assert statement(lines, node, "#asWritten", '"PR10RITY"')
    assert statement(lines, node, "#normalised", '"priority"')
    assert statement(lines, node, "#responsibility", "responsibility#original")
    assert statement(lines, node, "#annotatedProperty", f"<{MR}precedence>")


def test_a_reading_without_a_value_asserts_nothing(write: Write, converted: Convert) -> None:
    record = "record: message\nid: m1\nlabel: M\nprecedence:\n  written: Pxxx\n  note: Not legible.\n"
    _, lines = converted(write(**{"m.yaml": record}))

    assert not statement(lines, f"<{BASE}m1>", f"<{MR}precedence>", "scheme/precedence")
    assert statement(lines, "annotation/precedence", '"Pxxx"')


def test_a_name_without_slash_means_the_record_of_the_same_folder(write: Write, converted: Convert) -> None:
    outcome, lines = converted(
        write(
            **{
                "d1.yaml": "record: document\nid: box/d1\nform: message\nstatus: held\nbears: m1\n",
                "m1.yaml": "record: message\nid: box/m1\nlabel: M\n",
            }
        )
    )

    assert outcome.findings == []
    assert statement(lines, f"<{BASE}box/d1>", "#bears", f"<{BASE}box/m1>")


def test_records_bring_codes_of_their_own(write: Write, converted: Convert) -> None:
    outcome, lines = converted(
        write(
            **{
                "topic.yaml": "record: concept\nid: topic/fleet\nlabel: Fleet\nscheme: topic\n",
                "kind.yaml": "record: concept\nid: kinds/heliographed\nlabel: Flashed\nscheme: event-kind\n",
                "s.yaml": SOURCE,
                "m.yaml": "record: message\nid: m\nlabel: M\nevents:\n- kind: heliographed\n"
                "  topics: [fleet, topic/fleet]\n  evidence: reg\n",
            }
        )
    )

    assert outcome.findings == []
    assert statement(lines, "m/event/heliographed>", "#kind", f"<{BASE}kinds/heliographed>")
    assert statement(lines, "m/event/heliographed>", "#topic", f"<{BASE}topic/fleet>")


def test_adding_a_property_needs_no_python(tmp_path: Path, write: Write, converted: Convert) -> None:
    (tmp_path / "onto").mkdir()
    for path in (ROOT / "ontology").rglob("*.ttl"):
        (tmp_path / "onto" / path.name).write_bytes(path.read_bytes())
    with (tmp_path / "onto" / "core.ttl").open("a", encoding="utf-8") as core:
        core.write(
            'mr:wordCount a owl:DatatypeProperty ; conv:field "words" ; conv:max 1 ;\n'
            "  rdfs:range xsd:nonNegativeInteger ; schema:domainIncludes mr:Message .\n"
            'mr:operator a owl:ObjectProperty ; conv:field "operators" ;\n'
            "  schema:domainIncludes mr:Message ; schema:rangeIncludes mr:Person .\n"
            'mr:keyed a owl:ObjectProperty ; conv:field "keyed" ; conv:max 1 ; conv:reading conv:time ;\n'
            "  schema:domainIncludes mr:Message ; schema:rangeIncludes mr:TimeSpan .\n"
        )
    extended = Ontology.from_dir(tmp_path / "onto")
    record = MESSAGE + "words: 0042\noperators: [smith]\nkeyed: 1205 EWT\n"
    outcome, lines = converted(write(**{"a.yaml": PERSON, "m.yaml": record, "s.yaml": SOURCE}), by=extended)

    assert outcome.findings == []
    assert statement(lines, f"<{BASE}m1>", "#wordCount", '"42"^^')
    assert statement(lines, f"<{BASE}m1>", "#operator", f"<{BASE}smith>")
    assert statement(lines, f"<{BASE}m1/keyed>", "#earliest", '"1944-02-11T16:05:00Z"')


def test_the_same_fields_give_the_same_statements_in_every_form(write: Write, converted: Convert) -> None:
    data = {
        "record": "message", "id": "m1", "label": 'A "quoted"\nlabel', "sender": "smith",
        "addressees": ["smith", "jones"], "date": "1944-02-11", "group": "102310",
        "events": [{"kind": "decoded", "agents": "smith", "time": "1719/11", "evidence": "reg, p. 3"},
                   {"kind": "routed", "id": "r2", "agents": ["smith", "jones"], "evidence": "reg"}],
    }  # fmt: skip
    people = {"a.yaml": PERSON, "b.yaml": PERSON.replace("mith", "ones").replace("sones", "jones"),
              "s.yaml": SOURCE}  # fmt: skip
    people["b.yaml"] = "record: person\nid: jones\nlabel: Jones\n"
    header = (
        "record,id,label,sender,addressees,date,group,events.1.kind,events.1.agents,events.1.time,"
        "events.1.evidence,events.2.kind,events.2.id,events.2.agents,events.2.evidence"
    )
    row = (
        'message,m1,"A ""quoted""\nlabel",smith,smith|jones,1944-02-11,102310,decoded,smith,1719/11,'
        '"reg, p. 3",routed,r2,smith|jones,reg'
    )
    forms = {
        "m.yaml": json.dumps(data),  # JSON of this kind is YAML, too
        "m.jsonl": json.dumps(data) + "\n",
        "m.csv": f"{header}\n{row}\n",
    }
    results = []
    for name, text in forms.items():
        folder = write(**people, **{name: text})
        outcome, lines = converted(folder)
        assert outcome.findings == []
        results.append(sorted(set(lines)))
        (folder / name).unlink()

    assert results[0] == results[1] == results[2]


def test_there_are_no_blank_nodes_and_no_statement_twice(converted: Convert) -> None:
    _, lines = converted(ROOT / "records")

    assert not [line for line in lines if line.startswith("_:") or " _:" in line.split('"')[0]]
    assert len(lines) == len(set(lines))


def test_literals_are_in_the_form_that_the_store_keeps(converted: Convert) -> None:
    _, lines = converted(ROOT / "records")
    store = ox.Store()
    store.load("".join(lines).encode(), format=ox.RdfFormat.N_TRIPLES)
    kept = io.BytesIO()
    store.dump(kept, format=ox.RdfFormat.N_TRIPLES, from_graph=ox.DefaultGraph())

    assert sorted(kept.getvalue().decode().splitlines(keepends=True)) == sorted(lines)


@pytest.mark.parametrize("lexical, datatype, canonical", [
    ("007", "positiveInteger", "7"), ("+5", "integer", "5"), ("1.50", "decimal", "1.5"),
    ("-0.0", "decimal", "0"),
    ("1", "boolean", "true"), ("1944-02-11T13:19:00-04:00", "dateTime", "1944-02-11T17:19:00Z"),
])  # fmt: skip
def test_canonical_forms_are_those_of_the_store(lexical: str, datatype: str, canonical: str) -> None:
    from kg import ntriples

    iri = ntriples.XSD + datatype
    ours = ntriples.typed(ntriples.canonical(lexical, iri), iri)
    store = ox.Store()
    store.update(f"INSERT DATA {{ <http://a> <http://b> {ours} }}")

    assert ntriples.canonical(lexical, iri) == canonical
    assert next(iter(store)).object.value == canonical


@pytest.mark.parametrize("form", SUFFIXES)
def test_every_form_of_rdf_holds_the_same_statements(
    form: str, tmp_path: Path, write: Write, ontology: Ontology
) -> None:
    folder = write(**{"a.yaml": PERSON, "m.yaml": MESSAGE, "s.yaml": SOURCE})
    plain, other = tmp_path / "plain.nt", tmp_path / f"other{SUFFIXES[form]}"
    export(Archive([folder], ontology), plain, "ntriples")
    export(Archive([folder], ontology), other, form)
    formats = {
        "ntriples": ox.RdfFormat.N_TRIPLES, "nquads": ox.RdfFormat.N_QUADS, "turtle": ox.RdfFormat.TURTLE,
        "trig": ox.RdfFormat.TRIG, "jsonld": ox.RdfFormat.JSON_LD,
    }  # fmt: skip

    def triples(path: Path, rdf: ox.RdfFormat) -> set[str]:
        return {str(quad) for quad in ox.parse(path=str(path), format=rdf)}

    assert triples(other, formats[form]) == triples(plain, ox.RdfFormat.N_TRIPLES) != set()


def test_statements_can_be_put_into_a_named_graph(tmp_path: Path, write: Write, ontology: Ontology) -> None:
    out = tmp_path / "out.nq"
    archive = Archive([write(**{"a.yaml": PERSON})], ontology)
    export(archive, out, "nquads", "https://example.org/g")

    assert all(line.endswith(" <https://example.org/g> .") for line in out.read_text().splitlines())
    with pytest.raises(UsageError, match="cannot name a graph in turtle"):
        export(archive, tmp_path / "x.ttl", "turtle", "https://example.org/g")


def test_nothing_is_written_where_a_finding_is_an_error(
    tmp_path: Path, write: Write, ontology: Ontology
) -> None:
    out = tmp_path / "out" / "out.nt"
    folder = write(**{"a.yaml": PERSON, "m.yaml": MESSAGE.replace("sender: smith", "sender: smth")})

    with pytest.raises(DataError) as caught:
        export(Archive([folder], ontology), out, "ntriples")

    assert any("did you mean `smith`" in f.message for f in caught.value.findings)
    assert list(out.parent.iterdir()) == []


def test_a_failed_conversion_leaves_the_former_file(tmp_path: Path, write: Write, ontology: Ontology) -> None:
    out = tmp_path / "out.nt"
    out.write_text("former")
    with pytest.raises(DataError):
        export(Archive([write(**{"a.yaml": "record: person\nid: a\n"})], ontology), out, "ntriples")

    assert out.read_text() == "former"


def test_the_same_records_are_the_same_bytes_whatever_the_hash_seed(tmp_path: Path) -> None:
    digests = set()
    for seed in ("0", "1", "4242"):
        out = tmp_path / f"{seed}.nt"
        subprocess.run(
            [sys.executable, "-m", "kg", "convert", "records", "-o", str(out)],
            check=True, cwd=ROOT, env={"PYTHONHASHSEED": seed, "PATH": "/usr/bin:/bin"}, capture_output=True,
        )  # fmt: skip
        digests.add(out.read_bytes())

    assert len(digests) == 1


def test_no_python_names_a_property(ontology: Ontology) -> None:
    names = {p.name for p in ontology.properties.values() if p.iri.startswith(MR)}
    for path in (ROOT / "kg").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert MR not in text
        camel = {name for name in names if re.search("[a-z][A-Z]", name)}
        assert not [name for name in camel if re.search(rf"\b{name}\b", text)], path


def test_any_text_is_written_as_the_store_writes_it() -> None:
    from hypothesis import given
    from hypothesis import strategies as st

    from kg import ntriples

    @given(st.text())
    def check(text: str) -> None:
        triple = ox.Triple(ox.NamedNode("http://a"), ox.NamedNode("http://b"), ox.Literal(text))
        ours = f"<http://a> <http://b> {ntriples.string(text)} .\n"
        assert ox.serialize([triple], format=ox.RdfFormat.N_TRIPLES) == ours.encode("utf-8")

    check()
