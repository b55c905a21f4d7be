"""What comes of sending to a receiver: an answer, or why there is none."""

import asyncio
import ssl
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from service.application.webhook_sending import sender
from service.domain.directory import TerritoryId
from service.domain.events import EventId, EventType
from service.domain.webhooks import Attempt, Delivery, DeliveryState, Failing, Webhook, WebhookId, new_secret
from tests.tls.authority import CN, Authority, name, pem

NOW = datetime(2026, 11, 23, 13, 5, tzinfo=UTC)


@pytest.fixture
def authority():
    return Authority.root("known")


@asynccontextmanager
async def listening(tls=None):
    """The port of a receiver that accepts whatever is posted, and calls all else bad."""

    async def answer(reader, writer):
        is_post = await reader.read(1) == b"P"
        if is_post:
            await reader.readuntil(b"{}")
        status = b"204 No Content" if is_post else b"400 Bad Request"
        writer.write(b"HTTP/1.1 " + status + b"\r\nConnection: close\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0, ssl=tls) as server:
        yield server.sockets[0].getsockname()[1]


def showing(folder, authority):
    """TLS of a receiver with a certificate for 127.0.0.1."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*authority.issue(name({CN: "receiver"}), serves=True).write(folder, "receiver"))
    return context


async def sent(url, authority):
    """What comes of it when that authority is believed."""
    webhook = Webhook(
        id=WebhookId(uuid4()),
        territory=TerritoryId("west"),
        url=url,
        event_types=frozenset(EventType),
        secret=new_secret(),
        created_at=NOW,
    )
    delivery = Delivery(
        webhook=webhook.id,
        event=EventId(uuid4()),
        position=1,
        booking=None,
        type=EventType.TASK_OPENED,
        body="{}",
        state=DeliveryState.PENDING,
        since=NOW,
        next_attempt_at=NOW,
    )
    tls = ssl.create_default_context(cadata=pem(authority.pair.certificate).decode())
    async with sender(tls, private=True) as sending:
        return await sending.send(webhook, delivery, now=NOW)


async def test_a_receiver_with_a_certificate_that_is_believed_is_heard(tmp_path, authority):
    async with listening(showing(tmp_path, authority)) as port:
        assert await sent(f"https://127.0.0.1:{port}/", authority) == Attempt(status=204)


async def test_a_certificate_of_another_authority_or_name_is_told_as_such(tmp_path, authority):
    tls_failed = Attempt(failing=Failing.TLS_FAILED)
    async with listening(showing(tmp_path, authority)) as port:
        assert await sent(f"https://127.0.0.1:{port}/", Authority.root("other")) == tls_failed
        assert await sent(f"https://localhost:{port}/", authority) == tls_failed


async def test_a_receiver_that_speaks_no_tls_is_told_as_such(authority):
    async with listening() as port:
        assert await sent(f"https://127.0.0.1:{port}/", authority) == Attempt(failing=Failing.TLS_FAILED)


async def test_where_nobody_listens_the_receiver_is_unreachable(authority):
    async with listening() as port:
        pass
    assert await sent(f"https://127.0.0.1:{port}/", authority) == Attempt(failing=Failing.UNREACHABLE)
