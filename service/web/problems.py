"""Error → status, media type and body: the only such table (RFC 9457)."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.routing import compile_path

from service.application.territory_file.faults import faults_of as shape_faults
from service.domain.errors import (
    Conflict,
    Forbidden,
    Gone,
    Invalid,
    NotFound,
    PreconditionMissing,
    TooLarge,
    TourderoleError,
    Unauthenticated,
    Unavailable,
)
from service.domain.faults import Fault
from service.domain.wording import Language
from service.domain.wording_search import explanation_in_words
from service.web.counting import REFUSALS
from service.web.french import in_french
from service.web.known_keys import hint_of_unknown

STATUS: dict[type[TourderoleError], int] = {
    Invalid: 422,
    TooLarge: 413,
    NotFound: 404,
    Gone: 410,
    PreconditionMissing: 428,
    Unauthenticated: 401,
    Forbidden: 403,
    Conflict: 409,
    Unavailable: 503,
}
MEDIA_TYPE = "application/problem+json"
_BAD_REQUEST, _NOT_FOUND, _NO_SUCH_METHOD = 400, 404, 405
CODES: Mapping[int, str] = {_NOT_FOUND: "route.not_found", _NO_SUCH_METHOD: "method.not_allowed"}
"""Of what the framework refuses, by status."""
UNREADABLE = Fault(path="", code="json.malformed", message="the body cannot be read as JSON")


class FaultOut(BaseModel):
    """One thing wrong: where, which rule, and what would mend it."""

    path: str = Field(examples=["insee"])
    code: str = Field(examples=["commune.unknown"])
    detail: str = Field(examples=["no commune 53400"])
    hint: str | None = Field(default=None, examples=["postal code? Craon is 53084"])


class ProblemOut(BaseModel, extra="allow"):
    """RFC 9457 problem details: `code` is stable, further members are the facts of the case."""

    type: str = Field(examples=["/problems#slot_taken"])
    title: str = Field(examples=["The place is booked already"])
    status: int = Field(examples=[409])
    code: str = Field(examples=["slot_taken"])
    detail: str
    request_id: str = Field(
        examples=["5b0c1d9e0f6a4b7c8d2e3f4a5b6c7d8e"],
        description="Names this request, as the header `X-Request-Id` does",
    )
    errors: list[FaultOut] | None = None


def status_of(error: type[TourderoleError]) -> int:
    """The nearest ancestor's status; 500 for what the table does not know."""
    return next((STATUS[kind] for kind in error.__mro__ if kind in STATUS), 500)


def answers(*errors: type[TourderoleError]) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route that may raise these, codes named; every guarded route may also answer 401 and 503."""
    by_status: dict[int, list[type[TourderoleError]]] = {}
    for error in (*errors, Unauthenticated, Unavailable):
        by_status.setdefault(status_of(error), []).append(error)
    return {
        status: {
            "model": ProblemOut,
            "description": "; ".join(f"`{error.code}`: {error.title}" for error in kinds),
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemOut"}}},
        }
        for status, kinds in by_status.items()
    }


def code_of(error: TourderoleError) -> str:
    """A single fault lends its own code to the whole."""
    return error.faults[0].code if isinstance(error, Invalid) and len(error.faults) == 1 else error.code


def problem(request: Request, error: TourderoleError) -> JSONResponse:
    """The error as an answer, counted by its code."""
    status = status_of(type(error))
    faults, code = error.faults if isinstance(error, Invalid) else (), code_of(error)
    title, detail = error.title, error.detail
    if language_of(request) == "fr":
        title = in_french(error.code, title)
        detail = in_french(code, title)
    body: dict[str, object] = {
        **_told(error.facts, Language(language_of(request))),
        "type": f"/problems#{code}",
        "title": title,
        "status": status,
        "code": code,
        "detail": detail,
        "request_id": request.state.request_id,
    }
    REFUSALS.labels(code).inc()
    if faults:
        body["errors"] = [
            {"path": f.path, "code": f.code, "detail": f.message, **({"hint": f.hint} if f.hint else {})}
            for f in faults
        ]
    return JSONResponse(body, status_code=status, media_type=MEDIA_TYPE, headers=headers_of(error))


def _told(facts: Mapping[str, object], language: Language) -> Mapping[str, object]:
    """As JSON; why no place is free, in words too."""
    reasons = facts.get("explanations")
    if not isinstance(reasons, tuple):
        return facts
    told = [{"code": one.code, "text": explanation_in_words(one, language), **one.facts} for one in reasons]
    return {**facts, "explanations": told}


def headers_of(error: TourderoleError) -> Mapping[str, str] | None:
    """What the answer says beside its body."""
    if isinstance(error, Unauthenticated):
        return {"WWW-Authenticate": "Bearer"}
    return {"Retry-After": "2"} if isinstance(error, Unavailable) else None


def language_of(request: Request) -> str:
    """`fr` when the caller's first language is French, else `en`."""
    return "fr" if request.headers.get("accept-language", "").lower().startswith("fr") else "en"


def faults_of(request: Request, error: RequestValidationError) -> Iterable[Fault]:
    """What the shapes refused, as faults: the path without the part of the request that it stands in."""
    for item in error.errors():
        if item["type"] == "json_invalid":
            yield Fault(path="", code="json.malformed", message=f"{item['msg']}: {item['ctx']['error']}")
            continue
        for fault in shape_faults([item | {"loc": item["loc"][1:] or item["loc"]}]):
            is_unknown = item["type"] == "extra_forbidden"
            yield replace(fault, hint=hint_of_unknown(request, item["loc"])) if is_unknown else fault


def methods_at(request: Request) -> list[str]:
    """What the documented path of the request can be asked (RFC 9110 §15.5.6)."""
    documented: dict[str, dict[str, object]] = request.app.openapi()["paths"]
    here = (methods for path, methods in documented.items() if compile_path(path)[0].match(request.url.path))
    return sorted({method.upper() for methods in here for method in methods})


def problem_of_framework(request: Request, error: HTTPException) -> JSONResponse:
    """What no route has seen: a body that is no text, a path or a method that is not there."""
    if error.status_code == _BAD_REQUEST:
        return problem(request, Invalid(UNREADABLE))
    code = CODES.get(error.status_code, "http")
    headers = headers_of_framework(request, error)
    return _plain_problem(request, error.status_code, code, error.detail, headers=headers)


def headers_of_framework(request: Request, error: HTTPException) -> Mapping[str, str] | None:
    return {"Allow": ", ".join(methods_at(request))} if error.status_code == _NO_SUCH_METHOD else error.headers


def internal_problem(request: Request) -> JSONResponse:
    """The answer to a fault of ours, which the log tells under the same id."""
    return _plain_problem(request, 500, "internal", "Internal error", detail="the log says more under this request_id")


def _plain_problem(
    request: Request,
    status: int,
    code: str,
    title: str,
    *,
    detail: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """Of what has no line on the page of problems."""
    REFUSALS.labels(code).inc()
    body = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "code": code,
        "detail": detail or title,
        "request_id": request.state.request_id,
    }
    return JSONResponse(body, status_code=status, media_type=MEDIA_TYPE, headers=headers)
