"""A place held for a case that is named only when it is booked."""

import pytest

from service.application.bookings import book_place, get_hold, hold_slot
from service.domain.bookings import HoldEnd, Origin
from service.domain.errors import HoldExpired, Invalid
from service.domain.needs import PlaceHeld
from tests.make_bookings import NOW, REGULATOR, a_place


async def unnamed(database):
    return await hold_slot(database, await a_place(database), None, caller=REGULATOR, now=NOW)


def naming(hold, case_ref):
    return PlaceHeld(hold=hold.id, origin=Origin.SAS, case_ref=case_ref)


async def test_the_case_is_named_as_the_place_is_booked(database):
    hold = await unnamed(database)
    booking = await book_place(database, naming(hold, "DRM-2026-1"), caller=REGULATOR, now=NOW)
    assert (hold.case_ref, booking.case_ref) == (None, "DRM-2026-1")
    assert (await get_hold(database, hold.id, caller=REGULATOR)).ended is HoldEnd.CONFIRMED


async def test_without_a_case_nothing_is_booked_and_the_place_stays_held(database):
    hold = await unnamed(database)
    with pytest.raises(Invalid) as refused:
        await book_place(database, naming(hold, None), caller=REGULATOR, now=NOW)
    assert refused.value.faults[0].code == "key.missing"
    assert (await get_hold(database, hold.id, caller=REGULATOR)).end_by(NOW) is None


async def test_a_case_named_late_holds_nothing_about_the_patient_either(database):
    hold = await unnamed(database)
    with pytest.raises(Invalid) as refused:
        await book_place(database, naming(hold, "Mme Durand"), caller=REGULATOR, now=NOW)
    assert refused.value.faults[0].code == "case_ref.personal_data_suspected"


async def test_a_hold_becomes_one_booking_whatever_case_is_named_next(database):
    hold = await unnamed(database)
    await book_place(database, naming(hold, "DRM-2026-1"), caller=REGULATOR, now=NOW)
    with pytest.raises(HoldExpired):
        await book_place(database, naming(hold, "DRM-2026-2"), caller=REGULATOR, now=NOW)
