"""The wait-list: who is offered a freed place, until when, and what becomes of it."""

from datetime import date, timedelta
from uuid import uuid4

import pytest

from service.application.bookings import (
    book_place,
    cancel_booking,
    hold_slot,
    move_booking,
    release_hold,
)
from service.application.slots import search_slots
from service.application.tasks import decline_task
from service.application.wait_list import (
    accept_offer,
    decline_offer,
    get_entry,
    leave_wait_list,
    list_entries,
    offer_waited_for,
)
from service.domain.bookings import BookingStatus
from service.domain.directory import Audience, TerritoryId
from service.domain.errors import (
    AlreadyWaiting,
    EntryClosed,
    Invalid,
    NotFound,
    NothingOffered,
    OfferExpired,
    SlotHeld,
)
from service.domain.needs import CareRequest
from service.domain.rosters import HalfDay, Modality
from service.domain.wait_list import HANDING_ON, EntryFilter, EntryId, EntryState
from service.storage.tables.bookings import SlotRow
from service.storage.tables.directory import TerritoryRow
from service.storage.tables.events import EventRow
from tests.changing import booked, change, open_tasks, the_task
from tests.make_bookings import (
    HERE,
    NOW,
    REGULATOR,
    a_place,
    change_rows,
    in_minutes,
    keyed,
    naming,
    places,
    quarters,
    rows_of,
    some_slots,
)
from tests.waiting import as_now, offered_to, waits

TEN_MINUTES_LATER = in_minutes(10)


async def a_full_afternoon(database, count=1):
    """Every place of it is booked; the bookings."""
    slots = await places(database, quarters(count, first=in_minutes(60)))
    return [await booked(database, slot, f"DRM-{number}") for number, slot in enumerate(slots)]


async def cancel(database, booking, now=NOW):
    return await cancel_booking(database, booking.id, caller=REGULATOR, now=now)


async def sweep(database, minutes):
    return await offer_waited_for(database, now=in_minutes(minutes))


async def found(database, now=NOW):
    offers = (await search_slots(database, CareRequest(near=HERE), limit=20, caller=REGULATOR, now=now)).offers
    return [offer.slot.id for offer in offers]


async def told_of_entries(database):
    return [(row.type, row.data["case_ref"]) for row in await rows_of(database, EventRow) if "entry" in row.data]


async def test_a_freed_place_is_offered_to_the_first_in_order_and_no_search_shows_it(database):
    [booking] = await a_full_afternoon(database)
    first, second = await waits(database, "W-1"), await waits(database, "W-2")
    await cancel(database, booking)
    assert await offered_to(database, first, second) == [booking.slot.id, None]
    assert (await as_now(database, first)).offered(now=NOW).until == NOW + timedelta(minutes=10)
    assert await found(database) == []
    with pytest.raises(SlotHeld):
        await booked(database, booking.slot.id)


@pytest.mark.parametrize(("minutes", "is_offered"), [(14.9, False), (15, True)])
async def test_what_begins_too_soon_to_come_is_not_offered(database, minutes, is_offered):
    slot = await a_place(database, in_minutes(minutes))
    entry = await waits(database, "W-1")
    assert await offered_to(database, entry) == [slot if is_offered else None]
    assert await found(database) == ([] if is_offered else [slot])


async def test_how_soon_is_too_soon_is_the_territorys_policy(database):
    slot = await a_place(database, in_minutes(2))
    await change_rows(database, TerritoryRow, policy={"wait_list_notice_minutes": 2})
    assert await offered_to(database, await waits(database, "W-1")) == [slot]


async def test_what_is_accepted_is_booked_for_the_case_that_waited(database):
    [booking] = await a_full_afternoon(database)
    entry = await waits(database, "W-1")
    await cancel(database, booking)
    made = await accept_offer(database, entry.id, caller=REGULATOR, now=in_minutes(9.9))
    assert (made.case_ref, made.slot.id, made.status) == ("W-1", booking.slot.id, BookingStatus.BOOKED)
    after = await as_now(database, entry)
    assert (after.state, after.booking) == (EntryState.BOOKED, made.id)
    for refused in (accept_offer, decline_offer, leave_wait_list):
        with pytest.raises(EntryClosed):
            await refused(database, entry.id, caller=REGULATOR, now=NOW)


async def test_what_is_declined_goes_to_the_next_and_never_comes_back(database):
    [booking] = await a_full_afternoon(database)
    first, second = await waits(database, "W-1"), await waits(database, "W-2")
    await cancel(database, booking)
    await decline_offer(database, first.id, caller=REGULATOR, now=NOW)
    assert await offered_to(database, first, second) == [None, booking.slot.id]
    await decline_offer(database, second.id, caller=REGULATOR, now=NOW)
    assert await sweep(database, 0) == 0
    assert await found(database) == [booking.slot.id]
    with pytest.raises(NothingOffered):
        await accept_offer(database, first.id, caller=REGULATOR, now=NOW)


