"""Events reach a receiver in a process of its own: signed, each booking in order, whatever it or a worker does."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from service.application.bookings import book_place, cancel_booking, move_booking
from service.application.deliveries import replay_dead, replay_delivery
from service.application.webhooks import get_webhook, rotate_secret
from service.domain.events import EventId, EventType
from service.domain.webhooks import Disabled
from service.worker.running import worker_beside
from service.worker.tasks import Sending
from tests.make_bookings import NOW, REGULATOR, naming, places, quarters
from tests.worker.receiving import HASTILY, HASTY, WEST, a_receiver, a_webhook, letters, states, versions
from tests.worker.watching import worker_process

SETTINGS = {
    "TOURDEROLE_WEBHOOKS_PRIVATE": "true",
    "TOURDEROLE_WEBHOOKS_FIRST_WAIT_SECONDS": "0.05",
    "TOURDEROLE_WEBHOOKS_LONGEST_WAIT_SECONDS": "0.2",
    "TOURDEROLE_WEBHOOKS_LONGEST_PAUSE_SECONDS": "0.2",
}
EVENTS_OF_EACH = 3


@pytest.fixture
async def receiver(tmp_path):
    async with a_receiver(tmp_path / "receiver") as receiver:
        yield receiver


async def one_booking(database, case_ref="DRM-1"):
    [slot] = await places(database, quarters(1))
    return await book_place(database, naming(slot, case_ref), caller=REGULATOR, now=NOW)


async def territory(database):
    """The one whose events are sent, with a place in it."""
    return await places(database, quarters(2))


async def queued(database):
    async with database.transaction() as session:
        return await session.scalar(
            text("SELECT count(*) FROM jobs.procrastinate_jobs WHERE queue_name = 'deliveries'")
        )


async def test_what_is_booked_is_sent_signed(database, receiver):
    slot, _ = await territory(database)
    await a_webhook(database, receiver)
    booking = await book_place(database, naming(slot), caller=REGULATOR, now=NOW)
    async with worker_beside(database, concurrency=1, sending=HASTILY):
        await receiver.until(lambda: bool(receiver.requests))
        [delivered] = await states(database, "delivered")
    [request] = receiver.requests
    assert (request["id"], request["verified"]) == (str(delivered.event_id), ["first"])
    assert request["host"] == f"localhost:{receiver.port}"
    said = json.loads(request["body"])
    assert (said["type"], said["timestamp"], said["territory"]) == ("booking.booked", NOW.isoformat(), "west")
    assert said["data"]["booking"] == str(booking.id)


async def test_only_what_is_wanted_is_sent(database, receiver):
    slot, other = await territory(database)
    await a_webhook(database, receiver, EventType.BOOKING_CANCELLED)
    booking = await book_place(database, naming(slot), caller=REGULATOR, now=NOW)
    await move_booking(database, booking.id, other, caller=REGULATOR, now=NOW)
    await cancel_booking(database, booking.id, caller=REGULATOR, now=NOW)
    async with worker_beside(database, concurrency=1, sending=HASTILY):
        await receiver.until(lambda: bool(receiver.requests))
        await states(database, "delivered")
    assert versions(receiver.requests) == {str(booking.id): [3]}


async def test_what_happened_before_there_was_a_receiver_is_not_sent(database, receiver):
    booking = await one_booking(database)
    async with worker_beside(database, concurrency=1, sending=HASTILY):
        await relayed(database)
        await a_webhook(database, receiver)
        await cancel_booking(database, booking.id, caller=REGULATOR, now=NOW)
        await receiver.until(lambda: bool(receiver.requests))
    assert versions(receiver.requests) == {str(booking.id): [2]}


async def relayed(database):
    async with database.statement() as connection:
        waits = text("SELECT EXISTS (SELECT FROM events WHERE relayed_at IS NULL)")
        while (await connection.execute(waits)).scalar_one():
            pass


async def test_the_order_of_each_booking_is_kept_through_an_outage(database, receiver):
    await territory(database)
    await a_webhook(database, receiver)
    receiver.answers(status=500)
    await more_changes(database, 6)
    async with worker_beside(database, concurrency=1, sending=HASTILY):
        await receiver.until(lambda: len(receiver.requests) >= 8)
        receiver.answers(status=204)
        await receiver.until(lambda: len(letters(receiver.accepted)) == 6 * EVENTS_OF_EACH)
        await states(database, *["delivered"] * 18)
    assert list(versions(receiver.accepted).values()) == [[1, 2, 3]] * 6
    assert len(receiver.accepted) == 18
    assert all(each["verified"] == ["first"] for each in receiver.requests)


async def more_changes(database, bookings):
    """So many bookings, each booked, moved and cancelled, one after the other on the same two places."""
    async with database.transaction() as session:
        slot, other = await session.scalars(text("SELECT id FROM slots ORDER BY start_at"))
    for number in range(bookings):
        booking = await book_place(database, naming(slot, f"DRM-{number}"), caller=REGULATOR, now=NOW)
        await move_booking(database, booking.id, other, caller=REGULATOR, now=NOW)
        await cancel_booking(database, booking.id, caller=REGULATOR, now=NOW)


async def test_a_receiver_that_is_down_loses_nothing_and_gets_nothing_twice(database, receiver):
    await territory(database)
    await a_webhook(database, receiver)
    await receiver.stop()
    await more_changes(database, 10)
    async with worker_beside(database, concurrency=1, sending=HASTILY):
        await failing(database)
        await receiver.start()
        await receiver.until(lambda: len(letters(receiver.accepted)) == 30)
        await states(database, *["delivered"] * 30)
    assert list(versions(receiver.accepted).values()) == [[1, 2, 3]] * 10
    assert len(receiver.accepted) == 30


async def failing(database):
    """Until the receiver is left alone for a while."""
    async with database.statement() as connection:
        paused = text("SELECT EXISTS (SELECT FROM webhooks WHERE paused_until IS NOT NULL)")
        while not (await connection.execute(paused)).scalar_one():
            pass


async def test_an_event_that_is_not_accepted_keeps_back_its_own_booking_alone(database, receiver):
    await territory(database)
    await a_webhook(database, receiver)
    receiver.answers(statuses={"DRM-0": 500})
    await more_changes(database, 3)
    async with worker_beside(database, concurrency=1, sending=HASTILY):
        await receiver.until(lambda: len(receiver.accepted) == 2 * EVENTS_OF_EACH)
        await states(database, *["pending"] * 3, *["delivered"] * 6)
    assert {json.loads(each["body"])["data"]["version"] for each in receiver.requests if each["status"] == 500} == {1}


async def test_a_dead_letter_is_listed_passed_over_and_sent_again(database, receiver):
    booking, webhook = await a_dead_letter(database, receiver)
    receiver.answers(status=204)
    await cancel_booking(database, booking.id, caller=REGULATOR, now=NOW)
    async with worker_beside(database, concurrency=1, sending=HASTILY):
        dead, _ = await states(database, "dead", "delivered")
        assert versions(receiver.accepted) == {} or versions(receiver.accepted) == {str(booking.id): [2]}
        tried = dead.attempts
        now = datetime.now(UTC)
        await replay_delivery(database, WEST, webhook.id, EventId(dead.event_id), caller=REGULATOR, now=now)
        again, _ = await states(database, "delivered", "delivered")
        await receiver.until(lambda: len(receiver.accepted) == 2)
    assert (again.attempts, again.status) == (tried + 1, 204)
    assert {each["body"] for each in receiver.requests if each["id"] == str(dead.event_id)} == {dead.body}


async def a_dead_letter(database, receiver):
    """One event was sent until it was given up."""
    slot, _ = await territory(database)
    webhook = await a_webhook(database, receiver)
    receiver.answers(status=500)
    booking = await book_place(database, naming(slot), caller=REGULATOR, now=NOW)
    soon = Sending(private=True, retrying=replace(HASTY, give_up_after=timedelta(milliseconds=1)))
    async with worker_beside(database, concurrency=1, sending=soon):
        [dead] = await states(database, "dead")
    assert (dead.status, dead.attempts) == (500, 1)
    return booking, webhook


async def test_all_dead_letters_are_sent_again_at_once(database, receiver):
    _, webhook = await a_dead_letter(database, receiver)
    receiver.answers(status=204)
    assert await replay_dead(database, WEST, webhook.id, caller=REGULATOR, now=datetime.now(UTC)) == 1
    async with worker_beside(database, concurrency=1, sending=HASTILY):
        await states(database, "delivered")
    assert await replay_dead(database, WEST, webhook.id, caller=REGULATOR, now=datetime.now(UTC)) == 0


async def test_a_receiver_that_hangs_holds_up_no_other_and_fills_no_queue(database, receiver, tmp_path):
    await territory(database)
    await a_webhook(database, receiver)
    receiver.answers(hangs=True)
    async with a_receiver(tmp_path / "other") as other:
        await a_webhook(database, other)
        await more_changes(database, 10)
        async with worker_beside(database, concurrency=1, sending=HASTILY):
            await receiver.until(lambda: len(receiver.requests) == 8)
            await other.until(lambda: len(letters(other.accepted)) == 30)
            assert await queued(database) <= 2
    assert list(versions(receiver.requests).values()) == [[1]] * 8


async def test_a_receiver_that_is_gone_is_sent_nothing_more(database, receiver):
    slot, other = await territory(database)
    webhook = await a_webhook(database, receiver)
    receiver.answers(status=410)
    booking = await book_place(database, naming(slot), caller=REGULATOR, now=NOW)
    await move_booking(database, booking.id, other, caller=REGULATOR, now=NOW)
    async with worker_beside(database, concurrency=1, sending=HASTILY):
        await receiver.until(lambda: bool(receiver.requests))
        while not (seen := (await get_webhook(database, WEST, webhook.id, caller=REGULATOR))[0]).disabled:
            pass
    assert (seen.disabled, seen.version) == (Disabled.GONE, 2)
    assert [row.attempts for row in await states(database, "pending", "pending")] == [1, 0]
    assert len(receiver.requests) == 1


async def test_a_redirection_is_not_followed(database, receiver):
    slot, _ = await territory(database)
    await a_webhook(database, receiver)
    receiver.answers(status=307)
    await book_place(database, naming(slot), caller=REGULATOR, now=NOW)
    async with worker_beside(database, concurrency=1, sending=HASTILY):
        await receiver.until(lambda: len(receiver.requests) == 2)
    [row] = await states(database, "pending")
    assert row.status == 307


async def test_nothing_is_sent_to_a_private_network_unless_that_is_allowed(database, receiver):
    slot, _ = await territory(database)
    await a_webhook(database, receiver)
    await book_place(database, naming(slot), caller=REGULATOR, now=NOW)
    careful = Sending(retrying=replace(HASTY, give_up_after=timedelta(milliseconds=1)))
    async with worker_beside(database, concurrency=1, sending=careful):
        [row] = await states(database, "dead")
    assert (row.failing, row.status, receiver.requests) == ("host_not_public", None, [])


async def test_a_fault_of_ours_rests_the_receiver_and_the_worker_goes_on(database, receiver, tmp_path):
    slot, other_slot = await territory(database)
    await a_webhook(database, receiver)
    async with database.transaction() as session:
        await session.execute(text("UPDATE webhooks SET secret = 'whsec_'"))
    async with a_receiver(tmp_path / "other") as other, worker_beside(database, concurrency=1, sending=HASTILY):
        await book_place(database, naming(slot), caller=REGULATOR, now=NOW)
        await failing(database)
        await a_webhook(database, other)
        await book_place(database, naming(other_slot), caller=REGULATOR, now=NOW)
        await other.until(lambda: len(other.accepted) == 1)
    assert receiver.requests == []


async def test_for_a_day_both_secrets_sign(database, receiver):
    slot, _ = await territory(database)
    old = await a_webhook(database, receiver)
    new = await rotate_secret(database, WEST, old.id, version=1, caller=REGULATOR, keyed=None, now=datetime.now(UTC))
    receiver.answers(secrets={"old": old.secret, "new": new.secret, "strange": "whsec_c3RyYW5nZQ=="})
    await book_place(database, naming(slot), caller=REGULATOR, now=NOW)
    async with worker_beside(database, concurrency=1, sending=HASTILY):
        await receiver.until(lambda: bool(receiver.requests))
    [request] = receiver.requests
    assert request["verified"] == ["old", "new"]


async def test_a_worker_killed_in_the_middle_loses_nothing(database, receiver, tmp_path):
    """What the receiver had without answering comes again under the same id, with the same bytes."""
    await territory(database)
    await a_webhook(database, receiver)
    receiver.answers(hangs=True)
    await more_changes(database, 10)
    async with worker_process(database.url, tmp_path, **SETTINGS) as worker:
        await receiver.until(lambda: len(receiver.requests) == 8)
        worker.kill()
        await worker.wait()
    receiver.answers(hangs=False)
    async with worker_process(database.url, tmp_path, **SETTINGS):
        await receiver.until(lambda: len(receiver.requests) == 8 + 30)
        await states(database, *["delivered"] * 30)
    assert list(versions(receiver.requests[8:]).values()) == [[1, 2, 3]] * 10
    assert len(letters(receiver.requests)) == 30
