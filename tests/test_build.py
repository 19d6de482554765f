"""A build is swapped in whole: readers see the old graph or the new one, never half of one."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import ROOT

import kg.build
from kg.build import build, current
from kg.errors import DataError, UsageError
from kg.stores import EmbeddedStore

Write = Callable[..., Path]
ONTOLOGY = [ROOT / "ontology"]
SMITH = "record: person\nid: smith\nlabel: Smith\n"
LABEL = "SELECT ?l WHERE { <https://w3id.org/maproom/smith> <http://www.w3.org/2000/01/rdf-schema#label> ?l }"


def labels(out: Path) -> list[str]:
    return [row["l"].value for row in EmbeddedStore(current(out) / "store").ask(LABEL)]


def test_a_build_has_graph_store_positions_and_manifest(tmp_path: Path, write: Write) -> None:
    out = tmp_path / "graph"
    built = build([write(**{"a.yaml": SMITH})], ONTOLOGY, out)

    assert not built.unchanged
    assert built.manifest["records"] == {"person": 1}
    assert labels(out) == ["Smith"]
    assert '"Smith"' in (out / "current" / "graph.nt").read_text()
    assert ":smith a mr:Person" in (out / "current" / "graph.ttl").read_text()
    positions = (out / "current" / "positions.tsv").read_text().splitlines()
    assert any(
        row.startswith("https://w3id.org/maproom/smith\thttp://www.w3.org/2000/01/rdf-schema#label\t")
        and row.endswith("a.yaml\t3\t1")
        for row in positions
    )


def test_a_second_build_of_unchanged_records_does_nothing(tmp_path: Path, write: Write) -> None:
    out, folder = tmp_path / "graph", write(**{"a.yaml": SMITH})
    first = build([folder], ONTOLOGY, out)
    made = (first.folder / "graph.nt").stat().st_mtime_ns
    second = build([folder], ONTOLOGY, out)

    assert second.unchanged
    assert (second.folder / "graph.nt").stat().st_mtime_ns == made


def test_a_changed_record_is_seen_and_the_former_build_stays_for_its_readers(
    tmp_path: Path, write: Write
) -> None:
    out = tmp_path / "graph"
    build([write(**{"a.yaml": SMITH})], ONTOLOGY, out)
    reader = EmbeddedStore(current(out) / "store")
    build([write(**{"a.yaml": SMITH.replace("Smith", "J. Smith")})], ONTOLOGY, out)

    assert labels(out) == ["J. Smith"]
    assert [row["l"].value for row in reader.ask(LABEL)] == ["Smith"]
    build([write(**{"a.yaml": SMITH.replace("Smith", "John Smith")})], ONTOLOGY, out)
    assert len([p for p in (out / "versions").iterdir() if not p.name.startswith(".")]) == 2


def test_errors_leave_the_former_build_current(tmp_path: Path, write: Write) -> None:
    out = tmp_path / "graph"
    build([write(**{"a.yaml": SMITH})], ONTOLOGY, out)
    with pytest.raises(DataError):
        build([write(**{"a.yaml": SMITH + "lable: x\n"})], ONTOLOGY, out)

    assert labels(out) == ["Smith"]
    assert [p.name for p in (out / "versions").iterdir() if p.name.startswith(".")] == []


@pytest.mark.parametrize("step", ["_convert", "_write_ontology", "_write_turtle", "_write_json"])
def test_a_build_that_breaks_off_leaves_the_former_one_current(
    step: str, tmp_path: Path, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "graph"
    build([write(**{"a.yaml": SMITH})], ONTOLOGY, out)

    def broken(*args: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(kg.build, step, broken)
    with pytest.raises(KeyboardInterrupt):
        build([write(**{"a.yaml": SMITH.replace("Smith", "J. Smith")})], ONTOLOGY, out)

    assert labels(out) == ["Smith"]


def test_a_killed_build_is_done_again(tmp_path: Path, write: Write) -> None:
    """Killed at a moment of its own choosing, without a chance to tidy up."""
    out, folder = tmp_path / "graph", write(**{"a.yaml": SMITH})
    build([folder], ONTOLOGY, out)
    write(**{"a.yaml": SMITH.replace("Smith", "J. Smith")})
    command = [sys.executable, "-m", "kg", "build", str(folder), "--out", str(out)]
    for delay in (0.2, 0.5, 0.8):
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(delay)
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert labels(out) in (["Smith"], ["J. Smith"])
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)

    assert labels(out) == ["J. Smith"]


def test_two_builds_at_once_are_refused(tmp_path: Path, write: Write) -> None:
    out = tmp_path / "graph"
    out.mkdir()
    with (out / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(UsageError, match="another build is at work"):
            build([write(**{"a.yaml": SMITH})], ONTOLOGY, out)


def test_the_same_records_make_the_same_files_wherever_they_lie(tmp_path: Path) -> None:
    digests = set()
    for name in ("one", "two/deeper"):
        folder = tmp_path / name / "records"
        folder.mkdir(parents=True)
        (folder / "a.yaml").write_text(SMITH)
        built = build([folder], ONTOLOGY, tmp_path / name / "graph")
        files = ("graph.nt", "graph.ttl", "ontology.nt")
        digests.add((built.manifest["key"], *((built.folder / f).read_bytes() for f in files)))

    assert len(digests) == 1


def test_a_folder_without_records_is_wrong_use(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match="no records in"):
        build([tmp_path / "empty"], ONTOLOGY, tmp_path / "graph")
    assert not (tmp_path / "graph").exists()


def test_the_manifest_keeps_warnings_for_a_build_that_has_nothing_to_do(tmp_path: Path, write: Write) -> None:
    out = tmp_path / "graph"
    folder = write(**{"m.yaml": "record: message\nid: m\nlabel: M\ndate: 1944-02-11\ngroup: 081560\n"})
    first, second = build([folder], ONTOLOGY, out), build([folder], ONTOLOGY, out)

    assert second.unchanged
    assert [f.code for f in second.findings] == [f.code for f in first.findings] == ["KG123"]
    assert json.loads((out / "current" / "manifest.json").read_text())["statements"] > 0
    assert os.readlink(out / "current").startswith("versions/")
