"""The SAS platform is told whichever worker relays, and of all that waits as soon as it answers."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from service.application.audit import audit
from service.cli.answering import worker
from service.domain.webhooks import Retrying
from service.settings import Settings
from service.storage.tables.appointments import SasAppointmentRow
from service.worker.running import worker_beside
from tests.make_bookings import places, quarters, rows_of
from tests.worker.receiving import HASTILY
from tests.worker.telling import EDITOR, a_platform, a_regulator, a_worker, booked_by, informed, tellings, told

WITHIN_SECONDS = 10


@pytest.fixture
async def platform(tmp_path):
    async with a_platform(tmp_path / "sas") as platform:
        yield platform


async def relayed(database):
    async with asyncio.timeout(WITHIN_SECONDS), database.statement() as connection:
        while await connection.scalar(text("SELECT EXISTS (SELECT FROM events WHERE relayed_at IS NULL)")):
            pass


async def test_what_a_worker_without_the_setting_relays_is_told_by_one_that_has_it(database, platform):
    first, second = await places(database, quarters(2))
    regulator = await a_regulator(database)
    async with a_worker(database, platform):
        await told(database, *await booked_by(database, regulator, first))
    [booking] = await booked_by(database, regulator, second)
    async with worker_beside(database, concurrency=1, sending=HASTILY):
        await relayed(database)
        await tellings(database, "told", "pending")
    async with a_worker(database, platform):
        await told(database, booking)
    found = {each.name: each.holds for each in (await audit(database)).statements}
    assert found["the_sas_is_told"]


async def test_the_first_that_is_taken_lets_all_that_waits_be_told(database, platform):
    """Though it never failed itself, and the others are due in an hour."""
    waiting, fresh = await places(database, quarters(2))
    regulator = await a_regulator(database)
    platform.answers(status=503)
    patient = Retrying(first_wait=timedelta(hours=24), longest_wait=timedelta(hours=24))
    slow = replace(informed(platform), retrying=patient)
    async with worker_beside(database, concurrency=1, sending=HASTILY, sas=slow):
        [before] = await booked_by(database, regulator, waiting)
        await platform.until(lambda: len(platform.requests) == 1)
        await attempted(database, before)
        platform.answers(status=None)
        await told(database, before, *await booked_by(database, regulator, fresh))


async def attempted(database, booking):
    async with asyncio.timeout(WITHIN_SECONDS):
        while [row.attempts for row in await rows_of(database, SasAppointmentRow)] != [1]:
            pass


async def test_a_worker_made_of_the_settings_tells_it_as_that_of_the_demonstration_does(database, platform):
    [slot] = await places(database, quarters(1))
    settings = Settings(sas_url=f"http://localhost:{platform.port}/fhir", sas_editor=EDITOR)
    [booking] = await booked_by(database, await a_regulator(database), slot)
    async with worker(settings, database):
        await told(database, booking)
