"""Against a SPARQL server of others: the `oxigraph` package's, loaded with the graph of the folder."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from conftest import ROOT

from kg.cli import main

pytestmark = pytest.mark.server


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("server") / "graph"
    result = CliRunner().invoke(main, ["build", str(ROOT / "records"), "--out", str(out)])
    assert result.exit_code == 0, result.output
    return out


@pytest.fixture(scope="module")
def endpoint(graph: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    program = shutil.which("oxigraph") or str(Path(sys.executable).parent / "oxigraph")
    if not Path(program).exists():
        pytest.skip("the oxigraph package is not installed")
    location = tmp_path_factory.mktemp("oxigraph")
    files = [graph / "current" / name for name in ("graph.nt", "ontology.nt")]
    for file in files:
        load = [program, "load", "--location", str(location), "--file", str(file)]
        subprocess.run(load, check=True, capture_output=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [program, "serve-read-only", "--location", str(location), "--bind", f"127.0.0.1:{port}"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        url = f"http://127.0.0.1:{port}/query"
        for _ in range(100):
            try:
                urllib.request.urlopen(f"{url}?query=ASK%7B%7D", timeout=1).read()
                break
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.1)
        yield url
        server.terminate()


@pytest.mark.parametrize("query", sorted((ROOT / "queries").glob("*.rq")), ids=lambda p: p.stem)
def test_a_query_gives_the_same_rows_over_http(query: Path, graph: Path, endpoint: str) -> None:
    def rows(*where: str) -> str:
        result = CliRunner().invoke(main, ["sparql", "--file", str(query), "--format", "csv", *where])
        assert result.exit_code == 0, result.output
        return result.stdout

    assert rows("--endpoint", endpoint) == rows("--out", str(graph))


def test_construct_over_http(graph: Path, endpoint: str) -> None:
    query = "CONSTRUCT WHERE { ?d a <https://w3id.org/maproom/ontology#Document> }"
    there = CliRunner().invoke(main, ["sparql", query, "--endpoint", endpoint])
    here = CliRunner().invoke(main, ["sparql", query, "--out", str(graph)])

    assert there.stdout == here.stdout != ""


def test_a_syntax_error_is_reported_as_wrong_use(endpoint: str) -> None:
    result = CliRunner().invoke(main, ["sparql", "SELECT * WHERE {", "--endpoint", endpoint])

    assert result.exit_code == 2
    assert "refuses the query" in result.stderr
