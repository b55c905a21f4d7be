"""What a receiver of events is sent: the shapes of the bodies, for the documentation."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Header
from pydantic import BaseModel, Field

from service.application.territory_file.fields import Id
from service.domain.bookings import BookingStatus, Origin
from service.domain.events import EventType
from service.domain.rosters import Modality
from service.domain.tasks import Outcome, TaskKind, TaskState
from service.web.rest.booking_shapes import CaseRef

router = APIRouter()


class BookingFactsOut(BaseModel, extra="forbid"):
    """A booking as the change left it. Nothing about the patient: `case_ref` is the regulation file's number."""

    booking: UUID
    version: int = Field(description="One more at every change: a smaller one than you have is old news", examples=[1])
    status: BookingStatus
    slot: UUID = Field(description="The place it is on")
    previous_slot: UUID | None = Field(default=None, description="Only of a move or a hand-over: the place it left")
    previous_territory: Id | None = Field(
        default=None, description="Only of a move from another territory, whose webhooks are sent the event too"
    )
    start_at: datetime = Field(examples=["2026-11-23T13:15:00+00:00"])
    end_at: datetime = Field(examples=["2026-11-23T13:30:00+00:00"])
    practice: Id
    practitioner: Id
    modality: Modality
    case_ref: CaseRef
    origin: Origin


class TaskFactsOut(BaseModel, extra="forbid"):
    """A task as it is now: `GET /v1/tasks/{task}` tells all of it."""

    task: UUID
    kind: TaskKind
    state: TaskState
    outcome: Outcome | None = None
    booking: UUID
    case_ref: CaseRef
    slot_left: UUID
    slot_proposed: UUID | None = None
    until: datetime | None = Field(default=None, description="The deadline", examples=["2026-11-23T15:05:00+00:00"])


class EntryFactsOut(BaseModel, extra="forbid"):
    """A case on the wait-list, and the place offered to it."""

    entry: UUID
    case_ref: CaseRef
    slot: UUID
    until: datetime = Field(description="The deadline", examples=["2026-11-23T13:15:00+00:00"])
    booking: UUID | None = Field(default=None, description="Once accepted")


class EventOut(BaseModel, extra="forbid"):
    """The body, as Standard Webhooks lays it out."""

    type: EventType
    timestamp: datetime = Field(description="When it happened", examples=["2026-11-23T13:05:00+00:00"])
    territory: Id
    data: BookingFactsOut | TaskFactsOut | EntryFactsOut = Field(
        description="Of `booking.…`, of `task.…`, of `wait_list.…`"
    )


_ANSWERS: dict[int | str, dict[str, Any]] = {
    410: {"description": "You want no more of them: the webhook is disabled"},
    "default": {"description": "It is sent again later"},
}


@router.post("event", status_code=204, tags=["webhooks"], responses=_ANSWERS)
async def event(
    body: EventOut,
    webhook_id: Annotated[str, Header(description="The event's id: the same whenever it is sent again")],
    webhook_timestamp: Annotated[int, Header(description="When it was sent, in seconds since 1970")],
    webhook_signature: Annotated[str, Header(description="`v1,` and base64, once for each secret that is good now")],
) -> None:
    """What the service posts to your receiver. Answer 2xx once it is safe with you; 410 to have no more of them."""
