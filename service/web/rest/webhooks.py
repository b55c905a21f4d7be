"""Webhooks over REST: receivers of a territory's events."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from service.application import webhooks
from service.domain.errors import IdempotencyKeyReused, Invalid, NotFound, PreconditionMissing, StaleVersion, TooLarge
from service.domain.webhook_errors import SecretChanging, SecretReplaced
from service.domain.webhooks import Webhook
from service.web.dependencies import CallerDep, DatabaseDep, KeyedDep, Now, RequiredVersion, etag
from service.web.problems import answers
from service.web.rest import deliveries
from service.web.rest.deliveries import WebhookPath
from service.web.rest.entries import CREATED, SHOWN, Limit, PageOut, TerritoryPath
from service.web.rest.webhook_shapes import WebhookIn, WebhookMadeOut, WebhookOut, WebhookPatchIn, WebhookSeenOut

router = APIRouter()
receivers = APIRouter(prefix="/territories/{territory}/webhooks", tags=["webhooks"])


async def _private(request: Request) -> bool:
    """Whether receivers may be on private networks."""
    private: bool = request.app.state.private_webhooks
    return private


PrivateDep = Annotated[bool, Depends(_private)]


def _made(response: Response, webhook: Webhook) -> WebhookMadeOut:
    response.headers["ETag"] = etag(webhook.version)
    return WebhookMadeOut.of(webhook)


@receivers.post(
    "",
    status_code=201,
    responses=CREATED | answers(TooLarge, Invalid, IdempotencyKeyReused, NotFound, SecretReplaced),
)
async def add_webhook(
    territory: TerritoryPath,
    asked: WebhookIn,
    response: Response,
    database: DatabaseDep,
    private: PrivateDep,
    caller: CallerDep,
    keyed: KeyedDep,
    now: Now,
) -> WebhookMadeOut:
    """Have events of the territory sent to an address from now on. The answer holds the secret.

    Repeated with its key it does so again, until the secret is replaced.
    """
    webhook = await webhooks.add_webhook(
        database, territory, asked.url, asked.event_types, private=private, caller=caller, keyed=keyed, now=now
    )
    response.headers["Location"] = f"/v1/territories/{territory}/webhooks/{webhook.id}"
    return _made(response, webhook)


@receivers.get("", responses=answers(Invalid, NotFound))
async def list_webhooks(
    territory: TerritoryPath,
    database: DatabaseDep,
    caller: CallerDep,
    cursor: Annotated[UUID | None, Query(description="`next_cursor` of the page before")] = None,
    limit: Limit = 50,
) -> PageOut[WebhookOut]:
    """The territory's webhooks, by id."""
    page = await webhooks.list_webhooks(database, territory, after=cursor, limit=limit, caller=caller)
    return PageOut[WebhookOut].of(page, WebhookOut.of)


@receivers.get("/{webhook}", responses=SHOWN | answers(Invalid, NotFound))
async def get_webhook(
    territory: TerritoryPath, webhook: WebhookPath, response: Response, database: DatabaseDep, caller: CallerDep
) -> WebhookSeenOut:
    """One webhook, and how its deliveries stand."""
    found, counts = await webhooks.get_webhook(database, territory, webhook, caller=caller)
    response.headers["ETag"] = etag(found.version)
    return WebhookSeenOut.seen(found, counts)


@receivers.patch(
    "/{webhook}", responses=SHOWN | answers(TooLarge, Invalid, NotFound, StaleVersion, PreconditionMissing)
)
async def change_webhook(
    territory: TerritoryPath,
    webhook: WebhookPath,
    asked: WebhookPatchIn,
    version: RequiredVersion,
    response: Response,
    database: DatabaseDep,
    private: PrivateDep,
    caller: CallerDep,
) -> WebhookOut:
    """Change the address or the types, or stop and start again. What waits goes to the new address."""
    changed = await webhooks.change_webhook(
        database,
        territory,
        webhook,
        url=asked.url,
        event_types=asked.event_types,
        is_enabled=asked.is_enabled,
        private=private,
        version=version,
        caller=caller,
    )
    response.headers["ETag"] = etag(changed.version)
    return WebhookOut.of(changed)


@receivers.post(
    "/{webhook}/secret",
    responses=SHOWN
    | answers(
        Invalid, IdempotencyKeyReused, NotFound, StaleVersion, SecretChanging, SecretReplaced, PreconditionMissing
    ),
)
async def rotate_secret(
    territory: TerritoryPath,
    webhook: WebhookPath,
    version: RequiredVersion,
    response: Response,
    database: DatabaseDep,
    caller: CallerDep,
    keyed: KeyedDep,
    now: Now,
) -> WebhookMadeOut:
    """Give it a new secret; the old one signs as well for 24 hours, and until then there is no third.

    Send an `Idempotency-Key`: if the answer is lost, the repeat shows the new secret.
    """
    rotated = await webhooks.rotate_secret(
        database, territory, webhook, version=version, caller=caller, keyed=keyed, now=now
    )
    return _made(response, rotated)


@receivers.delete(
    "/{webhook}", status_code=204, responses=answers(Invalid, NotFound, StaleVersion, PreconditionMissing)
)
async def remove_webhook(
    territory: TerritoryPath, webhook: WebhookPath, version: RequiredVersion, database: DatabaseDep, caller: CallerDep
) -> None:
    """Remove it, with all that was to be delivered to it."""
    await webhooks.remove_webhook(database, territory, webhook, version=version, caller=caller)


router.include_router(receivers)
router.include_router(deliveries.router)
