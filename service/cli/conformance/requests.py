"""What the platform sends: the guide's searches in every spelling of its samples and kit, and some to be refused."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from enum import Enum, auto
from urllib.parse import quote
from zoneinfo import ZoneInfo

from service.cli.conformance import expected
from service.cli.conformance.answers import IDENTIFIER, SERVICES, Asked, Kind

FHIR_OF_OLD = "application/json+fhir"
"""What the platform says it accepts: the media type before R4."""

KIT_SECONDS = 1.0
"""The official kit's bound, for one practitioner."""

PLATFORM_SECONDS = 7.0
"""After that the platform goes on without the answer."""

BATCH = 25
CROWD = 30
CLOCKS_DIFFER = timedelta(minutes=1)
DATE = "%Y-%m-%dT%H:%M:%S"
WITH_SECONDS, WITH_MILLISECONDS = len("2026-12-01T08:00:00"), len("2026-12-01T08:00:00.000")
COUNT = 1000


class Expected(Enum):
    """`SAME`: the very places of the plain request. `PART`: those of them that are of whom this one asks for."""

    PLACES = auto()
    SAME = auto()
    PART = auto()
    NOTHING = auto()
    REFUSAL = auto()
    CAPABILITIES = auto()


@dataclass(frozen=True, kw_only=True)
class Request:
    """A GET, with its target below the base as it goes over the wire. `most`: the places that it asks for at most."""

    name: str
    path: str = "Slot"
    asked: Asked
    expected: Expected
    seconds: float = PLATFORM_SECONDS
    accept: str = FHIR_OF_OLD
    most: int | None = None

    @property
    def target(self) -> str:
        return f"{self.path}?{self.asked.query}" if self.asked.query else self.path


@dataclass(frozen=True, kw_only=True)
class Search:
    """Whose places are wanted, when, and the zone of the territory. The identifiers have their prefix."""

    kind: Kind
    identifiers: tuple[str, ...]
    start: datetime
    until: datetime
    zone: ZoneInfo

    def bounds(self, zone: tzinfo | None = None) -> tuple[str, str]:
        """Both ends with an offset whose + is encoded."""
        return _dated(self.start.astimezone(zone or self.zone)), _dated(self.until.astimezone(zone or self.zone))

    def parameters(
        self, *, start: str | None = None, until: str | None = None, tokens: str | None = None
    ) -> list[tuple[str, str]]:
        ge, le = self.bounds()
        found = [("_include", "Slot:schedule"), ("_include:iterate", "Schedule:actor")]
        if self.kind is Kind.CPTS:
            found += [("_include", SERVICES), ("_include:iterate", "HealthcareService:organization")]
        found += [("start", f"ge{start or ge}"), ("start", f"le{until or le}")]
        return [*found, (IDENTIFIER, tokens or tokens_of(self.identifiers)), ("status", "free")]

    def asked(self, parameters: list[tuple[str, str]], now: datetime) -> Asked:
        return Asked(
            kind=self.kind,
            query="&".join(f"{name}={value}" for name, value in parameters),
            identifiers=frozenset(self.identifiers),
            start=self.start,
            until=self.until,
            now=now - CLOCKS_DIFFER,
        )


def _dated(instant: datetime) -> str:
    offset = instant.strftime("%z")
    return f"{instant.strftime(DATE)}.{instant.microsecond // 1000:03d}{offset[:3]}:{offset[3:]}".replace("+", "%2B")


def tokens_of(identifiers: tuple[str, ...], *, bar: str = "%7C", comma: str = ",") -> str:
    return comma.join(f"{expected.PERSONS}{bar}{identifier}" for identifier in identifiers)


def nobody(count: int, first: int = 1) -> tuple[str, ...]:
    """Identifiers of practitioners whom no directory knows."""
    return tuple(f"8{number:011d}" for number in range(first, first + count))


def searches(search: Search, now: datetime) -> Iterator[Request]:
    """For one kind. The first is the plain one, against which the others are held."""
    yield from _plain(search, now)
    yield from _spelled(search, now)
    if search.kind is Kind.PS:
        yield _by_the_kit(search, now)
    yield from _empty(search, now)
    yield from _refused(search, now)


def _plain(search: Search, now: datetime) -> Iterator[Request]:
    def request(name: str, part: Search, seconds: float, expected: Expected = Expected.PLACES) -> Request:
        return Request(name=name, asked=part.asked(part.parameters(), now), expected=expected, seconds=seconds)

    known = search.identifiers
    seconds = KIT_SECONDS if len(known) == 1 else PLATFORM_SECONDS
    yield request("plain", replace(search, identifiers=known[:BATCH]), seconds)
    for at in range(BATCH, len(known), BATCH):
        yield request(
            f"plain, from the {at + 1}th on", replace(search, identifiers=known[at : at + BATCH]), PLATFORM_SECONDS
        )
    if len(known) > 1:
        for identifier in known:
            alone = replace(search, identifiers=(identifier,))
            yield request(f"{identifier} alone", alone, KIT_SECONDS, Expected.PART)


