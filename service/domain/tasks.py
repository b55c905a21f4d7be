"""What somebody must do for a booking that a change of roster touched: tell, accept another place, or call."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType
from uuid import UUID

from service.domain.bookings import Booking, BookingId, HoldId, Slot
from service.domain.calendar import Interval
from service.domain.directory import Audience, TerritoryId
from service.domain.errors import BookingDisplaced, NothingOffered, OfferExpired, TaskClosed
from service.domain.needs import Need
from service.domain.venues import Venue

TaskId = NewType("TaskId", UUID)

ALTERNATIVE_WITHIN = timedelta(hours=48)
"""So far from the original time an alternative may be."""
TIME_TO_TELL = timedelta(minutes=30)
"""The patient has to be reached and to come: what is proposed begins no sooner than this."""


class TaskKind(StrEnum):
    """Notice: the booking keeps its time at another address, the patient must know.

    Alert: nothing within 48 hours, or nobody accepted what was proposed in time: somebody must call.
    """

    NOTICE = "notice"
    PROPOSAL = "proposal"
    ALERT = "alert"


class TaskState(StrEnum):
    """A proposal whose deadline passed is expired, and an alert takes its place."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    DONE = "done"
    EXPIRED = "expired"


class Outcome(StrEnum):
    """How a task was closed by a person (told to unreachable), or by what became of the booking meanwhile."""

    TOLD = "told"
    CANCELLED = "cancelled"
    ELSEWHERE = "elsewhere"
    UNREACHABLE = "unreachable"
    MOVED = "moved"
    RESTORED = "restored"
    SUPERSEDED = "superseded"
    ENDED = "ended"

    @property
    def ends_booking(self) -> bool:
        """The patient does not come: gave up, or is cared for elsewhere."""
        return self in (Outcome.CANCELLED, Outcome.ELSEWHERE)


BY_HAND = (Outcome.TOLD, Outcome.CANCELLED, Outcome.ELSEWHERE, Outcome.UNREACHABLE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place and what is told of it."""

    slot: Slot
    venue: Venue


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A place kept for a booking until a deadline."""

    hold: HoldId
    place: Place
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Each booking has one open task at most. `left`: the place it had when the roster changed."""

    id: TaskId
    territory: TerritoryId
    kind: TaskKind
    state: TaskState
    booking: Booking
    left: Place
    opened_at: datetime
    proposal: Proposal | None = None
    closed_at: datetime | None = None
    closed_by: str | None = None
    outcome: Outcome | None = None

    def accept(self, *, by: str, now: datetime) -> "Task":
        """Raises TaskClosed, NothingOffered, OfferExpired."""
        self.refuse_if_closed()
        if self.proposal is None:
            raise NothingOffered(task=str(self.id))
        if self.proposal.until <= now:
            raise OfferExpired(until=self.proposal.until.isoformat())
        return self.closed(TaskState.ACCEPTED, by=by, now=now)

    def decline(self, *, by: str, now: datetime) -> "Task":
        """The patient cannot come there, or then. Raises TaskClosed, NothingOffered."""
        self.refuse_if_closed()
        if self.kind is TaskKind.ALERT:
            raise NothingOffered(task=str(self.id))
        return self.closed(TaskState.DECLINED, by=by, now=now)

    def finish(self, outcome: Outcome, *, by: str, now: datetime) -> "Task":
        """Raises TaskClosed; BookingDisplaced when the booking would be left without a place and without a task."""
        self.refuse_if_closed()
        if self.booking.is_displaced and not outcome.ends_booking:
            raise BookingDisplaced(booking=str(self.booking.id))
        return self.closed(TaskState.DONE, by=by, now=now, outcome=outcome)

    def closed(self, state: TaskState, *, by: str, now: datetime, outcome: Outcome | None = None) -> "Task":
        return replace(self, state=state, closed_at=now, closed_by=by, outcome=outcome)

    def refuse_if_closed(self) -> None:
        """Raises TaskClosed."""
        if self.state is not TaskState.OPEN:
            raise TaskClosed(task=str(self.id), task_state=self.state.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskFilter:
    """Tasks that meet all that is given."""

    territory: TerritoryId | None = None
    state: TaskState | None = None
    kind: TaskKind | None = None
    booking: BookingId | None = None


def alternatives(left: Slot, *, now: datetime) -> tuple[Need, ...]:
    """Where another place is looked for, the first that finds one wins: from the original time on, then before it.

    Who made an appointment is free from then on, and ranks by waiting as everybody; an earlier one is a second choice.
    The patient's place is not known to us: the practice where he or she was to come stands for it.
    """
    soonest = now + TIME_TO_TELL
    windows = (
        (max(left.time.start, soonest), left.time.start + ALTERNATIVE_WITHIN),
        (max(left.time.start - ALTERNATIVE_WITHIN, soonest), left.time.start),
    )
    return tuple(
        Need(
            near=left.point,
            window=Interval(start=start, end=end),
            modality=left.modality,
            audience=audience_of(left),
        )
        for start, end in windows
        if start < end
    )


def audience_of(slot: Slot) -> Audience:
    """To whom another place must be shown: that of unscheduled care, as a booking does not say for whom it was made."""
    return Audience.SNP if Audience.SNP in slot.audiences else min(slot.audiences, default=Audience.SNP)
