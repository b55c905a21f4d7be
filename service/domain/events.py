"""What happened that the world outside may want to know: written with the change itself, told in order."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NewType
from uuid import UUID, uuid4

from service.domain.bookings import BookingId, BookingStatus
from service.domain.directory import TerritoryId

EventId = NewType("EventId", UUID)


class EventType(StrEnum):
    """`subject.fact`. Every change of a booking is exactly one event."""

    BOOKING_BOOKED = "booking.booked"
    BOOKING_MOVED = "booking.moved"
    BOOKING_HANDED_OVER = "booking.handed_over"
    BOOKING_FULFILLED = "booking.fulfilled"
    BOOKING_NO_SHOW = "booking.no_show"
    BOOKING_CANCELLED = "booking.cancelled"
    BOOKING_DISPLACED = "booking.displaced"
    BOOKING_RESTORED = "booking.restored"
    TASK_OPENED = "task.opened"
    TASK_CLOSED = "task.closed"
    WAIT_LIST_OFFERED = "wait_list.offered"
    WAIT_LIST_ACCEPTED = "wait_list.accepted"
    WAIT_LIST_DECLINED = "wait_list.declined"
    WAIT_LIST_EXPIRED = "wait_list.expired"
    WAIT_LIST_WITHDRAWN = "wait_list.withdrawn"


OF_STATUS: Mapping[BookingStatus, EventType] = {
    BookingStatus.BOOKED: EventType.BOOKING_BOOKED,
    BookingStatus.FULFILLED: EventType.BOOKING_FULFILLED,
    BookingStatus.NO_SHOW: EventType.BOOKING_NO_SHOW,
    BookingStatus.CANCELLED: EventType.BOOKING_CANCELLED,
}
"""What happened to a booking that has come to that status."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A fact of a territory, about one booking unless `booking` is None; events of one booking keep their order.

    `data`: JSON values that a receiver needs, instants with their offset; nothing about the patient.
    """

    type: EventType
    territory: TerritoryId
    occurred_at: datetime
    data: Mapping[str, object]
    booking: BookingId | None = None
    id: EventId = field(default_factory=lambda: EventId(uuid4()))

    @property
    def told_to(self) -> frozenset[TerritoryId]:
        """Territories whose receivers are to know: also the one that a booking moved away from, which `data` names."""
        left = self.data.get("previous_territory")
        return frozenset((self.territory, TerritoryId(left))) if isinstance(left, str) else frozenset((self.territory,))
