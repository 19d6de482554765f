"""All that a graph says of one thing, with its evidence, to be read in a terminal."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from typing import Any

from kg.catalogue import Catalogue
from kg.errors import UsageError
from kg.iris import DEFAULT_BASE, is_id
from kg.ntriples import is_iri
from kg.stores import Store
from kg.suggest import did_you_mean

_MAX_QUOTED = 160
_WIDTH = 110


class Shower:
    """Looks things up in a store and describes them.

    Parameters: `parts` are the queries that it asks; `base` is the address of the archive's ids.
    """

    def __init__(self, store: Store, parts: Catalogue, base: str = DEFAULT_BASE) -> None:
        self.store, self.parts, self.base = store, parts, base

    def find(self, wanted: str) -> str:
        """The IRI of the thing that an id, an IRI, a notation or a label names.

        Raises UsageError, with the nearest id, where there is none, or with the choice, where several.
        """
        import pyoxigraph as ox

        if "://" in wanted:
            candidates = [wanted] if is_iri(wanted) else []
        else:
            candidates = [self.base + each for each in (wanted, wanted.lower()) if is_id(each)]
        for iri in candidates:
            if self._facts(iri):
                return iri
        rows = self.store.ask(self.parts.query("called", name=ox.Literal(wanted)))
        found = [str(row["thing"].value) for row in rows]
        if len(found) == 1:
            return found[0]
        if found:
            choice = ", ".join(self._short(iri) for iri in found[:10])
            raise UsageError(f"`{wanted}` may be any of {choice}; give the id")
        ids = [self._short(row["thing"].value) for row in self.store.ask(self.parts.query("ids"))]
        # The last part alone is what people remember of an id.
        tails = {each.rsplit("/", 1)[-1]: each for each in reversed(ids)}
        if wanted.lower() in tails:
            return self.base + tails[wanted.lower()]
        raise UsageError(f"nothing is called `{wanted}`{did_you_mean(wanted, {*ids, *tails})}")

    def show(self, iri: str) -> str:
        """The statements about a thing, those of the things inside it, and what leads to it."""
        import pyoxigraph as ox

        lines = list(self._thing(iri, ""))
        if not lines:
            raise UsageError(f"the graph says nothing of `{self._short(iri)}`")
        rows = self.store.ask(self.parts.query("leading-to", thing=ox.NamedNode(iri)))
        leading = [
            f"  {self._named(row['from'], row['label'])}: {row['property'].value}"
            for row in rows
            if not row["from"].value.startswith(iri + "/")
        ]
        if leading:
            lines += ["", "Mentioned as", *leading]
        return "\n".join(lines)

    def _facts(self, iri: str) -> list[Any]:
        import pyoxigraph as ox

        found: dict[tuple[str, str], Any] = {}
        for row in self.store.ask(self.parts.query("thing", thing=ox.NamedNode(iri))):
            found.setdefault((row["property"].value, str(row["value"])), row)
        return list(found.values())

    def _thing(self, iri: str, indent: str) -> Iterator[str]:
        """The lines for one thing; things whose IRIs begin with its own are shown within it."""
        rows = self._facts(iri)
        if rows and not indent:
            kinds = [row["label"].value for row in rows if row["role"].value == "class" and row["label"]]
            yield f"{self._short(iri)}  ({', '.join(kinds)})"
            yield from (row["value"].value for row in rows if row["role"].value == "label")
        for row in rows:
            if row["role"].value:
                continue
            name, value = row["property"].value, row["value"]
            inside = str(value.value).startswith(iri + "/") and row["document"] is None
            if inside:
                yield f"{indent}  {name}: {value.value.removeprefix(iri + '/')}"
                yield from self._thing(value.value, indent + "    ")
            else:
                shown = self._cited(row) if row["document"] else self._named(value, row["label"])
                yield from _wrapped(f"{name}: {shown}", indent + "  ")
        for row in rows:
            if row["role"].value == "evidence":
                yield from _wrapped(f"[{self._cited(row)}]", indent + "  ")

    def _short(self, iri: str) -> str:
        return iri.removeprefix(self.base)

    def _named(self, term: Any, label: Any) -> str:
        value = str(term.value)
        if type(term).__name__ != "NamedNode":
            return " ".join(value.split())
        short = self._short(value)
        if label is None:
            return f"<{short}>"
        # Codes and properties are known by their labels, records by their ids too.
        return str(label.value) if "#" in short else f"{label.value} <{short}>"

    def _cited(self, row: Any) -> str:
        """A passage as people cite it: `d20:614 "First copy …"`."""
        if row["document"] is None:
            return self._named(row["value"], row["label"])
        place = self._short(row["document"].value)
        if row["first"] is not None:
            first, last = row["first"].value, row["last"].value
            place += f":{first}" if first == last else f":{first}-{last}"
        elif row["locator"] is not None:
            place += f", {row['locator'].value}"
        if row["text"] is None:
            return place
        text = re.sub(r"\s+", " ", row["text"].value).strip()
        if len(text) > _MAX_QUOTED:
            text = text[:_MAX_QUOTED].rstrip() + "…"
        return f'{place} "{text}"'


def _wrapped(text: str, indent: str) -> list[str]:
    return textwrap.wrap(
        text, _WIDTH, initial_indent=indent, subsequent_indent=indent + "    ", break_long_words=False
    )
