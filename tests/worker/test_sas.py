"""The SAS platform is told of what its regulators book: each booking in order, once, whatever comes between."""

import json
import time
from dataclasses import replace

import pytest
from sqlalchemy import text

from service.application.appointments import list_tellings, replay_telling
from service.application.bookings import book_place, cancel_booking, fulfil_booking, miss_booking, move_booking
from service.domain.appointments import TellingState
from service.storage.tables.appointments import SasAppointmentRow
from service.worker.running import worker_beside
from tests.changing import another_practice
from tests.make_bookings import NOW, REGULATOR, in_minutes, naming, places, quarters, rows_of, some_slots
from tests.make_regulators import JULES, NAMED, NUMBER, UUID_OF_SAS
from tests.worker.receiving import HASTILY
from tests.worker.telling import (
    EDITOR,
    a_platform,
    a_regulator,
    a_worker,
    booked_by,
    kept,
    messages,
    methods,
    tellings,
    told,
)
from tests.worker.watching import worker_process

WITHIN_SECONDS = 10
LATER = in_minutes(15)
RETRIED = (401, 403, 404, 408, 409, 429, 500, 503)


@pytest.fixture
async def platform(tmp_path):
    async with a_platform(tmp_path / "sas") as platform:
        yield platform
        assert not any(each["broken"] for each in platform.requests)
        assert not any("DRM" in json.dumps(each) for each in platform.requests), "a case number was told"


def person(code, system, value):
    coding = {"system": "http://interopsante.org/fhir/CodeSystem/fr-v2-0203", "code": code}
    return {"identifier": {"type": {"coding": [coding]}, "system": system, "value": value}}


def message(booking, operator):
    """What is told at the booking, word for word."""
    operated = "http://interopsante.org/fhir/StructureDefinition/FrAppointmentOperator"
    effector = person("IDNPS", "urn:oid:1.2.250.1.71.4.2.1", "899900000011")
    return {
        "resourceType": "Appointment",
        "meta": {"profile": ["http://sas.fr/fhir/StructureDefinition/FrAppointmentSAS"]},
        "extension": [{"url": operated, "valueReference": operator}],
        "identifier": [{"system": EDITOR, "value": str(booking.id)}],
        "status": "booked",
        "start": "2026-11-23T14:15:00.000+01:00",
        "end": "2026-11-23T14:30:00.000+01:00",
        "created": "2026-11-23T14:05:00.000+01:00",
        "participant": [{"actor": effector, "status": "accepted"}],
    }


@pytest.mark.parametrize(
    ("account", "operator"),
    [
        (NAMED, ("IDNPS", "urn:oid:1.2.250.1.71.4.2.1", NUMBER)),
        (replace(JULES, national=NUMBER), ("IDNPS", "urn:oid:1.2.250.1.71.4.2.1", NUMBER)),
        (JULES, ("INTRN", "urn:oid:1.2.250.1.213.3.6", UUID_OF_SAS)),
    ],
)
async def test_what_a_regulator_books_is_told_within_seconds(database, platform, account, operator):
    [slot] = await places(database, quarters(1))
    [booking] = await booked_by(database, await a_regulator(database, account), slot)
    began = time.monotonic()
    async with a_worker(database, platform):
        await platform.until(lambda: bool(platform.requests))
        await told(database, booking)
    assert time.monotonic() - began < WITHIN_SECONDS
    [request] = platform.requests
    assert (request["method"], request["path"], request["query"]) == ("POST", "/fhir/Appointment", "")
    assert request["headers"]["content-type"] == "application/json"
    assert messages([request]) == [message(booking, person(*operator))]


@pytest.mark.parametrize(
    ("change", "at", "status"),
    [(cancel_booking, NOW, "cancelled"), (fulfil_booking, LATER, "fulfilled"), (miss_booking, LATER, "noshow")],
)
async def test_how_a_booking_ends_is_told_as_an_update_of_the_whole(database, platform, change, at, status):
    [slot] = await places(database, quarters(1))
    [booking] = await booked_by(database, await a_regulator(database), slot)
    async with a_worker(database, platform):
        await told(database, booking)
        ended = await change(database, booking.id, caller=REGULATOR, now=at)
        await told(database, ended)
        await platform.until(lambda: len(platform.requests) == 2)
    assert methods(platform) == ["POST", "PUT"]
    assert platform.requests[1]["query"].replace("%3A", ":") == f"identifier={EDITOR}%7C{booking.id}"
    first, second = messages(platform.requests)
    assert second == first | {"status": status}
    assert kept(platform) == {str(booking.id): status}


