"""Fifty thousand places to search and to book: four weeks of territories all over France, from Monday on."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count, cycle, islice
from uuid import uuid4

import asyncpg

from benchmarks.pgbench import Statement
from benchmarks.territories import L, territory_text
from benchmarks.territory_map import Degrees
from service.application.directory import import_territory_file
from service.domain.bookings import Slot
from service.domain.calendar import Interval, IsoWeek
from service.domain.callers import Caller
from service.domain.directory import PractitionerId
from service.domain.offering import all_slots
from service.domain.roster_content import RosterContent
from service.domain.roster_life import Roster, Solving
from service.domain.rosters import Assignment, RosterId, RosterState, SessionId
from service.domain.solving import Problem
from service.domain.territory_file import TerritoryFile
from service.storage.database import Database
from service.storage.roster_content import replace_content
from service.storage.rosters import add_roster
from service.storage.slots import add_slots

PLACES = 50_000
WEEKS = 4
_CORNERS = [(lat, lon) for lat in (43.2, 44.6, 46.0, 47.4, 48.8) for lon in (-0.8, 1.2, 3.2, 5.2)]
_NUMBERED = """
CREATE TABLE benchmark_places AS
    SELECT row_number() OVER (ORDER BY md5(id::text)) - 1 AS n, id AS slot FROM slots WHERE mode = 'bookable';
CREATE TABLE benchmark_points AS
    SELECT row_number() OVER (ORDER BY md5(territory_id || insee)) - 1 AS n, lat, lon FROM communes;
ALTER TABLE benchmark_places ADD PRIMARY KEY (n);
ALTER TABLE benchmark_points ADD PRIMARY KEY (n);
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """`bookable`: ids of places, in no order. `points`: communes, north and east. `first_day`: a Tuesday.

    The tables `benchmark_places` and `benchmark_points` hold both, numbered by `n` from 0.
    """

    bookable: Sequence[str]
    points: Sequence[Degrees]
    first_day: datetime

    def days(self, count: int) -> Interval:
        """So many, from the first on."""
        return Interval(start=self.first_day, end=self.first_day + timedelta(days=count))

    def point_by_number(self, statement: Statement, point: Degrees) -> dict[int, str]:
        """SQL to stand for a point in a statement: that of the place `:n` in the table."""
        return {
            number: f"(SELECT {name} FROM benchmark_points WHERE n = :n % {len(self.points)})"  # noqa: S608 - our own
            for name, degrees in zip(("lat", "lon"), point, strict=True)
            for number in statement.numbers_of(degrees)
        }


async def offer_places(url: str) -> Offered:
    """Territories, sessions and places, the latter held by people of the sector in turn: no solver has been asked."""
    first = IsoWeek.of(datetime.now(UTC).date() + timedelta(weeks=1))
    left = PLACES
    async with Database(url) as database:
        for seed, corner in zip(count(1), _CORNERS, strict=False):
            text = territory_text(replace(L, corner=corner), seed)
            file = await import_territory_file(database, text, caller=Caller(name="benchmark"))
            left -= await _offer(database, Problem.of(file, first.following(WEEKS)), most=left)
            if left == 0:
                return await _offered(url, first)
    raise AssertionError(f"{left} places too few")


async def _offer(database: Database, problem: Problem, *, most: int) -> int:
    """How many were offered."""
    sessions = {SessionId(uuid4()): session for session in problem.sessions}
    content = RosterContent(sessions=sessions, assignments=tuple(_held(problem)))
    slots: list[Slot] = list(islice(all_slots(problem, content), most))
    roster = _published(problem)
    async with database.transaction() as session:
        await add_roster(session, roster)
        await replace_content(session, roster, replace(content, assignments=()))
        await add_slots(session, slots)
    return len(slots)


def _held(problem: Problem) -> Iterator[Assignment]:
    people = {sector: cycle(holders) for sector, holders in _people_of_sectors(problem.file).items()}
    for session in problem.sessions:
        for holder in islice(people[session.template.sector], session.template.seats):
            yield Assignment(
                template=session.template.id, on=session.on, practice=session.hosts[0], practitioner=holder
            )


def _people_of_sectors(file: TerritoryFile) -> dict[str, list[PractitionerId]]:
    sector_of = {commune.insee: commune.sector for commune in file.communes}
    insee_of = {practice.id: practice.insee for practice in file.practices}
    people: dict[str, list[PractitionerId]] = {sector: [] for sector in sector_of.values()}
    for practitioner in file.practitioners:
        insee = insee_of[practitioner.home_practice]
        if insee is not None:
            people[sector_of[insee]].append(practitioner.id)
    return people


def _published(problem: Problem) -> Roster:
    now = datetime.now(UTC)
    return Roster(
        id=RosterId(uuid4()),
        territory=problem.file.territory.id,
        weeks=problem.weeks,
        state=RosterState.PUBLISHED,
        version=1,
        solving=Solving.SOLVED,
        seed=1,
        seconds=1,
        requested_by="benchmark",
        requested_at=now,
        published_by="benchmark",
        published_at=now,
    )


async def _offered(url: str, first: IsoWeek) -> Offered:
    connection = await asyncpg.connect(url)
    await connection.execute(_NUMBERED)
    await connection.execute("VACUUM ANALYZE")
    ids = await connection.fetch("SELECT slot FROM benchmark_places ORDER BY n")
    points = await connection.fetch("SELECT lat, lon FROM benchmark_points ORDER BY n")
    await connection.close()
    tuesday = datetime(first.monday.year, first.monday.month, first.monday.day, tzinfo=UTC) + timedelta(days=1)
    return Offered(
        bookable=[str(row["slot"]) for row in ids],
        points=[(row["lat"], row["lon"]) for row in points],
        first_day=tuesday,
    )
