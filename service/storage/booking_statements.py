"""The statements that book: each takes places, writes bookings, keys and events together, and tells what it made."""

from dataclasses import replace
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    FromClause,
    Integer,
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

from service.domain.bookings import BookingStatus, HoldEnd, SlotState
from service.domain.events import EventType
from service.domain.needs import Tele
from service.storage.booking_rows import OF_BOOKING, bookings
from service.storage.events import booking_told
from service.storage.holds import holds
from service.storage.once import key_used, keys, remembered
from service.storage.parameters import (
    ASKED,
    BY_ITSELF,
    CALLER,
    CASE_REF,
    HOLD,
    NOW,
    SLOT,
    Asked,
    asked_by_many,
)
from service.storage.places import IS_TAKEABLE, practitioners, slots, told, words
from service.storage.ranking import best_places
from service.storage.statements import Statement

_EVENT = words(EventType.BOOKING_BOOKED)[0]
_BUSY = {"state": SlotState.BUSY, "taken": 1, "hold_id": None, "held_until": None}


def _booked(place: CTE, by: Asked, *others: CTE) -> Select[Any]:
    """The places taken become bookings, and are told."""
    row = {
        "id": by.new_id,
        "slot_id": place.c.id,
        "slot_start_at": place.c.start_at,
        "territory_id": place.c.territory_id,
        "case_ref": by.case_ref,
        "origin": by.origin,
        "booked_by": by.caller,
        "regulator_id": by.regulator,
        "booked_at": by.now,
        "placed_at": by.now,
        "status": literal_column(f"'{BookingStatus.BOOKED}'"),
        "status_at": by.now,
        "supplement_eligible": ~_is_with_usual_gp(place, by),
        "version": literal_column("1"),
    }
    made = insert(bookings).from_select(list(row), select(*row.values()).select_from(place))
    booked = made.returning(*OF_BOOKING, bookings.c.slot_id).cte("booked")
    event = booking_told(_EVENT, booked, place, at=booked.c.booked_at).cte("told")
    of_booking = [booked.c[column.name] for column in OF_BOOKING]
    of_place = booked.c.slot_id == place.c.id
    return told(place, *of_booking).join(booked, of_place).add_cte(remembered(place, by), event, *others)


def _is_with_usual_gp(place: CTE, by: Asked) -> ColumnElement[bool]:
    """The patient's own GP receives, or somebody of his or her practice."""
    same = and_(practitioners.c.territory_id == place.c.territory_id, practitioners.c.rpps == by.usual_gp)
    own = or_(practitioners.c.id == place.c.practitioner_id, practitioners.c.home_practice == place.c.practice_id)
    return exists().where(same, own)


def _taken(*conditions: ColumnElement[bool], further: tuple[ColumnElement[Any], ...] = ()) -> CTE:
    return update(slots).values(_BUSY).where(*conditions).returning(*slots.c, *further).cte("taken")


def _by_slot() -> Select[Any]:
    return _booked(_taken(slots.c.id == SLOT, IS_TAKEABLE), BY_ITSELF)


def _by_slots() -> Select[Any]:
    """Several at once, each by its own request: those that are free, that nobody has locked, and whose key is new.

    It waits for nobody, so that no request is in the way of the others.
    """
    asked = asked_by_many()
    free = select(*asked.c).join(slots, slots.c.id == asked.c.slot).where(IS_TAKEABLE, ~_is_known(asked))
    chosen = free.with_for_update(of=slots, skip_locked=True).cte("chosen")
    taken = _taken(slots.c.id == chosen.c.slot, IS_TAKEABLE, further=_own(chosen))
    return _booked(taken, Asked.of(taken))


def _is_known(asked: FromClause) -> ColumnElement[bool]:
    """Its key was used before."""
    return exists().where(keys.c.caller == asked.c.caller, keys.c.key == asked.c.key)


def _own(asked: FromClause) -> tuple[ColumnElement[Any], ...]:
    return tuple(asked.c[name] for name in ASKED)


