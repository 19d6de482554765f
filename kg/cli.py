"""The command line: each command reads its arguments, calls one function and prints what it gives."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import time
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

import click

from kg import __version__
from kg._resources import resource
from kg.archive import Archive, Outcome
from kg.build import build as build_graph
from kg.build import current, prefixes_of
from kg.catalogue import Catalogue
from kg.coverage import coverage as cover
from kg.errors import DataError, Finding, KgError, UsageError
from kg.export import export
from kg.formats import SUFFIXES, format_of
from kg.iris import DEFAULT_BASE, checked_base
from kg.ontology import Ontology, with_shipped
from kg.reference import terms_page
from kg.schema import blank_record, csv_header, json_schema, jsonld_context
from kg.show import Shower
from kg.stores import DEFAULT_TIMEOUT, EmbeddedStore, RemoteStore, Store, serialised
from kg.tables import table
from kg.validate import positions
from kg.validate import validate as run_shapes

#: Where `kg build` puts the graph and the other commands look for it.
DEFAULT_OUT = "graph"

_records = click.argument("records", nargs=-1, type=click.Path(path_type=Path), metavar="[RECORDS]...")
_ontology = click.option(
    "--ontology",
    "ontologies",
    multiple=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A folder of Turtle files that add to the ontology that ships with kg, or a changed copy of "
    "it to be read in its place; may be given several times.",
)
_base = click.option(
    "--base",
    default=DEFAULT_BASE,
    show_default=True,
    envvar="KG_BASE",
    help="The address under which ids become IRIs.",
)
_out = click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path(DEFAULT_OUT),
    show_default=True,
    envvar="KG_GRAPH",
    help="The folder of the graph.",
)


class _Kg(click.Group):
    """The group of commands, which turns errors into messages and exit statuses."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except DataError as error:
            _print_findings(error.findings)
            _leave(error.exit_status)
        except KgError as error:
            click.echo(f"kg: {error}", err=True)
            _leave(error.exit_status)
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except KeyboardInterrupt:
            click.echo("kg: interrupted; nothing was changed", err=True)
            _leave(130)
        except Exception as error:  # the last boundary: a fault of ours must not look like theirs
            click.echo(f"kg: a fault of kg itself: {type(error).__name__}: {error}", err=True)
            if os.environ.get("KG_TRACEBACK"):
                traceback.print_exc()
            else:
                click.echo("kg: set KG_TRACEBACK=1 and try again to see where", err=True)
            _leave(3)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands in the order in which people come to need them."""
        return list(self.commands)


def _leave(status: int) -> NoReturn:
    raise click.exceptions.Exit(status)


@click.group(cls=_Kg, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="kg")
def main() -> None:
    """A knowledge graph of an archive of dispatches: records in, a graph to be asked out.

    \b
    kg check records/                what is wrong with the records
    kg build records/                make the graph
    kg show mr-530-japan-1/d20       all that is known of a thing
    kg sparql -f queries/NAME.rq     ask it

    Exit status: 0 well, 1 the data has problems, 2 wrong use, 3 a fault of kg.
    """  # noqa: D301 - click wants the backspace character itself


@main.command()
@_records
@_ontology
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning"]),
    default="error",
    show_default=True,
    help="The least severity for which the exit status is 1.",
)
def check(records: tuple[Path, ...], ontologies: tuple[Path, ...], fail_on: str) -> None:
    """Read records and show every finding; write nothing.

    RECORDS are files or folders; without any, ./records or the records that ship with kg.
    """
    outcome = _archive(records, ontologies, DEFAULT_BASE).convert(lambda file, lines: None)
    for finding in outcome.findings:
        click.echo(_coloured(finding))
    click.echo(_summary(outcome))
    if outcome.errors or (fail_on == "warning" and outcome.findings):
        _leave(1)


@main.command()
@_records
@_ontology
@_base
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The file to write; standard output if none is given.",
)
@click.option(
    "-f",
    "--format",
    "form",
    type=click.Choice(list(SUFFIXES)),
    help="The form of RDF; that of the file's suffix, or ntriples, if none is given.",
)
@click.option("--graph", help="The IRI of a named graph for the statements (nquads, trig, jsonld).")
def convert(
    records: tuple[Path, ...],
    ontologies: tuple[Path, ...],
    base: str,
    output: Path | None,
    form: str | None,
    graph: str | None,
) -> None:
    """Turn records into RDF, all or nothing: where a finding is an error, nothing is written."""
    if form is None and output is not None:
        form = format_of(output)
        if form is None:
            known = ", ".join(SUFFIXES.values())
            raise UsageError(f"{output}: which form of RDF? name it with --format, or end in one of {known}")
    form = form or "ntriples"
    archive = _archive(records, ontologies, base)
    progress = _Progress()
    target = output or sys.stdout.buffer
    outcome = export(archive, target, form, graph, progress.count)
    progress.end()
    _print_findings(outcome.findings)
    click.echo(_summary(outcome), err=True)


@main.command()
@_records
@_ontology
@_base
@_out
def build(records: tuple[Path, ...], ontologies: tuple[Path, ...], base: str, out: Path) -> None:
    """Make the graph: convert records, write files, load the store, and swap them in whole.

    RECORDS are files or folders; without any, ./records or the records that ship with kg.
    """
    progress = _Progress()
    built = build_graph(
        _record_paths(records), _ontology_folders(ontologies), out, checked_base(base), progress.say
    )
    progress.end()
    _print_findings(built.findings)
    manifest = built.manifest
    if built.unchanged:
        click.echo("nothing has changed since the last build")
    counts = ", ".join(f"{n} {kind}" for kind, n in manifest["records"].items())
    click.echo(f"{out / 'current'}: {manifest['statements']} statements from {counts}")


@main.command()
@click.option(
    "--shapes",
    "folders",
    multiple=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A folder of shapes to use beside those that ship with kg; may be given several times.",
)
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning", "info"]),
    default="error",
    show_default=True,
    help="The least severity for which the exit status is 1.",
)
@_out
def validate(folders: tuple[Path, ...], fail_on: str, out: Path) -> None:
    """Check the consistency of the graph by SHACL shapes, with each finding at its record's line."""
    folder = current(out)
    report = run_shapes(
        [folder / "graph.nt", folder / "ontology.nt"],
        [resource("shapes"), *folders],
        positions(folder / "positions.tsv"),
    )
    for finding in report.findings:
        click.echo(_coloured(finding))
    for shape, number in report.checked.items():
        click.echo(f"{shape}: {number} checked{'' if number else ' (nothing to check)'}")
    levels = ["error", "warning", "info"]
    said = [f"{_plural(sum(f.severity == x for f in report.findings), x)}" for x in levels[:2]]
    click.echo(", ".join(said))
    if any(levels.index(f.severity) <= levels.index(fail_on) for f in report.findings):
        _leave(1)


