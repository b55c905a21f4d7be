"""Tasks over REST: the referrer sees what became of a booking, and says what the patient says (US-C4, US-G3)."""

from uuid import uuid4

import pytest

from service.application.roster_publishing import publish_roster
from service.domain.bookings import SlotId
from service.domain.directory import PracticeId
from tests.changing import NEAR, another_practice, booked, change, elsewhere, slots_by_id
from tests.make_bookings import NOW, a_place, in_minutes, some_slots
from tests.rosters import ANNE, a_draft, held
from tests.web.test_bookings import NOBODY, refusal

TOMORROW = in_minutes(24 * 60)


@pytest.fixture
async def lost(database):
    """A booking of tomorrow whose place is gone; an hour later, two places elsewhere."""
    slot = await a_place(database, TOMORROW)
    await another_practice(database)
    later = [in_minutes(25 * 60), in_minutes(26 * 60)]
    await some_slots(database, later, practice="cab", gp="gp-2", at=NEAR)
    booking = await booked(database, slot)
    await change(database, [slot])
    return booking


@pytest.fixture
def the_task(client):
    async def answer(**asked):
        [task] = (await client.get("/v1/tasks", params={"state": "open", **asked})).json()["items"]
        return task

    return answer


@pytest.fixture
def does(client, the_task):
    """What comes of it when the open task is accepted, declined or closed."""

    async def answer(step, body=None):
        return await client.post(f"/v1/tasks/{(await the_task())['id']}/{step}", json=body)

    return answer


async def test_a_proposal_shows_the_booking_the_place_left_and_the_place_kept(client, lost, the_task):
    task = await the_task(territory="west", kind="proposal", booking=str(lost.id))
    assert (task["state"], task["booking"]["displaced"], task["booking"]["version"]) == ("open", True, 2)
    assert (task["left"]["practice"]["id"], task["left"]["start"]) == ("msp", "2026-11-24T14:05:00+01:00")
    assert task["proposal"]["slot"]["practice"]["id"] == "cab"
    assert (task["proposal"]["slot"]["start"], task["proposal"]["until"]) == (
        "2026-11-24T15:05:00+01:00",
        "2026-11-23T16:05:00+01:00",
    )
    assert (await client.get(f"/v1/tasks/{task['id']}")).json() == task


async def test_what_the_patient_accepts_is_the_bookings_place(client, lost, does):
    accepted = await does("accept")
    assert (accepted.status_code, accepted.json()["state"], accepted.json()["closed_by"]) == (200, "accepted", "admin")
    booking = (await client.get(f"/v1/bookings/{lost.id}")).json()
    assert (booking["slot"]["practice"]["id"], booking["displaced"], booking["status"]) == ("cab", False, "booked")
    again = await client.post(f"/v1/tasks/{accepted.json()['id']}/accept")
    assert refusal(again) == (409, "task_closed")


@pytest.mark.usefixtures("lost")
async def test_declining_shows_the_next_best_and_at_last_an_alert(does):
    second, third = await does("decline"), await does("decline")
    assert (second.status_code, second.json()["proposal"]["slot"]["start"]) == (200, "2026-11-24T16:05:00+01:00")
    assert (third.json()["kind"], third.json()["proposal"]) == ("alert", None)


@pytest.mark.usefixtures("lost")
async def test_an_alert_offers_nothing_and_ends_with_the_booking(client, does):
    for _ in range(2):
        await does("decline")
    assert [refusal(await does(step)) for step in ("accept", "decline")] == [(409, "nothing_offered")] * 2
    assert refusal(await does("close", {"outcome": "told"})) == (409, "booking_displaced")
    closed = (await does("close", {"outcome": "cancelled"})).json()
    assert (closed["state"], closed["outcome"], closed["booking"]["status"]) == ("done", "cancelled", "cancelled")


@pytest.mark.usefixtures("lost")
async def test_a_place_kept_until_a_time_that_is_past_is_refused(does, clock):
    clock.now = in_minutes(120)
    assert refusal(await does("accept")) == (410, "offer_expired")


