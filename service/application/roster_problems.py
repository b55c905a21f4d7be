"""The problem behind a roster: the territory as it is now, what is published around its weeks, and the ledger."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from service.domain.calendar import IsoWeek
from service.domain.directory import Practice, TerritoryId
from service.domain.errors import StaleVersion
from service.domain.geography import Point
from service.domain.ledger import LEDGER_WEEKS, ledger
from service.domain.roster_content import RosterContent
from service.domain.roster_life import Roster
from service.domain.rosters import RosterId
from service.domain.solving import Held, Problem
from service.domain.territory_file import TerritoryFile
from service.storage.directory import get_territory_file
from service.storage.roster_content import get_content, published_content
from service.storage.rosters import get_roster, lock_roster


async def problem_of_weeks(session: AsyncSession, territory: TerritoryId, weeks: Sequence[IsoWeek]) -> Problem:
    """The sessions that the calendar yields in these weeks, to be filled. Raises NotFound."""
    file = await get_territory_file(session, territory)
    first, after = weeks[0].monday, weeks[-1].sunday + timedelta(days=1)
    past = await published_content(session, territory, first - timedelta(weeks=LEDGER_WEEKS), first)
    following = await published_content(session, territory, after, after + timedelta(weeks=1))
    leave_weeks = file.territory.policy.in_force_on(first).leave_weeks
    owed = ledger(file.practitioners, past, absences=file.absences, leave_weeks=leave_weeks)
    history = file.burden_history + owed
    week_before = first - timedelta(weeks=1)
    neighbours = [held for held in (*_held(file, past), *_held(file, following)) if held.on >= week_before]
    return Problem.of(replace(file, burden_history=history), weeks, neighbours=neighbours)


async def read_with_problem(session: AsyncSession, id: RosterId) -> tuple[Roster, RosterContent, Problem]:
    """A settled roster, what it says, and its problem: sessions as drafted, people as they are now.

    Raises NotFound, RosterNotReady.
    """
    roster, content, problem = await read_answered(session, id)
    roster.settled()
    return roster, content, problem


async def read_answered(session: AsyncSession, id: RosterId) -> tuple[Roster, RosterContent, Problem]:
    """The same of any roster that was solved, changeable or not. Raises NotFound, RosterNotReady."""
    roster = await get_roster(session, id)
    roster.worth()
    problem = await problem_of_weeks(session, roster.territory, roster.weeks)
    content = await get_content(session, id)
    return roster, content, _as_drafted(problem, roster, content)


async def lock_with_problem(
    session: AsyncSession, id: RosterId, *, version: int
) -> tuple[Roster, RosterContent, Problem]:
    """A roster to be changed, what it says, and its problem: the sessions as drafted, the people as they are now.

    The territory is locked before the roster, as everywhere. Raises NotFound, StaleVersion.
    """
    seen = await get_roster(session, id)
    if seen.version != version:
        raise seen.refused(StaleVersion)
    problem = await problem_of_weeks(session, seen.territory, seen.weeks)
    roster = await lock_roster(session, id, version=version)
    content = await get_content(session, id)
    return roster, content, _as_drafted(problem, roster, content)


def _as_drafted(problem: Problem, roster: Roster, content: RosterContent) -> Problem:
    published = content.assignments if roster.state.is_public else ()
    return replace(problem, sessions=tuple(content.sessions.values()), published=published)


def _held(file: TerritoryFile, content: RosterContent) -> Iterator[Held]:
    practice_of = {practice.id: practice for practice in file.practices}
    session_at = content.session_at
    for assignment in content.assignments:
        yield Held(
            practitioner=assignment.practitioner,
            practice=assignment.practice,
            on=assignment.on,
            time=session_at[assignment.key].time,
            point=_place(practice_of[assignment.practice], assignment.on),
        )


def _place(practice: Practice, on: date) -> Point:
    """Where it was. A stop may have moved since: any place will do, for nobody travels from one week to another."""
    return practice.point_on(on) or practice.stops[0].point