@main.command()
@click.argument("query", required=False)
@click.option(
    "-f",
    "--file",
    "path",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file with the query.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "csv", "tsv", "json", "xml", "turtle", "ntriples"]),
    help="Default: table, or turtle for CONSTRUCT and DESCRIBE.",
)
@click.option("--endpoint", help="The address of a SPARQL 1.1 endpoint to ask instead.")
@click.option(
    "--timeout",
    type=click.FloatRange(min=1),
    default=DEFAULT_TIMEOUT,
    show_default=True,
    help="Seconds until an endpoint is given up.",
)
@_out
def sparql(
    query: str | None,
    path: Path | None,
    form: str | None,
    endpoint: str | None,
    timeout: float,
    out: Path,
) -> None:
    """Ask the graph a SPARQL query, given as text, in a file, or on standard input with `-`."""
    if (query is None) == (path is None):
        raise UsageError("give one query: as text, with --file, or `-` for standard input")
    text = path.read_text(encoding="utf-8") if path else (query or "")
    if text == "-":
        text = sys.stdin.read()
    store: Store = RemoteStore(endpoint, timeout) if endpoint else _store(out)
    # The engine does not look for an interrupt while it works; the system does.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    prefixes = dict(_read_ontology(()).prefixes) if endpoint else prefixes_of(out)
    _print_answer(store.ask(text), form, prefixes)


