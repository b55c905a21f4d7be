"""A receiver that will not have some events, or is unwell: the others reach it all the same."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from service.application.bookings import book_place
from service.application.deliveries import relay_events
from service.application.webhooks import get_webhook
from service.domain.webhooks import Retrying
from service.worker.running import worker_beside
from tests.make_bookings import NOW, REGULATOR, naming, places, quarters
from tests.worker.receiving import HASTILY, WEST, a_receiver, a_webhook, states

REFUSED, GOOD = [f"DRM-{number}" for number in range(12)], [f"DRM-GOOD-{number}" for number in range(3)]

OFTEN_REFUSED = """
    UPDATE webhook_deliveries SET attempts = 5, last_attempt_at = since,
        next_attempt_at = since + (position - (SELECT min(position) FROM webhook_deliveries)) * interval '1 hour'
"""
"""The first is due now, the others from an hour on."""


@pytest.fixture
async def receiver(tmp_path):
    async with a_receiver(tmp_path / "receiver") as receiver:
        yield receiver


async def booked(database, receiver, *cases):
    """The webhook of a receiver that is to be told of these, each on a place of its own."""
    slots = await places(database, quarters(len(cases)))
    webhook = await a_webhook(database, receiver)
    for slot, case in zip(slots, cases, strict=True):
        await book_place(database, naming(slot, case), caller=REGULATOR, now=NOW)
    return webhook


@pytest.mark.parametrize("status", [422, 500, 503])
async def test_refused_events_however_many_keep_back_no_others(database, receiver, status):
    receiver.answers(statuses=dict.fromkeys(REFUSED, status))
    await booked(database, receiver, *REFUSED, *GOOD)
    async with worker_beside(database, concurrency=1, sending=HASTILY):
        await receiver.until(lambda: len(receiver.accepted) == len(GOOD))
        await states(database, *["pending"] * len(REFUSED), *["delivered"] * len(GOOD))


async def test_a_receiver_that_refuses_again_what_it_refused_before_is_not_left_alone(database, receiver):
    receiver.answers(statuses=dict.fromkeys(REFUSED, 422))
    webhook = await booked(database, receiver, *REFUSED, *GOOD)
    async with worker_beside(database, concurrency=1, sending=HASTILY):
        await receiver.until(lambda: len(receiver.requests) >= 5 * len(REFUSED))
    seen, _ = await get_webhook(database, WEST, webhook.id, caller=REGULATOR)
    assert (seen.failures, seen.paused_until) == (0, None)


async def test_a_receiver_that_answers_is_tried_with_each_event_before_it_is_left_alone(database, receiver):
    """However long it would be: the good ones come after fifty that it refuses, within one turn."""
    refused = [f"DRM-{number}" for number in range(50)]
    receiver.answers(statuses=dict.fromkeys(refused, 404))
    await booked(database, receiver, *refused, *GOOD)
    slowly = replace(HASTILY, retrying=Retrying(first_wait=timedelta(hours=1)))
    async with worker_beside(database, concurrency=1, sending=slowly):
        await receiver.until(lambda: len(receiver.accepted) == len(GOOD))


async def test_when_what_was_refused_often_is_accepted_all_that_waits_is_due(database, receiver):
    await booked(database, receiver, "DRM-0", "DRM-1")
    await relay_events(database, now=datetime.now(UTC))
    async with database.transaction() as session:
        await session.execute(text(OFTEN_REFUSED))
    async with worker_beside(database, concurrency=1, sending=HASTILY):
        await states(database, "delivered", "delivered")


async def test_what_fails_is_logged_without_its_address_or_words(database, receiver):
    receiver.answers(statuses={"DRM-0": 422})
    webhook = await booked(database, receiver, "DRM-0")
    with capture_logs() as lines:
        async with worker_beside(database, concurrency=1, sending=HASTILY):
            await receiver.until(lambda: len(receiver.requests) == 2)
    [failed, *_] = [line for line in lines if line["event"] == "delivery_failed"]
    delivery = receiver.requests[0]["id"]
    told = {"webhook": str(webhook.id), "delivery": delivery, "attempt": 1, "status": 422, "failing": None}
    assert failed == {"event": "delivery_failed", "log_level": "warning", "state": "pending", **told}


async def test_that_a_receiver_fails_and_that_it_mends_is_logged_once(database, receiver):
    receiver.answers(status=503)
    webhook = await booked(database, receiver, *REFUSED)
    with capture_logs() as lines:
        async with worker_beside(database, concurrency=1, sending=HASTILY):
            await receiver.until(lambda: len(receiver.requests) == 2 * len(REFUSED))
            receiver.answers(status=204)
            await states(database, *["delivered"] * len(REFUSED))
    told = [
        (line["event"], line["log_level"], line["webhook"]) for line in lines if line["event"].startswith("webhook_")
    ]
    assert told == [("webhook_failing", "warning", str(webhook.id)), ("webhook_mended", "info", str(webhook.id))]
