"""Bookings made: the place named, the place held, or the best that meets the need, each in one statement."""

from collections.abc import Awaitable, Callable, Collection
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import (
    CTE,
    ColumnElement,
    Select,
    and_,
    exists,
    func,
    insert,
    literal_column,
    or_,
    select,
    true,
    update,
)

from service.domain.bookings import Booking, BookingId, BookingStatus, HoldEnd, Origin, SlotState
from service.domain.callers import Caller, Keyed
from service.domain.errors import NoPlaceFree
from service.domain.events import EventType
from service.domain.needs import Need, PlaceHeld, PlaceNamed, PlaceNeeded, Tele
from service.storage.booking_rows import OF_BOOKING, booking_of, bookings, get_booking
from service.storage.events import booking_told
from service.storage.holds import ended_hold, get_hold, holds
from service.storage.offers import asked
from service.storage.once import Creation, create_once, key_used, keys, remembered
from service.storage.parameters import (
    CALLER,
    CALLERS,
    CASE_REF,
    HOLD,
    KEYS,
    NEW_ID,
    NOW,
    ORIGIN,
    REGULATOR,
    SLOT,
    USUAL_GP,
    given,
)
from service.storage.places import IS_TAKEABLE, practitioners, refuse_unless_free, slots, told, words
from service.storage.ranking import best_places
from service.storage.statements import Row, Statement, Way

CANDIDATES = 32
"""Places that one statement looks at for a need: more than the rivals that can have one locked at an instant."""

_EVENT = words(EventType.BOOKING_BOOKED)[0]
_BUSY = {"state": SlotState.BUSY, "taken": 1, "hold_id": None, "held_until": None}


def _booked(place: CTE, case_ref: ColumnElement[str], *others: CTE) -> Select[Any]:
    """The place taken becomes a booking, and is told."""
    row = {
        "id": NEW_ID,
        "slot_id": place.c.id,
        "slot_start_at": place.c.start_at,
        "territory_id": place.c.territory_id,
        "case_ref": case_ref,
        "origin": ORIGIN,
        "booked_by": CALLER,
        "regulator_id": REGULATOR,
        "booked_at": NOW,
        "placed_at": NOW,
        "status": literal_column(f"'{BookingStatus.BOOKED}'"),
        "status_at": NOW,
        "supplement_eligible": ~_is_with_usual_gp(place),
        "version": literal_column("1"),
    }
    made = insert(bookings).from_select(list(row), select(*row.values()).select_from(place)).returning(*OF_BOOKING)
    booked = made.cte("booked")
    event = booking_told(_EVENT, booked, place, at=NOW).cte("told")
    return told(place, *booked.c).join(booked, true()).add_cte(remembered(place), event, *others)


def _is_with_usual_gp(place: CTE) -> ColumnElement[bool]:
    """The patient's own GP receives, or somebody of his or her practice."""
    same = and_(practitioners.c.territory_id == place.c.territory_id, practitioners.c.rpps == USUAL_GP)
    own = or_(practitioners.c.id == place.c.practitioner_id, practitioners.c.home_practice == place.c.practice_id)
    return exists().where(same, own)


def _taken(*conditions: ColumnElement[bool], further: tuple[ColumnElement[Any], ...] = ()) -> CTE:
    return update(slots).values(_BUSY).where(*conditions).returning(*slots.c, *further).cte("taken")


def _by_slot() -> Select[Any]:
    return _booked(_taken(slots.c.id == SLOT, IS_TAKEABLE), CASE_REF)


def _by_hold() -> Select[Any]:
    case_ref = func.coalesce(holds.c.case_ref, CASE_REF).label("case_ref")
    same_case = case_ref == func.coalesce(CASE_REF, holds.c.case_ref)
    own = (holds.c.id == HOLD, holds.c.held_by == CALLER, holds.c.slot_id == slots.c.id, same_case)
    live = (slots.c.hold_id == HOLD, slots.c.held_until > NOW, slots.c.start_at > NOW)
    place = _taken(*own, *live, further=(case_ref,))
    confirmed = update(holds).values(ended=HoldEnd.CONFIRMED).where(holds.c.id == HOLD, place.c.id == holds.c.slot_id)
    return _booked(place, place.c.case_ref, confirmed.cte("confirmed"))


