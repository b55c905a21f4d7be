"""Accounts of regulators, as the SAS platform creates, changes and takes them away (INT_R02)."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from service.application.regulators import create_regulator, put_regulator
from service.domain.account_errors import AccountRefused, EmailTaken, RegulatorExists
from service.domain.errors import Invalid, TooLarge
from service.domain.faults import Fault
from service.domain.national import Profile
from service.domain.regulators import Regulator
from service.web.dependencies import DatabaseDep, Now
from service.web.fhir.addresses import FhirUrl
from service.web.fhir.callers import SasCaller
from service.web.fhir.capabilities import Interaction, SearchParameter
from service.web.fhir.media import MEDIA_TYPE, FhirResponse
from service.web.fhir.outcomes import outcomes
from service.web.fhir.regulator_mapping import account_of, named_by, regulator_resource
from service.web.rest.bodies import FileBody, file_body

router = APIRouter(prefix="/Practitioner", tags=["fhir"])

_CREATE = Interaction(resource="Practitioner", code="create", profiles=(Profile.REGULATOR,))
_UPDATE = Interaction(
    resource="Practitioner",
    code="update",
    profiles=(Profile.REGULATOR,),
    search_parameters=(SearchParameter(name="identifier", type="token"),),
    conditional_update=True,
    update_create=True,
)
_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["resourceType", "identifier", "active", "name", "telecom"],
    "properties": {"resourceType": {"const": "Practitioner"}, "active": {"type": "boolean"}},
    "description": f"Of the profile {Profile.REGULATOR}",
}
_BODY = file_body({MEDIA_TYPE: _SCHEMA, "application/json": _SCHEMA})
_LOCATION = {"Location": {"description": "The address of the account", "schema": {"type": "string"}}}
_ANSWER: dict[str, Any] = {"headers": _LOCATION, "content": {MEDIA_TYPE: {"schema": _SCHEMA}}}
_REFUSED: dict[int | str, dict[str, Any]] = outcomes(Invalid, AccountRefused, RegulatorExists, EmailTaken, TooLarge)
_NAMED = Query(
    description="`system|value`: how the account is named until now; the body may name it otherwise",
    examples=["urn:oid:1.2.250.1.213.3.6|b6e39355-8a61-4556-b340-36f7b95fec6a"],
)


@router.post(
    "",
    status_code=201,
    response_class=FhirResponse,
    responses=_REFUSED | {201: _ANSWER},
    openapi_extra=_BODY | _CREATE.declared(),
)
@router.post("/", status_code=201, include_in_schema=False)
async def create(body: FileBody, database: DatabaseDep, caller: SasCaller, now: Now, base: FhirUrl) -> Response:
    """Give a regulator an account. `id` is not looked at: ours is in `Location`."""
    made = await create_regulator(database, account_of(body), caller=caller, now=now)
    return _told(made, base, is_new=True)


@router.put(
    "",
    response_class=FhirResponse,
    responses=_REFUSED | {200: _ANSWER, 201: _ANSWER | {"description": "There was none"}},
    openapi_extra=_BODY | _UPDATE.declared(),
)
@router.put("/", include_in_schema=False)
async def update(
    body: FileBody,
    database: DatabaseDep,
    caller: SasCaller,
    now: Now,
    base: FhirUrl,
    identifier: Annotated[str | None, _NAMED] = None,
) -> Response:
    """Make the account be as sent, be it that it is taken away (`active` false). The same message may come twice."""
    if identifier is None:
        raise Invalid(Fault(path="identifier", code="key.missing", message="which account?", hint="?identifier=…|…"))
    named = named_by(identifier)
    made, is_new = await put_regulator(database, named, account_of(body), caller=caller, now=now)
    return _told(made, base, is_new=is_new)


def _told(regulator: Regulator, base: str, *, is_new: bool) -> FhirResponse:
    return FhirResponse(
        regulator_resource(regulator),
        status_code=201 if is_new else 200,
        headers={"Location": f"{base}/Practitioner/{regulator.id}"},
    )
