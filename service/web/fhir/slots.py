"""The places of practitioners, as the SAS platform asks for them (INT_R01, INT_R04)."""

from typing import Any

from fastapi import APIRouter, Request

from service.application.agendas import find_agendas
from service.domain.errors import Invalid
from service.domain.national import Profile
from service.web.dependencies import DatabaseDep, Now, PublicUrl
from service.web.fhir.addresses import FhirUrl
from service.web.fhir.callers import SasCaller
from service.web.fhir.capabilities import GUIDE, Interaction, SearchParameter
from service.web.fhir.mapping import bundle
from service.web.fhir.media import FhirResponse
from service.web.fhir.outcomes import outcomes
from service.web.fhir.searching import search_of
from service.web.refusals import FHIR_BASE

router = APIRouter(prefix="/Slot", tags=["fhir"])

_SEARCH = Interaction(
    resource="Slot",
    code="search-type",
    profiles=(Profile.SLOT, Profile.CPTS_SLOT),
    search_includes=(
        "Slot:schedule",
        "Schedule:actor",
        "Slot:service-type-reference",
        "HealthcareService:organization",
    ),
    search_parameters=(
        SearchParameter(name="start", type="date", definition=f"{GUIDE}/SearchParameter/slot-sp-start"),
        SearchParameter(name="schedule.actor:Practitioner.identifier", type="token"),
        SearchParameter(name="status", type="token", definition="http://hl7.org/fhir/SearchParameter/Slot-status"),
        SearchParameter(
            name="service-type-reference",
            type="reference",
            definition=f"{GUIDE}/SearchParameter/cptsslot-sp-servicetype",
            documentation="Included alone, never searched by",
        ),
    ),
)


def _parameter(name: str, description: str, *examples: str, required: bool = True) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "array", "items": {"type": "string"}, "examples": [list(examples)]}
    if required:
        schema["minItems"] = 1
    return {"name": name, "in": "query", "required": required, "description": description, "schema": schema}


_PARAMETERS = [
    _parameter(
        "start",
        "When the place begins: twice, from (`ge`) and until (`le`). Without an offset: the territory's clock",
        "ge2026-11-23T14:00:00.000+01:00",
        "le2026-11-25T23:59:59.999+01:00",
    ),
    _parameter(
        "schedule.actor:Practitioner.identifier",
        "Whose places: national identifiers between commas, with their prefix or without, unknown ones too",
        "urn:oid:1.2.250.1.71.4.2.1|810002909371",
    ),
    _parameter("status", "Free places alone are told", "free"),
    _parameter(
        "_include",
        "With `Slot:service-type-reference` the answer names the CPTS (INT_R04), else it does not (INT_R01); "
        "what a place refers to is always included",
        "Slot:schedule",
        "Slot:service-type-reference",
        required=False,
    ),
    _parameter("_count", "How many places at most, the earliest; without it all", "1000", required=False),
]
_BUNDLE: dict[str, Any] = {
    "type": "object",
    "required": ["resourceType", "id", "meta", "type", "total", "link"],
    "properties": {
        "resourceType": {"const": "Bundle"},
        "type": {"const": "searchset"},
        "total": {"type": "integer", "description": "Of places"},
        "link": {"type": "array", "minItems": 1, "maxItems": 1},
        "entry": {"type": "array", "minItems": 1, "items": {"type": "object"}},
    },
}


@router.get(
    "",
    response_class=FhirResponse,
    responses=outcomes(Invalid) | {200: {"content": {FhirResponse.media_type: {"schema": _BUNDLE}}}},
    openapi_extra=_SEARCH.declared() | {"parameters": _PARAMETERS},
)
@router.get("/", include_in_schema=False)
async def search(
    request: Request, database: DatabaseDep, caller: SasCaller, now: Now, public_url: PublicUrl, fhir_url: FhirUrl
) -> FhirResponse:
    """Free places of these practitioners that are open to an audience, with whose and where they are, in one bundle.

    Other parameters are ignored. When nobody is known, nothing is free or the window is past, the bundle is empty.
    """
    query = "".join(chr(byte) if byte < 0x80 else f"%{byte:02X}" for byte in request.scope["query_string"])
    asked = search_of(query)
    told = bundle(
        await find_agendas(database, asked, caller=caller, now=now),
        id=request.state.request_id,
        public_url=public_url,
        fhir_url=fhir_url,
        self_link=f"{fhir_url}{request.url.path.removeprefix(FHIR_BASE)}?{query}",
        with_communities=asked.with_communities,
    )
    return FhirResponse(told)
