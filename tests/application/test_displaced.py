"""Bookings whose place is taken away: where each goes, and what somebody is told."""

from datetime import timedelta
from uuid import uuid4

import pytest

from service.application.bookings import cancel_booking, fulfil_booking, hold_slot, miss_booking, move_booking
from service.application.tasks import accept_task, close_task, decline_task, expire_tasks, get_task
from service.domain.bookings import BookingStatus, SlotId
from service.domain.directory import PracticeId, PractitionerId
from service.domain.errors import (
    BookingDisplaced,
    NotFound,
    NothingOffered,
    OfferExpired,
    SeatBooked,
    SlotHeld,
    TaskClosed,
)
from service.domain.rosters import Modality
from service.domain.tasks import Outcome, TaskId, TaskKind, TaskState
from service.storage.tables.bookings import HoldRow, SlotRow
from service.storage.tables.changes import TaskRow
from service.storage.tables.events import EventRow
from tests.changing import (
    FAR,
    NEAR,
    again,
    another_practice,
    assert_nobody_lost,
    booked,
    change,
    elsewhere,
    kept_place,
    kept_until,
    open_tasks,
    slots_by_id,
    the_task,
)
from tests.make_bookings import NOW, REGULATOR, a_place, in_minutes, places, quarters, rows_of, some_slots

HOUR = 60
TOMORROW = in_minutes(24 * HOUR)


async def a_colleague(database, *, at=None):
    """gp-2, who works at the same practice unless said otherwise."""
    await another_practice(database, **({"at": at} if at else {}))


async def lost(database, start=TOMORROW, **different):
    """A booking whose place is gone, with one more place offered somewhere if `different` says where and when."""
    slot = await a_place(database, start)
    await a_colleague(database, at=different.pop("at", NEAR))
    if different:
        await some_slots(database, practice="cab", gp="gp-2", at=NEAR, **different)
    booking = await booked(database, slot)
    await change(database, [slot])
    return booking


async def test_whoever_takes_the_seat_over_receives_the_patient_at_the_same_time_and_place(database):
    slot = await a_place(database)
    await a_colleague(database)
    booking = await booked(database, slot)
    [was] = await slots_by_id(database, [slot])
    heir = elsewhere(was, SlotId(uuid4()), practitioner=PractitionerId("gp-2"))
    await change(database, [slot], [heir])
    kept = await again(database, booking)
    assert (kept.slot.practitioner, kept.slot.time, kept.slot.practice) == ("gp-2", was.time, "msp")
    assert (kept.version, kept.is_displaced, await open_tasks(database)) == (booking.version + 1, False, [])
    await assert_nobody_lost(database)


async def test_a_colleague_at_the_same_practice_and_hour_receives_the_patient_too(database):
    slot = await a_place(database)
    await a_colleague(database)
    [other] = await some_slots(database, gp="gp-2")
    booking = await booked(database, slot)
    await change(database, [slot])
    assert (await again(database, booking)).slot.id == other
    assert await open_tasks(database) == []


@pytest.mark.parametrize(("at", "kind"), [(NEAR, TaskKind.NOTICE), (FAR, TaskKind.ALERT)])
async def test_a_session_that_changes_its_site_keeps_the_hour_within_reach_and_the_referrer_is_told(database, at, kind):
    slot = await a_place(database)
    await a_colleague(database, at=at)
    booking = await booked(database, slot)
    [was] = await slots_by_id(database, [slot])
    there = elsewhere(was, SlotId(uuid4()), practice=PracticeId("cab"), point=at)
    await change(database, [slot], [there])
    task, kept = await the_task(database), await again(database, booking)
    assert (task.kind, task.left.slot.id, kept.is_displaced) == (kind, slot, kind is TaskKind.ALERT)
    assert kept.slot.practice == ("cab" if kind is TaskKind.NOTICE else "msp")
    assert kept.slot.time == booking.slot.time
    await assert_nobody_lost(database)


@pytest.mark.parametrize(
    ("hours", "kind"),
    [
        (24 + 47.99, TaskKind.PROPOSAL),
        (24 + 48, TaskKind.ALERT),
        (24, TaskKind.PROPOSAL),
        (0.5, TaskKind.PROPOSAL),
        (0.49, TaskKind.ALERT),
    ],
)
async def test_an_alternative_is_proposed_within_48_hours_of_the_original_time(database, hours, kind):
    """From the original time to 48 hours later, else before; never sooner than the patient can be told."""
    booking = await lost(database, starts=[in_minutes(hours * HOUR)])
    task = await the_task(database)
    assert (task.kind, task.booking.id, task.booking.is_displaced) == (kind, booking.id, True)
    await assert_nobody_lost(database)


async def test_a_later_place_is_proposed_before_an_earlier_one_and_the_best_ranked_first(database):
    await lost(database, starts=[in_minutes(20 * HOUR), in_minutes(30 * HOUR), in_minutes(26 * HOUR)])
    task = await the_task(database)
    assert kept_place(task).time.start == in_minutes(26 * HOUR)
    assert kept_until(task) == NOW + timedelta(minutes=120)


