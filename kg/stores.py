"""Stores of statements that SPARQL is put to: the embedded one, and any SPARQL 1.1 endpoint.

Both give answers of the same kind (pyoxigraph's), so that whatever prints one prints the other.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from kg.errors import KgError, MissingExtra, UsageError

if TYPE_CHECKING:
    pass

_LOOKS_REMOTE = re.compile(r"\bservice\b", re.IGNORECASE)
#: Seconds after which a remote endpoint is given up.
DEFAULT_TIMEOUT = 60.0


class QueryError(UsageError):
    """A query that the store refuses, with what it says of it."""


class EndpointError(KgError):
    """A remote endpoint that cannot be reached, or does not answer as SPARQL 1.1 demands."""

    exit_status = 1


class Store(Protocol):
    """What can be asked."""

    def ask(self, query: str) -> Any:
        """The answer to a SPARQL query: solutions, a truth value, or triples."""


class EmbeddedStore:
    """A store on disk, opened for reading only; any number of readers may open it.

    Parameters: `prefixes` are those that queries need not declare.
    """

    def __init__(self, path: Path, prefixes: Mapping[str, str] | None = None) -> None:
        import pyoxigraph as ox

        self._prefixes = dict(prefixes or {})

        if not path.is_dir():
            raise UsageError(f"no store in {path}; make one with: kg build")
        try:
            self._store = ox.Store.read_only(str(path))
        except OSError as error:
            raise UsageError(f"{path} cannot be opened as a store: {error}") from error

    def ask(self, query: str) -> Any:
        """The answer to a SPARQL 1.1 query; raises QueryError.

        A query that would make the store call another address is refused.
        """
        refuse_service(query)
        try:
            return self._store.query(query, prefixes=self._prefixes)
        except (SyntaxError, ValueError, RuntimeError) as error:
            raise QueryError(f"the query cannot be answered: {' '.join(str(error).split())}") from error

    def __len__(self) -> int:
        return len(self._store)

    @staticmethod
    def load(path: Path, files: Iterable[Path]) -> None:
        """Makes a store in an empty folder from files of N-Triples."""
        import pyoxigraph as ox

        store = ox.Store(str(path))
        for file in files:
            store.bulk_load(path=str(file), format=ox.RdfFormat.N_TRIPLES)
        store.flush()


def refuse_service(query: str) -> None:
    """Raises QueryError for a query with a SERVICE clause.

    The engine would call any address named there (SPARQL 1.1 Federated Query), and has no switch
    against it. A query without the word cannot have the clause; one with it is parsed.
    """
    if not _LOOKS_REMOTE.search(query):
        return
    from rdflib.plugins.sparql.parser import parseQuery

    try:
        tree = parseQuery(query)
    except Exception as error:  # the parser raises several kinds of its own
        raise QueryError(f"the query cannot be read: {' '.join(str(error).split())}") from error
    if _has_service(tree):
        raise QueryError("SERVICE is refused: a query may not call other addresses; ask them with --endpoint")


def _has_service(node: Any) -> bool:
    stack = [node]
    while stack:
        node = stack.pop()
        if getattr(node, "name", None) == "ServiceGraphPattern":
            return True
        if isinstance(node, dict):
            stack.extend(node.values())
        elif isinstance(node, (list, tuple)) or type(node).__name__ == "ParseResults":
            stack.extend(node)
    return False


class RemoteStore:
    """A SPARQL 1.1 endpoint, spoken to by SPARQLWrapper with a time-out in seconds."""

    def __init__(self, url: str, timeout: float = DEFAULT_TIMEOUT) -> None:
        if not re.match(r"https?://[^\s/]+", url):
            raise UsageError(f"`{url}` is not the http or https address of an endpoint")
        self.url, self.timeout = url, timeout

    def ask(self, query: str) -> Any:
        """The answer to a query; raises EndpointError or QueryError."""
        try:
            from SPARQLWrapper import JSON, POST, TURTLE, SPARQLWrapper
        except ImportError as error:
            raise MissingExtra("SPARQLWrapper", "remote") from error
        import pyoxigraph as ox

        graph = _is_graph_query(query)
        client = SPARQLWrapper(self.url, agent="maproom-kg")
        client.setMethod(POST)
        client.setTimeout(max(1, round(self.timeout)))
        client.setReturnFormat(TURTLE if graph else JSON)
        client.setQuery(query)
        # SPARQLWrapper tells the kind of a query by a regular expression that comments deceive.
        client.queryType = "CONSTRUCT" if graph else "SELECT"
        body, kind = self._fetch(client)
        try:
            if graph:
                form = ox.RdfFormat.from_media_type(kind) or ox.RdfFormat.TURTLE
                return [quad.triple for quad in ox.parse(body, format=form)]
            results = ox.QueryResultsFormat.from_media_type(kind) or ox.QueryResultsFormat.JSON
            return ox.parse_query_results(body, format=results)
        except (SyntaxError, ValueError) as error:
            raise EndpointError(
                f"{self.url} answered with `{kind}`, which is no answer of SPARQL 1.1: {error}"
            ) from error

    def _fetch(self, client: Any) -> tuple[bytes, str]:
        from urllib.error import HTTPError, URLError

        from SPARQLWrapper.SPARQLExceptions import QueryBadFormed, SPARQLWrapperException

        try:
            response = client.query().response
            return response.read(), response.headers.get_content_type()
        except QueryBadFormed as error:
            raise QueryError(f"{self.url} refuses the query: {_first(error)}") from error
        except HTTPError as error:
            raise EndpointError(f"{self.url} answered {error.code} {error.reason}") from error
        except TimeoutError as error:
            raise EndpointError(f"{self.url} gave no answer in {self.timeout:g} seconds") from error
        except URLError as error:
            if isinstance(error.reason, TimeoutError):
                raise EndpointError(f"{self.url} gave no answer in {self.timeout:g} seconds") from error
            raise EndpointError(f"{self.url} cannot be reached: {error.reason}") from error
        except SPARQLWrapperException as error:
            raise EndpointError(f"{self.url}: {_first(error)}") from error
        except OSError as error:
            raise EndpointError(f"{self.url} broke off: {error}") from error


def _first(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return " ".join(lines)[:300] or type(error).__name__


def _is_graph_query(query: str) -> bool:
    """Whether a query is a CONSTRUCT or DESCRIBE, told by its first word after the prologue."""
    text = re.sub(r"#[^\n]*", "", re.sub(r"<[^<>\s]*>", "<>", query))
    text = re.sub(r"\b(?:prefix\s+[^\s:]*:\s*<>|base\s+<>)", " ", text, flags=re.IGNORECASE)
    return bool(re.match(r"\s*(construct|describe)\b", text, re.IGNORECASE))


def serialised(answer: Any, form: str, prefixes: dict[str, str]) -> bytes:
    """An answer in a form of W3C: csv, tsv, json, xml for solutions, turtle or ntriples for triples.

    Raises UsageError where the form does not fit the answer.
    """
    import pyoxigraph as ox

    solutions = {
        "csv": ox.QueryResultsFormat.CSV,
        "tsv": ox.QueryResultsFormat.TSV,
        "json": ox.QueryResultsFormat.JSON,
        "xml": ox.QueryResultsFormat.XML,
    }
    graphs = {"turtle": ox.RdfFormat.TURTLE, "ntriples": ox.RdfFormat.N_TRIPLES}
    if isinstance(answer, (ox.QuerySolutions, ox.QueryBoolean)):
        if form not in solutions or (isinstance(answer, ox.QueryBoolean) and form in ("csv", "tsv")):
            raise UsageError(f"{form} cannot hold this answer; take {', '.join(solutions)}")
        return answer.serialize(format=solutions[form]) or b""
    if form not in graphs:
        raise UsageError(f"{form} cannot hold triples; take {' or '.join(graphs)}")
    # Sorted, as a store gives its statements in no order.
    triples = sorted(answer, key=str)
    out = io.BytesIO()
    ox.serialize(triples, out, format=graphs[form], prefixes=prefixes)
    return out.getvalue()
