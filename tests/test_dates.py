"""Tables of texts and what is read from them, then properties that hold for every text."""

from __future__ import annotations

import contextlib
import io
import subprocess
import sys
from calendar import monthrange
from collections.abc import Callable
from dataclasses import FrozenInstanceError, fields, replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg import dates
from kg.dates import (
    Context,
    TimeSpan,
    Unreadable,
    Zone,
    read_clock,
    read_edtf,
    read_group,
    read_time,
)

GCT = Zone("gct", 0, True, ("GCT", "GMT", "Z"))
EWT = Zone("ewt", -240, True, ("EWT", "Eastern War Time"))
MOSCOW = Zone("moscow", 180, False, ("Moscow",))
ZONES = (GCT, EWT, MOSCOW)
FEB11 = Context(1944, 2, 11)

# EDTF and its first and last day; None where an end is open or unknown.
DAYS: list[tuple[str, str | None, str | None]] = [
    ("1944-02-11", "1944-02-11", "1944-02-11"),
    ("1944-02-29", "1944-02-29", "1944-02-29"),
    ("1944-02", "1944-02-01", "1944-02-29"),
    ("1943-02", "1943-02-01", "1943-02-28"),
    ("1944", "1944-01-01", "1944-12-31"),
    ("0000", "0000-01-01", "0000-12-31"),
    ("9999-12-31", "9999-12-31", "9999-12-31"),
    ("-0043-03-15", "-0043-03-15", "-0043-03-15"),
    ("-0044-02", "-0044-02-01", "-0044-02-29"),
    ("1944-02-08/1944-02-11", "1944-02-08", "1944-02-11"),
    ("1944-02-11/1944-02", "1944-02-11", "1944-02-29"),
    ("1944/1945-02", "1944-01-01", "1945-02-28"),
    ("1944-02/..", "1944-02-01", None),
    ("../1944-02", None, "1944-02-29"),
    ("1944-02/", "1944-02-01", None),
    ("/1944-02", None, "1944-02-29"),
    ("../..", None, None),
    ("1944-02-1X", "1944-02-10", "1944-02-19"),
    ("1944-02-XX", "1944-02-01", "1944-02-29"),
    ("1944-02-2X", "1944-02-20", "1944-02-29"),
    ("1944-1X", "1944-10-01", "1944-12-31"),
    ("1944-XX", "1944-01-01", "1944-12-31"),
    ("1944-XX-31", "1944-01-31", "1944-12-31"),
    ("194X", "1940-01-01", "1949-12-31"),
    ("19XX-02", "1900-02-01", "1999-02-28"),
    ("194X-02-29", "1940-02-29", "1948-02-29"),
    ("-194X", "-1949-01-01", "-1940-12-31"),
    ("-1944-XX", "-1944-01-01", "-1944-12-31"),
    ("194X/1944-XX", "1940-01-01", "1944-12-31"),
    ("1944-33", "1944-01-01", "1944-03-31"),
    ("1944-36", "1944-10-01", "1944-12-31"),
    ("1944-41", "1944-07-01", "1944-12-31"),
    ("[1944-02-11,1944-02-13]", "1944-02-11", "1944-02-13"),
    ("{1945,1944-02}", "1944-02-01", "1945-12-31"),
    ("[..1944-02-11]", None, "1944-02-11"),
    ("{1944-02-11..}", "1944-02-11", None),
    ("[1944-02..1944-06,1945]", "1944-02-01", "1945-12-31"),
    ("[1944-02-1X,1945]", "1944-02-10", "1945-12-31"),
    ("Y12000", "12000-01-01", "12000-12-31"),
    ("Y-17E3", "-17000-01-01", "-17000-12-31"),
]

# EDTF whose bounds need a word of explanation, which the inference must have.
INFERRED = [
    ("1944-02-11?", "1944-02-11", "1944-02-11", "uncertain"),
    ("1944-02~", "1944-02-01", "1944-02-29", "approximate"),
    ("1944%", "1944-01-01", "1944-12-31", "uncertain or approximate"),
    ("1944-02-?11", "1944-02-11", "1944-02-11", "uncertain"),
    ("1944?-02", "1944-02-01", "1944-02-29", "uncertain"),
    ("1944-02-08/1944-02-11~", "1944-02-08", "1944-02-11", "approximate"),
    ("1944-02-XX?", "1944-02-01", "1944-02-29", "uncertain"),
    ("1944-21", "1944-03-01", "1944-05-31", "season"),
    ("1944-24", "1944-12-01", "1945-02-28", "season"),
    ("1944-30", "1944-12-01", "1945-02-28", "season"),
    ("1944-21/1944-23", "1944-03-01", "1944-11-30", "season"),
    ("1944-22~", "1944-06-01", "1944-08-31", "season"),
    ("1944S2", "1900-01-01", "1999-12-31", "estimate"),
]

