"""What the ontology says of records, in the forms that other tools read."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import RECORDS

from kg.archive import Archive
from kg.iris import DEFAULT_BASE
from kg.ontology import Ontology
from kg.records import Record, read_records, record_files
from kg.schema import blank_record, csv_header, json_schema, jsonld_context

Write = Callable[..., Path]


@pytest.fixture(scope="module")
def validator(ontology: Ontology):  # type: ignore[no-untyped-def]
    jsonschema = pytest.importorskip("jsonschema")
    schema = json.loads(json_schema(ontology))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def test_every_record_of_the_folder_is_valid_by_the_json_schema(validator) -> None:  # type: ignore[no-untyped-def]
    wrong = []
    for _, path, shown in record_files([RECORDS]):
        for record in read_records(path, shown):
            assert isinstance(record, Record)
            wrong += [
                f"{shown}: {e.json_path}: {e.message[:200]}" for e in validator.iter_errors(record.data)
            ]

    assert wrong == []


@pytest.mark.parametrize("broken", [
    {"record": "persn", "id": "a", "label": "A"},
    {"record": "person", "id": "A b", "label": "A"},
    {"record": "person", "id": "a"},
    {"record": "person", "id": "a", "label": "A", "lable": "A"},
    {"record": "place", "id": "a", "label": "A", "latitude": "north"},
])  # fmt: skip
def test_the_json_schema_sees_plain_mistakes(validator, broken: dict[str, str]) -> None:  # type: ignore[no-untyped-def]
    assert list(validator.iter_errors(broken))


def test_a_blank_record_of_each_kind_is_yaml_that_names_only_fields(ontology: Ontology, write: Write) -> None:
    for kind, class_ in ontology.records.items():
        text = blank_record(ontology, kind)
        for name in class_.fields:
            assert f"{name}:" in text
        (found,) = read_records(write(**{"a.yaml": text}) / "a.yaml", "a.yaml")
        assert isinstance(found, Record)
        assert found.data["record"] == kind
        assert set(found.data) - {"record", "id"} == set(class_.requires)


def test_a_csv_file_with_the_header_and_one_row_is_read(ontology: Ontology, write: Write) -> None:
    header = csv_header(ontology, "message").split(",")
    row = ["" for _ in header]
    for name, value in {"record": "message", "id": "m", "label": "M", "events.1.kind": "sent",
                        "events.1.evidence": "s"}.items():  # fmt: skip
        row[header.index(name)] = value
    folder = write(
        **{
            "m.csv": ",".join(header) + "\n" + ",".join(row) + "\n",
            "s.yaml": "record: source\nid: s\nlabel: S\n",
        }
    )
    outcome = Archive([folder], ontology).convert(lambda file, lines: None)

    assert outcome.findings == []
    assert outcome.records == {"message": 1, "source": 1}


def test_the_jsonld_context_gives_the_same_properties(ontology: Ontology) -> None:
    import pyoxigraph as ox

    context = json.loads(jsonld_context(ontology, DEFAULT_BASE))
    document = {**context, "@type": "Message", "id": "m1", "label": "M", "sender": "deane",
                "subject": "Bases"}  # fmt: skip
    triples = {
        str(q.predicate.value): q.object
        for q in ox.parse(json.dumps(document).encode(), format=ox.RdfFormat.JSON_LD)
    }

    assert triples["https://w3id.org/maproom/ontology#sender"] == ox.NamedNode(DEFAULT_BASE + "deane")
    assert triples["https://w3id.org/maproom/ontology#subject"] == ox.Literal("Bases")
