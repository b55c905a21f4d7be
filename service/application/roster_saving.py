"""A changed roster saved: checked against the rules, counted anew, its places and history following."""

import asyncio
from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from service.application.displaced import change_places
from service.application.roster_checks import refuse_begun, refuse_broken_rules, refuse_unknown
from service.domain.assessing import assess
from service.domain.callers import Caller
from service.domain.offering import seats_changed, seats_withdrawn, slots_added, touched
from service.domain.roster_content import RosterContent, room_numbers
from service.domain.roster_life import Roster, RosterVersion
from service.domain.solving import Problem
from service.storage.roster_content import add_version, save_assignments, save_sessions
from service.storage.rosters import save_roster


async def save_changed(
    session: AsyncSession,
    roster: Roster,
    problem: Problem,
    before: RosterContent,
    after: RosterContent,
    *,
    reason: str | None,
    caller: Caller,
    now: datetime,
) -> Roster:
    """The roster's next version, which says `after`; the same one when that is what it says.

    `problem` is the stored one, its sessions those of `after`: of other sessions than before nothing is proved. Raises
    RosterNotReady, Invalid, RulesBroken, SessionBegun, SeatBooked, SlotHeld.
    """
    worth = roster.settled()
    if after == before:
        return roster
    refuse_unknown(problem, after.assignments)
    refuse_broken_rules(problem, after.assignments, before=before.assignments)
    known = worth if after.sessions == before.sessions else replace(worth, goals=(), baseline=None)
    changed = roster.edited(await asyncio.to_thread(assess, problem, after.assignments, known), reason=reason)
    await save_roster(session, changed)
    await save_sessions(session, changed, before, after)
    await _save_seats(session, changed, problem, before, after, now=now)
    said = RosterVersion.of(changed, after, made_by=caller.name, made_at=now, reason=reason)
    await add_version(session, changed.id, said)
    return changed


async def _save_seats(
    session: AsyncSession,
    roster: Roster,
    problem: Problem,
    before: RosterContent,
    after: RosterContent,
    *,
    now: datetime,
) -> None:
    """A draft says what it says; of what is published, the places follow."""
    if not roster.state.is_public:
        await save_assignments(session, roster, after)
        return
    change = seats_changed(before, after)
    keys = touched(change)
    refuse_begun(before.session_at, keys, now=now)
    refuse_begun(after.session_at, keys, now=now)
    await save_assignments(session, roster, after, room_numbers(after.assignments, after.session_at))
    await change_places(session, seats_withdrawn(before, change), list(slots_added(problem, after, change)), now=now)
