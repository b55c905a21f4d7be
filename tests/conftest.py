"""What tests stand on: a real PostgreSQL for each worker, a migrated database for each test, the application on it."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import httpx
import psycopg
import pytest
from fastapi import FastAPI
from psycopg import sql

from service.storage.database import Database
from service.storage.embedded import EmbeddedPostgres
from service.storage.migrating import upgrade
from service.web.app import create_app

pytest_plugins = ["tests.reached"]

ADMIN_TOKEN = "a-token-for-tests"
REFERENCE = Path(__file__).parents[1] / "service" / "reference"
MONDAY = datetime(2026, 11, 23, 13, 5, tzinfo=UTC)
"""Monday 23 November 2026, 14:05 in Paris."""

_numbers = count()


class Clock:
    """The present as the application sees it: it stands still until a test moves it."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    with EmbeddedPostgres.start(tmp_path_factory.mktemp("pg"), durable=False) as server:
        upgrade(server.create_database("template_migrated"))
        yield server


@pytest.fixture
def database_url(postgres: EmbeddedPostgres) -> Iterator[str]:
    """A migrated database of its own for every test that asks."""
    name = f"test_{next(_numbers)}"
    with psycopg.connect(postgres.url, autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE template_migrated STRATEGY file_copy").format(sql.Identifier(name))
        )
        yield postgres.create_database(name)
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with Database(database_url) as database:
        yield database


@pytest.fixture
def clock() -> Clock:
    return Clock(MONDAY)


@pytest.fixture(scope="session")
def routes() -> FastAPI:
    """The application without a database yet: its hundred routes are built once."""
    return create_app(Database("postgresql://"), admin_token=ADMIN_TOKEN)


@pytest.fixture
def app(routes: FastAPI, database: Database, clock: Clock) -> FastAPI:
    routes.state.database, routes.state.clock, routes.state.public_url = database, clock, None
    return routes


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """The application without a socket between; the administrator's token is sent."""
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app),
        base_url="http://test",
        headers={"Authorization": f"Bearer {ADMIN_TOKEN}"},
    ) as client:
        yield client
