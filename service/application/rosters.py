"""Rosters: requested, read, followed while they are solved, stopped, compared."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from service.application.roster_checks import refuse_past
from service.domain.calendar import IsoWeek
from service.domain.callers import Caller, Keyed
from service.domain.directory import Territory, TerritoryId
from service.domain.entries import Page
from service.domain.errors import RosterExists, RosterPublished, StaleVersion
from service.domain.roster_content import Difference, RosterContent, difference
from service.domain.roster_life import Roster, RosterVersion
from service.domain.rosters import RosterId
from service.storage.database import Database
from service.storage.directory import get_territory, lock_territory
from service.storage.idempotency import claim
from service.storage.jobs import SOLVE_ROSTER, SOLVING_QUEUE, Job, enqueue
from service.storage.roster_content import add_version, get_content, get_version, page_versions, replace_content
from service.storage.rosters import add_roster, get_roster, page_rosters, rosters_in, save_roster, save_stop

GLANCE_SECONDS = 0.5
"""How often a roster that is being solved is looked at."""


async def request_roster(
    database: Database,
    territory: TerritoryId,
    weeks: Sequence[IsoWeek],
    *,
    seed: int,
    seconds: float,
    caller: Caller,
    now: datetime,
    expected_version: int | None = None,
    keyed: Keyed | None = None,
) -> Roster:
    """Ask for a roster of these weeks: the row and the job that solves it, in one transaction.

    A draft that stands there is drafted anew when `expected_version` is its own. Raises NotFound, RosterExists,
    RosterPublished, StaleVersion, IdempotencyKeyReused, Invalid (`week.past`).
    """
    asked = Roster.requested(territory, weeks, seed=seed, seconds=seconds, by=caller.name, now=now)
    async with database.transaction() as session:
        zone = (await lock_territory(session, territory)).zone
        standing = await rosters_in(session, territory, weeks)
        if keyed is not None and (earlier := await _asked_before(session, asked, standing, caller, keyed, now=now)):
            return await get_roster(session, earlier)
        roster = _requested(asked, standing, expected_version)
        refuse_past(weeks, zone, now=now)
        await (save_roster(session, roster) if standing else add_roster(session, roster))
        await _begin(session, roster)
    return roster


async def read_roster(database: Database, id: RosterId, *, caller: Caller) -> tuple[Roster, RosterContent, Territory]:
    """The roster, what it says, and whose it is. Raises NotFound."""
    async with database.transaction() as session:
        roster = await get_roster(session, id)
        return roster, await get_content(session, id), await get_territory(session, roster.territory)


async def find_roster(database: Database, id: RosterId, *, caller: Caller) -> Roster:
    """Raises NotFound."""
    async with database.transaction() as session:
        return await get_roster(session, id)


async def list_rosters(
    database: Database, territory: TerritoryId, *, before: str, limit: int, caller: Caller
) -> Page[Roster]:
    """The latest weeks first, of those before a week (the empty text: any). Raises NotFound."""
    async with database.transaction() as session:
        await get_territory(session, territory)
        return await page_rosters(session, territory, before=before, limit=limit)


async def follow_roster(
    database: Database, id: RosterId, *, caller: Caller, ended: Callable[[], bool] = lambda: False
) -> AsyncGenerator[Roster, None]:
    """The roster as it is, then each time its solving has moved, until it is solved or has failed, or nobody looks.

    Raises NotFound.
    """
    roster = await find_roster(database, id, caller=caller)
    yield roster
    while roster.solving.is_under_way and not ended():
        await asyncio.sleep(GLANCE_SECONDS)
        before, roster = roster, await find_roster(database, id, caller=caller)
        if roster != before:
            yield roster


async def stop_roster(database: Database, id: RosterId, *, caller: Caller) -> Roster:
    """End the solve under way; the best roster so far becomes the draft. Raises NotFound, RosterNotReady."""
    async with database.transaction() as session:
        stopped = (await get_roster(session, id)).stopped()
        await save_stop(session, id)
    return stopped


async def list_versions(
    database: Database, id: RosterId, *, after: int, limit: int, caller: Caller
) -> Page[RosterVersion]:
    """Raises NotFound."""
    async with database.transaction() as session:
        await get_roster(session, id)
        return await page_versions(session, id, after=after, limit=limit)


async def compare_versions(
    database: Database, id: RosterId, *, earlier: int, later: int | None, caller: Caller
) -> Difference:
    """What changed from one version to another (None: the present one). Raises NotFound."""
    async with database.transaction() as session:
        roster = await get_roster(session, id)
        before = await get_version(session, id, earlier)
        after = await get_version(session, id, roster.version if later is None else later)
    return difference(before.assignments, after.assignments)


def _requested(asked: Roster, standing: Sequence[Roster], expected_version: int | None) -> Roster:
    """What the request makes of the rosters that stand in its weeks."""
    for roster in standing:
        if roster.state.is_public:
            raise roster.refused(RosterPublished)
    if not standing:
        if expected_version is not None:
            raise StaleVersion("no roster of these weeks exists: ask without If-Match", version=None)
        return asked
    if expected_version is None or len(standing) > 1:
        raise standing[0].refused(RosterExists)
    if standing[0].version != expected_version:
        raise standing[0].refused(StaleVersion)
    return standing[0].drafted_anew(asked)


async def _asked_before(
    session: AsyncSession, asked: Roster, standing: Sequence[Roster], caller: Caller, keyed: Keyed, *, now: datetime
) -> RosterId | None:
    """The roster that the key asked for before. What a key stands for is one version of a roster: they only rise."""
    id, version = (standing[0].id, standing[0].version + 1) if standing else (asked.id, asked.version)
    mine = f"{id}/{version}"
    first = await claim(session, caller, keyed, mine, now=now)
    return None if first == mine else RosterId(UUID(first.split("/")[0]))


async def _begin(session: AsyncSession, roster: Roster) -> None:
    """It says nothing yet, and waits to be solved."""
    nothing = RosterContent.nothing()
    await replace_content(session, roster, nothing)
    said = RosterVersion.of(roster, nothing, made_by=roster.requested_by, made_at=roster.requested_at)
    await add_version(session, roster.id, said)
    await enqueue(session, _solving_job(roster))


def _solving_job(roster: Roster) -> Job:
    return Job(
        task=SOLVE_ROSTER,
        queue=SOLVING_QUEUE,
        lock=f"roster:{roster.id}",
        args={"roster": str(roster.id), "version": roster.version},
    )
