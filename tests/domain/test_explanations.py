"""Why a need finds nothing: each reason only when it holds."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from service.domain.calendar import Interval
from service.domain.directory import Audience, Territory, TerritoryId
from service.domain.explanations import Circumstances, Supply, explain
from service.domain.geography import Point
from service.domain.needs import Need
from service.domain.rosters import Modality, Mode

NOW = datetime(2026, 11, 23, 13, 5, tzinfo=UTC)
TERRITORY = Territory(
    id=TerritoryId("west"),
    name="West",
    department="53",
    finess="539900019",
    aci_size=1,
    population=1000,
    timezone="Europe/Paris",
    school_zone="B",
    holiday_zone="metropole",
    pdsa_saturday_start=time(12),
)
NEED = Need(near=Point(47.9, -1), window=Interval(start=NOW, end=NOW + timedelta(hours=4)))
FREE = Supply(
    mode=Mode.BOOKABLE,
    modality=Modality.IN_PERSON,
    audiences=frozenset({Audience.SNP}),
    distance_km=10,
    radius_km=40,
    places=8,
    free=2,
)
TAKEN = replace(FREE, free=0)


NOTHING_FOUND = Circumstances(
    now=NOW, territory=TERRITORY, published_until=date(2026, 12, 6), supplies=(), next_opening_at=None
)


def known(*supplies, **different):
    return replace(NOTHING_FOUND, supplies=supplies, **different)


def said(need, circumstances):
    return [{"code": each.code.value, **each.facts} for each in explain(need, circumstances)]


def on(day, start, end):
    """A need of a day in November 2026, in hours of UTC."""
    begins = datetime(2026, 11, day, tzinfo=UTC)
    return replace(NEED, window=Interval(start=begins + timedelta(hours=start), end=begins + timedelta(hours=end)))


@pytest.mark.parametrize(
    ("supplies", "expected"),
    [
        ([], {"code": "nothing_planned"}),
        ([TAKEN, replace(TAKEN, places=2)], {"code": "all_taken", "places": 10}),
        (
            [replace(TAKEN, retry_at=NOW + timedelta(minutes=5))],
            {"code": "all_taken", "places": 8, "retry_at": "2026-11-23T14:10:00+01:00"},
        ),
        ([replace(TAKEN, mode=Mode.WALK_IN, closed=8)], {"code": "walk_in_closed", "places": 8}),
        ([replace(FREE, audiences=frozenset({Audience.CPTS}))], {"code": "wrong_audience", "audiences": ["cpts"]}),
        ([replace(FREE, modality=Modality.TELE)], {"code": "wrong_modality", "modalities": ["tele"]}),
        ([replace(FREE, distance_km=46.13)], {"code": "too_far", "nearest_km": 46.1, "radius_km": 40}),
        ([replace(TAKEN, distance_km=46.13)], {"code": "nothing_planned"}),
    ],
)
def test_what_the_places_around_explain(supplies, expected):
    assert said(NEED, known(*supplies)) == [expected]


def test_a_need_that_a_teleconsultation_would_meet_as_well_counts_those_too():
    either, by_tele = replace(NEED, or_tele=True), replace(TAKEN, modality=Modality.TELE, distance_km=400)
    assert said(NEED, known(TAKEN, by_tele)) == [{"code": "all_taken", "places": 8}]
    assert said(either, known(TAKEN, by_tele)) == [{"code": "all_taken", "places": 16}]
    free_to_others = replace(by_tele, free=1, audiences=frozenset({Audience.CPTS}))
    assert said(either, known(free_to_others)) == [{"code": "wrong_audience", "audiences": ["cpts"]}]


def test_every_reason_that_holds_is_given():
    far, other = replace(FREE, distance_km=50), replace(FREE, audiences=frozenset({Audience.PUBLIC}))
    codes = [each["code"] for each in said(NEED, known(TAKEN, far, other))]
    assert codes == ["all_taken", "wrong_audience", "too_far"]


def test_who_books_is_told_of_walk_in_sessions():
    walk_in = replace(FREE, mode=Mode.WALK_IN)
    assert said(NEED, known(walk_in, to_book=True)) == [{"code": "walk_in_only", "places": 2}]
    codes = [each["code"] for each in said(NEED, known(walk_in, TAKEN, to_book=True))]
    assert codes == ["all_taken", "walk_in_only"]


def test_a_session_closed_by_hand_is_not_counted_as_taken_and_matters_to_nobody_who_books_or_finds_another():
    closed = replace(TAKEN, mode=Mode.WALK_IN, closed=5)
    assert said(NEED, known(closed)) == [{"code": "all_taken", "places": 3}, {"code": "walk_in_closed", "places": 5}]
    assert said(NEED, known(closed, TAKEN, to_book=True)) == [{"code": "all_taken", "places": 8}]
    assert said(NEED, known(closed, FREE)) == [{"code": "nothing_planned"}]


def test_a_window_that_is_over_is_in_the_past():
    assert said(on(23, 9, 13), known())[0] == {"code": "in_the_past"}


@pytest.mark.parametrize(
    ("need", "codes"),
    [
        (on(11, 8, 18), ["public_holiday"]),
        (on(10, 19, 31), ["outside_hours"]),
        (on(10, 19, 31.1), ["public_holiday"]),
        (on(23, 19, 31), ["outside_hours"]),
        (on(23, 18.9, 31), ["nothing_planned"]),
        (on(28, 11, 20), ["outside_hours"]),
        (on(28, 10.9, 20), ["nothing_planned"]),
        (on(29, 0, 24), ["outside_hours"]),
    ],
)
def test_hours_and_holidays_are_local(need, codes):
    early = datetime(2026, 11, 1, tzinfo=UTC)
    assert [each["code"] for each in said(need, known(now=early))] == codes


def test_the_hours_are_told():
    hours = {"opens": "08:00", "closes": "20:00", "closes_on_saturday": "12:00"}
    assert said(on(29, 0, 20), known()) == [{"code": "outside_hours", **hours}]


@pytest.mark.parametrize(
    ("until", "expected"),
    [
        (None, {"code": "nothing_published"}),
        (date(2026, 11, 22), {"code": "nothing_published", "published_until": "2026-11-22"}),
        (date(2026, 11, 23), {"code": "nothing_planned"}),
    ],
)
def test_beyond_the_last_published_day_there_is_nothing(until, expected):
    assert said(NEED, known(published_until=until)) == [expected]


def test_the_next_opening_comes_last_with_the_offset_of_its_day():
    opening = datetime(2027, 3, 29, 8, tzinfo=UTC)
    *_, last = said(NEED, known(TAKEN, next_opening_at=opening))
    assert last == {"code": "next_opening", "at": "2027-03-29T10:00:00+02:00"}