async def test_a_booking_that_moves_to_another_practitioner_is_told_where_it_is(database, platform):
    [slot] = await places(database, quarters(1))
    await another_practice(database)
    [other] = await some_slots(database, [in_minutes(40)], practice="cab", gp="gp-2")
    [booking] = await booked_by(database, await a_regulator(database), slot)
    async with a_worker(database, platform):
        await told(database, booking)
        await told(database, await move_booking(database, booking.id, other, caller=REGULATOR, now=NOW))
        await platform.until(lambda: len(platform.requests) == 2)
    first, second = messages(platform.requests)
    assert second["participant"][0]["actor"]["identifier"]["value"] == "899900000029"
    assert (second["start"], second["created"]) == ("2026-11-23T14:45:00.000+01:00", first["created"])


async def test_what_others_book_is_never_told(database, platform):
    theirs, ours = await places(database, quarters(2))
    other = await book_place(database, naming(theirs), caller=REGULATOR, now=NOW)
    [booking] = await booked_by(database, await a_regulator(database), ours)
    async with a_worker(database, platform):
        await told(database, booking)
        await cancel_booking(database, other.id, caller=REGULATOR, now=NOW)
        await told(database, await cancel_booking(database, booking.id, caller=REGULATOR, now=NOW))
        await platform.until(lambda: len(platform.requests) == 2)
    assert set(kept(platform)) == {str(booking.id)}
    assert [row.booking_id for row in await rows_of(database, SasAppointmentRow)] == [booking.id]


async def test_where_no_platform_is_named_nothing_piles_up(database, platform):
    [slot] = await places(database, quarters(1))
    await booked_by(database, await a_regulator(database), slot)
    async with worker_beside(database, concurrency=1, sending=HASTILY), database.statement() as connection:
        while await connection.scalar(text("SELECT EXISTS (SELECT FROM events WHERE relayed_at IS NULL)")):
            pass
    assert (await rows_of(database, SasAppointmentRow), platform.requests) == ([], [])


async def test_through_an_outage_nothing_is_lost_and_nothing_is_there_twice(database, platform):
    """What was told before it is updated, what was not is created."""
    slots = await places(database, quarters(12))
    regulator = await a_regulator(database)
    before = await booked_by(database, regulator, *slots[:3])
    async with a_worker(database, platform):
        await told(database, *before)
        await platform.stop()
        during = await booked_by(database, regulator, *slots[3:9])
        ended = [await cancel_booking(database, each.id, caller=REGULATOR, now=NOW) for each in before + during[:3]]
        await failing(database)
        await platform.start()
        await told(database, *ended, *during[3:])
    cancelled = {str(each.id): "cancelled" for each in ended}
    assert kept(platform) == cancelled | {str(each.id): "booked" for each in during[3:]}


async def failing(database):
    async with database.statement() as connection:
        tried = text("SELECT EXISTS (SELECT FROM sas_appointments WHERE attempts > 1)")
        while not await connection.scalar(tried):
            pass


@pytest.mark.parametrize("status", RETRIED)
async def test_what_may_pass_is_tried_again_as_an_update(database, platform, status):
    [slot] = await places(database, quarters(1))
    platform.answers(status=status)
    [booking] = await booked_by(database, await a_regulator(database), slot)
    async with a_worker(database, platform):
        await platform.until(lambda: len(platform.requests) >= 2)
        platform.answers(status=None)
        await told(database, booking)
        await platform.until(lambda: bool(platform.accepted))
    assert methods(platform) == ["POST", *["PUT"] * (len(platform.requests) - 1)]
    assert kept(platform) == {str(booking.id): "booked"}


async def test_when_the_answer_is_lost_the_next_message_doubles_nothing(database, platform):
    [slot] = await places(database, quarters(1))
    platform.answers(hangs=True)
    [booking] = await booked_by(database, await a_regulator(database), slot)
    async with a_worker(database, platform):
        await platform.until(lambda: len(platform.requests) == 1)
        assert kept(platform) == {str(booking.id): "booked"}
        platform.answers(hangs=False)
        await told(database, booking)
    [row] = await rows_of(database, SasAppointmentRow)
    assert (row.state, row.attempts, row.status, row.failing) == ("told", 0, 200, None)
    assert kept(platform) == {str(booking.id): "booked"}


