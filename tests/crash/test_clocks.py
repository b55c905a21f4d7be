"""Servers whose clocks differ, and are set forwards and backwards while they answer."""

import asyncio
import sys

from service.storage.database import Database
from service.storage.tables.bookings import HoldRow
from tests.crash.processes import Service, a_storm, audited, running
from tests.make_bookings import rows_of

SOME = 30
STEPS = ((0, 600), (600, -600), (-600, 0))
"""Seconds that the clocks of two servers are wrong by; a hold lasts half of ten minutes."""


async def test_clocks_that_are_set_make_no_place_anybodys_twice(url, tmp_path):
    wrong = [tmp_path / "one", tmp_path / "other"]
    words = [[sys.executable, "-m", "tests.crash.stepped_server", url, each] for each in wrong]
    servers = [Service("serve", url, tmp_path / f"{number}", words=each) for number, each in enumerate(words)]
    _set(wrong, STEPS[0])
    async with running(*servers), a_storm(tmp_path, *(each.url for each in servers)) as storm:
        for step in STEPS:
            await asyncio.to_thread(_set, wrong, step)
            await storm.until("kept", SOME)
        await storm.end()
    await audited(url, storm.log)
    async with Database(url) as database:
        assert any(hold.ended == "confirmed" for hold in await rows_of(database, HoldRow))


def _set(files, seconds):
    """Whole or not at all, as a server may be reading."""
    for file, wrong_by in zip(files, seconds, strict=True):
        draft = file.with_suffix(".new")
        draft.write_text(str(wrong_by))
        draft.replace(file)