@main.command()
@click.argument("name", metavar="ID")
@_out
@_base
def show(name: str, out: Path, base: str) -> None:
    """Show all that the graph says of a thing, with its evidence.

    ID is an id (mr-530-japan-1/d20), a notation (D20), a label or an IRI.
    """
    shower = Shower(_store(out), _parts(), base)
    click.echo(shower.show(shower.find(name)))


@main.command()
@click.argument("names", nargs=-1, metavar="[ITEM]...")
@click.option("--fail", is_flag=True, help="Leave with status 1 if there are uncited lines.")
@_out
@_base
def coverage(names: tuple[str, ...], fail: bool, out: Path, base: str) -> None:
    """List the lines of transcripts that nothing in the graph cites, item by item.

    ITEM is the notation or id of a document; without any, all are listed.
    """
    items = [
        item
        for item in cover(_store(out), _parts(), base)
        if not names or item.name in names or item.iri.removeprefix(base) in names
    ]
    if not items:
        raise UsageError(
            "no document with a transcript" + (f" is called {', '.join(names)}" if names else "")
        )
    header = ["item", "lines", "blank", "cited", "furniture", "uncited"]
    rows = [
        [i.name, *map(str, (i.lines, i.blank, len(i.cited), len(i.furniture), len(i.uncited)))] for i in items
    ]
    click.echo(table(header, rows))
    for item in items:
        for number, text in item.uncited.items():
            click.echo(f"{item.name}:{number}: {' '.join(text.split())}")
    if fail and any(item.uncited for item in items):
        _leave(1)


@main.group()
def schema() -> None:
    """Print what records may say, as the ontology has it."""


@schema.command("json")
@_ontology
def schema_json(ontologies: tuple[Path, ...]) -> None:
    """JSON Schema (2020-12) of a record, for editors and checkers."""
    click.echo(json_schema(_read_ontology(ontologies)))


@schema.command("context")
@_ontology
@_base
def schema_context(ontologies: tuple[Path, ...], base: str) -> None:
    """JSON-LD 1.1 context for the fields of records."""
    click.echo(jsonld_context(_read_ontology(ontologies), base))


@schema.command("blank")
@click.argument("kind")
@click.option("--short", is_flag=True, help="Leave out what is written inside other things.")
@_ontology
def schema_blank(kind: str, short: bool, ontologies: tuple[Path, ...]) -> None:
    """A commented blank record of a KIND, in YAML."""
    click.echo(blank_record(_read_ontology(ontologies), kind, short=short))


@schema.command("csv")
@click.argument("kind")
@_ontology
def schema_csv(kind: str, ontologies: tuple[Path, ...]) -> None:
    """The first row of a CSV file of records of a KIND."""
    click.echo(csv_header(_read_ontology(ontologies), kind))


@schema.command("ontology")
@click.argument("folder", type=click.Path(path_type=Path))
def schema_ontology(folder: Path) -> None:
    """Copy the ontology that ships with kg into a new FOLDER, to be read or changed."""
    if folder.exists():
        raise UsageError(f"{folder} is there already; name a new folder")
    shutil.copytree(resource("ontology"), folder)
    click.echo(f"{folder}: give it to the commands as --ontology {folder}")


@schema.command("terms")
@_ontology
def schema_terms(ontologies: tuple[Path, ...]) -> None:
    """The reference page of all terms, in Markdown (docs/terms.md)."""
    click.echo(terms_page(_read_ontology(ontologies)), nl=False)


