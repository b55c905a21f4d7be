"""A worker in this process: it solves what is asked, and what goes wrong is told."""

import asyncio

import asyncpg
from procrastinate import App, PsycopgConnector
from sqlalchemy import text

from service.application.rosters import list_versions, request_roster, stop_roster
from service.domain.answers import Outcome
from service.domain.roster_life import Solving
from service.worker.running import worker_beside
from service.worker.tasks import MAX_ATTEMPTS
from tests.rosters import ANNE, NOW, TERRITORY, W49, a_long_request, a_request
from tests.worker.watching import PATIENCE_SECONDS, history, searching, seen, solved, solvers, statuses


async def test_what_is_asked_is_solved(database):
    asked = await a_request(database)
    async with worker_beside(database, concurrency=1, solver_threads=1):
        await stop_roster(database, asked.id, caller=ANNE)
        roster = await solved(database, asked.id)
    assert (roster.solving, roster.version) == (Solving.SOLVED, 2)
    assert await statuses(database) == ["succeeded"]


async def test_a_stop_keeps_the_best_so_far(database):
    asked = await a_long_request(database)
    async with worker_beside(database, concurrency=1, solver_threads=1):
        await searching(database, asked.id)
        await stop_roster(database, asked.id, caller=ANNE)
        roster = await solved(database, asked.id)
    assert roster.worth().outcome is Outcome.FEASIBLE
    assert solvers() == []


async def test_a_draft_asked_for_again_is_solved_as_asked_last(database):
    asked = await a_long_request(database)
    async with worker_beside(database, concurrency=2, solver_threads=1):
        await searching(database, asked.id)
        again = await request_roster(
            database, TERRITORY, asked.weeks[:1], seed=1, seconds=1, caller=ANNE, now=NOW, expected_version=1
        )
        roster = await solved(database, asked.id)
    assert (roster.id, roster.version, roster.weeks) == (again.id, 3, asked.weeks[:1])
    assert await statuses(database) == ["succeeded", "succeeded"]


async def test_a_solver_that_dies_is_a_failure_that_says_so(database):
    asked = await a_long_request(database)
    async with worker_beside(database, concurrency=1, solver_threads=1):
        await searching(database, asked.id)
        [solver] = solvers()
        solver.kill()
        roster = await solved(database, asked.id)
    assert roster.failure == "the solver's process ended without an answer (status -9)"
    assert await statuses(database) == ["succeeded"]


async def test_a_fault_of_ours_is_a_failure_too_and_the_worker_goes_on(database):
    asked = await a_request(database)
    async with database.transaction() as session:
        await session.execute(text("UPDATE territories SET timezone = 'Nowhere/Land'"))
    async with worker_beside(database, concurrency=1, solver_threads=1):
        roster = await solved(database, asked.id)
        assert roster.failure == "an internal error: see the log"
        async with database.transaction() as session:
            await session.execute(text("UPDATE territories SET timezone = 'Europe/Paris'"))
        again = await request_roster(
            database, TERRITORY, (W49,), seed=1, seconds=0.5, caller=ANNE, now=NOW, expected_version=roster.version
        )
        assert (await solved(database, again.id)).solving is Solving.SOLVED
    assert await statuses(database) == ["failed", "succeeded"]


async def test_a_job_that_too_many_workers_died_of_is_given_up(database):
    asked = await a_request(database)
    async with database.transaction() as session:
        await session.execute(text("UPDATE jobs.procrastinate_jobs SET attempts = :most"), {"most": MAX_ATTEMPTS})
    async with worker_beside(database, concurrency=1, solver_threads=1):
        roster = await solved(database, asked.id)
    assert roster.failure == "interrupted too often"
    assert await statuses(database) == ["failed"]


async def test_an_operator_may_abort_a_job(database):
    asked = await a_long_request(database)
    async with worker_beside(database, concurrency=1, solver_threads=1):
        await searching(database, asked.id)
        connector = PsycopgConnector(conninfo=database.url, kwargs={"options": "-c search_path=jobs"})
        async with App(connector=connector).open_async() as app:
            await app.job_manager.cancel_job_by_id_async(1, abort=True)
        roster = await solved(database, asked.id)
    assert roster.failure == "stopped by an operator"
    assert await statuses(database) == ["aborted"]


async def test_a_server_that_is_restarted_solves_what_it_was_solving(database):
    asked = await a_long_request(database)
    async with worker_beside(database, concurrency=1, solver_threads=1):
        await searching(database, asked.id)
    assert solvers() == []
    assert await statuses(database) == ["todo"]
    async with worker_beside(database, concurrency=1, solver_threads=1):
        await seen(database, asked.id, lambda roster: roster.progress is None)
        await stop_roster(database, asked.id, caller=ANNE)
        await solved(database, asked.id)
    versions = await list_versions(database, asked.id, after=0, limit=10, caller=ANNE)
    assert [version.made_by for version in versions.items] == ["anne", "solver"]
    assert len(await history(database, "started")) == 2


async def test_a_worker_whose_connections_are_cut_solves_all_the_same_and_once(database):
    asked = await a_long_request(database)
    async with worker_beside(database, concurrency=1, solver_threads=1):
        await searching(database, asked.id)
        await cut_all_connections(database)
        await seen(database, asked.id, lambda roster: roster.progress is None)
        await searching(database, asked.id)
        await stop_roster(database, asked.id, caller=ANNE)
        roster = await solved(database, asked.id)
    assert (roster.solving, roster.version) == (Solving.SOLVED, 2)
    assert await statuses(database) == ["succeeded"]
    assert solvers() == []


async def test_a_worker_ends_when_it_shall_even_if_the_database_is_gone(database, postgres):
    async with asyncio.timeout(PATIENCE_SECONDS), worker_beside(database, concurrency=1, solver_threads=1):
        asked = await a_request(database)
        await stop_roster(database, asked.id, caller=ANNE)
        await solved(database, asked.id)
        async with database.statement() as connection:
            name = await connection.scalar(text("SELECT current_database()"))
        admin = await asyncpg.connect(postgres.url)
        await admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        await admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", name)
        await admin.close()


async def cut_all_connections(database):
    """Those of the worker and of the application alike."""
    connection = await asyncpg.connect(database.url)
    await connection.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    await connection.close()
    await database.engine.dispose()
