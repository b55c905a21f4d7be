"""Which form a refusal takes: an OperationOutcome under `/fhir`, a page under `/rdv`, a problem everywhere else."""

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from service.domain.errors import Invalid, TourderoleError, Unavailable
from service.web import problems
from service.web.console import refusals as pages
from service.web.fhir import outcomes

FHIR_BASE, PAGES = "/fhir", "/rdv"


def _is_under(base: str, request: Request) -> bool:
    path: str = request.scope["path"]
    return path == base or path.startswith(base + "/")


def _is_fhir(request: Request) -> bool:
    return _is_under(FHIR_BASE, request)


def refusal(request: Request, error: TourderoleError) -> Response:
    """The answer to what the caller did wrong, wherever that is found."""
    return outcomes.outcome(request, error) if _is_fhir(request) else problems.problem(request, error)


def internal(request: Request) -> Response:
    """The answer to a fault of ours."""
    if _is_under(PAGES, request):
        return pages.internal_page(request)
    return outcomes.internal_outcome(request) if _is_fhir(request) else problems.internal_problem(request)


def stopping(request: Request) -> Response:
    """The answer to who has waited for longer than a server that stops may take to end."""
    error = Unavailable(
        "the server has stopped: whether it was done, a repeat with the same key tells", dependency="server"
    )
    return pages.refusal_page(request, error) if _is_under(PAGES, request) else refusal(request, error)


def install(app: FastAPI) -> None:
    """Let every refusal that leaves a route be told in its form; `Watched` sees to what nobody foresaw."""

    @app.exception_handler(TourderoleError)
    async def refused(request: Request, error: TourderoleError) -> Response:
        return refusal(request, error)

    @app.exception_handler(RequestValidationError)
    async def malformed(request: Request, error: RequestValidationError) -> Response:
        return refusal(request, Invalid(*problems.faults_of(request, error)))

    @app.exception_handler(HTTPException)
    async def refused_by_framework(request: Request, error: HTTPException) -> Response:
        if _is_fhir(request):
            return outcomes.outcome_of_framework(request, error)
        if _is_under(PAGES, request):
            return pages.page_of_framework(request, error.status_code)
        return problems.problem_of_framework(request, error)
