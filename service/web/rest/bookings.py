"""Holds and bookings over REST: made, found, released, cancelled, moved, and what became of them."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Response

from service.application.bookings import (
    book_place,
    cancel_booking,
    fulfil_booking,
    get_booking,
    get_hold,
    hold_slot,
    list_bookings,
    miss_booking,
    move_booking,
    release_hold,
)
from service.domain.bookings import Booking, BookingId, HoldId, SlotId
from service.domain.errors import (
    BookingClosed,
    BookingDisplaced,
    HoldExpired,
    IdempotencyKeyReused,
    Invalid,
    NoPlaceFree,
    NotFound,
    SlotBegun,
    SlotHeld,
    SlotNotBegun,
    SlotTaken,
    SlotWithdrawn,
    StaleVersion,
    TooLarge,
    WalkInNotBookable,
)
from service.web.counting import count_booking
from service.web.dependencies import CallerDep, DatabaseDep, KeyedDep, Now, OptionalVersion, etag
from service.web.problems import answers
from service.web.rest.booking_shapes import BookingFilterIn, BookingIn, BookingOut, HoldIn, HoldOut, MoveIn
from service.web.rest.entries import CREATED, SHOWN, PageOut

router = APIRouter()
holds = APIRouter(prefix="/holds", tags=["bookings"])
bookings = APIRouter(prefix="/bookings", tags=["bookings"])

NOT_FREE = (SlotHeld, SlotTaken, SlotBegun, SlotWithdrawn, WalkInNotBookable)
HELD: dict[int | str, dict[str, Any]] = {
    201: {"headers": {"Location": {"description": "The address of the hold", "schema": {"type": "string"}}}}
}


async def _hold(hold: Annotated[UUID, Path(description="The hold's id")]) -> HoldId:
    return HoldId(hold)


async def _booking(booking: Annotated[UUID, Path(description="The booking's id")]) -> BookingId:
    return BookingId(booking)


HoldPath = Annotated[HoldId, Depends(_hold)]
BookingPath = Annotated[BookingId, Depends(_booking)]


def _shown(response: Response, booking: Booking) -> BookingOut:
    """With its version."""
    response.headers["ETag"] = etag(booking.version)
    return BookingOut.of(booking)


@holds.post("", status_code=201, responses=HELD | answers(TooLarge, Invalid, IdempotencyKeyReused, NotFound, *NOT_FREE))
async def hold(
    asked: HoldIn, response: Response, database: DatabaseDep, caller: CallerDep, now: Now, keyed: KeyedDep
) -> HoldOut:
    """Keep a place while you talk to the patient, as long as the territory's policy says: five minutes by default."""
    kept = await hold_slot(database, SlotId(asked.slot), asked.case_ref, caller=caller, now=now, keyed=keyed)
    response.headers["Location"] = f"/v1/holds/{kept.id}"
    return HoldOut.of(kept, now)


@holds.get("/{hold}", responses=answers(Invalid, NotFound))
async def find_hold(hold: HoldPath, database: DatabaseDep, caller: CallerDep, now: Now) -> HoldOut:
    """A hold of yours, live or ended."""
    return HoldOut.of(await get_hold(database, hold, caller=caller), now)


@holds.delete("/{hold}", status_code=204, responses=answers(Invalid, NotFound, HoldExpired))
async def release(hold: HoldPath, database: DatabaseDep, caller: CallerDep, now: Now) -> None:
    """Give the place back."""
    await release_hold(database, hold, caller=caller, now=now)


@bookings.post(
    "",
    status_code=201,
    responses=CREATED | answers(TooLarge, Invalid, IdempotencyKeyReused, NotFound, HoldExpired, NoPlaceFree, *NOT_FREE),
)
async def book(
    asked: BookingIn, response: Response, database: DatabaseDep, caller: CallerDep, now: Now, keyed: KeyedDep
) -> BookingOut:
    """Book a place: the one named, the one held, or the best that meets the need."""
    booking = await book_place(database, asked.request(), caller=caller, now=now, keyed=keyed)
    response.headers["Location"] = f"/v1/bookings/{booking.id}"
    return _shown(response, count_booking(booking, now))


@bookings.get("", responses=answers(Invalid, NotFound))
async def find_bookings(
    asked: Annotated[BookingFilterIn, Query()], database: DatabaseDep, caller: CallerDep
) -> PageOut[BookingOut]:
    """Bookings that meet all that is asked, by the time of their place."""
    page = await list_bookings(database, asked.chosen(), after=asked.cursor, limit=asked.limit, caller=caller)
    return PageOut[BookingOut].of(page, BookingOut.of)


@bookings.get("/{booking}", responses=SHOWN | answers(Invalid, NotFound))
async def find_booking(
    booking: BookingPath, response: Response, database: DatabaseDep, caller: CallerDep
) -> BookingOut:
    """A booking with its place."""
    return _shown(response, await get_booking(database, booking, caller=caller))


@bookings.post(
    "/{booking}/cancel", responses=SHOWN | answers(Invalid, NotFound, StaleVersion, BookingClosed, SlotBegun)
)
async def cancel(
    booking: BookingPath,
    response: Response,
    database: DatabaseDep,
    caller: CallerDep,
    now: Now,
    version: OptionalVersion,
) -> BookingOut:
    """Cancel before the place begins: it is free again."""
    return _shown(response, await cancel_booking(database, booking, version=version, caller=caller, now=now))


@bookings.post(
    "/{booking}/fulfil",
    responses=SHOWN | answers(Invalid, NotFound, StaleVersion, BookingClosed, BookingDisplaced, SlotNotBegun),
)
async def fulfil(
    booking: BookingPath,
    response: Response,
    database: DatabaseDep,
    caller: CallerDep,
    now: Now,
    version: OptionalVersion,
) -> BookingOut:
    """The patient was seen, an hour before the time at the earliest."""
    return _shown(response, await fulfil_booking(database, booking, version=version, caller=caller, now=now))


@bookings.post(
    "/{booking}/no-show",
    responses=SHOWN | answers(Invalid, NotFound, StaleVersion, BookingClosed, BookingDisplaced, SlotNotBegun),
)
async def miss(
    booking: BookingPath,
    response: Response,
    database: DatabaseDep,
    caller: CallerDep,
    now: Now,
    version: OptionalVersion,
) -> BookingOut:
    """The patient did not come."""
    return _shown(response, await miss_booking(database, booking, version=version, caller=caller, now=now))


@bookings.post(
    "/{booking}/move", responses=SHOWN | answers(TooLarge, Invalid, NotFound, StaleVersion, BookingClosed, *NOT_FREE)
)
async def move(
    booking: BookingPath,
    asked: MoveIn,
    response: Response,
    database: DatabaseDep,
    caller: CallerDep,
    now: Now,
    version: OptionalVersion,
) -> BookingOut:
    """Move to another free place; the old one is free again in the same instant."""
    moved = await move_booking(database, booking, SlotId(asked.slot), version=version, caller=caller, now=now)
    return _shown(response, moved)


router.include_router(holds)
router.include_router(bookings)
