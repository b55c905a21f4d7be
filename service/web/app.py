"""The HTTP application: routers and error answers, nothing else."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime

from fastapi import APIRouter, Depends, FastAPI
from fastapi_offline import FastAPIOffline

from service.storage.database import Database
from service.web import health, metrics, problem_page, refusals
from service.web.dependencies import Clock, _caller
from service.web.fhir import metadata as fhir_metadata
from service.web.fhir import slots as fhir_slots
from service.web.fhir.callers import sas_caller
from service.web.fhir.capabilities import interactions_of
from service.web.lane import Lane, Lean
from service.web.rest import (
    availability,
    bookings,
    directory,
    event_shapes,
    explanations,
    repairs,
    roster_evidence,
    rosters,
    slots,
    swaps,
    tasks,
    wait_list,
    webhooks,
)
from service.web.watching import Watched

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]

GUARDED: tuple[APIRouter, ...] = (
    directory.router,
    availability.router,
    rosters.router,
    roster_evidence.router,
    explanations.router,
    repairs.router,
    swaps.router,
    slots.router,
    bookings.router,
    tasks.router,
    wait_list.router,
    webhooks.router,
)
"""The routers of `/v1`: every route of theirs asks for the caller's token."""

FHIR: tuple[APIRouter, ...] = (fhir_slots.router, fhir_metadata.router)
"""The routers of `/fhir`: every route of theirs asks who calls. What they declare is the CapabilityStatement."""

FAST = (
    Lean.of(slots.router, slots.search, prefix="/v1"),
    Lean.of(bookings.holds, bookings.hold, prefix="/v1"),
    Lean.of(bookings.bookings, bookings.book, prefix="/v1"),
)
"""What a regulator waits for with a patient on the line."""

_UNWATCHED = {"tracing": False, "metrics": False, "logs": False}
"""FastAPI need not ask before every request whether anybody listens: `Watched` counts."""


ABOUT = """
The open service that schedules unscheduled primary care in a French health territory: a roster, solved and proved, and
the places that it offers. Times carry an offset. Every error is an `application/problem+json` with a stable `code`:
[all codes](/problems). Every answer bears an `X-Request-Id`, the caller's own when it sent one: name it when you ask
about a request. Repeat a POST with the same `Idempotency-Key` and it is done once. Edits name the version that
they change: send its `ETag` in `If-Match`.
"""


def utc_now() -> datetime:
    return datetime.now(UTC)


def create_app(
    database: Database,
    *,
    admin_token: str,
    clock: Clock = utc_now,
    lifespan: Lifespan | None = None,
    private_webhooks: bool = False,
    public_url: str | None = None,
    log_requests: bool = False,
) -> FastAPI:
    """The application on this database. `lifespan` runs what lives as long as the server, a worker for instance.

    `private_webhooks`: receivers of events may be on private networks, and be reached without TLS. `public_url`: where
    the outside reaches the service, for what it is told to come back to; without it, where each request did.
    """
    app = FastAPIOffline(title="tourderole", version="1", description=ABOUT, lifespan=lifespan, telemetry=_UNWATCHED)
    app.state.database = database
    app.state.clock = clock
    app.state.admin_token = admin_token
    app.state.private_webhooks = private_webhooks
    app.state.public_url = public_url
    app.state.is_draining = False
    app.state.looks = None
    refusals.install(app)
    app.add_middleware(Lane, routes=FAST)
    app.add_middleware(Watched, log_requests=log_requests)
    _include(app)
    return app


def _include(app: FastAPI) -> None:
    """Every router; those that are not open ask who calls."""
    app.include_router(health.router)
    app.include_router(metrics.router)
    app.include_router(problem_page.router)
    app.webhooks.include_router(event_shapes.router)
    for router in GUARDED:
        app.include_router(router, prefix="/v1", dependencies=[Depends(_caller)])
    for router in FHIR:
        app.include_router(router, prefix=refusals.FHIR_BASE, dependencies=[Depends(sas_caller)])
    app.state.fhir_interactions = interactions_of(FHIR)
