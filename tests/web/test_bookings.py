"""Holding and booking over REST, one place once (US-R3, R4, R5), and what becomes of the bookings."""

import asyncio
from collections import Counter
from datetime import timedelta

import pytest

from service.storage.tables.bookings import BookingRow, SlotRow
from tests.make_bookings import (
    HERE,
    NOW,
    a_place,
    a_practice,
    a_territory,
    in_minutes,
    places,
    quarters,
    rows_of,
    some_slots,
)

NOBODY = "00000000-0000-4000-8000-000000000000"
CASE = "DRM-2026-118203"


@pytest.fixture
def book(client):
    async def answer(key=None, **asked):
        headers = {"Idempotency-Key": key} if key else {}
        return await client.post("/v1/bookings", json={"case_ref": CASE, **asked}, headers=headers)

    return answer


@pytest.fixture
def hold(client):
    async def answer(slot, case_ref=CASE, key=None):
        headers = {"Idempotency-Key": key} if key else {}
        return await client.post("/v1/holds", json={"slot": str(slot), "case_ref": case_ref}, headers=headers)

    return answer


@pytest.fixture
def becomes(client, book):
    """What a new booking of the slot becomes, step by step: the last answer."""

    async def answer(booked, *steps, to=NOBODY):
        made = (await book(slot=str(booked))).json()
        bodies = [{"slot": str(to)} if step == "move" else None for step in steps]
        paths = [f"/v1/bookings/{made['id']}/{step}" for step in steps]
        return [await client.post(path, json=body) for path, body in zip(paths, bodies, strict=True)][-1]

    return answer


def refusal(answer):
    return answer.status_code, answer.json()["code"]


async def test_a_hold_lasts_five_minutes(hold, client, database):
    answer = await hold(await a_place(database))
    assert (answer.status_code, answer.json()["expires_at"]) == (201, "2026-11-23T14:10:00+01:00")
    found = await client.get(answer.headers["Location"])
    assert found.json() == answer.json()


async def test_a_hold_lasts_as_long_as_the_territory_says(hold, database):
    await a_territory(database, hold_seconds=90)
    await a_practice(database)
    [slot] = await some_slots(database)
    assert (await hold(slot)).json()["expires_at"] == "2026-11-23T14:06:30+01:00"


async def test_a_second_hold_is_told_when_to_try_again(hold, database):
    slot = await a_place(database)
    await hold(slot)
    second = await hold(slot, "DRM-2026-118204")
    assert refusal(second) == (409, "slot_held")
    assert second.json()["retry_at"] == "2026-11-23T14:10:00+01:00"


async def test_a_hold_confirmed_is_a_booking_for_its_case(hold, book, client, database):
    kept = (await hold(await a_place(database))).json()
    answer = await book(hold=kept["id"])
    assert (answer.status_code, answer.json()["case_ref"]) == (201, CASE)
    assert answer.json()["slot"]["id"] == kept["slot"]["id"]
    assert (await client.get(f"/v1/holds/{kept['id']}")).json()["ended"] == "confirmed"
    assert refusal(await book(hold=kept["id"])) == (410, "hold_expired")


async def test_a_hold_is_not_confirmed_once_it_has_run_out(hold, book, client, database, clock):
    kept = (await hold(await a_place(database))).json()
    clock.now = in_minutes(5)
    assert refusal(await book(hold=kept["id"])) == (410, "hold_expired")
    assert (await client.get(f"/v1/holds/{kept['id']}")).json()["ended"] == "expired"
    assert (await book(slot=kept["slot"]["id"])).status_code == 201


async def test_a_hold_is_for_one_case(hold, book, database):
    kept = (await hold(await a_place(database))).json()
    assert refusal(await book(hold=kept["id"], case_ref="DRM-2")) == (422, "case_ref.other")


