"""The wait-list at work: cases enter, freed places are offered in order, and are accepted or declined."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    Table,
    all_,
    and_,
    any_,
    bindparam,
    case,
    func,
    insert,
    or_,
    select,
    union,
    update,
)
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncSession

from service.domain.bookings import BookingId, HoldEnd, HoldId, SlotId
from service.domain.callers import Caller
from service.domain.directory import TerritoryId
from service.domain.events import Event, EventType
from service.domain.rosters import HalfDay
from service.domain.wait_list import HANDING_ON, EntryId, EntryState, Waiting, WaitlistEntry
from service.storage.events import add_event
from service.storage.kept import OFFER_NOTICE, OFFER_TIME, give_back, keep_place
from service.storage.parameters import NOW, SLOT, given
from service.storage.places import IS_TAKEABLE, slots, territories
from service.storage.tables.directory import CommuneRow, SessionTemplateRow
from service.storage.tables.rosters import SessionRow
from service.storage.wait_list_rows import IS_WAITING, entries, get_entry

_sessions = cast("Table", SessionRow.__table__)
_ENTRY: ColumnElement[Any] = bindparam("the_entry", type_=entries.c.id.type)
MOST_AT_ONCE = 50


def _fitting() -> FromClause:
    """Entries that wait without a live offer, with the places that they would take."""
    hour = func.extract("hour", func.timezone(territories.c.timezone, slots.c.start_at))
    half_day = case((hour < 12, HalfDay.MORNING), (hour < 18, HalfDay.AFTERNOON), else_=HalfDay.EVENING)
    day = and_(
        _sessions.c.territory_id == entries.c.territory_id,
        _sessions.c.on_date == entries.c.on_date,
        _sessions.c.template["sector"].astext == entries.c.sector,
        IS_WAITING,
        or_(entries.c.offered_until.is_(None), entries.c.offered_until <= NOW),
    )
    fits = and_(
        slots.c.session_id == _sessions.c.id,
        slots.c.modality == entries.c.modality,
        any_(slots.c.audiences) == entries.c.audience,
        slots.c.id != all_(entries.c.refused),
        entries.c.slot_id.is_distinct_from(slots.c.id),
    )
    in_time = slots.c.start_at >= NOW + OFFER_NOTICE
    of_territory = and_(territories.c.id == entries.c.territory_id, half_day == entries.c.half_day, in_time)
    return entries.join(_sessions, day).join(slots, fits).join(territories, of_territory)


def _first() -> Select[Any]:
    """Who is first in order for a place; whoever is offered another one at this instant is passed over."""
    found = select(entries.c.id, entries.c.case_ref, entries.c.entered_by).select_from(_fitting())
    first = found.where(slots.c.id == SLOT, IS_TAKEABLE).order_by(entries.c.turn).limit(1)
    return first.with_for_update(of=entries, skip_locked=True)


def _waited_for(*conditions: ColumnElement[bool]) -> Select[Any]:
    """Places that could be taken and that somebody waits for."""
    found = select(slots.c.id).select_from(_fitting()).where(IS_TAKEABLE, *conditions)
    ordered = found.order_by(entries.c.turn, slots.c.start_at, slots.c.id).limit(MOST_AT_ONCE)
    return ordered.with_for_update(of=slots, skip_locked=True)


def _passed() -> Select[Any]:
    """Offers whose deadline has passed, the place locked before the entry; what others have locked waits."""
    found = select(entries.c.id).join(slots, slots.c.id == entries.c.slot_id)
    over = found.where(IS_WAITING, entries.c.offered_until <= NOW).order_by(entries.c.turn).limit(MOST_AT_ONCE)
    return over.with_for_update(of=(slots, entries), skip_locked=True)


_FIRST, _WAITED_FOR, _WAITED_FOR_BY = _first(), _waited_for(), _waited_for(entries.c.id == _ENTRY)
_PASSED = _passed()


async def offer_places(session: AsyncSession, places: Collection[SlotId], *, now: datetime) -> int:
    """Each of these places, which this transaction has locked or has made, is kept for the first in order, if any.

    So many were offered. Those that are not free stay as they are.
    """
    offered = 0
    for place in places:
        first = (await session.execute(_FIRST, given(slot=place, now=now))).one_or_none()
        if first is not None:
            await _offer(session, first, place, now)
            offered += 1
    return offered


async def _offer(session: AsyncSession, first: Row[Any], place: SlotId, now: datetime) -> None:
    by, ref = first.entered_by, first.case_ref
    hold, until = await keep_place(session, place, ref, held_by=by, time=OFFER_TIME, now=now, longer=HANDING_ON)
    missed = case(
        (entries.c.slot_id.is_(None), entries.c.refused),
        else_=func.array_append(entries.c.refused, entries.c.slot_id),
    )
    shown = {"slot_id": place, "hold_id": hold, "offered_until": until, "refused": missed}
    await session.execute(update(entries).where(entries.c.id == first.id).values(shown))
    await add_event(session, _event(EventType.WAIT_LIST_OFFERED, await get_entry(session, first.id), now))


async def places_waited_for(
    session: AsyncSession, entry: EntryId | None = None, *, now: datetime
) -> tuple[SlotId, ...]:
    """Free places, and places whose hold or offer has run out, that somebody waits for, or this entry; locked."""
    statement = _WAITED_FOR if entry is None else _WAITED_FOR_BY
    parameters = {**given(now=now), **({} if entry is None else {"the_entry": entry})}
    return tuple(dict.fromkeys(SlotId(id) for id in (await session.execute(statement, parameters)).scalars()))


async def end_passed_days(session: AsyncSession, *, now: datetime) -> None:
    """Whose day has passed waits no longer."""
    today = func.timezone(territories.c.timezone, now).cast(entries.c.on_date.type)
    passed = (IS_WAITING, territories.c.id == entries.c.territory_id)
    over = select(entries.c.id).where(*passed, entries.c.on_date < today).limit(MOST_AT_ONCE)
    locked = over.with_for_update(of=entries, skip_locked=True).correlate(None)
    ended = {"state": EntryState.OVER, "slot_id": None, "hold_id": None, "offered_until": None}
    await session.execute(update(entries).where(entries.c.id.in_(locked)).values(ended))


async def end_passed_offers(session: AsyncSession, *, now: datetime) -> tuple[SlotId, ...]:
    """Whoever did not answer in time waits for another place. The places that are free with that, locked."""
    freed = []
    for id in (await session.execute(_PASSED, given(now=now))).scalars().all():
        entry = await get_entry(session, id)
        if entry.offer is not None:
            await _end_offer(session, entry, EventType.WAIT_LIST_EXPIRED, now=now, refused=entry.offer.place.slot.id)
            freed.append(await give_back(session, entry.offer.hold, now=now, end=HoldEnd.EXPIRED))
    return tuple(place for place in freed if place is not None)


async def withdraw_offers(session: AsyncSession, holds: Collection[HoldId], *, now: datetime) -> None:
    """Their places are gone: whoever they were offered to waits on."""
    theirs = select(entries.c.id).where(entries.c.hold_id.in_(holds), IS_WAITING).order_by(entries.c.turn)
    for id in (await session.execute(theirs.with_for_update())).scalars().all():
        await _end_offer(session, await get_entry(session, id), EventType.WAIT_LIST_WITHDRAWN, now=now)


async def _end_offer(
    session: AsyncSession, entry: WaitlistEntry, type_: EventType, *, now: datetime, refused: SlotId | None = None
) -> None:
    """A locked entry waits on, never again for the place that was `refused`; told as it was offered."""
    waits: dict[str, Any] = {"slot_id": None, "hold_id": None, "offered_until": None}
    if refused is not None:
        waits["refused"] = func.array_append(entries.c.refused, refused)
    await session.execute(update(entries).where(entries.c.id == entry.id).values(waits))
    await add_event(session, _event(type_, entry, now))


async def add_entry(session: AsyncSession, id: EntryId, waiting: Waiting, *, caller: Caller, now: datetime) -> None:
    """At the end of the order. Raises AlreadyWaiting, by a constraint."""
    row = {
        "id": id,
        "territory_id": waiting.territory,
        "sector": waiting.sector,
        "on_date": waiting.on,
        "half_day": waiting.half_day,
        "modality": waiting.modality,
        "audience": waiting.audience,
        "case_ref": waiting.case_ref,
        "origin": waiting.origin,
        "state": EntryState.WAITING,
        "entered_at": now,
        "entered_by": caller.name,
    }
    await session.execute(insert(entries).values(row))


async def get_sectors(session: AsyncSession, territory: TerritoryId) -> frozenset[str]:
    """Of its communes and of its sessions."""
    of_communes = select(CommuneRow.sector).where(CommuneRow.territory_id == territory)
    of_sessions = select(SessionTemplateRow.sector).where(SessionTemplateRow.territory_id == territory)
    return frozenset(await session.scalars(union(of_communes, of_sessions)))


async def save_booked(session: AsyncSession, entry: WaitlistEntry, booking: BookingId, *, now: datetime) -> None:
    """A locked entry that accepted what was offered."""
    booked = {"state": EntryState.BOOKED, "booking_id": booking}
    await session.execute(update(entries).where(entries.c.id == entry.id).values(booked))
    await add_event(session, _event(EventType.WAIT_LIST_ACCEPTED, entry, now, booking))


async def save_declined(session: AsyncSession, entry: WaitlistEntry, place: SlotId, *, now: datetime) -> None:
    """A locked entry that waits for another place, never again for this one."""
    await _end_offer(session, entry, EventType.WAIT_LIST_DECLINED, now=now, refused=place)


async def save_left(session: AsyncSession, entry: WaitlistEntry) -> None:
    left = {"state": EntryState.LEFT, "slot_id": None, "hold_id": None, "offered_until": None}
    await session.execute(update(entries).where(entries.c.id == entry.id).values(left))


def _event(type_: EventType, entry: WaitlistEntry, now: datetime, booking: BookingId | None = None) -> Event:
    told = {
        "entry": str(entry.id),
        "case_ref": entry.waiting.case_ref,
        "slot": entry.offer and str(entry.offer.place.slot.id),
        "until": entry.offer and entry.offer.until.isoformat(),
        "booking": booking and str(booking),
    }
    facts = {name: fact for name, fact in told.items() if fact is not None}
    return Event(type=type_, territory=entry.waiting.territory, occurred_at=now, data=facts, booking=booking)
