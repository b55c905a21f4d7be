"""What must never happen to a place: refused by the database itself, and in races of real connections."""

import asyncio
from collections import Counter
from itertools import chain

import psycopg
import pytest
from psycopg import errors
from sqlalchemy import text

from service.application.bookings import book_place, cancel_booking, hold_slot, move_booking, release_hold
from service.domain.bookings import Booking, BookingStatus, Origin
from service.domain.errors import (
    HoldExpired,
    IdempotencyKeyReused,
    NoPlaceFree,
    SlotHeld,
    SlotTaken,
    SlotWithdrawn,
    TourderoleError,
    Unavailable,
)
from service.domain.needs import PlaceHeld
from service.storage.database import Database
from service.storage.slots import withdraw_slots
from service.storage.tables.bookings import BookingRow, HoldRow, IdempotencyKeyRow, SlotRow
from tests.make_bookings import (
    NOW,
    OTHER_REGULATOR,
    REGULATOR,
    a_place,
    in_minutes,
    keyed,
    naming,
    needing,
    places,
    quarters,
    rows_of,
    some_slots,
)

BOOK = """
    INSERT INTO bookings (id, slot_id, slot_start_at, territory_id, case_ref, origin, booked_by, booked_at, placed_at,
        status, status_at, supplement_eligible, version)
    SELECT gen_random_uuid(), id, start_at, territory_id, 'DRM-9', 'sas', 'x', now(), timestamptz '2026-11-23 13:00Z',
        'booked', now(), true, 1 FROM slots
"""
HOLD = "UPDATE slots SET state = 'held', hold_id = gen_random_uuid(), held_until = now()"
FREE = "UPDATE slots SET state = 'free', taken = 0"


@pytest.fixture(params=[1, 25])
async def crowd(database_url, request):
    """As many connections as a busy server has; nearly all book together, or all alone."""
    at_once = {"named_at_once": request.param, "needed_at_once": request.param}
    async with Database(database_url, pool_size=25, direct_size=25, **at_once) as database:
        yield database


async def outcomes(attempts):
    """How often each came out: the value's type, or the refusal's."""
    return Counter(type(each) for each in await asyncio.gather(*attempts, return_exceptions=True))


async def book(database, slot, case_ref="DRM-2026-1", key=None):
    return await book_place(database, naming(slot, case_ref), caller=REGULATOR, now=NOW, keyed=key)


async def hold(database, slot, *, now=NOW, key=None, caller=REGULATOR):
    return await hold_slot(database, slot, "DRM-2026-1", caller=caller, now=now, keyed=key)


async def confirm(database, held, *, now=NOW, key=None):
    return await book_place(database, PlaceHeld(hold=held.id, origin=Origin.SAS), caller=REGULATOR, now=now, keyed=key)


async def need(database, case_ref, key=None):
    return await book_place(database, needing(case_ref), caller=REGULATOR, now=NOW, keyed=key)


async def assert_sound(database):
    """Each live booking has its busy place, each busy place its one live booking."""
    live = [row.slot_id for row in await rows_of(database, BookingRow) if row.status != BookingStatus.CANCELLED]
    busy = [row.id for row in await rows_of(database, SlotRow) if row.state == "busy"]
    assert sorted(live) == sorted(busy)
    return live


