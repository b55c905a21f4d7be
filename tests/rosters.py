"""Rosters for tests: the reference territory, lawful assignments of it, and drafts that say what a test wants."""

from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any, cast

from service.application.roster_solving import record_answer, take_roster
from service.application.rosters import request_roster
from service.application.territory_file.reading import read_territory_file
from service.domain.answers import Answer, GoalValue, Outcome, Timings
from service.domain.calendar import IsoWeek
from service.domain.callers import Caller
from service.domain.directory import PracticeId, PractitionerId
from service.domain.errors import RulesBroken
from service.domain.fairness import fairness_table
from service.domain.goals import goal_values
from service.domain.roster_life import Roster
from service.domain.rosters import Assignment, TemplateId
from service.domain.solving import Problem
from service.domain.territory_file import TerritoryFile
from service.storage.database import Database
from service.storage.directory import replace_territory_file
from tests.territory_documents import REFERENCE

FILE = read_territory_file(REFERENCE)
TERRITORY = FILE.territory.id
W49 = IsoWeek(2026, 49)
NOW = datetime(2026, 11, 23, 13, 5, tzinfo=UTC)
ANNE, BRUNO = Caller(name="anne"), Caller(name="bruno")
TIMINGS = Timings(build_s=0, first_s=0, solve_s=0)


def held(template: str, on: str, practice: str, practitioner: str) -> Assignment:
    return Assignment(
        template=TemplateId(template),
        on=date.fromisoformat(on),
        practice=PracticeId(practice),
        practitioner=PractitionerId(practitioner),
    )


MONDAY_QUAI = held("t01", "2026-11-30", "cab-quai", "gp-01")
MONDAY_CRAON = held("t03", "2026-11-30", "msp-oudon", "gp-10")
TUESDAY_BUS = held("t26", "2026-12-01", "medicobus-1", "gp-11")
SATURDAY = held("t28", "2026-12-05", "msp-tilleuls", "gp-02")
"""Each lawful by itself and with the others. The bus is a walk-in session."""
LAWFUL = (MONDAY_QUAI, MONDAY_CRAON, TUESDAY_BUS, SATURDAY)


def _tangled(file: TerritoryFile) -> TerritoryFile:
    """The same territory: two seats a session, and people who are there all day, travel far and pledge unevenly."""
    return replace(
        file,
        session_templates=tuple(replace(each, seats=2) for each in file.session_templates),
        availability_rules=tuple(replace(each, start=time(8), end=time(20)) for each in file.availability_rules),
        practitioners=tuple(
            replace(
                each,
                max_travel_km=200,
                max_sessions_per_week=3,
                pledge=each.pledge and replace(each.pledge, minutes=100 + 7 * index),
            )
            for index, each in enumerate(file.practitioners)
        ),
    )


TANGLED = _tangled(FILE)
TANGLED_WEEKS = 13
"""So many weeks of it keep the solver busy for half a minute."""


def broken(error: BaseException) -> list[tuple[str, str | None]]:
    """The rules that a refusal names, and for whom."""
    assert isinstance(error, RulesBroken)
    breaches = cast("list[dict[str, Any]]", error.facts["breaches"])
    return [(breach["rule"], breach["practitioner"]) for breach in breaches]


async def import_territory(database: Database, file: TerritoryFile = FILE) -> None:
    async with database.transaction() as session:
        await replace_territory_file(session, file)


def answer(problem: Problem, *assignments: Assignment) -> Answer:
    """An answer that says this, with what it is worth; of its gaps it says nothing."""
    return Answer(
        outcome=Outcome.FEASIBLE,
        goals=tuple(
            GoalValue(name=goal, value=value, bound=None) for goal, value in goal_values(problem, assignments).items()
        ),
        assignments=assignments,
        gaps=(),
        fairness=fairness_table(problem, assignments),
        conflict=(),
        timings=TIMINGS,
    )


async def a_request(database: Database, *, week: IsoWeek = W49) -> Roster:
    """A roster that waits to be solved, in the reference territory."""
    await import_territory(database)
    asked_at = min(NOW, datetime.combine(week.monday, time(), UTC))
    return await request_roster(database, TERRITORY, (week,), seed=1, seconds=60, caller=ANNE, now=asked_at)


async def a_long_request(database: Database) -> Roster:
    """One that takes half a minute unless it is stopped."""
    await import_territory(database, TANGLED)
    weeks = W49.following(TANGLED_WEEKS)
    return await request_roster(database, TERRITORY, weeks, seed=1, seconds=600, caller=ANNE, now=NOW)


async def a_draft(database: Database, *assignments: Assignment, week: IsoWeek = W49) -> Roster:
    """A solved roster that says this, at version 2."""
    asked = await a_request(database, week=week)
    run = await take_roster(database, asked.id, asked.version)
    return await record_answer(database, run, answer(run.problem, *assignments), now=NOW)
