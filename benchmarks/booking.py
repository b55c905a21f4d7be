"""Booking: a place named, or the best for a need, over HTTP, beside the same statement in PostgreSQL alone."""

import asyncio
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import cycle, islice
from uuid import UUID, uuid4

import asyncpg

from benchmarks import aims, serving
from benchmarks.load import request
from benchmarks.measuring import Effort, middle
from benchmarks.offered import Offered
from benchmarks.pgbench import Statement, caught, pace
from benchmarks.report import Cell, Table
from benchmarks.stands import ALONE, FEW, Stand, Subject, beside_limits, stand
from benchmarks.territory_map import Degrees
from benchmarks.trips import SHORTEST, shortest
from service.domain.bookings import BookingId, Origin, SlotId
from service.domain.callers import Caller, Keyed
from service.domain.geography import Point
from service.domain.needs import CareRequest, Need, PlaceNamed, PlaceNeeded
from service.storage.bookings import Naming, Needing, book_needed, book_slot
from service.storage.database import Database
from service.storage.events import RELAY_LOCK

DAYS = 7
"""In which the best place is sought: enough places for every load."""
_QUIET_SECONDS = 0.2
Body = dict[str, object]
_CALLER = Caller(name="admin")
_FRESH = """
TRUNCATE bookings, holds, idempotency_keys, events CASCADE;
UPDATE slots SET state = 'free', taken = 0, hold_id = NULL, held_until = NULL WHERE state IN ('busy', 'held');
"""
_COUNTS = """
SELECT (SELECT count(*) FROM bookings) AS bookings,
       (SELECT count(DISTINCT slot_id) FROM bookings) AS places_booked,
       (SELECT count(*) FROM slots WHERE state = 'busy' AND taken = 1) AS places_busy,
       (SELECT count(*) FROM idempotency_keys) AS keys,
       (SELECT count(*) FROM events) AS events
"""


def measure(effort: Effort) -> Sequence[Table]:
    with stand() as here:
        named: list[Body] = [{"slot": slot} for slot in here.offered.bookable]
        needs: list[Body] = [{"need": need_of(here.offered, point)} for point in here.offered.points]
        by_name = asyncio.run(named_sql(here.url, here.offered))
        by_need = asyncio.run(needed_sql(here.url, here.offered))
        subjects = (
            _subject("Booking a place that is named", named, by_name, here),
            _subject(f"Booking the best place for a need, {DAYS} days ahead", needs, by_need, here),
        )
        shortest_ms = [asyncio.run(shortest(here.url)).p99_ms]
        tables = [beside_limits(subject, here, effort) for subject in subjects]
        shortest_ms.append(asyncio.run(shortest(here.url)).p99_ms)
        among_ms = pace(here.url, SHORTEST, seconds=effort.seconds, clients=FEW).p99_ms
    return [*tables, _aims(tables[0], middle(shortest_ms), among_ms)]


def _aims(named: Table, shortest_ms: float, among_ms: float) -> Table:
    """`shortest_ms`, `among_ms`: the 99th percentile of SELECT 1, by one client and by as many as we have."""
    many, few = (row for row in named.rows if str(row["what"]).startswith("POST"))
    [alone] = [row for row in named.rows if row["what"] == f"{ALONE}, {FEW} clients"]
    rows = [
        aims.at_least(f"{many['what']}: rate ÷ PostgreSQL's", _number(many["÷ PostgreSQL"]), 0.5),
        aims.at_most(f"{many['what']}: p99 ms", _number(many["p99 ms"]), 60),
        aims.at_most(f"{few['what']}: p99 ÷ p99 of SELECT 1", _number(few["p99 ms"]) / shortest_ms, 25),
    ]
    limit = round(_number(alone["p99 ms"]) / shortest_ms, 1)
    note = (
        f"A named place. SELECT 1, one at a time by asyncpg: p99 {shortest_ms} ms, before and after the loads."
        f" {alone['what']}: p99 ÷ p99 of SELECT 1 {limit}. SELECT 1 by pgbench with {FEW} clients: p99 {among_ms} ms;"
        f" {few['what']}: p99 ÷ that {round(_number(few['p99 ms']) / among_ms, 1)}."
    )
    return Table(title="Booking: aims", rows=rows, notes=(note,))


def _number(cell: Cell) -> float:
    return cell if isinstance(cell, int | float) else float("nan")


