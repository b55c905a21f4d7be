"""A receiver that will not have some events, or is unwell: the others reach it all the same."""

from dataclasses import replace
from datetime import timedelta

import pytest

from service.application.bookings import book_place
from service.application.webhooks import get_webhook
from service.domain.webhooks import Retrying
from service.worker.running import worker_beside
from tests.make_bookings import NOW, REGULATOR, naming, places, quarters
from tests.worker.receiving import HASTILY, WEST, a_receiver, a_webhook, states

REFUSED, GOOD = [f"DRM-{number}" for number in range(12)], [f"DRM-GOOD-{number}" for number in range(3)]


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
