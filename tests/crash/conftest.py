"""What crashes are rehearsed on: a server of PostgreSQL that keeps what it commits, and a published territory."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count

import psycopg
import pytest
from psycopg import sql

from service.application.roster_publishing import publish_roster
from service.application.roster_solving import solve_roster
from service.application.rosters import request_roster
from service.domain.calendar import IsoWeek
from service.storage.database import Database
from service.storage.embedded import EmbeddedPostgres
from service.storage.migrating import upgrade
from tests.rosters import ANNE, TERRITORY, import_territory

_numbers = count()


def utc_now() -> datetime:
    return datetime.now(UTC)


async def a_published_territory(url: str) -> None:
    """The reference territory with the next two weeks published: some four hundred places, all to come."""
    upgrade(url)
    weeks = IsoWeek.of((utc_now() + timedelta(weeks=1)).date()).following(2)
    async with Database(url) as database:
        await import_territory(database)
        asked = await request_roster(database, TERRITORY, weeks, seed=1, seconds=30, caller=ANNE, now=utc_now())
        solved = await solve_roster(database, asked.id, asked.version, workers=1, clock=utc_now)
        await publish_roster(database, asked.id, expected_version=solved.version, caller=ANNE, now=utc_now())


@pytest.fixture(scope="session")
def durable(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    """What it has committed survives its own death."""
    with EmbeddedPostgres.start(tmp_path_factory.mktemp("durable"), durable=True) as server:
        yield server


@pytest.fixture(scope="session")
async def published(durable: EmbeddedPostgres) -> str:
    """The name of a database with a published territory, to be copied."""
    await a_published_territory(durable.create_database("template_published"))
    return "template_published"


@pytest.fixture
def url(durable: EmbeddedPostgres, published: str) -> Iterator[str]:
    """A published territory of its own for every test that asks."""
    name = f"crash_{next(_numbers)}"
    copy = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy").format(*map(sql.Identifier, (name, published)))
    with psycopg.connect(durable.url, autocommit=True) as connection:
        connection.execute(copy)
        yield durable.create_database(name)
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
