"""Two hundred clients at once after any of twenty places: twenty get one, all others a clean answer."""

import asyncio
from collections.abc import Sequence

import asyncpg

from benchmarks import aims
from benchmarks.booking import booking_requests, check, free, need_of, needed_sql
from benchmarks.load import Answered, Load, answers_to
from benchmarks.measuring import Effort, middle
from benchmarks.pgbench import CLIENTS, pace
from benchmarks.report import Row, Table
from benchmarks.stands import Stand, stand

PLACES, CLIENTS_AT_ONCE = 20, 200
_LEAVE = """
UPDATE slots SET state = 'withdrawn' WHERE state = 'free' AND id NOT IN
    (SELECT slot FROM benchmark_places JOIN slots ON id = slot WHERE abs(lat - $1) < 0.1 AND abs(lon - $2) < 0.1
        AND start_at BETWEEN $3 AND $4 AND modality = 'in_person' AND 'snp' = ANY (audiences)
        ORDER BY start_at, id LIMIT 20)
"""
_AMONG = "SELECT lat, lon FROM slots WHERE state = 'free' ORDER BY id LIMIT 1"


def measure(effort: Effort) -> Sequence[Table]:
    with stand() as here:
        point = asyncio.run(_leave(here))
        sql = asyncio.run(needed_sql(here.url, here.offered, point))
        _once(here, point)
        rows = [_round(here, point, sql, effort) for _ in range(effort.repeats)]
    booked, refused, others = (sum(int(str(row[name])) for row in rows) for name in ("201", "409", "others"))
    aimed = [
        aims.exactly("bookings a round", booked / len(rows), PLACES),
        aims.exactly("clean refusals a round", refused / len(rows), CLIENTS_AT_ONCE - PLACES),
        aims.exactly("other answers", others, 0),
        aims.at_least("rate ÷ PostgreSQL's", middle(float(str(row["÷ PostgreSQL"])) for row in rows), 0.5),
    ]
    note = (
        f"{CLIENTS_AT_ONCE} connections, one request each, sent at once. PostgreSQL: the same statement on the same "
        f"places by pgbench, {CLIENTS} clients, {effort.seconds:g} s, most of it when none is left. No place twice."
    )
    return [Table(title="Any of twenty places", rows=rows), Table(title="Any: aims", rows=aimed, notes=(note,))]


def _round(here: Stand, point: tuple[float, float], sql: str, effort: Effort) -> Row:
    answered = _once(here, point)
    asyncio.run(free(here.url))
    alone = pace(here.url, sql, seconds=effort.seconds)
    rate = answered.count / answered.seconds
    known = {status: answered.by_status.get(status, 0) for status in ("201", "409")}
    return {
        **known,
        "others": answered.count - sum(known.values()),
        "per second": round(rate, 1),
        "p99 ms": answered.p99_ms,
        "PostgreSQL per second": alone.per_second,
        "÷ PostgreSQL": round(rate / alone.per_second, 3),
    }


def _once(here: Stand, point: tuple[float, float]) -> Answered:
    asyncio.run(free(here.url))
    requests = list(booking_requests([{"need": need_of(here.offered, point)}], most=CLIENTS_AT_ONCE))
    load = Load(port=here.product.port, requests=requests, connections=CLIENTS_AT_ONCE, seconds=60, again=False)
    answered = answers_to(load)
    asyncio.run(check(here.url, answered.by_status.get("201", 0)))
    return answered


async def _leave(here: Stand) -> tuple[float, float]:
    """Twenty free places in all, near the point."""
    connection = await asyncpg.connect(here.url)
    lat, lon = await connection.fetchrow(_AMONG) or (0, 0)
    window = here.offered.days(7)
    await connection.execute(_LEAVE, lat, lon, window.start, window.end)
    await connection.close()
    return lat, lon
