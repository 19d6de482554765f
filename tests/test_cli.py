"""The commands as people use them: what they print and the status they leave with."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from conftest import ROOT

from kg.cli import main

Write = Callable[..., Path]
SMITH = "record: person\nid: smith\nlabel: Smith\n"


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The graph of the shipped records."""
    out = tmp_path_factory.mktemp("built") / "graph"
    result = CliRunner().invoke(main, ["build", str(ROOT / "records"), "--out", str(out)])
    assert result.exit_code == 0, result.output
    return out


def run(*arguments: object, stdin: str | None = None) -> Result:
    return CliRunner().invoke(main, [str(a) for a in arguments], input=stdin)


def test_help_is_instant_and_loads_no_heavy_library() -> None:
    code = (
        "import sys, click.testing; from kg.cli import main\n"
        "click.testing.CliRunner().invoke(main, ['--help'])\n"
        "print([m for m in ('rdflib', 'pyoxigraph', 'pyshacl', 'edtf', 'SPARQLWrapper') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("command", sorted(main.commands))
def test_every_command_has_help_that_says_what_it_does(command: str) -> None:
    result = run(command, "--help")
    assert result.exit_code == 0
    assert (main.commands[command].help or "").strip().endswith(".")


def test_check_shows_all_findings_and_leaves_with_one(write: Write) -> None:
    folder = write(**{"a.yaml": SMITH + "foo: bar\nborn: 1944-02-30\n", "b.yaml": "record: persn\nid: b\n"})
    result = run("check", folder)

    assert result.exit_code == 1
    assert re.findall(r"error (KG\d+)", result.stdout) == ["KG114", "KG121", "KG111"]
    assert "3 errors, 0 warnings" in result.stdout


def test_check_of_good_records_leaves_with_nought(write: Write) -> None:
    assert run("check", write(**{"a.yaml": SMITH})).exit_code == 0


def test_fail_on_warning(write: Write) -> None:
    folder = write(**{"m.yaml": "record: message\nid: m\nlabel: M\ndate: 1944-02-11\ngroup: 081560\n"})
    assert run("check", folder).exit_code == 0
    assert run("check", folder, "--fail-on", "warning").exit_code == 1


@pytest.mark.parametrize("arguments", [
    ["check", "nowhere"], ["convert", "--base", "ftp://x/", "records"], ["sparql"], ["nonsense"],
    ["show", "x", "--out", "nowhere"], ["schema", "blank", "persn"], ["check", "README.md"],
])  # fmt: skip
def test_wrong_use_leaves_with_two(arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    result = run(*arguments)
    assert result.exit_code == 2
    assert result.stdout == "" and result.stderr != ""


def test_a_fault_of_ours_leaves_with_three_and_no_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: object) -> None:
        raise ZeroDivisionError("oops")

    monkeypatch.setattr("kg.cli.terms_page", broken)
    result = run("schema", "terms")
    assert result.exit_code == 3
    assert "a fault of kg itself: ZeroDivisionError: oops" in result.stderr
    assert "Traceback" not in result.output


def test_convert_to_standard_output_writes_nothing_of_bad_records(write: Write) -> None:
    good = run("convert", write(**{"a.yaml": SMITH}))
    bad = run("convert", write(**{"a.yaml": SMITH, "b.yaml": SMITH.replace("smith", "x") + "foo: 1\n"}))

    assert (good.exit_code, bad.exit_code) == (0, 1)
    assert "Smith" in good.stdout and bad.stdout == ""


def test_convert_takes_the_form_from_the_suffix(write: Write, tmp_path: Path) -> None:
    out = tmp_path / "o.ttl"
    assert run("convert", write(**{"a.yaml": SMITH}), "-o", out).exit_code == 0
    assert "a mr:Person" in out.read_text()


def test_a_base_of_ones_own(write: Write) -> None:
    result = run("convert", write(**{"a.yaml": SMITH}), "--base", "https://example.org/archive/")
    assert "<https://example.org/archive/smith>" in result.stdout


@pytest.mark.parametrize("form, expected", [
    ("csv", "n\n1\n"), ("tsv", "?n\n1\n"), ("json", '"vars":["n"]'), ("xml", '<variable name="n"/>'),
    ("table", "n\n-\n1\n"),
])  # fmt: skip
def test_answers_in_every_form(graph: Path, form: str, expected: str) -> None:
    query = "SELECT (1 AS ?n) WHERE {}"
    result = run("sparql", query, "--format", form, "--out", graph)
    assert result.exit_code == 0
    assert expected in result.stdout.replace(" ", "") if form == "json" else expected in result.stdout


def test_construct_is_turtle_with_prefixes(graph: Path) -> None:
    query = "CONSTRUCT WHERE { ?d a <https://w3id.org/maproom/ontology#Document> }"
    result = run("sparql", query, "--out", graph)
    assert "a mr:Document" in result.stdout
    assert run("sparql", query, "--format", "csv", "--out", graph).exit_code == 2


def test_a_query_on_standard_input_and_in_a_file(graph: Path, tmp_path: Path) -> None:
    (tmp_path / "q.rq").write_text("ASK { ?s ?p ?o }")
    assert run("sparql", "-", "--out", graph, stdin="ASK { ?s ?p ?o }").stdout == "yes\n"
    assert run("sparql", "-f", tmp_path / "q.rq", "--out", graph).stdout == "yes\n"


def test_a_bad_query_says_where(graph: Path) -> None:
    result = run("sparql", "SELECT * WHERE { ?s ?p }", "--out", graph)
    assert result.exit_code == 2
    assert "error at 1:25" in result.stderr


@pytest.mark.parametrize("query", sorted((ROOT / "queries").glob("*.rq")), ids=lambda p: p.stem)
def test_every_query_of_the_folder_has_rows_and_runs_as_it_stands(graph: Path, query: Path) -> None:
    result = run("sparql", "--file", query, "--format", "csv", "--out", graph)
    assert result.exit_code == 0
    assert len(result.stdout.splitlines()) > 5


@pytest.mark.parametrize(
    "name", ["D20", "d20", "mr-530-japan-1/d20", "https://w3id.org/maproom/mr-530-japan-1/d20"]
)
def test_show_finds_a_thing_by_id_notation_and_iri(graph: Path, name: str) -> None:
    result = run("show", name, "--out", graph)
    assert result.exit_code == 0
    assert result.stdout.startswith("mr-530-japan-1/d20  (document)")


def test_show_gives_evidence_and_what_leads_there(graph: Path) -> None:
    shown = run("show", "deane-102310-feb-1944", "--out", graph).stdout
    assert 'mr-530-japan-1/d20:614 "First copy delivered to General Arnold' in shown
    assert "Mentioned as" in shown
    assert "DECODED BY" in shown


def test_show_of_nothing_suggests(graph: Path) -> None:
    result = run("show", "hariman", "--out", graph)
    assert result.exit_code == 2
    assert "did you mean `harriman`?" in result.stderr


def test_validate_takes_findings_back_to_the_line(graph: Path, write: Write, tmp_path: Path) -> None:
    assert run("validate", "--out", graph).exit_code == 0
    out = tmp_path / "g"
    record = (
        "record: message\nid: m\nlabel: M\ndate:\n  value: 1944-02-11\n  earliest: 1944-02-12T00:00:00Z\n"
    )
    assert run("build", write(**{"m.yaml": record}), "--out", out).exit_code == 0
    result = run("validate", "--out", out)
    assert result.exit_code == 1
    assert "m.yaml:6:3: error KG231 earliest" in result.stdout


def test_shapes_that_cannot_be_meant_are_refused(graph: Path, tmp_path: Path) -> None:
    (tmp_path / "s.ttl").write_text(
        "@prefix sh: <http://www.w3.org/ns/shacl#> . <http://x> a sh:NodeShape ; sh:targetClas <http://y> ."
    )
    result = run("validate", "--shapes", tmp_path, "--out", graph)
    assert result.exit_code == 2
    assert "no term sh:targetClas; did you mean `targetClass`?" in result.stderr
