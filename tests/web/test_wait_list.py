"""The wait-list over REST: a freed place is offered in order, with a deadline (US-P2)."""

import pytest

from service.application.bookings import cancel_booking
from tests.changing import booked
from tests.make_bookings import NOW, REGULATOR, a_place, in_minutes
from tests.web.test_bookings import NOBODY, refusal

AFTERNOON = {"territory": "west", "sector": "A", "date": "2026-11-23", "half_day": "afternoon"}


@pytest.fixture
async def booking(database):
    """The one place of the afternoon is booked."""
    return await booked(database, await a_place(database, in_minutes(60)))


@pytest.fixture
def wait(client):
    async def answer(case_ref="DRM-W-1", key=None, **different):
        headers = {"Idempotency-Key": key} if key else {}
        asked = {"case_ref": case_ref, **AFTERNOON, **different}
        return await client.post("/v1/wait-list", json=asked, headers=headers)

    return answer


@pytest.fixture
def freed(database, booking):
    async def cancel():
        await cancel_booking(database, booking.id, caller=REGULATOR, now=NOW)

    return cancel


async def test_who_waits_is_offered_what_comes_free_until_a_deadline_and_books_it(client, wait, freed, booking):
    entered = await wait()
    assert (entered.status_code, entered.json()["state"], entered.json()["offer"]) == (201, "waiting", None)
    await freed()
    entry = (await client.get(entered.headers["Location"])).json()
    assert (entry["offer"]["slot"]["id"], entry["offer"]["until"]) == (
        str(booking.slot.id),
        "2026-11-23T14:15:00+01:00",
    )
    made = await client.post(f"{entered.headers['Location']}/accept")
    assert (made.status_code, made.json()["case_ref"], made.json()["origin"]) == (201, "DRM-W-1", "sas")
    assert made.headers["Location"] == f"/v1/bookings/{made.json()['id']}"
    after = (await client.get(entered.headers["Location"])).json()
    assert (after["state"], after["booking"], after["offer"]) == ("booked", made.json()["id"], None)


async def test_declining_passes_it_on_and_leaving_too(client, wait, freed, booking):
    addresses = [(await wait(f"DRM-W-{number}")).headers["Location"] for number in range(3)]
    await freed()
    assert (await client.post(f"{addresses[0]}/decline")).json()["offer"] is None
    assert (await client.delete(addresses[1])).status_code == 204
    offers = [(await client.get(address)).json()["offer"] for address in addresses]
    assert [offer and offer["slot"]["id"] for offer in offers] == [None, None, str(booking.slot.id)]
    assert refusal(await client.delete(addresses[1])) == (409, "entry_closed")


async def test_nothing_is_accepted_before_it_is_offered_nor_after_its_deadline(client, wait, freed, clock):
    address = (await wait()).headers["Location"]
    steps = [f"{address}/{step}" for step in ("accept", "decline")]
    assert [refusal(await client.post(step)) for step in steps] == [(409, "nothing_offered")] * 2
    await freed()
    clock.now = in_minutes(10)
    assert [refusal(await client.post(step)) for step in steps] == [(410, "offer_expired")] * 2
    assert (await client.get(address)).json()["offer"] is None


@pytest.mark.usefixtures("booking")
async def test_a_request_that_is_repeated_enters_once(wait):
    first, again = await wait(key="k-1"), await wait(key="k-1")
    assert (first.status_code, first.json()) == (again.status_code, again.json())
    assert refusal(await wait(key="k-1", case_ref="DRM-W-2")) == (422, "idempotency_key.reused")
    assert refusal(await wait(key="k-2")) == (409, "already_waiting")


@pytest.mark.usefixtures("booking")
async def test_what_is_asked_for_is_checked_by_name(wait, client):
    refused = [
        ({"sector": "B"}, (422, "reference.unknown")),
        ({"date": "2026-11-22"}, (422, "date.past")),
        ({"half_day": "night"}, (422, "choice.unknown")),
        ({"case_ref": "Mme Durand"}, (422, "case_ref.personal_data_suspected")),
        ({"name": "Durand"}, (422, "key.unknown")),
        ({"territory": "nowhere"}, (404, "not_found")),
    ]
    assert [refusal(await wait(**different)) for different, _ in refused] == [expected for _, expected in refused]
    for method, path in (("GET", ""), ("DELETE", ""), ("POST", "/accept"), ("POST", "/decline")):
        assert (await client.request(method, f"/v1/wait-list/{NOBODY}{path}")).status_code == 404
        assert (await client.request(method, f"/v1/wait-list/x{path}")).status_code == 422


@pytest.mark.usefixtures("booking")
async def test_the_list_is_filtered_and_paged_in_its_order(wait, client):
    entered = [(await wait(f"DRM-W-{number}")).json() for number in range(3)]
    asked = {"limit": 2, "state": "waiting", **AFTERNOON}
    page = (await client.get("/v1/wait-list", params=asked)).json()
    rest = (await client.get("/v1/wait-list", params={**asked, "cursor": page["next_cursor"]})).json()
    assert [*page["items"], *rest["items"]] == entered
    assert (await client.get("/v1/wait-list", params={"cursor": "x"})).status_code == 422