async def test_nothing_is_accepted_once_the_booking_begins_where_it_still_is(client, database, does, clock):
    slot = await a_place(database, in_minutes(40))
    await another_practice(database)
    await some_slots(database, [in_minutes(200)])
    await booked(database, slot)
    [was] = await slots_by_id(database, [slot])
    await change(database, [slot], [elsewhere(was, SlotId(uuid4()), practice=PracticeId("cab"), point=NEAR)])
    assert (await does("decline")).json()["kind"] == "proposal"
    clock.now = in_minutes(40)
    assert refusal(await does("accept")) == (409, "slot_begun")


async def test_a_booking_without_a_place_is_not_fulfilled_nor_missed(client, lost, clock):
    clock.now = TOMORROW
    for step in ("fulfil", "no-show"):
        assert refusal(await client.post(f"/v1/bookings/{lost.id}/{step}")) == (409, "booking_displaced")


async def test_what_is_unknown_or_malformed_is_refused_by_name(client, the_task, lost):
    for step, body in (("accept", None), ("decline", None), ("close", {"outcome": "told"})):
        assert (await client.post(f"/v1/tasks/{NOBODY}/{step}", json=body)).status_code == 404
        assert (await client.post(f"/v1/tasks/x/{step}", json=body)).status_code == 422
    assert (await client.get(f"/v1/tasks/{NOBODY}")).status_code == 404
    assert (await client.get("/v1/tasks/x")).status_code == 422
    strange = await client.post(f"/v1/tasks/{(await the_task())['id']}/close", json={"outcome": "moved"})
    assert refusal(strange) == (422, "choice.unknown")
    assert refusal(await client.get("/v1/tasks", params={"cursor": "x"})) == (422, "cursor.malformed")


async def test_tasks_are_listed_in_pages_the_oldest_first(client, does, lost):
    await does("decline")
    first = (await client.get("/v1/tasks", params={"limit": 1})).json()
    rest = (await client.get("/v1/tasks", params={"limit": 1, "cursor": first["next_cursor"]})).json()
    assert {each["state"] for each in (*first["items"], *rest["items"])} == {"declined", "open"}
    assert rest["next_cursor"] is None


@pytest.mark.parametrize("of", ["tasks", "wait-list", "bookings"])
async def test_a_list_of_a_territory_that_is_not_there_is_not_found(client, lost, of):
    assert refusal(await client.get(f"/v1/{of}", params={"territory": "nope"})) == (404, "not_found")
    assert (await client.get(f"/v1/{of}", params={"territory": "west"})).status_code == 200


async def test_an_error_speaks_french(client):
    answer = await client.post(f"/v1/tasks/{NOBODY}/accept", headers={"Accept-Language": "fr"})
    assert answer.json()["title"] == "Cela n'existe pas"


async def test_a_session_cancelled_by_a_repair_leaves_each_patient_with_one_task(client, database, the_task):
    """US-C4: nobody can come instead."""
    draft = await a_draft(database, held("t01", "2026-11-30", "cab-quai", "gp-01"))
    roster = await publish_roster(database, draft.id, expected_version=2, caller=ANNE, now=NOW)
    found = await client.get("/v1/slots", params={"insee": "53062", "from": "2026-11-30T08:00", "within_hours": 12})
    [first, *_] = found.json()["results"]
    booking = await client.post("/v1/bookings", json={"slot": first["id"], "case_ref": "DRM-2026-1"})
    dropped = {"session_dropped": {"template": "t01", "date": "2026-11-30"}}
    asked = {"changes": [dropped], "apply": True, "reason": "gp-01 is ill", "seconds": 5}
    done = await client.post(f"/v1/rosters/{roster.id}/repairs", json=asked, headers={"If-Match": '"3"'})
    assert (done.status_code, [each["booking"]["id"] for each in done.json()["bookings"]]) == (
        200,
        [booking.json()["id"]],
    )
    task = await the_task(booking=booking.json()["id"])
    assert (task["kind"] in {"proposal", "alert"}, task["left"]["id"]) == (True, first["id"])
