"""What this server can do, told to whoever speaks FHIR."""

from typing import Any

from fastapi import APIRouter, Request

from service.web.dependencies import Now
from service.web.fhir.addresses import FhirUrl
from service.web.fhir.capabilities import statement
from service.web.fhir.media import FhirResponse
from service.web.fhir.outcomes import outcomes

router = APIRouter(prefix="/metadata", tags=["fhir"])

_STATEMENT: dict[str, Any] = {
    "type": "object",
    "required": ["resourceType", "status", "date", "kind", "fhirVersion", "format", "rest"],
    "properties": {"resourceType": {"const": "CapabilityStatement"}, "fhirVersion": {"const": "4.0.1"}},
}


@router.get(
    "",
    response_class=FhirResponse,
    responses=outcomes() | {200: {"content": {FhirResponse.media_type: {"schema": _STATEMENT}}}},
)
@router.get("/", include_in_schema=False)
async def metadata(request: Request, base: FhirUrl, now: Now) -> FhirResponse:
    """The CapabilityStatement, made from the routes themselves."""
    return FhirResponse(statement(request.app.state.fhir_interactions, base=base, now=now))
