"""All of France on one machine: a steady load of searches and bookings, and the search alone among a million places."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import cycle, islice
from typing import Any
from urllib.parse import urlencode

import asyncpg
from sqlalchemy import ARRAY, Uuid, any_, bindparam

from benchmarks import aims, serving
from benchmarks.booking import booking_requests, check
from benchmarks.load import Load, fast_answers_to, request, tool
from benchmarks.measuring import Effort, middle
from benchmarks.nation import WHAT, Nation, make_nation
from benchmarks.report import Row, Table
from benchmarks.serving import Server
from benchmarks.stands import MANY
from benchmarks.steady import Kept, Stream, keep_up
from benchmarks.territory_map import Degrees
from benchmarks.trips import Trips, shortest, trips
from service.domain.geography import Point
from service.domain.needs import Need, Tele
from service.storage.database import DIRECT_SESSION
from service.storage.offers import SEARCHES, asked
from service.storage.places import slots, told
from service.storage.statements import Statement

SEARCHES_A_SECOND, BOOKINGS_A_SECOND = 100, 20
"""A second, in all of France."""
DAYS, FOUND = 2, 20
_TRIPS = 1000
_BY_ID = Statement(told(slots).where(slots.c.id == any_(bindparam("ids", type_=ARRAY(Uuid())))))
"""What it takes to hand over an answer, with nothing to find."""
_WARM_UP_SECONDS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stand:
    url: str
    nation: Nation
    product: Server


@contextmanager
def _stand() -> Iterator[_Stand]:
    with serving.postgres_url() as url:
        nation = asyncio.run(make_nation(url))
        with serving.product(url) as product:
            yield _Stand(url=url, nation=nation, product=product)


def measure(effort: Effort) -> Sequence[Table]:
    """The steady load of a nation, for as many seconds as asked."""
    with _stand() as here:
        streams = {
            "search": Stream(requests=_searches(here.nation, here.nation.points), per_second=SEARCHES_A_SECOND),
            "book": Stream(requests=_bookings(here.nation, effort.seconds), per_second=BOOKINGS_A_SECOND),
        }
        warm = {"search": Stream(requests=streams["search"].requests[::-1], per_second=SEARCHES_A_SECOND)}
        keep_up(here.product.port, warm, seconds=_WARM_UP_SECONDS)
        kept = keep_up(here.product.port, streams, seconds=effort.seconds)
        asyncio.run(check(here.url, kept["book"].by_status.get("201", 0)))
    rows = [*(_row(name, streams[name], kept[name]) for name in kept), *(_errors(name, kept[name]) for name in kept)]
    note = f"{effort.seconds:g} s; {WHAT}. As many bookings as answers, places taken, keys and events; no place twice."
    return [Table(title="All of France", rows=rows, notes=(note,))]


def _row(name: str, stream: Stream, kept: Kept) -> Row:
    row = aims.at_most(f"{name}, {stream.per_second:g} a second: p99 ms", kept.p99_ms, 100)
    return {**row, "p50 ms": kept.p50_ms, "p95 ms": kept.p95_ms}


def _errors(name: str, kept: Kept) -> Row:
    wrong = {status: count for status, count in kept.by_status.items() if status not in {"200", "201"}}
    told = ", ".join(f"{count} of {status}" for status, count in wrong.items())
    aim = f"{name}: errors among {sum(kept.by_status.values())} answers{told and f' ({told})'}"
    row = aims.exactly(aim, sum(wrong.values()), 0)
    return {**row, "p50 ms": None, "p95 ms": None}


def measure_search(effort: Effort) -> Sequence[Table]:
    """The search in PostgreSQL beside the shortest round trip, and over HTTP at half of what the server can do."""
    with _stand() as here:
        rounds = [asyncio.run(_in_database(here)) for _ in range(effort.repeats)]
        near, none = (_searches(here.nation, points) for points in (here.nation.points, here.nation.empty))
        at_half = {
            name: [_at_half(here.product, all_, effort) for _ in range(effort.repeats)]
            for name, all_ in (("places near", near), ("nothing free nearby", none))
        }
    rows = [
        aims.at_most(
            f"in PostgreSQL, {name}: p99 ÷ p99 of SELECT 1",
            middle(each[name].p99_ms / each["SELECT 1"].p99_ms for each in rounds),
            5,
        )
        for name in ("places near", "nothing free nearby")
    ]
    rows += [
        aims.at_most(f"over HTTP at half load, {name}: p95 ms", middle(each.p95_ms for each in found), 15)
        for name, found in at_half.items()
    ]
    told = "; ".join(
        f"{name} p50 {middle(each[name].p50_ms for each in rounds)} ms, "
        f"p99 {middle(each[name].p99_ms for each in rounds)} ms"
        for name in rounds[0]
    )
    note = f"{WHAT}. In PostgreSQL, warm, one client: {told}. Load by {tool()}, medians of {effort.repeats}."
    return [Table(title="Search among a million places", rows=rows, notes=(note,))]


async def _in_database(here: _Stand) -> Mapping[str, Trips]:
    connection = await asyncpg.connect(here.url, server_settings=DIRECT_SESSION)
    statement, now = SEARCHES[Tele.NEVER], datetime.now(UTC)
    found = {"SELECT 1": await shortest(here.url)}
    for name, points in (("places near", here.nation.points), ("nothing free nearby", here.nation.empty)):
        needs = (Need(near=Point(*point), window=here.nation.days(DAYS)) for point in islice(cycle(points), _TRIPS))
        values = [statement.arguments(asked(need, now=now, limit=FOUND)) for need in needs]
        found[name] = await _warm_trips(connection, statement.text, values)
        if name == "places near":
            places = [[row["id"] for row in await connection.fetch(statement.text, *each)] for each in values]
            found["the same places by id"] = await _warm_trips(
                connection, _BY_ID.text, [_BY_ID.arguments({"ids": ids}) for ids in places]
            )
    await connection.close()
    return found


async def _warm_trips(connection: asyncpg.Connection, sql: str, arguments: Sequence[Sequence[Any]]) -> Trips:
    await trips(connection, sql, arguments)
    return await trips(connection, sql, arguments)


def _at_half(product: Server, requests: Sequence[str], effort: Effort) -> Kept:
    load = Load(port=product.port, requests=requests, connections=MANY, seconds=effort.seconds, again=True)
    fast_answers_to(load)
    full = fast_answers_to(load)
    rate = full.only(200) / full.seconds / 2
    return keep_up(product.port, {"search": Stream(requests=requests, per_second=rate)}, seconds=effort.seconds)[
        "search"
    ]


def _searches(nation: Nation, points: Sequence[Degrees]) -> list[str]:
    window = nation.days(DAYS)
    times = {"from": window.start.isoformat(), "until": window.end.isoformat()}
    queries = ({"near": f"{lat},{lon}", **times, "limit": FOUND} for lat, lon in points)
    bearer = f"Bearer {serving.ADMIN_TOKEN}"
    return [request("GET", f"/v1/slots?{urlencode(query)}", authorization=bearer) for query in queries]


def _bookings(nation: Nation, seconds: float) -> list[str]:
    needed = min(len(nation.bookable), round(BOOKINGS_A_SECOND * seconds) + 1)
    return list(booking_requests([{"slot": slot} for slot in nation.bookable], most=needed))
