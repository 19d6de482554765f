"""Forms of RDF: from the stream of N-Triples that the conversion makes to the form that is asked for."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from kg.errors import UsageError
from kg.ntriples import is_iri

#: Names of the forms and the suffixes of their files.
SUFFIXES: Mapping[str, str] = {
    "ntriples": ".nt",
    "nquads": ".nq",
    "turtle": ".ttl",
    "trig": ".trig",
    "jsonld": ".jsonld",
}


def format_of(path: Path) -> str | None:
    """The form that a file's suffix names, or None."""
    return next((name for name, suffix in SUFFIXES.items() if suffix == path.suffix), None)


@contextmanager
def aside(path: Path) -> Iterator[Path]:
    """A new path beside the given one, which becomes it if all goes well and vanishes if not.

    The rename is atomic on one file system (POSIX rename), so no reader sees half a file.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        # mkstemp makes private files; the result is an ordinary one.
        mask = os.umask(0)
        os.umask(mask)
        temporary.chmod(0o666 & ~mask)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def write(source: Path, target: IO[bytes], form: str, prefixes: Mapping[str, str], graph: str | None) -> None:
    """Writes a file of N-Triples in another form, as a stream: memory does not grow with its size.

    Parameters: `graph` is the IRI of the named graph for the forms that have graphs (N-Quads, TriG,
    JSON-LD); None is the default graph. Sources: the W3C Recommendations of each form, as
    Oxigraph's serialisers implement them.
    """
    if graph is not None and (form not in ("nquads", "trig", "jsonld") or not is_iri(graph)):
        raise UsageError(f"`{graph}` cannot name a graph in {form}; take nquads, trig or jsonld")
    with source.open("rb") as lines:
        if form == "ntriples" or (form == "nquads" and graph is None):
            shutil.copyfileobj(lines, target, 1 << 20)
        elif form == "nquads":
            end = f" <{graph}> .\n".encode()
            for line in lines:
                target.write(line[:-3] + end)
        else:
            _serialise(lines, target, form, prefixes, graph)


def _serialise(
    lines: IO[bytes], target: IO[bytes], form: str, prefixes: Mapping[str, str], graph: str | None
) -> None:
    import pyoxigraph as ox

    formats: dict[str, Any] = {
        "turtle": ox.RdfFormat.TURTLE,
        "trig": ox.RdfFormat.TRIG,
        "jsonld": ox.RdfFormat.JSON_LD,
    }
    quads: Iterator[Any] = ox.parse(lines, format=ox.RdfFormat.N_TRIPLES)
    if form == "turtle":
        quads = (quad.triple for quad in quads)
    elif graph is not None:
        name = ox.NamedNode(graph)
        quads = (ox.Quad(quad.subject, quad.predicate, quad.object, name) for quad in quads)
    ox.serialize(quads, target, format=formats[form], prefixes=dict(prefixes))
