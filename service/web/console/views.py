"""What the pages show, put in order before it is written as HTML."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import TypeVar

from service.domain.practitioner_places import PractitionerPlaces, Seen
from service.domain.rosters import Modality
from service.web.console.french import MODALITIES, clock_at, day_in_words

Key = TypeVar("Key")


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A place to choose, or a walk-in session to be sent to."""

    id: str
    at: str
    until: str
    is_walk_in: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """Choices that are offered alike. `note`: for whom they are kept, if they are."""

    note: str
    choices: Sequence[Choice]


@dataclass(frozen=True, slots=True, kw_only=True)
class Somewhere:
    """The choices of one day at one practice, in one way of receiving."""

    practice: str
    address: str
    phone: str
    modality: str
    is_in_person: bool
    kinds: Sequence[Kind]


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    on: date
    name: str
    count: int
    somewheres: Sequence[Somewhere]


def days(places: PractitionerPlaces, *, now: datetime) -> Sequence[Day]:
    """The free places by local day, each day by place; within it by time."""
    today = now.astimezone(places.zone).date()
    by_day = _grouped(places.free(now=now), _local_day)
    return tuple(_day(on, free, today, now) for on, free in sorted(by_day, key=lambda each: each[0]))


def _day(on: date, free: Sequence[Seen], today: date, now: datetime) -> Day:
    bookable = sum(not each.is_walk_in for each in free)
    return Day(on=on, name=day_in_words(on, today=today), count=bookable, somewheres=tuple(_somewheres(free, now)))


def _somewheres(free: Sequence[Seen], now: datetime) -> Iterator[Somewhere]:
    def where(seen: Seen) -> tuple[str, str, str, Modality]:
        return seen.venue.practice_name, seen.venue.address, seen.venue.phone, seen.slot.modality

    for (practice, address, phone, modality), members in _grouped(free, where):
        yield Somewhere(
            practice=practice,
            address=address,
            phone=phone,
            modality=MODALITIES[modality],
            is_in_person=modality is Modality.IN_PERSON,
            kinds=tuple(
                Kind(note=note, choices=tuple(map(_choice, alike)))
                for note, alike in _grouped(members, partial(_note, now=now))
            ),
        )


def _grouped(seen: Iterable[Seen], key: Callable[[Seen], Key]) -> Iterable[tuple[Key, list[Seen]]]:
    """In the order in which each group first comes."""
    groups: dict[Key, list[Seen]] = {}
    for each in seen:
        groups.setdefault(key(each), []).append(each)
    return groups.items()


def _choice(seen: Seen) -> Choice:
    slot, zone = seen.slot, seen.venue.zone
    return Choice(
        id=str(slot.id),
        at=clock_at(slot.time.start, zone),
        until=clock_at(slot.time.end, zone),
        is_walk_in=seen.is_walk_in,
    )


def _note(seen: Seen, *, now: datetime) -> str:
    kept = seen.slot.kept
    if kept is None or kept.until <= now:
        return ""
    return f"En priorité pour les habitants du secteur {kept.sector}"


def _local_day(seen: Seen) -> date:
    return seen.slot.time.start.astimezone(seen.venue.zone).date()
