"""Bookings made: the place named, the place held, or the best that meets the need, each in one statement."""

from collections.abc import Awaitable, Callable, Collection, Hashable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from service.domain.bookings import Booking, BookingId, Origin
from service.domain.callers import Caller, Keyed
from service.domain.errors import NoPlaceFree
from service.domain.needs import Need, PlaceHeld, PlaceNamed, PlaceNeeded
from service.storage.booking_rows import booking_of, get_booking
from service.storage.booking_statements import BY_HOLD, BY_NEED, BY_SLOT, BY_SLOTS, NONE_LEFT
from service.storage.holds import ended_hold, get_hold
from service.storage.offers import asked
from service.storage.once import Creation, create_once, of_key
from service.storage.parameters import given, given_by_many
from service.storage.places import refuse_unless_free
from service.storage.statements import Row, Statement, Way

CANDIDATES = 32
"""Places that one statement looks at for a need: more than the rivals that can have one locked at an instant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Naming:
    """Somebody books a place by its name."""

    named: PlaceNamed
    caller: Caller
    now: datetime
    keyed: Keyed | None

    @property
    def claims(self) -> frozenset[Hashable]:
        """The place, and what the key stands for."""
        key = (self.caller.name, self.keyed.key) if self.keyed else None
        return frozenset((self.named.slot, key) if key else (self.named.slot,))

    def given(self) -> dict[str, Any]:
        named = self.named
        place = given(slot=named.slot, case_ref=named.case_ref, usual_gp=named.usual_gp_rpps, now=self.now)
        return place | _of(self.caller, named.origin) | of_key(self.caller, self.keyed) | given(new_id=uuid4())


async def book_slots(way: Way, namings: Sequence[Naming]) -> Sequence[Booking | None]:
    """In one statement, each as if it were alone: None where the place or the key is not free at this instant.

    No two may claim the same. Raises Conflict when another uses one of the keys meanwhile: then none is booked.
    """
    latest = given(now=max(one.now for one in namings))
    rows = await BY_SLOTS.rows(way, given_by_many([one.given() for one in namings]) | latest)
    made = {row["id"]: booking_of(row) for row in rows}
    return [made.get(one.named.slot) for one in namings]


async def book_slot(way: Way, naming: Naming) -> Booking:
    """Raises NotFound, IdempotencyKeyReused, and the Conflict that forbids to take the place."""

    async def refuse(_: Row | None) -> None:
        await refuse_unless_free(way, naming.named.slot, now=naming.now)

    creation = _creation(way, BY_SLOT, naming.given(), refuse)
    return await create_once(way, creation, caller=naming.caller, keyed=naming.keyed)


async def book_held(way: Way, held: PlaceHeld, *, caller: Caller, now: datetime, keyed: Keyed | None) -> Booking:
    """Raises Invalid, NotFound, IdempotencyKeyReused, HoldExpired, and SlotBegun when the place began meanwhile."""

    async def refuse(_: Row | None) -> None:
        hold = await get_hold(way, held.hold, caller=caller)
        if hold.end_by(now):
            raise ended_hold(hold, now)
        hold.slot.refuse_if_begun(now=now)
        hold.refuse_other_case(held.case_ref)

    place = given(hold=held.hold, case_ref=held.case_ref, usual_gp=held.usual_gp_rpps, now=now)
    creation = _creation(way, BY_HOLD, place | _of(caller, held.origin), refuse)
    return await create_once(way, creation, caller=caller, keyed=keyed)


async def book_needed(
    way: Way,
    needed: PlaceNeeded,
    need: Need,
    *,
    caller: Caller,
    now: datetime,
    keyed: Keyed | None,
) -> Booking:
    """Raises IdempotencyKeyReused, and NoPlaceFree, without reasons."""

    async def refuse(row: Row | None) -> None:
        if row is not None and not row["any_free"]:
            raise NoPlaceFree()

    place = asked(need, now=now, limit=CANDIDATES) | given(case_ref=needed.case_ref)
    creation = _creation(way, BY_NEED[need.tele], place | _of(caller, needed.origin), refuse)
    return await create_once(way, replace(creation, tells_key=True), caller=caller, keyed=keyed)


async def used_though_none_left(
    way: Way, need: Need, asked_with: Collection[tuple[str, str]], *, now: datetime
) -> frozenset[tuple[str, str]] | None:
    """Where no place is free for the need, the keys of these (caller and key) that were used before; else None."""
    callers, known = [caller for caller, _ in asked_with], [key for _, key in asked_with]
    values = asked(need, now=now, limit=1) | given(callers=callers, keys=known)
    rows = await NONE_LEFT[need.tele].rows(way, values)
    if any(row["any_free"] for row in rows):
        return None
    return frozenset((row["caller"], row["key"]) for row in rows if row["key"] is not None)


def _of(caller: Caller, origin: Origin) -> dict[str, Any]:
    """Whoever came from the SAS books for it, whatever was asked."""
    return given(regulator=caller.regulator, origin=origin if caller.regulator is None else Origin.SAS)


def _creation(
    way: Way,
    statement: Statement,
    parameters: dict[str, Any],
    refuse: Callable[[Row | None], Awaitable[None]],
) -> Creation[Booking]:
    async def found(id: UUID) -> Booking:
        return await get_booking(way, BookingId(id))

    return Creation(
        statement=statement,
        parameters={**parameters, **given(new_id=uuid4())},
        made=booking_of,
        found=found,
        refuse=refuse,
    )
