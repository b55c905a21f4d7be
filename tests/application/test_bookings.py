"""Searching, holding and booking as use cases, on published rosters and across territories."""

import asyncio
from collections import Counter
from datetime import timedelta

import pytest

from service.application import bookings
from service.application.bookings import (
    book_place,
    fulfil_booking,
    get_booking,
    get_hold,
    hold_slot,
    move_booking,
    release_hold,
)
from service.application.slots import count_arrivals, search_slots
from service.domain.bookings import BookingStatus, HoldEnd, HoldId, SlotId
from service.domain.callers import Keyed
from service.domain.directory import Insee
from service.domain.errors import BookingClosed, Invalid, NoPlaceFree, NotFound, SessionFull, StaleVersion
from service.domain.explanations import Explanation, Reason
from service.domain.geography import Point
from service.domain.needs import CareRequest, PlaceNeeded
from service.storage import bookings as bookings_sql
from service.storage import holds
from service.storage.bookings import book_needed
from service.storage.places import refuse_unless_free
from tests.make_bookings import (
    HERE,
    NOW,
    REGULATOR,
    a_place,
    a_practice,
    a_territory,
    in_minutes,
    naming,
    needing,
    places,
    quarters,
    some_slots,
)


async def search(database, *, now=NOW, limit=20, near=HERE, **asked):
    request = CareRequest(near=near, **asked)
    return await search_slots(database, request, limit=limit, caller=REGULATOR, now=now)


async def test_territories_near_each_other_are_searched_as_one_with_their_own_clocks(database):
    await a_place(database, in_minutes(20))
    await a_territory(database, "east", insee="53002", timezone="Indian/Reunion")
    await a_practice(database, "east-1", territory="east", gp="gp-9", rpps="99900000029")
    await some_slots(database, territory="east", practice="east-1", gp="gp-9")
    first, second = (await search(database)).offers
    assert (first.slot.territory, second.slot.territory) == ("east", "west")
    assert (first.venue.zone.key, second.venue.zone.key) == ("Indian/Reunion", "Europe/Paris")


async def test_the_reasons_of_a_need_are_those_of_what_can_be_booked(database):
    await a_place(database, mode="walk_in", places=3)
    assert (await search(database)).offers
    with pytest.raises(NoPlaceFree) as error:
        await book_place(database, needing(), caller=REGULATOR, now=NOW)
    assert error.value.facts["explanations"] == (Explanation(code=Reason.WALK_IN_ONLY, facts={"places": 3}),)


async def test_in_a_rush_a_key_used_before_stands_for_its_booking_and_the_others_need_not_try(database, monkeypatch):
    await places(database, quarters(3))
    tries = []

    async def counted(way, needing):
        tries.append(needing.keyed)
        return await book_needed(way, needing)

    monkeypatch.setattr(bookings, "book_needed", counted)

    async def ask(keyed):
        return await book_place(database, needing(), caller=REGULATOR, now=NOW, keyed=keyed)

    mine, *others = (Keyed(key=str(number), operation="book", request="0" * 64) for number in range(40))
    booking = await ask(mine)
    *found, again = await asyncio.gather(*map(ask, (*others, mine)), return_exceptions=True)
    assert again == booking
    refused = [each for each in found if isinstance(each, NoPlaceFree)]
    assert (len(found), len(refused)) == (39, 37)
    assert all(each.facts["explanations"] for each in refused)
    assert len(tries) < 6
    assert mine in tries[1:]


async def test_where_nobody_has_a_territory_nothing_is_published(database):
    found = await search(database)
    assert [each.code for each in found.explanations] == [Reason.NOTHING_PUBLISHED]


async def test_an_unknown_commune_is_refused_in_a_booking_too(database):
    await a_place(database)
    need = PlaceNeeded(request=CareRequest(near=Insee("53000")), case_ref="DRM-1", origin=needing().origin)
    with pytest.raises(Invalid) as error:
        await book_place(database, need, caller=REGULATOR, now=NOW)
    assert [(fault.code, fault.hint) for fault in error.value.faults] == [
        ("commune.unknown", "postal code? west is 53001")
    ]


async def test_what_lies_just_outside_the_radius_is_told(database):
    await a_place(database)
    [explanation] = (await search(database, near=Point(48.2, -1))).explanations
    assert (explanation.code, explanation.facts["radius_km"]) == (Reason.TOO_FAR, 40)


