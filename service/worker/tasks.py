"""The tasks of the queue, and what becomes of a job that does not end well."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from secrets import SystemRandom
from ssl import SSLContext
from typing import Any
from uuid import UUID

import structlog
from httpx import create_ssl_context
from procrastinate import App, JobContext, PsycopgConnector, RetryStrategy
from procrastinate.exceptions import JobAborted
from procrastinate.job_context import AbortReason
from prometheus_client import Counter

from service.application import appointments
from service.application.appointment_sending import Platform, messenger
from service.application.appointments import Informing, tell_due
from service.application.deliveries import Delivering, deliver_due, rest
from service.application.roster_solving import Superseded, fail_roster, solve_roster
from service.application.webhook_sending import sender
from service.domain.errors import StillReferred, TourderoleError, Unavailable
from service.domain.rosters import RosterId
from service.domain.webhooks import Retrying, WebhookId
from service.storage.database import Database
from service.storage.job_locks import job_lock
from service.storage.jobs import DELIVER, DELIVERIES_QUEUE, REQUEST_ID, SOLVE_ROSTER, SOLVING_QUEUE, TELL_SAS

log = structlog.get_logger(__name__)

ATTEMPTS = Counter("tourderole_webhook_attempts", "Times that an event was sent to a receiver, accepted or not")
TELLINGS = Counter("tourderole_sas_messages", "Times that the SAS was told of a booking, accepted or not")

PASSING = (OSError, Unavailable, StillReferred)
"""What another run may not meet again: a lost connection, an entry deleted meanwhile."""
CONNECTION_SECONDS = 3
REST = timedelta(minutes=1)
"""Of a receiver to which a fault of ours keeps us from delivering."""
MAX_ATTEMPTS = 20
"""So many workers may be shut down or die with a job; it may be what kills them."""
_RETRY = RetryStrategy(wait=1, retry_exceptions=(*PASSING, asyncio.CancelledError))  # type: ignore[arg-type]

_draw = SystemRandom().random


class GivenUp(Exception):
    """The job failed for good; what it was about says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """How receivers are sent to. `private`: to private networks too, and without TLS, as in a laboratory."""

    private: bool = False
    retrying: Retrying = field(default_factory=Retrying)
    tls: SSLContext = field(default_factory=create_ssl_context)


@dataclass(frozen=True, slots=True, kw_only=True)
class Informed:
    """The SAS platform, and how it is tried again."""

    platform: Platform
    retrying: Retrying = field(default_factory=lambda: Retrying(longest_wait=timedelta(minutes=1)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What tasks work with. `solver_threads`: those that one solve may use. Without `sas` it is told nothing."""

    database: Database
    solver_threads: int
    clock: Callable[[], datetime]
    sending: Sending = field(default_factory=Sending)
    sas: Informed | None = None


def job_app(work: Work) -> App:
    """The queue of this database with every task there is."""
    connector = PsycopgConnector(
        conninfo=work.database.url,
        kwargs={"options": "-c search_path=jobs"},
        min_size=1,
        max_size=3,
        timeout=CONNECTION_SECONDS,
    )
    app = App(connector=connector)
    _add_solving(app, work)
    _add_delivering(app, work)
    _add_telling(app, work)
    return app


def _add_solving(app: App, work: Work) -> None:
    @app.task(name=SOLVE_ROSTER, queue=SOLVING_QUEUE, pass_context=True, retry=_RETRY)
    async def solve(context: JobContext, roster: str, version: int) -> None:
        id = RosterId(UUID(roster))
        give_up = partial(fail_roster, work.database, id, version, now=work.clock())
        async with _ending(context, give_up), job_lock(work.database.url, context.job.id or 0):
            made = await solve_roster(work.database, id, version, workers=work.solver_threads, clock=work.clock)
            log.info("roster_solved", roster=roster, version=made.version, solving=made.solving, failure=made.failure)


def _add_delivering(app: App, work: Work) -> None:
    @app.task(name=DELIVER, queue=DELIVERIES_QUEUE, pass_context=True, retry=_RETRY)
    async def deliver(context: JobContext, webhook: str) -> None:
        id = WebhookId(UUID(webhook))

        async def give_up(_: str) -> None:
            await rest(work.database, id, until=work.clock() + REST)

        async with (
            _ending(context, give_up),
            job_lock(work.database.url, context.job.id or 0),
            sender(work.sending.tls, private=work.sending.private) as sending,
        ):
            how = Delivering(sender=sending, retrying=work.sending.retrying, clock=work.clock, draw=_draw)
            ATTEMPTS.inc(await deliver_due(work.database, id, how))


def _add_telling(app: App, work: Work) -> None:
    @app.task(name=TELL_SAS, queue=DELIVERIES_QUEUE, pass_context=True, retry=_RETRY)
    async def tell(context: JobContext) -> None:
        async def give_up(_: str) -> None:
            await appointments.rest(work.database, now=work.clock(), pause=REST)

        if work.sas is None:  # this worker cannot; one that can queues the job again
            return
        async with (
            _ending(context, give_up),
            job_lock(work.database.url, context.job.id or 0),
            messenger(work.sas.platform) as sending,
        ):
            how = Informing(messenger=sending, retrying=work.sas.retrying, clock=work.clock, draw=_draw)
            TELLINGS.inc(await tell_due(work.database, how))


async def traced(run: Callable[[], Awaitable[Any]], context: JobContext, _worker: object) -> Any:
    """Every log line of the job bears the id of the request that asked for it; its task need not know."""
    request = context.job.task_kwargs.pop(REQUEST_ID, None)
    with structlog.contextvars.bound_contextvars(**({REQUEST_ID: request} if request else {})):
        return await run()


@asynccontextmanager
async def _ending(context: JobContext, give_up: Callable[[str], Awaitable[None]]) -> AsyncIterator[None]:
    """Passing troubles are left to another run; for others the job is given up, and `give_up` is told why."""
    logger = log.bind(task=context.job.task_name, job=context.job.id, **context.job.task_kwargs)
    logger.info("job_started", attempt=context.job.attempts + 1)
    if context.job.attempts >= MAX_ATTEMPTS:
        await give_up("interrupted too often")
        raise GivenUp
    try:
        yield
        logger.info("job_done")
    except Superseded:
        logger.info("job_superseded")
    except asyncio.CancelledError as error:
        logger.warning("job_interrupted", error="cancelled")
        if context.abort_reason() is not AbortReason.USER_REQUEST:
            raise
        await give_up("stopped by an operator")
        raise JobAborted from error
    except PASSING as error:
        logger.warning("job_interrupted", error=type(error).__name__)
        raise
    except Exception as error:  # the worker's loop: nothing may end it, and nothing may pass unseen
        logger.exception("job_given_up")
        await give_up(error.detail if isinstance(error, TourderoleError) else "an internal error: see the log")
        raise GivenUp from error
