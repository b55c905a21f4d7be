"""Sending to the SAS platform: its own address alone, over TLS with our certificate, within bounds."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
from pydantic import BaseModel, ValidationError

from service.application.appointment_message import appointment_resource
from service.domain.appointments import Appointment, Reply
from service.domain.webhooks import Failing

MOST_ANSWER_BYTES = 65_536
MOST_WORDS = 2000
_HEADERS = {
    "Accept": "application/json+fhir",
    "Content-Type": "application/json",
    "User-Agent": "tourderole",
}
"""As the guide has them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """The SAS platform. `url`: what `/Appointment` is put after; `editor`: the system of our identifiers."""

    url: str
    editor: str
    timeout_seconds: float = 10
    tls: ssl.SSLContext = field(default_factory=httpx.create_ssl_context)


@dataclass(frozen=True, slots=True, kw_only=True)
class Messenger:
    """Tells the platform of bookings, over connections that are kept."""

    client: httpx.AsyncClient
    platform: Platform

    async def send(self, appointment: Appointment, *, again: bool) -> Reply:
        """One attempt: a creation; when `again`, since that may have arrived, an update that creates what is not there.

        Never raises for what the platform or the network does.
        """
        resource = appointment_resource(appointment, editor=self.platform.editor)
        known_as = {"identifier": f"{self.platform.editor}|{appointment.booking}"} if again else None
        try:
            async with asyncio.timeout(self.platform.timeout_seconds):
                return await self._sent("PUT" if again else "POST", known_as, resource)
        except (TimeoutError, httpx.TimeoutException):
            return Reply(failing=Failing.TIMED_OUT)
        except (httpx.HTTPError, OSError):
            return Reply(failing=Failing.UNREACHABLE)

    async def _sent(self, method: str, params: dict[str, str] | None, resource: dict[str, Any]) -> Reply:
        content = json.dumps(resource, ensure_ascii=False, separators=(",", ":")).encode()
        there = f"{self.platform.url}/Appointment"
        async with self.client.stream(method, there, params=params, content=content, headers=_HEADERS) as answer:
            body = await _read(answer)
        reply = Reply(status=answer.status_code)
        return Reply(status=answer.status_code, words=_words(body)) if reply.is_refusal else reply


@asynccontextmanager
async def messenger(platform: Platform) -> AsyncIterator[Messenger]:
    timeout = httpx.Timeout(platform.timeout_seconds)
    client = httpx.AsyncClient(verify=platform.tls, timeout=timeout, follow_redirects=False, trust_env=False)
    async with client:
        yield Messenger(client=client, platform=platform)


async def _read(answer: httpx.Response) -> bytes:
    """Not more than a little: the connection is closed on whoever says more."""
    read = b""
    async for chunk in answer.aiter_bytes():
        read += chunk
        if len(read) > MOST_ANSWER_BYTES:
            break
    return read[:MOST_ANSWER_BYTES]


class _Details(BaseModel):
    text: str | None = None


class _Issue(BaseModel):
    code: str | None = None
    details: _Details | None = None
    diagnostics: str | None = None
    expression: list[str] = []


class _Outcome(BaseModel):
    issue: list[_Issue]


def _words(body: bytes) -> str:
    """What an OperationOutcome says, an issue a line; else what was said as it is."""
    try:
        issues = _Outcome.model_validate_json(body).issue
    except ValidationError:
        said = body.decode(errors="replace")
    else:
        said = "\n".join(filter(None, map(_line, issues)))
    return said.replace("\x00", "")[:MOST_WORDS]


def _line(issue: _Issue) -> str:
    parts = (", ".join(issue.expression), issue.details and issue.details.text, issue.diagnostics)
    return ": ".join(part for part in parts if part) or issue.code or ""
