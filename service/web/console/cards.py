"""The card of a booking, to print or to read out to the patient; and its cancelling."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Response

from service.application.bookings import cancel_booking
from service.application.practitioner_places import get_own_booking
from service.domain.bookings import Booking, BookingId, BookingStatus
from service.domain.errors import BookingClosed, Conflict, SlotBegun, StaleVersion
from service.domain.rosters import Modality
from service.web.console.asked import AskedDep
from service.web.console.french import MODALITIES, read_aloud, refused_in_words, status_in_words, when_in_words
from service.web.console.pages import go, page
from service.web.console.refusals import PageRoute
from service.web.console.visits import PostedDep, Visit, VisitDep
from service.web.problems import status_of

router = APIRouter(prefix="/rdv/{rpps}/rendez-vous/{booking}", route_class=PageRoute, include_in_schema=False)


@router.get("")
async def show(visit: VisitDep, booking: UUID) -> Response:
    return _card(visit, await get_own_booking(visit.database, BookingId(booking), caller=visit.caller))


@router.get("/annuler")
async def look_again(asked: AskedDep, booking: UUID) -> Response:
    """For whoever loads the address of a form that was sent."""
    return go(asked.booking(BookingId(booking)))


@router.post("/annuler")
async def cancel(visit: PostedDep, booking: UUID, version: Annotated[int, Form(ge=1, lt=2**31)]) -> Response:
    """As it was shown: when it changed meanwhile, it is shown again first."""
    id, database, caller = BookingId(booking), visit.database, visit.caller
    await get_own_booking(database, id, caller=caller)
    try:
        await cancel_booking(database, id, version=version, caller=caller, now=visit.now)
    except (BookingClosed, SlotBegun, StaleVersion) as error:
        found = await get_own_booking(database, id, caller=caller)
        if found.status is not BookingStatus.CANCELLED:
            return _card(visit, found, refused=error)
    return go(visit.asked.booking(id))


def _card(visit: Visit, booking: Booking, *, refused: Conflict | None = None) -> Response:
    has_begun = booking.slot.time.start <= visit.now and not booking.is_displaced
    return page(
        visit.request,
        "card",
        status=200 if refused is None else status_of(type(refused)),
        asked=visit.asked,
        booking=booking,
        when=when_in_words(booking.slot, booking.venue),
        modality=MODALITIES[booking.slot.modality],
        is_in_person=booking.slot.modality is Modality.IN_PERSON,
        told=status_in_words(booking),
        aloud=read_aloud(booking),
        may_be_cancelled=booking.status is BookingStatus.BOOKED and not has_begun,
        faults=[("rendez-vous", refused_in_words(refused))] if refused else [],
    )
