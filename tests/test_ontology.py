"""The ontology keeps its promises: small, documented, aligned without harm, OWL 2 DL."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from conftest import ROOT
from rdflib import OWL, RDF, RDFS, BNode, Graph, Namespace, URIRef
from rdflib.namespace import DCTERMS, SKOS

from kg.errors import UsageError
from kg.ontology import Ontology

MR = Namespace("https://w3id.org/maproom/ontology#")
SCHEMA = Namespace("http://schema.org/")
PINNED = ROOT / "tests" / "vocabularies"
#: Our own namespaces, and those of datatypes, whose terms no pinned list declares.
OWN = ("https://w3id.org/maproom/",)
LISTED_DATATYPES = {
    "http://id.loc.gov/datatypes/edtf/EDTF",
    *(f"http://www.w3.org/2001/XMLSchema#{name}" for name in ("string", "boolean", "decimal", "dateTime",
      "integer", "positiveInteger", "nonNegativeInteger", "anyURI")),
}  # fmt: skip
LICENCES = {"https://creativecommons.org/publicdomain/zero/1.0/"}


@pytest.fixture(scope="module")
def graph() -> Graph:
    graph = Graph()
    for path in sorted((ROOT / "ontology").rglob("*.ttl")):
        graph.parse(path)
    return graph


@pytest.fixture(scope="module")
def pinned() -> dict[str, dict[str, tuple[str, str, str]]]:
    """Namespace to local name to kind, domain, range."""
    found: dict[str, dict[str, tuple[str, str, str]]] = {}
    for path in PINNED.glob("*.txt"):
        namespace, terms = "", {}
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith("# namespace: "):
                namespace = line.removeprefix("# namespace: ")
            elif not line.startswith("#") and line:
                name, kind, *rest = line.split("\t")
                domain, range_ = (*rest, "-", "-")[:2]
                terms[name] = (kind, domain, range_)
        found[namespace] = terms
    return found


def test_there_are_at_most_25_classes_of_our_own(graph: Graph) -> None:
    own = {c for c in graph.subjects(RDF.type, OWL.Class) if c in MR}

    assert 20 <= len(own) <= 25


def test_every_term_of_our_own_is_documented(graph: Graph) -> None:
    kinds = (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty)
    terms = {t for kind in kinds for t in graph.subjects(RDF.type, kind) if t in MR}
    missing = [
        f"{term} has no {label}"
        for term in sorted(terms)
        for predicate, label in (
            (RDFS.label, "label"),
            (SKOS.definition, "definition"),
            (DCTERMS.source, "practice or standard"),
            (SKOS.example, "example"),
        )
        if len(list(graph.objects(term, predicate))) != 1
    ]

    assert missing == []


def test_every_definition_is_one_sentence(graph: Graph) -> None:
    bad = [
        str(term)
        for term, text in graph.subject_objects(SKOS.definition)
        if not str(text).endswith(".") or re.search(r"\. [A-Z]", str(text))
    ]

    assert bad == []


def test_every_code_has_label_definition_and_notation(graph: Graph) -> None:
    for concept in graph.subjects(SKOS.inScheme, None):
        if str(concept).startswith("https://w3id.org/maproom/scheme/"):
            assert graph.value(concept, RDFS.label)
            assert graph.value(concept, SKOS.definition)
            assert str(concept).endswith("#" + str(graph.value(concept, SKOS.notation)))


def test_there_are_no_blank_nodes(graph: Graph) -> None:
    assert not [t for triple in graph for t in triple if isinstance(t, BNode)]


def test_every_ontology_has_a_version_iri(graph: Graph) -> None:
    for header in graph.subjects(RDF.type, OWL.Ontology):
        assert graph.value(header, OWL.versionIRI)


def _external(graph: Graph) -> set[str]:
    return {
        str(term)
        for triple in graph
        for term in triple
        if isinstance(term, URIRef) and not str(term).startswith(OWN)
    } | {str(o.datatype) for o in graph.objects() if getattr(o, "datatype", None)}


def test_every_external_iri_is_declared_in_a_pinned_list(
    graph: Graph, pinned: dict[str, dict[str, tuple[str, str, str]]]
) -> None:
    shapes = Graph()
    for path in sorted((ROOT / "shapes").rglob("*.ttl")):
        shapes.parse(path)
    used = _external(graph) | _external(shapes)
    for path in (*(ROOT / "queries").rglob("*.rq"), *(ROOT / "ontology").rglob("*.rq")):
        text = path.read_text(encoding="utf-8")
        prefixes = dict(re.findall(r"PREFIX\s+([\w-]*):\s*<([^>]*)>", text))
        body = re.sub(r"^(#.*|PREFIX.*)$", "", text, flags=re.MULTILINE)
        used |= {prefixes[p] + n for p, n in re.findall(r"([\w-]*):([\w-]+)", body) if p in prefixes}
        used |= set(re.findall(r"<(https?://[^>]*)>", body))
    undeclared = []
    for iri in sorted(used - LISTED_DATATYPES - LICENCES):
        if iri.startswith(OWN):
            continue
        namespace = next((n for n in pinned if iri.startswith(n)), None)
        if namespace is None or (iri != namespace and iri.removeprefix(namespace) not in pinned[namespace]):
            undeclared.append(iri)

    assert undeclared == []


def test_every_iri_of_our_own_in_shapes_and_queries_is_declared(graph: Graph) -> None:
    declared = {str(s) for s in graph.subjects()}
    shapes = Graph()
    for path in sorted((ROOT / "shapes").rglob("*.ttl")):
        shapes.parse(path)
    used = {str(t) for triple in shapes for t in triple if isinstance(t, URIRef) and t in MR}
    for path in (*(ROOT / "queries").glob("*.rq"), *(ROOT / "shapes").glob("*.ttl")):
        used |= {str(MR[name]) for name in re.findall(r"\bmr:(\w+)", path.read_text(encoding="utf-8"))}

    assert sorted(used - declared) == []


def test_alignments_do_no_harm(graph: Graph, pinned: dict[str, dict[str, tuple[str, str, str]]]) -> None:
    """What a sub-property's domain or range would conclude is already said of our classes."""

    def resolved(namespace: str, name: str) -> str:
        return name if name.startswith("http") else namespace + name

    def supers(class_: URIRef) -> set[str]:
        return {str(class_)} | {str(c) for c in graph.objects(class_, RDFS.subClassOf)}

    harmful = []
    for ours, theirs in graph.subject_objects(RDFS.subPropertyOf):
        namespace = next(n for n in pinned if str(theirs).startswith(n))
        _, domain, range_ = pinned[namespace][str(theirs).removeprefix(namespace)]
        for wanted, predicate in ((domain, SCHEMA.domainIncludes), (range_, SCHEMA.rangeIncludes)):
            if wanted in ("-", "") or wanted.endswith(("#Literal", "#Thing", "Thing")):
                continue
            full = [resolved(namespace, each) for each in wanted.split("|")]
            for class_ in graph.objects(ours, predicate):
                if not supers(class_) & set(full):
                    harmful.append(f"{ours} -> {theirs}: {class_} would become {wanted}")

    assert harmful == []


