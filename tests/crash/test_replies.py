"""A connection cut between commit and reply: who asks again with the same key gets the booking that was made."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from tests.conftest import ADMIN_TOKEN
from tests.crash.processes import Service, audited, running
from tests.worker.watching import PATIENCE_SECONDS

NEED = {"insee": "53084", "until": f"{datetime.now(UTC).date() + timedelta(days=20)}T00:00"}
ASKED = {"need": NEED, "case_ref": "DRM-1"}


@dataclass
class Proxy:
    """Between client and server; while it swallows, no reply arrives: the connection is cut instead."""

    upstream: int
    port: int = 0
    swallows: bool = False
    swallowed: int = 0

    async def passes(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        from_server, to_server = await asyncio.open_connection("127.0.0.1", self.upstream)
        asking = asyncio.create_task(_pumped(reader, to_server))
        reply = await from_server.read(65536)
        if self.swallows:
            self.swallowed += 1
        else:
            writer.write(reply)
            await _pumped(from_server, writer)
        asking.cancel()
        for each in (writer, to_server):
            each.close()


async def _pumped(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while chunk := await reader.read(65536):
            writer.write(chunk)
            await writer.drain()


@asynccontextmanager
async def a_proxy(upstream: int) -> AsyncIterator[Proxy]:
    proxy = Proxy(upstream)
    async with await asyncio.start_server(proxy.passes, "127.0.0.1", 0) as server:
        proxy.port = server.sockets[0].getsockname()[1]
        yield proxy


async def posted(port, path, body, key):
    headers = {"Authorization": f"Bearer {ADMIN_TOKEN}", "Idempotency-Key": key, "Connection": "close"}
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}/v1", timeout=PATIENCE_SECONDS) as client:
        return await client.post(path, json=body, headers=headers)


@pytest.fixture
async def proxy(url, tmp_path):
    server = Service("serve", url, tmp_path / "serve")
    async with running(server), a_proxy(server.port) as proxy:
        yield proxy


async def lost(proxy, path, body, key):
    """It is done, and the answer never comes."""
    proxy.swallows, before = True, proxy.swallowed
    with pytest.raises(httpx.TransportError):
        await posted(proxy.port, path, body, key)
    assert proxy.swallowed == before + 1
    proxy.swallows = False


async def test_what_was_done_is_answered_when_it_is_asked_again(proxy, url, tmp_path):
    await lost(proxy, "/bookings", ASKED, "k-1")
    again = [await posted(proxy.port, "/bookings", ASKED, "k-1") for _ in range(2)]
    booking = again[0].json()
    assert [(each.status_code, each.json()) for each in again] == [(201, booking)] * 2
    other = await posted(proxy.port, "/bookings", {**ASKED, "case_ref": "DRM-2"}, "k-1")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key.reused")
    rival = await posted(proxy.port, "/bookings", {"slot": booking["slot"]["id"], "case_ref": "DRM-3"}, "k-2")
    assert (rival.status_code, rival.json()["code"]) == (409, "slot_taken")
    kept = tmp_path / "kept"
    kept.write_text(json.dumps(booking | {"key": "k-1"}) + "\n")
    assert (await audited(url, kept)).counted["bookings booked"] == 1


async def test_a_hold_and_its_confirmation_lost_on_the_way_are_one_booking(proxy, url):
    other = (await posted(proxy.port, "/bookings", ASKED, "k-0")).json()
    await posted(proxy.port, f"/bookings/{other['id']}/cancel", None, "k-1")
    holding = {"slot": other["slot"]["id"], "case_ref": "DRM-2"}
    await lost(proxy, "/holds", holding, "h-1")
    confirming = {"hold": (await posted(proxy.port, "/holds", holding, "h-1")).json()["id"]}
    await lost(proxy, "/bookings", confirming, "k-2")
    booking = (await posted(proxy.port, "/bookings", confirming, "k-2")).json()
    assert (booking["slot"]["id"], booking["case_ref"]) == (holding["slot"], "DRM-2")
    counted = (await audited(url)).counted
    assert (counted["bookings booked"], counted["holds"]) == (1, 1)
