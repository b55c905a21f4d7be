"""A worker keeps deadlines: proposals that ran out become alerts, lapsed holds go to who waits. On the real clock."""

import asyncio
from datetime import UTC, datetime, timedelta

from service.application.bookings import book_place, hold_slot
from service.domain.rosters import HalfDay
from service.domain.tasks import TaskKind
from service.worker.running import worker_beside
from tests.changing import NEAR, another_practice, change, open_tasks
from tests.make_bookings import REGULATOR, a_practice, a_territory, naming, some_slots
from tests.waiting import offered_to, waits
from tests.worker.watching import PATIENCE_SECONDS

HOUR = timedelta(hours=1)


async def eventually(condition):
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not await condition():
            pass


async def test_a_proposal_that_nobody_accepted_becomes_an_alert(database):
    now = datetime.now(UTC)
    await a_territory(database)
    await a_practice(database)
    await another_practice(database)
    [slot] = await some_slots(database, [now + 20 * HOUR])
    await some_slots(database, [now + 21 * HOUR], practice="cab", gp="gp-2", at=NEAR)
    await book_place(database, naming(slot), caller=REGULATOR, now=now - 3 * HOUR)
    await change(database, [slot], now=now - 3 * HOUR)
    assert [task.kind for task in await open_tasks(database)] == [TaskKind.PROPOSAL]

    async def is_alert():
        return [task.kind for task in await open_tasks(database)] == [TaskKind.ALERT]

    async with worker_beside(database, concurrency=1), worker_beside(database, concurrency=1):
        await eventually(is_alert)


async def test_a_place_whose_hold_ran_out_is_offered_to_who_waits(database):
    now = datetime.now(UTC)
    await a_territory(database, timezone="UTC")
    await a_practice(database)
    start = now + 2 * HOUR
    [slot] = await some_slots(database, [start])
    await hold_slot(database, slot, "DRM-1", caller=REGULATOR, now=now - HOUR)
    half_day = HalfDay.of(start.time())
    entry = await waits(database, now=now - HOUR, on=start.date(), half_day=half_day)
    assert entry.offer is None

    async def is_offered():
        return await offered_to(database, entry) == [slot]

    async with worker_beside(database, concurrency=1), worker_beside(database, concurrency=1):
        await eventually(is_offered)
