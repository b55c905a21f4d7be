"""Where the outside reaches the national interface."""

from typing import Annotated

from fastapi import Depends, Request

from service.web.dependencies import public_url_of
from service.web.fhir.forwarded import Entrance
from service.web.refusals import FHIR_BASE


async def _fhir_url(request: Request) -> str:
    """Without a slash at the end: as set, else under the public URL."""
    entrance: Entrance = request.app.state.entrance
    return entrance.url or f"{public_url_of(request)}{FHIR_BASE}"


FhirUrl = Annotated[str, Depends(_fhir_url)]
