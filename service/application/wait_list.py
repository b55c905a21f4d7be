"""The wait-list of a sector's half-day: entered, left, and freed places accepted or declined in order."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from service.domain.bookings import Booking
from service.domain.callers import Caller, Keyed
from service.domain.entries import Page
from service.domain.errors import EntryClosed
from service.domain.needs import PlaceHeld
from service.domain.wait_list import EntryFilter, EntryId, Waiting, WaitlistEntry
from service.storage import wait_list_rows as rows
from service.storage.booking_rows import get_booking
from service.storage.bookings import book_held
from service.storage.database import Database
from service.storage.directory import get_territory, refuse_unknown_territory
from service.storage.idempotency import claim
from service.storage.kept import give_back
from service.storage.wait_list import (
    add_entry,
    end_passed_days,
    end_passed_offers,
    get_sectors,
    offer_places,
    places_waited_for,
    save_booked,
    save_declined,
    save_left,
)
from service.storage.wait_list_rows import lock_entry, page_entries


async def enter_wait_list(
    database: Database, waiting: Waiting, *, caller: Caller, now: datetime, keyed: Keyed | None = None
) -> WaitlistEntry:
    """Wait for a place, behind those who came before; one that is free is offered at once.

    Raises Invalid, NotFound, IdempotencyKeyReused, AlreadyWaiting.
    """
    id = uuid4()
    async with database.transaction() as session:
        if keyed and (earlier := await claim(session, caller, keyed, str(id), now=now)) != str(id):
            return await rows.get_entry(session, EntryId(UUID(earlier)))
        territory = await get_territory(session, waiting.territory)
        sectors = await get_sectors(session, waiting.territory)
        waiting.refuse_strange(sectors, today=now.astimezone(territory.zone).date())
        await add_entry(session, EntryId(id), waiting, caller=caller, now=now)
        free = await places_waited_for(session, EntryId(id), now=now)
        await offer_places(session, free[:1], now=now)
        return await rows.get_entry(session, EntryId(id))


async def get_entry(database: Database, id: EntryId, *, caller: Caller) -> WaitlistEntry:
    """Raises NotFound."""
    async with database.statement() as connection:
        return await rows.get_entry(connection, id)


async def list_entries(
    database: Database, chosen: EntryFilter, *, after: int, limit: int, caller: Caller
) -> Page[WaitlistEntry]:
    """In their order. Raises NotFound."""
    async with database.statement() as connection:
        await refuse_unknown_territory(connection, chosen.territory)
        return await page_entries(connection, chosen, after=after, limit=limit)


async def leave_wait_list(database: Database, id: EntryId, *, caller: Caller, now: datetime) -> None:
    """What was offered goes to the next in order. Raises NotFound, EntryClosed, StaleVersion."""
    async with database.transaction() as session:
        entry = await lock_entry(session, id)
        entry.refuse_if_closed()
        await save_left(session, entry)
        freed = entry.offer and await give_back(session, entry.offer.hold, now=now)
        await offer_places(session, [freed] if freed else [], now=now)


async def accept_offer(
    database: Database, id: EntryId, *, caller: Caller, now: datetime, keyed: Keyed | None = None
) -> Booking:
    """The place becomes a booking of the case, made by who entered it.

    Raises NotFound, IdempotencyKeyReused, EntryClosed, NothingOffered, OfferExpired, HoldExpired, StaleVersion.
    """
    async with database.transaction() as session:
        attempt = str(uuid4())
        if keyed and await claim(session, caller, keyed, attempt, now=now) != attempt:
            return await _accepted(session, id)
        entry = await lock_entry(session, id)
        offer = entry.offered(now=now)
        held = PlaceHeld(hold=offer.hold, origin=entry.waiting.origin)
        by = Caller(name=entry.entered_by)
        booking = await book_held(await session.connection(), held, caller=by, now=now, keyed=None)
        await save_booked(session, entry, booking.id, now=now)
    return booking


async def _accepted(session: AsyncSession, id: EntryId) -> Booking:
    """Raises NotFound, EntryClosed."""
    entry = await rows.get_entry(session, id)
    if entry.booking is None:
        raise EntryClosed(entry=str(id), entry_state=entry.state.value)
    return await get_booking(session, entry.booking)


async def decline_offer(database: Database, id: EntryId, *, caller: Caller, now: datetime) -> WaitlistEntry:
    """The place goes to the next in order; the entry waits for another one.

    Raises NotFound, EntryClosed, NothingOffered, OfferExpired, StaleVersion.
    """
    async with database.transaction() as session:
        entry = await lock_entry(session, id)
        offer = entry.offered(now=now)
        await save_declined(session, entry, offer.place.slot.id, now=now)
        freed = await give_back(session, offer.hold, now=now)
        await offer_places(session, [freed] if freed else [], now=now)
        return await rows.get_entry(session, id)


async def offer_waited_for(database: Database, *, now: datetime) -> int:
    """Offer what is free, and what was held or offered until now, to those who wait. So many were offered.

    Harmless when several workers do it at once: each takes places that no other has locked.
    """
    async with database.transaction() as session:
        await end_passed_days(session, now=now)
        handed_on = await offer_places(session, await end_passed_offers(session, now=now), now=now)
        return handed_on + await offer_places(session, await places_waited_for(session, now=now), now=now)