async def test_a_search_says_when_the_next_place_opens(database):
    slots = await places(database, [in_minutes(10), in_minutes(3000)])
    await book_place(database, naming(slots[0]), caller=REGULATOR, now=NOW)
    taken, opening = (await search(database, within_hours=24)).explanations
    assert (taken.code, opening.code) == (Reason.ALL_TAKEN, Reason.NEXT_OPENING)
    assert opening.facts["at"] == "2026-11-25T16:05:00+01:00"


async def test_a_hold_taken_over_is_over(database):
    slot = await a_place(database)
    first = await hold_slot(database, slot, "DRM-1", caller=REGULATOR, now=NOW)
    await hold_slot(database, slot, "DRM-2", caller=REGULATOR, now=in_minutes(6))
    seen = await get_hold(database, first.id, caller=REGULATOR)
    assert seen.end_by(NOW) is HoldEnd.EXPIRED


async def test_a_hold_that_never_was_is_not_found(database):
    with pytest.raises(NotFound):
        await get_hold(database, HoldId(await a_place(database)), caller=REGULATOR)


async def test_a_booking_is_read_as_it_was_made(database):
    made = await book_place(database, naming(await a_place(database)), caller=REGULATOR, now=NOW)
    assert await get_booking(database, made.id, caller=REGULATOR) == made


async def test_a_patient_may_be_seen_early(database):
    made = await book_place(database, naming(await a_place(database)), caller=REGULATOR, now=NOW)
    done = await fulfil_booking(database, made.id, version=1, caller=REGULATOR, now=NOW + timedelta(minutes=1))
    assert (done.status, done.version) == (BookingStatus.FULFILLED, 2)
    with pytest.raises(BookingClosed):
        await fulfil_booking(database, made.id, caller=REGULATOR, now=NOW)


async def test_a_move_with_an_old_version_changes_nothing(database):
    slots = await places(database, quarters(2))
    made = await book_place(database, naming(slots[0]), caller=REGULATOR, now=NOW)
    with pytest.raises(StaleVersion):
        await move_booking(database, made.id, slots[1], version=2, caller=REGULATOR, now=NOW)
    assert (await get_booking(database, made.id, caller=REGULATOR)).slot.id == slots[0]


async def test_a_move_to_nowhere_changes_nothing(database):
    made = await book_place(database, naming(await a_place(database)), caller=REGULATOR, now=NOW)
    with pytest.raises(NotFound):
        await move_booking(database, made.id, SlotId(made.id), caller=REGULATOR, now=NOW)


async def test_two_tablets_that_tap_at_once_are_both_counted(database):
    counter = await a_place(database, mode="walk_in", places=20)
    taps = [count_arrivals(database, counter, 1, caller=REGULATOR, now=NOW) for _ in range(25)]
    answers = await asyncio.gather(*taps, return_exceptions=True)
    assert sorted(answer[0].taken for answer in answers if isinstance(answer, tuple)) == list(range(1, 21))
    assert Counter(map(type, answers)) == {tuple: 20, SessionFull: 5}


@pytest.mark.parametrize("kind", ["hold", "booking"])
async def test_a_request_that_its_own_twin_overtakes_is_answered_as_the_twin(database, monkeypatch, kind):
    """A rival had the place when the first came; the twin found it free again before the first knew why it was not."""
    slot = await a_place(database)
    rival = await hold_slot(database, slot, "DRM-2", caller=REGULATOR, now=NOW)
    looked_up, may_refuse = asyncio.Event(), asyncio.Event()

    async def later(*given, **named):
        looked_up.set()
        await may_refuse.wait()
        return await refuse_unless_free(*given, **named)

    async def ask():
        key = Keyed(key="k-1", operation=kind, request="0" * 64)
        if kind == "hold":
            return await hold_slot(database, slot, "DRM-1", caller=REGULATOR, now=NOW, keyed=key)
        return await book_place(database, naming(slot, "DRM-1"), caller=REGULATOR, now=NOW, keyed=key)

    for module in (holds, bookings_sql):
        monkeypatch.setattr(module, "refuse_unless_free", later)
    first = asyncio.create_task(ask())
    await looked_up.wait()
    await release_hold(database, rival.id, caller=REGULATOR, now=NOW)
    twin = await ask()
    may_refuse.set()
    assert (await first).id == twin.id
