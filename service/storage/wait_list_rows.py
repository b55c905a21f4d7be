"""Entries of the wait-list as rows: found, listed, locked."""

from collections.abc import Mapping, Sequence
from typing import Any, cast
from zoneinfo import ZoneInfo

from sqlalchemy import Table, select
from sqlalchemy.ext.asyncio import AsyncSession

from service.domain.bookings import BookingId, HoldId, Origin, SlotId
from service.domain.directory import Audience, TerritoryId
from service.domain.entries import Page
from service.domain.errors import NotFound, StaleVersion
from service.domain.rosters import HalfDay, Modality
from service.domain.tasks import Place
from service.domain.wait_list import EntryFilter, EntryId, EntryState, Offer, Waiting, WaitlistEntry
from service.storage.places import places_by_id, slots, territories, words
from service.storage.statements import Connected
from service.storage.tables.changes import WaitListRow

entries = cast("Table", WaitListRow.__table__)
IS_WAITING = entries.c.state == words(EntryState.WAITING)[0]
_TOLD = select(*entries.c, territories.c.timezone).join(territories, territories.c.id == entries.c.territory_id)


async def get_entry(connection: Connected, id: EntryId) -> WaitlistEntry:
    """Raises NotFound."""
    row = (await connection.execute(_TOLD.where(entries.c.id == id))).one_or_none()
    if row is None:
        raise NotFound("wait-list entry", id)
    return (await _entries_of(connection, [row]))[0]


async def lock_entry(session: AsyncSession, id: EntryId) -> WaitlistEntry:
    """With the place that is offered to it, which comes first. Raises NotFound, StaleVersion."""
    seen = await get_entry(session, id)
    if seen.offer:
        await session.execute(select(slots.c.id).where(slots.c.id == seen.offer.place.slot.id).with_for_update())
    await session.execute(select(entries.c.id).where(entries.c.id == id).with_for_update())
    entry = await get_entry(session, id)
    if entry.offer and (seen.offer is None or seen.offer.place.slot.id != entry.offer.place.slot.id):
        raise StaleVersion("another place was offered at this very instant")
    return entry


async def page_entries(connection: Connected, chosen: EntryFilter, *, after: int, limit: int) -> Page[WaitlistEntry]:
    """At most `limit`, in their order, after a turn."""
    asked = (
        (chosen.territory, entries.c.territory_id),
        (chosen.sector, entries.c.sector),
        (chosen.on, entries.c.on_date),
        (chosen.half_day, entries.c.half_day),
    )
    meets = [column == value for value, column in asked if value is not None]
    if chosen.state is not None:
        meets.append(entries.c.state == words(chosen.state)[0])
    found = _TOLD.where(*meets, entries.c.turn > after).order_by(entries.c.turn)
    rows = (await connection.execute(found.limit(limit + 1))).all()
    cursor = str(rows[limit - 1].turn) if len(rows) > limit else None
    return Page(items=await _entries_of(connection, rows[:limit]), next_cursor=cursor)


async def _entries_of(connection: Connected, rows: Sequence[Any]) -> tuple[WaitlistEntry, ...]:
    places = await places_by_id(connection, [row.slot_id for row in rows if row.slot_id])
    return tuple(
        _entry_of(row, {id: Place(slot=slot, venue=venue) for id, (slot, venue) in places.items()}) for row in rows
    )


def _entry_of(row: Any, places: Mapping[SlotId, Place]) -> WaitlistEntry:
    zone = ZoneInfo(row.timezone)
    offer = row.hold_id and Offer(
        hold=HoldId(row.hold_id), place=places[row.slot_id], until=row.offered_until.astimezone(zone)
    )
    return WaitlistEntry(
        id=EntryId(row.id),
        waiting=Waiting(
            case_ref=row.case_ref,
            territory=TerritoryId(row.territory_id),
            sector=row.sector,
            on=row.on_date,
            half_day=HalfDay(row.half_day),
            modality=Modality(row.modality),
            audience=Audience(row.audience),
            origin=Origin(row.origin),
        ),
        state=EntryState(row.state),
        entered_at=row.entered_at.astimezone(zone),
        entered_by=row.entered_by,
        offer=offer,
        booking=BookingId(row.booking_id) if row.booking_id else None,
    )
