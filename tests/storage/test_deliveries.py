"""Events handed to receivers: none missed, none twice, in order, and a job a receiver however much waits."""

import asyncio
import json
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text

from service.application.audit import audit
from service.application.deliveries import RELAYED_AT_ONCE, relay_events
from service.application.webhooks import add_webhook
from service.domain.bookings import BookingId
from service.domain.directory import TerritoryId
from service.domain.events import Event, EventType
from service.domain.webhooks import DeliveryState, Disabled
from service.storage.deliveries import due_deliveries, enqueue_due, save_attempt
from service.storage.events import add_event
from service.storage.tables.webhooks import DeliveryRow
from service.storage.webhooks import lock_webhook, pause_webhook, save_webhook
from tests.make_bookings import NOW, REGULATOR, a_territory, rows_of

WEST = TerritoryId("west")
A_SECOND = timedelta(seconds=1)


@pytest.fixture
async def webhook(database):
    await a_territory(database)
    return await a_receiver(database)


async def a_receiver(database):
    return await add_webhook(
        database,
        WEST,
        "https://example.org",
        frozenset(EventType),
        private=False,
        caller=REGULATOR,
        keyed=None,
        now=NOW,
    )


def an_event(booking=None):
    return Event(type=EventType.BOOKING_MOVED, territory=WEST, occurred_at=NOW, data={}, booking=booking)


async def tell(database, *events):
    async with database.transaction() as session:
        for event in events:
            await add_event(session, event)


async def due(database, webhook, *, now=NOW):
    async with database.transaction() as session:
        return list(await due_deliveries(session, webhook.id, now=now, limit=10))


async def queued(database):
    async with database.transaction() as session:
        return list(await session.scalars(text("SELECT lock FROM jobs.procrastinate_jobs")))


async def test_an_event_whose_commit_comes_late_is_not_missed(database, webhook):
    late, soon = an_event(), an_event()
    async with database.transaction() as session:
        await add_event(session, late)
        await tell(database, soon)
        assert await relay_events(database, now=NOW) == 1
    assert await relay_events(database, now=NOW) == 1
    assert [each.event for each in await due(database, webhook)] == [late.id, soon.id]


async def test_both_territories_of_a_move_are_told(database, webhook):
    there, left = TerritoryId("east"), {"previous_territory": WEST}
    await tell(database, replace(an_event(), territory=there, data=left), replace(an_event(), territory=there))
    assert await relay_events(database, now=NOW) == 2
    assert [json.loads(each.body)["territory"] for each in await due(database, webhook)] == ["east"]


async def test_of_many_who_relay_at_once_each_event_is_handed_over_once(database, webhook):
    await tell(database, *(an_event() for _ in range(20)))
    relayed = await asyncio.gather(*(relay_events(database, now=NOW) for _ in range(10)))
    assert sorted(relayed) == [0] * 9 + [20]
    assert len(await rows_of(database, DeliveryRow)) == 20


async def test_more_than_fits_is_relayed_in_turns(database, webhook):
    await tell(database, *(an_event() for _ in range(RELAYED_AT_ONCE + 1)))
    assert [await relay_events(database, now=NOW) for _ in range(3)] == [RELAYED_AT_ONCE, 1, 0]
    assert len(await rows_of(database, DeliveryRow)) == RELAYED_AT_ONCE + 1


async def test_of_one_booking_only_the_earliest_is_due(database, webhook):
    booking = BookingId(uuid4())
    first, second, other = an_event(booking), an_event(booking), an_event(BookingId(uuid4()))
    await tell(database, first, second, other)
    await relay_events(database, now=NOW)
    [head, rival] = await due(database, webhook)
    assert (head.event, rival.event) == (first.id, other.id)
    async with database.transaction() as session:
        await save_attempt(session, replace(head, next_attempt_at=NOW + A_SECOND))
    assert [each.event for each in await due(database, webhook)] == [other.id]
    assert [each.event for each in await due(database, webhook, now=NOW + A_SECOND)] == [first.id, other.id]


