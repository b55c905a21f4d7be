"""Rosters that change, tasks and the wait-list in races of real connections; what the database itself refuses."""

import asyncio
from collections import Counter
from itertools import chain
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import select

from service.application.bookings import book_place, cancel_booking, hold_slot, release_hold
from service.application.displaced import seek_alternative
from service.application.slots import count_arrivals
from service.application.tasks import accept_task, close_task, decline_task, expire_tasks
from service.application.wait_list import accept_offer, decline_offer, leave_wait_list, offer_waited_for
from service.domain.bookings import Booking, SlotId
from service.domain.directory import PractitionerId
from service.domain.errors import (
    EntryClosed,
    OfferExpired,
    SessionFull,
    SlotHeld,
    StaleVersion,
    TaskClosed,
    Unavailable,
)
from service.domain.tasks import Outcome, Task
from service.domain.wait_list import EntryState
from service.storage.database import Database
from service.storage.slots import lock_seats
from service.storage.tables.bookings import BookingRow, SlotRow
from service.storage.tables.changes import TaskRow, WaitListRow
from service.storage.tasks import lock_task, save_closed
from tests.changing import (
    NEAR,
    another_practice,
    assert_nobody_lost,
    booked,
    change,
    elsewhere,
    kept_place,
    open_tasks,
    slots_by_id,
)
from tests.make_bookings import (
    NOW,
    REGULATOR,
    a_place,
    in_minutes,
    keyed,
    naming,
    places,
    quarters,
    rows_of,
    some_slots,
)
from tests.racing import somebody_waits
from tests.waiting import waits

TOMORROW = in_minutes(24 * 60)


@pytest.fixture
async def crowd(database_url):
    """As many connections as a busy server has."""
    async with Database(database_url, pool_size=25) as database:
        yield database


async def outcomes(attempts):
    """How often each came out: the value's type, or the refusal's. Nobody waits in a circle."""
    found = Counter(type(each) for each in await asyncio.gather(*attempts, return_exceptions=True))
    assert Unavailable not in found
    return found


async def lost(database, count, alternatives):
    """So many bookings that lost their places, with so many others a day later."""
    slots = await places(database, quarters(count, first=TOMORROW))
    await another_practice(database)
    await some_slots(database, quarters(alternatives, first=in_minutes(30 * 60)), practice="cab", gp="gp-2", at=NEAR)
    bookings = [await booked(database, slot, f"DRM-{number}") for number, slot in enumerate(slots)]
    await change(database, slots)
    return bookings


async def test_of_two_who_accept_one_proposal_one_does(crowd):
    await lost(crowd, 5, 5)
    tasks = await open_tasks(crowd)
    found = await outcomes(accept_task(crowd, task.id, caller=REGULATOR, now=NOW) for task in tasks for _ in range(4))
    assert found[TaskClosed] + found[StaleVersion] == 15
    assert {row.state for row in await rows_of(crowd, TaskRow)} == {"accepted"}
    await assert_nobody_lost(crowd)


async def test_a_proposal_is_accepted_declined_closed_or_expires_once(crowd):
    await lost(crowd, 5, 5)
    tasks = await open_tasks(crowd)
    attempts = [
        each
        for task in tasks
        for each in (
            accept_task(crowd, task.id, caller=REGULATOR, now=in_minutes(119.9)),
            decline_task(crowd, task.id, caller=REGULATOR, now=in_minutes(119.9)),
            close_task(crowd, task.id, Outcome.ELSEWHERE, caller=REGULATOR, now=in_minutes(119.9)),
        )
    ]
    found = await outcomes(
        [*attempts, expire_tasks(crowd, now=in_minutes(120)), expire_tasks(crowd, now=in_minutes(120))]
    )
    assert set(found) <= {type(tasks[0]), TaskClosed, StaleVersion, OfferExpired, int}
    first = {task.id for task in tasks}
    assert {row.state for row in await rows_of(crowd, TaskRow) if row.id in first} <= {
        "accepted",
        "declined",
        "done",
        "expired",
    }
    await assert_nobody_lost(crowd)


async def test_several_workers_expire_each_proposal_once(crowd):
    await lost(crowd, 10, 10)
    found = await asyncio.gather(*(expire_tasks(crowd, now=in_minutes(120)) for _ in range(4)))
    assert sum(found) == 10
    assert [task.kind for task in await open_tasks(crowd)] == ["alert"] * 10
    await assert_nobody_lost(crowd)


