"""What is documented of events is what is sent: the page, the shapes, the receiver that stands as an example."""

import json
import re
from pathlib import Path

import pytest

from service.application.bookings import book_place, move_booking
from service.application.tasks import decline_task
from service.application.wait_list import accept_offer
from service.domain.directory import TerritoryId
from service.domain.events import Event, EventType
from service.domain.webhooks import body_of
from service.settings import Settings
from service.storage.tables.events import EventRow
from service.web.rest.event_shapes import BookingFactsOut, EntryFactsOut, EventOut, TaskFactsOut
from tests.changing import change, the_task
from tests.make_bookings import NOW, REGULATOR, a_place, in_minutes, naming, places, quarters, rows_of, some_slots
from tests.reached import OPENAPI
from tests.waiting import waits

PAGE = (Path(__file__).parents[2] / "docs" / "webhooks.md").read_text()


@pytest.fixture
async def bodies(database):
    """Of a booking that is made and moved."""
    slot, other = await places(database, quarters(2))
    booking = await book_place(database, naming(slot), caller=REGULATOR, now=NOW)
    await move_booking(database, booking.id, other, caller=REGULATOR, now=NOW)
    return await bodies_of(database)


async def bodies_of(database):
    return [
        body_of(
            Event(
                type=EventType(row.type),
                territory=TerritoryId(row.territory_id),
                occurred_at=row.occurred_at,
                data=row.data,
            )
        )
        for row in await rows_of(database, EventRow)
    ]


async def test_what_is_sent_has_the_documented_shape(bodies):
    booked, moved = map(EventOut.model_validate_json, bodies)
    assert set(BookingFactsOut.model_fields) - moved.data.model_fields_set == {"previous_territory"}
    assert set(BookingFactsOut.model_fields) - booked.data.model_fields_set == {"previous_slot", "previous_territory"}


async def test_what_is_sent_of_tasks_and_of_the_wait_list_has_the_documented_shape(database):
    slot = await a_place(database, in_minutes(60))
    [later] = await some_slots(database, [in_minutes(120)])
    await book_place(database, naming(slot), caller=REGULATOR, now=NOW)
    await change(database, [slot])
    await decline_task(database, (await the_task(database)).id, caller=REGULATOR, now=NOW)
    entry = await waits(database)
    await accept_offer(database, entry.id, caller=REGULATOR, now=NOW)
    sent = [EventOut.model_validate_json(body) for body in await bodies_of(database)]
    assert [(each.type, type(each.data)) for each in sent if not isinstance(each.data, BookingFactsOut)] == [
        *[(type_, TaskFactsOut) for type_ in ("task.opened", "task.closed", "task.opened")],
        *[(type_, EntryFactsOut) for type_ in ("wait_list.offered", "wait_list.accepted")],
    ]
    told = [json.loads(body)["data"] for body in await bodies_of(database)]
    assert told[2]["slot_proposed"] == told[5]["slot"] == str(later)


async def test_nothing_that_is_sent_names_a_person(bodies):
    assert all("Morvan" not in body and "+33" not in body for body in bodies)


def test_the_example_on_the_page_has_the_documented_shape():
    [example] = re.findall(r"```json\n(.+?)```", PAGE, re.DOTALL)
    event = EventOut.model_validate_json(example)
    assert event.data.model_fields_set == set(BookingFactsOut.model_fields)


def test_the_page_tells_every_type_once():
    assert re.findall(r"^\| `(\w+\.\w+)` \|", PAGE, re.MULTILINE) == [type_.value for type_ in EventType]


def test_the_page_names_settings_that_there_are():
    named = re.findall(r"TOURDEROLE_(\w+)", PAGE)
    ends = re.findall(r"`…_(\w+)`", PAGE)
    fields = {name.upper() for name in Settings.model_fields}
    assert {*named, *(f"WEBHOOKS_{end}" for end in ends)} <= fields
    assert len(named) + len(ends) == 5


def test_the_document_tells_receivers_what_comes():
    told = json.loads(OPENAPI.read_text())["webhooks"]["event"]["post"]
    assert told["requestBody"]["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/EventOut"}
    headers = {each["name"] for each in told["parameters"] if each["in"] == "header"}
    assert headers == {"webhook-id", "webhook-timestamp", "webhook-signature"}
