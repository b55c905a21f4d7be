"""Sending to a receiver: signed, never to a private network, never following elsewhere, within bounds."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import httpx
from standardwebhooks import Webhook as Signer

from service.domain.webhooks import Attempt, Delivery, Failing, Webhook, is_public

MOST_SECONDS = 15
"""For the whole of an attempt."""
CONNECT_SECONDS = 5
MOST_ANSWER_BYTES = 65_536
"""Of an answer that are read, to use the connection again; what they say is nothing to us."""


class _Refused(Exception):
    """Nothing can be sent there."""

    def __init__(self, failing: Failing) -> None:
        self.failing = failing


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """`private`: to addresses of private networks too, and without TLS, as in a laboratory."""

    client: httpx.AsyncClient
    private: bool

    async def send(self, webhook: Webhook, delivery: Delivery, *, now: datetime) -> Attempt:
        """One attempt; never raises for what a receiver or the network does."""
        try:
            async with asyncio.timeout(MOST_SECONDS):
                return Attempt(status=await self._post(webhook.url, _headers(webhook, delivery, now), delivery.body))
        except _Refused as refused:
            return Attempt(failing=refused.failing)
        except (TimeoutError, httpx.TimeoutException):
            return Attempt(failing=Failing.TIMED_OUT)
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            return Attempt(failing=Failing.TLS_FAILED if _is_of_tls(error) else Failing.UNREACHABLE)

    async def _post(self, url: str, headers: dict[str, str], body: str) -> int:
        """To the very address that was looked at, so that the name cannot mean another a moment later."""
        address = httpx.URL(url)
        named = {"Host": address.netloc.decode(), **headers}
        for number, ip in enumerate(found := await self._addresses(address), start=1):
            there = address.copy_with(host=ip)
            try:
                async with self.client.stream(
                    "POST", there, content=body.encode(), headers=named, extensions={"sni_hostname": address.host}
                ) as answer:
                    await _read(answer)
                    return answer.status_code
            except (httpx.ConnectError, httpx.ConnectTimeout):
                if number == len(found):
                    raise
        raise _Refused(Failing.HOST_UNKNOWN)

    async def _addresses(self, url: httpx.URL) -> Sequence[str]:
        port = url.port or (443 if url.scheme == "https" else 80)
        try:
            found = await asyncio.get_running_loop().getaddrinfo(url.host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise _Refused(Failing.HOST_UNKNOWN) from error
        addresses = [str(each[4][0]) for each in found]
        if not self.private and not (url.scheme == "https" and all(map(is_public, addresses))):
            raise _Refused(Failing.HOST_NOT_PUBLIC)
        return addresses


@asynccontextmanager
async def sender(tls: ssl.SSLContext, *, private: bool) -> AsyncIterator[Sender]:
    """For one receiver: connections are not shared, since two hosts may have one address."""
    timeout = httpx.Timeout(MOST_SECONDS, connect=CONNECT_SECONDS)
    async with httpx.AsyncClient(verify=tls, timeout=timeout, follow_redirects=False, trust_env=False) as client:
        yield Sender(client=client, private=private)


def _is_of_tls(error: BaseException | None) -> bool:
    """Somebody is there, whose certificate is not believed or who speaks TLS otherwise or not at all."""
    while error is not None and not isinstance(error, ssl.SSLError):
        error = error.__cause__ or error.__context__
    return error is not None


def _headers(webhook: Webhook, delivery: Delivery, now: datetime) -> dict[str, str]:
    """Signed with every secret that is good now; the id is the event's, at each attempt the same."""
    at = now.astimezone(UTC)
    id = str(delivery.event)
    signatures = (Signer(secret).sign(id, at, delivery.body) for secret in webhook.secrets(now=now))
    return {
        "Content-Type": "application/json",
        "User-Agent": "tourderole",
        "webhook-id": id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


async def _read(answer: httpx.Response) -> None:
    """Not more than a little: the connection is closed on whoever sends much."""
    read = 0
    async for chunk in answer.aiter_raw():
        read += len(chunk)
        if read > MOST_ANSWER_BYTES:
            return
