"""Bookings that a second change of roster touches before the patient knows of the first: nobody is sent astray."""

from datetime import timedelta
from uuid import uuid4

import pytest

from service.application.tasks import close_task, decline_task, get_task
from service.domain.bookings import SlotId
from service.domain.calendar import Interval
from service.domain.directory import Audience, PracticeId, PractitionerId
from service.domain.tasks import Outcome, TaskKind
from service.storage.tables.changes import TaskRow
from service.storage.tables.events import EventRow
from tests.changing import (
    NEAR,
    again,
    another_practice,
    assert_nobody_lost,
    booked,
    change,
    elsewhere,
    open_tasks,
    slots_by_id,
    the_task,
)
from tests.make_bookings import NOW, REGULATOR, a_place, in_minutes, rows_of, some_slots

TOMORROW = in_minutes(24 * 60)
GP_2 = PractitionerId("gp-2")


@pytest.fixture
async def moved(database):
    """A booking at msp whose session went to cab, which nobody told the patient so far."""
    slot = await a_place(database, TOMORROW)
    await another_practice(database)
    booking = await booked(database, slot)
    [was] = await slots_by_id(database, [slot])
    await change(database, [slot], [elsewhere(was, SlotId(uuid4()), practice=PracticeId("cab"), point=NEAR)])
    assert (await the_task(database)).kind is TaskKind.NOTICE
    return booking


async def handed_over(database, booking, to=GP_2):
    """Somebody else takes the seat over where the booking is now."""
    now = await again(database, booking)
    await change(database, [now.slot.id], [elsewhere(now.slot, SlotId(uuid4()), practitioner=to)])
    return await again(database, booking)


async def test_who_is_handed_over_before_the_notice_was_told_has_a_notice_still(database, moved):
    first = await the_task(database)
    after = await handed_over(database, moved)
    notice = await the_task(database)
    assert (after.slot.practice, after.slot.practitioner) == ("cab", "gp-2")
    assert (notice.kind, notice.left.slot.id, notice.booking.slot.id) == (
        TaskKind.NOTICE,
        moved.slot.id,
        after.slot.id,
    )
    assert (await get_task(database, first.id, caller=REGULATOR)).outcome is Outcome.SUPERSEDED
    await assert_nobody_lost(database)


async def test_who_was_told_has_no_second_notice(database, moved):
    await close_task(database, (await the_task(database)).id, Outcome.TOLD, caller=REGULATOR, now=NOW)
    after = await handed_over(database, moved)
    assert (after.slot.practitioner, await open_tasks(database)) == ("gp-2", [])


async def test_a_place_that_went_and_came_back_leaves_the_notice_as_it_is(database, moved):
    now = await again(database, moved)
    longer = Interval(start=now.slot.time.start, end=now.slot.time.end + timedelta(minutes=5))
    await change(database, [now.slot.id], [elsewhere(now.slot, SlotId(uuid4()), time=longer)])
    [task] = await rows_of(database, TaskRow)
    assert (task.kind, task.state, (await again(database, moved)).slot.time) == ("notice", "open", longer)
    await assert_nobody_lost(database)


async def test_what_is_proposed_after_a_declined_notice_gives_way_to_a_notice_again(database, moved):
    await some_slots(database, practice="cab", gp="gp-2", at=NEAR, starts=[in_minutes(26 * 60)])
    proposal = await decline_task(database, (await the_task(database)).id, caller=REGULATOR, now=NOW)
    assert proposal.kind is TaskKind.PROPOSAL
    await handed_over(database, moved)
    notice = await the_task(database)
    assert (notice.kind, notice.left.slot.practice) == (TaskKind.NOTICE, "msp")


async def test_who_is_back_where_the_patient_knows_needs_no_notice(database, moved):
    now = await again(database, moved)
    home = elsewhere(now.slot, SlotId(uuid4()), practice=PracticeId("msp"), point=moved.slot.point)
    await change(database, [now.slot.id], [home])
    assert ((await again(database, moved)).slot.practice, await open_tasks(database)) == ("msp", [])
    assert [row.type for row in await rows_of(database, EventRow)][-2:] == ["task.closed", "booking.moved"]


async def test_a_place_that_comes_back_later_where_nobody_was_told_of_it_has_a_notice(database, moved):
    now = await again(database, moved)
    await change(database, [now.slot.id])
    alert = await the_task(database)
    assert (alert.kind, alert.left.slot.practice) == (TaskKind.ALERT, "msp")
    await change(database, [], [elsewhere(now.slot, SlotId(uuid4()))])
    notice = await the_task(database)
    assert (notice.kind, notice.left.slot.practice, notice.booking.slot.practice) == (TaskKind.NOTICE, "msp", "cab")
    assert (await get_task(database, alert.id, caller=REGULATOR)).outcome is Outcome.RESTORED
    await assert_nobody_lost(database)


async def test_nobody_takes_a_patient_over_who_is_not_open_to_him_or_her(database):
    slot = await a_place(database, TOMORROW)
    await another_practice(database)
    booking = await booked(database, slot)
    [was] = await slots_by_id(database, [slot])
    of_community = elsewhere(was, SlotId(uuid4()), practitioner=GP_2, audiences=frozenset({Audience.CPTS}))
    await change(database, [slot], [of_community])
    assert (await again(database, booking)).is_displaced
    assert (await the_task(database)).kind is TaskKind.ALERT
