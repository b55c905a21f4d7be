"""The auditor finds nothing in a week that went well, and names the row of whatever is broken on purpose."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import psycopg
import pytest
from psycopg import sql

from service.application.audit import audit
from service.domain.errors import Unavailable
from service.storage.audit import SHOWN, TRUTHS
from service.storage.database import Database
from service.storage.embedded import EmbeddedPostgres
from service.storage.migrating import upgrade
from tests.audited import a_full_story
from tests.storage.breaking import BREAKS, UNBOUND


@pytest.fixture(scope="session")
async def story(postgres: EmbeddedPostgres) -> str:
    """The name of a database in which everything happened that is looked at, and that lets it all be undone."""
    url = postgres.create_database("template_story")
    upgrade(url)
    async with Database(url) as database:
        await a_full_story(database)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(UNBOUND)
    return "template_story"


@contextmanager
def a_copy(postgres: EmbeddedPostgres, name: str, story: str) -> Iterator[str]:
    """The URL of a copy of it."""
    copy = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy")
    with psycopg.connect(postgres.url, autocommit=True) as connection:
        connection.execute(copy.format(sql.Identifier(name), sql.Identifier(story)))
        yield postgres.create_database(name)
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def story_url(postgres: EmbeddedPostgres, story: str) -> Iterator[str]:
    with a_copy(postgres, "told", story) as url:
        yield url


@pytest.fixture(scope="session")
def undone(postgres: EmbeddedPostgres, story: str) -> Iterator[psycopg.Connection]:
    """A connection on which whatever is broken is whole again after."""
    with a_copy(postgres, "undone", story) as url, psycopg.connect(url) as connection:
        yield connection


@pytest.fixture
async def told(story_url: str) -> AsyncIterator[Database]:
    async with Database(story_url) as database:
        yield database


async def test_a_week_that_went_well_is_sound(told):
    found = await audit(told)
    assert {each.name: each.findings for each in found.statements if not each.holds} == {}
    assert {truth.name for truth in TRUTHS} == {each.name for each in found.statements}
    assert found.counted["bookings booked"] == 7
    assert found.counted["tasks open"] == 3


def test_every_statement_of_truth_is_broken_on_purpose():
    assert {name for name, _ in BREAKS} == {truth.name for truth in TRUTHS}
    assert len(TRUTHS) == len({truth.name for truth in TRUTHS})


@pytest.mark.parametrize(("name", "broken"), BREAKS)
def test_what_is_broken_is_named(undone, name, broken):
    truth = next(each for each in TRUTHS if each.name == name)
    with undone.transaction(force_rollback=True):
        assert undone.execute(truth.sql).fetchall() == []
        [row, *_] = undone.execute(broken).fetchone()
        findings = undone.execute(truth.sql).fetchall()
    assert any(str(row) in f"{named}: {said}" for named, said in findings), findings


async def test_of_many_findings_the_first_are_told_and_the_rest_counted(told, story_url):
    with psycopg.connect(story_url, autocommit=True) as connection:
        broken = connection.execute("UPDATE slots SET taken = 1 WHERE mode = 'bookable' AND state = 'free'").rowcount
    counters = next(each for each in (await audit(told)).statements if each.name == "counters_tell_the_rows")
    assert (len(counters.findings), counters.more) == (SHOWN, broken - SHOWN)


async def test_it_writes_nothing(told):
    with pytest.raises(Exception, match="read-only transaction"):
        async with told.snapshot() as connection:
            await connection.exec_driver_sql("DELETE FROM events")


async def test_a_schema_that_is_not_ours_is_said_to_be_so(postgres):
    async with Database(postgres.create_database("empty")) as database:
        with pytest.raises(Unavailable, match="migrate"):
            await audit(database)