# Texts that are not EDTF, a part of what the reader is told, and what to write instead.
NOT_EDTF: list[tuple[str, str, str | None]] = [
    ("1944-02-30", "February 1944 has 29 days", None),
    ("1943-02-29", "February 1943 has 28 days", None),
    ("1943-02-29?", "February 1943 has 28 days", None),
    ("1944-13-01", "there is no month 13", None),
    ("1944-00", "there is no month 00", None),
    ("1944-02-00", "February 1944 has 29 days", None),
    ("1944-06-31?", "June 1944 has 30 days", None),
    ("1944-06-?31", "June 1944 has 30 days", None),
    ("?1944-06-31", "June 1944 has 30 days", None),
    ("1944-02-30/1944-03-01", "February 1944 has 29 days", None),
    ("1944-02-30/..", "February 1944 has 29 days", None),
    ("[1943-02-29,1944]", "February 1943 has 28 days", None),
    ("{1944-06-?31,1945}", "June 1944 has 30 days", None),
    ("1944-02-3X", "no day of the calendar fits", None),
    ("194X-02-30", "no day of the calendar fits", None),
    ("XXXX-02-30", "no day of the calendar fits", None),
    ("-0000", "no day of the calendar fits", None),
    ("1944/1943", "ends before it begins", None),
    ("1944-24/1944-21", "ends before it begins", None),
    ("[1944..1943]", "ends before it begins", None),
    ("11 Feb 1944", "11 Feb 1944 is not EDTF", "1944-02-11"),
    ("11th Feb. 1944", "is not EDTF", "1944-02-11"),
    ("February 11, 1944", "is not EDTF", "1944-02-11"),
    ("Feb 1944", "is not EDTF", "1944-02"),
    ("30 Feb 1944", "February 1944 has 29 days", None),
    ("11 Feb 44", "does not give the century", "1944-02-11"),
    ("11/2/1944", "is not EDTF", "1944-02-11 or 1944-11-02"),
    ("24/2/1944", "is not EDTF", "1944-02-24"),
    ("2/24/1944", "is not EDTF", "1944-02-24"),
    ("24.2.1944", "is not EDTF", "1944-02-24"),
    ("1944-2-11", "is not EDTF", "1944-02-11"),
    ("1944/02/11", "is not EDTF", "1944-02-11"),
    ("19440211", "is not EDTF", "1944-02-11"),
    ("194402", "is not EDTF", "1944-02"),
    ("44-02-11", "does not give the century", "1944-02-11"),
    ("1944-1945", "is not EDTF", "1944/1945"),
    ("1944/open", "is not EDTF", "1944/.."),
    ("194x", "is not EDTF", "194X"),
    ("[1944, 1945]", "is not EDTF", "[1944,1945]"),
    ("1944-02-11T20:20Z", "is not EDTF", "1944-02-11T20:20:00Z"),
    ("1944-02-11T20:20:00", "states no zone", "1944-02-11T20:20:00Z"),
    ("1944-02-30T20:20:00Z", "day", None),
    ("1944-02-11T25:20:00Z", "hour", None),
    ("44", "such as 1944-02-11", None),
    ("/", "is not EDTF", None),
    ("..", "is not EDTF", None),
    ("[]", "is not EDTF", None),
    ("[1944-02-11", "is not EDTF", "1944-02-11"),
    ("hello", "such as 1944-02-11", None),
    ("١٩٤٤", "is not EDTF", None),
    ("", "is no time", None),
    (" \t", "is no time", None),
    ("[" + "1944," * 100 + "1945]", "over 400 characters", None),
]

INSTANTS = [
    ("1944-02-11T20:20:00Z", None, "1944-02-11T20:20:00Z", "gct"),
    ("1944-02-11T20:20:30Z", EWT, "1944-02-11T20:20:30Z", "gct"),
    ("1944-02-11T20:20:00-04:00", None, "1944-02-12T00:20:00Z", None),
    ("1944-02-11T20:20:00+03", None, "1944-02-11T17:20:00Z", None),
    ("1944-02-11T20:20:00", EWT, "1944-02-12T00:20:00Z", "ewt"),
]

