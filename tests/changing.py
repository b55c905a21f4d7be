"""A small territory in which places go and come under bookings, as amendments of a roster make them."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from service.application.bookings import book_place, get_booking
from service.application.displaced import change_places
from service.application.tasks import list_tasks
from service.domain.bookings import Booking, Slot, SlotId, SlotState
from service.domain.geography import Point
from service.domain.tasks import Task, TaskFilter, TaskState
from service.storage.database import Database
from service.storage.places import places_by_id
from service.storage.tables.bookings import BookingRow, SlotRow
from service.storage.tables.changes import TaskRow
from tests.make_bookings import HERE, NOW, REGULATOR, a_practice, naming, rows_of

NEAR = Point(HERE.lat + 0.1, HERE.lon)
"""14.5 km by road from where everything is."""
FAR = Point(HERE.lat + 0.3, HERE.lon)
"""43 km: out of reach."""


async def another_practice(database: Database, id: str = "cab", *, at: Point = NEAR, gp: str = "gp-2") -> None:
    await a_practice(database, id, at=at, gp=gp, rpps="99900000029")


async def slots_by_id(database: Database, ids: Iterable[SlotId]) -> list[Slot]:
    async with database.transaction() as session:
        found = await places_by_id(session, list(ids))
    return sorted((slot for slot, _ in found.values()), key=lambda slot: slot.time.start)


async def change(
    database: Database, gone: Iterable[SlotId], added: Iterable[Slot] = (), *, now: datetime = NOW
) -> None:
    """The seats of these places go, those places come."""
    seats = {(slot.session, slot.practitioner) for slot in await slots_by_id(database, gone)}
    async with database.transaction() as session:
        await change_places(session, seats, list(added), now=now)


def elsewhere(slot: Slot, new_id: SlotId, **different: Any) -> Slot:
    """The same place as somebody else offers it, or elsewhere."""
    return replace(slot, id=new_id, state=SlotState.FREE, taken=0, **different)


async def booked(database: Database, slot: SlotId, case_ref: str = "DRM-2026-1") -> Booking:
    return await book_place(database, naming(slot, case_ref), caller=REGULATOR, now=NOW)


async def again(database: Database, booking: Booking) -> Booking:
    """As it is now."""
    return await get_booking(database, booking.id, caller=REGULATOR)


async def open_tasks(database: Database) -> list[Task]:
    chosen = TaskFilter(state=TaskState.OPEN)
    return list((await list_tasks(database, chosen, after=None, limit=200, caller=REGULATOR)).items)


async def the_task(database: Database) -> Task:
    """The only open one."""
    [task] = await open_tasks(database)
    return task


def kept_place(task: Task) -> Slot:
    """What a proposal proposes."""
    assert task.proposal is not None
    return task.proposal.place.slot


def kept_until(task: Task) -> datetime:
    assert task.proposal is not None
    return task.proposal.until


async def assert_nobody_lost(database: Database) -> None:
    """Every live booking has its busy place or one open task, every busy place its booking."""
    bookings = [row for row in await rows_of(database, BookingRow) if row.status != "cancelled"]
    state_of = {row.id: row.state for row in await rows_of(database, SlotRow)}
    assert all(state_of[row.slot_id] == ("withdrawn" if row.displaced else "busy") for row in bookings)
    busy = [id for id, state in state_of.items() if state == "busy"]
    assert sorted(busy) == sorted(row.slot_id for row in bookings if not row.displaced)
    tasks = [row.booking_id for row in await rows_of(database, TaskRow) if row.state == "open"]
    assert len(tasks) == len(set(tasks))
    assert {row.id for row in bookings if row.displaced} <= set(tasks)
