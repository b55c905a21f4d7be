"""A search for places as the SAS platform words it, read leniently: what is not understood and not needed is ignored.

The guide's own samples and the official test kit leave out zones, put spaces after commas, send a raw `+` that arrives
as a space, percent-encode or not, and write identifiers with or without their prefix.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import NamedTuple
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

from service.application.territory_file.fields import shown
from service.domain.agendas import AgendaSearch
from service.domain.errors import Invalid
from service.domain.faults import Fault
from service.domain.national import System
from service.domain.needs import YEARS

START, STATUS, IDENTIFIER = "start", "status", "schedule.actor:Practitioner.identifier"
INCLUDE, COMMUNITIES, COUNT = "_include", "Slot:service-type-reference", "_count"

FREE = "free"
STATUSES = ("busy", FREE, "busy-unavailable", "busy-tentative", "entered-in-error")
"""https://hl7.org/fhir/R4/valueset-slotstatus.html"""

_BOUND = re.compile(
    r"(?P<prefix>ge|gt|le|lt)(?P<day>\d{4}-\d\d-\d\d)"
    r"(?:T(?P<clock>\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(?P<zone>Z|[ +-]\d\d:?\d\d)?)?",
    re.IGNORECASE,
)
_TOKEN = re.compile(r"(?:(?P<system>[^|\s]*)\|)?(?P<value>[0-9A-Za-z][0-9A-Za-z./_-]{0,63})")
_RPPS = re.compile(r"8?(\d{11})")
_TICK = timedelta(microseconds=1)
_PARIS = ZoneInfo("Europe/Paris")
_HINT_OF_BOUNDS = "start=ge2026-11-23T14:00:00.000+01:00&start=le2026-11-25T23:59:59.999+01:00"
_HINT_OF_IDENTIFIER = f"{System.PERSON}|8 and the 11 digits of an RPPS number, up to 25 of them between commas"


class Bound(NamedTuple):
    """Included. Without an offset: the wall time of the territory."""

    is_lower: bool
    at: datetime


def search_of(query: str) -> AgendaSearch:
    """Raises Invalid: a fault for each parameter that is needed and missing, or that cannot be read."""
    asked: dict[str, list[str]] = defaultdict(list)
    for name, value in parse_qsl(query):
        asked[name.strip()].append(value.strip())
    faults: list[Fault] = []
    bounds = _bounds(asked[START], faults)
    rpps = _people(asked[IDENTIFIER], faults)
    if not _asks_for_free(asked[STATUS], faults):
        rpps = frozenset()
    if faults:
        raise Invalid(*faults)
    return AgendaSearch(
        rpps=rpps,
        start_at=max((each.at for each in bounds if each.is_lower), key=_instant),
        end_at=min((each.at for each in bounds if not each.is_lower), key=_instant),
        with_communities=COMMUNITIES in asked[INCLUDE],
        limit=_count(asked[COUNT]),
    )


def _missing(name: str, message: str, hint: str) -> Fault:
    return Fault(path=name, code="key.missing", message=message, hint=hint)


def _bounds(values: Sequence[str], faults: list[Fault]) -> list[Bound]:
    """Both ends of the window; where one is given more than once, all hold."""
    bounds: list[Bound] = []
    for value in values:
        try:
            bounds.append(_bound(value))
        except Invalid as error:
            faults.extend(error.faults)
    if not faults and {each.is_lower for each in bounds} != {True, False}:
        faults.append(_missing(START, "two are needed: from when (ge), and until when (le)", _HINT_OF_BOUNDS))
    return bounds


def _bound(value: str) -> Bound:
    """Raises Invalid (`time.malformed`, `time.out_of_bounds`)."""
    match = _BOUND.fullmatch(value)
    try:
        at = datetime.fromisoformat(_iso(match)) if match else None
    except ValueError:
        at = None
    if match is None or at is None:
        message = f"{shown(value)} is no bound of an instant"
        raise Invalid(Fault(path=START, code="time.malformed", message=message, hint=_HINT_OF_BOUNDS))
    if at.year not in YEARS:
        message = f"the year {at.year} is out of range"
        raise Invalid(Fault(path=START, code="time.out_of_bounds", message=message, hint=_HINT_OF_BOUNDS))
    prefix = match["prefix"].lower()
    if match["clock"] is None and prefix in ("gt", "le"):
        at = datetime.combine(at, time.max)
    return Bound(prefix in ("ge", "gt"), at + {"gt": _TICK, "lt": -_TICK}.get(prefix, timedelta()))


def _iso(match: re.Match[str]) -> str:
    """A `+` that was decoded to a space is one again."""
    clock, zone = match["clock"] or "00:00", match["zone"] or ""
    return f"{match['day']}T{clock}{zone.replace(' ', '+').upper()}"


def _instant(at: datetime) -> datetime:
    """For comparing bounds alone: PostgreSQL knows the territory's own zone."""
    return at if at.tzinfo else at.replace(tzinfo=_PARIS)


def _people(values: Sequence[str], faults: list[Fault]) -> frozenset[str]:
    """Their RPPS numbers. Whoever bears another kind of number, or one of another system, is nobody we know."""
    tokens = [token.strip() for value in values for token in value.split(",") if token.strip()]
    if not tokens:
        faults.append(_missing(IDENTIFIER, "whose places?", _HINT_OF_IDENTIFIER))
    rpps: set[str] = set()
    for token in tokens:
        match = _TOKEN.fullmatch(token)
        if match is None:
            message = f"{shown(token)} is no identifier"
            code, hint = "identifier.malformed", _HINT_OF_IDENTIFIER
            faults.append(Fault(path=IDENTIFIER, code=code, message=message, hint=hint))
        elif match["system"] in (None, "", System.PERSON) and (number := _RPPS.fullmatch(match["value"])):
            rpps.add(number[1])
    return frozenset(rpps)


def _asks_for_free(values: Sequence[str], faults: list[Fault]) -> bool:
    """Whether free places are among those asked for: no others are ever told."""
    statuses = [code.rpartition("|")[2].strip().lower() for value in values for code in value.split(",")]
    if not statuses:
        faults.append(_missing(STATUS, "free places alone are told: say so", f"{STATUS}={FREE}"))
    for status in statuses:
        if status not in STATUSES:
            message = f"{shown(status)} is no status of a slot"
            faults.append(Fault(path=STATUS, code="choice.unknown", message=message, hint=f"{STATUS}={FREE}"))
    return FREE in statuses


def _count(values: Sequence[str]) -> int | None:
    """How many places at most; what is no number is ignored."""
    counts = [int(value) for value in values if re.fullmatch(r"[0-9]{1,9}", value)]
    return min(counts, default=None)
