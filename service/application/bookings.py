"""Places held, booked, and what becomes of the bookings."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from service.application.displaced import end_task
from service.application.needs import understand, why_none
from service.domain.bookings import Booking, BookingId, BookingStatus, Hold, HoldId, SlotId, checked_case_ref
from service.domain.callers import Caller, Keyed
from service.domain.entries import Page
from service.domain.errors import NoPlaceFree
from service.domain.needs import BookingFilter, BookingRequest, PlaceHeld, PlaceNamed, PlaceNeeded
from service.domain.tasks import Outcome
from service.storage import booking_rows, holds
from service.storage.booking_rows import page_bookings, save_move, save_status
from service.storage.bookings import Naming, Needing, book_held, book_needed, book_needs, book_slot, book_slots
from service.storage.database import Database
from service.storage.directory import refuse_unknown_territory
from service.storage.places import get_place
from service.storage.tasks import lock_with_task
from service.storage.wait_list import offer_places


async def hold_slot(
    database: Database, slot: SlotId, case_ref: str | None, *, caller: Caller, now: datetime, keyed: Keyed | None = None
) -> Hold:
    """Keep a place for the caller for a while (policy: `hold_seconds`). Without a case, that is named at booking.

    Raises Invalid, NotFound, IdempotencyKeyReused, and what forbids to take the place: SlotHeld, SlotTaken and so on.
    """
    checked = None if case_ref is None else checked_case_ref(case_ref)
    return await holds.take_hold(database.direct, slot, checked, caller=caller, now=now, keyed=keyed)


async def get_hold(database: Database, id: HoldId, *, caller: Caller) -> Hold:
    """Raises NotFound."""
    return await holds.get_hold(database.direct, id, caller=caller)


async def release_hold(database: Database, id: HoldId, *, caller: Caller, now: datetime) -> None:
    """Give the place back: to the first on the wait-list, if any. Raises NotFound, HoldExpired."""
    async with database.transaction() as session:
        place = await holds.release_hold(session, id, caller=caller, now=now)
        await offer_places(session, [place], now=now)


async def book_place(
    database: Database, request: BookingRequest, *, caller: Caller, now: datetime, keyed: Keyed | None = None
) -> Booking:
    """Book the place named, the place held, or the best that meets the need.

    Raises Invalid, NotFound, IdempotencyKeyReused, HoldExpired, what forbids to take the place, and NoPlaceFree.
    """
    match request:
        case PlaceNamed():
            return await _book_named(database, Naming(named=request, caller=caller, now=now, keyed=keyed))
        case PlaceHeld():
            return await book_held(database.direct, request, caller=caller, now=now, keyed=keyed)
        case PlaceNeeded():
            return await _book_best(database, request, caller, now, keyed)


async def _book_named(database: Database, naming: Naming) -> Booking:
    async with database.named.turn("a place", naming, partial(book_slots, database.direct)) as booked:
        return booked or await book_slot(database.direct, naming)


async def _book_best(
    database: Database, request: PlaceNeeded, caller: Caller, now: datetime, keyed: Keyed | None
) -> Booking:
    need = await understand(database, request.request, now=now)
    needing = Needing(needed=request, need=need, caller=caller, now=now, keyed=keyed)
    try:
        async with database.needed.turn(request.request, needing, partial(book_needs, database.direct)) as found:
            return found or await book_needed(database.direct, needing)
    except NoPlaceFree:
        reasons = await why_none(database, request.request, need, now=now, to_book=True)
    raise NoPlaceFree(explanations=reasons)


async def get_booking(database: Database, id: BookingId, *, caller: Caller) -> Booking:
    """Raises NotFound."""
    return await booking_rows.get_booking(database.direct, id)


async def list_bookings(
    database: Database, chosen: BookingFilter, *, after: str | None, limit: int, caller: Caller
) -> Page[Booking]:
    """Raises Invalid, NotFound."""
    async with database.statement() as connection:
        await refuse_unknown_territory(connection, chosen.territory)
        return await page_bookings(connection, chosen, after=after, limit=limit)


async def cancel_booking(
    database: Database, id: BookingId, *, version: int | None = None, caller: Caller, now: datetime
) -> Booking:
    """Its place goes to the first on the wait-list, or is free again.

    Raises NotFound, StaleVersion, BookingClosed, SlotBegun.
    """
    return await _close(database, id, version, now, lambda booking: booking.cancel(now=now))


async def fulfil_booking(
    database: Database, id: BookingId, *, version: int | None = None, caller: Caller, now: datetime
) -> Booking:
    """The patient was seen. Raises NotFound, StaleVersion, BookingClosed, BookingDisplaced, SlotNotBegun."""
    return await _close(database, id, version, now, lambda booking: booking.fulfil(now=now))


async def miss_booking(
    database: Database, id: BookingId, *, version: int | None = None, caller: Caller, now: datetime
) -> Booking:
    """The patient did not come. Raises NotFound, StaleVersion, BookingClosed, BookingDisplaced, SlotNotBegun."""
    return await _close(database, id, version, now, lambda booking: booking.miss(now=now))


async def _close(
    database: Database, id: BookingId, version: int | None, now: datetime, change: Callable[[Booking], Booking]
) -> Booking:
    async with database.transaction() as session:
        booking, task = await lock_with_task(session, id, version=version)
        closed = change(booking)
        await save_status(session, closed)
        if task is not None:
            await end_task(session, task, Outcome.ENDED, now=now)
        if closed.status is BookingStatus.CANCELLED:
            await offer_places(session, [booking.slot.id], now=now)
    return closed


async def move_booking(
    database: Database, id: BookingId, to: SlotId, *, version: int | None = None, caller: Caller, now: datetime
) -> Booking:
    """To another free place, leaving the old one to the wait-list or free, both or neither. Its open task is done.

    Raises NotFound, StaleVersion, BookingClosed, SlotBegun, and what forbids to take the new place.
    """
    async with database.transaction() as session:
        booking, task = await lock_with_task(session, id, to, version=version)
        slot, _ = await get_place(session, to)
        await save_move(session, booking.move(slot, now=now), left=booking.slot.id, now=now)
        if task is not None:
            await end_task(session, task, Outcome.MOVED, now=now)
        await offer_places(session, [booking.slot.id], now=now)
        return await booking_rows.get_booking(session, id)
