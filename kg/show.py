"""All that a graph says of one thing, with its evidence, to be read in a terminal."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from typing import Any

from kg.errors import UsageError
from kg.iris import DEFAULT_BASE, is_id
from kg.ntriples import is_iri
from kg.stores import Store
from kg.suggest import did_you_mean

MR = "https://w3id.org/maproom/ontology#"
_RDFS_LABEL = "http://www.w3.org/2000/01/rdf-schema#label"
_RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
_MAX_QUOTED = 160

# Evidence is shown in brackets behind what rests on it, so these are told apart from other links.
_FACTS = """
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT ?p ?property ?o ?label ?class ?document ?first ?last ?text ?locator WHERE {
  <%(iri)s> ?p ?o .
  OPTIONAL { ?p rdfs:label ?property FILTER(LANGMATCHES(LANG(?property), "en")) }
  OPTIONAL { ?p <https://w3id.org/maproom/conversion#order> ?order }
  OPTIONAL { ?o rdfs:label ?label FILTER(LANG(?label) IN ("", "en")) }
  OPTIONAL { ?o a ?class }
  OPTIONAL { ?o <%(mr)sinDocument> ?document .
    OPTIONAL { ?o <%(mr)sfirstLine> ?first ; <%(mr)slastLine> ?last }
    OPTIONAL { ?o <%(mr)stext> ?text }
    OPTIONAL { ?o <%(mr)slocator> ?locator } }
} ORDER BY ?order ?property ?p ?first ?o
"""
_INVERSE = """
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT DISTINCT ?s ?property ?label WHERE {
  ?s ?p <%(iri)s> .
  OPTIONAL { ?p rdfs:label ?property FILTER(LANGMATCHES(LANG(?property), "en")) }
  OPTIONAL { ?s rdfs:label ?label FILTER(LANG(?label) IN ("", "en")) }
} ORDER BY ?property ?s LIMIT 500
"""
_FIND = """
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT DISTINCT ?s WHERE {
  VALUES ?wanted { %(wanted)s }
  { ?s skos:notation ?name } UNION { ?s rdfs:label ?name }
  FILTER(LCASE(STR(?name)) = ?wanted)
} ORDER BY ?s
"""
_EXISTS = "ASK { <%(iri)s> ?p ?o }"
_IDS = """
SELECT DISTINCT ?s WHERE { ?s <http://www.w3.org/2000/01/rdf-schema#label> ?l . ?s a ?c }
ORDER BY ?s LIMIT 20000
"""


def find(store: Store, wanted: str, base: str = DEFAULT_BASE) -> str:
    """The IRI of the thing that an id, an IRI, a notation or a label names.

    Raises UsageError, with the nearest id, where there is none, or with the choice, where several.
    """
    if "://" in wanted and is_iri(wanted):
        candidates = [wanted]
    else:
        candidates = [base + wanted] if is_id(wanted.lower()) else []
        candidates += [base + wanted.lower()] if is_id(wanted.lower()) else []
    for iri in candidates:
        if bool(store.ask(_EXISTS % {"iri": iri})):
            return iri
    import pyoxigraph as ox

    literal = str(ox.Literal(wanted.lower()))
    found = [row["s"].value for row in store.ask(_FIND % {"wanted": literal})]
    if len(found) == 1:
        return str(found[0])
    ids = [_short(row["s"].value, base) for row in store.ask(_IDS)]
    if not found:
        # The last part alone is what people remember of an id.
        tails = {i.rsplit("/", 1)[-1]: i for i in reversed(ids)}
        if wanted.lower() in tails:
            return base + tails[wanted.lower()]
        raise UsageError(f"nothing is called `{wanted}`{did_you_mean(wanted, {*ids, *tails})}")
    choice = ", ".join(_short(iri, base) for iri in found[:10])
    raise UsageError(f"`{wanted}` may be any of {choice}; give the id")


def show(store: Store, iri: str, base: str = DEFAULT_BASE) -> str:
    """The statements about a thing, those of the things inside it, and those that lead to it."""
    lines = list(_thing(store, iri, base, "", iri))
    if not lines:
        raise UsageError(f"the graph says nothing of `{_short(iri, base)}`")
    inverse = [
        f"  {_word(row['property'])} of {_named(row['s'], row['label'], base)}"
        for row in store.ask(_INVERSE % {"iri": iri})
        if not row["s"].value.startswith(iri + "/")
    ]
    if inverse:
        lines += ["", "Mentioned as", *inverse]
    return "\n".join(lines)


def _thing(store: Store, iri: str, base: str, indent: str, root: str) -> Iterator[str]:
    """The lines for one thing; things whose IRIs begin with its own are shown within it."""
    facts: dict[str, tuple[str, dict[str, Any]]] = {}
    for row in store.ask(_FACTS % {"iri": iri, "mr": MR}):
        facts.setdefault(f"{row['p'].value} {row['o']}", (row["p"].value, row))
    if not facts:
        return
    label = next((r["o"].value for p, r in facts.values() if p == _RDFS_LABEL), "")
    kinds = [r["label"].value for p, r in facts.values() if p == _RDF_TYPE and r["label"]]
    evidence = [_cited(r, base) for p, r in facts.values() if p == f"{MR}evidence"]
    if not indent:
        yield f"{_short(iri, base)}  ({', '.join(kinds)})"
        if label:
            yield label
    for predicate, row in facts.values():
        if predicate in (_RDF_TYPE, _RDFS_LABEL, f"{MR}evidence"):
            continue
        name = _word(row["property"]) or predicate
        value = row["o"]
        inside = getattr(value, "value", "").startswith(iri + "/") and row["document"] is None
        if inside:
            yield f"{indent}  {name}: {value.value.removeprefix(iri + '/')}"
            yield from _thing(store, value.value, base, indent + "    ", root)
        elif row["document"] is not None:
            yield from _wrapped(f"{name}: {_cited(row, base)}", indent + "  ")
        else:
            yield from _wrapped(f"{name}: {_named(value, row['label'], base)}", indent + "  ")
    for citation in evidence:
        yield from _wrapped(f"[{citation}]", indent + "  ")


def _wrapped(text: str, indent: str) -> list[str]:
    return textwrap.wrap(
        text, 110, initial_indent=indent, subsequent_indent=indent + "    ", break_long_words=False
    )


def _word(term: Any) -> str:
    return "" if term is None else str(term.value)


def _short(iri: str, base: str) -> str:
    return iri.removeprefix(base)


def _named(term: Any, label: Any, base: str) -> str:
    value = str(term.value)
    if type(term).__name__ != "NamedNode":
        return " ".join(value.split())
    if label is not None:
        code = _short(value, base)
        return str(label.value) if "#" in code else f"{label.value} <{code}>"
    return f"<{_short(value, base)}>"


def _cited(row: dict[str, Any], base: str) -> str:
    """A passage as people cite it: `d20:614 "First copy …"`."""
    if row["document"] is None:
        return _named(row["o"], row["label"], base)
    place = _short(row["document"].value, base)
    if row["first"] is not None:
        first, last = row["first"].value, row["last"].value
        place += f":{first}" if first == last else f":{first}-{last}"
    elif row["locator"] is not None:
        place += f", {row['locator'].value}"
    if row["text"] is None:
        return place
    text = re.sub(r"\s+", " ", row["text"].value).strip()
    if len(text) > _MAX_QUOTED:
        text = text[:_MAX_QUOTED].rstrip() + "…"
    return f'{place} "{text}"'
