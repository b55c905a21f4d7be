"""Whether the service can be used, and what is in the way when it cannot."""

from datetime import timedelta

import httpx
import pytest
from sqlalchemy import text

from service.storage import migrating
from service.storage.database import Database


@pytest.fixture
async def in_time(database, clock):
    """The application's clock shows what the database's does."""
    async with database.statement() as connection:
        clock.now = (await connection.execute(text("SELECT clock_timestamp()"))).scalar_one()


@pytest.fixture
async def at_work(database):
    """A worker that has just said that it lives."""
    async with database.transaction() as session:
        await session.execute(text("SELECT jobs.procrastinate_register_worker_v1()"))


async def silent(database, seconds):
    async with database.transaction() as session:
        await session.execute(
            text("UPDATE jobs.procrastinate_workers SET last_heartbeat = now() - make_interval(secs => :seconds)"),
            {"seconds": seconds},
        )


async def ready(client: httpx.AsyncClient) -> tuple[int, dict[str, object]]:
    answer = await client.get("/readyz")
    return answer.status_code, answer.json()


@pytest.mark.usefixtures("in_time", "at_work")
async def test_all_is_well(client):
    assert await ready(client) == (200, {"status": "ok", "down": [], "warnings": []})


@pytest.mark.parametrize(("seconds", "warnings"), [(9, []), (11, ["worker"])])
@pytest.mark.usefixtures("in_time", "at_work")
async def test_workers_silent_for_ten_seconds_are_missed(client, database, seconds, warnings):
    await silent(database, seconds)
    assert await ready(client) == (200, {"status": "ok", "down": [], "warnings": warnings})


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
async def test_a_probe_may_ask_for_the_head_alone(client, path):
    whole, head = await client.get(path), await client.head(path)
    assert (head.status_code, head.headers["content-type"]) == (200, whole.headers["content-type"])


async def test_a_database_that_is_gone_is_named(app, client):
    async with Database("postgresql://nobody@127.0.0.1:1/nothing") as gone:
        app.state.database = gone
        assert await ready(client) == (503, {"status": "unavailable", "down": ["database"], "warnings": []})


async def test_a_database_that_does_not_answer_in_time_is_gone(app, client, database_url):
    async with Database(database_url, pool_size=1) as busy, busy.statement():
        app.state.database = busy
        assert await ready(client) == (503, {"status": "unavailable", "down": ["database"], "warnings": []})


async def test_a_schema_older_than_the_code_is_named(client, database_url):
    migrating.downgrade(database_url, "0001")
    assert await ready(client) == (503, {"status": "unavailable", "down": ["schema"], "warnings": []})


async def test_a_database_without_a_schema_is_named(client, database):
    async with database.transaction() as session:
        await session.execute(text("DROP TABLE alembic_version"))
    assert await ready(client) == (503, {"status": "unavailable", "down": ["schema"], "warnings": []})


@pytest.mark.parametrize(("seconds", "warnings"), [(-3, ["clock"]), (1, []), (3, ["clock"])])
@pytest.mark.usefixtures("in_time", "at_work")
async def test_clocks_that_differ_by_more_than_two_seconds_are_seen(client, clock, seconds, warnings):
    clock.now += timedelta(seconds=seconds)
    assert await ready(client) == (200, {"status": "ok", "down": [], "warnings": warnings})
    metrics = (await client.get("/metrics")).text
    skew = float(next(line for line in metrics.splitlines() if line.startswith("tourderole_clock_skew")).split()[-1])
    assert (skew > 2) is bool(warnings)


async def test_a_server_about_to_stop_wants_no_more_requests(app, client):
    app.state.is_draining = True
    try:
        assert await ready(client) == (503, {"status": "draining", "down": [], "warnings": []})
        assert (await client.get("/healthz")).status_code == 200
    finally:
        app.state.is_draining = False
