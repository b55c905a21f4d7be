"""`tourderole visible`: the trace on a terminal, and as JSON."""

import asyncio
import json
from uuid import uuid4

import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from service.cli.main import app
from service.storage.tables.rosters import SessionRow
from tests.make_bookings import publish
from tests.rosters import LAWFUL, W49


@pytest.fixture
def run(database_url, monkeypatch):
    monkeypatch.setenv("TOURDEROLE_DATABASE_URL", database_url)
    return lambda *words: CliRunner().invoke(app, ["visible", *map(str, words)])


@pytest.fixture
async def monday(database):
    await publish(database, *LAWFUL, week=W49)
    async with database.transaction() as session:
        return await session.scalar(select(SessionRow.id).where(SessionRow.template_id == "t01"))


async def invoked(run, *words):
    """In a thread of its own: a command runs a loop of its own."""
    return await asyncio.to_thread(run, *words)


async def test_a_session_that_is_seen_is_traced_line_by_line(run, monday):
    told = await invoked(run, monday, "--at", "2026-11-29T09:00:00+01:00")
    assert told.exit_code == 0, told.output
    *steps, empty, conclusion = told.output.splitlines()
    assert (len(steps), empty) == (18, "")
    assert steps[0] == "✔ seat                Held by Aline Morvan"
    assert conclusion == "Visible: 8 places of this session, for the regulation"


async def test_what_stops_it_ends_the_command_with_1_in_the_language_asked_for(run, monday):
    told = await invoked(run, monday, "--at", "2026-11-30T13:00+01:00", "--language", "fr", "--json")
    assert told.exit_code == 1
    trace = json.loads(told.output)
    assert (trace["stopped_by"], trace["language"]) == ("ahead", "fr")


async def test_what_is_not_there_ends_it_with_2(run):
    assert (await invoked(run, uuid4())).exit_code == 2
    assert (await invoked(run, uuid4(), "--at", "soon")).exit_code == 2