async def test_a_kept_place_is_held_until_the_policys_deadline_or_until_it_begins(database):
    await lost(database, in_minutes(HOUR), starts=[in_minutes(90)])
    task = await the_task(database)
    assert kept_until(task) == in_minutes(90)
    with pytest.raises(SlotHeld):
        await hold_slot(database, kept_place(task).id, "DRM-9", caller=REGULATOR, now=in_minutes(89))


async def test_what_is_accepted_becomes_the_place_of_the_booking(database):
    booking = await lost(database, starts=[in_minutes(26 * HOUR)])
    task = await the_task(database)
    accepted = await accept_task(database, task.id, caller=REGULATOR, now=in_minutes(119))
    moved = await again(database, booking)
    assert (moved.slot.id, moved.is_displaced, moved.status) == (
        kept_place(task).id,
        False,
        BookingStatus.BOOKED,
    )
    assert (accepted.state, accepted.closed_by, accepted.booking.slot.id) == (
        TaskState.ACCEPTED,
        "osnp-53",
        moved.slot.id,
    )
    assert moved.version == booking.version + 2
    await assert_nobody_lost(database)
    with pytest.raises(TaskClosed):
        await accept_task(database, task.id, caller=REGULATOR, now=NOW)


async def test_after_the_deadline_nothing_is_accepted_whether_it_was_swept_or_not(database):
    await lost(database, starts=[in_minutes(26 * HOUR)])
    task = await the_task(database)
    with pytest.raises(OfferExpired):
        await accept_task(database, task.id, caller=REGULATOR, now=in_minutes(120))
    assert await expire_tasks(database, now=in_minutes(119.9)) == 0
    assert await expire_tasks(database, now=in_minutes(120)) == 1
    assert (await get_task(database, task.id, caller=REGULATOR)).state is TaskState.EXPIRED
    assert (await the_task(database)).kind is TaskKind.ALERT
    assert [row.ended for row in await rows_of(database, HoldRow)] == ["expired"]
    await hold_slot(database, kept_place(task).id, "DRM-9", caller=REGULATOR, now=in_minutes(120))


async def test_what_is_declined_is_never_proposed_again(database):
    await lost(database, starts=[in_minutes(26 * HOUR), in_minutes(27 * HOUR)])
    first = await the_task(database)
    second = await decline_task(database, first.id, caller=REGULATOR, now=NOW)
    assert kept_place(second).time.start == in_minutes(27 * HOUR)
    alert = await decline_task(database, second.id, caller=REGULATOR, now=NOW)
    assert (alert.kind, await the_task(database)) == (TaskKind.ALERT, alert)
    free = await slots_by_id(database, [kept_place(each).id for each in (first, second)])
    assert [slot.state for slot in free] == ["free", "free"]
    for refused in (accept_task, decline_task):
        with pytest.raises(NothingOffered):
            await refused(database, alert.id, caller=REGULATOR, now=NOW)
    await assert_nobody_lost(database)


async def test_a_notice_is_closed_when_the_patient_knows_or_declined_when_it_is_too_far(database):
    slot = await a_place(database, TOMORROW)
    await a_colleague(database)
    [later] = await some_slots(database, [in_minutes(26 * HOUR)])
    booking = await booked(database, slot)
    [was] = await slots_by_id(database, [slot])
    await change(database, [slot], [elsewhere(was, SlotId(uuid4()), practice=PracticeId("cab"), point=NEAR)])
    notice = await the_task(database)
    proposal = await decline_task(database, notice.id, caller=REGULATOR, now=NOW)
    assert (kept_place(proposal).id, (await again(database, booking)).slot.practice) == (later, "cab")
    await accept_task(database, proposal.id, caller=REGULATOR, now=NOW)
    assert (await again(database, booking)).slot.id == later
    await assert_nobody_lost(database)


async def test_a_task_says_how_it_ended_and_no_booking_is_left_without_place_and_task(database):
    booking = await lost(database)
    alert = await the_task(database)
    for outcome in (Outcome.TOLD, Outcome.UNREACHABLE):
        with pytest.raises(BookingDisplaced):
            await close_task(database, alert.id, outcome, caller=REGULATOR, now=NOW)
    done = await close_task(database, alert.id, Outcome.ELSEWHERE, caller=REGULATOR, now=in_minutes(72 * HOUR))
    assert (done.state, done.outcome) == (TaskState.DONE, Outcome.ELSEWHERE)
    assert (await again(database, booking)).status is BookingStatus.CANCELLED
    await assert_nobody_lost(database)
    with pytest.raises(TaskClosed):
        await close_task(database, alert.id, Outcome.TOLD, caller=REGULATOR, now=NOW)


async def test_a_booking_without_a_place_is_neither_fulfilled_nor_missed(database):
    booking = await lost(database)
    for end in (fulfil_booking, miss_booking):
        with pytest.raises(BookingDisplaced):
            await end(database, booking.id, caller=REGULATOR, now=TOMORROW)


