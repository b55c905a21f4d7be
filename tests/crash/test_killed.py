"""Servers, workers and PostgreSQL killed in the middle of a storm of bookings: what was acknowledged is there."""

import asyncio
import os
import signal

import pytest

from service.storage.embedded import EmbeddedPostgres
from tests.crash.conftest import a_published_territory
from tests.crash.processes import Service, a_storm, audited, running

SOME = 40


@pytest.mark.parametrize("killed", [("serve",), ("worker",), ("serve", "worker")], ids=" and ".join)
async def test_what_was_acknowledged_is_there_after_a_kill(url, tmp_path, killed):
    server, worker = (Service(command, url, tmp_path / command) for command in ("serve", "worker"))
    async with running(server, worker), a_storm(tmp_path, server.url) as storm:
        await storm.until("kept", SOME)
        victims = [each for each in (server, worker) if each.command in killed]
        await asyncio.gather(*(each.kill() for each in victims))
        await asyncio.gather(*(each.start() for each in victims))
        await storm.until("kept", SOME)
        await storm.end()
        assert (storm.said["unanswered"] > 0) == ("serve" in killed)
        assert "Sound" in await audited(url, storm.log, tmp_path)


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
                assert "Sound" in await audited(postgres.url, storm.log, tmp_path)