def _subject(title: str, bodies: Sequence[Body], sql: str, here: Stand) -> Subject:
    return Subject(
        title=title,
        name="POST /v1/bookings",
        requests=list(booking_requests(bodies, most=len(here.offered.bookable))),
        status=201,
        sql=sql,
        note="After each load there were as many bookings as answers, places taken, keys and events; no place twice.",
        again=False,
        before=lambda: asyncio.run(free(here.url)),
        after=lambda made, more: asyncio.run(check(here.url, made, more=more)),
    )


async def named_sql(url: str, offered: Offered) -> str:
    """The statement that books a place by name, its place taken from a table by `:n`."""
    slot = SlotId(UUID(offered.bookable[0]))
    named = PlaceNamed(slot=slot, case_ref="2026-0001", origin=Origin.SAS)
    keyed = _keyed()
    naming = Naming(named=named, caller=_CALLER, now=datetime.now(UTC), keyed=keyed)
    async with Database(url) as database:
        with caught(database) as statements:
            booking = await book_slot(database.direct, naming)
    (statement,) = statements
    place = "(SELECT slot FROM benchmark_places WHERE n = :n)"
    return statement.with_words(dict.fromkeys(statement.numbers_of(slot), place) | _anew(statement, booking.id, keyed))


async def needed_sql(url: str, offered: Offered, point: Degrees | None = None) -> str:
    """The statement that books the best place for a need at this point, else at one taken from a table by `:n`."""
    lat, lon = point or offered.points[0]
    need = Need(near=Point(lat, lon), window=offered.days(DAYS))
    needed = PlaceNeeded(request=CareRequest(near=need.near), case_ref="2026-0001", origin=Origin.SAS)
    keyed = _keyed()
    async with Database(url) as database:
        with caught(database) as statements:
            now = datetime.now(UTC)
            needing = Needing(needed=needed, need=need, caller=_CALLER, now=now, keyed=keyed)
            booking = await book_needed(database.direct, needing)
    (statement,) = statements
    points = {} if point else offered.point_by_number(statement, (lat, lon))
    return statement.with_words(points | _anew(statement, booking.id, keyed))


def need_of(offered: Offered, point: Degrees) -> Body:
    window = offered.days(DAYS)
    return {"near": f"{point[0]},{point[1]}", "from": window.start.isoformat(), "until": window.end.isoformat()}


def _keyed() -> Keyed:
    return Keyed(key=str(uuid4()), operation="POST /v1/bookings", request="0" * 64)


def _anew(statement: Statement, booking: BookingId, keyed: Keyed) -> dict[int, str]:
    """Ids and keys that no other has."""
    ids = dict.fromkeys(statement.numbers_of(booking), "gen_random_uuid()")
    return ids | dict.fromkeys(statement.numbers_of(keyed.key), "gen_random_uuid()::text")


def booking_requests(bodies: Sequence[Body], most: int) -> Iterator[str]:
    for number, body in enumerate(islice(cycle(bodies), most)):
        asked = body | {"case_ref": f"2026-{number}", "origin": "sas"}
        bearer = f"Bearer {serving.ADMIN_TOKEN}"
        yield request("POST", "/v1/bookings", asked, authorization=bearer, idempotency_key=str(uuid4()))


async def free(url: str) -> None:
    """Every place as it was at first, and on the disk, so that no load pays for the one before it."""
    connection = await asyncpg.connect(url)
    await anew(connection, _FRESH)
    await connection.execute("VACUUM ANALYZE slots")
    await connection.execute("CHECKPOINT")
    await connection.close()


async def anew(connection: asyncpg.Connection, sql: str) -> None:
    """While nobody hands events over: whoever does would hold some of the tables and wait for others."""
    async with connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock($1)", RELAY_LOCK)
        await connection.execute(sql)


async def _counts(connection: asyncpg.Connection) -> dict[str, int]:
    """After a while, in which a request under way is answered."""
    await asyncio.sleep(_QUIET_SECONDS)
    return dict(await connection.fetchrow(_COUNTS) or {})


async def check(url: str, made: int, *, more: int = 0) -> None:
    """Raises AssertionError when a place was booked twice, or a booking is lost or has no place.

    `more`: requests that were under way when their answers were no longer waited for, which are let end.
    """
    connection = await asyncpg.connect(url)
    counts = await _counts(connection)
    while counts != (counts := await _counts(connection)):
        pass
    await connection.close()
    if len(set(counts.values())) != 1 or not made <= counts["bookings"] <= made + more:
        raise AssertionError(f"{made} bookings were acknowledged, the database holds {counts}")
