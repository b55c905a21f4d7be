"""A worker: it runs jobs and rescues those of dead workers; a part of it that dies is started again."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial

import structlog
from procrastinate.exceptions import ConnectorException
from prometheus_client import Counter

from service.domain.errors import Unavailable
from service.storage.database import Database
from service.storage.jobs import rescue_jobs
from service.worker.tasks import Work, job_app

log = structlog.get_logger(__name__)

RESTARTS = Counter("tourderole_worker_restarts", "Parts of a worker that died and were started again", ["part"])
RESCUED = Counter("tourderole_jobs_rescued", "Jobs of dead workers that were queued again")

HEARTBEAT_SECONDS = 1
SILENT_SECONDS = 2.5
"""A worker silent for so long may be dead; that it is, the lock of its job decides."""
RESCUE_SECONDS = 0.5
POLL_SECONDS = 1
SHUTDOWN_SECONDS = 5
RESTART_SECONDS = 1


def utc_now() -> datetime:
    return datetime.now(UTC)


async def run_worker(database: Database, *, concurrency: int, solver_threads: int = 2) -> None:
    """Run jobs until cancelled, `concurrency` at a time; those that run then are given back to the queue."""
    work = Work(database=database, solver_threads=solver_threads, clock=utc_now)
    async with asyncio.TaskGroup() as parts:
        parts.create_task(_kept_alive("jobs", partial(_run_jobs, work, concurrency)))
        parts.create_task(_kept_alive("rescue", partial(_rescue, database)))


@asynccontextmanager
async def worker_beside(database: Database, *, concurrency: int, solver_threads: int = 2) -> AsyncIterator[None]:
    """A worker that lives as long as the block."""
    worker = asyncio.create_task(run_worker(database, concurrency=concurrency, solver_threads=solver_threads))
    try:
        yield
    finally:
        worker.cancel()
        await asyncio.gather(worker, return_exceptions=True)


async def _kept_alive(part: str, run: Callable[[], Awaitable[None]]) -> None:
    """Until cancelled, even when what runs answers a cancellation with an error, as it does without a database."""
    task = asyncio.current_task()
    while task is not None and not task.cancelling():
        try:
            await run()
            log.warning("worker_part_ended", part=part)
        except (Unavailable, ConnectorException) as error:
            log.warning("worker_part_waits", part=part, error=str(error).strip())
        except Exception:
            log.exception("worker_part_died", part=part)
        RESTARTS.labels(part).inc()
        await asyncio.sleep(RESTART_SECONDS)


async def _run_jobs(work: Work, concurrency: int) -> None:
    async with job_app(work).open_async() as app:
        await app.run_worker_async(
            concurrency=concurrency,
            install_signal_handlers=False,
            shutdown_graceful_timeout=SHUTDOWN_SECONDS,
            fetch_job_polling_interval=POLL_SECONDS,
            update_heartbeat_interval=HEARTBEAT_SECONDS,
        )


async def _rescue(database: Database) -> None:
    while True:
        async with database.transaction() as session:
            rescued = await rescue_jobs(session, silent_seconds=SILENT_SECONDS)
        if rescued:
            RESCUED.inc(len(rescued))
            log.warning("jobs_rescued", jobs=rescued)
        await asyncio.sleep(RESCUE_SECONDS)
