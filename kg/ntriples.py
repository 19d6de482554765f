"""Terms in the canonical form of N-Triples, as text.

RDF 1.2 N-Triples, canonical form; the forms of literals are those that an Oxigraph store keeps, so that
converted, stored and dumped statements are the same bytes.
"""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation

XSD = "http://www.w3.org/2001/XMLSchema#"
RDF_TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"

#: The datatypes of XML Schema whose texts can be read, all in the form that a store keeps.
READABLE = frozenset(
    f"{XSD}{name}"
    for name in (
        *("string", "boolean", "decimal", "integer", "positiveInteger", "nonNegativeInteger"),
        *("dateTime", "date", "gYear", "gYearMonth", "anyURI"),
    )
)
_KEPT_AS = {XSD + name: XSD + "integer" for name in ("positiveInteger", "nonNegativeInteger")}
_SHAPES = {
    "date": (r"-?[0-9]{4,}-[0-9]{2}-[0-9]{2}", "1944-02-11"),
    "gYear": (r"-?[0-9]{4,}", "1944"),
    "gYearMonth": (r"-?[0-9]{4,}-(0[1-9]|1[0-2])", "1944-02"),
}
# Canonical form: the short escapes where there are such, \\u for other control characters.
_ESCAPES = {code: f"\\u{code:04X}" for code in (*range(0x20), 0x7F)} | str.maketrans(
    {"\\": "\\\\", '"': '\\"', "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}
)
_NEEDS_ESCAPE = re.compile(r'[\\"\x00-\x1f\x7f]')
_BAD_IRI = re.compile(r'[\x00-\x20<>"{}|^`\\]')


def string(text: str) -> str:
    """A plain string literal."""
    if _NEEDS_ESCAPE.search(text):
        text = text.translate(_ESCAPES)
    return f'"{text}"'


def typed(lexical: str, datatype: str) -> str:
    """A literal of a datatype other than xsd:string.

    Numbers of the types derived from xsd:integer are written as xsd:integer, which is how a store
    keeps them; the value is the same (RDF 1.1 Semantics, section 7: datatypes map to values).
    """
    return f"{string(lexical)}^^<{_KEPT_AS.get(datatype, datatype)}>"


def is_iri(text: str) -> bool:
    """Whether the text can stand between angle brackets."""
    return not _BAD_IRI.search(text)


def is_web_iri(text: str) -> bool:
    """Whether the text is an absolute http or https IRI; other schemes are not linked to."""
    return web_iri_problem(text) is None


def web_iri_problem(text: str) -> str | None:
    """What keeps a text from being an http or https IRI, or None. Source: RFC 3987."""
    if not re.match(r"https?://[^\s/?#]", text):
        return "it does not begin with http:// or https:// and the name of a host"
    if re.search(r"\s", text):
        return "write %20 for the blank"
    if re.search(r"%(?![0-9A-Fa-f]{2})", text):
        return "write %25 for `%`"
    bad = re.search(r'[\x00-\x20<>"{}|^`\\\[\]]', text)
    return f"`{bad[0]}` may not stand there" if bad else None


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
        try:
            moment = moment.astimezone(UTC)
        except OverflowError:
            message = f"`{lexical}` is not in the years 1 to 9999 of Greenwich civil time"
            raise ValueError(message) from None
        return moment.isoformat().replace("+00:00", "Z")
    if name in _SHAPES:
        pattern, like = _SHAPES[name]
        if not re.fullmatch(pattern, text) or (name == "date" and not _is_day(text)):
            raise ValueError(f"`{lexical}` is not a {name}; write it like {like}")
        return text
    if name == "anyURI":
        if not is_iri(text):
            raise ValueError(f"`{lexical}` is not an IRI")
        return text
    return lexical


def _is_day(text: str) -> bool:
    """Whether a date of our calendar's years 1 to 9999 is a day that there is; others are let be."""
    if len(text) != 10:
        return True
    with suppress(ValueError):
        return bool(date.fromisoformat(text))
    return False
