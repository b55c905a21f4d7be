"""Places searched for, and people counted at walk-in sessions."""

from datetime import datetime
from uuid import uuid4

from service.application.needs import understand, why_none
from service.domain.bookings import Slot, SlotId, Venue
from service.domain.callers import Caller, Keyed
from service.domain.needs import CareRequest
from service.domain.offers import Found
from service.storage.database import Database
from service.storage.idempotency import claim
from service.storage.offers import search_offers
from service.storage.places import get_place, lock_place, save_count


async def search_slots(database: Database, request: CareRequest, *, limit: int, caller: Caller, now: datetime) -> Found:
    """The best free places, or why there are none and when the next opens. Raises Invalid."""
    need = await understand(database, request, now=now)
    async with database.statement() as connection:
        offers = await search_offers(connection, need, now=now, limit=limit)
    return Found(offers=offers) if offers else Found(explanations=await why_none(database, need, now=now))


async def count_arrivals(
    database: Database, slot: SlotId, change: int, *, caller: Caller, now: datetime, keyed: Keyed | None = None
) -> tuple[Slot, Venue]:
    """People who came to a walk-in session, or who were counted by mistake (`change` below 0).

    Raises NotFound, IdempotencyKeyReused, NotWalkIn, SlotWithdrawn, SessionNotOpen, SessionFull, NobodyToTakeBack.
    """
    tap = str(uuid4())
    async with database.transaction() as session:
        if keyed and await claim(session, caller, keyed, tap, now=now) != tap:
            return await get_place(session, slot)
        counter, venue = await lock_place(session, slot)
        counted = counter.count(change, now=now)
        await save_count(session, counted)
    return counted, venue