async def test_a_kept_place_whose_deadline_passed_is_accepted_or_taken_over_never_both(crowd):
    await lost(crowd, 10, 10)
    tasks = await open_tasks(crowd)
    accepting = [accept_task(crowd, task.id, caller=REGULATOR, now=in_minutes(119.9)) for task in tasks]
    taking = [
        book_place(crowd, naming(kept_place(task).id, "DRM-99"), caller=REGULATOR, now=in_minutes(120))
        for task in tasks
    ]
    found = await outcomes(chain.from_iterable(zip(accepting, taking, strict=True)))
    assert found[Booking] + found[type(tasks[0])] == 10
    await assert_nobody_lost(crowd)


async def test_rosters_change_while_bookings_are_made_cancelled_and_moved_back(crowd):
    """Seats go, an heir comes, rivals book and cancel: nobody is lost, and nothing waits in a circle."""
    slots = await places(crowd, quarters(12, first=TOMORROW))
    await another_practice(crowd)
    bookings = [await booked(crowd, slot, f"DRM-{number}") for number, slot in enumerate(slots[:8])]
    was = await slots_by_id(crowd, slots)
    heirs = [elsewhere(slot, SlotId(uuid4()), practitioner=PractitionerId("gp-2")) for slot in was]
    rivals = [booked(crowd, slot, "DRM-99") for slot in slots[8:]]
    cancels = [cancel_booking(crowd, each.id, caller=REGULATOR, now=NOW) for each in bookings[:4]]
    await outcomes([*rivals, *cancels, change(crowd, slots, heirs)])
    await assert_nobody_lost(crowd)
    assert all(not row.displaced for row in await rows_of(crowd, BookingRow) if row.status == "booked")
    back = [elsewhere(slot, SlotId(uuid4())) for slot in was]
    await outcomes([change(crowd, [heir.id for heir in heirs], back), *(accept_all(crowd))])
    await assert_nobody_lost(crowd)


def accept_all(database):
    async def accept():
        for task in await open_tasks(database):
            await accept_task(database, task.id, caller=REGULATOR, now=NOW)

    return [accept(), accept()]


async def test_tasks_are_accepted_while_what_they_propose_is_withdrawn(crowd):
    await lost(crowd, 6, 6)
    tasks = await open_tasks(crowd)
    proposed = [kept_place(task).id for task in tasks]
    accepting = [accept_task(crowd, task.id, caller=REGULATOR, now=NOW) for task in tasks]
    assert set(await outcomes([*accepting[:3], change(crowd, proposed), *accepting[3:]])) <= {
        Task,
        type(None),
        StaleVersion,
        TaskClosed,
    }
    assert {task.kind for task in await open_tasks(crowd)} == {"alert"}
    assert len(await open_tasks(crowd)) == 6
    await assert_nobody_lost(crowd)


async def test_of_two_acceptances_of_an_offer_one_books(crowd):
    slots = await places(crowd, quarters(5, first=in_minutes(60)))
    entries = [await waits(crowd, f"W-{number}") for number in range(5)]
    attempts = [accept_offer(crowd, entry.id, caller=REGULATOR, now=NOW) for entry in entries for _ in range(4)]
    assert await outcomes(attempts) == {Booking: 5, EntryClosed: 15}
    assert {row.slot_id for row in await rows_of(crowd, BookingRow)} == set(slots)


async def test_places_freed_at_once_go_to_as_many_entries_in_order(crowd):
    slots = await places(crowd, quarters(10, first=in_minutes(60)))
    bookings = [await booked(crowd, slot, f"DRM-{number}") for number, slot in enumerate(slots)]
    for number in range(15):
        await waits(crowd, f"W-{number}")
    await outcomes(cancel_booking(crowd, each.id, caller=REGULATOR, now=NOW) for each in bookings)
    rows = sorted(await rows_of(crowd, WaitListRow), key=lambda row: row.turn)
    assert {row.slot_id for row in rows[:10]} == set(slots)
    assert {row.slot_id for row in rows[10:]} == {None}


