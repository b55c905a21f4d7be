"""Why a roster is as it is: its empty seats, and who holds what."""

import asyncio

from service.application.roster_problems import read_answered
from service.domain.answers import Why
from service.domain.callers import Caller
from service.domain.directory import PractitionerId
from service.domain.errors import NotFound
from service.domain.roster_life import Assessment
from service.domain.rosters import RosterId, SessionKey
from service.domain.solving import Problem
from service.domain.why import why
from service.storage.database import Database


async def explain_roster(database: Database, id: RosterId, *, caller: Caller) -> tuple[Assessment, Problem]:
    """What it is worth, and the problem whose people and places the reasons name. Raises NotFound, RosterNotReady."""
    async with database.transaction() as session:
        roster, _, problem = await read_answered(session, id)
    return roster.worth(), problem


async def explain_assignment(
    database: Database, id: RosterId, key: SessionKey, holder: PractitionerId, *, caller: Caller
) -> tuple[Why, Problem]:
    """Why a seat is held by whom it is, as the roster stands. Raises NotFound, RosterNotReady."""
    async with database.transaction() as session:
        _, content, problem = await read_answered(session, id)
    held = next((each for each in content.assignments if (each.key, each.practitioner) == (key, holder)), None)
    if held is None:
        raise NotFound("assignment", f"{key.template} on {key.on} of {holder}")
    return await asyncio.to_thread(why, problem, content.assignments, held), problem