async def test_when_the_platform_dies_with_a_message_the_next_one_doubles_nothing(database, platform):
    [slot] = await places(database, quarters(1))
    platform.answers(dies=True)
    [booking] = await booked_by(database, await a_regulator(database), slot)
    async with a_worker(database, platform):
        await platform.until(lambda: len(platform.requests) == 1)
        await platform.stop()
        platform.answers(dies=False)
        await platform.start()
        await platform.until(lambda: len(platform.requests) == 2)
        await told(database, booking)
    assert methods(platform) == ["POST", "PUT"]
    assert kept(platform) == {str(booking.id): "booked"}


async def test_a_slow_platform_is_told_of_a_change_under_way_after_it(database, platform):
    slots = await places(database, quarters(9))
    platform.answers(seconds=0.2)
    bookings = await booked_by(database, await a_regulator(database), *slots)
    async with a_worker(database, platform):
        await platform.until(lambda: len(platform.requests) == 1)
        ended = [await cancel_booking(database, each.id, caller=REGULATOR, now=NOW) for each in bookings]
        await told(database, *ended)
    assert kept(platform) == {str(each.id): "cancelled" for each in bookings}


async def test_several_workers_tell_each_thing_once(database, platform):
    slots = await places(database, quarters(20))
    regulator = await a_regulator(database)
    async with a_worker(database, platform), a_worker(database, platform):
        bookings = await booked_by(database, regulator, *slots)
        await told(database, *bookings)
        await platform.until(lambda: len(platform.requests) == len(bookings))
    assert methods(platform) == ["POST"] * len(bookings)
    assert kept(platform) == {str(each.id): "booked" for each in bookings}


async def test_a_worker_killed_in_the_middle_loses_nothing_and_doubles_nothing(database, platform, tmp_path):
    slots = await places(database, quarters(5))
    platform.answers(hangs=True)
    bookings = await booked_by(database, await a_regulator(database), *slots)
    settings = {
        "TOURDEROLE_SAS_URL": f"http://localhost:{platform.port}/fhir",
        "TOURDEROLE_SAS_EDITOR": EDITOR,
        "TOURDEROLE_WEBHOOKS_FIRST_WAIT_SECONDS": "0.1",
    }
    async with worker_process(database.url, tmp_path, **settings) as worker:
        await platform.until(lambda: len(platform.requests) == 1)
        worker.kill()
        await worker.wait()
    platform.answers(hangs=False)
    async with worker_process(database.url, tmp_path, **settings):
        await told(database, *bookings)
    assert kept(platform) == {str(each.id): "booked" for each in bookings}


@pytest.mark.parametrize("status", [400, 422])
async def test_what_is_refused_is_kept_with_the_reason_and_told_when_somebody_says_so(database, platform, status):
    [slot] = await places(database, quarters(1))
    platform.answers(status=status)
    [booking] = await booked_by(database, await a_regulator(database), slot)
    async with a_worker(database, platform):
        await tellings(database, "refused")
        page = await list_tellings(database, TellingState.REFUSED, after=None, limit=10, caller=REGULATOR)
        [refused] = page.items
        assert (refused.booking, refused.status, refused.refusal) == (booking.id, status, "refused: as told")
        platform.answers(status=None)
        await replay_telling(database, booking.id, caller=REGULATOR, now=NOW)
        await told(database, booking)
        await platform.until(lambda: len(platform.requests) == 2)
    assert methods(platform) == ["POST", "POST"]
    assert kept(platform) == {str(booking.id): "booked"}


async def test_a_booking_that_was_refused_is_told_again_when_it_changes(database, platform):
    [slot, other] = await places(database, quarters(2))
    platform.answers(status=422)
    first, second = await booked_by(database, await a_regulator(database), slot, other)
    async with a_worker(database, platform):
        await tellings(database, "refused", "refused")
        platform.answers(status=None)
        await told(database, await cancel_booking(database, first.id, caller=REGULATOR, now=NOW))
        await tellings(database, "told", "refused")
    assert kept(platform) == {str(first.id): "cancelled"}
    assert second.id != first.id


async def test_a_booking_whose_practitioner_is_gone_is_kept_back_by_name(database, platform):
    [slot, other] = await places(database, quarters(2))
    first, _ = await booked_by(database, await a_regulator(database), slot, other)
    async with database.transaction() as session:
        await session.execute(text("UPDATE slots SET practitioner_id = 'nobody' WHERE id = :slot"), {"slot": slot})
    async with a_worker(database, platform):
        rows = await tellings(database, "refused", "told")
    [refused] = [row for row in rows if row.state == "refused"]
    assert (refused.booking_id, refused.is_sent) == (first.id, False)
    assert "practitioner" in (refused.refusal or "")
