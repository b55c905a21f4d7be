"""Two hundred clients at once after any of twenty places: twenty get one, all others a clean answer."""

import asyncio
from collections.abc import Sequence

import asyncpg

from benchmarks import aims
from benchmarks.booking import anew, booking_requests, check, free, named_sql, need_of, needed_sql
from benchmarks.load import Answered, Load, answers_to
from benchmarks.measuring import Effort, middle
from benchmarks.pgbench import CLIENTS, pace
from benchmarks.report import Row, Table
from benchmarks.stands import Stand, stand
from benchmarks.territory_map import Degrees

PLACES, CLIENTS_AT_ONCE = 20, 200
_OFFER = """
TRUNCATE bookings, holds, idempotency_keys, events CASCADE;
UPDATE slots SET state = 'free', taken = 0, hold_id = NULL, held_until = NULL
    WHERE state <> 'free' AND id IN (SELECT slot FROM benchmark_places);
"""
_LEAVE = """
UPDATE slots SET state = 'withdrawn' WHERE state = 'free' AND id NOT IN
    (SELECT slot FROM benchmark_places JOIN slots ON id = slot WHERE abs(lat - $1) < 0.1 AND abs(lon - $2) < 0.1
        AND start_at BETWEEN $3 AND $4 AND modality = 'in_person' AND 'snp' = ANY (audiences)
        ORDER BY start_at, id LIMIT 20)
"""
_AMONG = "SELECT lat, lon FROM slots WHERE state = 'free' ORDER BY id LIMIT 1"


def measure(effort: Effort) -> Sequence[Table]:
    with stand() as here:
        point = asyncio.run(_somewhere(here))
        booking = asyncio.run(named_sql(here.url, here.offered))
        needed = asyncio.run(needed_sql(here.url, here.offered, point))
        asyncio.run(_leave(here, point))
        _once(here, point)
        rows = [_round(here, point, booking, needed, effort) for _ in range(effort.repeats)]
    booked, refused, others = (sum(int(str(row[name])) for row in rows) for name in ("201", "409", "others"))
    aimed = [
        aims.exactly("bookings a round", booked / len(rows), PLACES),
        aims.exactly("clean refusals a round", refused / len(rows), CLIENTS_AT_ONCE - PLACES),
        aims.exactly("other answers", others, 0),
        *(
            aims.at_least(f"rate ÷ PostgreSQL's of {what}", middle(float(str(row[f"÷ {what}"])) for row in rows), 0.5)
            for what in ("bookings", "refusals")
        ),
    ]
    note = (
        f"{CLIENTS_AT_ONCE} connections, one request each, sent at once. PostgreSQL by pgbench, {CLIENTS} clients, "
        f"{effort.seconds:g} s, each round: *bookings* of named places, a place each; *refusals*: the service's own "
        "statement on the same places, of which none is left nearly all of that time. No place twice."
    )
    return [Table(title="Any of twenty places", rows=rows), Table(title="Any: aims", rows=aimed, notes=(note,))]


def _round(here: Stand, point: Degrees, booking: str, needed: str, effort: Effort) -> Row:
    asyncio.run(_offer(here))
    booked = pace(here.url, booking, seconds=effort.seconds)
    asyncio.run(_leave(here, point))
    answered = _once(here, point)
    asyncio.run(free(here.url))
    refused = pace(here.url, needed, seconds=effort.seconds)
    rate = answered.count / answered.seconds
    known = {status: answered.by_status.get(status, 0) for status in ("201", "409")}
    return {
        **known,
        "others": answered.count - sum(known.values()),
        "per second": round(rate, 1),
        "p99 ms": answered.p99_ms,
        "PostgreSQL: bookings": booked.per_second,
        "÷ bookings": round(rate / booked.per_second, 3),
        "PostgreSQL: refusals": refused.per_second,
        "÷ refusals": round(rate / refused.per_second, 3),
    }


def _once(here: Stand, point: Degrees) -> Answered:
    asyncio.run(free(here.url))
    _warm_up(here, point)
    requests = list(booking_requests([{"need": need_of(here.offered, point)}], most=CLIENTS_AT_ONCE))
    load = Load(port=here.product.port, requests=requests, connections=CLIENTS_AT_ONCE, seconds=60, again=False)
    answered = answers_to(load)
    asyncio.run(check(here.url, answered.by_status.get("201", 0)))
    return answered


def _warm_up(here: Stand, point: Degrees) -> None:
    """Needs that nothing meets: having the places vacuumed makes every connection plan its statements anew."""
    too_late = {"from": here.offered.days(60).end.isoformat(), "until": here.offered.days(61).end.isoformat()}
    requests = list(booking_requests([{"need": need_of(here.offered, point) | too_late}], most=CLIENTS_AT_ONCE))
    load = Load(port=here.product.port, requests=requests, connections=32, seconds=60, again=False)
    answers_to(load).only(409)


async def _somewhere(here: Stand) -> Degrees:
    connection = await asyncpg.connect(here.url)
    lat, lon = await connection.fetchrow(_AMONG) or (0, 0)
    await connection.close()
    return lat, lon


async def _offer(here: Stand) -> None:
    """All places, as at first."""
    connection = await asyncpg.connect(here.url)
    await anew(connection, _OFFER)
    await connection.execute("VACUUM ANALYZE slots")
    await connection.close()


async def _leave(here: Stand, point: Degrees) -> None:
    """Twenty free places in all, near the point."""
    await _offer(here)
    connection = await asyncpg.connect(here.url)
    window = here.offered.days(7)
    await connection.execute(_LEAVE, *point, window.start, window.end)
    await connection.close()