# A group, the date of its document, the instant, and whether the month was inferred.
GROUPS = [
    ("102310", "1944-02-11", "1944-02-10T23:10:00Z", False),
    ("102310Z", "1944-02-11", "1944-02-10T23:10:00Z", False),
    ("102310 Z", "1944-02-11", "1944-02-10T23:10:00Z", False),
    ("242230/Z", "1944-07-25", "1944-07-24T22:30:00Z", False),
    ("Ø2212Ø", "1944-02-03", "1944-02-02T21:20:00Z", False),
    ("ø22115", "1944-02", "1944-02-02T21:15:00Z", False),
    ("102310Z FEB 1944", "1944-07-25", "1944-02-10T23:10:00Z", False),
    ("102310Z, Sept. 1943", None, "1943-09-10T23:10:00Z", False),
    ("102310 february 1944", None, "1944-02-10T23:10:00Z", False),
    ("102310ZFEB1944", None, "1944-02-10T23:10:00Z", False),
    ("201550Z August", "1944-08-21", "1944-08-20T15:50:00Z", False),
    ("312330Z December", "1944-01-02", "1943-12-31T23:30:00Z", True),
    ("302115", "1944-08-30", "1944-08-30T21:15:00Z", False),
    ("312330", "1944-02-01", "1944-01-31T23:30:00Z", True),
    ("010005Z", "1944-01-31", "1944-02-01T00:05:00Z", True),
    ("312359Z", "1944-01-01", "1943-12-31T23:59:00Z", True),
    ("010000Z", "1944-12-31", "1945-01-01T00:00:00Z", True),
    ("160000Z", "1944-05-01", "1944-04-16T00:00:00Z", True),  # 15 days either way: the earlier
    ("312330Z", "1944-03-01", "1944-01-31T23:30:00Z", True),  # February has no day 31
    ("312330Z", "1944-05-01", "1944-05-31T23:30:00Z", True),  # 30 days away; 31 March is 31 away
    ("302330Z", "1944-03", "1944-03-30T23:30:00Z", False),
]

# An impossible group, what is known, the problem, and the suggestions.
IMPOSSIBLE = [
    ("081560", (), "minute 60 does not exist", ("081506", "081650")),
    ("081560", ("081650",), "minute 60 does not exist", ("081650", "081506")),
    ("081560 Z", ("Ø81650Z",), "minute 60 does not exist", ("081650", "081506")),
    ("122500", (), "hour 25 does not exist", ("122050",)),
    ("320000", (), "day 32 does not exist", ("230000",)),
    ("001200", (), "day 0 does not exist", ("010200",)),
    ("996199", (), "day 99 does not exist; hour 61 does not exist; minute 99 does not exist", ()),
    ("301200Z FEB 1944", (), "day 30 does not exist in February 1944", ("031200",)),
]

NOT_GROUPS: list[tuple[str, str, str | None]] = [
    ("1O2310Z", "is not a date-time group", "102310Z"),
    ("O22120", "is not a date-time group", "022120"),
    ("2422302", "is not a date-time group", "242230Z"),
    ("102310Z Feb 44", "lacks the century", "102310Z FEB 1944"),
    ("102310Z FOO 1944", "such as 102310Z", None),
    ("102310 EWT", "always GCT", None),
    ("10231", "such as 102310Z", None),
    ("102310z", "is not a date-time group", "102310Z"),
    ("1023100", "such as 102310Z", None),
    ("11 Feb 1944", "is not a date-time group", "1944-02-11"),
    ("", "is no time", None),
]

# A clock time in a document of 1944-02-11, earliest, latest and the zone stated.
CLOCKS: list[tuple[str, str, str, str | None]] = [
    ("1205 EWT", "1944-02-11T16:05:00Z", "1944-02-11T16:05:00Z", "ewt"),
    ("12:05 ewt", "1944-02-11T16:05:00Z", "1944-02-11T16:05:00Z", "ewt"),
    ("1205  Eastern  War Time", "1944-02-11T16:05:00Z", "1944-02-11T16:05:00Z", "ewt"),
    ("2335 EWT", "1944-02-12T03:35:00Z", "1944-02-12T03:35:00Z", "ewt"),
    ("0100 Moscow", "1944-02-10T22:00:00Z", "1944-02-10T22:00:00Z", "moscow"),
    ("1719", "1944-02-11T17:19:00Z", "1944-02-11T21:19:00Z", None),
    ("1719Z", "1944-02-11T17:19:00Z", "1944-02-11T17:19:00Z", "gct"),
    ("1719/Z", "1944-02-11T17:19:00Z", "1944-02-11T17:19:00Z", "gct"),
    ("1719/10", "1944-02-10T17:19:00Z", "1944-02-10T21:19:00Z", None),
    ("Ø636/9", "1944-02-09T06:36:00Z", "1944-02-09T10:36:00Z", None),
    ("0636/25", "1944-02-25T06:36:00Z", "1944-02-25T10:36:00Z", None),
    ("25/0140Z", "1944-02-25T01:40:00Z", "1944-02-25T01:40:00Z", "gct"),
    ("03/1925", "1944-02-03T19:25:00Z", "1944-02-03T23:25:00Z", None),
    ("31/1925 EWT", "1944-01-31T23:25:00Z", "1944-01-31T23:25:00Z", "ewt"),
    ("1944-02-08 1205 EWT", "1944-02-08T16:05:00Z", "1944-02-08T16:05:00Z", "ewt"),
    ("1205 EWT 1944-02-08", "1944-02-08T16:05:00Z", "1944-02-08T16:05:00Z", "ewt"),
    ("1944-02-08 1719", "1944-02-08T17:19:00Z", "1944-02-08T21:19:00Z", None),
    ("1719/08 1944-02-08", "1944-02-08T17:19:00Z", "1944-02-08T21:19:00Z", None),
    ("111915Z", "1944-02-11T19:15:00Z", "1944-02-11T19:15:00Z", "gct"),
]

