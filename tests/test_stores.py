"""The store on disk and a remote endpoint give the same answers, and neither is led astray."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pyoxigraph as ox
import pytest

from kg.stores import EmbeddedStore, EndpointError, QueryError, RemoteStore, refuse_service, serialised

TRIPLES = b"""
<http://a/1> <http://a/name> "one" .
<http://a/2> <http://a/name> "two" .
"""
SELECT = "SELECT ?s ?n WHERE { ?s <http://a/name> ?n } ORDER BY ?n"


@pytest.fixture
def embedded(tmp_path: Path) -> EmbeddedStore:
    (tmp_path / "data.nt").write_bytes(TRIPLES)
    EmbeddedStore.load(tmp_path / "store", [tmp_path / "data.nt"])
    return EmbeddedStore(tmp_path / "store")


class _Endpoint(BaseHTTPRequestHandler):
    """A small SPARQL 1.1 endpoint over the same statements, with faults on demand."""

    behaviour = "well"
    store = ox.Store()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        query = parse_qs(body)["query"][0]
        if self.behaviour == "slow":
            time.sleep(3)
        if self.behaviour.isdecimal():
            self._send(int(self.behaviour), "text/plain", b"no")
            return
        if self.behaviour == "html":
            self._send(200, "text/html", b"<html>hello</html>")
            return
        if self.behaviour == "half":
            self._send(200, "application/sparql-results+json", b'{"head": {"vars": ["s"]}, "resul')
            return
        answer: Any = self.store.query(query)
        if isinstance(answer, ox.QueryTriples):
            self._send(200, "text/turtle", answer.serialize(format=ox.RdfFormat.TURTLE) or b"")
        else:
            json = answer.serialize(format=ox.QueryResultsFormat.JSON) or b""
            self._send(200, "application/sparql-results+json", json)

    def _send(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        with suppress(BrokenPipeError):
            self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def endpoint() -> Iterator[Callable[[str], str]]:
    """Starts the endpoint with a behaviour, and gives its address."""
    servers = []

    def start(behaviour: str = "well") -> str:
        store = ox.Store()
        store.load(TRIPLES, format=ox.RdfFormat.N_TRIPLES)
        handler = type("Handler", (_Endpoint,), {"behaviour": behaviour, "store": store})
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        server.daemon_threads = True
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}/sparql"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def test_both_stores_give_the_same_answers(embedded: EmbeddedStore, endpoint: Callable[..., str]) -> None:
    pytest.importorskip("SPARQLWrapper")
    remote = RemoteStore(endpoint())
    for form in ("csv", "tsv", "json", "xml"):
        assert serialised(remote.ask(SELECT), form, {}) == serialised(embedded.ask(SELECT), form, {})
    construct = "# SELECT\nPREFIX a: <http://a/> CONSTRUCT { ?s a:called ?n } WHERE { ?s a:name ?n }"
    assert serialised(remote.ask(construct), "turtle", {}) == serialised(
        embedded.ask(construct), "turtle", {}
    )
    assert bool(remote.ask("ASK { ?s ?p 'one' }")) is bool(embedded.ask("ASK { ?s ?p 'one' }")) is True


@pytest.mark.parametrize("behaviour, says", [
    ("400", "refuses the query"), ("404", "not possible to connect"), ("429", "answered 429"),
    ("500", "internal|500"), ("503", "answered 503"), ("html", "no answer of SPARQL 1.1"),
    ("slow", "no answer in 1 seconds"),
])  # fmt: skip
def test_every_fault_of_an_endpoint_is_one_clear_error(
    behaviour: str, says: str, endpoint: Callable[..., str]
) -> None:
    pytest.importorskip("SPARQLWrapper")
    with pytest.raises((EndpointError, QueryError), match=f"(?i){says}"):
        RemoteStore(endpoint(behaviour), timeout=1).ask(SELECT)


def test_half_an_answer_is_not_an_answer(endpoint: Callable[..., str]) -> None:
    pytest.importorskip("SPARQLWrapper")
    with pytest.raises(EndpointError):
        list(RemoteStore(endpoint("half")).ask(SELECT))


def test_an_endpoint_that_is_not_there() -> None:
    pytest.importorskip("SPARQLWrapper")
    with pytest.raises(EndpointError, match="cannot be reached"):
        RemoteStore("http://127.0.0.1:9/sparql").ask(SELECT)


@pytest.mark.parametrize("query", [
    "SELECT * WHERE { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
    "SELECT * WHERE { service silent <http://127.0.0.1:9/> { ?s ?p ?o } }",
    "ASK { FILTER EXISTS { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } } }",
    "SELECT * WHERE { { SELECT ?s WHERE { ?s ?p ?o OPTIONAL { SERVICE ?s { ?a ?b ?c } } } } }",
    "CONSTRUCT { ?s ?p ?o } WHERE { { ?s ?p ?o } UNION { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } } }",
])  # fmt: skip
def test_a_query_may_not_call_other_addresses(query: str, embedded: EmbeddedStore) -> None:
    with pytest.raises(QueryError, match="SERVICE is refused"):
        embedded.ask(query)


@pytest.mark.parametrize("query", [
    "SELECT ?s WHERE { ?s <http://a/name> 'civil service' }",
    "SELECT ?service WHERE { ?service ?p ?o } # SERVICE",
])  # fmt: skip
def test_the_word_service_alone_is_no_offence(query: str, embedded: EmbeddedStore) -> None:
    refuse_service(query)
    list(embedded.ask(query))


@pytest.mark.parametrize("query", ["LOAD <file:///etc/passwd>", "DROP ALL", "SELECT * WHERE {"])
def test_what_is_no_query_is_refused(query: str, embedded: EmbeddedStore) -> None:
    with pytest.raises(QueryError):
        embedded.ask(query)


def test_from_reads_no_file(embedded: EmbeddedStore) -> None:
    assert list(embedded.ask("SELECT * FROM <file:///etc/passwd> WHERE { ?s ?p ?o }")) == []