@pytest.mark.parametrize(
    ("before", "statement", "constraint"),
    [
        ("", BOOK, "bookings_on_an_offered_slot"),
        (HOLD, BOOK, "bookings_on_an_offered_slot"),
        ("UPDATE slots SET state = 'withdrawn'", BOOK, "bookings_on_an_offered_slot"),
        ("UPDATE slots SET state = 'busy', taken = 1", BOOK.replace("13:00Z", "13:15Z"), "bookings_before_it_begins"),
        ("", "UPDATE slots SET state = 'busy'", "slots_busy_is_taken"),
        ("", "UPDATE slots SET taken = 1", "slots_busy_is_taken"),
        ("", "UPDATE slots SET taken = -1", "slots_taken_within_places"),
        ("", "UPDATE slots SET places = 2", "slots_one_patient_a_place"),
        ("", "UPDATE slots SET state = 'held'", "slots_hold_whole"),
        (HOLD, "UPDATE slots SET state = 'free'", "slots_hold_whole"),
        ("", "UPDATE slots SET state = 'lost'", "slots_state_known"),
        ("", "UPDATE slots SET end_at = start_at", "slots_time_order"),
        ("UPDATE slots SET mode = 'walk_in'", HOLD, "slots_walk_in_never_held"),
        ("UPDATE slots SET mode = 'walk_in', places = 2", "UPDATE slots SET taken = 3", "slots_taken_within_places"),
        ("", "INSERT INTO slots SELECT * FROM slots", None),
    ],
)
async def test_the_database_refuses_what_must_never_be(database, sql, before, statement, constraint):
    await a_place(database)
    if before:
        sql.execute(before)
    with pytest.raises(psycopg.Error) as error:
        sql.execute(statement)
    assert error.value.diag.constraint_name == constraint


@pytest.mark.parametrize(
    ("statement", "constraint"),
    [
        (BOOK, "bookings_one_live_per_slot"),
        (FREE, "bookings_on_an_offered_slot"),
        ("UPDATE slots SET state = 'withdrawn', taken = 0", "bookings_on_an_offered_slot"),
        (HOLD + ", taken = 0", "bookings_on_an_offered_slot"),
        ("UPDATE slots SET start_at = start_at - interval '1 minute'", "bookings_on_an_offered_slot"),
        ("DELETE FROM slots", "bookings_slot_id_fkey"),
        ("UPDATE bookings SET status = 'lost'", "bookings_status_known"),
        ("DELETE FROM sessions", "slots_session_id_fkey"),
    ],
)
async def test_a_booked_place_stays_booked(database, sql, statement, constraint):
    await book(database, await a_place(database))
    with pytest.raises(errors.IntegrityError) as error:
        sql.execute(statement)
    assert error.value.diag.constraint_name in {constraint, "bookings_on_an_offered_slot"}


async def test_a_cancelled_booking_does_not_come_back_once_its_place_has_another(database, sql):
    slot = await a_place(database)
    first = await book(database, slot)
    await cancel_booking(database, first.id, caller=REGULATOR, now=NOW)
    await book(database, slot)
    with pytest.raises(errors.UniqueViolation):
        sql.execute("UPDATE bookings SET status = 'booked'")


async def test_of_two_hundred_bookings_at_once_one_gets_the_place(crowd):
    slot = await a_place(crowd)
    found = await outcomes(book(crowd, slot, f"DRM-{number}") for number in range(200))
    assert (found.total(), found[SlotTaken]) == (200, 199)
    assert await assert_sound(crowd) == [slot]


async def test_a_hold_and_a_booking_never_share_a_place(crowd):
    slots = await places(crowd, quarters(20))
    await outcomes(chain.from_iterable((hold(crowd, slot), book(crowd, slot)) for slot in slots))
    states = Counter(row.state for row in await rows_of(crowd, SlotRow))
    assert states["held"] + states["busy"] == 20
    assert len(await rows_of(crowd, HoldRow)) == states["held"]
    await assert_sound(crowd)


async def test_of_two_who_take_over_an_expired_hold_one_gets_it(crowd):
    slots = await places(crowd, quarters(20))
    for slot in slots:
        await hold(crowd, slot)
    later = in_minutes(5)
    attempts = [hold(crowd, slot, now=later, caller=who) for slot in slots for who in (REGULATOR, OTHER_REGULATOR)]
    assert (await outcomes(attempts))[SlotHeld] == 20
    live = [row for row in await rows_of(crowd, HoldRow) if row.expires_at > later]
    assert {row.slot_id for row in live} == set(slots)
    assert {row.hold_id for row in await rows_of(crowd, SlotRow)} == {row.id for row in live}


