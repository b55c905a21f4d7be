"""The HTTP application: routers and error answers, nothing else."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime

from fastapi import APIRouter, Depends, FastAPI
from fastapi_offline import FastAPIOffline
from starlette.staticfiles import StaticFiles

from service.storage.database import Database
from service.web import health, metrics, problem_page, refusals
from service.web.bounded import Bounded
from service.web.console import routes as pages
from service.web.console.pages import STATIC, STATIC_AT
from service.web.console.setup import Console
from service.web.dependencies import Clock, _caller
from service.web.fhir import metadata as fhir_metadata
from service.web.fhir import regulators as fhir_regulators
from service.web.fhir import slots as fhir_slots
from service.web.fhir.callers import sas_caller
from service.web.fhir.capabilities import interactions_of
from service.web.fhir.forwarded import OPEN_TO_NOBODY, Entrance
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
    sas_appointments,
    slots,
    swaps,
    tasks,
    visibility,
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
    visibility.router,
    repairs.router,
    swaps.router,
    slots.router,
    bookings.router,
    tasks.router,
    wait_list.router,
    webhooks.router,
    sas_appointments.router,
)
"""The routers of `/v1`: every route of theirs asks for the caller's token."""

FHIR: tuple[APIRouter, ...] = (fhir_slots.router, fhir_regulators.router, fhir_metadata.router)
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
    console: Console | None = None,
    entrance: Entrance = OPEN_TO_NOBODY,
    log_requests: bool = False,
) -> FastAPI:
    """The application on this database. `lifespan` runs what lives as long as the server, a worker for instance.

    `private_webhooks`: receivers of events may be on private networks, and be reached without TLS. `public_url`: where
    the outside reaches the service, and comes back to; without it, where each request did. `entrance`: of `/fhir`.
    `console`: who vouches for regulators on the pages for people.
    """
    app = FastAPIOffline(title="tourderole", version="1", description=ABOUT, lifespan=lifespan, telemetry=_UNWATCHED)
    app.state.database, app.state.clock = database, clock
    app.state.admin_token = admin_token
    app.state.private_webhooks, app.state.public_url = private_webhooks, public_url
    app.state.console = console or Console()
    app.state.entrance = entrance
    app.state.is_draining, app.state.looks = False, None
    refusals.install(app)
    _surround(app, log_requests=log_requests)
    _include(app)
    return app


def _surround(app: FastAPI, *, log_requests: bool) -> None:
    """What a request goes through before the router, the last first."""
    app.add_middleware(Lane, routes=FAST)
    app.add_middleware(Bounded)
    app.add_middleware(Watched, log_requests=log_requests)


def _include(app: FastAPI) -> None:
    """Every router; those that are not open ask who calls."""
    app.include_router(health.router)
    app.include_router(metrics.router)
    app.include_router(problem_page.router)
    app.include_router(pages.router)
    app.mount(STATIC_AT, StaticFiles(directory=STATIC), name="static")
    app.webhooks.include_router(event_shapes.router)
    for router in GUARDED:
        app.include_router(router, prefix="/v1", dependencies=[Depends(_caller)])
    for router in FHIR:
        app.include_router(router, prefix=refusals.FHIR_BASE, dependencies=[Depends(sas_caller)])
    app.state.fhir_interactions = interactions_of(FHIR)
