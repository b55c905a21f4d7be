"""What a caller asks, understood: windows, wall time, and the own GP's number."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from service.domain.bookings import Origin, SlotId
from service.domain.errors import Invalid
from service.domain.geography import Point
from service.domain.needs import CareRequest, PlaceNamed

NOW = datetime(2026, 11, 23, 13, 5, tzinfo=UTC)
PARIS, REUNION = ZoneInfo("Europe/Paris"), ZoneInfo("Indian/Reunion")
HERE = Point(47.9, -1)
SLOT = SlotId(UUID(int=1))


def window(zone=PARIS, **asked):
    return CareRequest(near=HERE, **asked).need(now=NOW, zone=zone).window


def refusal(make):
    with pytest.raises(Invalid) as error:
        make()
    [fault] = error.value.faults
    return fault.path, fault.code


def test_without_a_word_it_is_the_next_two_days():
    assert window().start == NOW
    assert window().end == NOW + timedelta(hours=48)


def test_so_many_hours_from_a_start():
    start = NOW + timedelta(days=2)
    assert window(start_at=start, within_hours=3).end == start + timedelta(hours=3)


def test_wall_time_is_that_of_the_place():
    noon = datetime(2026, 11, 24, 12)  # noqa: DTZ001 - wall time
    assert CareRequest(near=HERE, start_at=noon).is_in_wall_time
    assert window(start_at=noon).start == datetime(2026, 11, 24, 11, tzinfo=UTC)
    assert window(REUNION, start_at=noon).start == datetime(2026, 11, 24, 8, tzinfo=UTC)


@pytest.mark.parametrize(("hours", "is_lawful"), [(0, False), (1, True), (168, True), (169, False)])
def test_an_hour_to_a_week(hours, is_lawful):
    if is_lawful:
        assert window(within_hours=hours).minutes == hours * 60
    else:
        assert refusal(lambda: window(within_hours=hours)) == ("within_hours", "within_hours.out_of_bounds")


@pytest.mark.parametrize(("days", "is_lawful"), [(32, True), (32.01, False)])
def test_a_window_is_at_most_a_month(days, is_lawful):
    end = NOW + timedelta(days=days)
    if is_lawful:
        assert window(end_at=end).end == end
    else:
        assert refusal(lambda: window(end_at=end)) == ("until", "window.too_long")


def test_a_window_ends_after_it_begins():
    assert refusal(lambda: window(end_at=NOW)) == ("until", "time.order")


def test_a_window_ends_once():
    assert refusal(lambda: window(end_at=NOW + timedelta(hours=1), within_hours=1)) == ("within_hours", "window.twice")


def test_years_are_those_of_living_people():
    far = datetime(2100, 1, 1, tzinfo=UTC)
    assert refusal(lambda: window(start_at=far)) == ("from", "time.out_of_bounds")


def test_the_own_gp_has_a_true_number():
    assert refusal(lambda: CareRequest(near=HERE, usual_gp_rpps="99900000012"))[1] == "rpps.check_digit"
    booking = PlaceNamed(slot=SLOT, case_ref="DRM-1", origin=Origin.SAS)
    assert refusal(lambda: replace(booking, usual_gp_rpps="1"))[1] == "rpps.length"


@pytest.mark.parametrize(
    ("case_ref", "code"),
    [
        ("", "case_ref.malformed"),
        ("-1", "case_ref.malformed"),
        ("1" * 41, "case_ref.malformed"),
        ("DRM 1", "case_ref.malformed"),
        ("Mme Durand 12/03/1950", "case_ref.personal_data_suspected"),
        ("durand@example.org", "case_ref.personal_data_suspected"),
        ("Durand", "case_ref.personal_data_suspected"),
        ("DURAND-1950", "case_ref.personal_data_suspected"),
        ("jeanne.durand", "case_ref.personal_data_suspected"),
        ("DURAND-JEANNE-1950", "case_ref.personal_data_suspected"),
        ("1500353062123", "case_ref.personal_data_suspected"),
    ],
)
def test_a_case_reference_is_a_number_of_a_file(case_ref, code):
    assert refusal(lambda: PlaceNamed(slot=SLOT, case_ref=case_ref, origin=Origin.SAS)) == ("case_ref", code)


@pytest.mark.parametrize("case_ref", ["1", "DRM-2026-118203", "53/2026.11_23", "A1", "DRM-2026", "1" * 40])
def test_any_number_of_a_file_will_do(case_ref):
    assert PlaceNamed(slot=SLOT, case_ref=case_ref, origin=Origin.SAS).case_ref == case_ref