async def test_a_hold_that_runs_out_is_confirmed_or_taken_over_never_both(crowd):
    slots = await places(crowd, quarters(20))
    held = [await hold(crowd, slot) for slot in slots]
    confirmed = [confirm(crowd, each, now=in_minutes(4.99)) for each in held]
    taken_over = [hold(crowd, slot, now=in_minutes(5)) for slot in slots]
    found = await outcomes(chain.from_iterable(zip(confirmed, taken_over, strict=True)))
    assert found[SlotTaken] + found[HoldExpired] == 20
    await assert_sound(crowd)


async def test_a_hold_is_confirmed_or_released_never_both(crowd):
    slots = await places(crowd, quarters(20))
    held = [await hold(crowd, slot) for slot in slots]
    confirmed = [confirm(crowd, each) for each in held]
    released = [release_hold(crowd, each.id, caller=REGULATOR, now=NOW) for each in held]
    found = await outcomes(chain.from_iterable(zip(confirmed, released, strict=True)))
    assert found[HoldExpired] == 20
    await assert_sound(crowd)


async def test_sixty_who_need_any_place_share_twenty(crowd):
    slots = await places(crowd, quarters(20))
    found = await outcomes(need(crowd, f"DRM-{number}") for number in range(60))
    assert (found.total(), found[NoPlaceFree]) == (60, 40)
    assert set(await assert_sound(crowd)) == set(slots)


async def test_twenty_who_need_any_place_get_the_twenty_best(crowd):
    slots = await places(crowd, quarters(60))
    await outcomes(need(crowd, f"DRM-{number}") for number in range(20))
    assert set(await assert_sound(crowd)) == set(slots[:20])


async def test_a_storm_of_retries_makes_each_booking_once(crowd):
    slots = await places(crowd, quarters(30))
    retries = [book(crowd, slot, key=keyed(f"k-{slot}")) for slot in slots for _ in range(5)]
    rivals = [book(crowd, slot, "DRM-2", key=keyed(f"rival-{slot}-{n}")) for slot in slots for n in range(2)]
    answers = await asyncio.gather(*retries, *rivals, return_exceptions=True)
    assert len(await assert_sound(crowd)) == 30
    for number, slot in enumerate(slots):
        same = answers[5 * number : 5 * number + 5]
        won = {each.id for each in same if isinstance(each, Booking)}
        lost = Counter(type(each) for each in same if isinstance(each, TourderoleError))
        assert (len(won), lost) in [(1, {}), (0, {SlotTaken: 5})], slot
    assert len(await rows_of(crowd, IdempotencyKeyRow)) == 30


async def test_a_key_sent_twice_at_once_for_any_place_takes_one(crowd):
    await places(crowd, quarters(30))
    answers = await asyncio.gather(*(need(crowd, "DRM-1", key=keyed(f"k-{n % 10}")) for n in range(50)))
    assert len({each.id for each in answers}) == len(await assert_sound(crowd)) == 10


async def test_a_key_sent_at_once_for_two_places_takes_one_and_frees_the_other(crowd):
    slots = await places(crowd, quarters(20))
    pairs = list(zip(slots[::2], slots[1::2], strict=True))
    attempts = [
        book(crowd, slot, key=keyed(f"k-{number}", str(slot))) for number, pair in enumerate(pairs) for slot in pair
    ]
    assert (await outcomes(attempts))[IdempotencyKeyReused] == 10
    assert len(await assert_sound(crowd)) == 10


async def test_a_booking_moves_to_a_place_or_another_takes_it(crowd):
    old, new = await places(crowd, quarters(20)), await some_slots(crowd, quarters(20, first=in_minutes(600)))
    made = [await book(crowd, slot) for slot in old]
    moves = [move_booking(crowd, b.id, to, caller=REGULATOR, now=NOW) for b, to in zip(made, new, strict=True)]
    rivals = [book(crowd, slot, "DRM-2") for slot in new]
    found = await outcomes(chain.from_iterable(zip(moves, rivals, strict=True)))
    assert found[SlotTaken] == 20
    live = await assert_sound(crowd)
    assert set(new) <= set(live)


