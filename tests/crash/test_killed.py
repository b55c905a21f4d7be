"""Servers, workers and PostgreSQL killed in the middle of a storm of bookings: what was acknowledged is there."""

import asyncio

import psutil
import pytest

from service.application.webhooks import add_webhook
from service.domain.events import EventType
from service.storage.database import Database
from service.storage.embedded import EmbeddedPostgres
from service.storage.tables.events import EventRow
from tests.crash.conftest import a_published_territory, utc_now
from tests.crash.processes import Service, a_storm, audited, running
from tests.make_bookings import rows_of
from tests.rosters import ANNE, TERRITORY
from tests.storage.hanging import postmaster_of
from tests.worker.receiving import a_receiver, versions
from tests.worker.watching import TOURDEROLE

SOME = 40


async def test_what_was_acknowledged_is_there_after_the_server_was_killed(url, tmp_path):
    server = Service("serve", url, tmp_path / "serve")
    async with running(server), a_storm(tmp_path, server.url) as storm:
        await storm.until("kept", SOME)
        await server.kill()
        await storm.until("unanswered", 1)
        await server.start()
        await storm.until("kept", SOME)
        await storm.end()
    await audited(url, storm.log)


async def test_what_was_acknowledged_is_there_after_each_of_several_processes_was_killed(url, tmp_path):
    """Whoever looks after them starts them again, at the address that it kept."""
    server = Service("serve", url, tmp_path / "serve", words=[TOURDEROLE, "serve", "--workers", "2"])
    async with running(server), a_storm(tmp_path, server.url) as storm:
        await storm.until("kept", SOME)
        children = psutil.Process(server.pid).children()
        assert len(children) >= 3
        for child in children:
            child.kill()
        await storm.until("unanswered", 1)
        await storm.until("kept", SOME)
        await storm.end()
    await audited(url, storm.log)


async def test_every_event_is_delivered_in_its_order_though_workers_are_killed(url, tmp_path):
    server, worker = (Service(command, url, tmp_path / command) for command in ("serve", "worker"))
    async with a_receiver(tmp_path / "receiver") as receiver, running(server, worker):
        await listened_to(url, receiver)
        async with a_storm(tmp_path, server.url) as storm:
            for victim in (worker, server):
                await storm.until("kept", SOME)
                await victim.kill()
                await victim.start()
            await storm.end()
        async with Database(url) as database:
            told = {str(each.id) for each in await rows_of(database, EventRow)}
        await receiver.until(lambda: {each["id"] for each in receiver.accepted} == told)
    assert all(found == [*range(1, len(found) + 1)] for found in versions(receiver.accepted).values())
    await audited(url, storm.log)


async def listened_to(url, receiver):
    """Every event of the territory is sent to the receiver."""
    every = frozenset(EventType)
    async with Database(url) as database:
        webhook = await add_webhook(
            database, TERRITORY, receiver.url, every, private=True, caller=ANNE, keyed=None, now=utc_now()
        )
    receiver.answers(secrets={"first": webhook.secret})


@pytest.mark.parametrize("workers", ["1", "2"])
async def test_its_own_postgresql_killed_in_a_storm_comes_back_with_what_was_acknowledged(tmp_path, workers):
    folder = tmp_path / "serve" / "postgres"
    with EmbeddedPostgres.start(folder) as postgres:
        await a_published_territory(postgres.url)
    server = Service("serve", "", tmp_path / "serve", words=[TOURDEROLE, "serve", "--workers", workers])
    async with running(server), a_storm(tmp_path, server.url) as storm:
        for _ in range(2):
            await storm.until("kept", SOME)
            postmaster_of(folder).kill()
            await storm.until("unanswered", 1)
            await storm.until("kept", SOME)
        await storm.end()
        await audited(postgres.url, storm.log)


def postmaster_alone(postmaster):
    """Whatever its backends were doing they may end."""
    postmaster.kill()


def everything(postmaster):
    """Stopped first, so that no backend gets any further than it is."""
    whole = [postmaster, *postmaster.children()]
    for process in whole:
        process.suspend()
    for process in whole:
        process.kill()


@pytest.mark.parametrize("killed", [postmaster_alone, everything])
async def test_what_was_acknowledged_is_there_after_postgresql_was_killed(tmp_path, killed):
    folder = tmp_path / "postgres"
    with EmbeddedPostgres.start(folder, durable=True) as postgres:
        await a_published_territory(postgres.url)
        server = Service("serve", postgres.url, tmp_path / "serve")
        async with running(server), a_storm(tmp_path, server.url) as storm:
            await storm.until("kept", SOME)
            killed(postmaster_of(folder))
            await storm.until("unanswered", 1)
            with await asyncio.to_thread(EmbeddedPostgres.start, folder, tied=False):
                await storm.until("kept", SOME)
                await storm.end()
                await audited(postgres.url, storm.log)


async def test_what_was_acknowledged_is_there_after_a_backend_was_killed(tmp_path):
    """PostgreSQL then ends all others and recovers by itself."""
    folder = tmp_path / "postgres"
    with EmbeddedPostgres.start(folder, durable=True) as postgres:
        await a_published_territory(postgres.url)
        server = Service("serve", postgres.url, tmp_path / "serve")
        async with running(server), a_storm(tmp_path, server.url) as storm:
            await storm.until("kept", SOME)
            a_backend(postmaster_of(folder)).kill()
            await storm.until("unanswered", 1)
            await storm.until("kept", SOME)
            await storm.end()
            await audited(postgres.url, storm.log)


def a_backend(postmaster):
    """One that has worked most, so that it is in the midst of something now and then."""
    serving = [each for each in postmaster.children() if "tourderole" in " ".join(each.cmdline())]
    return max(serving, key=lambda each: each.cpu_times().user)