@pytest.mark.parametrize("state", [DeliveryState.DELIVERED, DeliveryState.DEAD])
async def test_what_is_delivered_or_dead_lets_the_next_one_go(database, webhook, state):
    booking = BookingId(uuid4())
    first, second = an_event(booking), an_event(booking)
    await tell(database, first, second)
    await relay_events(database, now=NOW)
    [head] = await due(database, webhook)
    async with database.transaction() as session:
        await save_attempt(session, replace(head, state=state))
    assert [each.event for each in await due(database, webhook)] == [second.id]


async def test_however_much_waits_a_receiver_has_one_job(database, webhook):
    for _ in range(3):
        await tell(database, an_event(), an_event())
        await relay_events(database, now=NOW)
    assert await queued(database) == [f"webhook:{webhook.id}"]


@pytest.mark.parametrize(("seconds", "jobs"), [(-1, 0), (0, 1)])
async def test_a_receiver_that_rests_has_none(database, webhook, seconds, jobs):
    async with database.transaction() as session:
        await pause_webhook(session, webhook.id, until=NOW)
    await tell(database, an_event())
    await relay_events(database, now=NOW - timedelta(days=1))
    async with database.transaction() as session:
        assert await enqueue_due(session, now=NOW + timedelta(seconds=seconds)) == jobs


async def test_a_receiver_that_is_disabled_is_handed_nothing(database, webhook):
    async with database.transaction() as session:
        stopped = replace(await lock_webhook(session, WEST, webhook.id, version=1), disabled=Disabled.BY_OWNER)
        await save_webhook(session, stopped)
    await tell(database, an_event())
    assert await relay_events(database, now=NOW) == 1
    assert (await rows_of(database, DeliveryRow), await queued(database)) == ([], [])


async def test_where_there_is_no_receiver_events_are_passed_over_and_who_comes_later_is_not_told_of_them(database):
    await a_territory(database)
    await tell(database, *(an_event() for _ in range(RELAYED_AT_ONCE + 1)))
    assert [await relay_events(database, now=NOW) for _ in range(3)] == [RELAYED_AT_ONCE, 1, 0]
    webhook = await a_receiver(database)
    await tell(database, later := an_event())
    assert await relay_events(database, now=NOW) == 1
    assert [each.event for each in await due(database, webhook)] == [later.id]


async def test_a_webhook_is_not_sent_what_happened_before_it_was_made_however_late(database, webhook):
    before = replace(an_event(), occurred_at=NOW - A_SECOND)
    await tell(database, before, at_once := an_event())
    assert await relay_events(database, now=NOW + timedelta(hours=1)) == 2
    assert [each.event for each in await due(database, webhook, now=NOW + timedelta(hours=1))] == [at_once.id]
    found = await audit(database)
    assert [each.findings for each in found.statements if each.name == "no_event_is_lost"] == [()]


async def test_an_attempt_on_what_was_replayed_meanwhile_changes_nothing(database, webhook):
    await tell(database, an_event())
    await relay_events(database, now=NOW)
    [sent] = await due(database, webhook)
    async with database.transaction() as session:
        await session.execute(text("UPDATE webhook_deliveries SET since = since + interval '1 second'"))
        await save_attempt(session, replace(sent, state=DeliveryState.DEAD))
    assert [row.state for row in await rows_of(database, DeliveryRow)] == ["pending"]


async def test_what_was_never_tried_goes_first_then_what_was_tried_longest_ago(database, webhook):
    await tell(database, *(an_event() for _ in range(4)))
    await relay_events(database, now=NOW)
    first, second, third, fourth = await due(database, webhook)
    async with database.transaction() as session:
        for tried, seconds in ((first, 3), (second, 1), (third, 2)):
            await save_attempt(session, replace(tried, attempts=1, last_attempt_at=NOW + seconds * A_SECOND))
        found = [await due_deliveries(session, webhook.id, now=NOW, limit=limit) for limit in (1, 10)]
    in_order = [fourth, second, third, first]
    assert [[each.event for each in some] for some in found] == [[fourth.event], [each.event for each in in_order]]
