"""Who may ask the national interface: the SAS platform by its certificate, or the administrator."""

from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials

from service.domain.callers import Caller
from service.domain.errors import Forbidden
from service.web.dependencies import _bearer, caller_of
from service.web.fhir.forwarded import Entrance


async def sas_caller(
    request: Request, _credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> Caller:
    """Whom the front proxy vouches for; past the proxy, whoever bears the administrator's token.

    What a client says of its certificate without the proxy's secret counts for nothing. Raises Unauthenticated, or
    Forbidden of a certificate that is not of a known client.
    """
    entrance: Entrance = request.app.state.entrance
    known = entrance.known
    if known is None or not known.is_from_proxy(request.headers):
        return caller_of(request)
    name = known.common_name(request.headers)
    if name is None:
        raise Forbidden("the certificate is not that of a known client")
    return Caller(name=f"sas:{name}")


SasCaller = Annotated[Caller, Depends(sas_caller)]
