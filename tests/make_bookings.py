"""Places to hold and to book: one small territory made row by row, or rosters of the reference territory, published."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.dialects.postgresql import Range

from service.application.roster_publishing import publish_roster
from service.domain.bookings import Origin, Slot, SlotId
from service.domain.calendar import Interval, IsoWeek
from service.domain.callers import Caller, Keyed
from service.domain.directory import Audience, PracticeId, PractitionerId, TerritoryId
from service.domain.geography import Point
from service.domain.needs import CareRequest, PlaceNamed, PlaceNeeded
from service.domain.rosters import Assignment, Modality, Mode, SessionId
from service.storage.database import Database
from service.storage.slots import add_slots
from service.storage.tables.directory import CommuneRow, PracticeRow, PractitionerRow, TerritoryRow
from service.storage.tables.rosters import RosterRow, SessionRow
from tests.rosters import a_draft

NOW = datetime(2026, 11, 23, 13, 5, tzinfo=UTC)
"""Monday 23 November 2026, 14:05 in Paris."""
HERE = Point(47.9, -1.0)
REGULATOR = Caller(name="osnp-53")
OTHER_REGULATOR = Caller(name="osnp-49")
_FIRST, _LAST = date(2026, 10, 26), date(2027, 4, 26)


def in_minutes(minutes: float) -> datetime:
    return NOW + timedelta(minutes=minutes)


async def a_territory(
    database: Database,
    id: str = "west",
    *,
    at: Point = HERE,
    insee: str = "53001",
    timezone: str = "Europe/Paris",
    **policy: Any,
) -> TerritoryId:
    """A territory with one commune, whose centre is `at`, and a roster of half a year, published."""
    rows = (
        TerritoryRow(
            id=id,
            version=1,
            name=id,
            department="53",
            finess="539900019",
            aci_size=1,
            population=1000,
            timezone=timezone,
            school_zone="none",
            holiday_zone="metropole",
            pdsa_saturday_start=time(12),
            policy=policy,
        ),
        CommuneRow(
            territory_id=id,
            insee=insee,
            position=0,
            name=id,
            postal_code="53000",
            population=1000,
            lat=at.lat,
            lon=at.lon,
            sector="A",
        ),
        _roster(id),
    )
    async with database.transaction() as session:
        for row in rows:
            session.add(row)
            await session.flush()
    return TerritoryId(id)


def _roster(territory: str) -> RosterRow:
    return RosterRow(
        id=uuid4(),
        territory_id=territory,
        first_week="2026-W44",
        weeks=26,
        period=Range(_FIRST, _LAST),
        state="published",
        version=1,
        solving="solved",
        seed=1,
        seconds=1,
        stop_requested=False,
        requested_by="test",
        requested_at=NOW,
    )


async def a_practice(
    database: Database,
    id: str = "msp",
    *,
    territory: str = "west",
    at: Point = HERE,
    gp: str = "gp-1",
    rpps: str = "99900000011",
) -> PracticeId:
    """A practice and the one practitioner at home there."""
    practice = PracticeRow(
        territory_id=territory,
        id=id,
        position=0,
        version=1,
        name=f"Practice {id}",
        kind="practice",
        address_line="1 rue de l'Exemple",
        phone="+33243900000",
        rooms=9,
        lat=at.lat,
        lon=at.lon,
        stops=[],
    )
    practitioner = PractitionerRow(
        territory_id=territory,
        id=gp,
        position=0,
        version=1,
        given_name="Aline",
        family_name="Morvan",
        rpps=rpps,
        specialty="SM54",
        status="self_employed",
        home_practice=id,
        max_sessions_per_week=1,
        min_sessions_per_week=0,
        capacity_uplift=0,
        may_work_at=[],
    )
    async with database.transaction() as session:
        session.add(practice)
        await session.flush()
        session.add(practitioner)
    return PracticeId(id)


async def some_slots(
    database: Database,
    starts: Iterable[datetime] = (NOW + timedelta(minutes=10),),
    *,
    territory: str = "west",
    practice: str = "msp",
    gp: str = "gp-1",
    at: Point = HERE,
    **different: Any,
) -> list[SlotId]:
    """Free places of 15 minutes, in a session of their own; `different` says what is else, as `Slot` has it."""
    times = [Interval(start=start, end=start + timedelta(minutes=15)) for start in starts]
    async with database.transaction() as session:
        held = SessionRow(
            id=uuid4(),
            roster_id=await session.scalar(select(RosterRow.id).where(RosterRow.territory_id == territory)),
            territory_id=territory,
            template_id=str(uuid4()),
            on_date=times[0].start.date(),
            period=Range(times[0].start, times[-1].end),
            hosts=[practice],
            burden_class="ordinary",
            template={"sector": "A"},
        )
        session.add(held)
        await session.flush()
        usual = {
            "session": SessionId(held.id),
            "territory": TerritoryId(territory),
            "practice": PracticeId(practice),
            "practitioner": PractitionerId(gp),
            "point": at,
            "mode": Mode.BOOKABLE,
            "modality": Modality.IN_PERSON,
            "audiences": frozenset({Audience.SNP}),
        }
        offered = [Slot(id=SlotId(uuid4()), **{**usual, "time": each, **different}) for each in times]
        await add_slots(session, offered)
    return [slot.id for slot in offered]


async def places(database: Database, starts: Iterable[datetime], **different: Any) -> list[SlotId]:
    """Free places, and all that they need."""
    await a_territory(database)
    await a_practice(database)
    return await some_slots(database, starts, **different)


async def a_place(database: Database, start: datetime = NOW + timedelta(minutes=10), **different: Any) -> SlotId:
    """One free place that begins in ten minutes, and all that it needs."""
    [slot] = await places(database, [start], **different)
    return slot


def quarters(count: int, *, first: datetime = NOW + timedelta(minutes=10)) -> list[datetime]:
    return [first + timedelta(minutes=15 * number) for number in range(count)]


def naming(slot: SlotId, case_ref: str = "DRM-2026-1") -> PlaceNamed:
    return PlaceNamed(slot=slot, case_ref=case_ref, origin=Origin.SAS)


def needing(case_ref: str = "DRM-2026-1", **request: Any) -> PlaceNeeded:
    return PlaceNeeded(request=CareRequest(near=HERE, **request), case_ref=case_ref, origin=Origin.SAS)


def keyed(key: str, request: str = "a digest", *, operation: str = "POST /v1/bookings") -> Keyed:
    return Keyed(key=key, operation=operation, request=request)


async def publish(database: Database, *assignments: Assignment, week: IsoWeek) -> None:
    """A hand-made roster of the reference territory, published on the Friday before."""
    draft = await a_draft(database, *assignments, week=week)
    friday = datetime.combine(week.monday - timedelta(days=3), time(12), UTC)
    await publish_roster(database, draft.id, expected_version=draft.version, caller=REGULATOR, now=friday)


async def rows_of(database: Database, table: type[Any]) -> list[Any]:
    async with database.transaction() as session:
        return list(await session.scalars(select(table)))


async def change_rows(database: Database, table: type[Any], *which: ColumnElement[bool], **values: Any) -> None:
    async with database.transaction() as session:
        await session.execute(update(table).where(*which).values(**values))