async def test_whatever_becomes_of_the_booking_closes_its_task_and_frees_the_kept_place(database):
    booking = await lost(database, starts=[in_minutes(26 * HOUR), in_minutes(27 * HOUR)])
    task = await the_task(database)
    [_, other] = await rows_of_practice(database, "cab")
    await move_booking(database, booking.id, SlotId(other.id), caller=REGULATOR, now=NOW)
    closed = await get_task(database, task.id, caller=REGULATOR)
    assert (closed.state, closed.outcome, kept_place(closed).state) == (TaskState.DONE, Outcome.MOVED, "free")
    await cancel_booking(database, booking.id, caller=REGULATOR, now=NOW)
    assert {row.state for row in await rows_of_practice(database, "cab")} == {"free"}


async def rows_of_practice(database, practice):
    rows = [row for row in await rows_of(database, SlotRow) if row.practice_id == practice]
    return sorted(rows, key=lambda row: row.start_at)


async def test_a_place_that_comes_back_is_its_bookings_again(database):
    booking = await lost(database, starts=[in_minutes(26 * HOUR)])
    task = await the_task(database)
    [was] = await slots_by_id(database, [booking.slot.id])
    await change(database, [], [elsewhere(was, SlotId(uuid4()))])
    back = await again(database, booking)
    assert (back.slot.id, back.is_displaced, await open_tasks(database)) == (booking.slot.id, False, [])
    closed = await get_task(database, task.id, caller=REGULATOR)
    assert (closed.outcome, kept_place(closed).state) == (Outcome.RESTORED, "free")
    await assert_nobody_lost(database)


async def test_when_what_is_proposed_goes_too_the_next_best_is_proposed(database):
    booking = await lost(database, starts=[in_minutes(26 * HOUR)])
    [second] = await some_slots(database, [in_minutes(30 * HOUR)])
    first = await the_task(database)
    await change(database, [kept_place(first).id])
    task = await the_task(database)
    assert (task.booking.id, kept_place(task).id) == (booking.id, second)
    assert (await get_task(database, first.id, caller=REGULATOR)).outcome is Outcome.SUPERSEDED
    await assert_nobody_lost(database)


async def test_a_place_that_goes_and_comes_back_in_one_change_is_proposed_once(database):
    """As when a session is moved by half an hour: most of its places are there before and after."""
    first, second = await places(database, [TOMORROW, in_minutes(26 * HOUR)])
    booking = await booked(database, first)
    [stays] = await slots_by_id(database, [second])
    await change(database, [first, second], [elsewhere(stays, SlotId(uuid4()))])
    [task] = await rows_of(database, TaskRow)
    assert (task.booking_id, task.state, kept_place(await the_task(database)).id) == (booking.id, "open", second)
    told = [row.type for row in await rows_of(database, EventRow)]
    assert told == ["booking.booked", "booking.displaced", "task.opened"]
    await assert_nobody_lost(database)


async def test_two_bookings_are_proposed_two_places(database):
    slots = await places(database, quarters(3, first=TOMORROW))
    await a_colleague(database)
    await some_slots(database, quarters(2, first=in_minutes(26 * HOUR)), practice="cab", gp="gp-2", at=NEAR)
    for number, slot in enumerate(slots):
        await booked(database, slot, f"DRM-{number}")
    await change(database, slots)
    tasks = await open_tasks(database)
    assert sorted(task.kind for task in tasks) == [TaskKind.ALERT, TaskKind.PROPOSAL, TaskKind.PROPOSAL]
    assert len({kept_place(task).id for task in tasks if task.proposal}) == 2
    await assert_nobody_lost(database)


async def test_a_teleconsultation_keeps_its_hour_wherever_its_session_is_held_and_nobody_needs_to_know(database):
    slot = await a_place(database, modality=Modality.TELE)
    await a_colleague(database, at=FAR)
    booking = await booked(database, slot)
    [was] = await slots_by_id(database, [slot])
    await change(database, [slot], [elsewhere(was, SlotId(uuid4()), practice=PracticeId("cab"), point=FAR)])
    kept = await again(database, booking)
    assert (kept.slot.practice, kept.slot.time, await open_tasks(database)) == ("cab", was.time, [])


async def test_a_place_where_somebody_was_seen_is_not_taken_away(database):
    slot = await a_place(database)
    booking = await booked(database, slot)
    await fulfil_booking(database, booking.id, caller=REGULATOR, now=NOW)
    with pytest.raises(SeatBooked):
        await change(database, [slot])


async def test_each_step_is_told_as_an_event_in_order(database):
    booking = await lost(database, starts=[in_minutes(26 * HOUR)])
    await accept_task(database, (await the_task(database)).id, caller=REGULATOR, now=NOW)
    told = [(row.type, row.booking_id) for row in await rows_of(database, EventRow)]
    types = ["booking.booked", "booking.displaced", "task.opened", "booking.moved", "task.closed"]
    assert told == [(each, booking.id) for each in types]


async def test_there_is_no_task_that_is_unknown(database):
    with pytest.raises(NotFound):
        await get_task(database, TaskId(uuid4()), caller=REGULATOR)
    with pytest.raises(NotFound):
        await accept_task(database, TaskId(uuid4()), caller=REGULATOR, now=NOW)