async def test_after_the_deadline_it_is_the_nexts_with_the_sweep_and_anybodys_a_moment_later_without(database):
    [booking] = await a_full_afternoon(database)
    first, second = await waits(database, "W-1"), await waits(database, "W-2")
    await cancel(database, booking)
    for refused in (accept_offer, decline_offer):
        with pytest.raises(OfferExpired):
            await refused(database, first.id, caller=REGULATOR, now=TEN_MINUTES_LATER)
    with pytest.raises(SlotHeld):
        await book_place(database, naming(booking.slot.id), caller=REGULATOR, now=TEN_MINUTES_LATER)
    assert (await sweep(database, 9.9), await sweep(database, 10)) == (0, 1)
    assert (await offered_to(database, first, second)) == [None, booking.slot.id]
    nobody_swept = in_minutes(20) + HANDING_ON
    assert await found(database, nobody_swept - timedelta(seconds=1)) == []
    assert await found(database, nobody_swept) == [booking.slot.id]
    taken = await book_place(database, naming(booking.slot.id), caller=REGULATOR, now=nobody_swept)
    assert taken.slot.id == booking.slot.id
    assert await sweep(database, 21) == 0
    assert await offered_to(database, second) == [None]


async def test_an_offer_kept_until_the_place_begins_is_over_then(database):
    """No longer, though a place is kept a little beyond the deadline as a rule."""
    slot = await a_place(database, in_minutes(15))
    await change_rows(database, TerritoryRow, policy={"wait_list_minutes": 60})
    entry = await waits(database, "W-1")
    assert entry.offered(now=NOW).until == in_minutes(15)
    assert [row.held_until for row in await rows_of(database, SlotRow) if row.id == slot] == [in_minutes(15)]


async def test_who_missed_a_deadline_keeps_the_turn_for_another_place(database):
    bookings = await a_full_afternoon(database, 2)
    first, second = await waits(database, "W-1"), await waits(database, "W-2")
    await cancel(database, bookings[0])
    await sweep(database, 10)
    await cancel(database, bookings[1], now=in_minutes(11))
    assert await offered_to(database, first, second) == [bookings[1].slot.id, bookings[0].slot.id]


async def test_two_freed_places_go_to_two_entries(database):
    bookings = await a_full_afternoon(database, 2)
    entries = [await waits(database, f"W-{number}") for number in range(3)]
    for booking in bookings:
        await cancel(database, booking)
    assert await offered_to(database, *entries) == [*(booking.slot.id for booking in bookings), None]


async def test_every_way_in_which_a_place_comes_free_offers_it(database):
    slots = await places(database, quarters(4, first=in_minutes(60)))
    kept = await hold_slot(database, slots[0], "DRM-1", caller=REGULATOR, now=NOW)
    lapsing = await hold_slot(database, slots[1], "DRM-2", caller=REGULATOR, now=NOW)
    moving, _ = await booked(database, slots[2]), await booked(database, slots[3], "DRM-4")
    entries = [await waits(database, f"W-{number}") for number in range(4)]
    await release_hold(database, kept.id, caller=REGULATOR, now=NOW)
    await sweep(database, 5)
    [tomorrow] = await some_slots(database, [in_minutes(24 * 60)])
    await move_booking(database, moving.id, tomorrow, caller=REGULATOR, now=in_minutes(5))
    assert await offered_to(database, *entries) == [slots[0], lapsing.slot.id, slots[2], None]


async def test_what_a_task_declines_and_what_a_roster_adds_is_offered_too(database):
    slot = await a_place(database, in_minutes(60))
    [later] = await some_slots(database, [in_minutes(120)])
    await booked(database, slot)
    await change(database, [slot])
    declining, adding = await waits(database, "W-1"), await waits(database, "W-2")
    task = await the_task(database)
    await decline_task(database, task.id, caller=REGULATOR, now=NOW)
    assert await offered_to(database, declining, adding) == [later, None]
    await sweep(database, 0)
    assert [task.kind for task in await open_tasks(database)] == ["alert"]


async def test_a_case_that_enters_while_a_place_is_free_is_offered_it_at_once(database):
    slot = await a_place(database, in_minutes(60))
    entry = await waits(database)
    assert entry.offered(now=NOW).place.slot.id == slot


@pytest.mark.parametrize(
    "different",
    [
        {"half_day": HalfDay.MORNING},
        {"half_day": HalfDay.EVENING},
        {"on": NOW.date() + timedelta(days=1)},
        {"modality": Modality.TELE},
        {"audience": Audience.CPTS},
    ],
)
async def test_only_a_place_that_fits_is_offered(database, different):
    await a_place(database, in_minutes(60))
    assert (await waits(database, **different)).offer is None


