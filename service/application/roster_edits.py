"""Changes by hand: to a draft freely, to what is published as an amendment with a reason."""

from dataclasses import replace
from datetime import datetime

from service.application.roster_problems import lock_with_problem
from service.application.roster_saving import save_changed
from service.domain.callers import Caller
from service.domain.directory import Territory
from service.domain.roster_content import Edit, RosterContent
from service.domain.roster_life import Roster
from service.domain.rosters import RosterId
from service.storage.database import Database


async def edit_roster(
    database: Database,
    id: RosterId,
    edit: Edit,
    *,
    reason: str | None,
    expected_version: int,
    caller: Caller,
    now: datetime,
) -> tuple[Roster, RosterContent, Territory]:
    """Change who holds what; the goals are counted anew. An edit that changes nothing makes no version.

    What is published is amended: with a reason, no session that has begun, no seat with patients; places follow.
    Raises NotFound, StaleVersion, RosterNotReady, Invalid, RulesBroken, SessionBegun, SeatBooked, SlotHeld.
    """
    async with database.transaction() as session:
        roster, before, problem = await lock_with_problem(session, id, version=expected_version)
        after = replace(before, assignments=edit.applied(before.assignments))
        edited = await save_changed(session, roster, problem, before, after, reason=reason, caller=caller, now=now)
    return edited, after, problem.file.territory
