"""Rosters requested, redrafted, followed, stopped and compared."""

import asyncio
from collections import Counter
from dataclasses import replace

import pytest
from sqlalchemy import text

from service.application.roster_edits import edit_roster
from service.application.roster_publishing import publish_roster
from service.application.roster_solving import Superseded, fail_roster, record_answer, take_roster
from service.application.rosters import (
    compare_versions,
    find_roster,
    follow_roster,
    list_rosters,
    list_versions,
    read_roster,
    request_roster,
    stop_roster,
)
from service.domain.answers import Outcome
from service.domain.calendar import IsoWeek
from service.domain.callers import Keyed
from service.domain.directory import TerritoryId
from service.domain.errors import (
    Conflict,
    IdempotencyKeyReused,
    NotFound,
    RosterExists,
    RosterNotReady,
    RosterPublished,
    StaleVersion,
)
from service.domain.roster_content import Edit
from service.domain.roster_life import Solving
from service.domain.solving import Breach, Rule
from tests.rosters import (
    ANNE,
    BRUNO,
    LAWFUL,
    MONDAY_QUAI,
    NOW,
    SATURDAY,
    TERRITORY,
    W49,
    a_draft,
    a_request,
    answer,
    import_territory,
)

W50 = IsoWeek(2026, 50)


async def asking(database, *weeks, expected_version=None, keyed=None, territory=TERRITORY):
    return await request_roster(
        database,
        territory,
        weeks or (W49,),
        seed=7,
        seconds=5,
        caller=ANNE,
        now=NOW,
        expected_version=expected_version,
        keyed=keyed,
    )


async def jobs(database):
    """What the queue holds for each roster: its versions."""
    async with database.transaction() as session:
        queued = await session.scalars(text("SELECT args FROM jobs.procrastinate_jobs ORDER BY id"))
        return [(job["roster"], job["version"]) for job in queued]


async def drafted_anew(database, draft):
    again = await asking(database, expected_version=draft.version)
    return await take_roster(database, again.id, again.version)


async def test_a_request_makes_the_roster_and_its_job_together(database):
    asked = await a_request(database)
    assert await find_roster(database, asked.id, caller=ANNE) == asked
    assert (asked.version, asked.solving) == (1, Solving.QUEUED)
    assert await jobs(database) == [(str(asked.id), 1)]


async def test_a_refused_request_leaves_neither(database):
    await a_request(database)
    with pytest.raises(RosterExists):
        await asking(database)
    assert len(await jobs(database)) == 1


async def test_nobody_asks_for_a_roster_of_a_territory_that_is_not_there(database):
    with pytest.raises(NotFound):
        await asking(database, territory=TerritoryId("nowhere"))


async def test_of_two_requests_for_the_same_week_at_once_one_is_served(database):
    await import_territory(database)
    asked = await asyncio.gather(*(asking(database, W49, W50), asking(database, W50)), return_exceptions=True)
    assert Counter(isinstance(each, RosterExists) for each in asked) == {True: 1, False: 1}
    [refused] = [each for each in asked if isinstance(each, RosterExists)]
    [served] = [each for each in asked if not isinstance(each, BaseException)]
    assert (refused.facts["roster"], refused.facts["version"]) == (str(served.id), 1)
    assert len(await jobs(database)) == 1


async def test_a_draft_is_drafted_anew_by_who_knows_its_version(database):
    draft = await a_draft(database, *LAWFUL)
    again = await asking(database, W49, W50, expected_version=2)
    assert (again.id, again.version, again.solving, again.seed) == (draft.id, 3, Solving.QUEUED, 7)
    assert again.weeks == (W49, W50)
    _, content, _ = await read_roster(database, draft.id, caller=ANNE)
    assert content.assignments == ()
    assert await jobs(database) == [(str(draft.id), 1), (str(draft.id), 3)]


@pytest.mark.parametrize(("version", "error"), [(None, RosterExists), (1, StaleVersion)])
async def test_who_does_not_know_the_version_of_the_draft_is_told(database, version, error):
    draft = await a_draft(database)
    with pytest.raises(error) as refused:
        await asking(database, expected_version=version)
    assert (refused.value.facts["roster"], refused.value.facts["version"]) == (str(draft.id), 2)


async def test_a_version_of_nothing_is_stale(database):
    await import_territory(database)
    with pytest.raises(StaleVersion):
        await asking(database, expected_version=1)


async def test_over_a_published_roster_none_is_drafted_not_even_by_who_knows_it(database):
    draft = await a_draft(database, *LAWFUL)
    published = await publish_roster(database, draft.id, expected_version=2, caller=ANNE, now=NOW)
    for version in (None, published.version):
        with pytest.raises(RosterPublished):
            await asking(database, expected_version=version)


async def test_a_repeated_request_asks_once(database):
    await import_territory(database)
    keyed = Keyed(key="k", operation="POST", request="a")
    first, again = [await asking(database, keyed=keyed) for _ in range(2)]
    assert again == first
    assert len(await jobs(database)) == 1
    with pytest.raises(IdempotencyKeyReused):
        await asking(database, keyed=Keyed(key="k", operation="POST", request="b"))


async def test_a_repeated_redraft_redrafts_once(database):
    draft = await a_draft(database)
    keyed = Keyed(key="k", operation="POST", request="a")
    asked = [await asking(database, expected_version=2, keyed=keyed) for _ in range(3)]
    assert {(each.id, each.version) for each in asked} == {(draft.id, 3)}