def test_each_property_is_of_one_owl_kind(graph: Graph) -> None:
    """OWL 2 DL, section 5.8.1: no IRI is two kinds of property, or class and datatype."""
    kinds = (OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty)
    for prop in {p for kind in kinds for p in graph.subjects(RDF.type, kind)}:
        assert sum((prop, RDF.type, kind) in graph for kind in kinds) == 1, prop
    classes, datatypes = (set(graph.subjects(RDF.type, k)) for k in (OWL.Class, RDFS.Datatype))
    assert not classes & datatypes


def test_every_predicate_and_class_of_the_files_is_declared_in_them(graph: Graph) -> None:
    """OWL 2 DL: what is used is declared; built-in terms of RDF, RDFS and OWL are."""
    builtin = (str(RDF), str(RDFS), str(OWL))
    undeclared = {
        str(p)
        for p in graph.predicates()
        if not str(p).startswith(builtin) and (p, RDF.type, None) not in graph
    }
    assert sorted(undeclared) == []


def test_readings_that_no_program_has_are_refused(tmp_path: Path) -> None:
    text = (ROOT / "ontology" / "core.ttl").read_text(encoding="utf-8")
    (tmp_path / "core.ttl").write_text(text.replace("conv:reading conv:clock", "conv:reading conv:clok"))

    with pytest.raises(UsageError, match="no reading `clok`"):
        Ontology.from_dir(tmp_path)


def test_two_properties_with_one_field_are_refused(tmp_path: Path) -> None:
    text = (ROOT / "ontology" / "core.ttl").read_text(encoding="utf-8")
    (tmp_path / "core.ttl").write_text(text.replace('conv:field "subject" ;', 'conv:field "date" ;', 1))

    with pytest.raises(UsageError, match="two properties have the field `date`"):
        Ontology.from_dir(tmp_path)
