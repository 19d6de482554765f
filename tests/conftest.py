"""What several tests use: the ontology as shipped, and small archives written on the spot."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

from kg.archive import Archive, Outcome
from kg.ontology import Ontology

# What is tested is never how long something takes, as machines are busy.
settings.register_profile("kg", deadline=None)
settings.load_profile("kg")

ROOT = Path(__file__).parent.parent
RECORDS = ROOT / "records"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--everything", action="store_true", help="also what needs a server or Java on this machine"
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--everything"):
        return
    for item in items:
        for need in ("server", "java"):
            if item.get_closest_marker(need):
                item.add_marker(pytest.mark.skip(reason=f"needs a {need}; run make test-all"))


@pytest.fixture(scope="session")
def ontology() -> Ontology:
    return Ontology.from_dir(ROOT / "ontology")


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Writes files below a fresh folder and gives the folder: `write(**{"a.yaml": "..."})`."""

    def write_files(**files: str) -> Path:
        folder = tmp_path / "archive"
        for name, text in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return folder

    return write_files


@pytest.fixture
def converted(ontology: Ontology) -> Callable[..., tuple[Outcome, list[str]]]:
    """Converts folders or files, and gives the outcome and the statements in their order."""

    def convert(*paths: Path, by: Ontology = ontology) -> tuple[Outcome, list[str]]:
        lines: list[str] = []
        outcome = Archive(paths, by).convert(lambda file, text: lines.extend(text.splitlines(True)))
        return outcome, lines

    return convert
