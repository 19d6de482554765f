"""Coverage: the lines of transcripts that nothing in the graph cites."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from kg.catalogue import Catalogue
from kg.stores import Store


@dataclass
class Item:
    """A document and what becomes of its lines; line numbers count from 1 in the transcript.

    `cited` are lines on which a statement rests, `furniture` those that are only said to be printed
    words of the form, `uncited` has the text of all others that are not blank.
    """

    iri: str
    name: str
    lines: int = 0
    blank: int = 0
    cited: set[int] = field(default_factory=set)
    furniture: set[int] = field(default_factory=set)
    uncited: dict[int, str] = field(default_factory=dict)


def coverage(store: Store, parts: Catalogue, base: str) -> Iterator[Item]:
    """Every document with a transcript, in the order of their places in the transcripts.

    Source: documentary editing, where every word of the source is accounted for.
    """
    cited: dict[str, set[int]] = {}
    furniture: dict[str, set[int]] = {}
    for row in store.ask(parts.query("cited-lines")):
        kind = furniture if row["furniture"].value == "true" else cited
        span = range(int(row["first"].value), int(row["last"].value) + 1)
        kind.setdefault(row["document"].value, set()).update(span)
    rows = list(store.ask(parts.query("transcripts")))
    for row in sorted(rows, key=lambda r: (int(r["first"].value), r["document"].value)):
        iri = row["document"].value
        name = row["notation"].value if row["notation"] else iri.removeprefix(base)
        item = Item(iri, name)
        for number, text in enumerate(row["text"].value.split("\n"), int(row["first"].value)):
            item.lines += 1
            if not text.strip():
                item.blank += 1
            elif number in cited.get(iri, ()):
                item.cited.add(number)
            elif number in furniture.get(iri, ()):
                item.furniture.add(number)
            else:
                item.uncited[number] = text
        yield item
