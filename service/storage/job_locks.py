"""The lock that a running job holds on a connection of its own: whoever dies lets go of it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from service.storage.jobs import JOBS_LOCKS

_NOTICE_A_LOST_PEER = {"tcp_keepalives_idle": "5", "tcp_keepalives_interval": "5", "tcp_keepalives_count": "3"}
"""A machine that loses its power says no goodbye: the server finds out within 20 s."""


@asynccontextmanager
async def job_lock(url: str, job: int) -> AsyncIterator[None]:
    """Nobody else runs this job meanwhile; whoever does now is waited for.

    Raises ConnectionError, wherever the block stands, as soon as the connection is lost, since the lock is lost then.
    """
    async with _connection(url) as connection, _tied_to(connection):
        await connection.execute("SELECT pg_advisory_lock($1, $2)", JOBS_LOCKS, job)
        yield


@asynccontextmanager
async def _connection(url: str) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    """One for this alone. What PostgreSQL says against it comes as a ConnectionError."""
    connection = None
    try:
        connection = await asyncpg.connect(url, server_settings=_NOTICE_A_LOST_PEER)
        yield connection
    except (asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise ConnectionError("there is no connection to hold the job's lock") from error
    finally:
        if connection is not None:
            connection.terminate()


@asynccontextmanager
async def _tied_to(connection: "asyncpg.Connection[asyncpg.Record]") -> AsyncIterator[None]:
    """The block is given up when the connection ends."""
    end_now = asyncio.timeout(None)

    def lost(_: object) -> None:
        end_now.reschedule(0)

    connection.add_termination_listener(lost)
    try:
        async with end_now:
            try:
                yield
            finally:
                connection.remove_termination_listener(lost)
    except TimeoutError as error:
        if not end_now.expired():
            raise
        raise ConnectionError("the connection that holds the job's lock was lost") from error
