"""Places kept for a sector's inhabitants: who they are, when others may, and booking that ranks as search does."""

from datetime import timedelta

import pytest

from service.application.bookings import book_place
from service.application.slots import search_slots
from service.domain.bookings import Origin
from service.domain.geography import Point
from service.domain.keeping import Keeping
from service.domain.needs import CareRequest, PlaceNeeded
from service.domain.rosters import Modality
from tests.make_bookings import HERE, NOW, REGULATOR, a_practice, a_territory, in_minutes, places, some_slots

SECOND = timedelta(seconds=1)
KEPT = Keeping(sector="A", until=in_minutes(30))
OUTSIDER = Point(HERE.lat, HERE.lon + 0.1)
GP = "99900000011"


async def offers(database, *, now=NOW, near=HERE, **asked):
    return (await search_slots(database, CareRequest(near=near, **asked), limit=20, caller=REGULATOR, now=now)).offers


async def starts(database, **how):
    return [round((offer.slot.time.start - NOW).total_seconds() / 60) for offer in await offers(database, **how)]


async def book(database, number, **request):
    need = PlaceNeeded(request=CareRequest(**request), case_ref=f"DRM-{number}", origin=Origin.SAS)
    return (await book_place(database, need, caller=REGULATOR, now=NOW)).slot.id


@pytest.fixture
async def kept(database):
    """A place in an hour that is kept until half an hour before, and one tomorrow that is not; outsiders nearby."""
    await places(database, [in_minutes(60)], kept=KEPT)
    await some_slots(database, [in_minutes(1200)])
    await a_territory(database, "east", at=OUTSIDER, insee="53002")


async def test_inhabitants_have_it_at_once_and_others_after_what_is_free_to_all(database, kept):
    assert await starts(database) == [60, 1200]
    assert await starts(database, near=OUTSIDER) == [1200, 60]


async def test_only_others_are_told_that_it_is_kept(database, kept):
    assert [offer.kept for offer in await offers(database)] == [None, None]
    assert [offer.kept for offer in await offers(database, near=OUTSIDER)] == [None, KEPT]


@pytest.mark.parametrize(("before", "first"), [(SECOND, 1200), (timedelta(0), 60)])
async def test_from_the_release_on_it_is_for_everybody(database, kept, before, first):
    assert (await starts(database, near=OUTSIDER, now=KEPT.until - before))[0] == first


async def test_the_patients_own_gp_comes_first_even_where_the_place_is_kept(database, kept):
    assert await starts(database, near=OUTSIDER, usual_gp_rpps=GP) == [1200, 60]
    await a_practice(database, "east-1", territory="east", at=OUTSIDER, gp="gp-9", rpps="99900000029")
    await some_slots(database, [in_minutes(20)], territory="east", practice="east-1", gp="gp-9", at=OUTSIDER)
    assert await starts(database, near=OUTSIDER, usual_gp_rpps=GP) == [1200, 60, 20]


async def test_the_nearest_commune_is_by_the_road_and_not_by_degrees(database):
    """A tenth of a degree to the east is nearer, at this latitude, than eight hundredths to the north."""
    await places(database, [in_minutes(60)], kept=KEPT)
    await a_territory(database, "north", at=Point(HERE.lat + 0.08, HERE.lon - 0.1), insee="53002")
    [offer] = await offers(database, near=Point(HERE.lat, HERE.lon - 0.1))
    assert offer.kept is None


@pytest.mark.parametrize("lat", [-90, 90])
async def test_at_a_pole_there_is_nothing(database, kept, lat):
    assert await offers(database, near=Point(lat, 0)) == ()


@pytest.mark.parametrize("or_tele", [False, True])
async def test_one_booking_after_the_other_takes_what_a_search_finds_first(database, or_tele):
    await places(database, [in_minutes(60 + 15 * number) for number in range(4)], kept=KEPT)
    await some_slots(database, [in_minutes(600 + 15 * number) for number in range(4)])
    await some_slots(database, [in_minutes(70), in_minutes(1500)], modality=Modality.TELE)
    await a_territory(database, "east", at=OUTSIDER, insee="53002")
    for number in range(10 if or_tele else 8):
        first, *_ = await offers(database, near=OUTSIDER, or_tele=or_tele)
        assert await book(database, number, near=OUTSIDER, or_tele=or_tele) == first.slot.id
    assert await offers(database, near=OUTSIDER, or_tele=or_tele) == ()


async def test_a_teleconsultation_in_place_of_a_visit_costs_what_the_policy_says(database):
    await a_territory(database, search={"tele_charge": 100})
    await a_practice(database)
    await some_slots(database, [in_minutes(60)], modality=Modality.TELE)
    assert [offer.cost for offer in await offers(database, or_tele=True)] == [160]
    assert [offer.cost for offer in await offers(database, modality=Modality.TELE)] == [60]
    assert await offers(database) == ()
