"""Changes by hand: to a draft freely, to what is published as an amendment with a reason."""

import asyncio
from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from service.application.roster_checks import refuse_begun, refuse_broken_rules, refuse_unknown
from service.application.roster_problems import lock_with_problem
from service.domain.assessing import assess
from service.domain.callers import Caller
from service.domain.directory import Territory
from service.domain.offering import seats_withdrawn, slots_added, touched
from service.domain.roster_content import Edit, RosterContent, difference, room_numbers
from service.domain.roster_life import Roster, RosterVersion
from service.domain.rosters import RosterId
from service.domain.solving import Problem
from service.storage.database import Database
from service.storage.roster_content import add_version, save_assignments
from service.storage.rosters import save_roster
from service.storage.slots import add_slots, withdraw_slots


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
        worth = roster.settled()
        if after != before:
            refuse_unknown(problem, after.assignments)
            refuse_broken_rules(problem, after.assignments, before=before.assignments)
            worth = await asyncio.to_thread(assess, problem, after.assignments, worth)
            roster = roster.edited(worth, reason=reason)
            await _save(session, roster, problem, before, after, now=now)
            said = RosterVersion.of(roster, after, made_by=caller.name, made_at=now, reason=reason)
            await add_version(session, id, said)
    return roster, after, problem.file.territory


async def _save(
    session: AsyncSession,
    roster: Roster,
    problem: Problem,
    before: RosterContent,
    after: RosterContent,
    *,
    now: datetime,
) -> None:
    """A draft says what it says; of what is published, the places follow."""
    await save_roster(session, roster)
    if not roster.state.is_public:
        await save_assignments(session, roster, after)
        return
    change = difference(before.assignments, after.assignments)
    refuse_begun(problem, touched(change), now=now)
    await withdraw_slots(session, seats_withdrawn(before, change), now=now)
    await save_assignments(session, roster, after, room_numbers(after.assignments, after.session_at))
    await add_slots(session, slots_added(problem, after, change))
