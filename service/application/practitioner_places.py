"""What a regulator finds behind a practitioner's address: his or her places, and what became of those taken there."""

from datetime import datetime

from service.domain.bookings import Booking, BookingId, Hold, HoldId, SlotId
from service.domain.callers import Caller, Keyed
from service.domain.errors import NotFound
from service.domain.practitioner_places import SHOWN_FOR, PractitionerPlaces
from service.storage import booking_rows
from service.storage import practitioner_places as stored
from service.storage.database import Database
from service.storage.holds import get_hold, take_hold
from service.storage.places import refuse_unless_free


async def refuse_unless_known(database: Database, rpps: str) -> None:
    """Raises NotFound when no territory knows the practitioner."""
    async with database.statement() as connection:
        if not await stored.is_known(connection, rpps):
            raise NotFound("practitioner", rpps)


async def practitioner_places(database: Database, rpps: str, *, caller: Caller, now: datetime) -> PractitionerPlaces:
    """The places of the next days, taken ones too. Raises NotFound."""
    async with database.statement() as connection:
        return await stored.practitioner_places(connection, rpps, now=now, shown_for=SHOWN_FOR)


async def hold_shown_place(
    database: Database, rpps: str, slot: SlotId, *, caller: Caller, now: datetime, keyed: Keyed
) -> Hold:
    """Keep one of these places for a case that is named when it is booked.

    Raises NotFound when it is none of them, IdempotencyKeyReused, and what forbids to take it.
    """
    async with database.statement() as connection:
        shown = await stored.practitioner_places(connection, rpps, now=now, shown_for=SHOWN_FOR)
    if not any(each.slot.id == slot and each.is_open_to_regulators for each in shown.seen):
        await refuse_unless_free(database.direct, slot, now=now)
        raise NotFound("slot", slot)
    return await take_hold(database.direct, slot, None, caller=caller, now=now, keyed=keyed)


async def get_own_booking(database: Database, id: BookingId, *, caller: Caller) -> Booking:
    """Another caller's booking does not exist. Raises NotFound."""
    booking = await booking_rows.get_booking(database.direct, id)
    if booking.booked_by != caller.name:
        raise NotFound("booking", id)
    return booking


async def get_own_hold(database: Database, id: HoldId, *, caller: Caller) -> Hold:
    """Another caller's hold does not exist. Raises NotFound."""
    return await get_hold(database.direct, id, caller=caller)


async def find_booking_of_hold(database: Database, hold: Hold, *, caller: Caller) -> Booking | None:
    """What the hold became; None when its place was given back, or is anybody else's now."""
    async with database.statement() as connection:
        return await booking_rows.find_own_booking(connection, hold.slot.id, booked_by=caller.name)
