"""Queries as files, and the binding of values into their slots.

A query file is valid SPARQL as it stands. A parameter `$name` has a slot, `VALUES $name { UNDEF }`,
that leaves it open; binding puts serialised terms in the place of UNDEF, so no text is ever pasted
into a query.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from kg.errors import UsageError

_SLOT = re.compile(r"VALUES\s+\$(\w+)\s*\{\s*UNDEF\s*\}")


class Catalogue:
    """The query files of a folder, by their stems."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def query(self, name: str, /, **values: Any) -> str:
        """The text of a query with values, which are terms of pyoxigraph, bound into its slots.

        Raises UsageError where there is no such query, or no slot for a value.
        """
        path = self.folder / f"{name}.rq"
        if not path.is_file():
            raise UsageError(f"no query `{name}` in {self.folder}")
        text = path.read_text(encoding="utf-8")
        slots = set(_SLOT.findall(text))
        for parameter in values:
            if parameter not in slots:
                raise UsageError(f"the query `{name}` has no slot for `{parameter}`")

        def bound(slot: re.Match[str]) -> str:
            # The term serialises itself, with all escapes that SPARQL needs.
            term = values.get(slot[1])
            return slot[0] if term is None else f"VALUES ${slot[1]} {{ {term} }}"

        return _SLOT.sub(bound, text)
