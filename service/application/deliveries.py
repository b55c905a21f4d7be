"""Deliveries: events handed to receivers, sent in the order of each booking, listed, and sent again.

Whoever writes both locks the receiver's row before its deliveries, so that nobody waits in a circle.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from service.application.appointments import want_told
from service.application.webhook_sending import Sender
from service.domain.callers import Caller
from service.domain.directory import TerritoryId
from service.domain.entries import Page
from service.domain.events import Event, EventId
from service.domain.webhooks import Attempt, Delivery, DeliveryState, Retrying, Webhook, WebhookId, body_of
from service.storage import deliveries as stored
from service.storage.appointments import enqueue_telling, is_telling
from service.storage.database import Database
from service.storage.events import events_to_relay, mark_relayed, may_relay
from service.storage.webhooks import (
    count_failure,
    disable_gone,
    find_webhook,
    forget_failures,
    get_webhook,
    pause_webhook,
    wanting,
)

log = structlog.get_logger(__name__)

RELAYED_AT_ONCE = 500
LANES = 8
"""Deliveries to one receiver at the same time, each of another booking."""
TURN = timedelta(seconds=30)
"""Of a receiver for which much waits, before the others have theirs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivering:
    """What is needed to deliver. `draw` gives a number in [0, 1): the jitter of waits."""

    sender: Sender
    retrying: Retrying
    clock: Callable[[], datetime]
    draw: Callable[[], float]


async def relay_events(database: Database, *, now: datetime, sas: bool = False) -> int:
    """Hand events to the receivers that want them, and queue a job for each receiver that something is due for.

    `sas`: the SAS platform is one of them, of what its regulators booked. Once it has been told of anything, that is
    written down by whoever relays, be it a worker that cannot tell it. All in one transaction, and by one caller at a
    time. Gives how many events; there may be more after `RELAYED_AT_ONCE`.
    """
    async with database.transaction() as session:
        if not await may_relay(session):
            return 0
        is_told = sas or await is_telling(session)
        if not is_told and (passed := await stored.pass_unwanted(session, limit=RELAYED_AT_ONCE, now=now)):
            return passed
        waiting = await events_to_relay(session, limit=RELAYED_AT_ONCE)
        if waiting:
            receivers = await wanting(session, {each for _, event in waiting for each in event.told_to})
            made = [each for position, event in waiting for each in _deliveries(position, event, receivers, now)]
            await stored.add_deliveries(session, made)
            await mark_relayed(session, [position for position, _ in waiting], now=now)
        await stored.enqueue_due(session, now=now)
        if waiting and is_told:
            await want_told(session, [event for _, event in waiting], now=now)
        if sas:
            await enqueue_telling(session, now=now)
    return len(waiting)


def _deliveries(position: int, event: Event, receivers: Sequence[Webhook], now: datetime) -> list[Delivery]:
    wanting_it = [each for each in receivers if each.wants(event)]
    if not wanting_it:
        return []
    new = Delivery(
        webhook=wanting_it[0].id,
        event=event.id,
        position=position,
        booking=event.booking,
        type=event.type,
        body=body_of(event),
        state=DeliveryState.PENDING,
        since=now,
        next_attempt_at=now,
    )
    return [replace(new, webhook=each.id) for each in wanting_it]


async def deliver_due(database: Database, id: WebhookId, how: Delivering) -> int:
    """Send what is due for a receiver, a few at a time, until nothing is or its turn is over. Gives how many were sent.

    What fails waits; the receiver that fails is left alone for a while. A fault of ours is raised when all that was
    under way has ended, so that nothing is sent behind the back of whoever is next.
    """
    sent, end = 0, how.clock() + TURN
    while how.clock() < end:
        webhook, due = await _due(database, id, how)
        if webhook is None or not due:
            break
        ends = await asyncio.gather(*(_deliver(database, webhook, each, how) for each in due), return_exceptions=True)
        for error in (end for end in ends if end is not None):
            raise error
        sent += len(due)
    return sent


async def _due(database: Database, id: WebhookId, how: Delivering) -> tuple[Webhook | None, Sequence[Delivery]]:
    """Nothing while the receiver is disabled or paused; a single one to try whether it has mended.

    What was never tried goes first, so that what a receiver will not have keeps nothing else from it.
    """
    now = how.clock()
    async with database.transaction() as session:
        webhook = await find_webhook(session, id)
        if webhook is None or webhook.disabled or (webhook.paused_until is not None and webhook.paused_until > now):
            return webhook, ()
        lanes = 1 if how.retrying.is_failing(webhook.failures) else LANES
        return webhook, await stored.due_deliveries(session, id, now=now, limit=lanes)


