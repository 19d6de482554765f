"""Reads the written times of an archive: EDTF dates, date-time groups and clock times.

Every reader gives a frozen :class:`TimeSpan` with bounds in UTC as xsd:dateTime (XSD 1.1: year
0000 is 1 BCE, and a year may have more than four digits).
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import product

Day = tuple[int, int, int]
Spot = tuple[int, Day, str | None]

_MONTHS = "January February March April May June July August September October November December"
_NAMES = _MONTHS.split()
_MONTH = {name[:n].lower(): i for i, name in enumerate(_NAMES, 1) for n in range(3, 10)}
# First month and number of months of each season; the library wrongly ends winter with December.
_NORTH, _SOUTH = [(3, 3), (6, 3), (9, 3), (12, 3)], [(9, 3), (12, 3), (3, 3), (6, 3)]
_PARTS = [(1, 3), (4, 3), (7, 3), (10, 3), (1, 4), (5, 4), (9, 4), (1, 6), (7, 6)]
_SEASONS = {str(n): span for n, span in enumerate(_NORTH * 2 + _SOUTH + _PARTS, start=21)}
_DOUBTS = (
    ("[?~%]", "marked as uncertain or approximate, which the bounds do not reflect"),
    ("S[1-9]", "the year is an estimate, of which only the first digits count"),
    ("[0-9X]{4}-(?:2[1-9]|3[0-2])(?!-)", "a season has no fixed months: the usual are taken"),
)
_ZEROS = str.maketrans("Øø", "00")
_HOW = "give the document's date, or write it out as in 102310Z FEB 1944, 1944-02-08 1205 EWT"

_ATOM = re.compile(
    r"(?<![0-9X])[?~%]?(?P<year>-?[0-9X]{4})(?:S(?P<kept>[1-4]))?[?~%]?"
    r"(?:-[?~%]?(?P<month>[0-9X]{2})[?~%]?(?:-[?~%]?(?P<day>[0-9X]{2})[?~%]?)?)?(?![0-9X])"
)
_LONG = re.compile("Y-?(?:[1-9][0-9]{4,11}|[1-9][0-9]{0,8}E[1-9])(?:S[1-9])?")
_DATE, _TWO = "(?!0000)[0-9]{4}-[0-9]{2}-[0-9]{2}", "[0-9Øø]{2}"
_INSTANT = re.compile(_DATE + r"T[0-9:]{8}(?:(Z)|[+-][0-9]{2}(?::[0-9]{2})?)?")
_GROUP = re.compile(
    r"(?P<digits>[0-9Øø]{6})\s*(?:/?\s*(?:Z|GCT|GMT))?"
    r"(?:,?\s*(?P<month>[A-Za-z]{3,9})\.?,?(?:\s*(?P<year>[1-9][0-9]{3}|[0-9]{2}))?)?"
)
_CLOCK = re.compile(
    rf"(?:(?P<before>{_DATE})\s+)?(?:(?P<first>[0-9Øø]{{1,2}})\s*/\s*)?(?P<hour>{_TWO}):?"
    rf"(?P<minute>{_TWO})(?:\s*/\s*(?P<last>[0-9Øø]{{1,2}}))?"
    rf"(?:\s*/?\s*(?P<zone>[A-Za-z][A-Za-z. ]*?))?(?:\s+(?P<after>{_DATE}))?"
)


@dataclass(frozen=True, slots=True)
class TimeSpan:
    """A time as it was written, and the span of UTC in which it lies.

    `written`: exactly the text that was read. `edtf`: what is known to the day or coarser. `group`:
    the six digits of a date-time group, possible or not. `earliest`, `latest`: xsd:dateTime in UTC,
    equal for an instant, None if open, unknown or impossible. `zone`: code of the zone stated.
    `inference`: what the reader inferred. `problem`: why there is no time. `suggestions`: likely
    readings of an impossible group, best first.
    """

    written: str
    edtf: str | None = None
    group: str | None = None
    earliest: str | None = None
    latest: str | None = None
    zone: str | None = None
    inference: str | None = None
    problem: str | None = None
    suggestions: tuple[str, ...] = ()


class Unreadable(ValueError):
    """A text is no time: `reason` says why, `suggestion` what to write instead where known."""

    def __init__(self, reason: str, suggestion: str | None = None) -> None:
        super().__init__(reason, suggestion)
        self.reason, self.suggestion = reason, suggestion

    def __str__(self) -> str:
        return f"{self.reason}; write {self.suggestion}" if self.suggestion else self.reason


@dataclass(frozen=True, slots=True)
class Zone:
    """A zone, in minutes east of Greenwich; `assumed`: it may be meant where none is stated."""

    code: str
    offset: int
    assumed: bool
    names: tuple[str, ...]


_GCT = Zone("gct", 0, False, ("GCT", "GMT", "Z"))


@dataclass(frozen=True, slots=True)
class Context:
    """The year (1 to 9999), month and perhaps day of a document; ValueError if it cannot be."""

    year: int
    month: int
    day: int | None

    def __post_init__(self) -> None:
        date(self.year, self.month, 1 if self.day is None else self.day)

    @classmethod
    def from_edtf(cls, text: str) -> Context | None:
        """The context of a document dated `text` (EDTF, GCT); None if that is not in one month.

        A span within a month gives the month without a day. Unreadable if `text` is not EDTF.
        """
        span = read_edtf(text)
        first, last = span.earliest or "", span.latest or ""
        if first[:8] != last[:8] or not re.match("(?!0000)[0-9]{4}-", first):
            return None
        day = int(first[8:10]) if first[:10] == last[:10] else None
        return cls(int(first[:4]), int(first[5:7]), day)


def read_edtf(text: str, zone: Zone | None = None) -> TimeSpan:
    """Reads EDTF of levels 0 to 2 at the day or coarser, or a level 0 date-time as an instant.

    The first day begins at 00:00:00, the last ends at 23:59:59, in `zone` (GCT by default). An open
    or unknown end has no bound: the ten years which the library gives an unknown one are invented.
    `?`, `~` and `%` leave the bounds as written, with an `inference`: EDTF gives doubt no width, so
    that the library's padding is invented too. S widens a year of four digits only. Seasons have no
    months in EDTF: the usual are taken. An instant needs Z, an offset or `zone`. Unreadable if not
    EDTF or not in the calendar. Source: ISO 8601-2:2019, Library of Congress EDTF.
    """
    return _read_edtf(text, zone)


@lru_cache(maxsize=16384)
def _read_edtf(text: str, zone: Zone | None) -> TimeSpan:
    edtf = _clean(text)
    code = zone.code if zone else None
    if instant := _INSTANT.fullmatch(edtf):
        try:
            at = datetime.fromisoformat(edtf)
        except ValueError as error:
            raise Unreadable(f"{edtf}: {error}") from None
        if not zone and not at.tzinfo:
            raise Unreadable(f"{edtf} states no zone (Z is GCT)", f"{edtf}Z")
        if (east := at.utcoffset()) is not None:
            code = "gct" if instant[1] else None
            zone = Zone("", int(east.total_seconds()) // 60, False, ())
        utc = _utc((at.year, at.month, at.day), f"{at:%H%M%S}", zone)
        return TimeSpan(text, earliest=utc, latest=utc, zone=code)
    bounds = _bounds(edtf)
    if bounds is None:
        raise _unlike(edtf, "EDTF", "1944-02-11")
    first, last = bounds
    earliest, latest = first and _utc(first, "000000", zone), last and _utc(last, "235959", zone)
    note = "; ".join(note for sign, note in _DOUBTS if re.search(sign, edtf)) or None
    return TimeSpan(text, edtf, earliest=earliest, latest=latest, zone=code, inference=note)


def _bounds(edtf: str) -> tuple[Day | None, Day | None] | None:
    """First and last day, without the library wherever that can be done; None if it is not EDTF."""
    ends = edtf.split("/")
    atoms = [_ATOM.fullmatch(end) for end in ends]
    if len(ends) == 1 and atoms[0]:
        return _days(atoms[0])
    found = _by_library(edtf) if _LONG.fullmatch(edtf) else None
    if len(ends) == 2 and edtf != "/" and all(atoms[i] or ends[i] in ("", "..") for i in (0, 1)):
        found = atoms[0] and _days(atoms[0])[0], atoms[1] and _days(atoms[1])[1]
    elif re.fullmatch(r"\[\S+\]|\{\S+\}", edtf):
        # Verified faults of edtf 5.0.2, for which each date goes to it resolved to a real day: it
        # accepts 29 February of any year and, with a qualifier or X, any day to 31 (1944-06-?31);
        # its bounds fail on 1944-02-1X, run backwards on -1944-XX, and for 194X-02-29 end on a day
        # that does not exist; on 1944-1X it raises AttributeError and prints to stdout.
        low = _by_library(_ATOM.sub(lambda atom: _iso(_days(atom)[0]), edtf))
        high = low and _by_library(_ATOM.sub(lambda atom: _iso(_days(atom)[1]), edtf))
        found = (low[0], high[1]) if low and high else None
    if found and found[0] and found[1] and found[0] > found[1]:
        raise Unreadable(f"{edtf}: it ends before it begins")
    return found


def _by_library(edtf: str) -> tuple[Day | None, Day | None] | None:
    from edtf import EDTFParseException, parse_edtf  # takes 0.2 s to load, and few texts need it

    try:
        parsed = parse_edtf(edtf)
    except EDTFParseException:
        return None
    ends = parsed.lower_strict(), parsed.upper_strict()
    first, last = (None if isinstance(end, float) else (end[0], end[1], end[2]) for end in ends)
    return first, last


def _days(atom: re.Match[str]) -> tuple[Day, Day]:
    """First and last real day of a date or season, with or without X; Unreadable if it has none."""
    year, month, day = atom["year"], atom["month"], atom["day"]
    if atom["kept"]:
        year = year[: int(atom["kept"]) - 4 or None].ljust(len(year), "X")
    sign = -1 if year[0] == "-" else 1
    years = sorted(sign * n for n in _fill(year.lstrip("-")) if n or sign > 0)
    if years and month in _SEASONS and day is None:
        over, end = divmod(sum(_SEASONS[month]) - 2, 12)
        until = years[-1] + over, end + 1
        return (years[0], _SEASONS[month][0], 1), (*until, monthrange(*until)[1])
    months = [n for n in _fill(month or "XX") if 1 <= n <= 12]
    days = [n for n in _fill(day or "XX") if 1 <= n <= 31]
    every, back = product(years, months, days), product(years[::-1], months[::-1], days[::-1])
    first, last = (next((d for d in order if d[2] <= monthrange(*d[:2])[1]), None) for order in (every, back))
    if first and last:
        return first, last
    fault = "no day of the calendar fits"
    if not months:
        fault = f"there is no month {month}, only 01 to 12"
    elif years and "X" not in f"{year}{month}{day}":
        fault = f"{_NAMES[months[0] - 1]} {year} has {monthrange(years[0], months[0])[1]} days"
    raise Unreadable(f"{atom[0]}: {fault}")


def _fill(digits: str) -> list[int]:
    return [int("".join(n)) for n in product(*("0123456789" if c == "X" else c for c in digits))]


def _unlike(text: str, kind: str, example: str) -> Unreadable:
    """The error for a text that is not of a kind, with the right form of what is often written."""
    likely = [re.sub("(?<=[0-9])[Oo]|[Oo](?=[0-9])", "0", text), re.sub("(?<=[0-9])2$", "Z", text)]
    likely += [re.sub(r"\s*([/,]|\.\.)\s*", r"\1", text.upper()).replace("OPEN", "..")]
    likely += [re.sub("(T.{5})", r"\1:00", text), re.sub(r"(.{4})\s*[-–]\s*(.{4})", r"\1/\2", text)]
    numbers = re.findall("^....|.." if re.fullmatch("[0-9]{6}|[0-9]{8}", text) else "[0-9]+", text)
    words = re.findall("[A-Za-z]+", re.sub("(?<=[0-9])(?:st|nd|rd|th)", "", text))
    month = _MONTH.get(words[0].lower()) if len(words) == 1 else None
    numbers[-1:-1] = [str(month)] if month else []
    short = False
    if 1 < len(numbers) < 4 and bool(month) == bool(words):
        orders = [numbers[::-1], [numbers[-1], *numbers[:-1]]][: 1 if month else 2]
        orders = [numbers] if len(numbers[0]) > 2 or int(numbers[0]) > 31 else orders
        short = len(orders[0][0]) == 2
        likely += ["19" * short + "-".join(f"{n:0>2}" for n in order) for order in orders]
    good, fault = list[str](), f", such as {example}"
    for each in sorted({*likely} - {text}, key=likely.index):
        try:
            if any(form.fullmatch(each) for form in (_INSTANT, _GROUP, _CLOCK)) or _bounds(each):
                good.append(each)
        except Unreadable as error:
            fault = f", and {error.reason.partition(': ')[2]}"
    reason = f"{text if text.isprintable() and len(text) < 60 else repr(text[:60])} is not {kind}"
    reason += (" and does not give the century" if short else "") + ("" if good else fault)
    return Unreadable(reason, " or ".join(good) or None)


def read_group(text: str, context: Context | None, known: Collection[str] = ()) -> TimeSpan:
    """Reads a date-time group such as `102310Z` or `102310Z FEB 1944`, always in GCT.

    A slashed zero (Ø) is a zero. Month and year are those written, or else those of `context` or of
    the month near it in which the day falls nearest (the earlier if two are as near); without a
    day in `context`, its own month. A group that cannot exist gives a `problem` and, as
    `suggestions`, up to three groups with two neighbouring digits swapped, those in `known` first.
    Unreadable for what is no group or has no month and year. Source: US Navy practice, `DDHHMM`, Z.
    """
    shown = _clean(text)
    match = _GROUP.fullmatch(shown)
    month = _MONTH.get((match["month"] or "").lower()) if match else None
    if not match or (match["month"] and not month):
        raise _unlike(shown, "a date-time group (always GCT)", "102310Z or 102310Z FEB 1944")
    digits, year = match["digits"].translate(_ZEROS), match["year"]
    if year and len(year) == 2:
        century = context.year // 100 if context else None
        hint = f"{digits}Z {match['month'].upper()} {century}{year}" if context else None
        raise Unreadable(f"{shown} lacks the century: the year has four digits", hint)
    stated = (month, int(year) if year else None)
    spot = _spot(digits, context, *stated)
    if isinstance(spot, str):
        swaps = {digits[:i] + digits[i + 1] + digits[i] + digits[i + 2 :] for i in range(5)}
        known = {group.translate(_ZEROS)[:6] for group in known}
        # Without a context every day to 31 counts, and all are as near.
        near = context or Context(2000, 1, None)
        spots = [(swap not in known, _spot(swap, near, *stated), swap) for swap in swaps]
        good = sorted((new, at[0], swap) for new, at, swap in spots if not isinstance(at, str))
        best = tuple(swap for _, _, swap in good[:3])
        return TimeSpan(text, group=digits, zone="gct", problem=spot, suggestions=best)
    _, day, note = spot
    at = _utc(day, digits[2:])
    return TimeSpan(text, group=digits, earliest=at, latest=at, zone="gct", inference=note)


def _spot(digits: str, context: Context | None, month: int | None, year: int | None) -> Spot | str:
    """Places DDHHMM: days from the context, the day, what was inferred; or why it cannot be."""
    day, hour, minute = (int(digits[i : i + 2]) for i in (0, 2, 4))
    parts = (("day", day, range(1, 32)), ("hour", hour, range(24)), ("minute", minute, range(60)))
    if faults := [f"{name} {n} does not exist" for name, n, real in parts if n not in real]:
        return "; ".join(faults)
    if not (month or year) and context and context.day and abs(day - context.day) < 14 and day < 29:
        # No day of another month can be nearer.
        return abs(day - context.day), (context.year, context.month, day), None
    if month and year:
        months = [(year, month - 1)]
    elif context is None:
        raise Unreadable(f"the month and year of day {day} are not known: {_HOW}")
    else:
        near = range(-2, 3) if month or context.day else range(1)
        first, step = (month, 12) if month else (context.month, 1)
        months = [divmod(context.year * 12 + first - 1 + step * n, 12) for n in near]
    days = [(y, m + 1, day) for y, m in months if 1 <= y <= 9999 and day <= monthrange(y, m + 1)[1]]
    if not days:
        y, m = months[len(months) // 2]
        return f"day {day} does not exist in {_NAMES[m]} {y}"
    anchor = date(context.year, context.month, context.day or 15) if context else date(*days[0])
    away, best = min((abs((date(*each) - anchor).days), each) for each in days)
    if year or (best[:2] == (anchor.year, anchor.month) and away <= 16):
        return away, best, None
    note = f"{'year' if month else 'month'} not stated: {_iso(best)} is nearest to the document's"
    return away, best, note + " date" + (f", but {away} days from it" if away > 16 else "")


def read_clock(text: str, context: Context | None, zones: Sequence[Zone]) -> TimeSpan:
    """Reads a clock time: `1205 EWT`, `12:05Z`, `1719/11`, `25/0140Z`, `1944-02-08 1205 EWT`.

    The day is that of the text (`/11`: in the month nearest to `context`, as for a group) or else
    of `context`, in the zone stated. A zone not stated gives the span over those of `zones` which
    may be assumed, with an `inference`. Z is GCT whatever `zones` hold. Six digits are read as a
    group. Unreadable for what is no clock time, an unknown zone, no day, and 2400.
    """
    shown = _clean(text)
    if _GROUP.fullmatch(shown):
        return read_group(text, context)
    match = _CLOCK.fullmatch(shown)
    if not match:
        raise _unlike(shown, "a clock time", "1205 EWT or 1205/08 EWT")
    hhmm = (match["hour"] + match["minute"]).translate(_ZEROS)
    dates = {each for each in match.group("before", "after") if each}
    days = {f"{each:0>2}".translate(_ZEROS) for each in match.group("first", "last") if each}
    days |= {each[8:] for each in dates}
    if len(dates) > 1 or len(days) > 1:
        raise Unreadable(f"{shown} states two days")
    notes = [] if days else ["day not stated: taken from the document's date"]
    days = days or ({f"{context.day:02}"} if context and context.day else set())
    if not days:
        raise Unreadable(f"{shown} gives no day: {_HOW}")
    stated = [(int(each[:4]), int(each[5:7])) for each in dates if _bounds(each)]
    year, month = stated[0] if stated else (None, None)
    spot = _spot(days.pop() + ("0000" if hhmm == "2400" else hhmm), context, month, year)
    if isinstance(spot, str):
        raise Unreadable(f"{shown}: {spot}")
    _, day, note = spot
    word = " ".join((match["zone"] or "").split())
    table = (*zones, _GCT)
    called = [z for z in table if word.lower() in (z.code, *(name.lower() for name in z.names))]
    meant = called[:1] if word else sorted((z for z in zones if z.assumed), key=lambda z: -z.offset)
    if not meant:
        names = ", ".join(dict.fromkeys(name for zone in table for name in zone.names))
        raise Unreadable(f"{shown}: no known zone is stated; known are {names}")
    if hhmm == "2400":
        hint = f"{_utc(day, hhmm)[:-10]} 0000 {word}".strip()
        raise Unreadable(f"{shown}: 2400 is 0000 of the next day", hint)
    ends = [_utc(day, hhmm, zone) for zone in meant]
    if not word:
        local = [f"{hhmm} {(*zone.names, zone.code)[0]}" for zone in meant]
        groups = [re.sub("[^0-9]", "", end)[-8:-2].removeprefix(f"{day[2]:02}") for end in ends]
        said = [f"{name} ({group}Z)" for name, group in zip(local, groups, strict=True)]
        what = f"between {said[0]} and {said[-1]}" if len(said) > 1 else f"taken as {said[0]}"
        notes.insert(0, f"zone not stated: {hhmm} is {what}")
    inference = "; ".join([*notes, note] if note else notes) or None
    code = meant[0].code if word else None
    return TimeSpan(text, earliest=ends[0], latest=ends[-1], zone=code, inference=inference)


def read_time(
    text: str, context: Context | None, zones: Sequence[Zone], known: Collection[str] = ()
) -> TimeSpan:
    """Reads a group (six digits first), else a clock time, else EDTF (in GCT), told by their form.

    Four digits alone are a year, if the year is within a century of `context`; 1210 in a document of
    1916 is refused, as it may be meant for a clock time, which needs a day, date or zone, or a colon.
    Parameters and errors are those of :func:`read_group`, :func:`read_clock` and :func:`read_edtf`.
    """
    shown = _clean(text)
    if re.match("[0-9Øø]{6}(?![0-9Øø])", shown):
        return read_group(text, context, known)
    if _CLOCK.fullmatch(shown) and not re.fullmatch("[0-9]{4}", shown):
        return read_clock(text, context, zones)
    years = re.fullmatch("([0-9]{4})(/[0-9]{4})?", shown)
    if years and context and abs(int(years[1]) - context.year) > 100:
        clock = f"{years[1]}/{context.day or 1:02}" if re.match("([01][0-9]|2[0-3])[0-5]", shown) else None
        reason = f"{shown} is a year far from that of the document, {context.year}"
        raise Unreadable(f"{reason}; if it is a clock time, give its day or zone", clock)
    try:
        return read_edtf(text)
    except Unreadable as error:
        if error.suggestion or re.search(r"\d{4}-\d\d|: ", f"{shown} {error.reason}"):
            raise
        forms = "such as 1944-02-11, 102310Z, 1205 EWT or 1719/11"
        raise Unreadable(f"{shown} is no date, date-time group or clock time, {forms}") from None


def _clean(text: str) -> str:
    # The edtf library needs 14 ms for each member of a set; a longer text is no date.
    if not 0 < len(text.strip()) <= 400:
        raise Unreadable("an empty text, or one of over 400 characters, is no time")
    return text.strip()


def _iso(day: Day) -> str:
    return f"{'-' * (day[0] < 0)}{abs(day[0]):04}-{day[1]:02}-{day[2]:02}"


def _utc(day: Day, clock: str, zone: Zone | None = None) -> str:
    if (zone is None or not zone.offset) and clock < "24":
        return f"{_iso(day)}T{clock[:2]}:{clock[2:4]}:{clock[4:] or '00'}Z"
    # datetime ends with the years 1 and 9999, and the calendar repeats after 400 years.
    shift = day[0] - day[0] % 400 - 2000
    hours, minutes, seconds = int(clock[:2]), int(clock[2:4]), int(clock[4:] or 0)
    local = timedelta(hours=hours, minutes=minutes - (zone or _GCT).offset, seconds=seconds)
    at = datetime(day[0] - shift, day[1], day[2]) + local
    return f"{_iso((at.year + shift, at.month, at.day))}T{at:%H:%M:%S}Z"
