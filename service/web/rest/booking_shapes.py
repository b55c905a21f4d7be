"""What holds and bookings ask for, and how they are shown."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated, cast
from uuid import UUID

from pydantic import BaseModel, Field

from service.application.territory_file.fields import Id, Rpps
from service.domain.bookings import Booking, BookingStatus, Hold, HoldEnd, HoldId, Origin, SlotId
from service.domain.directory import TerritoryId
from service.domain.errors import Invalid
from service.domain.faults import Fault
from service.domain.needs import BookingFilter, BookingRequest, PlaceHeld, PlaceNamed, PlaceNeeded
from service.web.rest.search_shapes import Instant, NeedIn
from service.web.rest.slot_shapes import SlotOut

CaseRef = Annotated[
    str,
    Field(
        description="Number of the regulation file: letters, digits and . _ / - ; nothing about the patient",
        examples=["DRM-2026-118203"],
    ),
]


class HoldIn(BaseModel, extra="forbid", frozen=True):
    """Which place to keep, and for which case."""

    slot: UUID = Field(description="The slot's id, as the search gives it")
    case_ref: CaseRef


class HoldOut(BaseModel):
    """A place kept until `expires_at`, unless it is released or booked before."""

    id: UUID
    slot: SlotOut
    case_ref: CaseRef | None = Field(description="Null when the case is named only at booking")
    expires_at: datetime = Field(examples=["2026-11-23T14:10:00+01:00"])
    ended: HoldEnd | None = Field(description="How it ended; null while it is live")

    @classmethod
    def of(cls, hold: Hold, now: datetime) -> "HoldOut":
        return cls(
            id=hold.id,
            slot=SlotOut.of(hold.slot, hold.venue),
            case_ref=hold.case_ref,
            expires_at=hold.expires_at,
            ended=hold.end_by(now),
        )


class BookingIn(BaseModel, extra="forbid", frozen=True):
    """One of `slot`, `hold` and `need`."""

    slot: UUID | None = Field(default=None, description="Book this place")
    hold: UUID | None = Field(default=None, description="Book the place that this hold keeps, for its case")
    need: NeedIn | None = Field(default=None, description="Book the best free place that meets this")
    case_ref: CaseRef | None = Field(default=None, description="Due with `slot` and `need`; a hold has its own")
    origin: Origin = Field(default=Origin.SAS, description="Who sends the patient")
    usual_gp_rpps: Rpps | None = Field(
        default=None, description="RPPS of the patient's own GP; at his or her practice no supplement is due."
    )

    def request(self) -> BookingRequest:
        """Raises Invalid."""
        if [self.slot, self.hold, self.need].count(None) != 2:
            message = "say what to book: one of `slot`, `hold` and `need`"
            raise Invalid(Fault(path="", code="booking.one_of", message=message))
        if self.hold is not None:
            own = self.usual_gp_rpps
            return PlaceHeld(hold=HoldId(self.hold), case_ref=self.case_ref, origin=self.origin, usual_gp_rpps=own)
        if self.case_ref is None:
            raise Invalid(Fault(path="case_ref", code="key.missing", message="Field required"))
        return self._unheld(self.case_ref)

    def _unheld(self, case_ref: str) -> BookingRequest:
        own = self.usual_gp_rpps
        if self.need is None:
            slot = SlotId(cast("UUID", self.slot))
            return PlaceNamed(slot=slot, case_ref=case_ref, origin=self.origin, usual_gp_rpps=own)
        request = self.need.request()
        request = replace(request, usual_gp_rpps=own or request.usual_gp_rpps)
        return PlaceNeeded(request=request, case_ref=case_ref, origin=self.origin)


class MoveIn(BaseModel, extra="forbid", frozen=True):
    """Where the booking goes."""

    slot: UUID = Field(description="A free place")


class BookingOut(BaseModel):
    """A place taken for a regulation case."""

    id: UUID
    status: BookingStatus
    displaced: bool = Field(description="Its place was taken away: an open task says what is proposed instead")
    slot: SlotOut
    case_ref: CaseRef
    origin: Origin
    booked_by: str = Field(description="The caller", examples=["admin"])
    booked_at: datetime
    status_at: datetime = Field(description="When the status became what it is")
    supplement_eligible: bool = Field(
        description="False with the patient's own GP, or at his or her practice: no unscheduled-care supplement"
    )
    version: int = Field(description="Raised by every change; the ETag is this number in quotes", examples=[1])

    @classmethod
    def of(cls, booking: Booking) -> "BookingOut":
        return cls(
            id=booking.id,
            status=booking.status,
            displaced=booking.is_displaced,
            slot=SlotOut.of(booking.slot, booking.venue),
            case_ref=booking.case_ref,
            origin=booking.origin,
            booked_by=booking.booked_by,
            booked_at=booking.booked_at,
            status_at=booking.status_at.astimezone(booking.venue.zone),
            supplement_eligible=booking.supplement_eligible,
            version=booking.version,
        )


class BookingFilterIn(BaseModel, extra="forbid", frozen=True):
    """Which bookings to list: those that meet all that is given, by the time of their place."""

    case_ref: str | None = Field(
        default=None, max_length=40, pattern=r"^[\w./-]*$", description="The regulation file's"
    )
    territory: Id | None = Field(default=None, description="The territory's id")
    status: BookingStatus | None = Field(default=None)
    start_at: Instant | None = Field(default=None, alias="from", description="Places that begin from then on")
    end_at: Instant | None = Field(default=None, alias="until", description="Places that begin before")
    cursor: str | None = Field(default=None, max_length=80, description="`next_cursor` of the page before")
    limit: int = Field(default=50, ge=1, le=200, description="Bookings a page, at most")

    def chosen(self) -> BookingFilter:
        return BookingFilter(
            case_ref=self.case_ref,
            territory=TerritoryId(self.territory) if self.territory else None,
            status=self.status,
            start_at=self.start_at,
            end_at=self.end_at,
        )