@pytest.mark.parametrize(
    ("minutes", "half_day"),
    [(20 * 60 + 9, HalfDay.MORNING), (21 * 60 + 55, HalfDay.AFTERNOON), (27 * 60 + 55, HalfDay.EVENING)],
)
async def test_half_days_begin_at_noon_and_at_six_on_the_territorys_clock(database, minutes, half_day):
    """From 14:05 on: 10:14, 12:00 and 18:00 of the next day in Paris."""
    await a_place(database, in_minutes(minutes))
    tomorrow = NOW.date() + timedelta(days=1)
    offers = {each: (await waits(database, on=tomorrow, half_day=each)).offer for each in HalfDay}
    assert [each for each, offer in offers.items() if offer] == [half_day]


async def test_a_walk_in_session_is_never_offered(database):
    await a_place(database, in_minutes(60), mode="walk_in", places=5)
    assert (await waits(database)).offer is None


async def test_who_leaves_gives_what_was_offered_to_the_next(database):
    [booking] = await a_full_afternoon(database)
    first, second = await waits(database, "W-1"), await waits(database, "W-2")
    await cancel(database, booking)
    await leave_wait_list(database, first.id, caller=REGULATOR, now=NOW)
    assert (await as_now(database, first)).state is EntryState.LEFT
    assert await offered_to(database, second) == [booking.slot.id]


async def test_when_the_place_offered_is_withdrawn_the_entry_waits_on(database):
    [booking] = await a_full_afternoon(database)
    entry = await waits(database, "W-1")
    await cancel(database, booking)
    await change(database, [booking.slot.id])
    after = await as_now(database, entry)
    assert (after.state, after.offer) == (EntryState.WAITING, None)
    assert {row.state for row in await rows_of(database, SlotRow)} == {"withdrawn"}
    assert await told_of_entries(database) == [("wait_list.offered", "W-1"), ("wait_list.withdrawn", "W-1")]


async def test_nobody_waits_for_a_day_that_has_passed(database):
    await a_full_afternoon(database)
    entry = await waits(database)
    await sweep(database, 9 * 60)
    assert (await as_now(database, entry)).state is EntryState.WAITING
    await sweep(database, 10 * 60)
    assert (await as_now(database, entry)).state is EntryState.OVER


async def test_a_repeated_request_enters_once_and_a_case_waits_once_for_a_half_day(database):
    await a_full_afternoon(database)
    key = keyed("k-1", operation="POST /v1/wait-list")
    first, again = await waits(database, key=key), await waits(database, key=key)
    assert first == again
    with pytest.raises(AlreadyWaiting):
        await waits(database)
    await waits(database, half_day=HalfDay.EVENING)


async def test_a_repeated_acceptance_gives_the_one_booking(database):
    [booking] = await a_full_afternoon(database)
    entry = await waits(database)
    await cancel(database, booking)
    key = keyed("k-1", operation=f"POST /v1/wait-list/{entry.id}/accept")
    made = [await accept_offer(database, entry.id, caller=REGULATOR, now=NOW, keyed=key) for _ in range(2)]
    assert made[0] == made[1]


async def test_what_is_asked_for_must_exist(database):
    await a_full_afternoon(database)
    for different, code, hint in (
        ({"sector": "B"}, "reference.unknown", "one of A"),
        ({"on": date(2026, 11, 22)}, "date.past", None),
    ):
        with pytest.raises(Invalid) as error:
            await waits(database, **different)
        assert [(fault.code, fault.hint) for fault in error.value.faults] == [(code, hint)]
    with pytest.raises(NotFound):
        await waits(database, territory="nowhere")
    with pytest.raises(NotFound):
        await get_entry(database, EntryId(uuid4()), caller=REGULATOR)


async def test_the_list_is_in_order_and_paged(database):
    await a_full_afternoon(database)
    entries = [await waits(database, f"W-{number}") for number in range(3)]
    chosen = EntryFilter(
        territory=TerritoryId("west"), sector="A", state=EntryState.WAITING, half_day=HalfDay.AFTERNOON
    )
    page = await list_entries(database, chosen, after=0, limit=2, caller=REGULATOR)
    rest = await list_entries(database, chosen, after=int(page.next_cursor or 0), limit=2, caller=REGULATOR)
    assert [*page.items, *rest.items] == entries


async def test_offers_and_what_becomes_of_them_are_told(database):
    [booking] = await a_full_afternoon(database)
    first, second = await waits(database, "W-1"), await waits(database, "W-2")
    third = await waits(database, "W-3")
    await cancel(database, booking)
    await decline_offer(database, first.id, caller=REGULATOR, now=NOW)
    await sweep(database, 10)
    await accept_offer(database, third.id, caller=REGULATOR, now=TEN_MINUTES_LATER)
    assert await told_of_entries(database) == [
        ("wait_list.offered", "W-1"),
        ("wait_list.declined", "W-1"),
        ("wait_list.offered", "W-2"),
        ("wait_list.expired", "W-2"),
        ("wait_list.offered", "W-3"),
        ("wait_list.accepted", "W-3"),
    ]
    assert (await as_now(database, second)).state is EntryState.WAITING
