"""The build: records to a graph in files and a store beside them, swapped in whole.

OUT/
current -> versions/<key>     what readers open; changed by one rename
versions/<key>/
graph.nt                    the statements of the records, in their order
graph.ttl                   the same to be read by people
ontology.nt                 the ontology and its schemes
store/                      both, in an Oxigraph store
positions.tsv               thing or field -> file, line, column
manifest.json               what went in and what came out
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kg import __version__
from kg.archive import Archive, Outcome
from kg.errors import DataError, Finding, UsageError
from kg.iris import DEFAULT_BASE
from kg.ontology import Ontology
from kg.stores import EmbeddedStore

#: Up to so many statements the readable Turtle is sorted by rdflib; above, it is streamed.
READABLE_LIMIT = 200_000

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Built:
    """A build: where its files are, what the manifest says, and whether anything had to be done."""

    folder: Path
    manifest: dict[str, Any]
    findings: list[Finding]
    unchanged: bool


def current(out: Path) -> Path:
    """The folder of the build that readers should open; raises UsageError where there is none."""
    link = out / "current"
    if not (link / "manifest.json").is_file():
        raise UsageError(f"no graph in {out}; make one with: kg build --out {out}")
    # Resolved once, so that a reader stays in one build while another is swapped in.
    return link.resolve()


def prefixes_of(out: Path) -> dict[str, str]:
    """The prefixes of the ontology with which the current build was made."""
    return dict(_manifest(current(out))[0]["prefixes"])


def build(
    paths: Sequence[Path],
    ontology_folders: Sequence[Path],
    out: Path,
    base: str = DEFAULT_BASE,
    progress: Progress = lambda message: None,
) -> Built:
    """Builds the graph of some records folders, or says that nothing has changed.

    Parameters: `out` is the folder that holds the builds; `progress` is told what is being done.
    Raises DataError with all findings where one is an error; the former build then stays current.
    """
    ontology = Ontology.from_dir(*ontology_folders)
    archive = Archive(paths, ontology, base)
    if not archive.files:
        raise UsageError(f"no records in {', '.join(map(str, paths))}")
    with _locked(out):
        key = _key(archive, ontology, base)
        folder = out / "versions" / key
        if (folder / "manifest.json").is_file():
            _swap(out, key)
            return Built(folder, *_manifest(folder), unchanged=True)
        work = out / "versions" / f".{key}"
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(parents=True)
        try:
            manifest = _make(archive, ontology, ontology_folders, work, progress)
            manifest |= {"key": key, "base": base}
            _write_json(work / "manifest.json", manifest)
            os.rename(work, folder)
        finally:
            shutil.rmtree(work, ignore_errors=True)
        _swap(out, key)
        _forget(out, keep=key)
        return Built(folder, *_manifest(folder), unchanged=False)


def _make(
    archive: Archive,
    ontology: Ontology,
    ontology_folders: Sequence[Path],
    work: Path,
    progress: Progress,
) -> dict[str, Any]:
    outcome = _convert(archive, work, progress)
    if outcome.errors:
        raise DataError(outcome.findings)
    progress("writing the ontology")
    _write_ontology(ontology_folders, work / "ontology.nt")
    progress("loading the store")
    EmbeddedStore.load(work / "store", [work / "graph.nt", work / "ontology.nt"])
    progress("writing Turtle")
    _write_turtle(work, ontology, archive.base, outcome.statements)
    with (work / "graph.nt").open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return {
        "software": f"maproom-kg {__version__}",
        "ontology": f"{ontology.iri}/{ontology.version}",
        "prefixes": dict(ontology.prefixes),
        "records": dict(sorted(outcome.records.items())),
        "statements": outcome.statements,
        "sha256": {"graph.nt": digest},
        "findings": [[f.file, f.line, f.column, f.code, f.field, f.message] for f in outcome.findings],
    }


def _convert(archive: Archive, work: Path, progress: Progress) -> Outcome:
    done = 0
    with (
        (work / "graph.nt").open("w", encoding="utf-8", newline="\n") as graph,
        (work / "positions.tsv").open("w", encoding="utf-8", newline="\n") as positions,
    ):
        positions.write("subject\tproperty\tfile\tline\tcolumn\n")

        def sink(file: str, statements: str) -> None:
            nonlocal done
            graph.write(statements)
            done += 1
            if done % 1000 == 0:
                progress(f"{done} records read")

        def trace(subject: str, predicate: str, file: str, line: int, column: int) -> None:
            positions.write(f"{subject}\t{predicate}\t{file}\t{line}\t{column}\n")

        return archive.convert(sink, trace)


def _write_ontology(folders: Sequence[Path], target: Path) -> None:
    from rdflib import Graph

    graph = Graph(bind_namespaces="none")
    for path in sorted(path for folder in folders for path in folder.rglob("*.ttl")):
        graph.parse(path, format="turtle")
    # rdflib writes N-Triples in no order; sorted, the same ontology is the same bytes.
    lines = graph.serialize(format="nt", encoding="utf-8").splitlines()
    target.write_bytes(b"\n".join(sorted(line for line in lines if line)) + b"\n")


def _write_turtle(work: Path, ontology: Ontology, base: str, statements: int) -> None:
    from kg.formats import write

    if statements > READABLE_LIMIT:
        with (work / "graph.ttl").open("wb") as target:
            write(work / "graph.nt", target, "turtle", ontology.prefixes, None)
        return
    from rdflib import Graph

    graph = Graph(bind_namespaces="none")
    for prefix, namespace in ontology.prefixes.items():
        graph.bind(prefix, namespace)
    graph.bind("", base)
    graph.parse(work / "graph.nt", format="nt")
    graph.serialize(work / "graph.ttl", format="turtle", encoding="utf-8")


def _key(archive: Archive, ontology: Ontology, base: str) -> str:
    """A name for what goes in: equal keys mean equal builds."""
    digest = hashlib.sha256()
    for part in (__version__, base, ontology.digest):
        digest.update(part.encode() + b"\0")
    for path, shown in archive.inputs():
        digest.update(os.fsencode(shown) + b"\0")
        with suppress(OSError), path.open("rb") as stream:  # reported when it is read
            digest.update(hashlib.file_digest(stream, "sha256").digest())
    return digest.hexdigest()[:16]


def _manifest(folder: Path) -> tuple[dict[str, Any], list[Finding]]:
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return manifest, [Finding(*finding) for finding in manifest["findings"]]


def _write_json(path: Path, value: Any) -> None:
    text = json.dumps(value, indent=2, ensure_ascii=False) + "\n"
    path.write_text(text, encoding="utf-8", newline="\n")


@contextmanager
def _locked(out: Path) -> Iterator[None]:
    out.mkdir(parents=True, exist_ok=True)
    with (out / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise UsageError(f"another build is at work in {out}; wait for it") from error
        yield


def _swap(out: Path, key: str) -> None:
    """Makes a build current by renaming a link, which is atomic (POSIX rename)."""
    link, new = out / "current", out / ".current"
    new.unlink(missing_ok=True)
    new.symlink_to(Path("versions") / key, target_is_directory=True)
    os.replace(new, link)


def _forget(out: Path, keep: str) -> None:
    """Removes all builds but this one and the newest other, which readers may still have open."""
    others = [p for p in (out / "versions").iterdir() if p.name != keep]
    finished = sorted(
        (p for p in others if (p / "manifest.json").is_file()),
        key=lambda p: p.stat().st_mtime_ns,
        reverse=True,
    )
    for path in others:
        if path not in finished[:1]:
            shutil.rmtree(path, ignore_errors=True)