class _Progress:
    """Says on a terminal what a long command is doing; elsewhere it is silent."""

    def __init__(self) -> None:
        self.loud = sys.stderr.isatty()
        self.started = self.said = time.monotonic()
        self.done = 0

    def say(self, message: str) -> None:
        if self.loud:
            click.echo(f"\r\x1b[K{message}", nl=False, err=True)

    def count(self) -> None:
        self.done += 1
        if self.loud and self.done % 256 == 0:
            now = time.monotonic()
            if now - self.said > 0.2:
                self.said = now
                rate = self.done / (now - self.started)
                self.say(f"{self.done} records, {rate:.0f} a second")

    def end(self) -> None:
        self.say("")


def _record_paths(records: Sequence[Path]) -> list[Path]:
    if records:
        return list(records)
    here = Path("records")
    if here.is_dir():
        return [here]
    click.echo("kg: there is no folder records/ here; reading the records that ship with kg", err=True)
    return [resource("records")]


def _ontology_folders(ontologies: Sequence[Path]) -> list[Path]:
    return with_shipped(ontologies, resource("ontology"))


def _read_ontology(ontologies: Sequence[Path]) -> Ontology:
    return Ontology.from_dir(*_ontology_folders(ontologies))


def _archive(records: Sequence[Path], ontologies: Sequence[Path], base: str) -> Archive:
    paths = _record_paths(records)
    archive = Archive(paths, _read_ontology(ontologies), checked_base(base))
    if not archive.files:
        raise UsageError(f"no records in {', '.join(map(str, paths))}")
    return archive


def _store(out: Path) -> EmbeddedStore:
    return EmbeddedStore(current(out) / "store", prefixes_of(out))


def _parts() -> Catalogue:
    return Catalogue(resource("queries") / "parts")


def _print_findings(findings: Sequence[Finding]) -> None:
    for finding in findings:
        click.echo(_coloured(finding), err=True)
    errors = sum(f.severity == "error" for f in findings)
    if errors:
        click.echo(f"{_plural(errors, 'error')}; nothing was written", err=True)


def _coloured(finding: Finding) -> str:
    """The finding, with its severity in colour where the output is a terminal."""
    colour = {"error": "red", "warning": "yellow"}.get(finding.severity, "blue")
    word = click.style(f" {finding.severity} ", fg=colour, bold=True)
    return str(finding).replace(f" {finding.severity} ", word, 1)


def _plural(number: int, word: str) -> str:
    return f"{number} {word}{'s' * (number != 1)}"


def _summary(outcome: Outcome) -> str:
    total = sum(outcome.records.values())
    counts = ", ".join(f"{n} {kind}" for kind, n in sorted(outcome.records.items()))
    errors = len(outcome.errors)
    warnings = len(outcome.findings) - errors
    said = f"{_plural(errors, 'error')}, {_plural(warnings, 'warning')}"
    return f"{_plural(total, 'record')} ({counts}), {outcome.statements} statements: {said}"


def _print_answer(answer: Any, form: str | None, prefixes: dict[str, str]) -> None:
    import pyoxigraph as ox

    if isinstance(answer, ox.QueryBoolean) and form in (None, "table"):
        click.echo("yes" if answer else "no")
    elif isinstance(answer, ox.QuerySolutions) and form in (None, "table"):
        names = [variable.value for variable in answer.variables]
        rows = [[_cell(row[name], prefixes) for name in names] for row in answer]
        click.echo(table(names, rows) if rows else "no rows")
    else:
        sys.stdout.buffer.write(serialised(answer, form or "turtle", prefixes))


def _cell(term: Any, prefixes: dict[str, str]) -> str:
    if term is None:
        return ""
    value = str(term.value)
    if type(term).__name__ != "NamedNode":
        return value
    value = value.removeprefix(DEFAULT_BASE) if "#" not in value else value
    for prefix, namespace in prefixes.items():
        if value.startswith(namespace) and value != namespace:
            return f"{prefix}:{value.removeprefix(namespace)}"
    return value
