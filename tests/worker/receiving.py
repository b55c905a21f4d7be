"""What tests of deliveries stand on: a receiver that can be stopped and told how to answer, and what it got."""

import asyncio
import json
import socket
import sys
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from service.application.webhooks import add_webhook
from service.domain.directory import TerritoryId
from service.domain.events import EventType
from service.domain.webhooks import Retrying, Webhook
from service.storage.database import Database
from service.storage.tables.webhooks import DeliveryRow
from service.worker.tasks import Sending
from tests.make_bookings import NOW, REGULATOR, rows_of
from tests.worker.watching import PATIENCE_SECONDS

WEST = TerritoryId("west")
HASTY = Retrying(
    first_wait=timedelta(milliseconds=50),
    longest_wait=timedelta(milliseconds=200),
    longest_pause=timedelta(milliseconds=200),
)
"""The same schedule in little, but for the time after which it gives up."""
HASTILY = Sending(private=True, retrying=HASTY)


@dataclass
class Receiver:
    """`requests`: what every request was, `accepted` those answered with 2xx. `module`: the process that receives."""

    folder: Path
    module: str = "tests.worker.receiver_process"
    port: int = 0
    requests: list[dict[str, Any]] = field(default_factory=list)
    how: dict[str, Any] = field(default_factory=lambda: {"secrets": {}})
    process: asyncio.subprocess.Process | None = None

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}/events"

    @property
    def accepted(self) -> list[dict[str, Any]]:
        return [each for each in self.requests if 200 <= each["status"] < 300]

    def answers(self, **how: Any) -> None:
        """From the next request on."""
        self.how |= how
        self.folder.mkdir(exist_ok=True)
        draft = self.folder / "control.new"
        draft.write_text(json.dumps(self.how))
        draft.replace(self.folder / "control")

    async def start(self) -> None:
        """On the port that it had before, if it had one."""
        with closing(socket.create_server(("127.0.0.1", self.port))) as listening:
            self.port = listening.getsockname()[1]
            command = [sys.executable, "-m", self.module, str(listening.fileno())]
            self.process = await asyncio.create_subprocess_exec(
                *command, str(self.folder / "control"), stdout=asyncio.subprocess.PIPE, pass_fds=[listening.fileno()]
            )

    async def stop(self) -> None:
        """At once, if it still runs; what it had said is read to the end."""
        assert self.process is not None
        assert self.process.stdout is not None
        with suppress(ProcessLookupError):
            self.process.kill()
        async for line in self.process.stdout:
            self.requests.append(json.loads(line))
        await self.process.wait()

    async def until(self, condition: Callable[[], bool]) -> None:
        """Reads what it says until that is so."""
        assert self.process is not None
        assert self.process.stdout is not None
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not condition():
                line = await self.process.stdout.readline()
                assert line, "the receiver ended"
                self.requests.append(json.loads(line))


@asynccontextmanager
async def a_receiver(folder: Path, **different: Any) -> AsyncIterator[Receiver]:
    receiver = Receiver(folder=folder, **different)
    receiver.answers()
    await receiver.start()
    try:
        yield receiver
    finally:
        await receiver.stop()


async def a_webhook(database: Database, receiver: Receiver, *types: EventType) -> Webhook:
    """The receiver learns of the territory's events, and knows the secret."""
    wanted = frozenset(types or EventType)
    webhook = await add_webhook(
        database, WEST, receiver.url, wanted, private=True, caller=REGULATOR, keyed=None, now=NOW
    )
    receiver.answers(secrets={"first": webhook.secret})
    return webhook


def versions(requests: Iterable[dict[str, Any]]) -> dict[str, list[int]]:
    """By booking, in the order they were accepted, each at its first time."""
    found: dict[str, list[int]] = defaultdict(list)
    for each in requests:
        said = json.loads(each["body"])["data"]
        if said["version"] not in found[said["booking"]]:
            found[said["booking"]].append(said["version"])
    return dict(found)


def letters(requests: Iterable[dict[str, Any]]) -> set[tuple[str, str]]:
    return {(each["id"], each["body"]) for each in requests}


async def states(database: Database, *expected: str) -> list[DeliveryRow]:
    """The deliveries in the order of their events, as soon as their states are these."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            rows = sorted(await rows_of(database, DeliveryRow), key=lambda row: row.position)
            if tuple(row.state for row in rows) == expected:
                return rows
