"""Places made and withdrawn, as rosters are published and amended."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, Table, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from service.domain.bookings import Slot, SlotState
from service.domain.directory import PractitionerId
from service.domain.errors import SeatBooked, SlotHeld
from service.domain.rosters import SessionId
from service.storage.tables.bookings import HoldRow, SlotRow

SeatKey = tuple[SessionId, PractitionerId]


async def add_slots(session: AsyncSession, slots: Iterable[Slot]) -> None:
    """Offer these places. One that was withdrawn is offered again as it now is, under its old id."""
    rows = [_columns(slot) for slot in slots]
    if not rows:
        return
    added = insert(cast("Table", SlotRow.__table__))
    anew = {name: added.excluded[name] for name in rows[0] if name != "id"}
    offered = added.on_conflict_do_update(
        index_elements=["session_id", "practitioner_id", "start_at"],
        set_=anew,
        where=SlotRow.state == SlotState.WITHDRAWN,
    )
    await session.execute(offered, rows)


async def withdraw_slots(session: AsyncSession, seats: Collection[SeatKey], *, now: datetime) -> None:
    """Offer no place of these seats any more. Raises SeatBooked when one is booked, SlotHeld while one is held.

    The places are locked: a booking under way comes first and is found, or finds its place withdrawn.
    """
    offered = (_of(seats), SlotRow.state != SlotState.WITHDRAWN)
    rows = (await session.scalars(select(SlotRow).where(*offered).order_by(SlotRow.id).with_for_update())).all()
    held_until = [row.held_until for row in rows if row.held_until is not None and row.held_until > now]
    if held_until:
        raise SlotHeld("a place of this seat is held", retry_at=max(held_until).isoformat())
    taken = {(str(row.session_id), row.practitioner_id) for row in rows if row.state == SlotState.BUSY or row.taken}
    if taken:
        raise SeatBooked(seats=[{"session": id, "practitioner": holder} for id, holder in sorted(taken)])
    lapsed = (HoldRow.id.in_([row.hold_id for row in rows if row.hold_id]), HoldRow.ended.is_(None))
    await session.execute(update(HoldRow).where(*lapsed).values(ended="expired"))
    gone = {"state": SlotState.WITHDRAWN, "hold_id": None, "held_until": None}
    await session.execute(update(SlotRow).where(*offered).values(**gone))


def _of(seats: Collection[SeatKey]) -> ColumnElement[bool]:
    return tuple_(SlotRow.session_id, SlotRow.practitioner_id).in_(list(seats))


def _columns(slot: Slot) -> Mapping[str, Any]:
    return {
        "id": slot.id,
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
        "taken": slot.taken,
        "state": slot.state,
        "hold_id": None,
        "held_until": None,
    }