def _by_hold() -> Select[Any]:
    case_ref = func.coalesce(holds.c.case_ref, CASE_REF).label("case_ref")
    same_case = case_ref == func.coalesce(CASE_REF, holds.c.case_ref)
    own = (holds.c.id == HOLD, holds.c.held_by == CALLER, holds.c.slot_id == slots.c.id, same_case)
    live = (slots.c.hold_id == HOLD, slots.c.held_until > NOW, slots.c.start_at > NOW)
    place = _taken(*own, *live, further=(case_ref,))
    confirmed = update(holds).values(ended=HoldEnd.CONFIRMED).where(holds.c.id == HOLD, place.c.id == holds.c.slot_id)
    return _booked(place, replace(BY_ITSELF, case_ref=place.c.case_ref), confirmed.cte("confirmed"))


def _by_need(tele: Tele) -> Select[Any]:
    """The best place that no rival has locked at this instant, however many ask at once.

    Of one and the same instant are: whether any was free, and what the key stood for. So a place that a request took
    before is never missed by its repetition: it is free still, or the key is known.
    """
    best = best_places(tele, walk_in=False)
    locked = _locked(best, literal_column("1", Integer))
    booked = _booked(_taken(slots.c.id == locked.c.id, IS_TAKEABLE), BY_ITSELF).subquery("of_need")
    used = key_used(booked)
    any_free = exists().select_from(best).label("any_free")
    always = select(literal_column("1").label("one")).subquery("always")
    return select(*booked.c, *used.c, any_free).select_from(always.outerjoin(booked, true()).outerjoin(used, true()))


def _by_needs(tele: Tele) -> Select[Any]:
    """For several with the same need, a row each: the best places that no rival has locked, in turn.

    Of one and the same instant are: which places were free, and which keys known. `any_left`: whether any of those
    places is left after this statement; where none is, there is none for whoever got nothing with a new key.
    """
    asked = asked_by_many()
    each = select(*asked.c, _is_known(asked).label("is_known")).cte("each")
    turn = func.row_number().over(order_by=each.c.number).label("turn")
    fresh = select(*_own(each), turn).where(~each.c.is_known).cte("fresh")
    best = best_places(tele, walk_in=False)
    chosen = _in_turn(_locked(best, _count(fresh)))
    taken = _taken(slots.c.id == chosen.c.id, chosen.c.turn == fresh.c.turn, IS_TAKEABLE, further=_own(fresh))
    booked = _booked(taken, Asked.of(taken)).subquery("of_needs")
    any_left = (_count(best) > _count(chosen)).label("any_left")
    told = select(each.c.number, each.c.is_known, any_left, *booked.c)
    return told.select_from(each.outerjoin(booked, booked.c.booking_id == each.c.new_id))


def _locked(best: CTE, count: ColumnElement[int]) -> CTE:
    """So many of the best at most, without those that a rival has locked."""
    rank = (best.c.turn, best.c.cost, best.c.start_at, best.c.id)
    free = select(*rank).join(slots, best.c.id == slots.c.id).where(IS_TAKEABLE).order_by(*rank).limit(count)
    return free.with_for_update(of=slots, skip_locked=True).cte("locked")


def _in_turn(locked: CTE) -> CTE:
    """Each with the `turn` that it is given in."""
    in_order = func.row_number().over(order_by=(locked.c.turn, locked.c.cost, locked.c.start_at, locked.c.id))
    return select(locked.c.id, in_order.label("turn")).cte("chosen")


def _count(rows: CTE) -> ColumnElement[int]:
    return select(func.count()).select_from(rows).scalar_subquery()


BY_SLOT, BY_SLOTS, BY_HOLD = Statement(_by_slot()), Statement(_by_slots()), Statement(_by_hold())
BY_NEED = {tele: Statement(_by_need(tele)) for tele in Tele}
BY_NEEDS = {tele: Statement(_by_needs(tele)) for tele in Tele}
