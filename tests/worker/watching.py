"""What tests of workers wait for: a roster that has come so far, a job's history, a worker in a process of its own."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import psutil
from sqlalchemy import text

from service.application.rosters import follow_roster
from service.domain.roster_life import Roster
from service.domain.rosters import RosterId
from service.storage.database import Database
from tests.rosters import ANNE

PATIENCE_SECONDS = 60
TOURDEROLE = Path(sys.executable).with_name("tourderole")


async def seen(database: Database, id: RosterId, condition: Callable[[Roster], bool]) -> Roster:
    """The roster as soon as it is so; the solve must not end before."""
    async with (
        asyncio.timeout(PATIENCE_SECONDS),
        contextlib.aclosing(follow_roster(database, id, caller=ANNE)) as sights,
    ):
        async for roster in sights:
            if condition(roster):
                return roster
    raise AssertionError(f"never seen so; at last {roster}")


async def solved(database: Database, id: RosterId) -> Roster:
    return await seen(database, id, lambda roster: not roster.solving.is_under_way)


async def searching(database: Database, id: RosterId) -> Roster:
    """In the middle of a solve that has found something."""
    return await seen(database, id, lambda roster: roster.progress is not None)


async def history(database: Database, *types: str) -> list[tuple[str, float]]:
    """What happened to the jobs, and when (seconds of the epoch)."""
    asked = text(
        "SELECT type, extract(epoch FROM at) FROM jobs.procrastinate_events WHERE type::text = ANY(:types) ORDER BY id"
    )
    async with database.transaction() as session:
        return [(kind, float(at)) for kind, at in await session.execute(asked, {"types": list(types)})]


async def statuses(database: Database) -> list[str]:
    async with database.transaction() as session:
        return list(await session.scalars(text("SELECT status::text FROM jobs.procrastinate_jobs ORDER BY id")))


def solvers(of: int | None = None) -> list[psutil.Process]:
    """The solver processes of a worker, this process by default."""
    return [child for child in psutil.Process(of).children(recursive=True) if _is_solver(child)]


def _is_solver(process: psutil.Process) -> bool:
    try:
        return "service.application.solver_child" in process.cmdline()
    except psutil.NoSuchProcess:
        return False


@asynccontextmanager
async def worker_process(url: str, data: Path, **settings: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """`tourderole worker`, killed at the end if it still runs."""
    environment = {**os.environ, "TOURDEROLE_DATABASE_URL": url, "TOURDEROLE_DATA": str(data), **settings}
    process = await asyncio.create_subprocess_exec(TOURDEROLE, "worker", env=environment)
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGKILL)
        await process.wait()