NOT_CLOCKS: list[tuple[str, str, str | None]] = [
    ("1205 PST", "known are GCT, GMT, Z, EWT, Eastern War Time, Moscow", None),
    ("2400 EWT", "2400 is 0000 of the next day", "1944-02-12 0000 EWT"),
    ("2400/24", "2400 is 0000 of the next day", "1944-02-25 0000"),
    ("1944-02-29 2400", "2400 is 0000 of the next day", "1944-03-01 0000"),
    ("1944-12-31 2400 Z", "2400 is 0000 of the next day", "1945-01-01 0000 Z"),
    ("2500", "hour 25 does not exist", None),
    ("1260", "minute 60 does not exist", None),
    ("1719/45", "day 45 does not exist", None),
    ("1944-02-30 1205 Z", "February 1944 has 29 days", None),
    ("1944-13-01 1205 Z", "there is no month 13", None),
    ("12/1719/11", "states two days", None),
    ("1719/11 1944-02-12", "states two days", None),
    ("1944-02-11 1719 1944-02-12", "states two days", None),
    ("25/01402", "is not a clock time", "25/0140Z"),
    ("2400 PST", "no known zone is stated", None),
    ("8:30 EWT", "such as 1205 EWT", None),
    ("111915 EWT", "is not a", None),
    ("", "is no time", None),
]

# How read_time tells the forms apart: the text, and which of group, EDTF and clock it is.
FORMS = [
    ("102310", "group"),
    ("102310Z FEB 1944", "group"),
    ("194402", "group"),
    ("081560", "group"),
    ("1719/11", "clock"),
    ("12:05", "clock"),
    ("1719Z", "clock"),
    ("1944 EWT", "clock"),
    ("Ø636", "clock"),
    ("1944-02-11 1719", "clock"),
    ("1900", "edtf"),
    ("1944", "edtf"),
    ("1944?", "edtf"),
    ("1944/1945", "edtf"),
    ("1944-02-11", "edtf"),
    ("1944-21", "edtf"),
]

#: Four figures that are hardly the year of a document of February 1944, and what is suggested.
FAR_YEARS = [("1719", "1719/11"), ("1210/1215", "1210/11"), ("0160", None)]

CONTEXTS = [
    ("1944-02-11", Context(1944, 2, 11)),
    ("1944-02-11?", Context(1944, 2, 11)),
    ("1944-02-11T20:20:00Z", Context(1944, 2, 11)),
    ("1944-02", Context(1944, 2, None)),
    ("1944-02-1X", Context(1944, 2, None)),
    ("1944-02-08/1944-02-11", Context(1944, 2, None)),
    ("1944-01-31/1944-02-01", None),
    ("1944", None),
    ("1944-02/..", None),
    ("../1944-02", None),
    ("../..", None),
    ("-0043-02", None),
    ("0000-02", None),
    ("Y12000", None),
]


