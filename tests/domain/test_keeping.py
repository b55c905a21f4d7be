"""Places kept for the inhabitants of a sector, and what they cost others."""

from datetime import timedelta

import pytest

from service.domain.directory import TerritoryId
from service.domain.keeping import Home, Keeping, keeping_of
from service.domain.policy import SearchPolicy
from service.domain.ranking import cost_of
from service.domain.rosters import Modality
from tests.make import a_problem, a_template
from tests.make_bookings import NOW, in_minutes

WEST, EAST = TerritoryId("west"), TerritoryId("east")
SECOND = timedelta(seconds=1)


def kept_numbers(of=8, modality=Modality.IN_PERSON, **search):
    session = a_problem(a_template(modality=modality, sector="A")).sessions[0]
    policy = SearchPolicy(**search)
    return [place for place in range(of) if keeping_of(session, NOW, place=place, of=of, search=policy)]


@pytest.mark.parametrize(
    ("of", "percent", "kept"),
    [(8, 50, [4, 5, 6, 7]), (9, 50, [5, 6, 7, 8]), (1, 50, []), (1, 100, [0]), (8, 0, []), (8, 12, []), (8, 13, [7])],
)
def test_the_last_places_of_a_seat_are_kept(of, percent, kept):
    assert kept_numbers(of, kept_percent=percent) == kept


@pytest.mark.parametrize(("sectors", "count"), [(None, 4), (("B", "A"), 4), (("B",), 0), ((), 0)])
def test_the_policy_may_name_the_sectors_whose_places_are_kept(sectors, count):
    assert len(kept_numbers(kept_sectors=sectors)) == count


def test_a_teleconsultation_is_kept_for_nobody():
    assert kept_numbers(modality=Modality.TELE) == []
    assert kept_numbers(modality=Modality.HOME_VISIT) == [4, 5, 6, 7]


def test_a_place_is_released_so_many_minutes_before_it_begins():
    session = a_problem(a_template(sector="A")).sessions[0]
    kept = keeping_of(session, in_minutes(90), place=0, of=1, search=SearchPolicy(kept_percent=100, release_minutes=60))
    assert kept == Keeping(sector="A", until=in_minutes(30))


@pytest.mark.parametrize(("before", "is_kept"), [(SECOND, True), (timedelta(0), False), (-SECOND, False)])
def test_it_is_kept_until_the_release_and_no_longer(before, is_kept):
    assert Keeping(sector="A", until=NOW).is_from([], WEST, now=NOW - before) is is_kept


@pytest.mark.parametrize(
    ("homes", "is_kept"),
    [([Home(WEST, "A")], False), ([Home(WEST, "B")], True), ([Home(EAST, "A")], True), ([], True)],
)
def test_it_is_kept_from_who_does_not_live_in_the_sector(homes, is_kept):
    assert Keeping(sector="A", until=in_minutes(1)).is_from(homes, WEST, now=NOW) is is_kept


@pytest.mark.parametrize(
    ("is_kept", "is_tele_instead", "cost"),
    [(False, False, 50), (True, False, 150), (False, True, 57), (True, True, 157)],
)
def test_the_cost_is_waiting_and_travel_by_weight_and_what_is_charged(is_kept, is_tele_instead, cost):
    search = SearchPolicy(waiting_weight=2, travel_weight=3, kept_charge=100, tele_charge=7)
    kinds = {"is_kept": is_kept, "is_tele_instead": is_tele_instead}
    assert cost_of(search, waiting_minutes=10, travel_minutes=10, **kinds) == cost