def _spelled(everybody: Search, now: datetime) -> Iterator[Request]:
    search = replace(everybody, identifiers=everybody.identifiers[:BATCH])
    for name, parameters in spellings(search).items():
        yield Request(name=name, asked=search.asked(parameters, now), expected=Expected.SAME)
    plain = Request(name="", asked=search.asked(search.parameters(), now), expected=Expected.SAME)
    yield replace(plain, name="a slash before the ?", path="Slot/")
    for accept in ("application/fhir+json", "application/json"):
        yield replace(plain, name=f"Accept: {accept}", accept=accept)
    counted = search.asked([*search.parameters(), ("_count", str(COUNT))], now)
    yield Request(name=f"_count={COUNT}", asked=counted, expected=Expected.SAME, most=COUNT)
    crowd = (*nobody(CROWD - len(search.identifiers)), *search.identifiers)
    asked = search.asked(search.parameters(tokens=tokens_of(crowd)), now)
    yield Request(name=f"{len(crowd)} identifiers", asked=asked, expected=Expected.SAME)


def spellings(search: Search) -> dict[str, list[tuple[str, str]]]:
    """Of one and the same search: sources are the samples of the guide and the requests of the kit."""
    plain = search.parameters()
    ge, le = search.bounds()
    after_a_stranger = (*nobody(1), *search.identifiers)
    doubled = (*search.identifiers, search.identifiers[0])
    return {
        "dates without zone": search.parameters(start=ge[:WITH_MILLISECONDS], until=le[:WITH_MILLISECONDS]),
        "dates without zone or milliseconds": search.parameters(start=ge[:WITH_SECONDS], until=le[:WITH_SECONDS]),
        "+ as it is": search.parameters(start=ge.replace("%2B", "+"), until=le.replace("%2B", "+")),
        "dates in UTC": search.parameters(start=search.bounds(UTC)[0], until=search.bounds(UTC)[1]),
        "| as it is": search.parameters(tokens=tokens_of(search.identifiers, bar="|")),
        "a space after the comma": search.parameters(tokens=tokens_of(after_a_stranger, comma=",%20")),
        "all encoded": [
            (quote(name, safe=""), quote(value.replace("%2B", "+").replace("%7C", "|"), safe=""))
            for name, value in plain
        ],
        "another order": plain[::-1],
        "identifiers in another order": search.parameters(tokens=tokens_of(search.identifiers[::-1])),
        "an identifier twice": search.parameters(tokens=tokens_of(doubled)),
        "_format": [*plain, ("_format", "application/fhir%2Bjson")],
        "an unknown parameter": [*plain, ("__include:iterate", "HealthcareService:organization")],
    }


def _by_the_kit(everybody: Search, now: datetime) -> Request:
    """The official kit labels the clock on the wall with +00:00, and so asks an hour or two late."""
    local = (everybody.start.astimezone(everybody.zone), everybody.until.astimezone(everybody.zone))
    start, until = (each.replace(tzinfo=UTC) for each in local)
    search = replace(everybody, identifiers=everybody.identifiers[:1], start=start, until=until)
    bounds = search.bounds(UTC)
    asked = search.asked(search.parameters(start=bounds[0], until=bounds[1]), now)
    return Request(name="local time as +00:00", asked=asked, expected=Expected.PLACES, seconds=KIT_SECONDS)


def _empty(search: Search, now: datetime) -> Iterator[Request]:
    strangers = replace(search, identifiers=nobody(2, first=77))
    yield Request(name="nobody known", asked=strangers.asked(strangers.parameters(), now), expected=Expected.NOTHING)
    past = replace(search, start=now - timedelta(days=700), until=now - timedelta(days=698))
    yield Request(name="a window long past", asked=past.asked(past.parameters(), now), expected=Expected.NOTHING)


def _refused(search: Search, now: datetime) -> Iterator[Request]:
    plain = search.parameters()
    refused = {
        "no start": [each for each in plain if each[0] != "start"],
        "a start that is no date": search.parameters(start="tomorrow"),
        "no identifier": [each for each in plain if each[0] != IDENTIFIER],
    }
    for name, parameters in refused.items():
        yield Request(name=name, asked=search.asked(parameters, now), expected=Expected.REFUSAL)


def capabilities(now: datetime) -> Request:
    asked = Asked(kind=Kind.PS, query="", now=now)
    return Request(name="metadata", path="metadata", asked=asked, expected=Expected.CAPABILITIES)
