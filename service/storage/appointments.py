"""What the SAS platform is to know of bookings: wanted with their events, due, told, refused."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    DateTime,
    Integer,
    Table,
    Uuid,
    and_,
    bindparam,
    case,
    false,
    func,
    literal_column,
    null,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql import column, table
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from service.domain.appointments import Appointment, Reply, Telling, TellingState
from service.domain.bookings import BookingId, BookingStatus
from service.domain.directory import TerritoryId
from service.domain.entries import Page
from service.domain.errors import NotFound
from service.domain.regulators import IdentifierSystem, RegulatorIdentifier
from service.domain.webhooks import Failing
from service.storage.booking_rows import bookings
from service.storage.jobs import DELIVERIES_QUEUE, TELL_SAS, Job, enqueue
from service.storage.places import practitioners, slots, territories, words
from service.storage.regulators import regulators
from service.storage.tables.appointments import SasAppointmentRow

appointments = cast("Table", SasAppointmentRow.__table__)
_LOCK = "sas"
_jobs = table("procrastinate_jobs", column("lock"), column("status"), schema="jobs")
_PENDING = words(TellingState.PENDING)[0]
_IS_PENDING = appointments.c.state == _PENDING
_ALL = select(appointments, bookings.c.territory_id).join(bookings, bookings.c.id == appointments.c.booking_id)
_NOW = bindparam("now", type_=DateTime(timezone=True))
_ASKED = (
    func.unnest(bindparam("ids", type_=ARRAY(Uuid)), bindparam("versions", type_=ARRAY(Integer)))
    .table_valued(column("id", Uuid), column("version", Integer), name="asked")
    .render_derived()
)
_FRESH = {"attempts": 0, "failing": null(), "status": null(), "refusal": null()}


async def want_told(session: AsyncSession, versions: Mapping[BookingId, int], *, now: datetime) -> None:
    """The SAS is to know these bookings up to these versions, if its regulators took them. Due at once."""
    columns = {
        "booking_id": bookings.c.id,
        "created_at": _NOW,
        "state": _PENDING,
        "wanted_version": _ASKED.c.version,
        "is_sent": false(),
        "since": _NOW,
        "next_attempt_at": _NOW,
        "attempts": literal_column("0", Integer),
    }
    of_sas = select(*columns.values()).join(_ASKED, _ASKED.c.id == bookings.c.id)
    in_order = of_sas.where(bookings.c.regulator_id.is_not(None)).order_by(bookings.c.id)
    added = insert(appointments).from_select(list(columns), in_order)
    upserted = added.on_conflict_do_update(index_elements=["booking_id"], set_=_wanted_again(added.excluded))
    await session.execute(upserted, {"ids": list(versions), "versions": list(versions.values()), "now": now})


def _wanted_again(new: ReadOnlyColumnCollection[str, Any]) -> dict[str, ColumnElement[Any]]:
    """What was told or refused is pending again, unless the SAS knows that very version already."""
    wanted = func.greatest(appointments.c.wanted_version, new.wanted_version)
    is_known = and_(appointments.c.told_version.is_not(None), appointments.c.told_version >= wanted)
    return {
        "wanted_version": wanted,
        "state": case((is_known, appointments.c.state), else_=_PENDING),
        "since": case((_IS_PENDING, appointments.c.since), else_=new.since),
        "next_attempt_at": new.next_attempt_at,
    }


async def is_telling(session: AsyncSession) -> bool:
    """Whether the SAS is, or was, told of any booking at all."""
    return bool(await session.scalar(select(select(appointments.c.booking_id).limit(1).exists())))


async def enqueue_telling(session: AsyncSession, *, now: datetime) -> bool:
    """A job if something is due and none is under way. Whoever calls this holds a lock against its like."""
    under_way = select(_jobs.c.lock).where(_jobs.c.lock == _LOCK, _jobs.c.status.in_(words("todo", "doing")))
    due = select(appointments.c.booking_id).where(_IS_PENDING, appointments.c.next_attempt_at <= now)
    is_needed = bool(await session.scalar(select(and_(due.limit(1).exists(), ~under_way.exists()))))
    if is_needed:
        await enqueue(session, Job(task=TELL_SAS, queue=DELIVERIES_QUEUE, lock=_LOCK))
    return is_needed


async def take_due(session: AsyncSession, *, now: datetime, limit: int) -> Sequence[Telling]:
    """The longest due, as they stood: from now on a message about each may have arrived."""
    due = _ALL.where(_IS_PENDING, appointments.c.next_attempt_at <= now)
    first = due.order_by(appointments.c.next_attempt_at, appointments.c.booking_id).limit(limit)
    found = [
        _telling_of(row) for row in await session.execute(first.with_for_update(of=appointments, skip_locked=True))
    ]
    await session.execute(update(appointments).where(_among(each.booking for each in found)).values(is_sent=True))
    return found


async def appointments_of(session: AsyncSession, ids: Collection[BookingId]) -> Mapping[BookingId, Appointment]:
    """The bookings as they are; without those whose practitioner the directory no longer knows."""
    told = (
        select(
            bookings,
            slots.c.start_at,
            slots.c.end_at,
            practitioners.c.rpps,
            territories.c.timezone,
            regulators.c.national_id,
            regulators.c.technical_id,
        )
        .join(slots, slots.c.id == bookings.c.slot_id)
        .join(
            practitioners,
            and_(practitioners.c.territory_id == slots.c.territory_id, practitioners.c.id == slots.c.practitioner_id),
        )
        .join(territories, territories.c.id == slots.c.territory_id)
        .join(regulators, regulators.c.id == bookings.c.regulator_id)
    )
    rows = await session.execute(told.where(bookings.c.id.in_(ids)))
    return {each.booking: each for each in map(_appointment_of, rows)}


async def save_told(session: AsyncSession, booking: BookingId, version: int, status: int, *, now: datetime) -> None:
    """The SAS knows that version; what was wanted meanwhile is due at once."""
    is_all = appointments.c.wanted_version <= version
    told = {
        **_FRESH,
        "state": case((is_all, words(TellingState.TOLD)[0]), else_=_PENDING),
        "told_version": func.greatest(appointments.c.told_version, version),
        "last_attempt_at": now,
        "next_attempt_at": now,
        "status": status,
    }
    await session.execute(update(appointments).where(appointments.c.booking_id == booking).values(told))


async def save_refused(session: AsyncSession, booking: BookingId, version: int, reply: Reply, *, now: datetime) -> None:
    """That version is not sent again as it is; another that is wanted meanwhile is due at once."""
    is_all = appointments.c.wanted_version <= version
    refused = {
        "state": case((is_all, words(TellingState.REFUSED)[0]), else_=_PENDING),
        "attempts": appointments.c.attempts + 1,
        "last_attempt_at": now,
        "next_attempt_at": now,
        "status": reply.status,
        "failing": null(),
        "refusal": reply.words,
    }
    same = (appointments.c.booking_id == booking, _IS_PENDING)
    await session.execute(update(appointments).where(*same).values(refused))


async def save_failed(session: AsyncSession, tried: Telling) -> None:
    """It waits for its next attempt; one that was replayed meanwhile stays as it is."""
    same = (appointments.c.booking_id == tried.booking, _IS_PENDING, appointments.c.since == tried.since)
    failed = {
        "attempts": tried.attempts,
        "last_attempt_at": tried.last_attempt_at,
        "next_attempt_at": tried.next_attempt_at,
        "status": tried.status,
        "failing": tried.failing,
    }
    await session.execute(update(appointments).where(*same).values(failed))


async def unsend(session: AsyncSession, booking: BookingId) -> None:
    """The SAS said that it did not take the first message: the next one creates."""
    never = (appointments.c.booking_id == booking, appointments.c.told_version.is_(None))
    await session.execute(update(appointments).where(*never).values(is_sent=False))


async def hurry_tellings(session: AsyncSession, *, now: datetime) -> None:
    """The SAS answers again: nothing waits any longer. What is being told at this instant is passed over."""
    await _move(session, appointments.c.next_attempt_at > now, to=now)


async def rest_tellings(session: AsyncSession, *, now: datetime, pause: timedelta) -> None:
    """What is due waits for a while."""
    await _move(session, appointments.c.next_attempt_at <= now, to=now + pause)


async def _move(session: AsyncSession, which: ColumnElement[bool], *, to: datetime) -> None:
    """Nobody is waited for, so that nobody waits in a circle."""
    rows = select(appointments.c.booking_id).where(_IS_PENDING, which).with_for_update(skip_locked=True)
    await session.execute(update(appointments).where(appointments.c.booking_id.in_(rows)).values(next_attempt_at=to))


async def page_tellings(session: AsyncSession, state: TellingState, *, after: UUID | None, limit: int) -> Page[Telling]:
    """By the booking's id, from after one on."""
    beyond = [] if after is None else [appointments.c.booking_id > after]
    some = _ALL.where(appointments.c.state == state, *beyond).order_by(appointments.c.booking_id)
    items = [_telling_of(row) for row in await session.execute(some.limit(limit + 1))]
    return Page(items=tuple(items[:limit]), next_cursor=str(items[limit - 1].booking) if len(items) > limit else None)


