"""The service as processes that can be killed: servers, workers, and a client that keeps what it is told."""

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from service.application.audit import audit
from service.cli.auditing import audit_text
from service.domain.audit import Audit
from service.storage.database import Database
from tests.conftest import ADMIN_TOKEN
from tests.worker.watching import PATIENCE_SECONDS, TOURDEROLE

HASTY = {
    "TOURDEROLE_WEBHOOKS_PRIVATE": "true",
    "TOURDEROLE_WEBHOOKS_FIRST_WAIT_SECONDS": "0.05",
    "TOURDEROLE_WEBHOOKS_LONGEST_WAIT_SECONDS": "0.2",
    "TOURDEROLE_WEBHOOKS_LONGEST_PAUSE_SECONDS": "0.2",
}
PIPE = asyncio.subprocess.PIPE


@dataclass
class Service:
    """`tourderole serve` or `worker` on a database, or other `words`; started again it has the port that it had."""

    command: str
    database_url: str
    folder: Path
    words: Sequence[str | Path] = ()
    port: int = 0
    process: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Until a server answers; a worker needs no waiting for."""
        self.folder.mkdir(exist_ok=True)
        environment = {
            **os.environ,
            **HASTY,
            "TOURDEROLE_DATABASE_URL": self.database_url,
            "TOURDEROLE_DATA": str(self.folder),
            "TOURDEROLE_PORT": str(self.port),
            "TOURDEROLE_ADMIN_TOKEN": ADMIN_TOKEN,
        }
        with (self.folder / f"{self.command}.log").open("ab") as log:
            words = self.words or [TOURDEROLE, self.command]
            self.process = await asyncio.create_subprocess_exec(*words, env=environment, stdout=PIPE, stderr=log)
        if self.command == "serve":
            await self._served()

    async def _served(self) -> None:
        assert self.process is not None
        assert self.process.stdout is not None
        async with asyncio.timeout(PATIENCE_SECONDS):
            found = None
            while found is None:
                line = await self.process.stdout.readline()
                assert line, (self.folder / "serve.log").read_text()[-2000:]
                found = re.search(rb"http://127\.0\.0\.1:(\d+)", line)
        self.port = int(found[1])
        async with httpx.AsyncClient(timeout=PATIENCE_SECONDS) as http:
            assert (await http.get(f"{self.url}/healthz")).status_code == 200

    async def kill(self) -> None:
        """With SIGKILL, whatever it was doing."""
        assert self.process is not None
        with suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGKILL)
        await self.process.wait()


@asynccontextmanager
async def running(*services: Service) -> AsyncIterator[None]:
    """All at work; killed at the end."""
    try:
        await asyncio.gather(*(service.start() for service in services))
        yield
    finally:
        await asyncio.gather(*(service.kill() for service in services if service.process))


@dataclass
class Storm:
    """A client at work, and how often it said what."""

    log: Path
    process: asyncio.subprocess.Process
    said: dict[str, int] = field(default_factory=lambda: {"kept": 0, "refused": 0, "unanswered": 0})

    async def until(self, word: str, times: int) -> None:
        """It said that so many times more."""
        aim = self.said[word] + times
        async with asyncio.timeout(PATIENCE_SECONDS):
            while self.said[word] < aim:
                await self._hear()

    async def end(self) -> None:
        """Every request it began is answered."""
        assert self.process.stdin is not None
        self.process.stdin.write(b"\n")
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not self._is_silent():
                await self._hear()
            assert await self.process.wait() == 0

    async def _hear(self) -> None:
        assert self.process.stdout is not None
        line = await self.process.stdout.readline()
        if line:
            self.said[line.decode().strip()] += 1
        else:
            assert self._is_silent()
            assert await self.process.wait() == 0, "the client met an answer that should not be"

    def _is_silent(self) -> bool:
        assert self.process.stdout is not None
        return self.process.stdout.at_eof()


@asynccontextmanager
async def a_storm(folder: Path, *urls: str) -> AsyncIterator[Storm]:
    """Twelve callers who book, hold, move and cancel at once."""
    log = folder / "acknowledged"
    command = [sys.executable, "-m", "tests.crash.client", str(log), *urls]
    token = {**os.environ, "TOKEN": ADMIN_TOKEN}
    process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, env=token)
    try:
        yield Storm(log=log, process=process)
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def audited(url: str, log: Path | None = None) -> Audit:
    """What the auditor finds, which must be nothing; what the client kept is there."""
    kept = None if log is None else await asyncio.to_thread(log.read_bytes)
    async with Database(url) as database:
        found = await audit(database, kept)
    assert found.is_sound, "\n".join(audit_text(found))
    return found
