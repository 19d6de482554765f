"""What is said of records that are wrong, and that nothing is said of records that are right.

`corpora/valid` is a small archive without a mistake. Each folder in `findings` has the files of one
mistake, which are laid over a copy of it, and in `expected.txt` every finding that there should be: one
for one mistake, at its place. A folder called `CODE-not-for-…` has what must not be found wrong.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import ROOT

from kg.archive import Archive
from kg.ontology import Ontology
from kg.records.model import MAX_RECORD_BYTES

VALID = ROOT / "tests" / "corpora" / "valid"
CASES = ROOT / "tests" / "findings"
PAGE = ROOT / "docs" / "findings.md"
NAMES = sorted(path.name for path in CASES.iterdir() if path.is_dir())

#: Lays files over a copy of the valid archive, or changes it, and gives the findings as they are printed.
Check = Callable[[Callable[[Path], object]], list[str]]


@pytest.fixture
def check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ontology: Ontology) -> Check:
    def findings(change: Callable[[Path], object]) -> list[str]:
        corpus = tmp_path / "corpus"
        shutil.copytree(VALID, corpus)
        change(corpus)
        monkeypatch.chdir(corpus)  # so that paths are those below the corpus
        return [str(finding) for finding in Archive([Path(".")], ontology).convert(_nowhere).findings]

    return findings


def _nowhere(file: str, text: str) -> None:
    pass


def _codes(pattern: str, suffix: str, folder: str) -> set[str]:
    paths = (ROOT / folder).rglob(f"*{suffix}")
    return {code for path in paths for code in re.findall(pattern, path.read_text(encoding="utf-8"))}


# The cases


@pytest.mark.parametrize("name", NAMES)
def test_one_mistake_has_one_finding(name: str, check: Check) -> None:
    expected = CASES / name / "expected.txt"
    assert expected.is_file(), "every case says what should be found"
    ignore = shutil.ignore_patterns("expected.txt")

    found = check(lambda corpus: shutil.copytree(CASES / name, corpus, ignore=ignore, dirs_exist_ok=True))

    assert "".join(f"{line}\n" for line in found) == expected.read_text(encoding="utf-8")


def test_cases_are_named_after_their_codes() -> None:
    wrong = [name for name in NAMES if not re.fullmatch(r"KG\d{3}(-[a-z0-9]+)+", name)]
    for name in NAMES:
        text = (CASES / name / "expected.txt").read_text(encoding="utf-8")
        if (f" {name[:5]}" in text) == ("-not-for-" in name):
            wrong.append(name)
    assert wrong == []


# What is right


def test_the_valid_archive_has_no_findings(check: Check) -> None:
    assert check(lambda corpus: None) == []


@pytest.mark.parametrize("change", [(b"\n", b"\r\n"), (b"\n", b"\r"), (b"", b"\xef\xbb\xbf")], ids=str)
def test_line_ends_and_byte_order_marks_are_no_mistakes(change: tuple[bytes, bytes], check: Check) -> None:
    def rewrite(corpus: Path) -> None:
        for path in corpus.rglob("*"):
            if path.is_file() and (change[1] != b"\r" or path.suffix in (".txt", ".csv")):
                path.write_bytes(path.read_bytes().replace(*change, -1 if change[0] else 1))

    assert check(rewrite) == []


def test_the_valid_archive_uses_every_class_and_field(ontology: Ontology) -> None:
    statements: list[str] = []
    Archive([VALID], ontology).convert(lambda file, text: statements.append(text))
    used = set(re.findall(r"(?<=<)http[^>]+(?=>)", "".join(statements)))

    within = {iri for prop in ontology.properties.values() if prop.field for iri in prop.ranges}
    classes = {c.iri for c in ontology.classes.values() if c.record or c.iri in within}
    fields = {prop.iri: prop.field for prop in ontology.properties.values() if prop.field}
    assert sorted(classes - used) == []
    assert sorted(field for iri, field in fields.items() if iri not in used) == []


# Codes, cases and the page that explains them


def test_every_code_of_reading_has_a_case_and_every_case_a_code() -> None:
    codes = {code for code in _codes(r"KG\d{3}", ".py", "kg") if code.startswith("KG1")}
    assert {name[:5] for name in NAMES if "-not-for-" not in name} == codes


def test_every_code_is_explained_and_every_explained_code_is_one() -> None:
    codes = _codes(r"KG\d{3}", ".py", "kg") | _codes(r'conv:code "(KG\d{3})"', ".ttl", "shapes")
    explained = re.findall(r"^### (KG\d{3}) ", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert explained == sorted(codes)


def test_the_findings_that_the_page_shows_are_those_of_cases() -> None:
    shown = re.findall(r"^\S+: (?:error|warning) KG1.*$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    files = CASES.glob("*/expected.txt")
    known = {line for path in files for line in path.read_text(encoding="utf-8").splitlines()}
    assert [line for line in shown if line not in known] == []
    assert {code for line in shown for code in re.findall(r"(?<= )KG1\d\d", line)} == {n[:5] for n in NAMES}


# What a folder in the repository cannot hold


def test_a_record_that_is_too_long(check: Check) -> None:
    def add(corpus: Path) -> None:
        with (corpus / "long.yaml").open("wb") as stream:
            stream.truncate(MAX_RECORD_BYTES + 1)

    assert check(add) == ["long.yaml: error KG101: 8388609 bytes; a record has at most 8388608"]


@pytest.mark.parametrize("target", ["nowhere.yaml", "link.yaml"])
def test_a_link_that_leads_nowhere_is_not_passed_over(target: str, check: Check) -> None:
    found = check(lambda corpus: (corpus / "link.yaml").symlink_to(target))

    assert len(found) == 1
    assert found[0].startswith("link.yaml: error KG101: cannot be read: ")


def test_a_transcript_that_is_a_link_to_itself(check: Check) -> None:
    def add(corpus: Path) -> None:
        (corpus / "loop.txt").symlink_to("loop.txt")
        text = "record: document\nid: loop\nstatus: held\nform: list\ntranscript: loop.txt:1\n"
        (corpus / "loop.yaml").write_text(text)

    message = "no transcript `loop.txt` beside the record or above it in corpus/"
    assert check(add) == [f"loop.yaml:5:13: error KG148 transcript: {message}"]


def test_folders_and_sockets_are_no_records(check: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    def add(corpus: Path) -> None:
        (corpus / "folder.yaml").mkdir()
        os.mkfifo(corpus / "fifo.yaml")
        monkeypatch.chdir(corpus)  # the name of a socket must be short
        with socket.socket(socket.AF_UNIX) as server:
            server.bind("socket.yaml")

    assert check(add) == []


@pytest.mark.parametrize("name", [b"J\xf8rgen.yaml", b"J\nrgen.yaml", b"J\x1brgen.yaml"])
def test_a_file_name_that_cannot_be_printed(name: bytes, check: Check) -> None:
    def add(corpus: Path) -> None:
        path = Path(os.fsdecode(os.fsencode(corpus) + b"/" + name))
        try:
            path.write_text("record: person\nid: olsen\nlabel: Per\nsex: m\n")
        except OSError:
            pytest.skip("this file system refuses such names")

    found = check(add)

    assert len(found) == 1
    assert found[0].isprintable()
    assert "error KG114 sex" in found[0]


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is unreadable to root")
@pytest.mark.parametrize("name", ["authorities/logged.yaml", "authorities", "bundle-7/transcript.txt"])
def test_what_may_not_be_read_is_not_passed_over(name: str, check: Check) -> None:
    found = check(lambda corpus: (corpus / name).chmod(0))

    assert any(name in line and "Permission denied" in line for line in found)
