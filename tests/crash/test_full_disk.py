"""A disk that is full in the middle of a storm: what cannot be kept is not acknowledged, and all goes on after."""

import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.crash.conftest import a_published_territory
from tests.crash.processes import PIPE, Service, a_storm, audited, running
from tests.left_out import leave_out
from tests.worker.watching import PATIENCE_SECONDS

SOME = 30
MEGABYTES = 160


@dataclass
class SmallDisk:
    process: asyncio.subprocess.Process
    folder: Path

    async def url(self) -> str:
        """Of PostgreSQL, which runs by then."""
        assert self.process.stdout is not None
        async with asyncio.timeout(PATIENCE_SECONDS):
            return (await self.process.stdout.readline()).decode().strip()

    async def restarted(self) -> str:
        assert self.process.stdin is not None
        self.process.stdin.write(b"\n")
        return await self.url()

    @property
    def ballast(self) -> Path:
        """Seen from outside its namespace."""
        return Path(f"/proc/{self.process.pid}/root{self.folder}/ballast")

    def fill(self) -> None:
        with self.ballast.open("wb", buffering=0) as file, suppress(OSError):
            while True:
                file.write(bytes(65536))
        assert shutil.disk_usage(self.ballast).free < 65536


@asynccontextmanager
async def a_small_disk(folder: Path) -> AsyncIterator[SmallDisk]:
    """Its path is too long for sockets, so that those are elsewhere, within everybody's reach."""
    deep = folder / ("small-disk-" * 9)
    deep.mkdir()
    words = ["unshare", "--mount", "--", sys.executable, "-m", "tests.crash.postgres_on_a_small_disk"]
    process = await asyncio.create_subprocess_exec(*words, str(deep), str(MEGABYTES), stdin=PIPE, stdout=PIPE)
    try:
        yield SmallDisk(process, deep)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        with suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), PATIENCE_SECONDS)


def may_mount() -> bool:
    """Whether disks may be made here: by root, where nothing forbids it."""
    probe = ["unshare", "--mount", "--", "mount", "-t", "tmpfs", "none", "/mnt"]
    return os.geteuid() == 0 and subprocess.run(probe, capture_output=True, check=False).returncode == 0


async def test_what_was_acknowledged_is_there_after_the_disk_was_full(tmp_path):
    if not await asyncio.to_thread(may_mount):
        leave_out("the right to mount a small disk in a namespace of our own")
    async with a_small_disk(tmp_path) as disk:
        url = await disk.url()
        await a_published_territory(url)
        server = Service("serve", url, tmp_path / "serve")
        async with running(server), a_storm(tmp_path, server.url) as storm:
            await storm.until("kept", SOME)
            await asyncio.to_thread(disk.fill)
            await storm.until("unanswered", SOME)
            disk.ballast.unlink()
            assert await disk.restarted() == url
            await storm.until("kept", SOME)
            await storm.end()
        await audited(url, storm.log)
