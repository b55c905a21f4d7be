"""The search for free places: one statement that ranks them, best first."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select

from service.domain.calendar import Interval
from service.domain.geography import Point
from service.domain.needs import Need, Tele
from service.domain.offers import Offer
from service.domain.ranking import Turn
from service.storage.parameters import given
from service.storage.places import slot_of, slots, told, venue_of
from service.storage.ranking import best_places, first_start
from service.storage.statements import Row, Statement, Way


def search_statement(tele: Tele) -> Select[Any]:
    """The places with all that a caller is told of them."""
    best = best_places(tele, walk_in=True)
    costs = (
        best.c.distance_km,
        best.c.travel_minutes,
        best.c.waiting_minutes,
        best.c.cost,
        best.c.turn,
        best.c.is_kept,
    )
    found = told(slots, *costs).join(best, best.c.id == slots.c.id)
    return found.order_by(best.c.turn, best.c.cost, best.c.start_at, best.c.id)


SEARCHES = {tele: Statement(search_statement(tele)) for tele in Tele}


_NEXT_START = {
    (tele, walk_in): Statement(first_start(tele, walk_in=walk_in)) for tele in Tele for walk_in in (False, True)
}
HORIZON = timedelta(days=60)
"""How far ahead the next opening is looked for: further than rosters are published."""


def asked(need: Need, *, now: datetime, limit: int) -> dict[str, Any]:
    """The parameters of a statement that ranks places."""
    here = need.near if isinstance(need.near, Point) else None
    return given(
        insee=None if here else need.near,
        lat=here and here.lat,
        lon=here and here.lon,
        start=max(need.window.start, now),
        end=need.window.end,
        now=now,
        modality=need.modality,
        audience=need.audience,
        usual_gp=need.usual_gp_rpps,
        limit=limit,
    )


async def search_offers(way: Way, need: Need, *, now: datetime, limit: int) -> tuple[Offer, ...]:
    """At most `limit` free places that meet the need, best first; none when the commune is unknown, too."""
    rows = await SEARCHES[need.tele].rows(way, asked(need, now=now, limit=limit))
    return tuple(map(_offer_of, rows))


def _offer_of(row: Row) -> Offer:
    slot = slot_of(row)
    return Offer(
        slot=slot,
        venue=venue_of(row),
        distance_km=row["distance_km"],
        travel_minutes=row["travel_minutes"],
        waiting_minutes=row["waiting_minutes"],
        cost=row["cost"],
        supplement_eligible=row["turn"] == Turn.OTHERS,
        kept=slot.kept if row["is_kept"] else None,
    )


async def next_start(way: Way, need: Need, *, now: datetime, walk_in: bool) -> datetime | None:
    """When the first free place begins that would do if the need could wait; walk-in sessions count if asked."""
    end = max(need.window.end, now)
    later = replace(need, window=Interval(start=end, end=end + HORIZON))
    statement = _NEXT_START[need.tele, walk_in]
    [first] = await statement.rows(way, asked(later, now=now, limit=1))
    start_at: datetime | None = first["start_at"]
    return start_at
