"""Places made and withdrawn, as rosters are published and amended, and the bookings that lose or regain theirs."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement, Table, case, or_, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from service.domain.bookings import BookingId, BookingStatus, HoldId, Slot, SlotId, SlotState
from service.domain.errors import SeatBooked, SlotHeld
from service.domain.events import EventType
from service.domain.offering import SeatKey
from service.domain.tasks import TaskState
from service.storage.events import add_booking_event
from service.storage.places import slots as places
from service.storage.places import words
from service.storage.tables.bookings import BookingRow, HoldRow, SlotRow
from service.storage.tables.changes import TaskRow, WaitListRow

_AS_IS = {"synchronize_session": False}
_BOOKED = BookingRow.status == BookingStatus.BOOKED
_IS_OPEN = TaskRow.state == words(TaskState.OPEN)[0]


async def lock_seats(session: AsyncSession, seats: Collection[SeatKey]) -> None:
    """All places of these seats, offered or not, those of every open task that has to do with them, their bookings.

    In the order of their ids, as everybody locks places: nobody waits in a circle. Whoever had one of them meanwhile
    may have given such a task another place: then all are let go, and locked again with that one. Once they are all
    locked no task about these seats opens or changes: that takes the lock of its booking's place.
    """
    further = await _places_of_tasks(session, seats)
    while True:
        async with session.begin_nested() as savepoint:
            row = select(places.c.id).where(or_(_of(seats), places.c.id.in_(further))).order_by(places.c.id)
            locked = (await session.execute(row.with_for_update())).scalars().all()
            found = await _places_of_tasks(session, seats)
            if found <= further:
                return await _lock_bookings(session, locked)
            await savepoint.rollback()
        further |= found


async def _lock_bookings(session: AsyncSession, on: Collection[UUID]) -> None:
    """In the order of their ids, as the relay refers to those that the SAS is to be told of."""
    theirs = select(BookingRow.id).where(BookingRow.slot_id.in_(on)).order_by(BookingRow.id)
    await session.execute(theirs.with_for_update())


async def _places_of_tasks(session: AsyncSession, seats: Collection[SeatKey]) -> set[UUID]:
    held, booked = aliased(SlotRow), aliased(SlotRow)
    task = select(TaskRow.left_slot_id, BookingRow.slot_id, HoldRow.slot_id.label("held_slot_id"))
    joined = (
        task.join(BookingRow, BookingRow.id == TaskRow.booking_id)
        .join(booked, booked.id == BookingRow.slot_id)
        .outerjoin(HoldRow, HoldRow.id == TaskRow.hold_id)
        .outerjoin(held, held.id == HoldRow.slot_id)
    )
    about = joined.where(_IS_OPEN, or_(_of(seats, booked), _of(seats, held)))
    return {id for row in await session.execute(about) for id in row if id is not None}


async def add_slots(session: AsyncSession, slots: Iterable[Slot]) -> None:
    """Offer these places. One that was withdrawn is offered again as it now is, under its old id."""
    rows = [_columns(slot) for slot in slots]
    if not rows:
        return
    added = insert(cast("Table", SlotRow.__table__))
    anew = {name: added.excluded[name] for name in rows[0] if name != "id"}
    offered = added.on_conflict_do_update(
        index_elements=["session_id", "practitioner_id", "start_at", "practice_id"],
        set_=anew,
        where=SlotRow.state == SlotState.WITHDRAWN,
    )
    await session.execute(offered, rows)


async def restore_bookings(session: AsyncSession, slots: Iterable[Slot], *, now: datetime) -> tuple[BookingId, ...]:
    """Bookings that were displaced from the very places that are now to be offered again have them back, as they are.

    A session that moved may be cut so that a place begins as one did before and ends sooner or later.
    """
    again = {(each.session, each.practitioner, each.practice, each.time.start): each for each in slots}
    of_seats = select(BookingRow.id, BookingRow.slot_id, SlotRow.practice_id, SlotRow.start_at)
    key = (SlotRow.session_id, SlotRow.practitioner_id)
    found = of_seats.add_columns(*key).join(SlotRow, SlotRow.id == BookingRow.slot_id)
    lost = found.where(_of({(session, holder) for session, holder, *_ in again}), BookingRow.displaced, _BOOKED)
    back = [
        row
        for row in (await session.execute(lost.order_by(BookingRow.slot_id))).all()
        if (row.session_id, row.practitioner_id, row.practice_id, row.start_at) in again
    ]
    await _set_displaced(session, [row.slot_id for row in back], displaced=False)
    for row in back:
        anew = again[row.session_id, row.practitioner_id, row.practice_id, row.start_at]
        await session.execute(update(places).where(places.c.id == row.slot_id).values(_offered(anew)))
        raised = {"version": BookingRow.version + 1, "placed_at": now}
        await session.execute(
            update(BookingRow).where(BookingRow.id == row.id).values(raised), execution_options=_AS_IS
        )
        await add_booking_event(session, EventType.BOOKING_RESTORED, BookingId(row.id), at=now)
    return tuple(BookingId(row.id) for row in back)


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawn:
    """`bookings` were displaced: they are to have other places, or a task. `holds` kept some of the places."""

    places: tuple[SlotId, ...]
    bookings: tuple[BookingId, ...]
    holds: tuple[HoldId, ...]


async def withdraw_slots(session: AsyncSession, seats: Collection[SeatKey], *, now: datetime) -> Withdrawn:
    """Offer no place of these seats any more.

    The places are locked: a booking under way comes first and is found, or finds its place withdrawn. Places kept for
    tasks and for the wait-list are withdrawn, too. Raises SeatBooked when people were seen or counted there already,
    SlotHeld while a caller holds one.
    """
    offered = select(SlotRow).where(_of(seats), SlotRow.state != SlotState.WITHDRAWN).order_by(SlotRow.id)
    rows = (await session.scalars(offered.with_for_update(), execution_options={"populate_existing": True})).all()
    await _refuse_held(session, rows, now)
    await _refuse_begun(session, rows)
    holds = tuple(HoldId(row.hold_id) for row in rows if row.hold_id)
    ended = case((HoldRow.expires_at <= now, "expired"), else_="released")
    over = update(HoldRow).where(HoldRow.id.in_(holds), HoldRow.ended.is_(None)).values(ended=ended)
    await session.execute(over, execution_options=_AS_IS)
    booked = [row.id for row in rows if row.state == SlotState.BUSY]
    displaced = await _set_displaced(session, booked, displaced=True)
    gone = {"state": SlotState.WITHDRAWN, "hold_id": None, "held_until": None}
    rest = update(SlotRow).where(SlotRow.id.in_([row.id for row in rows if row.state != SlotState.BUSY]))
    await session.execute(rest.values(gone), execution_options=_AS_IS)
    return Withdrawn(places=tuple(SlotId(row.id) for row in rows), bookings=displaced, holds=holds)


async def _refuse_held(session: AsyncSession, rows: Sequence[SlotRow], now: datetime) -> None:
    held_until = {row.hold_id: row.held_until for row in rows if row.held_until is not None and row.held_until > now}
    of_tasks = select(TaskRow.hold_id).where(TaskRow.hold_id.in_(held_until), _IS_OPEN)
    of_list = select(WaitListRow.hold_id).where(WaitListRow.hold_id.in_(held_until))
    ours = {*await session.scalars(of_tasks), *await session.scalars(of_list)}
    by_callers = [until for id, until in held_until.items() if id not in ours]
    if by_callers:
        raise SlotHeld("a place of this seat is held", retry_at=max(by_callers).isoformat())


async def _refuse_begun(session: AsyncSession, rows: Sequence[SlotRow]) -> None:
    honoured = (BookingRow.status != BookingStatus.BOOKED, BookingRow.status != BookingStatus.CANCELLED)
    seen = select(BookingRow.slot_id).where(BookingRow.slot_id.in_([row.id for row in rows]), *honoured)
    begun = {*await session.scalars(seen), *(row.id for row in rows if row.mode == "walk_in" and row.taken)}
    taken = {(str(row.session_id), row.practitioner_id) for row in rows if row.id in begun}
    if taken:
        raise SeatBooked(seats=[{"session": id, "practitioner": holder} for id, holder in sorted(taken)])


async def _set_displaced(session: AsyncSession, ids: Sequence[UUID], *, displaced: bool) -> tuple[BookingId, ...]:
    """Booking and place change in one statement, as the foreign key between them asks."""
    if not ids:
        return ()
    state, taken = (SlotState.WITHDRAWN, 0) if displaced else (SlotState.BUSY, 1)
    lost = update(BookingRow).where(BookingRow.slot_id.in_(ids), _BOOKED).values(displaced=displaced)
    bookings = lost.returning(BookingRow.id).cte("lost")
    moved = update(places).where(places.c.id.in_(ids)).values(state=state, taken=taken).cte("moved")
    found = await session.execute(select(bookings.c.id).add_cte(moved))
    return tuple(BookingId(id) for id in found.scalars())


def _of(seats: Collection[SeatKey], slot: type[SlotRow] = SlotRow) -> ColumnElement[bool]:
    return tuple_(slot.session_id, slot.practitioner_id).in_(list(seats))


def _columns(slot: Slot) -> Mapping[str, Any]:
    held = {"state": slot.state, "taken": slot.taken, "hold_id": None, "held_until": None}
    return {"id": slot.id, **_offered(slot), **held}


def _offered(slot: Slot) -> Mapping[str, Any]:
    """What is offered, whoever has it."""
    return {
        "session_id": slot.session,
        "territory_id": slot.territory,
        "practice_id": slot.practice,
        "practitioner_id": slot.practitioner,
        "mode": slot.mode,
        "modality": slot.modality,
        "audiences": sorted(slot.audiences),
        "start_at": slot.time.start,
        "end_at": slot.time.end,
        "lat": slot.point.lat,
        "lon": slot.point.lon,
        "places": slot.places,
        "kept_for": slot.kept and slot.kept.sector,
        "kept_until": slot.kept and slot.kept.until,
    }
