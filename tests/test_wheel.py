"""What is installed has all it needs: ontology, shapes, queries and the records of the folder."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from conftest import ROOT


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("hatchling")
    out = tmp_path_factory.mktemp("wheel")
    options = ["--no-deps", "--no-build-isolation", "--quiet", "--wheel-dir", str(out)]
    subprocess.run([sys.executable, "-m", "pip", "wheel", *options, str(ROOT)], check=True)
    return next(out.glob("*.whl"))


def test_the_wheel_has_the_specification_and_nothing_that_should_not_be_there(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    for folder in ("ontology", "shapes", "queries", "records"):
        there = {
            p.relative_to(ROOT).as_posix()
            for p in (ROOT / folder).rglob("*")
            if p.is_file() and not any(part.startswith(".") for part in p.relative_to(ROOT).parts)
        }
        assert {f"kg/_spec/{name}" for name in there} <= set(names)
    assert "kg/py.typed" in names
    assert not [n for n in names if "/tests/" in n or "__pycache__" in n or n.startswith(("tests", "graph"))]


def test_the_installed_program_builds_from_anywhere(wheel: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    zipfile.ZipFile(wheel).extractall(site)
    code = f"import sys; sys.path.insert(0, {str(site)!r}); from kg.cli import main; main()"
    command = [sys.executable, "-c", code, "build", "--out", str(tmp_path / "graph")]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "statements from" in done.stdout