async def test_two_bookings_that_change_places_do_not_wait_for_each_other(crowd):
    slots = await places(crowd, quarters(20))
    made = [await book(crowd, slot) for slot in slots]
    crossed = [slots[number ^ 1] for number in range(20)]
    moves = [move_booking(crowd, b.id, to, caller=REGULATOR, now=NOW) for b, to in zip(made, crossed, strict=True)]
    assert await outcomes(moves) == {SlotTaken: 20}
    assert set(await assert_sound(crowd)) == set(slots)


async def test_a_place_is_withdrawn_before_or_under_its_booking_which_then_knows(crowd):
    slots = [*await places(crowd, quarters(1)), *chain.from_iterable([await some_slots(crowd) for _ in range(9)])]
    seats = {row.id: (row.session_id, row.practitioner_id) for row in await rows_of(crowd, SlotRow)}

    async def withdraw(slot):
        async with crowd.transaction() as session:
            await withdraw_slots(session, {seats[slot]}, now=NOW)

    found = await outcomes(chain.from_iterable((withdraw(slot), book(crowd, slot)) for slot in slots))
    assert found[Booking] + found[SlotWithdrawn] == 10
    displaced = [row for row in await rows_of(crowd, BookingRow) if row.displaced]
    assert len(displaced) == found[Booking]
    assert {row.state for row in await rows_of(crowd, SlotRow)} == {"withdrawn"}


async def test_a_place_is_withdrawn_while_its_booking_is_cancelled(crowd):
    slots = [*await places(crowd, quarters(1)), *chain.from_iterable([await some_slots(crowd) for _ in range(9)])]
    seats = {row.id: (row.session_id, row.practitioner_id) for row in await rows_of(crowd, SlotRow)}
    made = {slot: await book(crowd, slot) for slot in slots}

    async def withdraw(slot):
        async with crowd.transaction() as session:
            await withdraw_slots(session, {seats[slot]}, now=NOW)

    cancels = [cancel_booking(crowd, made[slot].id, caller=REGULATOR, now=NOW) for slot in slots]
    found = await outcomes(chain.from_iterable(zip(map(withdraw, slots), cancels, strict=True)))
    assert found == {type(None): 10, Booking: 10}
    assert await assert_sound(crowd) == []


async def test_a_connection_killed_in_mid_statement_loses_nothing(crowd, sql):
    slot = await a_place(crowd)
    with sql.transaction():
        sql.execute("SELECT FROM slots FOR UPDATE")
        booking = asyncio.create_task(book(crowd, slot, key=keyed("k-1")))
        await cut_who_waits(crowd)
        with pytest.raises(Unavailable):
            await booking
    assert await assert_sound(crowd) == []
    again = await book(crowd, slot, key=keyed("k-1"))
    assert (await book(crowd, slot, key=keyed("k-1"))).id == again.id
    assert await assert_sound(crowd) == [slot]


CUT = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'
"""


async def cut_who_waits(database):
    """As soon as a statement waits for a lock, its connection is cut."""
    async with database.statement() as connection:
        while not (await connection.execute(text(CUT))).all():
            pass


async def test_an_answer_lost_after_the_commit_is_given_again(crowd):
    """The first answer is thrown away, as by a connection cut on its way."""
    await places(crowd, quarters(5))
    first = await need(crowd, "DRM-1", key=keyed("k-1"))
    assert await need(crowd, "DRM-1", key=keyed("k-1")) == first
    assert len(await assert_sound(crowd)) == 1


async def test_another_regulators_hold_is_not_found(database):
    held = await hold(database, await a_place(database))
    for attempt in (
        release_hold(database, held.id, caller=OTHER_REGULATOR, now=NOW),
        book_place(database, PlaceHeld(hold=held.id, origin=Origin.SAS), caller=OTHER_REGULATOR, now=NOW),
    ):
        with pytest.raises(TourderoleError) as error:
            await attempt
        assert error.value.code == "not_found"


async def test_the_key_of_another_caller_is_another_key(database):
    slots = await places(database, quarters(2))
    first = await hold_slot(database, slots[0], "DRM-1", caller=REGULATOR, now=NOW, keyed=keyed("k"))
    second = await hold_slot(database, slots[1], "DRM-1", caller=OTHER_REGULATOR, now=NOW, keyed=keyed("k"))
    assert first.id != second.id
