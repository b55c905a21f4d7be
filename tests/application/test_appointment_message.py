"""An Appointment says what the profile asks for, on the territory's clock, and nothing besides."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from service.application.appointment_message import STATUS, appointment_resource
from service.domain.appointments import Appointment
from service.domain.bookings import BookingId, BookingStatus
from tests.left_out import OFFICIAL, needs_official
from tests.make_regulators import NUMBER, national, technical
from tests.worker.appointment_rules import broken
from tests.worker.telling import EDITOR

AT = datetime(2026, 7, 1, 12, tzinfo=UTC)
ONE = Appointment(
    booking=BookingId(UUID("b6e39355-8a61-4556-b340-36f7b95fec6a")),
    version=1,
    status=BookingStatus.BOOKED,
    start_at=AT,
    end_at=AT.replace(minute=15),
    booked_at=AT.replace(hour=9),
    rpps="10100050075",
    regulator=national(NUMBER),
)


def resource(**different):
    return appointment_resource(replace(ONE, **different), editor=EDITOR)


@pytest.mark.parametrize("regulator", [national(NUMBER), technical()])
@pytest.mark.parametrize("status", BookingStatus)
def test_whatever_becomes_of_a_booking_the_message_keeps_to_the_profile(regulator, status):
    told = resource(regulator=regulator, status=status)
    assert (broken(told), told["status"]) == ([], STATUS[status])


@pytest.mark.parametrize(
    ("zone", "start"),
    [
        ("Europe/Paris", "2026-07-01T14:00:00.000+02:00"),
        ("Indian/Reunion", "2026-07-01T16:00:00.000+04:00"),
        ("America/Martinique", "2026-07-01T08:00:00.000-04:00"),
    ],
)
def test_instants_bear_the_offset_of_the_place_and_day(zone, start):
    assert resource(start_at=AT.astimezone(ZoneInfo(zone)))["start"] == start


@needs_official
@pytest.mark.parametrize(("number", "status"), [(1, BookingStatus.BOOKED), (2, BookingStatus.CANCELLED)])
def test_the_message_is_shaped_like_the_official_example(number, status):
    example = json.loads((OFFICIAL / "examples" / "appointment" / f"Appointment-{number}.json").read_text())
    told = resource(status=status)
    for name in ("meta", "extension", "status", "participant", "resourceType"):
        assert told[name] == example[name]
    assert (told["identifier"][0]["value"], broken(example)) == (example["identifier"][0]["value"], KEEPS_ITS_ID)


KEEPS_ITS_ID = ["no more than is asked for"]
"""The examples bear the id that the platform gave."""
