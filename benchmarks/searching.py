"""Search: the best free places near a commune in two days, over HTTP, beside the same statement in PostgreSQL alone."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from urllib.parse import urlencode

from benchmarks import serving
from benchmarks.load import request
from benchmarks.measuring import Effort
from benchmarks.offered import Offered
from benchmarks.pgbench import caught
from benchmarks.report import Table
from benchmarks.stands import Subject, beside_limits, stand
from benchmarks.territory_map import Degrees
from service.domain.geography import Point
from service.domain.needs import Need
from service.storage.database import Database
from service.storage.offers import search_offers

DAYS, FOUND = 2, 20
"""In which a place is sought, and places that an answer names at most."""


def measure(effort: Effort) -> Sequence[Table]:
    with stand() as here:
        subject = Subject(
            title=f"Search: {FOUND} places at most, {DAYS} days ahead",
            name="GET /v1/slots",
            requests=searches(here.offered),
            status=200,
            sql=asyncio.run(search_sql(here.url, here.offered)),
        )
        return [beside_limits(subject, here, effort)]


async def search_sql(url: str, offered: Offered) -> str:
    """The statement of a search, its point taken from a table by `:n`."""
    lat, lon = offered.points[0]
    need = Need(near=Point(lat, lon), window=offered.days(DAYS))
    async with Database(url) as database:
        with caught(database) as statements:
            await search_offers(database.direct, need, now=datetime.now(UTC), limit=FOUND)
    (statement,) = statements
    return statement.with_words(offered.point_by_number(statement, (lat, lon)))


def searches(offered: Offered) -> list[str]:
    """One for each point."""
    return [_search(offered, point) for point in offered.points]


def _search(offered: Offered, point: Degrees) -> str:
    window = offered.days(DAYS)
    times = {"from": window.start.isoformat(), "until": window.end.isoformat()}
    query = {"near": f"{point[0]},{point[1]}", **times, "limit": FOUND}
    return request("GET", f"/v1/slots?{urlencode(query)}", authorization=f"Bearer {serving.ADMIN_TOKEN}")