def _by_need(tele: Tele) -> Select[Any]:
    """The best place that no rival has locked at this instant, however many ask at once.

    Of one and the same instant are: whether any was free, and what the key stood for. So a place that a request took
    before is never missed by its repetition: it is free still, or the key is known.
    """
    best = best_places(tele, walk_in=False)
    rank = (best.c.turn, best.c.cost, best.c.start_at, best.c.id)
    free = select(slots.c.id).join(best, best.c.id == slots.c.id).where(IS_TAKEABLE).order_by(*rank).limit(1)
    chosen = free.with_for_update(of=slots, skip_locked=True).cte("chosen")
    booked = _booked(_taken(slots.c.id == chosen.c.id, IS_TAKEABLE), CASE_REF).subquery("of_need")
    used = key_used(booked)
    any_free = exists().select_from(best).label("any_free")
    always = select(literal_column("1").label("one")).subquery("always")
    return select(*booked.c, *used.c, any_free).select_from(always.outerjoin(booked, true()).outerjoin(used, true()))


def _none_left(tele: Tele) -> Select[Any]:
    """Whether a place is free for the need, and which of these keys were used: as of one instant."""
    best = best_places(tele, walk_in=False)
    any_free = exists().select_from(best).label("any_free")
    given_keys = func.unnest(CALLERS, KEYS).table_valued("caller", "key").render_derived("given_keys")
    same = and_(keys.c.caller == given_keys.c.caller, keys.c.key == given_keys.c.key)
    used = select(keys.c.caller, keys.c.key).select_from(given_keys.join(keys, same)).subquery("used")
    always = select(literal_column("1").label("one")).subquery("always")
    return select(any_free, *used.c).select_from(always.outerjoin(used, true()))


_NONE_LEFT = {tele: Statement(_none_left(tele)) for tele in Tele}
_BY_SLOT, _BY_HOLD = Statement(_by_slot()), Statement(_by_hold())
_BY_NEED = {tele: Statement(_by_need(tele)) for tele in Tele}


async def book_slot(way: Way, named: PlaceNamed, *, caller: Caller, now: datetime, keyed: Keyed | None) -> Booking:
    """Raises NotFound, IdempotencyKeyReused, and the Conflict that forbids to take the place."""
    place = given(slot=named.slot, case_ref=named.case_ref, usual_gp=named.usual_gp_rpps, now=now)

    async def refuse(_: Row | None) -> None:
        await refuse_unless_free(way, named.slot, now=now)

    creation = _creation(way, _BY_SLOT, place | _of(caller, named.origin), refuse)
    return await create_once(way, creation, caller=caller, keyed=keyed)


async def book_held(way: Way, held: PlaceHeld, *, caller: Caller, now: datetime, keyed: Keyed | None) -> Booking:
    """Raises Invalid, NotFound, IdempotencyKeyReused, HoldExpired, and SlotBegun when the place began meanwhile."""

    async def refuse(_: Row | None) -> None:
        hold = await get_hold(way, held.hold, caller=caller)
        if hold.end_by(now):
            raise ended_hold(hold, now)
        hold.slot.refuse_if_begun(now=now)
        hold.refuse_other_case(held.case_ref)

    place = given(hold=held.hold, case_ref=held.case_ref, usual_gp=held.usual_gp_rpps, now=now)
    creation = _creation(way, _BY_HOLD, place | _of(caller, held.origin), refuse)
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
    creation = _creation(way, _BY_NEED[need.tele], place | _of(caller, needed.origin), refuse)
    return await create_once(way, replace(creation, tells_key=True), caller=caller, keyed=keyed)


async def used_though_none_left(
    way: Way, need: Need, asked_with: Collection[tuple[str, str]], *, now: datetime
) -> frozenset[tuple[str, str]] | None:
    """Where no place is free for the need, the keys of these (caller and key) that were used before; else None."""
    callers, known = [caller for caller, _ in asked_with], [key for _, key in asked_with]
    values = asked(need, now=now, limit=1) | given(callers=callers, keys=known)
    rows = await _NONE_LEFT[need.tele].rows(way, values)
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
