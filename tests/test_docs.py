"""The documents are complete, current and true."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from conftest import ROOT

from kg.cli import main
from kg.ontology import Ontology
from kg.reference import terms_page

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def test_the_page_of_terms_is_that_of_the_ontology(ontology: Ontology) -> None:
    assert (ROOT / "docs" / "terms.md").read_text(encoding="utf-8") == terms_page(ontology)


def test_the_readme_is_short_and_names_every_command() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert len(text.split()) < 600
    assert [name for name in main.commands if f"`kg {name}`" not in text] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)", page.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_every_command_shown_is_one(page: Path) -> None:
    for name in re.findall(r"^\$? ?kg (\w+)", page.read_text(encoding="utf-8"), re.MULTILINE):
        assert name in main.commands


def test_no_file_names_an_address_of_a_registry_or_a_path_of_a_machine() -> None:
    files = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True).stdout.split()
    if not files:
        pytest.skip("not a git checkout")
    hosts = re.compile(
        "|".join(["pypi" + r"\.org", "python" + "hosted", "npmjs" + r"\.", "crates" + r"\.io"])
    )
    bad = [
        name
        for name in files
        if (ROOT / name).is_file()
        and hosts.search((ROOT / name).read_text(encoding="utf-8", errors="ignore"))
    ]
    assert bad == []


@pytest.mark.parametrize("path", sorted((ROOT / "queries").glob("*.rq")), ids=lambda p: p.stem)
def test_every_query_says_what_it_answers(path: Path) -> None:
    import yaml

    lines = path.read_text(encoding="utf-8").splitlines()
    header = yaml.safe_load("\n".join(line[2:].removeprefix(" ") for line in lines if line.startswith("#+")))
    assert header["summary"] and header["description"] and header["tags"]