async def _deliver(database: Database, webhook: Webhook, delivery: Delivery, how: Delivering) -> None:
    attempt = await how.sender.send(webhook, delivery, now=how.clock())
    tried = await _tried(database, webhook, delivery, attempt, how)
    if not attempt.is_success:
        log.warning(
            "delivery_failed",
            webhook=str(webhook.id),
            delivery=str(delivery.event),
            attempt=tried.attempts,
            status=tried.status,
            failing=tried.failing,
            state=tried.state,
        )
    elif how.retrying.is_failing(webhook.failures):
        log.info("webhook_mended", webhook=str(webhook.id))


async def _tried(
    database: Database, webhook: Webhook, delivery: Delivery, attempt: Attempt, how: Delivering
) -> Delivery:
    """As it is kept after the attempt, and what that means for the receiver."""
    now = how.clock()
    tried = replace(
        delivery,
        attempts=delivery.attempts + 1,
        last_attempt_at=now,
        status=attempt.status,
        failing=attempt.failing,
    )
    async with database.transaction() as session:
        if attempt.is_success:
            tried = replace(tried, state=DeliveryState.DELIVERED)
            await forget_failures(session, webhook.id)
            if how.retrying.is_failing(max(webhook.failures, delivery.attempts)):
                await stored.hurry(session, webhook.id, now=now)
        elif attempt.is_gone:
            await disable_gone(session, webhook.id)
        else:
            if how.retrying.is_against_receiver(attempt, tried.attempts, webhook.failures):
                await _count_failure(session, tried, attempt, how, now)
            tried = _given_up_or_waiting(tried, how, now)
        await stored.save_attempt(session, tried)
    return tried


async def _count_failure(
    session: AsyncSession, tried: Delivery, attempt: Attempt, how: Delivering, now: datetime
) -> None:
    """Against the receiver. One that answers is not left alone before it was tried with every event once."""
    failures = await count_failure(session, tried.webhook)
    if failures == how.retrying.failures_to_pause:
        log.warning("webhook_failing", webhook=str(tried.webhook), status=tried.status, failing=tried.failing)
    pause = how.retrying.pause(failures, how.draw())
    if pause is not None and not (attempt.is_refusal and tried.attempts == 1):
        await pause_webhook(session, tried.webhook, until=now + pause)


def _given_up_or_waiting(tried: Delivery, how: Delivering, now: datetime) -> Delivery:
    if how.retrying.is_over(tried.since, now):
        return replace(tried, state=DeliveryState.DEAD)
    return replace(tried, next_attempt_at=now + how.retrying.wait(tried.attempts, how.draw()))


async def list_deliveries(
    database: Database,
    territory: TerritoryId,
    id: WebhookId,
    state: DeliveryState,
    *,
    after: int,
    limit: int,
    caller: Caller,
) -> Page[Delivery]:
    """In the order of their events. Raises NotFound."""
    async with database.transaction() as session:
        await get_webhook(session, territory, id)
        return await stored.page_deliveries(session, id, state, after=after, limit=limit)


async def replay_delivery(
    database: Database, territory: TerritoryId, id: WebhookId, event: EventId, *, caller: Caller, now: datetime
) -> Delivery:
    """Send it again, whatever became of it, under the same id and with the same body. Raises NotFound."""
    async with database.transaction() as session:
        await get_webhook(session, territory, id)
        await pause_webhook(session, id, until=None)
        return await stored.replay(session, await stored.get_delivery(session, id, event), now=now)


async def replay_dead(
    database: Database, territory: TerritoryId, id: WebhookId, *, caller: Caller, now: datetime
) -> int:
    """Send all dead ones again, in the order of their events; gives how many. Raises NotFound."""
    async with database.transaction() as session:
        await get_webhook(session, territory, id)
        await pause_webhook(session, id, until=None)
        return await stored.replay_dead(session, id, now=now)


async def rest(database: Database, id: WebhookId, *, until: datetime) -> None:
    """Leave a receiver alone when delivering to it fails for a fault of ours."""
    async with database.transaction() as session:
        await pause_webhook(session, id, until=until)
