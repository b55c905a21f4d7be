"""The short way to PostgreSQL: what happens to its connections when something happens to them."""

import asyncio

import asyncpg
import psycopg
import pytest
from sqlalchemy import select, text

from service.domain.errors import Unavailable
from service.storage.database import Database
from service.storage.parameters import LIMIT, NOW, given
from service.storage.statements import Statement
from tests.make_bookings import NOW as THEN

PID = "SELECT pg_backend_pid() AS pid"
CUT = "SELECT pg_terminate_backend(%s, 5000)"


@pytest.fixture
async def direct(database_url):
    """One connection, for all."""
    async with Database(database_url, direct_size=1) as database:
        yield database.direct


async def pid(direct):
    [row] = await direct.fetch(PID, [])
    return row["pid"]


async def test_a_connection_is_used_again(direct):
    assert await pid(direct) == await pid(direct)


async def test_a_statement_is_prepared_once_however_long_it_is(direct):
    """Planned anew each time, a booking by need takes three times as long."""
    long = f"SELECT 1 AS one /* {'long' * 10_000} */"
    for _ in range(2):
        await direct.fetch(long, [])
    kept = "SELECT generic_plans + custom_plans AS runs FROM pg_prepared_statements WHERE length(statement) > 40000"
    assert [row["runs"] for row in await direct.fetch(kept, [])] == [2]


async def test_a_connection_that_was_cut_while_idle_is_replaced(direct, database_url):
    with psycopg.connect(database_url, autocommit=True) as other:
        other.execute(CUT, [await pid(direct)])
    for _ in range(2):
        try:
            await pid(direct)
        except Unavailable:
            continue
    assert await pid(direct)


async def test_a_statement_given_up_leaves_nothing_for_the_next(direct):
    was = await pid(direct)
    waiting = asyncio.create_task(direct.fetch("SELECT pg_sleep(60)", []))
    await asyncio.wait([waiting], timeout=0.1)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert await pid(direct) != was


@pytest.fixture
async def hasty(database_url):
    """Two connections, and a fifth of a second for each step."""
    async with Database(database_url, direct_size=2, direct_patience_seconds=0.2) as database:
        yield database.direct


async def test_a_statement_that_takes_too_long_is_stopped_and_no_connection_used_again(hasty, database_url):
    were = {
        await pid(hasty),
        *[row["pid"] for [row] in await asyncio.gather(*(hasty.fetch(PID, []) for _ in range(2)))],
    }
    with pytest.raises(Unavailable):
        await hasty.fetch("SELECT pg_sleep(60)", [])
    assert await pid(hasty) not in were
    with psycopg.connect(database_url, autocommit=True) as other:
        while other.execute("SELECT FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%'").rowcount:
            pass


async def test_nobody_waits_too_long_for_a_connection(hasty):
    holders = [asyncio.create_task(hasty.fetch("SELECT pg_sleep(0.15)", [])) for _ in range(4)]
    await asyncio.sleep(0)
    with pytest.raises(Unavailable):
        await hasty.fetch(PID, [])
    await asyncio.gather(*holders)
    assert await pid(hasty)


async def test_a_mistake_of_ours_is_none_of_the_database(direct):
    with pytest.raises(asyncpg.UndefinedTableError):
        await direct.fetch("SELECT FROM nowhere", [])
    assert await pid(direct)


async def test_no_database_is_said_to_be_out_of_reach():
    async with Database("postgresql://postgres@127.0.0.1:1/none") as database:
        with pytest.raises(Unavailable):
            await database.direct.fetch(PID, [])


async def test_the_server_looks_after_a_caller_that_vanished(database):
    """By a socket of this machine nobody vanishes, so what was asked for is all that can be seen."""
    asked = "SELECT reset_val FROM pg_settings WHERE name = 'tcp_keepalives_idle'"
    [row] = await database.direct.fetch(asked, [])
    async with database.statement() as connection:
        assert (row["reset_val"], (await connection.execute(text(asked))).scalar_one()) == ("30", "30")


async def test_a_statement_goes_either_way_and_asks_for_all_its_values(database):
    statement = Statement(select(NOW.label("now"), LIMIT.label("limit")))
    values = given(now=THEN, limit=3)
    async with database.statement() as connection:
        for way in (database.direct, connection):
            assert dict(await statement.row(way, values) or {}) == {"now": THEN, "limit": 3}
    with pytest.raises(KeyError):
        statement.arguments(given(now=THEN))