async def test_several_workers_and_declines_offer_each_place_once_at_a_time(crowd):
    slots = await places(crowd, quarters(5, first=in_minutes(60)))
    held = [await hold_slot(crowd, slot, "DRM-1", caller=REGULATOR, now=NOW) for slot in slots]
    entries = [await waits(crowd, f"W-{number}") for number in range(10)]
    sweeps = [offer_waited_for(crowd, now=in_minutes(5)) for _ in range(4)]
    releases = [release_hold(crowd, each.id, caller=REGULATOR, now=in_minutes(4)) for each in held]
    await outcomes([*sweeps, *releases])
    declines = [decline_offer(crowd, entry.id, caller=REGULATOR, now=in_minutes(5)) for entry in entries[:2]]
    leaving = [leave_wait_list(crowd, entry.id, caller=REGULATOR, now=in_minutes(5)) for entry in entries[2:4]]
    await outcomes([*declines, *leaving, *(offer_waited_for(crowd, now=in_minutes(5)) for _ in range(3))])
    live = [row for row in await rows_of(crowd, WaitListRow) if row.slot_id and row.state == EntryState.WAITING]
    assert {row.slot_id for row in live} == set(slots)
    assert len(live) == 5
    kept = {row.hold_id for row in await rows_of(crowd, SlotRow)}
    assert kept == {row.hold_id for row in live}


async def test_an_offer_that_runs_out_is_accepted_or_taken_over_never_both(crowd):
    slots = await places(crowd, quarters(10, first=in_minutes(60)))
    entries = [await waits(crowd, f"W-{number}") for number in range(10)]
    accepting = [accept_offer(crowd, entry.id, caller=REGULATOR, now=in_minutes(9.9)) for entry in entries]
    taking = [book_place(crowd, naming(slot), caller=REGULATOR, now=in_minutes(10)) for slot in slots]
    found = await outcomes(chain.from_iterable(zip(accepting, taking, strict=True)))
    assert found[Booking] == 10
    assert {row.slot_id for row in await rows_of(crowd, BookingRow)} == set(slots)


async def test_two_tablets_that_tap_at_once_count_everybody_and_nobody_over_the_places(crowd):
    slot = await a_place(crowd, in_minutes(30), mode="walk_in", places=20)
    taps = [
        count_arrivals(crowd, slot, 1, caller=REGULATOR, now=NOW, keyed=keyed(f"tap-{number}")) for number in range(30)
    ]
    repeated = [
        count_arrivals(crowd, slot, 1, caller=REGULATOR, now=NOW, keyed=keyed(f"tap-{number}")) for number in range(30)
    ]
    found = await outcomes(chain.from_iterable(zip(taps, repeated, strict=True)))
    [row] = await rows_of(crowd, SlotRow)
    assert row.taken == 20
    assert (found[tuple], found[SessionFull]) == (40, 20)


BOOK = """
    UPDATE slots SET state = 'busy', taken = 1;
    INSERT INTO bookings (id, slot_id, slot_start_at, territory_id, case_ref, origin, booked_by, booked_at, placed_at,
        status, status_at, supplement_eligible, version)
    SELECT gen_random_uuid(), id, start_at, territory_id, 'DRM-9', 'sas', 'x', now(), timestamptz '2026-11-23 13:00Z',
        'booked', now(), true, 1 FROM slots
"""
TASK = """
    INSERT INTO tasks (id, territory_id, booking_id, kind, state, left_slot_id, opened_at)
    SELECT gen_random_uuid(), territory_id, id, 'alert', 'open', slot_id, now() FROM bookings
"""
ENTRY = """
    INSERT INTO wait_list (id, territory_id, sector, on_date, half_day, modality, audience, case_ref, origin, state,
        entered_at, entered_by)
    VALUES (gen_random_uuid(), 'west', 'A', '2026-11-23', 'morning', 'in_person', 'snp', 'DRM-9', 'sas', 'waiting',
        now(), 'x')
"""