async def get_telling(session: AsyncSession, id: BookingId) -> Telling:
    """Raises NotFound: it is no booking, or the SAS is not told of it."""
    row = (await session.execute(_ALL.where(appointments.c.booking_id == id))).one_or_none()
    if row is None:
        raise NotFound("sas appointment", id)
    return _telling_of(row)


async def replay_telling(session: AsyncSession, id: BookingId, *, now: datetime) -> None:
    """Due again, as if it were new."""
    again = {"state": _PENDING, "since": now, "next_attempt_at": now, **_FRESH}
    await session.execute(update(appointments).where(appointments.c.booking_id == id).values(again))


def _among(ids: Any) -> ColumnElement[bool]:
    return appointments.c.booking_id.in_(list(ids))


def _telling_of(row: Row[Any]) -> Telling:
    return Telling(
        booking=BookingId(row.booking_id),
        territory=TerritoryId(row.territory_id),
        state=TellingState(row.state),
        wanted_version=row.wanted_version,
        told_version=row.told_version,
        is_sent=row.is_sent,
        since=row.since,
        next_attempt_at=row.next_attempt_at,
        attempts=row.attempts,
        last_attempt_at=row.last_attempt_at,
        status=row.status,
        failing=Failing(row.failing) if row.failing else None,
        refusal=row.refusal,
    )


def _appointment_of(row: Row[Any]) -> Appointment:
    zone = ZoneInfo(row.timezone)
    by_turn = ((IdentifierSystem.NATIONAL, row.national_id), (IdentifierSystem.SAS, row.technical_id))
    named = next(RegulatorIdentifier(system=system, value=value) for system, value in by_turn if value)
    return Appointment(
        booking=BookingId(row.id),
        version=row.version,
        status=BookingStatus(row.status),
        start_at=row.start_at.astimezone(zone),
        end_at=row.end_at.astimezone(zone),
        booked_at=row.booked_at.astimezone(zone),
        rpps=row.rpps,
        regulator=named,
    )
