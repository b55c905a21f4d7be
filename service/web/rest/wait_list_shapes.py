"""What the wait-list asks for, and how its entries are shown."""

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, Field

from service.application.territory_file.fields import Id, LocalDate, Text
from service.domain.bookings import Origin
from service.domain.directory import Audience, TerritoryId
from service.domain.rosters import HalfDay, Modality
from service.domain.wait_list import EntryFilter, EntryState, Offer, Waiting, WaitlistEntry
from service.web.rest.booking_shapes import CaseRef
from service.web.rest.slot_shapes import SlotOut


class WaitingIn(BaseModel, extra="forbid", frozen=True):
    """A case that waits for a place in a sector on a half-day."""

    case_ref: CaseRef
    territory: Id = Field(description="The territory's id", examples=["cpts-haut-anjou-fictive"])
    sector: Text = Field(description="One of the territory's sectors", examples=["Craonnais"])
    on: LocalDate = Field(alias="date", examples=["2026-11-24"])
    half_day: HalfDay = Field(description="By the local start: before 12:00, before 18:00, later")
    modality: Modality = Modality.IN_PERSON
    audience: Audience = Audience.SNP
    origin: Origin = Field(default=Origin.SAS, description="Who sends the patient")

    def value(self) -> Waiting:
        """Raises Invalid."""
        return Waiting(
            case_ref=self.case_ref,
            territory=TerritoryId(self.territory),
            sector=self.sector,
            on=self.on,
            half_day=self.half_day,
            modality=self.modality,
            audience=self.audience,
            origin=self.origin,
        )


class OfferOut(BaseModel):
    """A freed place, kept for this entry."""

    slot: SlotOut
    until: datetime = Field(
        description="The deadline; then it goes to the next in order: for five seconds nobody else has it"
    )

    @classmethod
    def of(cls, offer: Offer) -> "OfferOut":
        return cls(slot=SlotOut.of(offer.place.slot, offer.place.venue), until=offer.until)


class EntryOut(BaseModel):
    """A case on the wait-list."""

    id: UUID
    case_ref: CaseRef
    territory: str
    sector: str
    on: date = Field(serialization_alias="date")
    half_day: HalfDay
    modality: Modality
    audience: Audience
    origin: Origin
    state: EntryState
    entered_at: datetime = Field(description="The order is that of entering")
    offer: OfferOut | None = Field(description="What is offered, until its deadline")
    booking: UUID | None = Field(description="Once accepted")

    @classmethod
    def of(cls, entry: WaitlistEntry, now: datetime) -> "EntryOut":
        waiting, offer = entry.waiting, entry.offer
        is_live = offer is not None and entry.state is EntryState.WAITING and offer.until > now
        return cls(
            id=entry.id,
            case_ref=waiting.case_ref,
            territory=waiting.territory,
            sector=waiting.sector,
            on=waiting.on,
            half_day=waiting.half_day,
            modality=waiting.modality,
            audience=waiting.audience,
            origin=waiting.origin,
            state=entry.state,
            entered_at=entry.entered_at,
            offer=OfferOut.of(offer) if offer and is_live else None,
            booking=entry.booking,
        )


class EntryFilterIn(BaseModel, extra="forbid", frozen=True):
    """Which entries to list: those that meet all that is given, in their order."""

    territory: Id | None = Field(default=None, description="The territory's id")
    sector: Text | None = Field(default=None)
    on: LocalDate | None = Field(default=None, alias="date")
    half_day: HalfDay | None = Field(default=None)
    state: EntryState | None = Field(default=None)
    cursor: str | None = Field(default=None, pattern="^[0-9]{1,18}$", description="`next_cursor` of the page before")
    limit: int = Field(default=50, ge=1, le=200, description="Entries a page, at most")

    def chosen(self) -> EntryFilter:
        return EntryFilter(
            territory=TerritoryId(self.territory) if self.territory else None,
            sector=self.sector,
            on=self.on,
            half_day=self.half_day,
            state=self.state,
        )
