"""Tasks for bookings that a change of roster touched: listed, accepted, declined, closed, expired."""

from datetime import datetime

from service.application.displaced import SERVICE, let_go, put_on, seek_alternative
from service.domain.callers import Caller
from service.domain.entries import Page
from service.domain.errors import OfferExpired, StaleVersion, TaskClosed
from service.domain.events import EventType
from service.domain.tasks import Outcome, Task, TaskFilter, TaskId, TaskKind, TaskState
from service.storage import tasks as stored
from service.storage.booking_rows import save_status
from service.storage.database import Database
from service.storage.directory import refuse_unknown_territory
from service.storage.kept import confirm_kept
from service.storage.tasks import lock_task, open_task, page_tasks, proposals_expired, save_closed
from service.storage.wait_list import offer_places

MOST_AT_ONCE = 50


async def list_tasks(
    database: Database, chosen: TaskFilter, *, after: str | None, limit: int, caller: Caller
) -> Page[Task]:
    """The oldest first. Raises Invalid, NotFound."""
    async with database.statement() as connection:
        await refuse_unknown_territory(connection, chosen.territory)
        return await page_tasks(connection, chosen, after=after, limit=limit)


async def get_task(database: Database, id: TaskId, *, caller: Caller) -> Task:
    """Raises NotFound."""
    async with database.statement() as connection:
        return await stored.get_task(connection, id)


async def accept_task(database: Database, id: TaskId, *, caller: Caller, now: datetime) -> Task:
    """The booking moves to the place that was kept for it; the one it still had, if any, is free again.

    Raises NotFound, TaskClosed, NothingOffered, OfferExpired, StaleVersion, SlotBegun when it begins where it still is.
    """
    async with database.transaction() as session:
        task = await lock_task(session, id)
        accepted = task.accept(by=caller.name, now=now)
        if task.proposal is None or not await confirm_kept(session, task.proposal.hold):
            raise OfferExpired("the place was taken over once the deadline had passed")
        to = task.proposal.place.slot.id
        await put_on(session, task.booking, to, type_=EventType.BOOKING_MOVED, now=now)
        await save_closed(session, accepted, now=now)
        await offer_places(session, [task.booking.slot.id], now=now)
        return await stored.get_task(session, id)


async def decline_task(database: Database, id: TaskId, *, caller: Caller, now: datetime) -> Task:
    """The next best alternative is proposed, or an alert: the task that is open now.

    Raises NotFound, TaskClosed, NothingOffered, StaleVersion.
    """
    async with database.transaction() as session:
        task = await lock_task(session, id)
        await save_closed(session, task.decline(by=caller.name, now=now), now=now)
        following = await seek_alternative(session, task.booking, task.left.slot, now=now)
        await let_go(session, task, now=now)
        return following


async def close_task(database: Database, id: TaskId, outcome: Outcome, *, caller: Caller, now: datetime) -> Task:
    """Say how it ended; a patient who does not come has no booking any more.

    Raises NotFound, TaskClosed, BookingDisplaced, SlotBegun, StaleVersion.
    """
    async with database.transaction() as session:
        task = await lock_task(session, id)
        done = task.finish(outcome, by=caller.name, now=now)
        if outcome.ends_booking:
            await save_status(session, task.booking.cancel(now=now))
        await save_closed(session, done, now=now)
        await let_go(session, task, now=now)
        if outcome.ends_booking:
            await offer_places(session, [task.booking.slot.id], now=now)
        return await stored.get_task(session, id)


async def expire_tasks(database: Database, *, now: datetime) -> int:
    """Proposals whose deadline has passed become alerts. So many did; harmless when several workers do it at once."""
    async with database.transaction() as session:
        ids = await proposals_expired(session, now=now, limit=MOST_AT_ONCE)
    expired = 0
    for id in ids:
        try:
            expired += await _expire(database, id, now=now)
        except (TaskClosed, StaleVersion):
            continue
    return expired


async def _expire(database: Database, id: TaskId, *, now: datetime) -> int:
    """Raises TaskClosed, StaleVersion when somebody was faster."""
    async with database.transaction() as session:
        task = await lock_task(session, id)
        task.refuse_if_closed()
        await save_closed(session, task.closed(TaskState.EXPIRED, by=SERVICE, now=now), now=now)
        await open_task(session, task.booking, TaskKind.ALERT, task.left.slot.id, now=now)
        await let_go(session, task, now=now)
    return 1
