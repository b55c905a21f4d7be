"""An open seat and who could take it; a seat and whom it could be exchanged with; the exchange itself."""

import asyncio
from datetime import datetime

from service.application.roster_checks import refuse_begun
from service.application.roster_problems import lock_with_problem, read_with_problem
from service.application.roster_saving import save_changed
from service.domain.callers import Caller
from service.domain.candidates import OpenCall, candidates_for
from service.domain.directory import PractitionerId, Territory
from service.domain.errors import NotFound
from service.domain.repairs import begun
from service.domain.roster_content import RosterContent
from service.domain.roster_life import Roster
from service.domain.rosters import RosterId, SessionKey
from service.domain.swaps import Swap, SwapOffer, swap_partners
from service.storage.database import Database


async def find_candidates(
    database: Database,
    id: RosterId,
    key: SessionKey,
    *,
    instead_of: PractitionerId | None,
    caller: Caller,
    now: datetime,
) -> OpenCall:
    """Who could take a seat of a session that has yet to begin. Raises NotFound, RosterNotReady, SessionBegun."""
    async with database.transaction() as session:
        _, content, problem = await read_with_problem(session, id)
    call = await asyncio.to_thread(candidates_for, problem, content.assignments, key, instead_of=instead_of)
    refuse_begun(problem.session_at, [key], now=now)
    return call


async def find_swaps(
    database: Database, id: RosterId, key: SessionKey, holder: PractitionerId, *, caller: Caller, now: datetime
) -> tuple[SwapOffer, ...]:
    """The lawful swaps of one holder's seat, best first. Raises NotFound, RosterNotReady, SessionBegun."""
    async with database.transaction() as session:
        _, content, problem = await read_with_problem(session, id)
    give = next((each for each in content.assignments if (each.key, each.practitioner) == (key, holder)), None)
    if give is None:
        raise NotFound("assignment", f"{key.template} on {key.on} of {holder}")
    refuse_begun(problem.session_at, [key], now=now)
    return await asyncio.to_thread(
        swap_partners, begun(problem, content.assignments, now=now), content.assignments, give
    )


async def swap_seats(
    database: Database,
    id: RosterId,
    swap: Swap,
    *,
    reason: str | None,
    expected_version: int,
    caller: Caller,
    now: datetime,
) -> tuple[Roster, RosterContent, Territory]:
    """Exchange two seats, or hand one over; an amendment of what is published, with a reason.

    Raises NotFound, StaleVersion, RosterNotReady, Invalid, RulesBroken, SessionBegun, SeatBooked, SlotHeld.
    """
    async with database.transaction() as session:
        roster, before, problem = await lock_with_problem(session, id, version=expected_version)
        after = before.amended((), swap.applied(before.assignments))
        swapped = await save_changed(session, roster, problem, before, after, reason=reason, caller=caller, now=now)
    return swapped, after, problem.file.territory
