"""Races of real connections over a published roster: whoever wins, the auditor finds nothing."""

import asyncio
from collections import Counter
from datetime import timedelta
from itertools import chain

import pytest

from service.application.bookings import book_place, cancel_booking, fulfil_booking, hold_slot
from service.application.repairs import Saving, repair_roster
from service.application.roster_publishing import publish_roster
from service.application.wait_list import offer_waited_for
from service.domain.bookings import Booking, Hold, Origin
from service.domain.changes_of_persons import PractitionerAway
from service.domain.directory import Insee
from service.domain.errors import BookingClosed, HoldExpired, NoPlaceFree, SlotTaken, SlotWithdrawn, Unavailable
from service.domain.needs import CareRequest, PlaceHeld, PlaceNeeded
from service.domain.roster_life import Roster
from service.storage.database import Database
from service.storage.tables.bookings import SlotRow
from tests.audited import LIMITS, a_published_week, by_session, naming
from tests.crash.processes import audited
from tests.make_bookings import rows_of
from tests.rosters import ANNE, NOW, a_draft
from tests.whole_week import WHOLE_WEEK

MANY = 20
CRAON = Insee("53084")


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


async def some_places(database):
    """Of the week's first sessions, in order."""
    return list(chain.from_iterable(places for _, places in await by_session(database)))[:MANY]


async def booked(database, places, *, now=NOW):
    making = (book_place(database, naming(each, f"DRM-{n}"), caller=ANNE, now=now) for n, each in enumerate(places))
    return await asyncio.gather(*making)


async def test_holds_that_expire_are_confirmed_or_taken_over(crowd):
    await a_published_week(crowd)
    places = await some_places(crowd)
    held = [await hold_slot(crowd, each, f"DRM-{n}", caller=ANNE, now=NOW) for n, each in enumerate(places)]
    in_time, too_late = NOW + timedelta(seconds=299), NOW + timedelta(seconds=300)
    confirmed = (
        book_place(crowd, PlaceHeld(hold=each.id, origin=Origin.SAS), caller=ANNE, now=in_time) for each in held
    )
    taken_over = (hold_slot(crowd, each, "DRM-99", caller=ANNE, now=too_late) for each in places)
    found = await outcomes(chain.from_iterable(zip(confirmed, taken_over, strict=True)))
    assert (found[Booking], found[Hold]) == (found[SlotTaken], found[HoldExpired])
    assert found[Booking] + found[Hold] == len(places)
    await audited(crowd.url)


async def test_a_booking_is_cancelled_or_fulfilled(crowd):
    await a_published_week(crowd)
    made = await booked(crowd, await some_places(crowd))
    ends = (
        end(crowd, each.id, caller=ANNE, now=each.slot.time.start - timedelta(minutes=1))
        for each in made
        for end in (cancel_booking, fulfil_booking)
    )
    assert await outcomes(ends) == {Booking: len(made), BookingClosed: len(made)}
    await audited(crowd.url)


async def test_a_roster_is_published_while_its_places_are_asked_for(crowd):
    """Whoever asks again and again has a place once there are some, of which fifteen would have one."""
    draft = await a_draft(crowd, *WHOLE_WEEK)
    publish = publish_roster(crowd, draft.id, expected_version=draft.version, caller=ANNE, now=NOW)
    refused: Counter[type] = Counter()

    async def ask(number, publishing):
        need = CareRequest(near=CRAON, within_hours=168)
        place = PlaceNeeded(request=need, case_ref=f"DRM-{number}", origin=Origin.SAS)
        while True:
            is_last = publishing.done()
            try:
                return await book_place(crowd, place, caller=ANNE, now=NOW)
            except NoPlaceFree as refusal:
                refused[type(refusal)] += 1
                assert not is_last

    publishing = asyncio.ensure_future(publish)
    found = await outcomes([*(ask(number, publishing) for number in range(15)), publishing])
    assert found == {Booking: 15, Roster: 1}
    assert refused[NoPlaceFree] >= 15
    await audited(crowd.url)


async def test_a_roster_is_repaired_while_its_places_are_booked_and_cancelled(crowd):
    roster = await a_published_week(crowd)
    places = await some_places(crowd)
    made = await booked(crowd, places[: MANY // 2])
    row = next(each for each in await rows_of(crowd, SlotRow) if each.id == places[0])
    away = PractitionerAway(practitioner=row.practitioner_id, from_on=row.start_at.date(), until_on=row.start_at.date())
    saving = Saving(expected_version=roster.version, reason="ill")
    repairing = repair_roster(crowd, roster.id, [away], saving=saving, limits=LIMITS, caller=ANNE, now=NOW)
    storm = _booked_and_cancelled(crowd, places, made, until=asyncio.ensure_future(repairing))
    assert SlotWithdrawn in await storm
    await offer_waited_for(crowd, now=NOW)
    await audited(crowd.url)


async def _booked_and_cancelled(crowd, places, made, *, until):
    """What became of attempts that go on until the repair is saved, and once after."""
    found: Counter[type] = Counter()
    live = list(made)
    while True:
        is_last = until.done()
        cancels = [cancel_booking(crowd, each.id, caller=ANNE, now=NOW) for each in live]
        books = [book_place(crowd, naming(each, f"DRM-9{n}"), caller=ANNE, now=NOW) for n, each in enumerate(places)]
        answers = await asyncio.gather(
            *chain(*zip(cancels, books, strict=False)), *books[len(cancels) :], return_exceptions=True
        )
        live = [each for each in answers if isinstance(each, Booking) and each.status == "booked"]
        found += Counter(type(each) for each in answers)
        if is_last:
            await until
            assert Unavailable not in found
            return found
