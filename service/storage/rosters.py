"""Rosters as they are kept: requested, found, locked, saved against a version, run by one job at a time."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, Select, func, select, update
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncSession

from service.domain.answers import Progress
from service.domain.calendar import IsoWeek
from service.domain.directory import TerritoryId
from service.domain.entries import Page
from service.domain.errors import NotFound, StaleVersion
from service.domain.roster_life import Assessment, Provenance, Roster, Solving
from service.domain.rosters import RosterId, RosterState
from service.storage.tables.rosters import RosterRow

_ASSESSMENT = TypeAdapter(Assessment)
_PROGRESS = TypeAdapter(Progress)
_UNDER_WAY = [solving for solving in Solving if solving.is_under_way]


def days_of(weeks: Sequence[IsoWeek]) -> Range[date]:
    """From the first Monday to the last Sunday."""
    return Range(weeks[0].monday, weeks[-1].sunday + timedelta(days=1), bounds="[)")


async def get_roster(session: AsyncSession, id: RosterId) -> Roster:
    """Raises NotFound."""
    return await _one(session, id, _rows(RosterRow.id == id))


async def lock_roster(session: AsyncSession, id: RosterId, *, version: int) -> Roster:
    """The roster, for who changes it: one at a time, until the transaction ends. Raises NotFound, StaleVersion.

    Whoever needs the territory too takes that first: everybody in the same order, so that nobody waits in a circle.
    """
    roster = await _one(session, id, _rows(RosterRow.id == id).with_for_update())
    if roster.version != version:
        raise roster.refused(StaleVersion)
    return roster


async def rosters_in(session: AsyncSession, territory: TerritoryId, weeks: Sequence[IsoWeek]) -> tuple[Roster, ...]:
    """Those that cover any of these weeks, locked, first week first."""
    meets = _rows(RosterRow.territory_id == territory, RosterRow.period.overlaps(days_of(weeks)))
    rows = await session.scalars(meets.order_by(func.lower(RosterRow.period)).with_for_update())
    return tuple(map(_roster_of, rows))


async def page_rosters(session: AsyncSession, territory: TerritoryId, *, before: str, limit: int) -> Page[Roster]:
    """At most `limit`, the latest weeks first, of those that begin before a week (the empty text: any week)."""
    asked = _rows(RosterRow.territory_id == territory, *([RosterRow.first_week < before] if before else []))
    rows = (await session.scalars(asked.order_by(RosterRow.first_week.desc()).limit(limit + 1))).all()
    more = rows[limit - 1].first_week if len(rows) > limit else None
    return Page(items=tuple(map(_roster_of, rows[:limit])), next_cursor=more)


async def add_roster(session: AsyncSession, roster: Roster) -> None:
    """Raises RosterExists when another covers one of its weeks."""
    session.add(RosterRow(id=roster.id, run_token=None, **_columns(roster)))
    await session.flush()


async def save_roster(session: AsyncSession, roster: Roster) -> None:
    """The version after the stored one. Whatever ran for it before is a ghost from now on. Raises StaleVersion."""
    if not await _saved(session, roster, RosterRow.version == roster.version - 1):
        raise (await get_roster(session, roster.id)).refused(StaleVersion)


async def save_answered(session: AsyncSession, roster: Roster, *, run_token: UUID) -> bool:
    """The version that a run made; False, and nothing saved, when the run is a ghost."""
    return await _saved(session, roster, RosterRow.run_token == run_token)


async def take_run(session: AsyncSession, id: RosterId, *, version: int, run_token: UUID) -> Roster | None:
    """The roster, to be solved by this run alone; None when that version is no longer to be solved."""
    waits = (RosterRow.id == id, RosterRow.version == version, RosterRow.solving.in_(_UNDER_WAY))
    taken = update(RosterRow).where(*waits).values(solving=Solving.RUNNING, run_token=run_token, progress=None)
    row = (await session.scalars(taken.returning(RosterRow))).one_or_none()
    return _roster_of(row) if row else None


async def report_progress(
    session: AsyncSession, id: RosterId, *, run_token: UUID, progress: Progress | None
) -> bool | None:
    """Record how far the run is. Whether it is asked to stop; None when it is a ghost."""
    mine = (RosterRow.id == id, RosterRow.run_token == run_token)
    if progress is not None:
        shown = _PROGRESS.dump_python(progress, mode="json")
        await session.execute(update(RosterRow).where(*mine).values(progress=shown))
    return (await session.scalars(select(RosterRow.stop_requested).where(*mine))).one_or_none()


async def save_stop(session: AsyncSession, id: RosterId) -> None:
    """The version stays: a stop changes nothing that the roster says."""
    await session.execute(update(RosterRow).where(RosterRow.id == id).values(stop_requested=True))


def _rows(*conditions: ColumnElement[bool]) -> Select[RosterRow]:
    return select(RosterRow).where(*conditions).execution_options(populate_existing=True)


async def _one(session: AsyncSession, id: RosterId, asked: Select[RosterRow]) -> Roster:
    row = (await session.scalars(asked)).one_or_none()
    if row is None:
        raise NotFound("roster", id)
    return _roster_of(row)


async def _saved(session: AsyncSession, roster: Roster, still: ColumnElement[bool]) -> bool:
    saved = update(RosterRow).where(RosterRow.id == roster.id, still).values(run_token=None, **_columns(roster))
    return (await session.scalars(saved.returning(RosterRow.id))).one_or_none() is not None


def _columns(roster: Roster) -> Mapping[str, Any]:
    provenance = roster.provenance
    return {
        "territory_id": roster.territory,
        "first_week": str(roster.weeks[0]),
        "weeks": len(roster.weeks),
        "period": days_of(roster.weeks),
        "state": roster.state,
        "version": roster.version,
        "solving": roster.solving,
        "seed": roster.seed,
        "seconds": roster.seconds,
        "stop_requested": roster.stop_requested,
        "progress": _PROGRESS.dump_python(roster.progress, mode="json") if roster.progress else None,
        "answer": _ASSESSMENT.dump_python(roster.assessment, mode="json") if roster.assessment else None,
        "digest": provenance.digest if provenance else None,
        "solver_version": provenance.solver_version if provenance else None,
        "solved_at": provenance.solved_at if provenance else None,
        "failure": roster.failure,
        "requested_by": roster.requested_by,
        "requested_at": roster.requested_at,
        "published_at": roster.published_at,
        "published_by": roster.published_by,
    }


def _roster_of(row: RosterRow) -> Roster:
    return Roster(
        id=RosterId(row.id),
        territory=TerritoryId(row.territory_id),
        weeks=IsoWeek.parse(row.first_week).following(row.weeks),
        state=RosterState(row.state),
        version=row.version,
        solving=Solving(row.solving),
        seed=row.seed,
        seconds=row.seconds,
        requested_by=row.requested_by,
        requested_at=row.requested_at,
        stop_requested=row.stop_requested,
        progress=_PROGRESS.validate_python(row.progress) if row.progress else None,
        assessment=_ASSESSMENT.validate_python(row.answer) if row.answer else None,
        provenance=_provenance_of(row),
        failure=row.failure,
        published_by=row.published_by,
        published_at=row.published_at,
    )


def _provenance_of(row: RosterRow) -> Provenance | None:
    if row.digest is None or row.solver_version is None or row.solved_at is None:
        return None
    return Provenance(digest=row.digest, solver_version=row.solver_version, solved_at=row.solved_at)
