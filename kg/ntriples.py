"""Terms in the canonical form of N-Triples, as text.

RDF 1.1 N-Triples, section 4 (canonical form); the forms of literals are those that an Oxigraph
store keeps, so that converted, stored and dumped statements are the same bytes.
"""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

XSD = "http://www.w3.org/2001/XMLSchema#"
RDF_TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"

_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r"})
_NEEDS_ESCAPE = re.compile(r'[\\"\n\r]')
_BAD_IRI = re.compile(r'[\x00-\x20<>"{}|^`\\]')
_WEB_IRI = re.compile(r"https?://[^\s/?#]+\.?[^\s]*\Z")


def string(text: str) -> str:
    """A plain string literal."""
    if _NEEDS_ESCAPE.search(text):
        text = text.translate(_ESCAPES)
    return f'"{text}"'


def typed(lexical: str, datatype: str) -> str:
    """A literal of a datatype other than xsd:string."""
    return f"{string(lexical)}^^<{datatype}>"


def is_iri(text: str) -> bool:
    """Whether the text can stand between angle brackets."""
    return not _BAD_IRI.search(text)


def is_web_iri(text: str) -> bool:
    """Whether the text is an absolute http or https IRI; other schemes are not linked to."""
    return bool(_WEB_IRI.match(text)) and is_iri(text)


def canonical(lexical: str, datatype: str) -> str:
    """The canonical lexical form of a value of an XML Schema datatype.

    Raises ValueError, with what would be right, for text that is not in the datatype's
    lexical space. Source: XML Schema 1.1 part 2; times without a zone are refused, as a time
    in an archive means nothing without one.
    """
    name = datatype.removeprefix(XSD)
    text = lexical.strip()
    if name == "string":
        return lexical
    if name in ("integer", "positiveInteger", "nonNegativeInteger"):
        if not re.fullmatch(r"[+-]?[0-9]+", text):
            raise ValueError(f"`{lexical}` is not a whole number")
        number = int(text)
        if name != "integer" and number < (1 if name == "positiveInteger" else 0):
            raise ValueError(f"`{lexical}` is not a number from {1 if 'pos' in name else 0} up")
        return str(number)
    if name == "decimal":
        if not re.fullmatch(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)", text):
            raise ValueError(f"`{lexical}` is not a number; write it like 150 or 43.13")
        try:
            number_ = Decimal(text)
        except InvalidOperation as error:  # pragma: no cover - the pattern admits only decimals
            raise ValueError(f"`{lexical}` is not a number") from error
        if abs(number_) >= Decimal(10) ** 18 or len(text.partition(".")[2]) > 18:
            raise ValueError(f"`{lexical}` has more than 18 figures before or after the point")
        plain = f"{number_:f}"
        if "." in plain:
            plain = plain.rstrip("0").rstrip(".")
        return "0" if plain in ("-0", "") else plain
    if name == "boolean":
        truth = {"true": "true", "1": "true", "false": "false", "0": "false"}.get(text)
        if truth is None:
            raise ValueError(f"`{lexical}` is neither `true` nor `false`")
        return truth
    if name == "dateTime":
        moment: datetime | None = None
        with suppress(ValueError):
            moment = datetime.fromisoformat(text)
        if moment is None or moment.tzinfo is None or "T" not in text:
            raise ValueError(f"`{lexical}` is not an instant with a zone; write it like 1944-02-11T17:19:00Z")
        return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if name == "anyURI":
        if not is_iri(text):
            raise ValueError(f"`{lexical}` is not an IRI")
        return text
    return lexical
