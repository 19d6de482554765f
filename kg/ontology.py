"""The ontology as immutable terms: classes with their record fields, properties, schemes of codes."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from kg.dates import Zone
from kg.errors import UsageError
from kg.ntriples import READABLE, XSD
from kg.suggest import did_you_mean

if TYPE_CHECKING:
    from rdflib import Graph
    from rdflib.term import Node

CONV = "https://w3id.org/maproom/conversion#"
OWL_THING = "http://www.w3.org/2002/07/owl#Thing"
RDFS_LABEL = "http://www.w3.org/2000/01/rdf-schema#label"
RDFS_RESOURCE = "http://www.w3.org/2000/01/rdf-schema#Resource"
SKOS = "http://www.w3.org/2004/02/skos/core#"
SKOS_CONCEPT = f"{SKOS}Concept"
SKOS_SCHEME = f"{SKOS}ConceptScheme"
READINGS = frozenset({"time", "edtf", "group", "clock", "citation", "extent", "parts", "field-name"})
_HEADER = re.compile(r"<https://w3id\.org/maproom/ontology>\s+(?:a|rdf:type)\s+owl:Ontology")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


@lru_cache(256)
def _class_slug(iri: str) -> str:
    return _CAMEL.sub("-", re.split(r"[#/]", iri)[-1]).lower()


@dataclass(frozen=True, slots=True)
class Term:
    """What every term of the ontology says of itself in English."""

    iri: str
    label: str
    definition: str
    source: str
    example: str

    @property
    def name(self) -> str:
        """The last part of the IRI."""
        return re.split(r"[#/]", self.iri)[-1]

    @property
    def a_label(self) -> str:
        """The label with its article."""
        return f"{'an' if self.label[:1].lower() in 'aeiou' else 'a'} {self.label}"


@dataclass(frozen=True, slots=True)
class Property(Term):
    """A property and how a record field states it.

    `field` is None for a property that only rules conclude; `limit` is the greatest number of
    values or None; `datatype` is the IRI of a literal's datatype, or None for a link;
    `ranges` and `domains` are IRIs of classes; `reading`, `output` and `role` are local names of
    conversion annotations; `scheme` is the IRI of the concept scheme of codes.
    """

    field: str | None
    order: int
    limit: int | None
    datatype: str | None
    ranges: tuple[str, ...]
    domains: tuple[str, ...]
    reading: str | None
    pattern: str | None
    output: str | None
    scheme: str | None
    role: str | None
    context: bool


@dataclass(frozen=True, slots=True)
class RecordClass(Term):
    """A class of things that records describe.

    `record` is the word that makes a file a record of this class, None for a class whose things
    are written inside other records; `fields` maps field names to properties in their order;
    `requires` has the field names that must be given; `pattern` names things without an id.
    """

    record: str | None
    requires: tuple[str, ...]
    pattern: str | None
    scheme: str | None
    role: str | None
    fields: Mapping[str, Property] = field(hash=False)

    def must_say(self, name: str) -> str:
        """The message for a thing that lacks a field it must have."""
        meaning = self.fields[name].definition
        return f"{self.a_label} must say `{name}`: {meaning[:1].lower()}{meaning[1:]}"

    @property
    def slug(self) -> str:
        """The part of an IRI that stands before the name of a thing of this class."""
        return _class_slug(self.iri)


@dataclass(frozen=True, slots=True)
class Concept(Term):
    """A code of a scheme."""

    code: str
    scheme: str


@dataclass(frozen=True, slots=True)
class Scheme(Term):
    """A concept scheme; `prefix` abbreviates the IRIs of its concepts, `codes` maps code to concept."""

    prefix: str
    codes: Mapping[str, Concept] = field(hash=False)


@dataclass(frozen=True)
class Ontology:
    """All terms that records are read by.

    `digest` is the SHA-256 of the files that it was read from.
    """

    iri: str
    version: str
    classes: Mapping[str, RecordClass]
    properties: Mapping[str, Property]
    schemes: Mapping[str, Scheme]
    zones: tuple[Zone, ...]
    prefixes: Mapping[str, str]
    digest: str

    @classmethod
    def from_dir(cls, *folders: Path) -> Ontology:
        """Reads every Turtle file below the folders, later folders adding to earlier ones.

        Raises UsageError where a file is not Turtle or the annotations contradict each other.
        """
        from rdflib import Graph

        paths = [path for folder in folders for path in sorted(folder.rglob("*.ttl"))]
        if not paths:
            raise UsageError(f"no ontology in {', '.join(map(str, folders))}")
        graph = Graph(bind_namespaces="none")
        digest = hashlib.sha256()
        for path in paths:
            data = path.read_bytes()
            digest.update(len(data).to_bytes(8, "big") + data)
            try:
                graph.parse(data=data, format="turtle")
            except Exception as error:  # rdflib raises many kinds for bad Turtle
                raise UsageError(f"{path}: not Turtle: {error}") from error
        return _Reader(graph).ontology(digest.hexdigest())

    @cached_property
    def records(self) -> Mapping[str, RecordClass]:
        """The classes that have records of their own, by the word in the field `record`."""
        return {c.record: c for c in self.classes.values() if c.record}

    @cached_property
    def slugs(self) -> Mapping[str, RecordClass]:
        """The classes whose things are written inside records, by the part that names them in IRIs."""
        return {c.slug: c for c in self.classes.values() if not c.record}

    @cached_property
    def annotation(self) -> RecordClass | None:
        """The class whose things hold what is said of a single value."""
        return next((c for c in self.classes.values() if c.role == "annotation"), None)

    def inline(self, prop: Property) -> RecordClass | None:
        """The class whose things are written in full as values of the property, if there is one."""
        if len(prop.ranges) != 1:
            return None
        found = self.classes.get(prop.ranges[0])
        return found if found and not found.record else None

    def wrong_class(self, written: str, found: str, wanted: Iterable[str]) -> str:
        """The message for a reference to a thing of a class that the property does not take."""
        labels = [self.classes[c].a_label for c in wanted if c in self.classes]
        label = self.classes[found].a_label if found in self.classes else found
        return f"`{written}` is {label}; wanted is {' or '.join(labels)}"


def with_shipped(folders: Sequence[Path], shipped: Path) -> list[Path]:
    """The folders to read: the shipped ontology and those given, or only those if they hold a copy of it."""
    texts = (p.read_text("utf-8", "replace") for folder in folders for p in folder.rglob("*.ttl"))
    if any(_HEADER.search(text) for text in texts):
        return list(folders)
    return [shipped, *folders]


class _Reader:
    """Turns the triples of the ontology's files into terms."""

    def __init__(self, graph: Graph) -> None:
        from rdflib import OWL, RDF, RDFS, SKOS, Namespace, URIRef
        from rdflib.namespace import DCTERMS, VANN

        self.graph = graph
        self.rdf, self.rdfs, self.owl, self.skos = RDF, RDFS, OWL, SKOS
        self.vann, self.dcterms = VANN, DCTERMS
        self.conv, self.schema = Namespace(CONV), Namespace("http://schema.org/")
        self.uri = URIRef

    def ontology(self, digest: str) -> Ontology:
        """The whole, with fields of each class in their order."""
        properties = {p.iri: p for p in self._properties()}
        classes = {c.iri: c for c in self._classes(properties)}
        kinds: dict[str, str] = {}
        for found in classes.values():
            if found.record and kinds.setdefault(found.record, found.iri) != found.iri:
                raise UsageError(f"two classes have the record kind `{found.record}`")
        iri, version = self._header()
        return Ontology(
            iri=iri,
            version=version,
            classes=classes,
            properties=properties,
            schemes={s.iri: s for s in self._schemes()},
            zones=tuple(self._zones()),
            prefixes=self._prefixes(),
            digest=digest,
        )

    def _header(self) -> tuple[str, str]:
        main = next(
            (s for s in self.graph.subjects(self.owl.imports, None)),
            next(iter(sorted(self.graph.subjects(self.rdf.type, self.owl.Ontology), key=str)), None),
        )
        if main is None:
            raise UsageError("no file declares an owl:Ontology")
        return str(main), str(self.graph.value(main, self.owl.versionInfo) or "")

    def _text(self, subject: Node, predicate: Node) -> str:
        values = sorted(self.graph.objects(subject, predicate), key=str)
        english = [v for v in values if getattr(v, "language", None) in (None, "en")]
        found = english or values
        return str(found[0]) if found else ""

    def _word(self, subject: Node, predicate: Node) -> str | None:
        value = self.graph.value(subject, predicate)
        return None if value is None else str(value)

    def _local(self, subject: Node, predicate: Node) -> str | None:
        value = self._word(subject, predicate)
        return value.removeprefix(CONV) if value else None

    def _number(self, subject: Node, predicate: Node) -> int | None:
        value = self._word(subject, predicate)
        if value is None:
            return None
        if not value.isdecimal():
            raise UsageError(f"<{subject}>: `{value}` is not a whole number")
        return int(value)

    def _iris(self, subject: Node, predicate: Node) -> tuple[str, ...]:
        return tuple(sorted(str(o) for o in self.graph.objects(subject, predicate)))

    def _term(self, subject: Node) -> tuple[str, str, str, str, str]:
        return (
            str(subject),
            self._text(subject, self.rdfs.label),
            self._text(subject, self.skos.definition),
            self._text(subject, self.dcterms.source),
            self._text(subject, self.skos.example),
        )

    def _properties(self) -> Iterator[Property]:
        subjects = set(self.graph.subjects(self.schema.domainIncludes, None))
        for subject in sorted(subjects | set(self.graph.subjects(self.conv.field, None)), key=str):
            reading = self._local(subject, self.conv.reading)
            if reading and reading not in READINGS:
                raise UsageError(
                    f"<{subject}>: no reading `{reading}`; there are {', '.join(sorted(READINGS))}"
                )
            ranges = self._iris(subject, self.schema.rangeIncludes)
            datatype = self._word(subject, self.rdfs.range)
            is_link = (subject, self.rdf.type, self.owl.ObjectProperty) in self.graph
            if is_link and not ranges and datatype:
                ranges, datatype = (datatype,), None
            if datatype and not is_link and datatype.startswith(XSD) and datatype not in READABLE:
                names = ", ".join(sorted(d.removeprefix(XSD) for d in READABLE))
                raise UsageError(f"<{subject}>: values of <{datatype}> cannot be read; take one of {names}")
            self._check_classes(subject)
            yield Property(
                *self._term(subject),
                field=self._word(subject, self.conv.field),
                order=self._number(subject, self.conv.order) or 50,
                limit=self._number(subject, self.conv.max),
                datatype=None if is_link else (datatype or f"{XSD}string"),
                ranges=ranges,
                domains=self._iris(subject, self.schema.domainIncludes)
                or self._iris(subject, self.rdfs.domain),
                reading=reading,
                pattern=self._word(subject, self.conv.pattern),
                output=self._word(subject, self.conv.output),
                scheme=self._word(subject, self.conv.scheme),
                role=self._local(subject, self.conv.role),
                context=self._word(subject, self.conv.context) in ("true", "1"),
            )

    def _check_classes(self, subject: Node) -> None:
        """Refuses a property of classes that nobody declares; a slip there would silence the property."""
        declared = set(self.graph.subjects(self.rdf.type, self.owl.Class))
        for predicate in (self.schema.domainIncludes, self.schema.rangeIncludes):
            for class_ in self.graph.objects(subject, predicate):
                if class_ not in declared and str(class_) not in (OWL_THING, RDFS_RESOURCE):
                    hint = did_you_mean(str(class_), map(str, declared))
                    raise UsageError(f"<{subject}>: no class <{class_}> is declared{hint}")

    def _classes(self, properties: Mapping[str, Property]) -> Iterator[RecordClass]:
        # Classes of others, which stand in the alignments, describe no records.
        described = {domain for prop in properties.values() for domain in prop.domains}
        for subject in sorted(self.graph.subjects(self.rdf.type, self.owl.Class), key=str):
            iri = str(subject)
            if iri not in described:
                continue
            fields: dict[str, Property] = {}
            for prop in sorted(properties.values(), key=lambda p: (p.order, p.field or "")):
                if prop.field and (iri in prop.domains or OWL_THING in prop.domains):
                    if prop.field in fields:
                        raise UsageError(f"<{iri}>: two properties have the field `{prop.field}`")
                    fields[prop.field] = prop
            required = []
            for needed in self._iris(subject, self.conv.requires):
                name = next((f for f, p in fields.items() if p.iri == needed), None)
                if name is None:
                    raise UsageError(f"<{iri}> requires <{needed}>, which is no field of it")
                required.append(name)
            yield RecordClass(
                *self._term(subject),
                record=self._word(subject, self.conv.record),
                requires=tuple(name for name in fields if name in required),
                pattern=self._word(subject, self.conv.name),
                scheme=self._word(subject, self.conv.scheme),
                role=self._local(subject, self.conv.role),
                fields=fields,
            )

    def _schemes(self) -> Iterator[Scheme]:
        for subject in sorted(self.graph.subjects(self.rdf.type, self.skos.ConceptScheme), key=str):
            code = self._word(subject, self.skos.notation)
            if not code:
                continue
            concepts: dict[str, Concept] = {}
            for member in sorted(self.graph.subjects(self.skos.inScheme, subject), key=str):
                own = self._word(member, self.skos.notation)
                if own:
                    concepts[own] = Concept(*self._term(member), code=own, scheme=str(subject))
            yield Scheme(*self._term(subject), prefix=code, codes=concepts)

    def _zones(self) -> Iterator[Zone]:
        for subject in sorted(self.graph.subjects(self.conv.offset, None), key=str):
            names = [self._text(subject, self.rdfs.label)]
            names += self._iris(subject, self.skos.altLabel)
            yield Zone(
                code=self._word(subject, self.skos.notation) or "",
                offset=int(self._word(subject, self.conv.offset) or 0),
                assumed=self._word(subject, self.conv.assumed) in ("true", "1"),
                names=tuple(names),
            )

    def _prefixes(self) -> dict[str, str]:
        found = {
            "dcterms": "http://purl.org/dc/terms/",
            "edtf": "http://id.loc.gov/datatypes/edtf/",
            "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
            "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
            "scheme": "https://w3id.org/maproom/scheme/",
            "skos": SKOS,
            "xsd": "http://www.w3.org/2001/XMLSchema#",
        }
        for subject in self.graph.subjects(self.vann.preferredNamespacePrefix, None):
            prefix = str(self.graph.value(subject, self.vann.preferredNamespacePrefix))
            uri = self.graph.value(subject, self.vann.preferredNamespaceUri)
            if uri is not None:
                found[prefix] = str(uri)
        return dict(sorted(found.items()))
