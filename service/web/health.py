"""How the service is: alive, ready, and what to look at. Open to all, it tells nothing of anybody."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from service.domain.errors import Unavailable
from service.web.dependencies import DatabaseDep
from service.web.patience import within
from service.web.pulse import feel

router = APIRouter(tags=["service"])

PATIENCE_SECONDS = 2.5
"""A dependency that needs longer to answer is down: the whole answer is there within three seconds."""


class HealthOut(BaseModel):
    """`down` names what is in the way of serving, `warnings` what is wrong and is not."""

    status: str = Field(examples=["ok"], description="`ok`, `unavailable`, or `draining`: the server is about to stop")
    down: list[str] = Field(
        default_factory=list,
        examples=[["database"]],
        description="`database`: it does not answer. `schema`: it has none, or one older than this server needs",
    )
    warnings: list[str] = Field(
        default_factory=list,
        examples=[["clock"]],
        description="`clock`: this machine's and the database's differ by more than two seconds. `worker`: none has "
        "given a sign of life for ten seconds, on any machine; nothing is solved and no event sent",
    )


@router.head("/healthz", include_in_schema=False)
@router.get("/healthz")
async def healthz() -> HealthOut:
    """Whether the process answers at all: restart it when it does not."""
    return HealthOut(status="ok")


@router.head("/readyz", include_in_schema=False)
@router.get("/readyz", responses={503: {"model": HealthOut, "description": "Send no requests here: see `down`"}})
async def readyz(request: Request, database: DatabaseDep) -> Response:
    """Whether requests can be served here now, and which dependency is down when they cannot."""
    if request.app.state.is_draining:
        return _told(HealthOut(status="draining"))
    try:
        felt = await within(PATIENCE_SECONDS, feel(database, request.app.state.clock))
    except (Unavailable, TimeoutError):
        return _told(HealthOut(status="unavailable", down=["database"]))
    if not felt.has_schema:
        return _told(HealthOut(status="unavailable", down=["schema"]))
    return _told(HealthOut(status="ok", warnings=felt.warnings))


def _told(health: HealthOut) -> Response:
    return JSONResponse(health.model_dump(), status_code=200 if health.status == "ok" else 503)
