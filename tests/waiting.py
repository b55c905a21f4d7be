"""Cases on the wait-list of the small territory: the afternoon of today, in its one sector."""

from datetime import datetime
from typing import Any

from service.application.wait_list import enter_wait_list, get_entry
from service.domain.callers import Keyed
from service.domain.rosters import HalfDay
from service.domain.wait_list import Waiting, WaitlistEntry
from service.storage.database import Database
from tests.make_bookings import NOW, REGULATOR


def a_case(case_ref: str = "DRM-W-1", **different: Any) -> Waiting:
    usual = {"territory": "west", "sector": "A", "on": NOW.date(), "half_day": HalfDay.AFTERNOON}
    return Waiting(case_ref=case_ref, **{**usual, **different})


async def waits(
    database: Database, case_ref: str = "DRM-W-1", *, now: datetime = NOW, key: Keyed | None = None, **different: Any
) -> WaitlistEntry:
    return await enter_wait_list(database, a_case(case_ref, **different), caller=REGULATOR, now=now, keyed=key)


async def as_now(database: Database, entry: WaitlistEntry) -> WaitlistEntry:
    return await get_entry(database, entry.id, caller=REGULATOR)


async def offered_to(database: Database, *entries: WaitlistEntry) -> list[Any]:
    """The place that each is offered, or was; None."""
    found = [(await as_now(database, entry)).offer for entry in entries]
    return [offer and offer.place.slot.id for offer in found]
