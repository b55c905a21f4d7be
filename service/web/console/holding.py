"""A place held for five minutes, its case named, and booked; or given back."""

import hashlib
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request, Response

from service.application.bookings import book_place, get_hold, release_hold
from service.application.practitioner_places import find_booking_of_hold, hold_shown_place
from service.domain.bookings import Hold, HoldEnd, HoldId, Origin, SlotId
from service.domain.callers import Keyed
from service.domain.errors import Conflict, HoldExpired, IdempotencyKeyReused, Invalid, NotFound
from service.domain.needs import PlaceHeld
from service.domain.signing_in import PageSession
from service.storage.database import Database
from service.web.console.agenda import agenda_page
from service.web.console.asked import Asked, AskedDep
from service.web.console.french import MODALITIES, refused_in_words, when_in_words
from service.web.console.pages import go, page
from service.web.console.refusals import PageRoute
from service.web.console.visitors import OwnForm, Regulator
from service.web.counting import count_booking
from service.web.dependencies import DatabaseDep, Now
from service.web.problems import status_of

router = APIRouter(prefix="/rdv/{rpps}", route_class=PageRoute, include_in_schema=False)

Words = Annotated[str, Form(max_length=200)]


@router.post("/retenir")
async def hold(
    request: Request,
    _own: OwnForm,
    regulator: Regulator,
    asked: AskedDep,
    database: DatabaseDep,
    now: Now,
    place: Annotated[UUID, Form()],
    cle: Words,
) -> Response:
    """Once for each page shown: who clicks twice, or comes back to it, finds the same hold."""
    slot = SlotId(place)
    keyed = Keyed(key=f"{cle}:{slot}", operation="hold on the page", request=_digest(str(slot)))
    try:
        held = await hold_shown_place(database, asked.rpps, slot, caller=regulator.caller, now=now, keyed=keyed)
    except (Conflict, IdempotencyKeyReused) as error:
        refused, status = refused_in_words(error), status_of(type(error))
        return await agenda_page(request, asked, database, regulator, now=now, refused=refused, status=status)
    return go(asked.hold(held.id))


@router.get("/retenues/{hold}")
async def show_hold(
    request: Request, regulator: Regulator, asked: AskedDep, database: DatabaseDep, now: Now, hold: UUID
) -> Response:
    held = await get_hold(database, HoldId(hold), caller=regulator.caller)
    return await _shown(request, held, regulator, asked, database, now=now)


@router.post("/retenues/{hold}")
async def confirm(
    request: Request,
    _own: OwnForm,
    regulator: Regulator,
    asked: AskedDep,
    database: DatabaseDep,
    now: Now,
    hold: UUID,
    dossier: Words = "",
) -> Response:
    """Named and booked in one; sent twice, booked once."""
    id, case_ref = HoldId(hold), dossier.strip()
    try:
        if not case_ref:
            raise Invalid()
        wanted = PlaceHeld(hold=id, origin=Origin.SAS, case_ref=case_ref)
        keyed = Keyed(key=f"hold:{id}", operation="book on the page", request=_digest(case_ref))
        booking = await book_place(database, wanted, caller=regulator.caller, now=now, keyed=keyed)
    except (HoldExpired, Conflict, Invalid) as error:
        held = await get_hold(database, id, caller=regulator.caller)
        return await _shown(request, held, regulator, asked, database, now=now, refused=error, case_ref=case_ref)
    return go(asked.booking(count_booking(booking, now).id))


@router.post("/retenues/{hold}/rendre")
async def give_back(
    _own: OwnForm, regulator: Regulator, asked: AskedDep, database: DatabaseDep, now: Now, hold: UUID
) -> Response:
    """Harmless when it is over already."""
    try:
        await release_hold(database, HoldId(hold), caller=regulator.caller, now=now)
    except (HoldExpired, NotFound):
        return go(asked.agenda())
    return go(asked.agenda(fait="rendue"))


async def _shown(
    request: Request,
    held: Hold,
    regulator: PageSession,
    asked: Asked,
    database: Database,
    *,
    now: datetime,
    refused: HoldExpired | Conflict | Invalid | None = None,
    case_ref: str = "",
) -> Response:
    """The form while the place is held; then what became of it."""
    end = held.end_by(now)
    if end is HoldEnd.CONFIRMED:
        booking = await find_booking_of_hold(database, held, caller=regulator.caller)
        return go(asked.booking(booking.id) if booking else asked.agenda())
    if end is HoldEnd.RELEASED:
        return go(asked.agenda())
    if end is HoldEnd.EXPIRED:
        words = "Le délai est passé : la place n’est plus retenue pour vous."
        return await agenda_page(request, asked, database, regulator, now=now, refused=words, status=410)
    return page(
        request,
        "hold.html",
        status=200 if refused is None else status_of(type(refused)),
        asked=asked,
        hold=held,
        when=when_in_words(held.slot, held.venue),
        modality=MODALITIES[held.slot.modality],
        seconds_left=int((held.expires_at - now).total_seconds()),
        case_ref=case_ref,
        faults=[] if refused is None else [("dossier", _why_not(refused))],
    )


def _why_not(refused: HoldExpired | Conflict | Invalid) -> str:
    if not isinstance(refused, Invalid):
        return refused_in_words(refused)
    return refused_in_words(refused, refused.faults[0].code if refused.faults else "case_ref.missing")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
