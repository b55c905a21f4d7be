"""What a regulator is shown of one practitioner: whom to call, the places to come, and why none of them is free."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from service.domain.bookings import HoldId, Slot
from service.domain.directory import Audience
from service.domain.rosters import Mode
from service.domain.venues import Venue

SHOWN_FOR = timedelta(days=14)
"""How far ahead: unscheduled care does not wait longer."""
REGULATOR_AUDIENCES = frozenset({Audience.SNP, Audience.PROFESSIONAL, Audience.PUBLIC, Audience.CPTS})


class WhyNone(StrEnum):
    """Why nothing is free, the most telling first."""

    HELD = "held"
    FREE_ELSEWHERE = "free_elsewhere"
    ALL_TAKEN = "all_taken"
    NOT_FOR_REGULATORS = "not_for_regulators"
    NOTHING_PUBLISHED = "nothing_published"


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """Where the practitioner is at home, and whom to call there."""

    practice_name: str
    address_line: str
    phone: str
    zone: ZoneInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A place to come, not booked yet. `agenda`: by which the national platform names its site.

    `hold`, `held_by`: of its latest hold, be it over or not.
    """

    slot: Slot
    venue: Venue
    agenda: UUID
    hold: HoldId | None = None
    held_by: str | None = None

    @property
    def is_open_to_regulators(self) -> bool:
        return not self.slot.audiences.isdisjoint(REGULATOR_AUDIENCES)

    @property
    def is_walk_in(self) -> bool:
        return self.slot.mode is Mode.WALK_IN

    def is_held(self, *, now: datetime) -> bool:
        return self.slot.held_until is not None and self.slot.held_until > now

    def is_free(self, *, now: datetime) -> bool:
        """A place that can be booked, or a walk-in session that still receives."""
        if not self.is_open_to_regulators:
            return False
        if self.is_walk_in:
            return self.slot.places_left > 0 and self.slot.time.end > now
        return self.slot.time.start > now and not self.is_held(now=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class PractitionerPlaces:
    """`offices`: one for each territory that knows the practitioner, so at least one. `seen`: by time.

    `taken`: places to come that are booked; counted when nothing is free. `next_at`: when the first place begins that
    lies beyond what is shown and is free now. `elsewhere`: free places at the sites that are left out.
    """

    rpps: str
    name: str
    offices: Sequence[Office]
    seen: Sequence[Seen] = ()
    taken: int = 0
    next_at: datetime | None = None
    elsewhere: int = 0

    @property
    def zone(self) -> ZoneInfo:
        return self.offices[0].zone

    def at(self, agenda: UUID, *, now: datetime) -> "PractitionerPlaces":
        """What there is of it at one site."""
        here = tuple(each for each in self.seen if each.agenda == agenda)
        elsewhere = sum(each.agenda != agenda for each in self.free(now=now))
        return replace(self, seen=here, elsewhere=elsewhere)

    def free(self, *, now: datetime) -> Sequence[Seen]:
        return tuple(each for each in self.seen if each.is_free(now=now))

    def held_by(self, name: str, *, now: datetime) -> Sequence[Seen]:
        """Live holds of that caller, which may be gone on with."""
        return tuple(each for each in self.seen if each.held_by == name and each.is_held(now=now))

    def why_none(self, *, now: datetime) -> WhyNone | None:
        """None while something is free."""
        if self.free(now=now):
            return None
        if any(each.is_open_to_regulators and each.is_held(now=now) for each in self.seen):
            return WhyNone.HELD
        if self.elsewhere:
            return WhyNone.FREE_ELSEWHERE
        if self.taken:
            return WhyNone.ALL_TAKEN
        return WhyNone.NOT_FOR_REGULATORS if self.seen else WhyNone.NOTHING_PUBLISHED
