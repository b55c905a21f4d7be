"""Webhooks and their deliveries over REST."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from service.application.bookings import book_place, cancel_booking
from service.application.deliveries import relay_events
from service.domain.events import EventType
from tests.conftest import MONDAY
from tests.make_bookings import NOW, REGULATOR, a_place, naming

URL = "https://regulation.example.org/tourderole"
NOBODY = "00000000-0000-4000-8000-000000000000"
HOOKS = "/v1/territories/west/webhooks"


@pytest.fixture
async def made(client, database):
    """A receiver of the events of a territory that has one free place."""
    slot = await a_place(database)
    answer = await client.post(HOOKS, json={"url": URL})
    return answer.json() | {"at": answer.headers["Location"], "slot": slot}


@pytest.fixture
async def told(made, database):
    """Two events of one booking, handed over to the receiver."""
    booking = await book_place(database, naming(made["slot"]), caller=REGULATOR, now=NOW)
    await cancel_booking(database, booking.id, caller=REGULATOR, now=NOW)
    assert await relay_events(database, now=NOW) == 2
    return made


def refusal(answer):
    return answer.status_code, answer.json()["code"]


def over(version):
    return {"If-Match": f'"{version}"'}


async def test_the_secret_is_shown_once(made, client):
    assert made["secret"].startswith("whsec_")
    assert (made["is_enabled"], made["version"], made["event_types"]) == (True, 1, sorted(EventType))
    seen = await client.get(made["at"])
    assert (seen.status_code, seen.headers["ETag"], seen.json()["pending"]) == (200, '"1"', 0)
    listed = await client.get(HOOKS)
    assert [each["id"] for each in listed.json()["items"]] == [made["id"]]
    assert made["secret"] not in seen.text + listed.text


async def test_a_repeated_request_makes_one_receiver(client, database):
    await a_place(database)
    key = {"Idempotency-Key": "k-1"}
    first, again = [await client.post(HOOKS, json={"url": URL}, headers=key) for _ in range(2)]
    assert (again.status_code, again.json()) == (201, first.json())
    other = await client.post(HOOKS, json={"url": f"{URL}/2"}, headers=key)
    assert refusal(other) == (422, "idempotency_key.reused")


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"url": "http://example.org"}, "url.not_https"),
        ({"url": "https://10.0.0.1/"}, "url.not_public"),
        ({"url": "nowhere"}, "url.malformed"),
        ({"url": "https://" + "x" * 2000}, "text.too_long"),
        ({"url": URL, "event_types": ["booking.dreamt"]}, "choice.unknown"),
        ({"url": URL, "event_types": []}, "list.too_short"),
        ({"url": URL, "secret": "mine"}, "key.unknown"),
        ({}, "key.missing"),
    ],
)
async def test_a_receiver_that_cannot_be(client, database, asked, code):
    await a_place(database)
    assert refusal(await client.post(HOOKS, json=asked)) == (422, code)
    assert (await client.get(HOOKS)).json()["items"] == []


async def test_a_receiver_is_changed_stopped_and_started(made, client):
    changes = ({"url": f"{URL}/2", "event_types": ["booking.booked"]}, {"is_enabled": False}, {"is_enabled": True})
    answers = [
        (await client.patch(made["at"], json=change, headers=over(version))).json()
        for version, change in enumerate(changes, start=1)
    ]
    assert [(each["version"], each["is_enabled"], each["disabled"]) for each in answers] == [
        (2, True, None),
        (3, False, "by_owner"),
        (4, True, None),
    ]
    assert (answers[-1]["url"], answers[-1]["event_types"]) == (f"{URL}/2", ["booking.booked"])
    bad = await client.patch(made["at"], json={"url": "http://example.org"}, headers=over(4))
    assert refusal(bad) == (422, "url.not_https")


async def test_a_new_secret_leaves_a_day_to_change_over(made, client):
    answer = await client.post(f"{made['at']}/secret", headers=over(1))
    assert answer.json()["secret"] != made["secret"]
    assert answer.json()["old_secret_until"] == (MONDAY + timedelta(days=1)).isoformat().replace("+00:00", "Z")
    assert answer.headers["ETag"] == '"2"'


async def rotated(client, at, version, key):
    return await client.post(f"{at}/secret", headers=over(version) | {"Idempotency-Key": key})


async def test_a_new_secret_whose_answer_was_lost_is_shown_to_who_asks_again(made, client):
    first, again = [await rotated(client, made["at"], 1, "r-1") for _ in range(2)]
    assert (again.status_code, again.json(), again.headers["ETag"]) == (200, first.json(), '"2"')
    second = (await client.post(HOOKS, json={"url": URL})).headers["Location"]
    assert (await rotated(client, second, 1, "r-2")).status_code == 200
    assert refusal(await rotated(client, second, 2, "r-1")) == (422, "idempotency_key.reused")


async def test_while_two_secrets_sign_there_is_no_third(made, client, clock):
    secret = (await rotated(client, made["at"], 1, "r-1")).json()["secret"]
    clock.now += timedelta(hours=23.9)
    refused = await rotated(client, made["at"], 2, "r-2")
    assert (refusal(refused), refused.json()["until"]) == (
        (409, "secret_changing"),
        (MONDAY + timedelta(days=1)).isoformat(),
    )
    clock.now = MONDAY + timedelta(days=1)
    later = await rotated(client, made["at"], 2, "r-2")
    assert (later.status_code, later.json()["secret"] != secret) == (200, True)


async def test_a_repeat_shows_no_newer_secret_than_its_own(client, database, clock):
    await a_place(database)
    key = {"Idempotency-Key": "k-1"}
    at = (await client.post(HOOKS, json={"url": URL}, headers=key)).headers["Location"]
    assert (await rotated(client, at, 1, "r-1")).status_code == 200
    again = await client.post(HOOKS, json={"url": URL}, headers=key)
    assert (refusal(again), again.json()["webhook"]) == ((409, "secret_replaced"), at.rpartition("/")[2])
    clock.now += timedelta(days=1)
    assert (await rotated(client, at, 2, "r-2")).status_code == 200
    repeated = await rotated(client, at, 1, "r-1")
    assert refusal(repeated) == (409, "secret_replaced")
    assert "whsec_" not in again.text + repeated.text


@pytest.mark.parametrize(("method", "path"), [("PATCH", ""), ("POST", "/secret"), ("DELETE", "")])
async def test_an_edit_names_its_version(made, client, method, path):
    body: dict[str, str] | None = {} if method == "PATCH" else None

    async def asked(address, headers=None):
        return refusal(await client.request(method, address + path, json=body, headers=headers))

    assert await asked(made["at"]) == (428, "if_match.missing")
    assert await asked(made["at"], over(7)) == (409, "stale_version")
    assert await asked(f"{HOOKS}/{NOBODY}", over(1)) == (404, "not_found")
    assert (await asked(f"{HOOKS}/x", over(1)))[0] == 422


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", ""),
        ("GET", "/deliveries"),
        ("POST", "/deliveries/replay"),
        ("POST", f"/deliveries/{NOBODY}/replay"),
    ],
)
async def test_what_is_not_there_is_not_found(made, client, method, path):
    assert refusal(await client.request(method, f"{HOOKS}/{NOBODY}{path}")) == (404, "not_found")
    assert (await client.request(method, f"{HOOKS}/x{path}")).status_code == 422


async def test_a_receiver_belongs_to_its_territory(made, client):
    elsewhere = made["at"].replace("west", "east")
    assert refusal(await client.get(elsewhere)) == (404, "not_found")
    east = "/v1/territories/east/webhooks"
    assert refusal(await client.get(east)) == (404, "not_found")
    assert refusal(await client.post(east, json={"url": URL})) == (404, "not_found")
    assert refusal(await client.get(HOOKS, params={"cursor": "x"})) == (422, "type.mismatch")


async def test_receivers_are_paged(made, client):
    second = (await client.post(HOOKS, json={"url": URL})).json()
    first_page = (await client.get(HOOKS, params={"limit": 1})).json()
    then = (await client.get(HOOKS, params={"limit": 1, "cursor": first_page["next_cursor"]})).json()
    seen = [each["id"] for page in (first_page, then) for each in page["items"]]
    assert (sorted(seen), then["next_cursor"]) == (sorted([made["id"], second["id"]]), None)


async def test_a_removed_receiver_takes_its_deliveries_along(told, client, database):
    assert (await client.delete(told["at"], headers=over(1))).status_code == 204
    assert refusal(await client.get(told["at"])) == (404, "not_found")
    async with database.transaction() as session:
        assert await session.scalar(text("SELECT count(*) FROM webhook_deliveries")) == 0


async def test_deliveries_are_listed_by_state_in_the_order_of_the_events(told, client):
    address = f"{told['at']}/deliveries"
    first = (await client.get(address, params={"state": "pending", "limit": 1})).json()
    then = (await client.get(address, params={"state": "pending", "cursor": first["next_cursor"]})).json()
    listed = [*first["items"], *then["items"]]
    assert [each["type"] for each in listed] == ["booking.booked", "booking.cancelled"]
    assert [each["attempts"] for each in listed] == [0, 0]
    assert (await client.get(address)).json()["items"] == []
    assert (await client.get(told["at"])).json()["pending"] == 2
    assert refusal(await client.get(address, params={"cursor": "x"})) == (422, "text.malformed")


async def test_dead_letters_are_sent_again_one_by_one_or_all(told, client, database):
    address = f"{told['at']}/deliveries"
    async with database.transaction() as session:
        await session.execute(text("UPDATE webhook_deliveries SET state = 'dead', attempts = 9"))
    [first, second] = (await client.get(address)).json()["items"]
    again = (await client.post(f"{address}/{first['id']}/replay")).json()
    assert (again["id"], again["state"], again["body"]) == (first["id"], "pending", first["body"])
    assert (await client.get(told["at"])).json()["dead"] == 1
    assert (await client.post(f"{address}/replay")).json() == {"replayed": 1}
    pending = (await client.get(address, params={"state": "pending"})).json()["items"]
    assert [each["id"] for each in pending] == [first["id"], second["id"]]
    assert refusal(await client.post(f"{address}/{NOBODY}/replay")) == (404, "not_found")
