"""The job queue as the application touches it: jobs enqueued with the rows that make them necessary, jobs rescued.

Nothing else writes to procrastinate's tables. Its versioned SQL functions are no documented interface: the package is
pinned, and tests cover every statement here.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

SOLVING_QUEUE = "solving"
SOLVE_ROSTER = "rosters:solve"
DELIVERIES_QUEUE = "deliveries"
DELIVER = "webhooks:deliver"
TELL_SAS = "sas:tell"
REQUEST_ID = "request_id"
"""What log lines call the request that they are about, and a job its own among its arguments."""

JOBS_LOCKS = 7_305_112
"""The class of the advisory locks that running jobs hold, each under its job's number."""
_RESCUERS_LOCK = 7_305_113

_DEFER = text(
    """
    SELECT unnest(jobs.procrastinate_defer_jobs_v1(ARRAY[ROW(
        CAST(:queue AS text), CAST(:task AS text), 0, CAST(:lock AS text), NULL, CAST(:args AS jsonb), NULL
    )::jobs.procrastinate_job_to_defer_v1]))
    """
)

_RESCUE = text(
    """
    WITH stalled AS MATERIALIZED (
        SELECT job.id
        FROM jobs.procrastinate_jobs AS job
        LEFT JOIN jobs.procrastinate_workers AS worker ON worker.id = job.worker_id
        WHERE job.status = 'doing'
          AND (worker.id IS NULL OR worker.last_heartbeat < now() - make_interval(secs => :silent_seconds))
    ), dead AS MATERIALIZED (
        SELECT id FROM stalled WHERE pg_try_advisory_xact_lock(:locks, CAST(id AS integer))
    )
    SELECT
        id,
        jobs.procrastinate_retry_job_v2(id, now(), NULL, NULL, NULL),
        pg_notify('procrastinate_any_queue_v1', json_build_object('type', 'job_inserted', 'job_id', id)::text)
    FROM dead
    """
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What is to be run. Two jobs with the same `lock` never run together; `args` are JSON values."""

    task: str
    queue: str
    lock: str | None = None
    args: Mapping[str, str | int] = field(default_factory=dict)


async def enqueue(session: AsyncSession, job: Job) -> int:
    """Queue the job in this transaction: it is there when the transaction commits, and never was when not.

    Gives its number. A worker that waits starts it some milliseconds after the commit. The job knows the request that
    asks for it, so that its log lines do.
    """
    request = {key: id for key, id in structlog.contextvars.get_contextvars().items() if key == REQUEST_ID}
    args = json.dumps({**job.args, **request})
    asked = {"queue": job.queue, "task": job.task, "lock": job.lock, "args": args}
    number: int = (await session.execute(_DEFER, asked)).scalar_one()
    return number


async def rescue_jobs(session: AsyncSession, *, silent_seconds: float) -> tuple[int, ...]:
    """Queue again the jobs whose worker has been silent so long and holds their lock no more; gives their numbers.

    Silence alone may be a slow worker, so a job whose lock is held is left alone. One rescuer at a time.
    """
    alone = await session.scalar(text("SELECT pg_try_advisory_xact_lock(:lock)"), {"lock": _RESCUERS_LOCK})
    if not alone:
        return ()
    rescued = await session.execute(_RESCUE, {"silent_seconds": silent_seconds, "locks": JOBS_LOCKS})
    return tuple(row.id for row in rescued)
