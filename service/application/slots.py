"""Places searched for, and people counted at walk-in sessions."""

from datetime import datetime

from service.application.needs import understand, why_none
from service.domain.bookings import Slot, SlotId
from service.domain.callers import Caller, Keyed
from service.domain.needs import CareRequest
from service.domain.offers import Found
from service.domain.venues import Venue
from service.storage import attendance
from service.storage.database import Database
from service.storage.offers import search_offers


async def search_slots(database: Database, request: CareRequest, *, limit: int, caller: Caller, now: datetime) -> Found:
    """The best free places, or why there are none and when the next opens. Raises Invalid."""
    need = await understand(database, request, now=now)
    offers = await search_offers(database.direct, need, now=now, limit=limit)
    return Found(offers=offers) if offers else Found(explanations=await why_none(database, request, need, now=now))


async def count_arrivals(
    database: Database, slot: SlotId, change: int, *, caller: Caller, now: datetime, keyed: Keyed | None = None
) -> tuple[Slot, Venue]:
    """People who came to a walk-in session, or who were counted by mistake (`change` below 0).

    Raises NotFound, IdempotencyKeyReused, NotWalkIn, SlotWithdrawn, SessionNotOpen, SessionClosed, SessionFull,
    NobodyToTakeBack.
    """
    return await attendance.count_people(database.direct, slot, change, caller=caller, now=now, keyed=keyed)


async def close_session(database: Database, slot: SlotId, *, closed: bool, caller: Caller) -> tuple[Slot, Venue]:
    """A walk-in session takes nobody more, or takes people again. Raises NotFound, NotWalkIn, SlotWithdrawn."""
    async with database.statement() as connection:
        return await attendance.close_session(connection, slot, closed=closed)
