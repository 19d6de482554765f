"""The records of MR 530 Japan (1): faithful to the transcript, and able to answer."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pyoxigraph as ox
import pytest
from conftest import RECORDS, ROOT

from kg.archive import Archive
from kg.ontology import Ontology
from kg.stores import serialised

FOLDER = RECORDS / "mr-530-japan-1"
QUESTIONS = sorted((ROOT / "tests" / "questions").glob("*.rq"))
PREFIXES = """
PREFIX mr: <https://w3id.org/maproom/ontology#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
"""


@pytest.fixture(scope="module")
def store(ontology: Ontology) -> ox.Store:
    lines: list[str] = []
    outcome = Archive([RECORDS], ontology).convert(lambda file, text: lines.extend(text.splitlines(True)))
    assert outcome.findings == []
    store = ox.Store()
    store.bulk_load("".join(lines).encode(), format=ox.RdfFormat.N_TRIPLES)
    for path in (ROOT / "ontology").rglob("*.ttl"):
        store.load(path=str(path), format=ox.RdfFormat.TURTLE)
    return store


def rows(store: ox.Store, query: str) -> list[tuple[str, ...]]:
    answer = store.query(PREFIXES + query)
    return [tuple(term.value if term else "" for term in row) for row in answer]


def test_the_eleven_items_of_february_1944_are_there(store: ox.Store) -> None:
    found = rows(store, "SELECT ?n WHERE { ?d a mr:Document ; skos:notation ?n } ORDER BY ?n")
    assert {f"D{n}" for n in range(20, 31)} <= {n for (n,) in found}


def test_items_of_the_transcript_do_not_overlap(store: ox.Store) -> None:
    spans = rows(
        store,
        "SELECT ?n ?first ?last WHERE { ?d mr:transcript ?t ; skos:notation ?n . "
        "?t mr:firstLine ?first ; mr:lastLine ?last }",
    )
    lines = [line for _, first, last in spans for line in range(int(first), int(last) + 1)]
    assert len(lines) == len(set(lines))
    assert set(range(574, 1099)) <= set(lines)


@pytest.mark.parametrize("class_", ["Event", "Statement", "Circle", "Relation", "Copy", "Tenure", "Marking"])
def test_nothing_is_said_of_the_past_without_evidence(store: ox.Store, class_: str) -> None:
    total = rows(store, f"SELECT (COUNT(?x) AS ?n) WHERE {{ ?x a mr:{class_} }}")
    without = rows(store, f"SELECT ?x WHERE {{ ?x a mr:{class_} FILTER NOT EXISTS {{ ?x mr:evidence ?e }} }}")
    assert int(total[0][0]) > 0
    assert without == []


def test_every_piece_of_evidence_is_a_passage_with_its_words_or_a_source(store: ox.Store) -> None:
    assert rows(
        store,
        "SELECT DISTINCT ?e WHERE { ?x mr:evidence ?e . FILTER NOT EXISTS { ?e a mr:Source } "
        "FILTER NOT EXISTS { ?e mr:inDocument ?d ; mr:text ?t } "
        "FILTER NOT EXISTS { ?e mr:inDocument ?d ; mr:locator ?l } }",
    ) == []  # fmt: skip


def test_an_inferred_thing_says_what_was_inferred(store: ox.Store) -> None:
    silent = rows(
        store,
        "SELECT ?x WHERE { ?x a mr:Event ; mr:basis/skos:notation 'inferred' . "
        "FILTER NOT EXISTS { ?x mr:inference|skos:note ?why } }",
    )
    assert silent == []


def test_no_claim_of_knowledge_is_typed_in(store: ox.Store) -> None:
    assert rows(store, "SELECT ?c WHERE { { ?c a mr:Claim } UNION { ?c mr:knower ?k } }") == []


def test_the_transcript_is_the_source_that_was_received() -> None:
    received = ROOT.parent / "shared" / "seed" / "mr-530-japan-1.txt"
    if not received.exists():
        pytest.skip("the transcript as received is not beside the checkout")
    assert (FOLDER / "transcript.txt").read_bytes() == received.read_bytes()


def test_every_line_of_february_is_cited_by_something_or_is_blank(store: ox.Store) -> None:
    spans = rows(
        store,
        "SELECT DISTINCT ?first ?last WHERE { ?p a mr:Passage ; mr:inDocument/mr:inFile ?f ; "
        "mr:firstLine ?first ; mr:lastLine ?last . FILTER NOT EXISTS { ?d mr:transcript ?p } }",
    )
    cited = {line for first, last in spans for line in range(int(first), int(last) + 1)}
    lines = (FOLDER / "transcript.txt").read_text(encoding="utf-8").split("\n")
    furniture = {"SUBJECT:", "ACTION:", "DATE:", "TO", "VIA", ""}
    uncited = [
        f"{n}: {lines[n - 1]}"
        for n in range(574, 1099)
        if n not in cited and lines[n - 1].strip() not in furniture
    ]
    assert uncited == []


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda p: p.stem)
def test_an_open_question_is_answered_from_encoded_facts(store: ox.Store, question: Path) -> None:
    answer = store.query(question.read_text(encoding="utf-8"))
    given = list(csv.reader(io.StringIO(serialised(answer, "csv", {}).decode(), newline="")))
    text = question.with_suffix(".csv").read_text(encoding="utf-8")
    expected = list(csv.reader(io.StringIO(text, newline="")))

    assert len(expected) > 1
    assert given == expected
