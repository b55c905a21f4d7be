"""Rosters as they are kept: what comes back is what was saved, and what must never be is refused by the database."""

import asyncio
from collections import Counter
from dataclasses import replace
from uuid import uuid4

import pytest
from sqlalchemy import text

from service.application.roster_solving import take_roster
from service.domain.answers import Baseline, Gap, Progress
from service.domain.calendar import IsoWeek
from service.domain.errors import NotFound, RosterExists, RulesBroken, StaleVersion
from service.domain.policy import Goal
from service.domain.roster_content import room_numbers
from service.domain.roster_life import Roster, Solving
from service.domain.rosters import RosterId, RosterState
from service.domain.solving import Problem
from service.storage.roster_content import get_content, save_assignments
from service.storage.rosters import (
    add_roster,
    get_roster,
    lock_roster,
    report_progress,
    save_answered,
    save_roster,
    take_run,
)
from tests.rosters import FILE, LAWFUL, MONDAY_QUAI, NOW, TERRITORY, W49, a_draft, a_request, import_territory

W50 = IsoWeek(2026, 50)
TIME = Problem.of(FILE, (W49,)).session_at[MONDAY_QUAI.key].time
AS_IT_WAS_STORED = """
UPDATE rosters SET answer = jsonb_set(answer - 'baseline', '{gaps,0}', (answer #> '{gaps,0}') - 'fixes')
"""


def a_roster(*, weeks=(W49,)):
    return Roster(
        id=RosterId(uuid4()),
        territory=TERRITORY,
        weeks=tuple(weeks),
        state=RosterState.DRAFT,
        version=1,
        solving=Solving.QUEUED,
        seed=1,
        seconds=0.5,
        requested_by="anne",
        requested_at=NOW,
    )


async def stored(database, id):
    async with database.transaction() as session:
        return await get_roster(session, id)


async def attempt(database, function, *arguments):
    """What the function raised, in a transaction of its own."""
    try:
        async with database.transaction() as session:
            await function(session, *arguments)
    except (RosterExists, RulesBroken, StaleVersion) as error:
        return error
    return None


async def test_a_roster_comes_back_as_it_was_saved(database):
    solved = await a_draft(database, *LAWFUL)
    assert await stored(database, solved.id) == solved
    async with database.transaction() as session:
        content = await get_content(session, solved.id)
    problem = (await take_again(database, solved)).problem
    assert content.assignments == tuple(sorted(LAWFUL))
    assert tuple(content.sessions.values()) == problem.sessions


async def test_a_roster_stored_before_fixes_and_baselines_were_known_still_reads(database):
    draft = await a_draft(database)
    missing = Gap(template=MONDAY_QUAI.template, on=MONDAY_QUAI.on, seats=1, reasons=())
    nothing = Baseline(goals=(), empty_seats=29, fairness=())
    told = replace(draft.worth(), gaps=(replace(missing, fixes=()),), baseline=nothing)
    async with database.transaction() as session:
        await save_roster(session, replace(draft, version=3, assessment=told))
    assert (await stored(database, draft.id)).worth() == told
    async with database.transaction() as session:
        await session.execute(text(AS_IT_WAS_STORED))
    assert (await stored(database, draft.id)).worth() == replace(told, gaps=(missing,), baseline=None)


async def take_again(database, roster):
    """The problem anew: as if the roster were still to be solved."""
    async with database.transaction() as session:
        await save_roster(session, replace(roster, version=roster.version + 1, solving=Solving.QUEUED))
    return await take_roster(database, roster.id, roster.version + 1)


async def test_a_roster_that_is_not_there_is_not_found(database):
    with pytest.raises(NotFound):
        await stored(database, RosterId(uuid4()))


async def test_of_two_rosters_that_share_a_week_saved_at_once_one_stands(database):
    await import_territory(database)
    asked = [a_roster(weeks=(W49, W50)), a_roster(weeks=(W50,))]
    errors = await asyncio.gather(*(attempt(database, add_roster, roster) for roster in asked))
    assert Counter(type(error) for error in errors) == {type(None): 1, RosterExists: 1}


async def test_weeks_that_only_touch_do_not_meet(database):
    await import_territory(database)
    for week in (W49, W50):
        assert await attempt(database, add_roster, a_roster(weeks=(week,))) is None


async def test_of_two_who_save_the_same_version_the_second_is_told_of_the_newer(database):
    draft = await a_draft(database)
    errors = await asyncio.gather(
        *(attempt(database, save_roster, replace(draft, version=3, seed=seed)) for seed in (1, 2))
    )
    [error] = [error for error in errors if error]
    assert error.facts["version"] == 3


async def test_who_locks_an_older_version_is_told_of_the_newer(database):
    draft = await a_draft(database)
    with pytest.raises(StaleVersion) as error:
        async with database.transaction() as session:
            await lock_roster(session, draft.id, version=1)
    assert error.value.facts["version"] == 2


async def publish_monday(database, week, **changes):
    """Make a Monday seat of that week's draft binding, as if its session were in W49 whatever its week; the refusal."""
    draft = await a_draft(database, week=week)
    async with database.transaction() as session:
        content = await get_content(session, draft.id)
    id, monday = next((id, each) for id, each in content.sessions.items() if each.template.id == MONDAY_QUAI.template)
    seat = replace(MONDAY_QUAI, on=monday.on, **changes)
    said = replace(content, sessions={id: replace(monday, time=TIME)}, assignments=(seat,))
    return lambda: attempt(database, save_assignments, draft, said, room_numbers((seat,), said.session_at))


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"practice": "msp-tilleuls"}, "one_place_at_a_time"),
        ({"practitioner": "gp-04"}, "rooms"),
    ],
)
async def test_of_two_published_at_once_that_cannot_both_be_one_stands(database, changes, rule):
    publishers = [await publish_monday(database, W49), await publish_monday(database, W50, **changes)]
    errors = await asyncio.gather(*(publish() for publish in publishers))
    [error] = [error for error in errors if error]
    assert error.facts["breaches"][0]["rule"] == rule


async def test_two_may_sit_at_two_practices_at_once(database):
    elsewhere = {"practice": "msp-tilleuls", "practitioner": "gp-04"}
    for publish in (await publish_monday(database, W49), await publish_monday(database, W50, **elsewhere)):
        assert await publish() is None


async def test_a_run_belongs_to_the_latest_who_took_it(database):
    asked = await a_request(database)
    ghost, live = uuid4(), uuid4()
    async with database.transaction() as session:
        assert await take_run(session, asked.id, version=1, run_token=ghost)
        assert await take_run(session, asked.id, version=1, run_token=live)
        assert await report_progress(session, asked.id, run_token=ghost, progress=None) is None
        assert await report_progress(session, asked.id, run_token=live, progress=None) is False
        assert not await save_answered(session, asked.failed("none"), run_token=ghost)
        assert await save_answered(session, asked.failed("none"), run_token=live)
        assert await take_run(session, asked.id, version=1, run_token=ghost) is None


async def test_progress_is_kept_until_the_next_run(database):
    asked, run = await a_request(database), uuid4()
    seen = Progress(goal=Goal.FAIRNESS_SUM, value=2400, bound=None, elapsed_s=1.5)
    async with database.transaction() as session:
        await take_run(session, asked.id, version=1, run_token=run)
        await report_progress(session, asked.id, run_token=run, progress=seen)
        await report_progress(session, asked.id, run_token=run, progress=None)
    assert (await stored(database, asked.id)).progress == seen