@pytest.mark.parametrize(
    ("before", "statement", "constraint"),
    [
        (BOOK, "UPDATE slots SET state = 'withdrawn', taken = 0", "bookings_on_an_offered_slot"),
        (BOOK, "UPDATE bookings SET displaced = true", "bookings_on_an_offered_slot"),
        (BOOK, "UPDATE bookings SET displaced = true, status = 'fulfilled'", "bookings_displaced_not_honoured"),
        (BOOK + ";" + TASK, TASK, "tasks_one_open_per_booking"),
        (BOOK + ";" + TASK, "UPDATE tasks SET state = 'done'", "tasks_open_is_not_closed"),
        (BOOK + ";" + TASK, "UPDATE tasks SET state = 'accepted', closed_at = now()", "tasks_only_proposals_accepted"),
        (BOOK + ";" + TASK, "UPDATE tasks SET kind = 'proposal'", "tasks_proposal_keeps_a_place"),
        (BOOK + ";" + TASK, "UPDATE tasks SET kind = 'lost'", "tasks_kind_known"),
        (BOOK + ";" + TASK, "UPDATE tasks SET state = 'lost', closed_at = now()", "tasks_state_known"),
        (ENTRY, ENTRY, "wait_list_one_per_case"),
        (ENTRY, "UPDATE wait_list SET state = 'booked'", "wait_list_booked_has_booking"),
        (ENTRY, "UPDATE wait_list SET offered_until = now()", "wait_list_offer_whole"),
        (ENTRY, "UPDATE wait_list SET half_day = 'night'", "wait_list_half_day_known"),
        (ENTRY, "UPDATE wait_list SET state = 'lost'", "wait_list_state_known"),
        ("SELECT 1", "UPDATE slots SET state = 'closed'", "slots_closed_is_walk_in"),
    ],
)
async def test_the_database_refuses_what_must_never_be(database, database_url, before, statement, constraint):
    await a_place(database)
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(before)
        with pytest.raises(psycopg.Error) as error:
            connection.execute(statement)
    assert error.value.diag.constraint_name == constraint


async def test_a_seat_is_offered_at_one_site_at_a_time(database, database_url):
    await a_place(database)
    copied = """
        INSERT INTO slots (id, practice_id, session_id, territory_id, practitioner_id, mode, modality, audiences,
            start_at, end_at, lat, lon, places, taken, state)
        SELECT gen_random_uuid(), 'cab', session_id, territory_id, practitioner_id, mode, modality, audiences,
            start_at, end_at, lat, lon, places, taken, state FROM slots
    """
    with psycopg.connect(database_url, autocommit=True) as connection, pytest.raises(psycopg.Error) as error:
        connection.execute(copied)
    assert error.value.diag.constraint_name == "slots_one_offered_per_seat"


async def test_a_hold_of_a_caller_stands_in_the_way_and_one_for_a_task_does_not(database):
    bookings = await lost(database, 1, 1)
    [task] = await open_tasks(database)
    await change(database, [kept_place(task).id])
    [held] = await some_slots(database, [TOMORROW])
    await hold_slot(database, held, "DRM-7", caller=REGULATOR, now=NOW)
    with pytest.raises(SlotHeld):
        await change(database, [held])
    assert [each.booking.id for each in await open_tasks(database)] == [bookings[0].id]


async def test_a_place_that_a_task_is_given_while_a_change_waits_is_locked_too(crowd):
    """Else the change would take it back later, out of the order of ids, while others lock it in that order."""
    [booking] = await lost(crowd, 1, 2)
    [task] = await open_tasks(crowd)
    is_locked, may_end = asyncio.Event(), asyncio.Event()

    async def change_of_roster():
        async with crowd.transaction() as session:
            await lock_seats(session, {(booking.slot.session, booking.slot.practitioner)})
            is_locked.set()
            await may_end.wait()

    async with crowd.transaction() as session:
        locked = await lock_task(session, task.id)
        await save_closed(session, locked.decline(by="anne", now=NOW), now=NOW)
        following = await seek_alternative(session, locked.booking, locked.left.slot, now=NOW)
        changing = asyncio.create_task(change_of_roster())
        await somebody_waits(crowd)
    await is_locked.wait()
    async with crowd.transaction() as session:
        given = select(SlotRow.id).where(SlotRow.id == kept_place(following).id)
        assert (await session.scalars(given.with_for_update(skip_locked=True))).all() == []
    may_end.set()
    await changing


async def test_a_change_of_roster_has_its_bookings_before_who_refers_to_them(crowd):
    """The relay refers to several in the order of their ids; a change touches them in the order of its steps."""
    slots = await places(crowd, quarters(3, first=TOMORROW))
    bookings = [await booked(crowd, slot, f"DRM-{number}") for number, slot in enumerate(slots)]
    first = bookings[0].slot
    async with crowd.transaction() as session:
        await lock_seats(session, {(first.session, first.practitioner)})
        async with crowd.transaction() as relay:
            shared = select(BookingRow.id).with_for_update(key_share=True, read=True, skip_locked=True)
            assert len((await relay.scalars(shared)).all()) == 0
