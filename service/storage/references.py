"""What rosters still point at: history names its people, places and templates, so they stay."""

from collections.abc import Iterable, Mapping

from sqlalchemy import ColumnElement, Text, all_, literal, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from service.domain.directory import TerritoryId
from service.domain.errors import StillReferred
from service.storage.tables.rosters import AssignmentRow, RosterRow, SessionRow

_NAMED_IN_ROSTERS: Mapping[str, tuple[InstrumentedAttribute[str], str]] = {
    "practitioner": (AssignmentRow.practitioner_id, "give an `until` date instead of taking it out"),
    "practice": (AssignmentRow.practice_id, "keep it, and take it out of the templates' hosts"),
    "session template": (SessionRow.template_id, "give an `until` date instead of taking it out"),
}
"""By the noun of the entry: where rosters name it, and what to do instead of deleting it."""


async def refuse_if_in_a_roster(session: AsyncSession, territory: TerritoryId, noun: str, id: str) -> None:
    """Raises StillReferred when a roster names the entry."""
    await _refuse(session, territory, noun, _NAMED_IN_ROSTERS[noun][0] == id)


async def refuse_what_rosters_need(
    session: AsyncSession, territory: TerritoryId, noun: str, *, kept: Iterable[str]
) -> None:
    """Raises StillReferred when a roster names an entry that is not kept."""
    await _refuse(session, territory, noun, _NAMED_IN_ROSTERS[noun][0] != all_(literal(list(kept), ARRAY(Text))))


async def refuse_while_rosters_exist(session: AsyncSession, territory: TerritoryId) -> None:
    """Raises StillReferred when the territory has a roster, of any state."""
    if await session.scalar(select(RosterRow.id).where(RosterRow.territory_id == territory).limit(1)):
        raise StillReferred(f"territory {territory} has rosters", kind="territory", ids=[territory])


async def _refuse(session: AsyncSession, territory: TerritoryId, noun: str, is_meant: ColumnElement[bool]) -> None:
    named, hint = _NAMED_IN_ROSTERS[noun]
    asked = select(named).distinct().where(named.class_.territory_id == territory, is_meant).order_by(named).limit(10)
    ids = list(await session.scalars(asked))
    if ids:
        raise StillReferred(f"rosters name the {noun} {', '.join(ids)}", kind=noun, ids=ids, hint=hint)
