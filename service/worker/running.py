"""A worker: it runs jobs and rescues those of dead workers; a part of it that dies is started again."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial

import structlog
from procrastinate.exceptions import ConnectorException
from prometheus_client import Counter

from service.application.deliveries import RELAYED_AT_ONCE, relay_events
from service.application.tasks import expire_tasks
from service.application.wait_list import offer_waited_for
from service.domain.errors import Unavailable
from service.storage.database import Database
from service.storage.jobs import DELIVERIES_QUEUE, SOLVING_QUEUE, rescue_jobs
from service.worker.tasks import Informed, Sending, Work, job_app, traced

log = structlog.get_logger(__name__)

RESTARTS = Counter("tourderole_worker_restarts", "Parts of a worker that died and were started again", ["part"])
EXPIRED = Counter("tourderole_proposals_expired", "Places kept for a booking that nobody accepted in time")
OFFERED = Counter("tourderole_wait_list_offers", "Places that the sweep offered to the wait-list")
RESCUED = Counter("tourderole_jobs_rescued", "Jobs of dead workers that were queued again")
RELAYED = Counter("tourderole_events_relayed", "Events handed to the receivers that want them, be there none")

HEARTBEAT_SECONDS = 1
SILENT_SECONDS = 2.5
"""A worker silent for so long may be dead; that it is, the lock of its job decides."""
RESCUE_SECONDS = 0.5
RELAY_SECONDS = 0.5
RECEIVERS_AT_ONCE = 8
"""That one worker delivers to; one that hangs has its place for an attempt's time, then pauses."""
DEADLINE_SECONDS = 1
POLL_SECONDS = 1
SHUTDOWN_SECONDS = 5
RESTART_SECONDS = 1


def utc_now() -> datetime:
    return datetime.now(UTC)


async def run_worker(
    database: Database,
    *,
    concurrency: int,
    solver_threads: int = 2,
    sending: Sending | None = None,
    sas: Informed | None = None,
) -> None:
    """Run jobs until cancelled, `concurrency` solves at a time; those that run then are given back to the queue."""
    work = Work(database=database, solver_threads=solver_threads, clock=utc_now, sending=sending or Sending(), sas=sas)
    async with asyncio.TaskGroup() as parts:
        parts.create_task(_kept_alive("jobs", partial(_run_jobs, work, SOLVING_QUEUE, concurrency)))
        parts.create_task(_kept_alive("deliveries", partial(_run_jobs, work, DELIVERIES_QUEUE, RECEIVERS_AT_ONCE)))
        parts.create_task(_kept_alive("relay", partial(_relay, work)))
        parts.create_task(_kept_alive("rescue", partial(_rescue, database)))
        parts.create_task(_kept_alive("deadlines", partial(_keep_deadlines, database)))


@asynccontextmanager
async def worker_beside(
    database: Database,
    *,
    concurrency: int,
    solver_threads: int = 2,
    sending: Sending | None = None,
    sas: Informed | None = None,
) -> AsyncIterator[None]:
    """A worker that lives as long as the block."""
    running = run_worker(database, concurrency=concurrency, solver_threads=solver_threads, sending=sending, sas=sas)
    worker = asyncio.create_task(running)
    try:
        yield
    finally:
        worker.cancel()
        await asyncio.gather(worker, return_exceptions=True)


async def _kept_alive(part: str, run: Callable[[], Awaitable[None]]) -> None:
    """Until cancelled, even when what runs answers a cancellation with an error, as it does without a database."""
    task, restarts = asyncio.current_task(), RESTARTS.labels(part)
    while task is not None and not task.cancelling():
        try:
            await run()
            log.warning("worker_part_ended", part=part)
        except (Unavailable, ConnectorException) as error:
            log.warning("worker_part_waits", part=part, error=str(error).strip())
        except Exception:
            log.exception("worker_part_died", part=part)
        restarts.inc()
        await asyncio.sleep(RESTART_SECONDS)


async def _run_jobs(work: Work, queue: str, concurrency: int) -> None:
    """Of one queue, so that a long solve never keeps events waiting. Deliveries tell their own history."""
    async with job_app(work).open_async() as app:
        await app.run_worker_async(
            queues=[queue],
            concurrency=concurrency,
            delete_jobs="successful" if queue == DELIVERIES_QUEUE else "never",
            install_signal_handlers=False,
            shutdown_graceful_timeout=SHUTDOWN_SECONDS,
            fetch_job_polling_interval=POLL_SECONDS,
            update_heartbeat_interval=HEARTBEAT_SECONDS,
            worker_middleware=[traced],
        )


async def _relay(work: Work) -> None:
    """By asking: a notification at each commit would make all bookings queue for one lock of the database."""
    while True:
        relayed = await relay_events(work.database, now=utc_now(), sas=work.sas is not None)
        RELAYED.inc(relayed)
        if relayed < RELAYED_AT_ONCE:
            await asyncio.sleep(RELAY_SECONDS)


async def _keep_deadlines(database: Database) -> None:
    """Without it a place whose deadline has passed is anybody's, not the next's in order."""
    while True:
        now = utc_now()
        EXPIRED.inc(await expire_tasks(database, now=now))
        OFFERED.inc(await offer_waited_for(database, now=now))
        await asyncio.sleep(DEADLINE_SECONDS)


async def _rescue(database: Database) -> None:
    while True:
        async with database.transaction() as session:
            rescued = await rescue_jobs(session, silent_seconds=SILENT_SECONDS)
        if rescued:
            RESCUED.inc(len(rescued))
            log.warning("jobs_rescued", jobs=rescued)
        await asyncio.sleep(RESCUE_SECONDS)
