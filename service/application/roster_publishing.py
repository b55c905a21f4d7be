"""Publication: from then on a roster binds, and its places are offered."""

from datetime import datetime

from service.application.roster_checks import refuse_broken_rules, refuse_over, refuse_short_notice
from service.application.roster_problems import lock_with_problem
from service.domain.callers import Caller
from service.domain.offering import all_slots
from service.domain.roster_content import room_numbers
from service.domain.roster_life import Roster, RosterVersion
from service.domain.rosters import RosterId
from service.storage.database import Database
from service.storage.roster_content import add_version, save_assignments
from service.storage.rosters import save_roster
from service.storage.slots import add_slots
from service.storage.wait_list import offer_places, places_waited_for


async def publish_roster(
    database: Database, id: RosterId, *, expected_version: int, caller: Caller, now: datetime
) -> Roster:
    """Make a draft binding and offer its places, all of it or nothing. There is no way back.

    Every rule is checked again, with the territory as it is now. Raises NotFound, StaleVersion, RosterPublished,
    RosterNotReady, RosterOver, PublicationTooLate, RulesBroken.
    """
    async with database.transaction() as session:
        draft, content, problem = await lock_with_problem(session, id, version=expected_version)
        roster = draft.published(by=caller.name, now=now)
        refuse_over(draft, problem.file.territory.zone, now=now)
        refuse_short_notice(problem, now=now)
        refuse_broken_rules(problem, content.assignments)
        await save_roster(session, roster)
        await save_assignments(session, roster, content, room_numbers(content.assignments, content.session_at))
        await add_slots(session, all_slots(problem, content))
        await offer_places(session, await places_waited_for(session, now=now), now=now)
        await add_version(session, id, RosterVersion.of(roster, content, made_by=caller.name, made_at=now))
    return roster
