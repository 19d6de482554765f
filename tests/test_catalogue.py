"""Queries are files that run as they stand, and values are bound as terms, never pasted."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest
from conftest import ROOT

from kg.catalogue import Catalogue
from kg.errors import UsageError

QUERIES = sorted((ROOT / "queries").rglob("*.rq"))


@pytest.mark.parametrize("path", QUERIES, ids=lambda p: p.stem)
def test_every_query_file_runs_as_it_stands(path: Path) -> None:
    from rdflib.plugins.sparql.parser import parseQuery

    text = path.read_text(encoding="utf-8")
    parseQuery(text)
    list(ox.Store().query(text))


def test_a_value_is_bound_into_its_slot(tmp_path: Path) -> None:
    (tmp_path / "q.rq").write_text("SELECT $x $y WHERE { VALUES $x { UNDEF } VALUES $y { UNDEF } }")
    text = Catalogue(tmp_path).query("q", x=ox.NamedNode("http://a/b"))

    assert text == "SELECT $x $y WHERE { VALUES $x { <http://a/b> } VALUES $y { UNDEF } }"


@pytest.mark.parametrize("evil", ['" } . ?s ?p ?o', "\\", '"""', "\n", "} UNDEF {", "$x"])
def test_no_text_gets_out_of_its_literal(evil: str, tmp_path: Path) -> None:
    (tmp_path / "q.rq").write_text("SELECT $x WHERE { VALUES $x { UNDEF } }")
    (row,) = ox.Store().query(Catalogue(tmp_path).query("q", x=ox.Literal(evil)))

    assert row["x"] == ox.Literal(evil)


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    (tmp_path / "q.rq").write_text("ASK {}")
    with pytest.raises(UsageError, match="no query `p`"):
        Catalogue(tmp_path).query("p")
    with pytest.raises(UsageError, match="no slot for `x`"):
        Catalogue(tmp_path).query("q", x=ox.Literal("1"))
