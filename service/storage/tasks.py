"""Tasks as they are kept: opened, found, locked, closed, each with its event."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, cast
from uuid import uuid4

from sqlalchemy import Table, insert, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from service.domain.bookings import Booking, BookingId, HoldId, SlotId
from service.domain.directory import TerritoryId
from service.domain.entries import Page
from service.domain.errors import NotFound, StaleVersion
from service.domain.events import Event, EventType
from service.domain.tasks import Outcome, Place, Proposal, Task, TaskFilter, TaskId, TaskKind, TaskState
from service.storage.booking_rows import bookings_by_id, lock_booking, position_of
from service.storage.events import add_event
from service.storage.holds import holds
from service.storage.places import places_by_id, words
from service.storage.statements import Connected
from service.storage.tables.changes import TaskRow

tasks = cast("Table", TaskRow.__table__)
_FIND = select(*tasks.c, holds.c.slot_id.label("proposed"), holds.c.expires_at).select_from(
    tasks.outerjoin(holds, holds.c.id == tasks.c.hold_id)
)
_IS_OPEN = tasks.c.state == words(TaskState.OPEN)[0]


async def open_task(
    session: AsyncSession, booking: Booking, kind: TaskKind, left: SlotId, *, hold: HoldId | None = None, now: datetime
) -> Task:
    """For a locked booking that has no open task."""
    id = uuid4()
    row = {
        "id": id,
        "territory_id": booking.slot.territory,
        "booking_id": booking.id,
        "kind": kind,
        "state": TaskState.OPEN,
        "left_slot_id": left,
        "hold_id": hold,
        "opened_at": now,
    }
    await session.execute(insert(tasks).values(row))
    task = await get_task(session, TaskId(id))
    await add_event(session, _event(EventType.TASK_OPENED, task, now))
    return task


async def save_closed(session: AsyncSession, task: Task, *, now: datetime) -> None:
    """A locked task that was open."""
    closed = {
        "state": task.state,
        "closed_at": task.closed_at,
        "closed_by": task.closed_by,
        "outcome": task.outcome,
    }
    await session.execute(update(tasks).where(tasks.c.id == task.id).values(closed))
    await add_event(session, _event(EventType.TASK_CLOSED, task, now))


async def get_task(connection: Connected, id: TaskId) -> Task:
    """Raises NotFound."""
    row = (await connection.execute(_FIND.where(tasks.c.id == id))).one_or_none()
    if row is None:
        raise NotFound("task", id)
    [task] = await _tasks_of(connection, [row])
    return task


async def open_task_of(connection: Connected, booking: BookingId) -> Task | None:
    row = (await connection.execute(_FIND.where(tasks.c.booking_id == booking, _IS_OPEN))).one_or_none()
    return None if row is None else (await _tasks_of(connection, [row]))[0]


async def lock_task(session: AsyncSession, id: TaskId) -> Task:
    """The task with its booking and the places of both, until the transaction ends.

    Raises NotFound, StaleVersion when the booking moves away at this very instant.
    """
    task = await get_task(session, id)
    proposed = [task.proposal.place.slot.id] if task.proposal else []
    await lock_booking(session, task.booking.id, task.left.slot.id, *proposed, version=None)
    await session.execute(select(tasks.c.id).where(tasks.c.id == id).with_for_update())
    return await get_task(session, id)


async def lock_with_task(
    session: AsyncSession, id: BookingId, *also: SlotId, version: int | None
) -> tuple[Booking, Task | None]:
    """A booking with its open task, and the places of both. Raises NotFound, StaleVersion."""
    seen = await open_task_of(session, id)
    proposed = [seen.proposal.place.slot.id] if seen and seen.proposal else []
    booking = await lock_booking(session, id, *proposed, *also, version=version)
    task = await open_task_of(session, id)
    if task and task.proposal and task.proposal.place.slot.id not in proposed:
        raise StaleVersion(version=booking.version)
    return booking, task


async def page_tasks(connection: Connected, chosen: TaskFilter, *, after: str | None, limit: int) -> Page[Task]:
    """At most `limit`, the oldest first, from a cursor on. Raises Invalid (`cursor.malformed`)."""
    asked = (
        (chosen.territory, tasks.c.territory_id),
        (chosen.kind, tasks.c.kind),
        (chosen.booking, tasks.c.booking_id),
    )
    meets = [column == value for value, column in asked if value is not None]
    if chosen.state is not None:
        meets.append(tasks.c.state == words(chosen.state)[0])
    beyond = [] if after is None else [tuple_(tasks.c.opened_at, tasks.c.id) > tuple_(*position_of(after))]
    found = _FIND.where(*meets, *beyond).order_by(tasks.c.opened_at, tasks.c.id)
    rows = (await connection.execute(found.limit(limit + 1))).all()
    more = rows[limit - 1] if len(rows) > limit else None
    cursor = f"{more.opened_at.isoformat()}_{more.id}" if more else None
    return Page(items=await _tasks_of(connection, rows[:limit]), next_cursor=cursor)


async def proposals_at(session: AsyncSession, places: Collection[SlotId]) -> tuple[TaskId, ...]:
    """Open proposals of these places."""
    found = _FIND.where(holds.c.slot_id.in_(places), _IS_OPEN).order_by(tasks.c.id)
    return tuple(TaskId(row.id) for row in await session.execute(found))


async def proposals_expired(session: AsyncSession, *, now: datetime, limit: int) -> tuple[TaskId, ...]:
    """Open proposals whose deadline has passed."""
    found = _FIND.where(_IS_OPEN, holds.c.expires_at <= now).order_by(holds.c.expires_at).limit(limit)
    return tuple(TaskId(row.id) for row in await session.execute(found))


async def _tasks_of(connection: Connected, rows: Sequence[Any]) -> tuple[Task, ...]:
    of_booking = {each.id: each for each in await bookings_by_id(connection, [row.booking_id for row in rows])}
    ids = {row.left_slot_id for row in rows} | {row.proposed for row in rows if row.proposed}
    places = {id: Place(slot=slot, venue=venue) for id, (slot, venue) in (await places_by_id(connection, ids)).items()}
    tasks_found = []
    for row in rows:
        left = places[row.left_slot_id]
        proposal = row.hold_id and Proposal(
            hold=HoldId(row.hold_id),
            place=places[row.proposed],
            until=row.expires_at.astimezone(places[row.proposed].venue.zone),
        )
        tasks_found.append(
            Task(
                id=TaskId(row.id),
                territory=TerritoryId(row.territory_id),
                kind=TaskKind(row.kind),
                state=TaskState(row.state),
                booking=of_booking[row.booking_id],
                left=left,
                proposal=proposal,
                opened_at=row.opened_at.astimezone(left.venue.zone),
                closed_at=row.closed_at and row.closed_at.astimezone(left.venue.zone),
                closed_by=row.closed_by,
                outcome=Outcome(row.outcome) if row.outcome else None,
            )
        )
    return tuple(tasks_found)


def _event(type_: EventType, task: Task, now: datetime) -> Event:
    proposal = task.proposal
    told = {
        "task": str(task.id),
        "kind": task.kind.value,
        "state": task.state.value,
        "outcome": task.outcome and task.outcome.value,
        "booking": str(task.booking.id),
        "case_ref": task.booking.case_ref,
        "slot_left": str(task.left.slot.id),
        "slot_proposed": proposal and str(proposal.place.slot.id),
        "until": proposal and proposal.until.isoformat(),
    }
    facts = {name: fact for name, fact in told.items() if fact is not None}
    return Event(type=type_, territory=task.territory, occurred_at=now, data=facts, booking=task.booking.id)
