"""Who may ask the national interface."""

from typing import Annotated

from fastapi import Depends

from service.domain.callers import Caller
from service.web.dependencies import CallerDep


async def sas_caller(caller: CallerDep) -> Caller:
    """For now whoever bears the administrator's token. Raises Unauthenticated."""
    return caller


SasCaller = Annotated[Caller, Depends(sas_caller)]
