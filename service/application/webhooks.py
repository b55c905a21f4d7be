"""Webhooks: made known, listed, changed, removed, and given a new secret."""

from datetime import datetime
from uuid import UUID, uuid4

from service.domain.callers import Caller, Keyed
from service.domain.directory import TerritoryId
from service.domain.entries import Page
from service.domain.events import EventType
from service.domain.webhook_errors import SecretReplaced
from service.domain.webhooks import DeliveryState, Webhook, WebhookId, checked_url, fingerprint, new_secret
from service.storage import webhooks as stored
from service.storage.database import Database
from service.storage.deliveries import count_deliveries
from service.storage.directory import get_territory
from service.storage.idempotency import claim


async def add_webhook(
    database: Database,
    territory: TerritoryId,
    url: str,
    event_types: frozenset[EventType],
    *,
    private: bool,
    caller: Caller,
    keyed: Keyed | None,
    now: datetime,
) -> Webhook:
    """A receiver of what happens from now on, with a secret that a repeat tells until there is another.

    Raises Invalid, NotFound, IdempotencyKeyReused, SecretReplaced.
    """
    webhook = Webhook(
        id=WebhookId(uuid4()),
        territory=territory,
        url=checked_url(url, private=private),
        event_types=event_types,
        secret=new_secret(),
        created_at=now,
    )
    async with database.transaction() as session:
        await get_territory(session, territory)
        known_as = await claim(session, caller, keyed, str(webhook.id), now=now) if keyed else str(webhook.id)
        if known_as != str(webhook.id):
            return _first(await stored.get_webhook(session, territory, WebhookId(UUID(known_as))))
        await stored.add_webhook(session, webhook)
    return webhook


async def list_webhooks(
    database: Database, territory: TerritoryId, *, after: UUID | None, limit: int, caller: Caller
) -> Page[Webhook]:
    """Raises NotFound."""
    async with database.transaction() as session:
        await get_territory(session, territory)
        return await stored.page_webhooks(session, territory, after=after, limit=limit)


async def get_webhook(
    database: Database, territory: TerritoryId, id: WebhookId, *, caller: Caller
) -> tuple[Webhook, dict[DeliveryState, int]]:
    """With how many deliveries are pending and dead. Raises NotFound."""
    async with database.transaction() as session:
        return await stored.get_webhook(session, territory, id), await count_deliveries(session, id)


async def change_webhook(
    database: Database,
    territory: TerritoryId,
    id: WebhookId,
    *,
    url: str | None,
    event_types: frozenset[EventType] | None,
    is_enabled: bool | None,
    private: bool,
    version: int,
    caller: Caller,
) -> Webhook:
    """What is None stays. What waits goes to the new address. Raises Invalid, NotFound, StaleVersion."""
    if url is not None:
        checked_url(url, private=private)
    async with database.transaction() as session:
        webhook = await stored.lock_webhook(session, territory, id, version=version)
        changed = webhook.changed(url=url, event_types=event_types, is_enabled=is_enabled)
        await stored.save_webhook(session, changed)
    return changed


async def rotate_secret(
    database: Database,
    territory: TerritoryId,
    id: WebhookId,
    *,
    version: int,
    caller: Caller,
    keyed: Keyed | None,
    now: datetime,
) -> Webhook:
    """A new secret; the old one signs too for a day. A repeat tells the new one until there is another.

    What its key stands for is the secret, by its fingerprint. Raises NotFound, IdempotencyKeyReused, StaleVersion,
    SecretChanging, SecretReplaced.
    """
    secret = new_secret()
    mine = fingerprint(secret)
    async with database.transaction() as session:
        known_as = await claim(session, caller, keyed, mine, now=now) if keyed else mine
        if known_as != mine:
            return _with(await stored.get_webhook(session, territory, id), known_as)
        webhook = await stored.lock_webhook(session, territory, id, version=version)
        rotated = webhook.rotated(secret, now=now)
        await stored.save_webhook(session, rotated)
    return rotated


def _first(webhook: Webhook) -> Webhook:
    """The same while its secret is the one that it was made with."""
    if webhook.old_secret is not None:
        raise SecretReplaced(webhook=str(webhook.id))
    return webhook


def _with(webhook: Webhook, secret: str) -> Webhook:
    """The same while that is its secret, by its fingerprint."""
    if fingerprint(webhook.secret) != secret:
        raise SecretReplaced(webhook=str(webhook.id))
    return webhook


async def remove_webhook(
    database: Database, territory: TerritoryId, id: WebhookId, *, version: int, caller: Caller
) -> None:
    """With all that was to be delivered to it. Raises NotFound, StaleVersion."""
    async with database.transaction() as session:
        await stored.lock_webhook(session, territory, id, version=version)
        await stored.remove_webhook(session, id)
