"""Bookings made: the place named, the place held, or the best that meets the need, each in one statement."""

from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from operator import itemgetter
from typing import Any
from uuid import UUID, uuid4

from asyncpg import PostgresError

from service.domain.bookings import Booking, BookingId, Origin
from service.domain.callers import Caller, Keyed
from service.domain.errors import NoPlaceFree, TourderoleError
from service.domain.needs import Need, PlaceHeld, PlaceNamed, PlaceNeeded
from service.storage.booking_rows import booking_of, get_booking
from service.storage.booking_statements import BY_HOLD, BY_NEED, BY_NEEDS, BY_SLOT, BY_SLOTS
from service.storage.holds import ended_hold, get_hold
from service.storage.offers import asked
from service.storage.once import Creation, create_once, of_key
from service.storage.parameters import given, given_by_many
from service.storage.places import refuse_unless_free
from service.storage.statements import Row, Statement, Way

CANDIDATES = 32
"""Places that one statement looks at for a need: more than rivals mostly have locked at an instant; twice for many."""
_ATTEMPTS = 20
"""Longer than a rival's statement takes."""


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
        return frozenset((self.named.slot, *_key(self.caller, self.keyed)))

    def given(self) -> dict[str, Any]:
        named = self.named
        place = given(slot=named.slot, case_ref=named.case_ref, usual_gp=named.usual_gp_rpps, now=self.now)
        return place | _new(self.caller, named.origin) | of_key(self.caller, self.keyed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Needing:
    """Somebody books the best place that meets a need: `need`, as it was understood."""

    needed: PlaceNeeded
    need: Need
    caller: Caller
    now: datetime
    keyed: Keyed | None

    @property
    def claims(self) -> frozenset[Hashable]:
        """What the key stands for."""
        return frozenset(_key(self.caller, self.keyed))

    def given(self) -> dict[str, Any]:
        case = given(slot=None, case_ref=self.needed.case_ref, usual_gp=self.need.usual_gp_rpps, now=self.now)
        return case | _new(self.caller, self.needed.origin) | of_key(self.caller, self.keyed)


def _key(caller: Caller, keyed: Keyed | None) -> tuple[Hashable, ...]:
    return ((caller.name, keyed.key),) if keyed else ()


async def book_slots(way: Way, namings: Sequence[Naming]) -> Sequence[Booking | None]:
    """In one statement, each as if it were alone: None where the place or the key is not free at this instant.

    No two may claim the same. All are booked at the instant when the latest of them came. Raises Conflict when another
    uses one of the keys meanwhile: then none is booked.
    """
    at = given(now=max(one.now for one in namings))
    rows = await BY_SLOTS.rows(way, given_by_many([one.given() | at for one in namings]) | at)
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
    creation = _creation(way, BY_HOLD, place | _new(caller, held.origin), refuse)
    return await create_once(way, creation, caller=caller, keyed=keyed)


async def book_needs(way: Way, needings: Sequence[Needing]) -> Sequence[Booking | TourderoleError | None]:
    """The best places for several with the same need, in their order, in one statement.

    NoPlaceFree, without reasons, for whom nothing is left; None where the key was used before. Where rivals have what
    is left at this instant, it is asked again; None, should they have it for long. Raises Conflict when another uses
    one of the keys meanwhile: then none is booked.
    """
    found: list[Booking | TourderoleError | None] = [None] * len(needings)
    left = list(range(len(needings)))
    for attempt in range(_ATTEMPTS):
        try:
            rows = await _rows_of_needs(way, [needings[number] for number in left])
        except (TourderoleError, PostgresError):
            if attempt == 0:
                raise
            break  # what was booked before stays so: only who is left goes alone
        for number, row in zip(left, rows, strict=True):
            found[number] = _found(row)
        left = [number for number, row in zip(left, rows, strict=True) if row["any_left"] and _has_nothing(row)]
        if not left:
            break
    return found


async def _rows_of_needs(way: Way, needings: Sequence[Needing]) -> Sequence[Row]:
    """At the instant when the latest of them came: by then the most holds are over, and the most places have begun."""
    latest = max(needings, key=lambda one: one.now)
    at, need = given(now=latest.now), asked(latest.need, now=latest.now, limit=2 * CANDIDATES)
    rows = await BY_NEEDS[latest.need.tele].rows(way, given_by_many([one.given() | at for one in needings]) | need)
    return sorted(rows, key=itemgetter("number"))


def _found(row: Row) -> Booking | TourderoleError | None:
    if _has_nothing(row):
        return None if row["any_left"] else NoPlaceFree()
    return None if row["is_known"] else booking_of(row)


def _has_nothing(row: Row) -> bool:
    """Though its key is new."""
    return row["id"] is None and not row["is_known"]


async def book_needed(way: Way, needing: Needing) -> Booking:
    """Raises IdempotencyKeyReused, and NoPlaceFree, without reasons."""

    async def refuse(row: Row | None) -> None:
        if row is not None and not row["any_free"]:
            raise NoPlaceFree()

    need = asked(needing.need, now=needing.now, limit=CANDIDATES)
    creation = _creation(way, BY_NEED[needing.need.tele], needing.given() | need, refuse)
    return await create_once(way, replace(creation, tells_key=True), caller=needing.caller, keyed=needing.keyed)


def _new(caller: Caller, origin: Origin) -> dict[str, Any]:
    """A booking that is yet to be made. Whoever came from the SAS books for it, whatever was asked."""
    origin = origin if caller.regulator is None else Origin.SAS
    return given(new_id=uuid4(), regulator=caller.regulator, origin=origin)


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
        parameters=parameters,
        made=booking_of,
        found=found,
        refuse=refuse,
    )
