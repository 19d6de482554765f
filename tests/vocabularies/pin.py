"""Pin the terms that external vocabularies declare: one text file for each prefix.

A term is declared if its source (N-Quads, RDF/XML or Turtle) gives a type to an IRI made of the
namespace and a local name; the header names those that the source only mentions. Labels and
definitions are not copied. The same sources give the same bytes.
"""

import argparse
import hashlib
import re
from collections import Counter, defaultdict
from pathlib import Path

from pyoxigraph import Literal, NamedNode, RdfFormat, parse

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
OWL = "http://www.w3.org/2002/07/owl#"
DC, DCT = "http://purl.org/dc/elements/1.1/", "http://purl.org/dc/terms/"
VERSION = OWL + "versionInfo", OWL + "versionIRI", DCT + "modified", DC + "date"
LICENCE = DCT + "license", "http://creativecommons.org/ns#license"
SOURCES = """
dcat      dcat      http://www.w3.org/ns/dcat#                       Data Catalog Vocabulary (DCAT)
dcterms   dcterms   http://purl.org/dc/terms/                        DCMI Metadata Terms
foaf      foaf      http://xmlns.com/foaf/0.1/                       Friend of a Friend (FOAF)
geosparql geo       http://www.opengis.net/ont/geosparql#            OGC GeoSPARQL Ontology
oa        oa        http://www.w3.org/ns/oa#                         Web Annotation Ontology
org       org       http://www.w3.org/ns/org#                        The Organization Ontology (ORG)
owl       owl       http://www.w3.org/2002/07/owl#                   OWL 2 Schema vocabulary
prov      prov      http://www.w3.org/ns/prov#                       PROV-O and its extensions
rdfs      rdfs      http://www.w3.org/2000/01/rdf-schema#            RDF Schema vocabulary
rico      RiC-O_1-1 https://www.ica.org/standards/RiC/ontology#      ICA Records in Contexts (RiC-O)
schema    schema    http://schema.org/                               Schema.org (http, as declared)
sd        sd        http://www.w3.org/ns/sparql-service-description# SPARQL Service Description
sh        sh        http://www.w3.org/ns/shacl#                      Shapes Constraint Language
skos      skos      http://www.w3.org/2004/02/skos/core#             SKOS Vocabulary
time      time      http://www.w3.org/2006/time#                     OWL-Time
void      void      http://rdfs.org/ns/void#                         Interlinked Datasets (VoID)
wgs       wgs       http://www.w3.org/2003/01/geo/wgs84_pos#         WGS84 Geo Positioning
"""  # prefix, stem of the file, namespace as the file spells it, title
KINDS = {  # the first pattern that fits one of the types gives the kind
    OWL + "ObjectProperty": "object-property",
    OWL + "DatatypeProperty": "datatype-property",
    OWL + "AnnotationProperty": "annotation-property",
    f"({RDF}|{RDFS}|{OWL})[A-Za-z]*Property": "property",
    RDFS + "Datatype": "datatype",
    f"({RDFS}|{OWL})Class": "class",
    f"(?!{OWL}Ontology$).*": "individual",
}
About = defaultdict[str, set[str]]  # of one subject: predicate, objects; a blank one is "_:"


def term(name: str, about: About, names: dict[str, str]) -> str:
    """Return the line of a term, or nothing if the source does not declare it."""
    types = about[RDF + "type"]
    kind = next((k for p, k in KINDS.items() if any(re.fullmatch(p, t) for t in types)), "")
    columns = [name, kind]
    for end in ("domain", "range") if kind.endswith("property") else ():
        ends = sorted(names.get(iri, iri) for iri in about[RDFS + end])
        columns.append("-" if "_:" in ends else "|".join(ends) or "-")
    return "\t".join(columns) if kind else ""


def stated(found: dict[str, About], namespace: str, predicates: tuple[str, ...]) -> str:
    """Return what the source says of its vocabulary as a whole with the first of these."""
    ontologies = sorted(iri for iri in found if OWL + "Ontology" in found[iri][RDF + "type"])
    heads = [found.get(i, About(set)) for i in (namespace, namespace[:-1], *ontologies)]
    values = (max(head[p]) for head in heads for p in predicates if head[p])
    return " ".join(next(values, "not stated in the source").split())


def pin(source: Path, namespace: str, title: str, target: Path) -> None:
    """Write the terms that the source declares in the namespace, and print what is left out."""
    found, mentioned = defaultdict[str, About](lambda: About(set)), set[str]()
    for quad in parse(path=source, format=RdfFormat.from_extension(source.suffix[1:])):
        nodes = quad.subject, quad.predicate, quad.object
        mentioned.update(node.value for node in nodes if isinstance(node, NamedNode))
        if isinstance(quad.subject, NamedNode):
            value = quad.object.value if isinstance(quad.object, NamedNode | Literal) else "_:"
            found[quad.subject.value][quad.predicate.value].add(value)
    local = re.compile(re.escape(namespace) + "[^/#]+")
    names = {iri: iri.removeprefix(namespace) for iri in mentioned if local.fullmatch(iri)}
    lines = {name: line for iri, name in names.items() if (line := term(name, found[iri], names))}
    rest = " ".join(sorted(set(names.values()) - set(lines)))
    header = f"""\
# title: {title}
# version: {stated(found, namespace, VERSION)}
# namespace: {namespace}
# source: {source.name}
# sha256: {hashlib.sha256(source.read_bytes()).hexdigest()}
# licence: {stated(found, namespace, LICENCE)}
# columns: local name, kind; of a property also rdfs:domain and rdfs:range ("-": no plain IRI)
# mentioned, not declared: {rest or "nothing"}"""
    target.write_bytes("\n".join([header, *sorted(lines.values()), ""]).encode())
    others = (i for i in found if i not in names and term(i, found[i], names))
    foreign = Counter(re.sub("[^/#]*$", "", iri) for iri in others)
    elsewhere = ", ".join(f"{count} in {space}" for space, count in sorted(foreign.items()))
    print(f"{target.name}: {len(lines)} terms; skipped, as only mentioned: {rest or 'nothing'}")
    print(f"  skipped, as of another namespace: {elsewhere or 'nothing'}")


def main() -> None:
    """Pin each vocabulary whose source is in the folder, and print what is skipped."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="folder of the sources")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent, help="default: here")
    options = parser.parse_args()
    rows = {row.split()[1]: row.split(maxsplit=3) for row in SOURCES.strip().splitlines()}
    for path in sorted(options.folder.iterdir()):
        if row := rows.pop(path.stem, None):
            pin(path, row[2], row[3], options.out / f"{row[0]}.txt")
        else:
            print(f"skipped {path.name}: its stem is not in SOURCES, or not the first of that stem")
    for prefix, stem, *_ in rows.values():
        print(f"skipped {prefix}: the folder has no {stem}.*")
    print("skipped rdf and vann: written by hand")


if __name__ == "__main__":
    main()
