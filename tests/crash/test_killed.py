"""Servers, workers and PostgreSQL killed in the middle of a storm of bookings: what was acknowledged is there."""

import asyncio
import os
import signal

import pytest

from service.storage.embedded import EmbeddedPostgres
from tests.crash.conftest import a_published_territory
from tests.crash.processes import Service, a_storm, audited, running

SOME = 40


@pytest.mark.parametrize("killed", ["serve", "worker"])
async def test_what_was_acknowledged_is_there_after_a_kill(url, tmp_path, killed):
    server, worker = (Service(command, url, tmp_path / command) for command in ("serve", "worker"))
    async with running(server, worker), a_storm(tmp_path, server.url) as storm:
        await storm.until("kept", SOME)
        victim = server if killed == "serve" else worker
        await victim.kill()
        await victim.start()
        await storm.until("kept", SOME)
        await storm.end()
        assert (storm.said["unanswered"] > 0) == (killed == "serve")
        await audited(url, storm.log)


async def test_what_was_acknowledged_is_there_after_postgresql_was_killed(tmp_path):
    folder = tmp_path / "postgres"
    with EmbeddedPostgres.start(folder, durable=True) as postgres:
        await a_published_territory(postgres.url)
        server = Service("serve", postgres.url, tmp_path / "serve")
        async with running(server), a_storm(tmp_path, server.url) as storm:
            await storm.until("kept", SOME)
            postmaster = int((folder / "cluster" / "postmaster.pid").read_text().splitlines()[0])
            os.kill(postmaster, signal.SIGKILL)
            await storm.until("unanswered", 1)
            with await asyncio.to_thread(EmbeddedPostgres.start, folder, tied=False):
                await storm.until("kept", SOME)
                await storm.end()
                await audited(postgres.url, storm.log)
