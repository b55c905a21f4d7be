"""How webhooks and deliveries are asked for and shown."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field, StrictBool

from service.domain.events import EventType
from service.domain.webhooks import LONGEST_URL, Delivery, DeliveryState, Disabled, Failing, Webhook
from service.web.rest.entries import Version

Url = Annotated[
    str,
    Field(
        max_length=LONGEST_URL,
        description="Where events are posted: https, on the public internet unless the service is set otherwise",
        examples=["https://regulation.example.org/tourderole"],
    ),
]
Types = Annotated[
    frozenset[EventType],
    Field(min_length=1, description="The types of events that are sent", examples=[["booking.booked"]]),
]
Secret = Annotated[
    str,
    Field(
        description="Verify signatures with it; shown now, and to a repeat of this request until it is replaced",
        examples=["whsec_Q2xhcmEgbidlc3QgcGFzIHVuZSBjbMOpIHNlY3LDqHRlIQ=="],
    ),
]


class WebhookIn(BaseModel, extra="forbid", frozen=True):
    """A receiver of a territory's events."""

    url: Url
    event_types: Types = frozenset(EventType)


class WebhookPatchIn(BaseModel, extra="forbid", frozen=True):
    """What is to change; what is left out stays."""

    url: Url | None = None
    event_types: Types | None = None
    is_enabled: StrictBool | None = Field(
        default=None, description="False: nothing is sent, and what happens meanwhile never will be; true: try at once"
    )


class WebhookOut(BaseModel):
    """A receiver as it is kept."""

    id: UUID
    url: Url
    event_types: list[EventType]
    is_enabled: bool
    disabled: Disabled | None = Field(description="Why it is not enabled: `gone` when it answered 410")
    failures: int = Field(
        description="Failures in a row, at last; without events that it refuses again while it is well", examples=[0]
    )
    paused_until: datetime | None = Field(description="Nothing is sent before, since the receiver fails")
    old_secret_until: datetime | None = Field(description="Until then two secrets sign, and no other is given")
    created_at: datetime
    version: Version

    @classmethod
    def of(cls, webhook: Webhook) -> "WebhookOut":
        return cls(**_shown(webhook))


class WebhookMadeOut(WebhookOut):
    """A receiver with the secret that it verifies signatures with."""

    secret: Secret

    @classmethod
    def of(cls, webhook: Webhook) -> "WebhookMadeOut":
        return cls(**_shown(webhook), secret=webhook.secret)


class WebhookSeenOut(WebhookOut):
    """A receiver and how its deliveries stand."""

    pending: int = Field(description="Deliveries that are due or wait for their next attempt", examples=[0])
    dead: int = Field(description="Dead letters", examples=[0])

    @classmethod
    def seen(cls, webhook: Webhook, counts: Mapping[DeliveryState, int]) -> "WebhookSeenOut":
        counted = {"pending": counts[DeliveryState.PENDING], "dead": counts[DeliveryState.DEAD]}
        return cls(**_shown(webhook), **counted)


def _shown(webhook: Webhook) -> dict[str, object]:
    return {
        "id": webhook.id,
        "url": webhook.url,
        "event_types": sorted(webhook.event_types),
        "is_enabled": webhook.disabled is None,
        "disabled": webhook.disabled,
        "failures": webhook.failures,
        "paused_until": webhook.paused_until,
        "old_secret_until": webhook.old_secret_until,
        "created_at": webhook.created_at,
        "version": webhook.version,
    }


class DeliveryOut(BaseModel):
    """An event for a receiver, and what became of it."""

    id: UUID = Field(description="The `webhook-id` that it is sent under, at every attempt the same")
    type: EventType
    booking: UUID | None = Field(description="Its booking: of one, earlier events are sent first")
    state: DeliveryState
    attempts: int = Field(examples=[1])
    last_attempt_at: datetime | None
    next_attempt_at: datetime | None = Field(description="Null unless it is pending")
    status: int | None = Field(description="HTTP status of the last answer", examples=[204])
    failing: Failing | None = Field(description="Why there was no answer")
    body: str = Field(description="What is sent, byte for byte")

    @classmethod
    def of(cls, delivery: Delivery) -> "DeliveryOut":
        return cls(
            id=delivery.event,
            type=delivery.type,
            booking=delivery.booking,
            state=delivery.state,
            attempts=delivery.attempts,
            last_attempt_at=delivery.last_attempt_at,
            next_attempt_at=delivery.next_attempt_at if delivery.state is DeliveryState.PENDING else None,
            status=delivery.status,
            failing=delivery.failing,
            body=delivery.body,
        )


class ReplayedOut(BaseModel):
    """What is sent again."""

    replayed: int = Field(description="Dead letters that are pending again", examples=[3])
