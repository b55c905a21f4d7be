"""Changes by hand: drafts freely within the rules, published rosters by amendment."""

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, update

from service.application.bookings import book_place
from service.application.roster_edits import edit_roster
from service.application.roster_publishing import publish_roster
from service.application.rosters import find_roster, list_versions, read_roster
from service.domain.availability import Absence
from service.domain.bookings import Booking, Origin, SlotId
from service.domain.directory import PracticeId, PractitionerId
from service.domain.errors import (
    Invalid,
    RosterNotReady,
    RulesBroken,
    SeatBooked,
    SessionBegun,
    SlotWithdrawn,
    StaleVersion,
)
from service.domain.needs import PlaceNamed
from service.domain.roster_content import Edit
from service.domain.rosters import RosterState, TemplateId
from service.storage.directory import replace_territory_file
from service.storage.tables.bookings import SlotRow
from tests.changing import assert_nobody_lost, open_tasks
from tests.rosters import (
    ANNE,
    FILE,
    LAWFUL,
    MONDAY_CRAON,
    MONDAY_QUAI,
    NOW,
    SATURDAY,
    TUESDAY_BUS,
    a_draft,
    a_request,
    broken,
    held,
)

BY_GP_04 = replace(MONDAY_QUAI, practitioner=PractitionerId("gp-04"))
BUS_BY_GP_12 = replace(TUESDAY_BUS, practitioner=PractitionerId("gp-12"))
UNWILLING = replace(MONDAY_QUAI, practitioner=PractitionerId("gp-03"))
MONDAY_BEGINS = datetime(2026, 11, 30, 9, tzinfo=UTC)


async def editing(database, roster, edit, *, version, reason=None, now=NOW):
    return await edit_roster(database, roster.id, edit, reason=reason, expected_version=version, caller=ANNE, now=now)


async def published(database, *assignments):
    draft = await a_draft(database, *assignments)
    return await publish_roster(database, draft.id, expected_version=2, caller=ANNE, now=NOW)


async def places(database):
    """Places offered, by whose seat they are."""
    async with database.transaction() as session:
        rows = await session.scalars(select(SlotRow).where(SlotRow.state != "withdrawn"))
        return Counter((row.practitioner_id, row.practice_id) for row in rows)


async def test_a_draft_says_what_was_changed_and_is_worth_what_it_says(database):
    draft = await a_draft(database, *LAWFUL)
    edited, content, _ = await editing(database, draft, Edit(removed=(MONDAY_QUAI,)), version=2)
    assert (edited.version, edited.state) == (3, RosterState.DRAFT)
    assert content.assignments == (MONDAY_CRAON, TUESDAY_BUS, SATURDAY)
    assert edited.worth().goals[0].value == draft.worth().goals[0].value + 1
    stored, says, _ = await read_roster(database, draft.id, caller=ANNE)
    assert (stored, says) == (edited, content)


async def test_an_edit_that_changes_nothing_makes_no_version(database):
    draft = await a_draft(database, *LAWFUL)
    edited, _, _ = await editing(database, draft, Edit(whole=LAWFUL[::-1]), version=2)
    assert edited == draft


async def test_an_edit_that_breaks_a_rule_is_refused_by_its_name(database):
    draft = await a_draft(database, MONDAY_CRAON)
    with pytest.raises(RulesBroken) as error:
        await editing(database, draft, Edit(added=(UNWILLING,)), version=2)
    assert broken(error.value) == [("consent", "gp-03")]
    assert await find_roster(database, draft.id, caller=ANNE) == draft


async def test_a_breach_that_was_there_before_does_not_stand_in_the_way_of_another_change(database):
    draft = await a_draft(database, UNWILLING)
    edited, _, _ = await editing(database, draft, Edit(added=(MONDAY_CRAON,)), version=2)
    assert edited.version == 3


@pytest.mark.parametrize(
    ("unknown", "code"),
    [
        (replace(MONDAY_QUAI, template=TemplateId("t99")), "session.unknown"),
        (replace(MONDAY_QUAI, on=date(2026, 12, 1)), "session.unknown"),
        (replace(MONDAY_QUAI, practitioner=PractitionerId("gp-99")), "practitioner.unknown"),
        (replace(MONDAY_QUAI, practice=PracticeId("elsewhere")), "practice.unknown"),
    ],
)
async def test_what_the_territory_does_not_know_is_a_fault(database, unknown, code):
    draft = await a_draft(database)
    with pytest.raises(Invalid) as error:
        await editing(database, draft, Edit(added=(unknown,)), version=2)
    assert [fault.code for fault in error.value.faults] == [code]


async def test_a_roster_without_an_answer_is_not_edited(database):
    asked = await a_request(database)
    with pytest.raises(RosterNotReady):
        await editing(database, asked, Edit(added=(MONDAY_QUAI,)), version=1)


async def test_of_two_edits_at_once_the_second_is_told_of_the_newer_version(database):
    draft = await a_draft(database)
    edits = [editing(database, draft, Edit(added=(each,)), version=2) for each in (MONDAY_QUAI, MONDAY_CRAON)]
    done = await asyncio.gather(*edits, return_exceptions=True)
    [refused] = [each for each in done if isinstance(each, BaseException)]
    assert isinstance(refused, StaleVersion)
    assert refused.facts["version"] == 3