async def test_a_hold_given_back_frees_the_place_at_once(hold, client, database):
    slot = await a_place(database)
    kept = (await hold(slot)).json()
    assert (await client.delete(f"/v1/holds/{kept['id']}")).status_code == 204
    assert refusal(await client.delete(f"/v1/holds/{kept['id']}")) == (410, "hold_expired")
    assert (await hold(slot)).status_code == 201


async def test_what_does_not_exist_is_not_found(hold, book, client, database):
    answers = [
        await hold(NOBODY),
        await book(slot=NOBODY),
        await book(hold=NOBODY),
        await client.get(f"/v1/holds/{NOBODY}"),
        await client.delete(f"/v1/holds/{NOBODY}"),
        await client.get(f"/v1/bookings/{NOBODY}"),
        await client.post(f"/v1/bookings/{NOBODY}/cancel"),
        await client.post(f"/v1/bookings/{NOBODY}/fulfil"),
        await client.post(f"/v1/bookings/{NOBODY}/no-show"),
        await client.post(f"/v1/bookings/{NOBODY}/move", json={"slot": NOBODY}),
    ]
    assert {refusal(answer) for answer in answers} == {(404, "not_found")}


async def test_a_key_repeated_gives_the_same_answer_and_one_booking(book, database):
    slot = str(await a_place(database))
    first, second = await book(slot=slot, key="k-1"), await book(slot=slot, key="k-1")
    assert (first.status_code, first.json()) == (second.status_code, second.json())
    assert first.status_code == 201
    assert len(await rows_of(database, BookingRow)) == 1


async def test_a_key_repeated_gives_the_same_hold(hold, database):
    slot = await a_place(database)
    assert (await hold(slot, key="k-1")).json() == (await hold(slot, key="k-1")).json()


async def test_a_key_stands_for_one_request(book, hold, database):
    slot = str(await a_place(database))
    [other] = await some_slots(database, [in_minutes(30)])
    await book(slot=slot, key="k-1")
    assert refusal(await book(slot=str(other), key="k-1")) == (422, "idempotency_key.reused")
    assert refusal(await hold(other, key="k-1")) == (422, "idempotency_key.reused")
    assert (await book(slot=str(other))).status_code == 201


async def test_of_two_hundred_simultaneous_bookings_one_gets_the_place(book, database):
    slot = str(await a_place(database))
    answers = await asyncio.gather(*(book(slot=slot, case_ref=f"DRM-{number}") for number in range(200)))
    assert Counter(map(refusal_or_status, answers)) == {201: 1, (409, "slot_taken"): 199}
    [row] = await rows_of(database, SlotRow)
    assert (row.taken, row.state) == (1, "busy")


def refusal_or_status(answer):
    return 201 if answer.status_code == 201 else refusal(answer)


async def test_a_place_that_cannot_be_taken_says_why(book, hold, database):
    begun = await a_place(database, NOW)
    [counter] = await some_slots(database, [in_minutes(20)], mode="walk_in", places=5)
    [withdrawn] = await some_slots(database, [in_minutes(40)], state="withdrawn")
    for attempt in (hold, lambda slot: book(slot=str(slot))):
        assert refusal(await attempt(begun)) == (409, "slot_begun")
        assert refusal(await attempt(counter)) == (409, "walk_in_not_bookable")
        assert refusal(await attempt(withdrawn)) == (409, "slot_withdrawn")


@pytest.mark.parametrize(
    "case_ref",
    ["Mme Durand 12/03/1950", "12/03/1950", "Jean Durand", "0612345678", "jean@example.org"],
)
async def test_a_case_reference_holds_nothing_about_the_patient(book, hold, case_ref):
    expected = (422, "case_ref.personal_data_suspected")
    assert refusal(await book(slot=NOBODY, case_ref=case_ref)) == expected
    assert refusal(await hold(NOBODY, case_ref)) == expected


