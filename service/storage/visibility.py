"""All that has to do with one session, as a trace of its visibility needs it."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from sqlalchemy import and_, any_, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncSession

from service.domain.agendas import Community
from service.domain.bookings import Slot
from service.domain.directory import (
    Audience,
    Insee,
    Practice,
    PracticeId,
    Practitioner,
    PractitionerId,
    Territory,
    TerritoryId,
)
from service.domain.errors import NotFound
from service.domain.rosters import RosterState, SessionId
from service.domain.visibility import SeatHeld, SessionFacts
from service.storage.directory import get_territory
from service.storage.directory_rows import practice_of, practitioner_of
from service.storage.places import slot_of, slots, territories
from service.storage.roster_content import session_of
from service.storage.tables.directory import CommuneRow, PracticeRow, PractitionerRow, TerritoryRow
from service.storage.tables.rosters import AssignmentRow, RosterRow, SessionRow


async def get_facts(session: AsyncSession, id: SessionId) -> SessionFacts:
    """Raises NotFound."""
    found = select(SessionRow, RosterRow.state).join(RosterRow, RosterRow.id == SessionRow.roster_id)
    row = (await session.execute(found.where(SessionRow.id == id))).one_or_none()
    if row is None:
        raise NotFound("session", id)
    territory = await get_territory(session, TerritoryId(row.SessionRow.territory_id))
    places = await _slots(session, id)
    held = (await session.scalars(select(AssignmentRow).where(AssignmentRow.session_id == id))).all()
    people = await _people(session, territory.id, {each.practitioner_id for each in held} | _persons(places))
    practices = await _practices(session, territory.id, {each.practice_id for each in held} | _sites(places))
    seats = (
        SeatHeld(holder=people[PractitionerId(e.practitioner_id)], practice=PracticeId(e.practice_id)) for e in held
    )
    return SessionFacts(
        id=id,
        session=session_of(row.SessionRow),
        territory=territory,
        roster=RosterState(row.state),
        seats=tuple(sorted(seats, key=lambda seat: seat.holder.id)),
        slots=places,
        people=people,
        practices=practices,
        communities=await _communities(session, people.values()),
        towns=await _towns(session, territory),
    )


async def sessions_of(session: AsyncSession, rpps: str, *, since: datetime, until: datetime) -> tuple[SessionId, ...]:
    """Published ones that somebody of that number holds and that are not over then, by time."""
    is_holder = and_(
        PractitionerRow.territory_id == AssignmentRow.territory_id, PractitionerRow.id == AssignmentRow.practitioner_id
    )
    found = select(AssignmentRow.session_id).join(PractitionerRow, is_holder)
    period = AssignmentRow.period.op("&&", is_comparison=True)(Range(since, until))
    held = found.where(PractitionerRow.rpps == rpps, AssignmentRow.published, period)
    return tuple(SessionId(id) for id in await session.scalars(held.order_by(AssignmentRow.period)))


async def _slots(session: AsyncSession, id: SessionId) -> tuple[Slot, ...]:
    told = select(slots, territories.c.timezone).join(territories, territories.c.id == slots.c.territory_id)
    rows = await session.execute(told.where(slots.c.session_id == id).order_by(slots.c.start_at, slots.c.id))
    return tuple(slot_of(row._asdict()) for row in rows)


def _persons(places: Iterable[Slot]) -> set[str]:
    return {each.practitioner for each in places}


def _sites(places: Iterable[Slot]) -> set[str]:
    return {each.practice for each in places}


async def _people(
    session: AsyncSession, territory: TerritoryId, ids: Collection[str]
) -> Mapping[PractitionerId, Practitioner]:
    own = (PractitionerRow.territory_id == territory, PractitionerRow.id.in_(ids))
    rows = await session.scalars(select(PractitionerRow).where(*own))
    return {PractitionerId(row.id): practitioner_of(row) for row in rows}


async def _practices(
    session: AsyncSession, territory: TerritoryId, ids: Collection[str]
) -> Mapping[PracticeId, Practice]:
    own = (PracticeRow.territory_id == territory, PracticeRow.id.in_(ids))
    return {PracticeId(row.id): practice_of(row) for row in await session.scalars(select(PracticeRow).where(*own))}


async def _communities(
    session: AsyncSession, people: Iterable[Practitioner]
) -> Mapping[PractitionerId, tuple[Community, ...]]:
    """Where each pledged time to communities, in whichever territory; as `storage.agendas` finds them."""
    id_of = {person.rpps: person.id for person in people}
    member = select(PractitionerRow, TerritoryRow).join(TerritoryRow, TerritoryRow.id == PractitionerRow.territory_id)
    pledged = (PractitionerRow.rpps.in_(id_of), any_(PractitionerRow.pledge_audiences) == Audience.CPTS)
    joined: dict[PractitionerId, list[Community]] = defaultdict(list)
    for row in await session.execute(member.where(*pledged).order_by(TerritoryRow.id)):
        of, community = row.PractitionerRow, row.TerritoryRow
        joined[id_of[of.rpps]].append(
            Community(
                territory=TerritoryId(community.id),
                name=community.name,
                finess=community.finess,
                phone=community.phone,
                from_on=of.from_on,
                until_on=of.until_on,
            )
        )
    return {id: tuple(each) for id, each in joined.items()}


async def _towns(session: AsyncSession, territory: Territory) -> frozenset[Insee]:
    own = select(CommuneRow.insee).where(CommuneRow.territory_id == territory.id)
    return frozenset(Insee(insee) for insee in await session.scalars(own))