async def test_what_is_published_is_amended_and_its_places_follow(database):
    roster = await published(database, *LAWFUL)
    change = Edit(removed=(MONDAY_QUAI,), added=(BY_GP_04,))
    amended, _, _ = await editing(database, roster, change, version=3, reason="gp-01 is ill")
    assert (amended.state, amended.version) == (RosterState.AMENDED, 4)
    offered = await places(database)
    assert offered["gp-04", "cab-quai"] == 8
    assert ("gp-01", "cab-quai") not in offered
    assert offered["gp-10", "msp-oudon"] == 9
    page = await list_versions(database, roster.id, after=3, limit=1, caller=ANNE)
    assert [(each.made_by, each.reason) for each in page.items] == [("anne", "gp-01 is ill")]


async def test_an_amendment_can_be_taken_back_by_another(database):
    roster = await published(database, *LAWFUL)
    before = await places(database)
    await editing(database, roster, Edit(whole=(BY_GP_04, *LAWFUL[1:])), version=3, reason="ill")
    await editing(database, roster, Edit(whole=LAWFUL), version=4, reason="well again")
    assert await places(database) == before


async def test_the_counter_of_a_walk_in_session_follows_its_holder(database):
    roster = await published(database, *LAWFUL)
    change = Edit(removed=(TUESDAY_BUS,), added=(BUS_BY_GP_12,))
    await editing(database, roster, change, version=3, reason="a swap")
    offered = await places(database)
    assert (offered["gp-12", "medicobus-1"], offered["gp-11", "medicobus-1"]) == (1, 0)


@pytest.mark.parametrize("reason", [None, "  "])
async def test_an_amendment_has_a_reason(database, reason):
    roster = await published(database, *LAWFUL)
    with pytest.raises(Invalid) as error:
        await editing(database, roster, Edit(removed=(SATURDAY,)), version=3, reason=reason)
    assert [(fault.path, fault.code) for fault in error.value.faults] == [("reason", "reason.missing")]
    assert await find_roster(database, roster.id, caller=ANNE) == roster


async def test_a_walk_in_session_where_people_were_counted_is_not_taken_from_its_holder(database):
    roster = await published(database, *LAWFUL)
    async with database.transaction() as session:
        of_holder = SlotRow.practitioner_id == TUESDAY_BUS.practitioner
        await session.execute(update(SlotRow).where(of_holder).values(taken=1))
    with pytest.raises(SeatBooked):
        await editing(database, roster, Edit(removed=(TUESDAY_BUS,)), version=3, reason="ill")
    await editing(database, roster, Edit(removed=(SATURDAY,)), version=3, reason="the other seats may change")


async def test_of_bookings_and_an_amendment_at_once_nobody_is_lost(database):
    """Whoever comes first: no patient is ever left with a place that is no longer offered and nobody told."""
    roster = await published(database, *LAWFUL)
    async with database.transaction() as session:
        of_holder = select(SlotRow.id).where(SlotRow.practitioner_id == MONDAY_QUAI.practitioner)
        slots = list(await session.scalars(of_holder))
    bookings = [
        book_place(
            database, PlaceNamed(slot=SlotId(id), case_ref=f"A-{index}", origin=Origin.SAS), caller=ANNE, now=NOW
        )
        for index, id in enumerate(slots)
    ]
    amendment = editing(database, roster, Edit(removed=(MONDAY_QUAI,)), version=3, reason="ill")
    done = await asyncio.gather(*bookings, amendment, return_exceptions=True)
    found = Counter(map(type, done[:-1]))
    assert found[Booking] + found[SlotWithdrawn] == len(slots)
    tasks = await open_tasks(database)
    assert {task.booking.id for task in tasks} == {each.id for each in done[:-1] if isinstance(each, Booking)}
    assert all(task.booking.is_displaced for task in tasks)
    await assert_nobody_lost(database)


@pytest.mark.parametrize(("before", "begun"), [(timedelta(seconds=1), False), (timedelta(0), True)])
async def test_a_session_that_has_begun_is_history(database, before, begun):
    roster = await published(database, *LAWFUL)
    amendment = editing(
        database, roster, Edit(removed=(MONDAY_QUAI,)), version=3, reason="ill", now=MONDAY_BEGINS - before
    )
    if begun:
        with pytest.raises(SessionBegun) as error:
            await amendment
        assert error.value.facts["sessions"] == [{"template": "t01", "date": "2026-11-30"}]
    else:
        assert (await amendment)[0].state is RosterState.AMENDED


async def test_an_amendment_obeys_the_rules_of_today(database):
    roster = await published(database, *LAWFUL)
    ill = Absence(practitioner=BY_GP_04.practitioner, from_on=NOW.date())
    async with database.transaction() as session:
        await replace_territory_file(session, replace(FILE, absences=(*FILE.absences, ill)))
    with pytest.raises(RulesBroken):
        await editing(database, roster, Edit(whole=(BY_GP_04, *LAWFUL[1:])), version=3, reason="a swap")


async def test_stability_counts_from_what_is_published(database):
    roster = await published(database, *LAWFUL)
    extra = held("t13", "2026-12-02", "msp-oudon", "gp-12")
    amended, _, _ = await editing(database, roster, Edit(removed=(SATURDAY,), added=(extra,)), version=3, reason="x")
    assert {goal.name: goal.value for goal in amended.worth().goals}["stability"] == 2
