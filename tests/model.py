"""Places, holds and bookings as plain values in memory: what the service should say and keep, in a page."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from service.domain.errors import (
    BookingClosed,
    BookingDisplaced,
    HoldExpired,
    SlotBegun,
    SlotHeld,
    SlotNotBegun,
    SlotTaken,
    SlotWithdrawn,
)

HOLD = timedelta(seconds=300)
Refusal = type[Exception] | None


@dataclass
class Place:
    """`hold`: the one that was taken last, until `until`."""

    start: datetime
    booking: Any = None
    hold: Any = None
    until: datetime | None = None
    is_withdrawn: bool = False

    def refusal(self, now: datetime) -> Refusal:
        if self.is_withdrawn:
            return SlotWithdrawn
        if self.start <= now:
            return SlotBegun
        if self.booking is not None:
            return SlotTaken
        return SlotHeld if self.until is not None and self.until > now else None

    def empty(self) -> None:
        self.booking = self.hold = self.until = None


@dataclass
class Made:
    """A booking. `proposed`: the place that an open task keeps for it."""

    slot: Any
    status: str = "booked"
    version: int = 1
    is_displaced: bool = False
    proposed: Any = None


@dataclass
class Model:
    now: datetime
    places: dict[Any, Place] = field(default_factory=dict)
    holds: dict[Any, Any] = field(default_factory=dict)
    bookings: dict[Any, Made] = field(default_factory=dict)

    def free(self) -> set[Any]:
        return {id for id, place in self.places.items() if place.refusal(self.now) is None}

    def is_live(self, hold: Any) -> bool:
        place = self.places[self.holds[hold]]
        return place.hold == hold and place.until is not None and place.until > self.now

    def hold(self, slot: Any, id: Any) -> None:
        place = self.places[slot]
        place.hold, place.until = id, self.now + HOLD
        self.holds[id] = slot

    def refusal_to_confirm(self, hold: Any) -> Refusal:
        if not self.is_live(hold):
            return HoldExpired
        return SlotBegun if self.places[self.holds[hold]].start <= self.now else None

    def book(self, slot: Any, id: Any) -> None:
        place = self.places[slot]
        place.empty()
        place.booking = id
        self.bookings[id] = Made(slot)

    def refusal_to_cancel(self, id: Any) -> Refusal:
        made = self.bookings[id]
        if made.status != "booked":
            return BookingClosed
        is_late = not made.is_displaced and self.places[made.slot].start <= self.now
        return SlotBegun if is_late else None

    def refusal_to_fulfil(self, id: Any) -> Refusal:
        made = self.bookings[id]
        if made.status != "booked":
            return BookingClosed
        if made.is_displaced:
            return BookingDisplaced
        is_early = self.now < self.places[made.slot].start - timedelta(hours=1)
        return SlotNotBegun if is_early else None

    def refusal_to_move(self, id: Any, to: Any) -> Refusal:
        return self.refusal_to_cancel(id) or self.places[to].refusal(self.now)

    def end(self, id: Any, status: str) -> None:
        """Cancelled, it leaves its place; a task that was open has nothing to keep any more."""
        made = self.bookings[id]
        made.status, made.version = status, made.version + 1
        if status == "cancelled" and not made.is_displaced:
            self.places[made.slot].empty()
        self._let_go(made)

    def move(self, id: Any, to: Any) -> None:
        made = self.bookings[id]
        if not made.is_displaced:
            self.places[made.slot].empty()
        place = self.places[to]
        place.empty()
        place.booking = id
        made.slot, made.version, made.is_displaced = to, made.version + 1, False
        self._let_go(made)

    def _let_go(self, made: Made) -> None:
        if made.proposed is not None:
            slot, hold = made.proposed
            if self.places[slot].hold == hold:
                self.places[slot].empty()
            made.proposed = None
