"""Jobs: queued with the rows they belong to, rescued when their worker is dead, and only then."""

import asyncio

import asyncpg
import pytest
from sqlalchemy import text

from service.storage.job_locks import job_lock
from service.storage.jobs import JOBS_LOCKS, Job, enqueue, rescue_jobs

JOB = Job(task="rosters:solve", queue="solving", lock="roster:1", args={"roster": "1", "version": 2})


async def queued(database):
    async with database.transaction() as session:
        return await enqueue(session, JOB)


async def job_row(database, number):
    async with database.transaction() as session:
        asked = text("SELECT * FROM jobs.procrastinate_jobs WHERE id = :number")
        return (await session.execute(asked, {"number": number})).one_or_none()


async def fetched(database, *, silent_seconds):
    """A job that a worker has taken, who has said nothing for so long."""
    number = await queued(database)
    async with database.transaction() as session:
        worker = await session.scalar(text("SELECT * FROM jobs.procrastinate_register_worker_v1()"))
        await session.execute(
            text("UPDATE jobs.procrastinate_workers SET last_heartbeat = now() - make_interval(secs => :seconds)"),
            {"seconds": silent_seconds},
        )
        await session.execute(text("SELECT * FROM jobs.procrastinate_fetch_job_v2(NULL, :worker)"), {"worker": worker})
    return number


async def rescued(database):
    async with database.transaction() as session:
        return await rescue_jobs(session, silent_seconds=2)


async def test_a_job_is_there_when_its_transaction_commits(database):
    row = await job_row(database, await queued(database))
    assert (row.status, row.task_name, row.queue_name, row.lock) == ("todo", JOB.task, JOB.queue, JOB.lock)
    assert row.args == JOB.args


async def test_a_job_never_was_when_its_transaction_rolls_back(database):
    async with database.transaction() as session:
        number = await enqueue(session, JOB)
        await session.rollback()
    assert await job_row(database, number) is None


async def test_the_job_of_a_dead_worker_is_queued_again(database):
    number = await fetched(database, silent_seconds=3)
    assert await rescued(database) == (number,)
    assert (await job_row(database, number)).status == "todo"


async def test_a_worker_that_spoke_a_moment_ago_is_left_alone(database):
    number = await fetched(database, silent_seconds=1)
    assert await rescued(database) == ()
    assert (await job_row(database, number)).status == "doing"


async def test_a_silent_worker_that_holds_the_lock_of_its_job_is_slow_and_not_dead(database):
    number = await fetched(database, silent_seconds=60)
    async with job_lock(database.url, number):
        assert await rescued(database) == ()


async def test_of_rescuers_at_the_same_time_one_rescues(database):
    number = await fetched(database, silent_seconds=3)
    found = await asyncio.gather(*(rescued(database) for _ in range(5)))
    assert sorted(found) == [(), (), (), (), (number,)]


async def test_two_never_hold_the_lock_of_one_job(database):
    inside = 0

    async def run():
        nonlocal inside
        async with job_lock(database.url, 7):
            inside += 1
            assert inside == 1
            async with database.transaction() as session:
                await session.execute(text("SELECT 1"))
            inside -= 1

    await asyncio.gather(*(run() for _ in range(4)))


async def test_a_job_whose_connection_is_cut_is_given_up_where_it_stands(database):
    other = await asyncpg.connect(database.url)

    async def run():
        async with job_lock(database.url, 7):
            await other.execute("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE classid = $1", JOBS_LOCKS)
            await asyncio.Event().wait()

    with pytest.raises(ConnectionError):
        await run()
    await other.close()


async def test_who_waits_for_a_lock_is_given_up_too_when_the_connection_is_cut(database):
    other = await asyncpg.connect(database.url)
    await other.execute("SELECT pg_advisory_lock($1, 7)", JOBS_LOCKS)

    async def cut_who_waits():
        while not await other.fetchval(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_locks WHERE classid = $1 AND NOT granted", JOBS_LOCKS
        ):
            pass

    cutting = asyncio.create_task(cut_who_waits())
    with pytest.raises(ConnectionError):
        async with job_lock(database.url, 7):
            raise AssertionError("the lock is taken")
    await cutting
    await other.close()
