"""Validation of a graph by SHACL shapes, with each result taken back to the line of its record.

pySHACL calls a shapes graph without shapes, or with a misspelt term, a success; so the shapes are
checked first, and every shape says how many things it looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kg.errors import Finding, KgError, MissingExtra, Severity, UsageError
from kg.suggest import did_you_mean

if TYPE_CHECKING:
    from rdflib import Graph

CONV_CODE = "https://w3id.org/maproom/conversion#code"
#: From subject and property (or "" for the thing itself) to file, line and column.
Locate = Callable[[str, str], tuple[str, int, int] | None]


@dataclass(frozen=True)
class Report:
    """What validation found, and how many focus nodes each shape had."""

    findings: list[Finding]
    checked: Mapping[str, int]


def positions(path: Path) -> Locate:
    """Where things and fields stand, from the sidecar of a build.

    A field that the map does not have is placed at its thing, a thing at the nearest around it.
    """
    places: dict[tuple[str, str], tuple[str, int, int]] = {}
    with path.open(encoding="utf-8") as lines:
        next(lines)
        for row in lines:
            subject, predicate, file, line, column = row.rstrip("\n").split("\t")
            places.setdefault((subject, predicate), (file, int(line), int(column)))

    def locate(subject: str, predicate: str) -> tuple[str, int, int] | None:
        found = places.get((subject, predicate))
        while found is None and subject.count("/") > 2:
            found = places.get((subject, ""))
            subject = subject.rpartition("/")[0]
        return found

    return locate


def validate(data: Iterable[Path], shapes: Iterable[Path], locate: Locate) -> Report:
    """Validates files of N-Triples by the shapes of some folders.

    Raises UsageError for shapes that cannot be meant, MissingExtra without pySHACL. Source: SHACL
    (W3C Recommendation of 2017), Core and SPARQL constraints, as pySHACL implements them.
    """
    try:
        import pyshacl
    except ImportError as error:
        raise MissingExtra("pySHACL", "validate") from error
    from rdflib import Graph

    shapes_graph = _read_shapes(shapes)
    with _as_written():
        graph = Graph(bind_namespaces="none")
        for path in data:
            graph.parse(path, format="nt")
        conforms, results, text = pyshacl.validate(
            graph, shacl_graph=shapes_graph, inference="none", advanced=False, do_owl_imports=False
        )
    if not isinstance(results, Graph):
        raise KgError(f"the shapes could not be applied: {text}")
    findings = sorted(_findings(results, shapes_graph, locate))
    if not conforms and not findings:
        raise KgError("pySHACL found the graph wrong and did not say why")
    return Report(findings, _counts(graph, shapes_graph))


@contextmanager
def _as_written() -> Iterator[None]:
    """Has rdflib keep literals as they are written; it would change `Z` to `+00:00`, and patterns fail."""
    import rdflib

    before, rdflib.NORMALIZE_LITERALS = rdflib.NORMALIZE_LITERALS, False
    try:
        yield
    finally:
        rdflib.NORMALIZE_LITERALS = before


def _read_shapes(folders: Iterable[Path]) -> Graph:
    from rdflib import RDF, SH, Graph

    graph = Graph(bind_namespaces="none")
    for path in sorted(path for folder in folders for path in folder.rglob("*.ttl")):
        try:
            graph.parse(path, format="turtle")
        except Exception as error:  # rdflib raises many kinds for bad Turtle
            raise UsageError(f"{path}: not Turtle: {error}") from error
    if (None, RDF.type, SH.NodeShape) not in graph:
        raise UsageError("the shapes folder has no sh:NodeShape, so nothing would be checked")
    for term in sorted({str(term) for triple in graph for term in triple}):
        if term.startswith(str(SH)) and term not in SH:
            names = [str(each).removeprefix(str(SH)) for each in dir(SH)]
            name = term.removeprefix(str(SH))
            raise UsageError(f"SHACL has no term sh:{name}{did_you_mean(name, names)}")
    return graph


def _findings(results: Graph, shapes: Graph, locate: Locate) -> Iterable[Finding]:
    from rdflib import RDF, SH, URIRef

    levels: dict[Any, Severity] = {SH.Warning: "warning", SH.Info: "info"}
    for result in results.subjects(RDF.type, SH.ValidationResult):
        focus = str(results.value(result, SH.focusNode))
        path = results.value(result, SH.resultPath)
        predicate = str(path) if isinstance(path, URIRef) else ""
        value = results.value(result, SH.value)
        source = results.value(result, SH.sourceConstraint) or results.value(result, SH.sourceShape)
        code = shapes.value(source, URIRef(CONV_CODE)) if source is not None else None
        message = str(results.value(result, SH.resultMessage) or "the shape is not satisfied")
        file, line, column = locate(focus, predicate) or (focus, 0, 0)
        shown = f" (here: {value})" if value is not None and str(value) not in message else ""
        yield Finding(
            file,
            line,
            column,
            str(code or "KG200"),
            predicate.rpartition("#")[2],
            f"{focus}: {message}{shown}",
            levels.get(results.value(result, SH.resultSeverity), "error"),
        )


def _counts(graph: Graph, shapes: Graph) -> dict[str, int]:
    from rdflib import RDF, SH

    counts = {}
    for shape in sorted(shapes.subjects(RDF.type, SH.NodeShape), key=str):
        focus: set[Any] = set(shapes.objects(shape, SH.targetNode))
        for class_ in shapes.objects(shape, SH.targetClass):
            focus |= set(graph.subjects(RDF.type, class_))
        for predicate in shapes.objects(shape, SH.targetSubjectsOf):
            focus |= set(graph.subjects(predicate, None))
        for predicate in shapes.objects(shape, SH.targetObjectsOf):
            focus |= set(graph.objects(None, predicate))
        counts[str(shape).rpartition("#")[2]] = len(focus)
    return counts
