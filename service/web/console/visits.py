"""What a page of a practitioner's is given: whose it is, who visits it and when."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request

from service.domain.callers import Caller
from service.storage.database import Database
from service.web.console.asked import Asked, AskedDep
from service.web.console.visitors import OwnForm, Regulator
from service.web.dependencies import DatabaseDep, Now


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """By a regulator who is signed in and has accepted the terms."""

    request: Request
    asked: Asked
    database: Database
    caller: Caller
    now: datetime


async def _visit(request: Request, asked: AskedDep, database: DatabaseDep, regulator: Regulator, now: Now) -> Visit:
    """Raises Unauthenticated, RegulatorDisabled, TermsNotAccepted, NotFound."""
    return Visit(request=request, asked=asked, database=database, caller=regulator.caller, now=now)


VisitDep = Annotated[Visit, Depends(_visit)]


async def _posted(visit: VisitDep, _own: OwnForm) -> Visit:
    """Raises NotOurForm, and what `_visit` does."""
    return visit


PostedDep = Annotated[Visit, Depends(_posted)]
