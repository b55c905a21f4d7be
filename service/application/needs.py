"""What every use case does that starts from a need: understand it, and explain that nothing meets it."""

from datetime import datetime
from zoneinfo import ZoneInfo

from service.domain.errors import Fault, Invalid
from service.domain.explanations import Explanation, Reason, explain
from service.domain.needs import CareRequest, Need
from service.storage.database import Database
from service.storage.supply import find_circumstances, find_locality

_ANY_ZONE = ZoneInfo("UTC")


async def understand(database: Database, request: CareRequest, *, now: datetime) -> Need:
    """The need in instants; wall time is that of the territory. Raises Invalid."""
    if not request.is_in_wall_time:
        return request.need(now=now, zone=_ANY_ZONE)
    async with database.transaction() as session:
        locality = await find_locality(session, request.near)
    if locality is None:
        raise Invalid(
            Fault(path="from", code="time.zone_unknown", message="no territory is near", hint="give an offset")
        )
    return request.need(now=now, zone=locality.territory.zone)


async def why_none(database: Database, need: Need, *, now: datetime, to_book: bool = False) -> tuple[Explanation, ...]:
    """Why nothing was found. Raises Invalid when the commune is unknown."""
    async with database.transaction() as session:
        locality = await find_locality(session, need.near)
        if locality is None:
            return (Explanation(code=Reason.NOTHING_PUBLISHED),)
        return explain(
            need, await find_circumstances(session, database.direct, need, locality, now=now, to_book=to_book)
        )
