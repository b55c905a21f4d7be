"""Deliveries over REST: what waits, what arrived, what is dead, and sending it again."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query

from service.application import deliveries
from service.domain.errors import Invalid, NotFound
from service.domain.events import EventId
from service.domain.webhooks import DeliveryState, WebhookId
from service.web.dependencies import CallerDep, DatabaseDep, Now
from service.web.problems import answers
from service.web.rest.entries import Limit, PageOut, TerritoryPath
from service.web.rest.webhook_shapes import DeliveryOut, ReplayedOut

router = APIRouter(prefix="/territories/{territory}/webhooks/{webhook}/deliveries", tags=["webhooks"])


async def _webhook(webhook: Annotated[UUID, Path(description="The webhook's id")]) -> WebhookId:
    return WebhookId(webhook)


async def _event(delivery: Annotated[UUID, Path(description="The `webhook-id` that it is sent under")]) -> EventId:
    return EventId(delivery)


WebhookPath = Annotated[WebhookId, Depends(_webhook)]
DeliveryPath = Annotated[EventId, Depends(_event)]


@router.get("", responses=answers(Invalid, NotFound))
async def list_deliveries(
    territory: TerritoryPath,
    webhook: WebhookPath,
    database: DatabaseDep,
    caller: CallerDep,
    state: Annotated[DeliveryState, Query(description="Those in this state")] = DeliveryState.DEAD,
    cursor: Annotated[
        str | None, Query(pattern="^[0-9]{1,18}$", description="`next_cursor` of the page before")
    ] = None,
    limit: Limit = 50,
) -> PageOut[DeliveryOut]:
    """Dead letters, or what is pending or delivered, in the order of the events."""
    after = int(cursor) if cursor else 0
    page = await deliveries.list_deliveries(
        database, territory, webhook, state, after=after, limit=limit, caller=caller
    )
    return PageOut[DeliveryOut].of(page, DeliveryOut.of)


@router.post("/replay", responses=answers(Invalid, NotFound))
async def replay_dead(
    territory: TerritoryPath, webhook: WebhookPath, database: DatabaseDep, caller: CallerDep, now: Now
) -> ReplayedOut:
    """Send every dead letter again, in the order of the events."""
    number = await deliveries.replay_dead(database, territory, webhook, caller=caller, now=now)
    return ReplayedOut(replayed=number)


@router.post("/{delivery}/replay", responses=answers(Invalid, NotFound))
async def replay_delivery(
    territory: TerritoryPath,
    webhook: WebhookPath,
    delivery: DeliveryPath,
    database: DatabaseDep,
    caller: CallerDep,
    now: Now,
) -> DeliveryOut:
    """Send one again at once, whatever became of it: the same id, the same bytes."""
    again = await deliveries.replay_delivery(database, territory, webhook, delivery, caller=caller, now=now)
    return DeliveryOut.of(again)
