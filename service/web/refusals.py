"""Which form a refusal takes: an OperationOutcome under `/fhir`, a problem everywhere else."""

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from service.domain.errors import Invalid, TourderoleError
from service.web import problems
from service.web.fhir import outcomes

FHIR_BASE = "/fhir"


def _is_fhir(request: Request) -> bool:
    path: str = request.scope["path"]
    return path == FHIR_BASE or path.startswith(FHIR_BASE + "/")


def _refusal(request: Request, error: TourderoleError) -> Response:
    return outcomes.outcome(request, error) if _is_fhir(request) else problems.problem(request, error)


def internal(request: Request) -> Response:
    """The answer to a fault of ours."""
    return outcomes.internal_outcome(request) if _is_fhir(request) else problems.internal_problem(request)


def install(app: FastAPI) -> None:
    """Let every refusal that leaves a route be told in its form; `Watched` sees to what nobody foresaw."""

    @app.exception_handler(TourderoleError)
    async def refused(request: Request, error: TourderoleError) -> Response:
        return _refusal(request, error)

    @app.exception_handler(RequestValidationError)
    async def malformed(request: Request, error: RequestValidationError) -> Response:
        return _refusal(request, Invalid(*problems.faults_of(error)))

    @app.exception_handler(HTTPException)
    async def refused_by_framework(request: Request, error: HTTPException) -> Response:
        if _is_fhir(request):
            return outcomes.outcome_of_framework(request, error)
        return problems.problem_of_framework(request, error)
