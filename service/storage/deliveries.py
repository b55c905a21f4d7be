"""Deliveries: events handed to the receivers that want them, in order, each with what became of it."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, Table, exists, func, insert, literal, or_, select, text, true, update
from sqlalchemy.engine import CursorResult, Row
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql import column, table

from service.domain.bookings import BookingId
from service.domain.entries import Page
from service.domain.errors import NotFound
from service.domain.events import EventId, EventType
from service.domain.webhooks import Delivery, DeliveryState, Failing, WebhookId
from service.storage.events import events
from service.storage.jobs import DELIVER, DELIVERIES_QUEUE, Job, enqueue
from service.storage.places import words
from service.storage.tables.webhooks import DeliveryRow
from service.storage.webhooks import webhooks

deliveries = cast("Table", DeliveryRow.__table__)
_jobs = table("procrastinate_jobs", column("lock"), column("status"), schema="jobs")
_PENDING = words(DeliveryState.PENDING)[0]


async def pass_unwanted(session: AsyncSession, *, limit: int, now: datetime) -> int:
    """The earliest events that were handed to nobody yet count as handed over where there is no receiver at all.

    In one statement, so that a receiver is sent all that happens once it is there. Gives how many.
    """
    nobody = ~exists().where(webhooks.c.disabled.is_(None))
    waiting = select(events.c.position).where(events.c.relayed_at.is_(None), nobody)
    those = events.c.position.in_(waiting.order_by(events.c.position).limit(limit))
    passed = await session.execute(update(events).where(those).values(relayed_at=now))
    return cast("CursorResult[Any]", passed).rowcount


async def add_deliveries(session: AsyncSession, made: Iterable[Delivery]) -> None:
    rows = [_columns(each) for each in made]
    if rows:
        await session.execute(insert(deliveries), rows)


def _is_due(now: datetime) -> ColumnElement[bool]:
    """Its time has come, and nothing earlier of its booking is pending."""
    earlier = deliveries.alias("earlier")
    same = (earlier.c.webhook_id == deliveries.c.webhook_id, earlier.c.booking_id == deliveries.c.booking_id)
    held_back = exists().where(*same, earlier.c.state == _PENDING, earlier.c.position < deliveries.c.position)
    is_time = deliveries.c.next_attempt_at <= now
    return (deliveries.c.state == _PENDING) & is_time & ~held_back


async def due_deliveries(session: AsyncSession, id: WebhookId, *, now: datetime, limit: int) -> Sequence[Delivery]:
    """No two of one booking: those never tried, the earliest first, then those tried longest ago.

    Two statements, since the first ends where its limit does; the second sorts what was tried.
    """
    due = select(deliveries).where(deliveries.c.webhook_id == id, _is_due(now))
    never = due.where(deliveries.c.last_attempt_at.is_(None)).order_by(deliveries.c.position)
    rows = (await session.execute(never.limit(limit))).all()
    if len(rows) < limit:
        tried = due.where(deliveries.c.last_attempt_at.is_not(None))
        longest_ago = tried.order_by(deliveries.c.last_attempt_at, deliveries.c.position)
        rows = [*rows, *await session.execute(longest_ago.limit(limit - len(rows)))]
    return [_delivery_of(row) for row in rows]


async def enqueue_due(session: AsyncSession, *, now: datetime) -> int:
    """A job for every receiver that something is due for and that has none: one a receiver, however much waits.

    Whoever calls this holds a lock against its like. Gives how many jobs.
    """
    lock = literal("webhook:") + webhooks.c.id.cast(deliveries.c.body.type)
    under_way = exists().where(_jobs.c.lock == lock, _jobs.c.status.in_(words("todo", "doing")))
    is_open = or_(webhooks.c.paused_until.is_(None), webhooks.c.paused_until <= now)
    first = select(deliveries.c.position).where(deliveries.c.webhook_id == webhooks.c.id, _is_due(now))
    waits = first.order_by(deliveries.c.position).limit(1).lateral()
    open_ones = select(webhooks.c.id).where(webhooks.c.disabled.is_(None), is_open, ~under_way)
    ids = (await session.scalars(open_ones.join(waits, true()))).all()
    for id in ids:
        job = Job(task=DELIVER, queue=DELIVERIES_QUEUE, lock=f"webhook:{id}", args={"webhook": str(id)})
        await enqueue(session, job)
    return len(ids)


async def save_attempt(session: AsyncSession, delivery: Delivery) -> None:
    """What came of an attempt. One that was replayed or removed meanwhile stays as it is."""
    same = (
        deliveries.c.webhook_id == delivery.webhook,
        deliveries.c.event_id == delivery.event,
        deliveries.c.state == _PENDING,
        deliveries.c.since == delivery.since,
    )
    await session.execute(update(deliveries).where(*same).values(_progress(delivery)))


async def hurry(session: AsyncSession, id: WebhookId, *, now: datetime) -> None:
    """The receiver answers again: nothing waits any longer. Its row is locked until the transaction ends."""
    await session.execute(select(webhooks.c.id).where(webhooks.c.id == id).with_for_update())
    pending = (deliveries.c.webhook_id == id, deliveries.c.state == _PENDING, deliveries.c.next_attempt_at > now)
    await session.execute(update(deliveries).where(*pending).values(next_attempt_at=now))


async def page_deliveries(
    session: AsyncSession, id: WebhookId, state: DeliveryState, *, after: int, limit: int
) -> Page[Delivery]:
    """In the order of their events, from after a position on."""
    some = (deliveries.c.webhook_id == id, deliveries.c.state == state, deliveries.c.position > after)
    rows = await session.execute(select(deliveries).where(*some).order_by(deliveries.c.position).limit(limit + 1))
    items = [_delivery_of(row) for row in rows]
    return Page(items=tuple(items[:limit]), next_cursor=str(items[limit - 1].position) if len(items) > limit else None)


async def count_deliveries(session: AsyncSession, id: WebhookId) -> dict[DeliveryState, int]:
    """How many are in each state but delivered."""
    counted = select(deliveries.c.state, func.count()).where(
        deliveries.c.webhook_id == id, deliveries.c.state.in_(words(DeliveryState.PENDING, DeliveryState.DEAD))
    )
    found = {DeliveryState(state): number for state, number in await session.execute(counted.group_by("state"))}
    return {state: found.get(state, 0) for state in (DeliveryState.PENDING, DeliveryState.DEAD)}


async def get_delivery(session: AsyncSession, id: WebhookId, event: EventId) -> Delivery:
    """Raises NotFound."""
    one = select(deliveries).where(deliveries.c.webhook_id == id, deliveries.c.event_id == event)
    row = (await session.execute(one)).one_or_none()
    if row is None:
        raise NotFound("delivery", event)
    return _delivery_of(row)


async def replay(session: AsyncSession, delivery: Delivery, *, now: datetime) -> Delivery:
    """Due again, as if it were new."""
    again = replace(delivery, state=DeliveryState.PENDING, since=now, next_attempt_at=now)
    same = (deliveries.c.webhook_id == delivery.webhook, deliveries.c.event_id == delivery.event)
    await session.execute(update(deliveries).where(*same).values(_progress(again)))
    return again


async def replay_dead(session: AsyncSession, id: WebhookId, *, now: datetime) -> int:
    """All dead ones are due again; gives how many."""
    dead = (deliveries.c.webhook_id == id, deliveries.c.state == words(DeliveryState.DEAD)[0])
    again = {"state": DeliveryState.PENDING, "since": now, "next_attempt_at": now}
    return len((await session.execute(update(deliveries).where(*dead).values(again).returning(text("1")))).all())


def _progress(delivery: Delivery) -> dict[str, Any]:
    return {
        "state": delivery.state,
        "since": delivery.since,
        "next_attempt_at": delivery.next_attempt_at,
        "attempts": delivery.attempts,
        "last_attempt_at": delivery.last_attempt_at,
        "status": delivery.status,
        "failing": delivery.failing,
    }


def _columns(delivery: Delivery) -> dict[str, Any]:
    return _progress(delivery) | {
        "webhook_id": delivery.webhook,
        "event_id": delivery.event,
        "position": delivery.position,
        "booking_id": delivery.booking,
        "type": delivery.type,
        "body": delivery.body,
    }


def _delivery_of(row: Row[Any]) -> Delivery:
    return Delivery(
        webhook=WebhookId(row.webhook_id),
        event=EventId(row.event_id),
        position=row.position,
        booking=BookingId(row.booking_id) if row.booking_id else None,
        type=EventType(row.type),
        body=row.body,
        state=DeliveryState(row.state),
        since=row.since,
        next_attempt_at=row.next_attempt_at,
        attempts=row.attempts,
        last_attempt_at=row.last_attempt_at,
        status=row.status,
        failing=Failing(row.failing) if row.failing else None,
    )
