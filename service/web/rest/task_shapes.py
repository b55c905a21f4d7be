"""What tasks ask for, and how they are shown."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from service.application.territory_file.fields import Id
from service.domain.bookings import BookingId
from service.domain.directory import TerritoryId
from service.domain.tasks import Outcome, Place, Task, TaskFilter, TaskKind, TaskState
from service.web.rest.booking_shapes import BookingOut
from service.web.rest.slot_shapes import SlotOut


class OutcomeIn(StrEnum):
    """How a person closes a task."""

    TOLD = Outcome.TOLD
    CANCELLED = Outcome.CANCELLED
    ELSEWHERE = Outcome.ELSEWHERE
    UNREACHABLE = Outcome.UNREACHABLE


class CloseIn(BaseModel, extra="forbid", frozen=True):
    """How it ended."""

    outcome: OutcomeIn = Field(
        description=(
            "`told`: the patient knows; `unreachable`: could not be told. Both leave the booking at the place that it"
            " must have. `cancelled`, `elsewhere`: the patient does not come, the booking is cancelled."
        )
    )

    def value(self) -> Outcome:
        return Outcome(self.outcome.value)


class ProposalOut(BaseModel):
    """A place kept for the booking."""

    slot: SlotOut
    until: datetime = Field(description="The deadline", examples=["2026-11-23T16:05:00+01:00"])


class TaskOut(BaseModel):
    """What somebody must do for a booking that a change of roster touched."""

    id: UUID
    kind: TaskKind = Field(
        description=(
            "`notice`: the booking keeps its time at another address, tell the patient; `proposal`: another place is"
            " kept, accept or decline; `alert`: nothing within 48 hours of the original time, or what was proposed was"
            " not accepted in time: somebody must call"
        )
    )
    state: TaskState
    booking: BookingOut
    left: SlotOut = Field(description="The place that the booking had when the roster changed")
    proposal: ProposalOut | None
    opened_at: datetime
    closed_at: datetime | None
    closed_by: str | None = Field(examples=["admin"])
    outcome: Outcome | None = Field(
        description=(
            "`moved`, `ended`: the booking was, by other ways; `restored`: it has its place back; `superseded`: the"
            " roster changed again, another task took over"
        )
    )

    @classmethod
    def of(cls, task: Task) -> "TaskOut":
        proposal = task.proposal
        return cls(
            id=task.id,
            kind=task.kind,
            state=task.state,
            booking=BookingOut.of(task.booking),
            left=_slot(task.left),
            proposal=ProposalOut(slot=_slot(proposal.place), until=proposal.until) if proposal else None,
            opened_at=task.opened_at,
            closed_at=task.closed_at,
            closed_by=task.closed_by,
            outcome=task.outcome,
        )


def _slot(place: Place) -> SlotOut:
    return SlotOut.of(place.slot, place.venue)


Cursor = Annotated[str | None, Field(max_length=80, description="`next_cursor` of the page before")]


class TaskFilterIn(BaseModel, extra="forbid", frozen=True):
    """Which tasks to list: those that meet all that is given, the oldest first."""

    territory: Id | None = Field(default=None, description="The territory's id")
    state: TaskState | None = Field(default=None)
    kind: TaskKind | None = Field(default=None)
    booking: UUID | None = Field(default=None, description="The booking's id")
    cursor: Cursor = None
    limit: int = Field(default=50, ge=1, le=200, description="Tasks a page, at most")

    def chosen(self) -> TaskFilter:
        return TaskFilter(
            territory=TerritoryId(self.territory) if self.territory else None,
            state=self.state,
            kind=self.kind,
            booking=BookingId(self.booking) if self.booking else None,
        )