async def test_a_ghost_may_not_answer(database):
    asked = await a_request(database)
    ghost, live = [await take_roster(database, asked.id, 1) for _ in range(2)]
    with pytest.raises(Superseded):
        await record_answer(database, ghost, answer(ghost.problem, MONDAY_QUAI), now=NOW)
    await record_answer(database, live, answer(live.problem, SATURDAY), now=NOW)
    _, content, _ = await read_roster(database, asked.id, caller=ANNE)
    assert content.assignments == (SATURDAY,)


async def test_the_answer_to_an_earlier_version_is_not_taken_for_the_new_one(database):
    asked = await a_request(database)
    earlier = await take_roster(database, asked.id, 1)
    await asking(database, expected_version=1)
    with pytest.raises(Superseded):
        await record_answer(database, earlier, answer(earlier.problem), now=NOW)


async def test_what_is_solved_is_not_solved_again(database):
    draft = await a_draft(database)
    for version in (1, draft.version):
        with pytest.raises(Superseded):
            await take_roster(database, draft.id, version)


async def test_a_failure_is_told_and_the_roster_can_be_asked_for_again(database):
    asked = await a_request(database)
    await fail_roster(database, asked.id, 1, "the solver's process ended", now=NOW)
    failed = await find_roster(database, asked.id, caller=ANNE)
    assert (failed.solving, failed.version, failed.failure) == (Solving.FAILED, 2, "the solver's process ended")
    run = await drafted_anew(database, failed)
    assert run.roster.failure is None


async def test_a_failure_does_not_undo_an_answer(database):
    draft = await a_draft(database, MONDAY_QUAI)
    await fail_roster(database, draft.id, 1, "too late", now=NOW)
    assert await find_roster(database, draft.id, caller=ANNE) == draft


async def test_that_there_is_no_roster_is_an_answer_and_seats_can_be_filled_by_hand(database):
    asked = await a_request(database)
    run = await take_roster(database, asked.id, 1)
    pins = (Breach(rule=Rule.ONE_PLACE_AT_A_TIME, practitioner=None, sessions=(), facts={}),)
    none = replace(answer(run.problem), outcome=Outcome.INFEASIBLE, assignments=None, conflict=pins)
    await record_answer(database, run, none, now=NOW)
    roster = await find_roster(database, asked.id, caller=ANNE)
    assert (roster.solving, roster.worth().outcome, roster.worth().conflict) == (Solving.SOLVED, "INFEASIBLE", pins)
    with pytest.raises(RosterNotReady):
        await publish_roster(database, asked.id, expected_version=2, caller=ANNE, now=NOW)
    filled, _, _ = await edit_roster(
        database, asked.id, Edit(added=LAWFUL), reason=None, expected_version=2, caller=ANNE, now=NOW
    )
    assert filled.worth().has_roster
    await publish_roster(database, asked.id, expected_version=3, caller=ANNE, now=NOW)


async def test_a_roster_is_followed_until_it_is_solved(database):
    asked, seen, run = await a_request(database), [], None
    async for roster in follow_roster(database, asked.id, caller=ANNE):
        seen.append(roster.solving)
        if roster.solving is Solving.QUEUED:
            run = await take_roster(database, asked.id, 1)
        elif roster.solving is Solving.RUNNING and run:
            await record_answer(database, run, answer(run.problem), now=NOW)
    assert seen == [Solving.QUEUED, Solving.RUNNING, Solving.SOLVED]


async def test_only_a_solve_under_way_is_stopped(database):
    asked = await a_request(database)
    assert (await stop_roster(database, asked.id, caller=ANNE)).stop_requested
    assert (await take_roster(database, asked.id, 1)).roster.stop_requested
    await fail_roster(database, asked.id, 1, "none", now=NOW)
    with pytest.raises(RosterNotReady):
        await stop_roster(database, asked.id, caller=ANNE)


async def test_every_change_is_a_version_with_who_and_when_and_what_changed_can_be_asked(database):
    draft = await a_draft(database, *LAWFUL)
    await publish_roster(database, draft.id, expected_version=2, caller=BRUNO, now=NOW)
    page = await list_versions(database, draft.id, after=0, limit=2, caller=ANNE)
    rest = await list_versions(database, draft.id, after=int(page.next_cursor or 0), limit=2, caller=ANNE)
    said = [(each.version, each.state, each.made_by, len(each.assignments)) for each in (*page.items, *rest.items)]
    assert said == [(1, "draft", "anne", 0), (2, "draft", "solver", 4), (3, "published", "bruno", 4)]
    change = await compare_versions(database, draft.id, earlier=1, later=None, caller=ANNE)
    assert (change.added, change.removed) == (tuple(sorted(LAWFUL)), ())
    with pytest.raises(NotFound):
        await compare_versions(database, draft.id, earlier=1, later=9, caller=ANNE)


async def test_the_latest_weeks_are_listed_first(database):
    await import_territory(database)
    weeks = IsoWeek(2026, 52).following(3)
    asked = [await asking(database, week) for week in weeks]
    page = await list_rosters(database, TERRITORY, before="", limit=2, caller=ANNE)
    rest = await list_rosters(database, TERRITORY, before=page.next_cursor or "", limit=2, caller=ANNE)
    assert [*page.items, *rest.items] == asked[::-1]
    assert rest.next_cursor is None


async def test_every_conflict_names_the_roster_that_stands_in_the_way(database):
    draft = await a_draft(database)
    with pytest.raises(Conflict) as refused:
        await asking(database, W49, W50)
    assert refused.value.facts == {"roster": str(draft.id), "version": 2, "state": "draft", "solving": "solved"}
