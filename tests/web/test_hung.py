"""What callers and probes are told while the database hangs, and when: it takes connections and answers nothing."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from itertools import count
from pathlib import Path
from time import monotonic

import pytest

from service.storage.database import Database
from service.storage.embedded import EmbeddedPostgres
from service.storage.migrating import upgrade
from tests.make_bookings import a_place
from tests.storage.hanging import hung

_numbers = count()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("hangs")
    with EmbeddedPostgres.start(folder, durable=False) as postgres:
        upgrade(postgres.url)
        yield folder


@pytest.fixture
async def connected(app, client, folder) -> AsyncIterator[None]:
    """To the database that is going to hang, by connections that have been used."""
    with EmbeddedPostgres.start(folder, durable=False) as postgres:
        async with Database(postgres.url) as database:
            app.state.database = database
            assert (await client.get("/readyz")).status_code == 200
            yield


@pytest.fixture
async def hasty(app, folder) -> AsyncIterator[Database]:
    """The same, waited for half a second where it is five or thirty."""
    with EmbeddedPostgres.start(folder, durable=False) as postgres:
        url = postgres.create_database(f"hung_{next(_numbers)}")
        upgrade(url)
        async with Database(url, patience_seconds=0.5, direct_patience_seconds=0.5) as database:
            app.state.database = database
            yield database


async def answered(client, path: str) -> tuple[int, float]:
    """The status, and the seconds until it was there."""
    began = monotonic()
    answer = await client.get(path)
    return answer.status_code, monotonic() - began


@pytest.mark.usefixtures("connected")
async def test_it_is_told_as_down_within_three_seconds(client, folder):
    with hung(folder):
        status, seconds = await answered(client, "/readyz")
    assert status == 503
    assert seconds < 3


@pytest.mark.usefixtures("connected")
async def test_metrics_are_told_before_prometheus_gives_up(client, folder):
    with hung(folder):
        status, seconds = await answered(client, "/metrics")
    assert status == 200
    assert seconds < 9


@pytest.mark.parametrize("path", ["/v1/slots?insee=53001", "/v1/territories", "/v1/bookings"])
async def test_twenty_callers_at_once_are_all_told_in_time_and_served_again_when_it_is_over(
    client, hasty, folder, path
):
    await a_place(hasty)
    assert (await client.get(path)).status_code == 200
    with hung(folder):
        told = await asyncio.gather(*(answered(client, path) for _ in range(20)))
    assert {status for status, _ in told} == {503}
    assert max(seconds for _, seconds in told) < 10
    assert (await client.get(path)).status_code == 200


async def test_a_booking_not_answered_in_time_is_found_by_its_key(client, hasty, folder):
    asked = {"json": {"slot": str(await a_place(hasty)), "case_ref": "DRM-2026-1", "origin": "ed"}}
    keyed = {"headers": {"Idempotency-Key": "call-1"}}
    with hung(folder):
        refused = await client.post("/v1/bookings", **asked, **keyed)
    assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
    booked = [await client.post("/v1/bookings", **asked, **keyed) for _ in range(2)]
    assert [each.status_code for each in booked] == [201, 201]
    assert booked[0].json()["id"] == booked[1].json()["id"]
