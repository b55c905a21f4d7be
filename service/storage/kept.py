"""Places kept until a deadline for a task or for the wait-list: holds that no caller confirms by itself."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, DateTime, Interval, case, exists, func, insert, literal, literal_column, update
from sqlalchemy.ext.asyncio import AsyncSession

from service.domain.bookings import HoldEnd, HoldId, SlotId, SlotState
from service.domain.policy import Policy
from service.storage.holds import holds
from service.storage.places import policy_number, slots, territories

_MINUTE: ColumnElement[Any] = literal_column("interval '1 minute'", Interval)
PROPOSAL_TIME = policy_number(Policy().proposal_minutes, "proposal_minutes") * _MINUTE
OFFER_NOTICE = policy_number(Policy().wait_list_notice_minutes, "wait_list_notice_minutes") * _MINUTE
OFFER_TIME = policy_number(Policy().wait_list_minutes, "wait_list_minutes") * _MINUTE


async def keep_place(
    session: AsyncSession,
    slot: SlotId,
    case_ref: str,
    *,
    held_by: str,
    time: ColumnElement[Any],
    now: datetime,
    longer: timedelta = timedelta(),
) -> tuple[HoldId, datetime]:
    """A free place that this transaction has locked, kept for so long, or until it begins, and the deadline.

    `longer`: it is nobody else's for so much longer, so that the transaction that ends this says whose it is.
    """
    id = uuid4()
    until = literal(now, DateTime(timezone=True)) + time
    held = {"state": SlotState.HELD, "hold_id": id, "held_until": func.least(until + longer, slots.c.start_at)}
    of_territory = (slots.c.id == slot, territories.c.id == slots.c.territory_id)
    deadline = func.least(until, slots.c.start_at).label("deadline")
    kept = update(slots).where(*of_territory).values(held).returning(slots.c.held_until, deadline)
    found = (await session.execute(kept)).one()
    row = {"id": id, "slot_id": slot, "case_ref": case_ref, "held_by": held_by, "held_at": now}
    await session.execute(insert(holds).values(**row, expires_at=found.held_until))
    return HoldId(id), found.deadline


async def give_back(
    session: AsyncSession, hold: HoldId, *, now: datetime, end: HoldEnd = HoldEnd.RELEASED
) -> SlotId | None:
    """The place is free again, unless somebody took it over once the deadline had passed: then None."""
    ended = case((holds.c.expires_at <= now, HoldEnd.EXPIRED), else_=end)
    await session.execute(update(holds).where(holds.c.id == hold, holds.c.ended.is_(None)).values(ended=ended))
    still = (holds.c.id == hold, slots.c.hold_id == hold)
    free = {"state": SlotState.FREE, "hold_id": None, "held_until": None}
    freed = update(slots).where(slots.c.id == holds.c.slot_id, *still).values(free).returning(slots.c.id)
    slot: UUID | None = (await session.execute(freed)).scalar_one_or_none()
    return None if slot is None else SlotId(slot)


async def confirm_kept(session: AsyncSession, hold: HoldId) -> bool:
    """Whether the locked place is still kept by this hold, which ends with that."""
    still = exists().where(slots.c.id == holds.c.slot_id, slots.c.hold_id == hold)
    ended = update(holds).where(holds.c.id == hold, still).values(ended=HoldEnd.CONFIRMED).returning(holds.c.id)
    return (await session.execute(ended)).scalar_one_or_none() is not None
