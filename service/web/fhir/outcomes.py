"""Error → OperationOutcome: how the national interface is told of what was refused."""

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any, Literal

from fastapi import Request
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from service.domain.account_errors import AccountRefused, EmailTaken, RegulatorExists
from service.domain.errors import (
    Conflict,
    Forbidden,
    Gone,
    Invalid,
    NotFound,
    TooLarge,
    TourderoleError,
    Unauthenticated,
    Unavailable,
)
from service.domain.faults import Fault
from service.web import problems
from service.web.counting import REFUSALS
from service.web.dependencies import public_url_of
from service.web.fhir.media import FhirResponse
from service.web.french import in_french

STATUS: Mapping[type[TourderoleError], int] = {Invalid: 400, AccountRefused: 422, Conflict: 422}
"""Where the guide differs from `web.problems`: 400 a malformed request, 422 what a rule refuses."""

ISSUE: Mapping[type[TourderoleError], str] = {
    Invalid: "invalid",
    TooLarge: "too-long",
    NotFound: "not-found",
    Gone: "deleted",
    Unauthenticated: "login",
    Forbidden: "forbidden",
    AccountRefused: "business-rule",
    RegulatorExists: "duplicate",
    EmailTaken: "duplicate",
    Conflict: "business-rule",
    Unavailable: "transient",
}
"""https://hl7.org/fhir/R4/valueset-issue-type.html"""
EXPRESSION: Mapping[type[TourderoleError], str] = {
    RegulatorExists: "Practitioner.identifier",
    EmailTaken: "Practitioner.telecom",
}
"""Which element a refusal is about, when it names none itself (FHIRPath)."""
_ISSUE_OF_FAULT: Mapping[str, str] = {"key.missing": "required"}
_ISSUE_OF_STATUS: Mapping[int, str] = {404: "not-found", 405: "not-supported", 500: "exception"}


class CodingOut(BaseModel):
    system: str = Field(examples=["https://tourderole.example/problems"])
    code: str = Field(examples=["key.missing"], description="As on the page of problems")


class DetailsOut(BaseModel):
    coding: list[CodingOut]
    text: str = Field(examples=["The request is malformed"])


class IssueOut(BaseModel):
    """One thing wrong: where (`expression`), which rule (`details`), what would mend it (`diagnostics`)."""

    severity: Literal["error", "fatal"]
    code: str = Field(examples=["required"], description="https://hl7.org/fhir/R4/valueset-issue-type.html")
    details: DetailsOut
    diagnostics: str
    expression: list[str] | None = Field(default=None, examples=[["start"]])


class OutcomeOut(BaseModel):
    """https://hl7.org/fhir/R4/operationoutcome.html"""

    resource_type: Literal["OperationOutcome"] = Field(alias="resourceType")
    id: str = Field(description="Names this request, as the header `X-Request-Id` does")
    issue: list[IssueOut] = Field(min_length=1)


def status_of(error: type[TourderoleError]) -> int:
    return _nearest(STATUS, error) or problems.status_of(error)


def outcomes(*errors: type[TourderoleError]) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route that may raise these; every route here may also answer 401, 403 and 503."""
    by_status: dict[int, list[type[TourderoleError]]] = {}
    for error in (*errors, Unauthenticated, Forbidden, Unavailable):
        by_status.setdefault(status_of(error), []).append(error)
    return {
        status: {"model": OutcomeOut, "description": "; ".join(f"`{kind.code}`: {kind.title}" for kind in kinds)}
        for status, kinds in by_status.items()
    }


def outcome(request: Request, error: TourderoleError) -> FhirResponse:
    """The error as an answer, counted by its code; one issue for each fault."""
    title = in_french(error.code, error.title) if problems.language_of(request) == "fr" else error.title
    issue = _nearest(ISSUE, type(error)) or "processing"
    if isinstance(error, Invalid) and error.faults:
        issues = list(_issues(request, issue, title, error.faults))
        code = error.faults[0].code if len(error.faults) == 1 else error.code
    else:
        element = EXPRESSION.get(type(error))
        where = {"expression": [element]} if element else {}
        issues, code = [_issue(request, issue, error.code, title, error.detail) | where], error.code
    REFUSALS.labels(code).inc()
    return _answer(request, status_of(type(error)), issues, headers=problems.headers_of(error))


def outcome_of_framework(request: Request, error: HTTPException) -> FhirResponse:
    """What no route has seen: a body that is no text, a path or a method that is not there."""
    if error.status_code == HTTPStatus.BAD_REQUEST:
        return outcome(request, Invalid(problems.UNREADABLE))
    code = problems.CODES.get(error.status_code, "http")
    return _plain(request, error.status_code, code, error.detail, headers=problems.headers_of_framework(request, error))


def internal_outcome(request: Request) -> FhirResponse:
    """The answer to a fault of ours, which the log tells under the same id."""
    return _plain(request, 500, "internal", "the log says more under this request's id")


def _nearest(table: Mapping[type[TourderoleError], Any], error: type[TourderoleError]) -> Any:
    """What the table says of the error's nearest ancestor in it."""
    return next((table[kind] for kind in error.__mro__ if kind in table), None)


def _issues(request: Request, issue: str, title: str, faults: tuple[Fault, ...]) -> Iterator[dict[str, Any]]:
    for fault in faults:
        told = f"{fault.path}: {fault.message}" if fault.path else fault.message
        hint = f" ({fault.hint})" if fault.hint else ""
        where = {"expression": [fault.path]} if fault.path else {}
        kind = _ISSUE_OF_FAULT.get(fault.code, issue)
        yield _issue(request, kind, fault.code, title, told + hint) | where


def _issue(request: Request, issue: str, code: str, title: str, diagnostics: str) -> dict[str, Any]:
    system = f"{public_url_of(request)}/problems"
    return {
        "severity": "error",
        "code": issue,
        "details": {"coding": [{"system": system, "code": code}], "text": title},
        "diagnostics": diagnostics,
    }


def _plain(
    request: Request, status: int, code: str, detail: str, *, headers: Mapping[str, str] | None = None
) -> FhirResponse:
    """Of what has no line on the page of problems."""
    REFUSALS.labels(code).inc()
    issue = _ISSUE_OF_STATUS.get(status, "processing")
    return _answer(request, status, [_issue(request, issue, code, HTTPStatus(status).phrase, detail)], headers=headers)


def _answer(
    request: Request, status: int, issues: list[dict[str, Any]], *, headers: Mapping[str, str] | None
) -> FhirResponse:
    body = {"resourceType": "OperationOutcome", "id": request.state.request_id, "issue": issues}
    return FhirResponse(body, status_code=status, headers=dict(headers or {}))
