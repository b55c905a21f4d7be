"""The wait-list of a sector's half-day: who waits, in which order, and what is offered to whom."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NewType
from uuid import UUID

from service.domain.bookings import BookingId, HoldId, Origin, checked_case_ref
from service.domain.directory import Audience, TerritoryId
from service.domain.errors import EntryClosed, Invalid, NothingOffered, OfferExpired
from service.domain.faults import Fault
from service.domain.rosters import HalfDay, Modality
from service.domain.tasks import Place

EntryId = NewType("EntryId", UUID)

HANDING_ON = timedelta(seconds=5)
"""How much longer than its deadline an offered place is kept: nobody takes it before it goes to the next in order."""


class EntryState(StrEnum):
    """Over: the half-day's day has passed."""

    WAITING = "waiting"
    BOOKED = "booked"
    LEFT = "left"
    OVER = "over"


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A case that waits for a place in a sector on a half-day, of this modality and open to this audience."""

    case_ref: str
    territory: TerritoryId
    sector: str
    on: date
    half_day: HalfDay
    modality: Modality = Modality.IN_PERSON
    audience: Audience = Audience.SNP
    origin: Origin = Origin.SAS

    def __post_init__(self) -> None:
        checked_case_ref(self.case_ref)

    def refuse_strange(self, sectors: frozenset[str], *, today: date) -> None:
        """Raises Invalid: `reference.unknown`, `date.past`. `sectors`: those of the territory."""
        faults = []
        if self.sector not in sectors:
            faults.append(Fault.unknown("sector", "sector", self.sector, sectors))
        if self.on < today:
            faults.append(Fault(path="date", code="date.past", message=f"{self.on} has passed"))
        if faults:
            raise Invalid(*faults)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A freed place kept for the first in order until a deadline."""

    hold: HoldId
    place: Place
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitlistEntry:
    """`offer`: what is offered to it now, or was until its deadline passed."""

    id: EntryId
    waiting: Waiting
    state: EntryState
    entered_at: datetime
    entered_by: str
    offer: Offer | None = None
    booking: BookingId | None = None

    def refuse_if_closed(self) -> None:
        """Raises EntryClosed."""
        if self.state is not EntryState.WAITING:
            raise EntryClosed(entry=str(self.id), entry_state=self.state.value)

    def offered(self, *, now: datetime) -> Offer:
        """What it may accept at this instant. Raises EntryClosed, NothingOffered, OfferExpired."""
        self.refuse_if_closed()
        if self.offer is None:
            raise NothingOffered(entry=str(self.id))
        if self.offer.until <= now:
            raise OfferExpired(until=self.offer.until.isoformat())
        return self.offer


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryFilter:
    """Entries that meet all that is given, in their order."""

    territory: TerritoryId | None = None
    sector: str | None = None
    on: date | None = None
    half_day: HalfDay | None = None
    state: EntryState | None = None
