"""Coverage counts every line of a document once, and lists those that nothing cites."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from conftest import ROOT

from kg.build import build, current
from kg.catalogue import Catalogue
from kg.coverage import coverage
from kg.iris import DEFAULT_BASE
from kg.stores import EmbeddedStore


def test_lines_are_cited_furniture_blank_or_uncited(tmp_path: Path, write: Callable[..., Path]) -> None:
    document = (
        "record: document\nid: d1\nnotation: D1\nform: message\nstatus: held\ntranscript: t.txt:1-6\n"
        "subject: {value: Ships, evidence: 2}\n"
        "annotations:\n- {id: printed, kind: furniture, note: Printed., evidence: 3-5}\n"
    )
    folder = write(**{"d.yaml": document, "t.txt": "one\ntwo\nthree\n\nfive\nsix\n"})
    build([folder], [ROOT / "ontology"], tmp_path / "graph")
    store = EmbeddedStore(current(tmp_path / "graph") / "store")
    (item,) = coverage(store, Catalogue(ROOT / "queries" / "parts"), DEFAULT_BASE)

    assert (item.name, item.lines, item.blank) == ("D1", 6, 1)
    assert item.cited == {2}
    assert item.furniture == {3, 5}
    assert item.uncited == {1: "one", 6: "six"}
