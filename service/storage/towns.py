"""Postal code and town of places, for whoever has to find the way there."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy import select, tuple_

from service.domain.bookings import Slot, Venue
from service.storage.nearby import communes
from service.storage.places import practices, stop_on
from service.storage.statements import Connected


async def with_towns(connection: Connected, places: Sequence[tuple[Slot, Venue]]) -> Sequence[Venue]:
    """The venues, each address followed by where it is; as it was where that is not known, or said already."""
    sites = {(slot.territory, slot.practice) for slot, _ in places}
    found = select(practices.c.territory_id, practices.c.id, practices.c.insee, practices.c.stops)
    theirs = found.where(tuple_(practices.c.territory_id, practices.c.id).in_(sites))
    site = {(row.territory_id, row.id): row for row in await connection.execute(theirs)}
    codes = []
    for slot, venue in places:
        practice = site[slot.territory, slot.practice]
        stop = stop_on(practice.stops, slot.time.start.astimezone(venue.zone).date())
        codes.append((slot.territory, stop.insee if stop else practice.insee))
    towns = await _towns(connection, {(territory, insee) for territory, insee in codes if insee})
    return [_there(venue, towns.get(code)) for (_, venue), code in zip(places, codes, strict=True)]


async def _towns(connection: Connected, codes: set[tuple[str, str]]) -> Mapping[tuple[str, str | None], str]:
    found = select(communes.c.territory_id, communes.c.insee, communes.c.postal_code, communes.c.name)
    rows = await connection.execute(found.where(tuple_(communes.c.territory_id, communes.c.insee).in_(codes)))
    return {(row.territory_id, row.insee): f"{row.postal_code} {row.name}" for row in rows}


def _there(venue: Venue, town: str | None) -> Venue:
    if town is None or town in venue.address_line:
        return venue
    return replace(venue, address_line=f"{venue.address_line}, {town}")
