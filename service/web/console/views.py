"""What the pages show, put in order before it is written as HTML."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from service.domain.practitioner_places import PractitionerPlaces, Seen
from service.domain.wording import Language, keeping_in_words
from service.web.console.french import MODALITIES, capitalised, clock_at, day_in_words


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A place to choose, or a walk-in session to be sent to."""

    id: str
    at: str
    until: str
    is_walk_in: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Somewhere:
    """The choices of one day at one practice, in one way of receiving. `note`: for whom they are kept."""

    practice: str
    address: str
    phone: str
    modality: str
    is_in_person: bool
    note: str
    choices: Sequence[Choice]


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    on: date
    name: str
    count: int
    somewheres: Sequence[Somewhere]


def days(places: PractitionerPlaces, *, now: datetime) -> Sequence[Day]:
    """The free places by local day, each day by place; within it by time."""
    today = now.astimezone(places.zone).date()
    by_day: dict[date, list[Seen]] = {}
    for each in places.free(now=now):
        by_day.setdefault(_local_day(each), []).append(each)
    return tuple(_day(on, free, today, now) for on, free in sorted(by_day.items()))


def _day(on: date, free: Sequence[Seen], today: date, now: datetime) -> Day:
    bookable = sum(not each.is_walk_in for each in free)
    return Day(on=on, name=day_in_words(on, today=today), count=bookable, somewheres=tuple(_somewheres(free, now)))


def _somewheres(free: Sequence[Seen], now: datetime) -> Iterator[Somewhere]:
    groups: dict[tuple[str, ...], list[Seen]] = {}
    for each in free:
        venue = each.venue
        key = (venue.practice_name, venue.address_line, venue.phone, each.slot.modality.value, _note(each, now))
        groups.setdefault(key, []).append(each)
    for (practice, address, phone, _, note), members in groups.items():
        modality = members[0].slot.modality
        yield Somewhere(
            practice=practice,
            address=address,
            phone=phone,
            modality=MODALITIES[modality],
            is_in_person=modality.value == "in_person",
            note=note,
            choices=tuple(map(_choice, members)),
        )


def _choice(seen: Seen) -> Choice:
    slot, zone = seen.slot, seen.venue.zone
    return Choice(
        id=str(slot.id),
        at=clock_at(slot.time.start, zone),
        until=clock_at(slot.time.end, zone),
        is_walk_in=seen.is_walk_in,
    )


def _note(seen: Seen, now: datetime) -> str:
    kept = seen.slot.kept
    if kept is None or kept.until <= now:
        return ""
    words = keeping_in_words(kept.sector, kept.until.astimezone(seen.venue.zone), Language.FR)
    return capitalised(words).replace("'", "’")


def _local_day(seen: Seen) -> date:
    return seen.slot.time.start.astimezone(seen.venue.zone).date()
