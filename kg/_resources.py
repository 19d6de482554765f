"""Where the files that ship with the program lie: in the wheel, or at the root of a checkout."""

from __future__ import annotations

from pathlib import Path

_PACKAGED = Path(__file__).parent / "_spec"
_CHECKOUT = Path(__file__).parent.parent


def resource(name: str) -> Path:
    """The folder `ontology`, `shapes`, `queries` or `records` that ships with the program."""
    packaged = _PACKAGED / name
    return packaged if packaged.exists() else _CHECKOUT / name