def instant(text: str) -> datetime:
    """The instant of a bound in the years that Python knows."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)


def context(text: str | None) -> Context | None:
    return Context.from_edtf(text) if text else None


def moment(bound: str) -> tuple[int, str]:
    """What a bound sorts by, in any year."""
    year, rest = bound[:-16], bound[-15:]
    return int(year), rest


def attempt(read: Callable[..., TimeSpan], *arguments: object) -> TimeSpan | Unreadable:
    try:
        return read(*arguments)
    except Unreadable as error:
        return error


def days(span: TimeSpan) -> tuple[str | None, str | None]:
    first = span.earliest and span.earliest.removesuffix("T00:00:00Z")
    last = span.latest and span.latest.removesuffix("T23:59:59Z")
    return first, last


@pytest.mark.parametrize(("text", "first", "last"), DAYS)
def test_edtf_has_its_first_and_last_day(text: str, first: str | None, last: str | None) -> None:
    span = read_edtf(text)
    assert (span.written, span.edtf, *days(span)) == (text, text, first, last)
    assert span.inference is span.zone is span.group is None


@pytest.mark.parametrize(("text", "first", "last", "word"), INFERRED)
def test_doubt_and_convention_are_named(text: str, first: str, last: str, word: str) -> None:
    span = read_edtf(text)
    assert (span.edtf, *days(span)) == (text, first, last)
    assert word in (span.inference or "")


@pytest.mark.parametrize(("text", "reason", "suggestion"), NOT_EDTF)
def test_what_is_not_edtf_is_refused(text: str, reason: str, suggestion: str | None) -> None:
    with pytest.raises(Unreadable) as caught:
        read_edtf(text)
    assert reason in caught.value.reason
    assert caught.value.suggestion == suggestion


@pytest.mark.parametrize(("text", "zone", "at", "code"), INSTANTS)
def test_edtf_instants(text: str, zone: Zone | None, at: str, code: str | None) -> None:
    assert read_edtf(text, zone) == TimeSpan(text, earliest=at, latest=at, zone=code)


@pytest.mark.parametrize(("text", "document", "at", "inferred"), GROUPS)
def test_groups(text: str, document: str | None, at: str, inferred: bool) -> None:
    span = read_group(text, context(document))
    assert (span.written, span.earliest, span.latest, span.zone) == (text, at, at, "gct")
    assert span.group == text[:6].replace("Ø", "0").replace("ø", "0")
    assert span.edtf is span.problem is None
    assert (span.inference is not None) is inferred


@pytest.mark.parametrize(("text", "known", "problem", "suggestions"), IMPOSSIBLE)
@pytest.mark.parametrize("document", ["1944-02-11", "1944-02", None])
def test_impossible_groups(
    text: str, known: tuple[str, ...], problem: str, suggestions: tuple[str, ...], document: str
) -> None:
    span = read_group(text, context(document), known)
    assert span == TimeSpan(text, group=text[:6], zone="gct", problem=problem, suggestions=span.suggestions)
    assert set(suggestions) <= set(span.suggestions)
    assert not known or span.suggestions == suggestions
    assert bool(suggestions) == bool(span.suggestions)


def test_suggestions_nearest_to_the_document_come_first() -> None:
    assert read_group("320000", Context(1944, 2, 20)).suggestions == ("230000", "302000")
    assert read_group("320000", Context(1944, 2, 1)).suggestions == ("302000", "230000")


@pytest.mark.parametrize(("text", "reason", "suggestion"), NOT_GROUPS)
def test_what_is_no_group_is_refused(text: str, reason: str, suggestion: str | None) -> None:
    with pytest.raises(Unreadable) as caught:
        read_group(text, FEB11)
    assert reason in caught.value.reason
    assert caught.value.suggestion == suggestion


@pytest.mark.parametrize("text", ["102310Z", "201550Z August"])
def test_a_group_needs_month_and_year(text: str) -> None:
    with pytest.raises(Unreadable, match=r"give the document's date.*102310Z FEB 1944"):
        read_group(text, None)


def test_a_century_is_never_guessed() -> None:
    with pytest.raises(Unreadable, match="lacks the century") as caught:
        read_group("102310Z FEB 44", None)
    assert caught.value.suggestion is None


@pytest.mark.parametrize(("text", "earliest", "latest", "zone"), CLOCKS)
def test_clock_times(text: str, earliest: str, latest: str, zone: str | None) -> None:
    span = read_clock(text, FEB11, ZONES)
    assert (span.written, span.earliest, span.latest) == (text, earliest, latest)
    assert (span.zone, span.edtf) == (zone, None)
    assert ("zone not stated" in (span.inference or "")) is (zone is None)


def test_inferences_of_a_clock_time() -> None:
    both = read_clock("1719/11", FEB11, ZONES).inference
    assert both == "zone not stated: 1719 is between 1719 GCT (1719Z) and 1719 EWT (2119Z)"
    late = read_clock("2335/10", FEB11, ZONES).inference
    assert late == "zone not stated: 2335 is between 2335 GCT (2335Z) and 2335 EWT (110335Z)"
    one = read_clock("1719/11", FEB11, (GCT, MOSCOW)).inference
    assert one == "zone not stated: 1719 is taken as 1719 GCT (1719Z)"
    day = read_clock("1719Z", FEB11, ZONES).inference
    assert day == "day not stated: taken from the document's date"
    month = read_clock("31/1719Z", FEB11, ZONES).inference
    assert month == "month not stated: 1944-01-31 is nearest to the document's date"
    assert read_clock("1944-02-11 1719Z", None, ZONES).inference is None


@pytest.mark.parametrize(("text", "reason", "suggestion"), NOT_CLOCKS)
def test_what_is_no_clock_time_is_refused(text: str, reason: str, suggestion: str | None) -> None:
    with pytest.raises(Unreadable) as caught:
        read_clock(text, FEB11, ZONES)
    assert reason in caught.value.reason
    assert caught.value.suggestion == suggestion


@pytest.mark.parametrize("document", [None, "1944-02"])
def test_a_clock_time_needs_a_day(document: str | None) -> None:
    with pytest.raises(Unreadable, match="gives no day"):
        read_clock("1719Z", context(document), ZONES)


def test_zones_are_those_given_and_greenwich() -> None:
    assert read_clock("1719Z", FEB11, ()).zone == "gct"
    with pytest.raises(Unreadable, match="known are GCT, GMT, Z"):
        read_clock("1719", FEB11, ())
    with pytest.raises(Unreadable, match="known are Moscow, GCT, GMT, Z"):
        read_clock("1719", FEB11, (MOSCOW,))


@pytest.mark.parametrize(("text", "suggestion"), FAR_YEARS)
def test_read_time_refuses_a_year_that_may_be_a_clock_time(text: str, suggestion: str | None) -> None:
    with pytest.raises(Unreadable, match="is a year far from that of the document, 1944") as caught:
        read_time(text, FEB11, ZONES)

    assert caught.value.suggestion == suggestion
    assert read_time(text, None, ZONES).edtf == text


@pytest.mark.parametrize(("text", "form"), FORMS)
def test_read_time_tells_the_forms_apart(text: str, form: str) -> None:
    found = read_time(text, FEB11, ZONES)
    readings = {
        "group": lambda: read_group(text, FEB11),
        "clock": lambda: read_clock(text, FEB11, ZONES),
        "edtf": lambda: read_edtf(text),
    }
    assert found == readings[form]()


def test_read_time_passes_on_what_is_known() -> None:
    assert read_time("081560", FEB11, ZONES, {"081650"}).suggestions[0] == "081650"


@pytest.mark.parametrize(("text", "expected"), CONTEXTS)
def test_context_of_a_document(text: str, expected: Context | None) -> None:
    assert Context.from_edtf(text) == expected


def test_an_impossible_context_is_refused() -> None:
    with pytest.raises(ValueError, match="day is out of range"):
        Context(1944, 2, 30)
    with pytest.raises(Unreadable):
        Context.from_edtf("11 Feb 1944")


def test_a_day_is_a_day_of_its_zone() -> None:
    span = read_edtf("1944-02-11", EWT)
    assert (span.earliest, span.latest) == ("1944-02-11T04:00:00Z", "1944-02-12T03:59:59Z")
    assert span.zone == "ewt"
    assert read_edtf("9999-12-31", EWT).latest == "10000-01-01T03:59:59Z"
    assert read_edtf("0000", MOSCOW).earliest == "-0001-12-31T21:00:00Z"


def test_values_are_frozen_and_errors_speak() -> None:
    for value in (read_edtf("1944"), FEB11, GCT):
        with pytest.raises(FrozenInstanceError):
            setattr(value, fields(value)[0].name, "x")
    assert str(Unreadable("no", "yes")) == "no; write yes"
    assert str(Unreadable("no")) == "no"
    with pytest.raises(Unreadable) as caught:
        read_edtf("11 Feb 1944")
    assert str(caught.value) == "11 Feb 1944 is not EDTF; write 1944-02-11"


def test_the_library_is_loaded_only_when_needed() -> None:
    code = (
        "import sys; from kg.dates import read_edtf, read_group, Context;"
        "[read_edtf(t) for t in ('1944-02-11', '1944-02/1945', '1944?', '1944-1X', '1944/..')];"
        "sys.exit('edtf' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# --- properties -----------------------------------------------------------------------------------

CIVIL = st.dates(date(2, 1, 1), date(9998, 12, 31))
DOCUMENTS = st.builds(lambda d: Context(d.year, d.month, d.day), CIVIL)
MOMENTS = st.datetimes(datetime(1000, 2, 1), datetime(9998, 12, 1)).map(
    lambda at: at.replace(second=0, microsecond=0, tzinfo=UTC)
)
PLAIN = st.one_of(
    CIVIL.map(date.isoformat),
    CIVIL.map(lambda d: d.isoformat()[:7]),
    CIVIL.map(lambda d: d.isoformat()[:4]),
)
NAMES = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
ODD = st.text("0123456789X?~%-/.,[]{}YESTZ:+ ØO", max_size=24)
PIECES = (
    "1944 1943 194X -02 -2X -02-29 -06-31 -24 11 S2 ? ~ - / .. , [ ] { } Y E3 T20:20:00 1719 102310 Z EWT FEB"
)
PARTS = st.sampled_from([*PIECES.split(), " "])
TEXTS = st.one_of(st.text(max_size=30), ODD, st.lists(PARTS, max_size=8).map("".join))
SETS = st.lists(PARTS, min_size=1, max_size=5).map(lambda parts: f"[{''.join(parts)}]")


@given(MOMENTS, st.sampled_from(["", "Z", " Z", "/Z"]))
def test_every_group_reads_back(at: datetime, suffix: str) -> None:
    group = f"{at:%d%H%M}"
    written = f"{group}{suffix} {NAMES[at.month - 1]} {at.year}"
    spans = [
        read_group(written, None),
        read_group(group + suffix, Context(at.year, at.month, None)),
        read_group(group + suffix, Context(at.year, at.month, at.day)),
    ]
    for span in spans:
        assert (span.group, span.problem, span.inference) == (group, None, None)
        assert span.earliest == span.latest
        assert instant(span.earliest or "") == at


@given(st.from_regex(r"[0-9]{6}", fullmatch=True), st.none() | DOCUMENTS, st.booleans())
def test_an_impossible_group_never_has_a_time(digits: str, document: Context | None, dated: bool) -> None:
    day, hour, minute = int(digits[:2]), int(digits[2:4]), int(digits[4:])
    text = f"{digits}Z FEB 1943" if dated else digits
    last = 28 if dated else 31
    possible = 1 <= day <= last and hour <= 23 and minute <= 59
    if possible and not dated and not document:
        with pytest.raises(Unreadable):
            read_group(text, document)
        return
    span = read_group(text, document)
    assert (span.problem is None) is possible
    assert (span.earliest is not None) is possible
    assert (span.latest is not None) is possible
    assert len(span.suggestions) <= (0 if possible else 3)
    for suggestion in span.suggestions:
        assert sorted(suggestion) == sorted(digits)
        assert sum(a != b for a, b in zip(suggestion, digits, strict=True)) == 2
        again = read_group(text.replace(digits, suggestion), document or FEB11)
        assert again.problem is None


@given(st.integers(1, 31), DOCUMENTS)
def test_the_nearest_month_is_chosen(day: int, document: Context) -> None:
    # A day up to 28 recurs after at most 31 days, so that one is at most 15 away; 29, 30 and 31 are
    # missing from some months, and recur after at most 61.
    span = read_group(f"{day:02}1200", document)
    stands = date(document.year, document.month, document.day or 1)
    found = instant(span.earliest or "").date()
    away = abs((found - stands).days)
    assert away <= (15 if day <= 28 else 30)
    assert found.day == day
    nearer = (stands + timedelta(days=n) for n in range(1 - away, away))
    assert not [each for each in nearer if each.day == day]
    moved = (found.year, found.month) != (document.year, document.month)
    assert (span.inference is not None) is (moved or away > 16)


@given(CIVIL, st.times(), st.lists(st.integers(-720, 840), min_size=1, max_size=4))
def test_a_time_without_a_zone_holds_every_reading(day: date, clock: datetime, offsets: list[int]) -> None:
    zones = tuple(Zone(f"z{'abcd'[n]}", east, True, ()) for n, east in enumerate(offsets))
    text = f"{day.isoformat()} {clock:%H%M}"
    span = read_clock(text, None, zones)
    ends = instant(span.earliest or ""), instant(span.latest or "")
    readings = [read_clock(f"{text} {zone.code}", None, zones) for zone in zones]
    moments = [instant(reading.earliest or "") for reading in readings]
    assert (min(moments), max(moments)) == ends
    assert span.inference
    assert span.zone is None
    for zone, reading, moment in zip(zones, readings, moments, strict=True):
        local = moment + timedelta(minutes=zone.offset)
        assert (local.date(), f"{local:%H%M}") == (day, f"{clock:%H%M}")
        assert reading.zone == zone.code
        assert reading.earliest == reading.latest


@settings(max_examples=40)
@given(PLAIN, PLAIN)
def test_plain_dates_agree_with_the_library(first: str, last: str) -> None:
    for text in (first, f"{first}/{last}"):
        ends = dates._by_library(text)
        span = attempt(read_edtf, text)
        if isinstance(span, Unreadable):
            assert "ends before it begins" in span.reason
            assert ends
            assert ends[0]
            assert ends[1]
            assert ends[0] > ends[1]
        else:
            assert ends == tuple(tuple(map(int, (day or "").split("-"))) for day in days(span))


@given(CIVIL, st.integers(0, 99), st.integers(0, 99))
def test_only_days_of_the_calendar_are_read(day: date, month: int, number: int) -> None:
    text = f"{day.year:04}-{month:02}-{number:02}"
    real = 1 <= month <= 12 and 1 <= number <= monthrange(day.year, month)[1]
    for form in ("{}", "{}?", "?{}", "{}/..", "[{},9999]"):
        span = attempt(read_edtf, form.format(text))
        assert isinstance(span, TimeSpan) is real
        if isinstance(span, TimeSpan):
            assert span.earliest == f"{text}T00:00:00Z"


@given(st.lists(st.sampled_from("0123456789X"), min_size=4, max_size=4), st.data())
def test_a_date_with_x_spans_the_dates_that_fit(year: list[str], data: st.DataObject) -> None:
    digits = st.sampled_from("0123X")
    month, day = (data.draw(digits) + data.draw(st.sampled_from("0123456789X")) for _ in "md")
    text = f"{''.join(year)}-{month}-{day}"
    number = int("".join(data.draw(st.sampled_from("0123456789")) if c == "X" else c for c in year))
    fits = [
        f"{number:04}-{m:02}-{d:02}"
        for m in range(1, 13)
        for d in range(1, monthrange(number or 4, m)[1] + 1)
        if all(a in ("X", b) for a, b in zip(month + day, f"{m:02}{d:02}", strict=True))
    ]
    try:
        span = read_edtf(text)
    except Unreadable:
        assert not fits
        return
    first, last = days(span)
    assert all((first or "") <= each <= (last or "") for each in fits)


@settings(max_examples=300)
@given(TEXTS, st.sampled_from([None, FEB11, Context(1, 1, 1), Context(9999, 1, 1)]))
def test_no_text_does_harm(text: str, document: Context | None) -> None:
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        for zones in (ZONES, ()):
            check(attempt(read_edtf, text, EWT), text)
            check(attempt(read_group, text, document, ["081650"]), text)
            check(attempt(read_clock, text, document, zones), text)
            check(attempt(read_time, text, document, zones), text)
    assert not printed.getvalue()


@settings(max_examples=60, deadline=None)
@given(SETS)
def test_no_set_does_harm(text: str) -> None:
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        check(attempt(read_edtf, text), text)
    assert not printed.getvalue()


def check(span: TimeSpan | Unreadable, text: str) -> None:
    if isinstance(span, Unreadable):
        assert span.reason
        for each in span.suggestion.split(" or ") if span.suggestion else []:
            # What is suggested has the right form; its zone, say, may still be one nobody knows.
            again = attempt(read_time, each, FEB11, ZONES)
            assert isinstance(again, TimeSpan) or " is not " not in again.reason
        return
    assert span.written == text
    assert not span.suggestions or span.problem
    if span.earliest and span.latest:
        assert not span.problem
        assert moment(span.earliest) <= moment(span.latest)
    else:
        assert span.problem or span.edtf


@settings(max_examples=10, deadline=None)
@given(PLAIN, PLAIN)
def test_a_set_spans_its_members(one: str, two: str) -> None:
    spans = read_edtf(one), read_edtf(two)
    for text in (f"[{one},{two}]", f"{{{two},{one}}}"):
        span = read_edtf(text)
        assert span.earliest == min(each.earliest or "" for each in spans)
        assert span.latest == max(each.latest or "" for each in spans)


@given(st.sampled_from([row[0] for row in DAYS + INFERRED + NOT_EDTF]))
def test_cached_readings_are_those_made_anew(text: str) -> None:
    anew = attempt(dates._read_edtf.__wrapped__, text, EWT)
    for _ in range(2):
        cached = attempt(read_edtf, text, EWT)
        assert str(cached) == str(anew)
        assert type(cached) is type(anew)
    if isinstance(anew, TimeSpan):
        assert read_edtf(f" {text} ", EWT) == replace(anew, written=f" {text} ")
