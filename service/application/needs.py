"""What every use case does that starts from a need: understand it, and explain that nothing meets it."""

from datetime import datetime
from zoneinfo import ZoneInfo

from service.domain.directory import Insee
from service.domain.errors import Invalid
from service.domain.explanations import Explanation, Locality, Reason, explain
from service.domain.faults import Fault
from service.domain.geography import Point
from service.domain.needs import CareRequest, Need
from service.storage.database import Database
from service.storage.directory import get_commune
from service.storage.supply import find_circumstances, find_locality

_ANY_ZONE = ZoneInfo("UTC")


async def understand(database: Database, request: CareRequest, *, now: datetime) -> Need:
    """The need in instants; wall time is that of the territory. Raises Invalid."""
    if not request.is_in_wall_time:
        return request.need(now=now, zone=_ANY_ZONE)
    locality = await _locality(database, request.near)
    if locality is None:
        raise Invalid(
            Fault(path="from", code="time.zone_unknown", message="no territory is near", hint="give an offset")
        )
    return request.need(now=now, zone=locality.territory.zone)


async def why_none(
    database: Database, request: CareRequest, need: Need, *, now: datetime, to_book: bool = False
) -> tuple[Explanation, ...]:
    """Why nothing was found; a rush for the same is told the same. Raises Invalid when the commune is unknown."""
    return await database.together.read((request, to_book), lambda: _why(database, need, now, to_book))


async def _why(database: Database, need: Need, now: datetime, to_book: bool) -> tuple[Explanation, ...]:
    locality = await _locality(database, need.near)
    if locality is None:
        return (Explanation(code=Reason.NOTHING_PUBLISHED),)
    return explain(need, await find_circumstances(database.direct, need, locality, now=now, to_book=to_book))


async def _locality(database: Database, near: Point | Insee) -> Locality | None:
    """None where nobody has communes. Raises Invalid (`commune.unknown`)."""
    locality = await find_locality(database.direct, near)
    if locality is None and not isinstance(near, Point):
        async with database.transaction() as session:
            await get_commune(session, near)
    return locality
