"""Webhooks as they are kept: added, found, paged, saved, removed; failing and mending."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Table, delete, insert, select, update
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncSession

from service.domain.directory import TerritoryId
from service.domain.entries import Page
from service.domain.errors import NotFound, StaleVersion
from service.domain.events import EventType
from service.domain.webhooks import Disabled, Webhook, WebhookId
from service.storage.tables.webhooks import WebhookRow

webhooks = cast("Table", WebhookRow.__table__)


async def add_webhook(session: AsyncSession, webhook: Webhook) -> None:
    """Raises StillReferred when its territory is gone."""
    await session.execute(insert(webhooks).values(_columns(webhook)))


async def get_webhook(session: AsyncSession, territory: TerritoryId, id: WebhookId) -> Webhook:
    """Raises NotFound, also when it is another territory's."""
    found = await find_webhook(session, id)
    if found is None or found.territory != territory:
        raise NotFound("webhook", id)
    return found


async def find_webhook(session: AsyncSession, id: WebhookId) -> Webhook | None:
    row = (await session.execute(select(webhooks).where(webhooks.c.id == id))).one_or_none()
    return None if row is None else _webhook_of(row)


async def lock_webhook(session: AsyncSession, territory: TerritoryId, id: WebhookId, *, version: int) -> Webhook:
    """For whoever changes it, until the transaction ends. Raises NotFound, StaleVersion."""
    await session.execute(select(webhooks.c.id).where(webhooks.c.id == id).with_for_update())
    webhook = await get_webhook(session, territory, id)
    if webhook.version != version:
        raise StaleVersion(version=webhook.version)
    return webhook


async def page_webhooks(
    session: AsyncSession, territory: TerritoryId, *, after: UUID | None, limit: int
) -> Page[Webhook]:
    """A territory's, by id, from after one on, be it still there or not."""
    beyond = [] if after is None else [webhooks.c.id > after]
    of_territory = select(webhooks).where(webhooks.c.territory_id == territory, *beyond)
    rows = await session.execute(of_territory.order_by(webhooks.c.id).limit(limit + 1))
    items = [_webhook_of(row) for row in rows]
    return Page(items=tuple(items[:limit]), next_cursor=str(items[limit - 1].id) if len(items) > limit else None)


async def save_webhook(session: AsyncSession, webhook: Webhook) -> None:
    """A locked one, as it now is."""
    await session.execute(update(webhooks).where(webhooks.c.id == webhook.id).values(_columns(webhook)))


async def remove_webhook(session: AsyncSession, id: WebhookId) -> None:
    """With all that was to be delivered to it."""
    await session.execute(delete(webhooks).where(webhooks.c.id == id))


async def wanting(session: AsyncSession, territories: Collection[TerritoryId]) -> tuple[Webhook, ...]:
    """Those of these territories that are sent anything; nobody changes or removes them before the transaction ends."""
    found = select(webhooks).where(webhooks.c.territory_id.in_(territories), webhooks.c.disabled.is_(None))
    return tuple(map(_webhook_of, await session.execute(found.with_for_update(read=True, key_share=True))))


async def count_failure(session: AsyncSession, id: WebhookId) -> int:
    """One more in a row; gives how many. The row is locked until the transaction ends."""
    counted = update(webhooks).where(webhooks.c.id == id).values(failures=webhooks.c.failures + 1)
    failures: int | None = await session.scalar(counted.returning(webhooks.c.failures))
    return failures or 0


async def pause_webhook(session: AsyncSession, id: WebhookId, *, until: datetime | None) -> None:
    """None: it is tried again at once."""
    await session.execute(update(webhooks).where(webhooks.c.id == id).values(paused_until=until))


async def disable_gone(session: AsyncSession, id: WebhookId) -> None:
    """The receiver said that it wants no more."""
    gone = {"disabled": Disabled.GONE, "version": webhooks.c.version + 1}
    await session.execute(update(webhooks).where(webhooks.c.id == id, webhooks.c.disabled.is_(None)).values(gone))


async def forget_failures(session: AsyncSession, id: WebhookId) -> None:
    """The receiver answers."""
    failing = (webhooks.c.id == id, webhooks.c.failures > 0)
    await session.execute(update(webhooks).where(*failing).values(failures=0, paused_until=None))


def _columns(webhook: Webhook) -> dict[str, Any]:
    return {
        "id": webhook.id,
        "territory_id": webhook.territory,
        "url": webhook.url,
        "event_types": sorted(webhook.event_types),
        "secret": webhook.secret,
        "old_secret": webhook.old_secret,
        "old_secret_until": webhook.old_secret_until,
        "disabled": webhook.disabled,
        "failures": webhook.failures,
        "paused_until": webhook.paused_until,
        "created_at": webhook.created_at,
        "version": webhook.version,
    }


def _webhook_of(row: Row[Any]) -> Webhook:
    return Webhook(
        id=WebhookId(row.id),
        territory=TerritoryId(row.territory_id),
        url=row.url,
        event_types=frozenset(EventType(each) for each in row.event_types),
        secret=row.secret,
        old_secret=row.old_secret,
        old_secret_until=row.old_secret_until,
        disabled=Disabled(row.disabled) if row.disabled else None,
        failures=row.failures,
        paused_until=row.paused_until,
        created_at=row.created_at,
        version=row.version,
    )
