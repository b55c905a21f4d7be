"""The fast lane answers as the routes do: with it taken away, every answer stays the same."""

import json
from typing import cast

import httpx
import pytest
from fastapi import FastAPI
from starlette.requests import Request

from service.web.app import FAST, create_app
from service.web.lane import Lane
from tests.conftest import ADMIN_TOKEN
from tests.make_bookings import places, quarters

CASE = {"case_ref": "DRM-2026-118203"}
NOBODY = "00000000-0000-4000-8000-000000000000"
NEED = {"near": "47.9,-1.0", "within_hours": "24"}
FRENCH = {"Accept-Language": "fr-FR"}
OWN = {"id", "request_id", "booked_at", "status_at", "expires_at"}
"""Of each answer alone."""


@pytest.fixture
async def plain(app, database, clock):
    """The application without the lane, on the same database."""
    slow: FastAPI = create_app(database, admin_token=ADMIN_TOKEN, clock=clock)
    slow.user_middleware = [each for each in slow.user_middleware if each.cls != cast("object", Lane)]
    headers = {"Authorization": f"Bearer {ADMIN_TOKEN}"}
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=slow), base_url="http://test", headers=headers
    ) as client:
        yield client


def told(answer):
    """Status, body and the headers that say something, without what is of this answer alone."""
    body = {name: value for name, value in answer.json().items() if name not in OWN}
    headers = {name: value for name, value in answer.headers.items() if name not in {"x-request-id", "location"}}
    return answer.status_code, body, headers | {"content-length": None}, "location" in answer.headers


def searching(**asked):
    return {"method": "GET", "url": "/v1/slots", "params": asked}


def booking(body, **headers):
    content = body if isinstance(body, str | bytes) else json.dumps(body)
    return {
        "method": "POST",
        "url": "/v1/bookings",
        "content": content,
        "headers": {"Content-Type": "application/json", **headers},
    }


@pytest.mark.parametrize(
    "asked",
    [
        searching(**NEED),
        searching(**NEED, limit="2"),
        searching(near="47.9,-1.0", limit="0"),
        searching(near="somewhere"),
        searching(insee="99999"),
        searching(**NEED, colour="blue"),
        searching(),
        {**searching(near="0,0"), "headers": FRENCH},
        {**searching(**NEED), "headers": {"Authorization": "Bearer wrong"}},
        {**searching(**NEED), "method": "HEAD"},
        booking({"slot": NOBODY, **CASE}),
        booking({"slot": NOBODY, **CASE}, **FRENCH),
        booking({"slot": NOBODY, **CASE}, Authorization=""),
        booking({"slot": "x", **CASE}),
        booking({"slot": "x", **CASE}, Authorization="Basic x"),
        booking({"slot": NOBODY, "hold": NOBODY, **CASE}),
        booking({"slot": NOBODY, "case_ref": "1 85 05 78 006 084 91"}),
        booking({"slot": NOBODY, **CASE, "colour": "blue"}),
        booking("{"),
        booking(b"\xff"),
        booking(""),
        booking({"slot": NOBODY, **CASE}, **{"Idempotency-Key": "k" * 201}),
        booking({"slot": NOBODY, **CASE}, **{"Content-Type": "text/plain"}),
        booking({"need": {"near": "0,0"}, **CASE}),
        booking({"need": {"near": "47.9,-1.0", "from": "2026-11-23T15:00"}, **CASE}),
    ],
)
async def test_the_lane_answers_as_the_route_does(client, plain, database, asked):
    await places(database, quarters(3))
    fast, slow = await client.request(**asked), await plain.request(**asked)
    if asked["method"] == "HEAD":
        assert fast.status_code == slow.status_code == 405
    else:
        assert told(fast) == told(slow)


@pytest.mark.parametrize("kind", ["bookings", "holds"])
async def test_what_the_lane_makes_is_what_the_route_makes(client, plain, database, kind):
    first, second = await places(database, quarters(2))
    made = [
        await each.post(f"/v1/{kind}", json={"slot": str(slot), **CASE}, headers={"Idempotency-Key": f"k-{slot}"})
        for each, slot in ((client, first), (plain, second))
    ]
    fast, slow = map(told, made)
    for _, body, _, _ in (fast, slow):
        assert body.pop("slot")["territory"] == "west"
    assert fast == slow
    assert {(await client.get(answer.headers["location"])).json()["id"] for answer in made} == {
        answer.json()["id"] for answer in made
    }


async def test_a_key_used_in_the_lane_is_known_beside_it(client, plain, database):
    [slot] = await places(database, quarters(1))
    asked = booking({"slot": str(slot), **CASE}, **{"Idempotency-Key": "k-1"})
    fast, slow = await client.request(**asked), await plain.request(**asked)
    assert (fast.status_code, fast.json()) == (201, slow.json())


async def test_well_formed_requests_stay_in_the_lane(app, database, clock):
    """Else it would be right, and of no use."""
    await places(database, quarters(1))
    for route in FAST:
        scope = {"type": "http", "method": route.method, "path": route.path, "app": app, "query_string": b"near=47,-1"}
        scope["headers"] = [
            (b"authorization", f"Bearer {ADMIN_TOKEN}".encode()),
            (b"content-type", b"application/json"),
        ]
        scope["state"] = {"request_id": "r"}
        body = json.dumps({"slot": NOBODY, **CASE}).encode()
        assert (await route.answer(Request(scope), body)).status_code in {200, 404}