async def test_a_malformed_booking_is_refused_by_name(client, book):
    async def fault(answer):
        assert answer.status_code == 422
        return answer.json()["errors"][0]["path"], answer.json()["code"]

    assert await fault(await book(slot=NOBODY, patient="x")) == ("patient", "key.unknown")
    assert await fault(await book()) == ("", "booking.one_of")
    assert await fault(await book(slot=NOBODY, hold=NOBODY)) == ("", "booking.one_of")
    assert await fault(await book(slot="Craon")) == ("slot", "type.mismatch")
    assert await fault(await book(need={})) == ("near", "place.one_of")
    assert await fault(await client.post("/v1/bookings", json={"slot": NOBODY})) == ("case_ref", "key.missing")
    assert await fault(await client.post("/v1/holds", json={"slot": NOBODY})) == ("case_ref", "key.missing")


async def test_a_need_gets_the_best_place(book, database):
    await places(database, quarters(3))
    near = f"{HERE.lat},{HERE.lon}"
    answers = [await book(need={"near": near, "within_hours": 24}) for _ in range(4)]
    assert [answer.json()["slot"]["start"][11:16] for answer in answers[:3]] == ["14:15", "14:30", "14:45"]
    assert refusal(answers[3]) == (409, "no_place_free")
    assert answers[3].json()["explanations"] == [{"code": "all_taken", "places": 3}]


async def test_a_need_tries_the_own_gp_first(book, database):
    await a_place(database)
    await a_practice(database, "own", gp="gp-2", rpps="99900000029")
    await some_slots(database, [in_minutes(600)], practice="own", gp="gp-2")
    made = await book(need={"insee": "53001"}, usual_gp_rpps="99900000029")
    assert made.json()["slot"]["practitioner"]["id"] == "gp-2"
    assert made.json()["supplement_eligible"] is False


async def test_a_booking_with_the_own_gp_earns_no_supplement(book, database):
    slots = [await a_place(database), *await some_slots(database, [in_minutes(30)])]
    made = [await book(slot=str(s), usual_gp_rpps=gp) for s, gp in zip(slots, ("99900000011", None), strict=True)]
    assert [answer.json()["supplement_eligible"] for answer in made] == [False, True]


async def test_a_booking_says_its_version_and_where_it_is(book, client, database):
    made = await book(slot=str(await a_place(database)))
    assert made.headers["ETag"] == '"1"'
    found = await client.get(made.headers["Location"])
    assert (found.json(), found.headers["ETag"]) == (made.json(), '"1"')


async def test_a_cancelled_booking_frees_its_place(becomes, book, database):
    slot = await a_place(database)
    cancelled = await becomes(slot, "cancel")
    assert (cancelled.json()["status"], cancelled.headers["ETag"]) == ("cancelled", '"2"')
    assert (await book(slot=str(slot))).status_code == 201


async def test_only_the_version_named_is_changed(book, client, database):
    made = await book(slot=str(await a_place(database)))
    cancel = f"{made.headers['Location']}/cancel"
    stale = await client.post(cancel, headers={"If-Match": '"7"'})
    assert (refusal(stale), stale.json()["version"]) == ((409, "stale_version"), 1)
    assert (await client.post(cancel, headers={"If-Match": '"1"'})).status_code == 200


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        (["fulfil"], "fulfilled"),
        (["no-show"], "slot_not_begun"),
        (["fulfil", "cancel"], "booking_closed"),
        (["cancel", "fulfil"], "booking_closed"),
        (["cancel", "cancel"], "booking_closed"),
    ],
)
async def test_what_becomes_of_a_booking_before_its_place_begins(becomes, database, steps, expected):
    answer = (await becomes(await a_place(database), *steps)).json()
    assert answer.get("code", answer.get("status")) == expected


async def test_nobody_is_seen_more_than_an_hour_before_the_time(book, client, database, clock):
    clock.now -= timedelta(minutes=51)
    made = (await book(slot=str(await a_place(database)))).headers["Location"]
    assert refusal(await client.post(f"{made}/fulfil")) == (409, "slot_not_begun")
    clock.now += timedelta(minutes=1)
    assert (await client.post(f"{made}/fulfil")).json()["status"] == "fulfilled"
    closed = (await client.post(f"{made}/cancel")).json()
    assert (closed["status"], closed["booking_status"]) == (409, "fulfilled")


