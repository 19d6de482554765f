"""Readings: how the text of a value becomes the parts that the ontology's output properties take.

A reading knows nothing of properties. It gives named outputs, and the ontology says with
`conv:output` which property takes which.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from kg import dates
from kg.dates import Context, TimeSpan, Unreadable, Zone
from kg.iris import is_id, slug
from kg.transcripts import Extent, NotFound

_CITATION = re.compile(
    r'(?:(?P<document>[^\s:,"]+):)?(?P<first>[0-9]{1,9})(?:-(?P<last>[0-9]{1,9}))?'
    r'(?:\s+"(?P<quotation>.*)")?\Z',
    re.DOTALL,
)
_SOURCE = re.compile(
    r'(?P<source>[^\s:,"]+)(?:,\s*(?P<locator>[^"]*[^"\s]))?(?:\s+"(?P<quotation>.*)")?\Z',
    re.DOTALL,
)


_LONGEST_NAME = 40


class Misread(ValueError):
    """A text that the reading cannot take; `code` is that of the finding."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


@dataclass(slots=True)
class Situation:
    """What a reading may need to know of the record in which the text stands.

    `context` is the month of the record; `document` the id of the record if it is a document with
    lines; `doubtful` has the ids of records that are wrong themselves; `groups` the date-time groups of
    the archive; `resolve` turns a written reference into a whole id; `extent` gives the lines of a
    document of which they are known.
    """

    zones: tuple[Zone, ...]
    groups: Collection[str]
    resolve: Callable[[str], str]
    extent: Callable[[str], Extent | None]
    context: Context | None = None
    document: str | None = None
    doubtful: Collection[str] = ()
    folder_extent: Callable[[str], Extent] | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text was read as.

    `outputs` are the named parts; `name` is the id of the thing where the text itself fixes it;
    `refers` is the written reference within the text and `whole` says that it is all of the value;
    `warning` is a finding that does not stop anything.
    """

    outputs: Mapping[str, str]
    name: str | None = None
    refers: str | None = None
    whole: bool = False
    warning: tuple[str, str] | None = None


def _time(span: TimeSpan) -> Reading:
    outputs = {
        # The text of a record is a normalised reading, unless it is one that cannot be normalised.
        "written": span.written if span.problem else None,
        "edtf": span.edtf,
        "group": span.group,
        "earliest": span.earliest,
        "latest": span.latest,
        "zone": span.zone,
        "inference": span.inference,
        "problem": span.problem,
    }
    warning = None
    if span.problem:
        likely = " or ".join(f"`{group}`" for group in span.suggestions)
        meant = f"; likely {likely} is meant" if likely else ""
        message = f"`{span.written}` cannot be a time: {span.problem}; kept as written{meant}"
        warning = ("KG123", message)
    return Reading({k: v for k, v in outputs.items() if v is not None}, warning=warning)


def _dated(read: Callable[[str, Situation], TimeSpan]) -> Callable[[str, Situation], Reading]:
    def reading(text: str, situation: Situation) -> Reading:
        try:
            return _time(read(text, situation))
        except Unreadable as error:
            raise Misread("KG121", str(error)) from error

    return reading


def _citation(text: str, situation: Situation) -> Reading:
    text = text.strip()
    match = _CITATION.match(text)
    if match:
        return _lines_cited(match, situation)
    match = _SOURCE.match(text)
    if not match or not is_id(match["source"]):
        raise Misread(
            "KG144",
            f'`{text}` is no evidence: write `document:lines`, `document:lines "quotation"` '
            "or `source, place`; put the whole in single quotes if it contains ` #`",
        )
    if not match["locator"] and not match["quotation"]:
        return Reading({}, refers=match["source"], whole=True)
    place = match["locator"] or match["quotation"]
    outputs = {"document": situation.resolve(match["source"])}
    extent = situation.extent(outputs["document"])
    if extent:
        lines = f"{match['source']}:{extent.first}-{extent.last}"
        message = f"`{match['source']}` has a transcript: cite its lines, as in `{lines}`"
        raise Misread("KG144", message)
    if match["locator"]:
        outputs["locator"] = match["locator"]
    if match["quotation"]:
        outputs["text"] = match["quotation"]
    name = f"{outputs['document']}/at/{_place_name(place)}"
    return Reading(outputs, name=name, refers=match["source"])


def _place_name(place: str) -> str:
    """A name for a place in a source; different places, such as `1/2` and `1-2`, have different names."""
    name = slug(place)
    if len(name) <= _LONGEST_NAME and re.fullmatch(r"[a-z0-9]+(?: [a-z0-9]+)*", place):
        return name
    digest = hashlib.sha256(place.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{name[:_LONGEST_NAME].strip('-')}-{digest}".strip("-")


def _lines_cited(match: re.Match[str], situation: Situation) -> Reading:
    refers = match["document"]
    document = situation.resolve(refers) if refers else situation.document
    if document is None:
        raise Misread(
            "KG144",
            f"lines `{match[0]}` of which document? write `document:{match['first']}`",
        )
    first = int(match["first"])
    last = int(match["last"] or first)
    quotation = match["quotation"]
    outputs = {"document": document, "first-line": str(first), "last-line": str(last)}
    span = f"{first}" if first == last else f"{first}-{last}"
    extent = situation.extent(document)
    warning = None
    if not 1 <= first <= last:
        raise Misread("KG146", f"{document}: lines count upwards from 1, not {span}")
    if quotation is not None and not quotation.split():
        raise Misread("KG147", f"{document}: the quotation is empty")
    if extent is None:
        if document in situation.doubtful:
            pass  # what is wrong with its transcript has been said
        elif quotation:
            outputs["text"] = quotation
            span += f"/{_place_name(quotation)}"
            message = f"{document} has no transcript, so the quotation cannot be checked"
            warning = ("KG145", message)
    else:
        try:
            outputs["text"] = extent.text(first, last)
            if quotation:
                found = extent.quoted(quotation, first, last)
                outputs |= {
                    "text": found.text,
                    "first-line": str(found.first_line),
                    "last-line": str(found.last_line),
                    "first-column": str(found.first_column),
                    "last-column": str(found.last_column),
                }
                start = f"{found.first_line}.{found.first_column}"
                span = f"{start}-{found.last_line}.{found.last_column}"
        except NotFound as error:
            code = "KG147" if quotation and "stand" in str(error) else "KG146"
            raise Misread(code, f"{document}: {error}") from error
    return Reading(outputs, name=f"{document}/lines/{span}", refers=refers, warning=warning)


def _extent(text: str, situation: Situation) -> Reading:
    if situation.document is None or situation.folder_extent is None:
        raise Misread("KG148", "only a document's own record names its transcript")
    try:
        extent = situation.folder_extent(text)
    except NotFound as error:
        raise Misread("KG148", str(error)) from error
    span = f"{extent.first}-{extent.last}" if extent.first != extent.last else f"{extent.first}"
    outputs = {
        "document": situation.document,
        "first-line": str(extent.first),
        "last-line": str(extent.last),
        "text": extent.text(extent.first, extent.last),
        "path": extent.path,
    }
    return Reading(outputs, name=f"{situation.document}/lines/{span}")


#: Every reading of text by the name that `conv:reading` gives it, but for patterns and field names.
READERS: Mapping[str, Callable[[str, Situation], Reading]] = {
    "time": _dated(lambda text, s: dates.read_time(text, s.context, s.zones, s.groups)),
    "edtf": _dated(lambda text, s: dates.read_edtf(text)),
    "group": _dated(lambda text, s: dates.read_group(text, s.context, s.groups)),
    "clock": _dated(lambda text, s: dates.read_clock(text, s.context, s.zones)),
    "citation": _citation,
    "extent": _extent,
}

#: The readings whose outcome depends on nothing but the text and the month.
DATED = frozenset({"time", "edtf", "group", "clock"})


def pattern_reading(pattern: str) -> Callable[[str, Situation], Reading]:
    """A reading by a regular expression of the ontology, whose named groups are the outputs.

    A text that does not match is kept as written, with the problem said. Source: the grammar of
    archival file codes is an annotation, as each archive has its own.
    """
    compiled = re.compile(pattern)

    def reading(text: str, situation: Situation) -> Reading:
        match = compiled.fullmatch(text.strip())
        if match is None:
            problem = "it is not of the form that the ontology's pattern describes"
            return Reading(
                {"written": text, "problem": problem},
                warning=("KG151", f"`{text}` is kept as written: {problem}"),
            )
        parts = {name: part for name, part in match.groupdict().items() if part}
        return Reading({"written": text, **parts})

    return reading
