"""How the service is: alive, ready, and counted. Open to all, it tells nothing of anybody."""

from time import perf_counter

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, Counter, Histogram, generate_latest
from pydantic import BaseModel, Field
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.domain.errors import Unavailable
from service.web.dependencies import DatabaseDep

router = APIRouter(tags=["service"])

REQUESTS = Counter("tourderole_http_requests", "Requests answered", ["method", "route", "status"])
SECONDS = Histogram("tourderole_http_seconds", "Seconds until the answer was complete", ["method", "route"])


class HealthOut(BaseModel):
    """`down` names the dependencies that do not answer."""

    status: str = Field(examples=["ok"])
    down: list[str] = Field(default_factory=list, examples=[["database"]])


@router.get("/healthz")
async def healthz() -> HealthOut:
    """Whether the process answers at all: restart it when it does not."""
    return HealthOut(status="ok")


@router.get("/readyz", responses={503: {"model": HealthOut, "description": "A dependency is down: `down` names it"}})
async def readyz(database: DatabaseDep) -> Response:
    """Whether requests can be served now, and which dependency is down when they cannot."""
    try:
        await database.ping()
    except Unavailable as error:
        return JSONResponse({"status": "unavailable", "down": [error.facts["dependency"]]}, status_code=503)
    return JSONResponse({"status": "ok", "down": []})


@router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
async def metrics() -> Response:
    """Prometheus exposition format."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


class Counted:
    """Counts and times every request by its route, never by its path: a path may name a person."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = 500

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        began = perf_counter()
        try:
            await self._app(scope, receive, sending)
        finally:
            REQUESTS.labels(scope["method"], route_of(scope), status).inc()
            SECONDS.labels(scope["method"], route_of(scope)).observe(perf_counter() - began)


def route_of(scope: Scope) -> str:
    """The template of the route that answered, such as `/v1/slots`; FastAPI keeps it, prefix included, in the scope."""
    context = scope.get("fastapi", {}).get("effective_route_context")
    return getattr(context or scope.get("route"), "path", "none")
