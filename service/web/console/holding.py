"""A place held for some minutes, its case named, and booked; or given back."""

import hashlib
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Response

from service.application.bookings import book_place, release_hold
from service.application.practitioner_places import find_booking_of_hold, get_own_hold, hold_shown_place
from service.domain.bookings import Hold, HoldEnd, HoldId, Origin, SlotId
from service.domain.callers import Keyed
from service.domain.errors import Conflict, HoldExpired, IdempotencyKeyReused, Invalid, NotFound, TourderoleError
from service.domain.needs import PlaceHeld
from service.web.console.agenda import agenda_page
from service.web.console.asked import AskedDep
from service.web.console.french import MODALITIES, refused_in_words, when_in_words
from service.web.console.pages import go, page
from service.web.console.refusals import PageRoute
from service.web.console.visits import PostedDep, Visit, VisitDep
from service.web.counting import REFUSALS, count_booking
from service.web.problems import code_of, status_of

router = APIRouter(prefix="/rdv/{rpps}", route_class=PageRoute, include_in_schema=False)

Words = Annotated[str, Form(max_length=200)]
Key = Annotated[str, Form(pattern="^[A-Za-z0-9_-]{1,64}$")]
"""As `secrets.token_urlsafe` makes them."""


@router.post("/retenir")
async def hold(visit: PostedDep, place: Annotated[UUID, Form()], cle: Key) -> Response:
    """Once for each page shown: who clicks twice, or comes back to it, finds the same hold."""
    slot, rpps = SlotId(place), visit.asked.rpps
    keyed = Keyed(key=f"{cle}:{slot}", operation="hold on the page", request=_digest(str(slot)))
    try:
        held = await hold_shown_place(visit.database, rpps, slot, caller=visit.caller, now=visit.now, keyed=keyed)
    except (Conflict, IdempotencyKeyReused) as error:
        REFUSALS.labels(code_of(error)).inc()
        return await agenda_page(visit, refused=refused_in_words(error), status=status_of(type(error)))
    return go(visit.asked.hold(held.id))


@router.get("/retenir")
@router.get("/retenues/{hold}/rendre")
async def look_again(asked: AskedDep) -> Response:
    """For whoever loads the address of a form that was sent."""
    return go(asked.agenda())


@router.get("/retenues/{hold}")
async def show_hold(visit: VisitDep, hold: UUID) -> Response:
    return await _hold_page(visit, await get_own_hold(visit.database, HoldId(hold), caller=visit.caller))


@router.post("/retenues/{hold}")
async def confirm(visit: PostedDep, hold: UUID, dossier: Words = "") -> Response:
    """Named and booked in one; sent twice, booked once."""
    id, case_ref = HoldId(hold), dossier.strip()
    keyed = Keyed(key=f"hold:{id}", operation="book on the page", request=_digest(case_ref))
    try:
        held = PlaceHeld(hold=id, origin=Origin.SAS, case_ref=case_ref or None)
        booking = await book_place(visit.database, held, caller=visit.caller, now=visit.now, keyed=keyed)
    except (HoldExpired, Conflict, Invalid) as error:
        REFUSALS.labels(code_of(error)).inc()
        still = await get_own_hold(visit.database, id, caller=visit.caller)
        return await _hold_page(visit, still, refused=error, case_ref=case_ref)
    return go(visit.asked.booking(count_booking(booking, visit.now).id))


@router.post("/retenues/{hold}/rendre")
async def give_back(visit: PostedDep, hold: UUID) -> Response:
    """Harmless when it is over already."""
    try:
        await release_hold(visit.database, HoldId(hold), caller=visit.caller, now=visit.now)
    except (HoldExpired, NotFound):
        return go(visit.asked.agenda())
    return go(visit.asked.agenda(rendue="1"))


async def _hold_page(
    visit: Visit, held: Hold, *, refused: TourderoleError | None = None, case_ref: str = ""
) -> Response:
    """The form while the place is held; then what became of it."""
    end = held.end_by(visit.now)
    if end is not None:
        return await _ended(visit, held, end)
    return page(
        visit.request,
        "hold",
        status=200 if refused is None else status_of(type(refused)),
        asked=visit.asked,
        hold=held,
        when=when_in_words(held.slot, held.venue),
        modality=MODALITIES[held.slot.modality],
        seconds_left=int((held.expires_at - visit.now).total_seconds()),
        case_ref=case_ref,
        faults=[] if refused is None else [("dossier", refused_in_words(refused))],
    )


async def _ended(visit: Visit, held: Hold, end: HoldEnd) -> Response:
    if end is HoldEnd.EXPIRED:
        words = "Le délai est passé : la place n’est plus retenue pour vous."
        return await agenda_page(visit, refused=words, status=410)
    booking = await find_booking_of_hold(visit.database, held, caller=visit.caller)
    if booking is None or end is HoldEnd.RELEASED:
        return go(visit.asked.agenda())
    return go(visit.asked.booking(booking.id))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
