"""The problem behind a roster: what neighbouring weeks and the ledger bring to it."""

from dataclasses import replace
from datetime import timedelta

from service.application.roster_problems import problem_of_weeks
from service.application.roster_publishing import publish_roster
from service.domain.calendar import IsoWeek
from service.domain.directory import PractitionerId
from service.domain.fairness import history
from service.domain.ledger import LEDGER_WEEKS
from tests.rosters import ANNE, FILE, LAWFUL, MONDAY_QUAI, NOW, TERRITORY, W49, a_draft

BUSY, IDLE = MONDAY_QUAI.practitioner, PractitionerId("gp-03")


async def published(database, week, *assignments):
    draft = await a_draft(database, *assignments, week=week)
    await publish_roster(database, draft.id, expected_version=2, caller=ANNE, now=NOW)


async def problem(database, week):
    async with database.transaction() as session:
        return await problem_of_weeks(session, TERRITORY, (week,))


async def test_the_weeks_on_either_side_bind_and_no_others(database):
    await published(database, W49, *LAWFUL)
    for week, expected in ((48, 4), (50, 4), (47, 0), (51, 0), (49, 0)):
        found = await problem(database, IsoWeek(2026, week))
        assert len(found.neighbours) == expected, week
    assert {(held.practitioner, held.practice) for held in (await problem(database, IsoWeek(2026, 50))).neighbours} == {
        (each.practitioner, each.practice) for each in LAWFUL
    }


async def test_a_draft_beside_binds_nothing(database):
    await a_draft(database, *LAWFUL)
    found = await problem(database, IsoWeek(2026, 50))
    assert (found.neighbours, found.file.burden_history) == ((), FILE.burden_history)


async def test_the_ledger_of_twelve_weeks_joins_the_history_of_the_file(database):
    await published(database, W49, MONDAY_QUAI)
    before = history(await problem(database, W49))
    for weeks_later, counts in ((1, True), (LEDGER_WEEKS, True), (LEDGER_WEEKS + 1, False)):
        week = IsoWeek.of(W49.monday + timedelta(weeks=weeks_later))
        after = history(await problem(database, week))
        assert (after.get(BUSY, 0) != before.get(BUSY, 0)) is counts, week


async def test_whoever_held_more_than_the_share_owes_less_afterwards(database):
    await published(database, W49, MONDAY_QUAI)
    after = history(await problem(database, IsoWeek(2026, 50)))
    assert after[BUSY] - after[IDLE] == 120, "the same pledge, one session more"
    assert after[IDLE] < 0


async def test_people_are_as_they_are_now(database):
    await a_draft(database)
    assert (await problem(database, W49)).file == replace(FILE)
