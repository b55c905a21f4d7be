"""What tests of the SAS stand on: a stand-in for its platform, a regulator of it who books, and what was told."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from service.application.appointment_sending import Platform
from service.application.bookings import book_place
from service.domain.bookings import Booking, SlotId
from service.domain.callers import Caller
from service.domain.regulators import Account
from service.storage.database import Database
from service.storage.tables.appointments import SasAppointmentRow
from service.worker.running import worker_beside
from service.worker.tasks import Informed
from tests.make_bookings import NOW, naming, rows_of
from tests.make_regulators import NAMED, posted
from tests.worker.receiving import HASTILY, HASTY, Receiver, a_receiver
from tests.worker.watching import PATIENCE_SECONDS

EDITOR = "urn:oid:1.2.250.1.999.1"
TIMEOUT_SECONDS = 0.5


@asynccontextmanager
async def a_platform(folder: Path) -> AsyncIterator[Receiver]:
    async with a_receiver(folder, module="tests.worker.sas_process") as platform:
        yield platform


def informed(platform: Receiver, **different: Any) -> Informed:
    usual = {"url": f"http://localhost:{platform.port}/fhir", "editor": EDITOR, "timeout_seconds": TIMEOUT_SECONDS}
    return Informed(platform=Platform(**{**usual, **different}), retrying=HASTY)


def a_worker(database: Database, platform: Receiver, **different: Any) -> Any:
    """That tells this platform."""
    return worker_beside(database, concurrency=1, sending=HASTILY, sas=informed(platform, **different))


async def a_regulator(database: Database, account: Account = NAMED) -> Caller:
    return Caller.from_sas((await posted(database, account)).id)


async def booked_by(database: Database, caller: Caller, *slots: SlotId) -> list[Booking]:
    cases = [naming(slot, f"DRM-2026-{number}") for number, slot in enumerate(slots)]
    return [await book_place(database, case, caller=caller, now=NOW) for case in cases]


def messages(requests: list[dict[str, Any]]) -> list[Any]:
    return [json.loads(each["body"]) for each in requests]


def methods(platform: Receiver) -> list[str]:
    return [each["method"] for each in platform.requests]


def kept(platform: Receiver) -> dict[str, str]:
    """What the platform holds: the status of each booking, of which none is there twice."""
    path = platform.folder / "kept"
    held = json.loads(path.read_text()) if path.exists() else []
    statuses = {each["identifier"][0]["value"]: each["status"] for each in held}
    assert len(statuses) == len(held), "an appointment is there twice"
    return statuses


async def tellings(database: Database, *expected: str) -> list[SasAppointmentRow]:
    """By booking, as soon as their states are these, in any order."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            rows = sorted(await rows_of(database, SasAppointmentRow), key=lambda row: row.booking_id)
            if sorted(row.state for row in rows) == sorted(expected):
                return rows


async def told(database: Database, *bookings: Booking) -> None:
    """Until the SAS knows them as they are."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not {(each.id, each.version) for each in bookings} <= {
            (row.booking_id, row.told_version) for row in await rows_of(database, SasAppointmentRow)
        }:
            pass