async def test_once_it_has_begun_a_booking_is_fulfilled_or_a_no_show(book, client, database, clock):
    slots = [await a_place(database), *await some_slots(database, [in_minutes(10.5)])]
    free = await some_slots(database, [in_minutes(60)])
    made = [(await book(slot=str(slot))).headers["Location"] for slot in slots]
    clock.now = in_minutes(20)
    assert refusal(await client.post(f"{made[0]}/cancel")) == (409, "slot_begun")
    assert refusal(await client.post(f"{made[0]}/move", json={"slot": str(free[0])})) == (409, "slot_begun")
    assert (await client.post(f"{made[0]}/no-show")).json()["status"] == "no_show"
    assert (await client.post(f"{made[1]}/fulfil")).json()["status"] == "fulfilled"
    assert refusal(await client.post(f"{made[1]}/no-show")) == (409, "booking_closed")
    assert refusal(await client.post(f"{made[1]}/fulfil")) == (409, "booking_closed")


async def test_a_booking_moves_and_leaves_its_place_free(becomes, database):
    slot = await a_place(database)
    [other] = await some_slots(database, [in_minutes(30)])
    moved = (await becomes(slot, "move", to=other)).json()
    assert (moved["slot"]["id"], moved["slot"]["start"][11:16], moved["version"]) == (str(other), "14:35", 2)
    states = {row.id: row.state for row in await rows_of(database, SlotRow)}
    assert states == {slot: "free", other: "busy"}


async def test_a_booking_does_not_move_to_a_place_that_is_taken(becomes, database):
    slot = await a_place(database)
    assert refusal(await becomes(slot, "move", to=slot)) == (409, "slot_taken")


async def test_bookings_are_listed_page_by_page_in_the_order_of_their_places(book, client, database):
    slots = [await a_place(database, in_minutes(60)), *await some_slots(database, quarters(2))]
    for number, slot in enumerate(slots):
        await book(slot=str(slot), case_ref=f"DRM-{number}")
    first = (await client.get("/v1/bookings", params={"limit": 2})).json()
    assert [each["case_ref"] for each in first["items"]] == ["DRM-1", "DRM-2"]
    rest = (await client.get("/v1/bookings", params={"limit": 2, "cursor": first["next_cursor"]})).json()
    assert ([each["case_ref"] for each in rest["items"]], rest["next_cursor"]) == (["DRM-0"], None)


async def test_bookings_are_found_by_case_territory_status_and_time(book, client, database):
    slot = await a_place(database)
    made = (await book(slot=str(slot))).json()

    async def found(**asked):
        return [each["id"] for each in (await client.get("/v1/bookings", params=asked)).json()["items"]]

    assert await found(case_ref=CASE, territory="west", status="booked") == [made["id"]]
    assert await found(case_ref="DRM-2") == await found(status="cancelled") == []
    start = made["slot"]["start"]
    assert (await found(**{"from": start}), await found(until=start)) == ([made["id"]], [])


async def test_a_malformed_list_of_bookings_is_refused(client):
    for asked in ({"cursor": "x"}, {"from": "2026-11-23T14:05"}, {"patient": "x"}, {"case_ref": "Mme Durand"}):
        assert (await client.get("/v1/bookings", params=asked)).status_code == 422


async def test_ids_are_uuids(client):
    for method, path in (
        ("GET", "/v1/holds/x"),
        ("DELETE", "/v1/holds/x"),
        ("GET", "/v1/bookings/x"),
        ("POST", "/v1/bookings/x/cancel"),
        ("POST", "/v1/bookings/x/fulfil"),
        ("POST", "/v1/bookings/x/no-show"),
        ("POST", "/v1/bookings/x/move"),
    ):
        assert (await client.request(method, path)).status_code == 422
