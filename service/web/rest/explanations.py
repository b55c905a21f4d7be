"""Why a roster is as it is, over REST, in the caller's language."""

from typing import Annotated

from fastapi import APIRouter, Query

from service.application.explaining import explain_assignment, explain_roster
from service.application.territory_file.fields import Id
from service.domain.directory import PractitionerId
from service.domain.errors import Invalid, NotFound, RosterNotReady
from service.web.dependencies import TOLD, CallerDep, DatabaseDep, LanguageDep
from service.web.problems import answers
from service.web.rest.explanation_shapes import ExplanationsOut, WhyOut
from service.web.rest.rosters import RosterPath
from service.web.rest.swaps import SessionDep

router = APIRouter(prefix="/rosters/{roster}/explanations", tags=["rosters"])


@router.get("", responses=TOLD | answers(Invalid, NotFound, RosterNotReady))
async def get_explanations(
    roster: RosterPath, database: DatabaseDep, caller: CallerDep, language: LanguageDep
) -> ExplanationsOut:
    """Why seats are empty, practitioner by practitioner, and what would fill them; or why there is no roster."""
    worth, problem = await explain_roster(database, roster, caller=caller)
    return ExplanationsOut.told(worth, problem, language)


@router.get("/assignments", responses=TOLD | answers(Invalid, NotFound, RosterNotReady))
async def get_why(
    roster: RosterPath,
    session: SessionDep,
    practitioner: Annotated[Id, Query(description="Who holds the seat", examples=["gp-01"])],
    database: DatabaseDep,
    caller: CallerDep,
    language: LanguageDep,
) -> WhyOut:
    """Why a seat is held by whom it is, and not by the next."""
    why, problem = await explain_assignment(database, roster, session, PractitionerId(practitioner), caller=caller)
    return WhyOut.told(why, problem, language)
