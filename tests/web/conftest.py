"""A running server: real sockets, the reference territory, its own database."""

import asyncio
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest
import uvicorn
from fastapi import FastAPI

from service.application.directory import import_territory_file
from service.domain.callers import Caller
from service.storage.database import Database
from service.storage.embedded import EmbeddedPostgres
from service.storage.migrating import upgrade
from service.web.app import create_app
from tests.conftest import ADMIN_TOKEN, REFERENCE


async def _import_reference(url: str) -> None:
    async with Database(url) as database:
        text = (REFERENCE / "haut-anjou.json").read_bytes()
        await import_territory_file(database, text, caller=Caller(name="test"))


@pytest.fixture(scope="session")
def server(postgres: EmbeddedPostgres) -> Iterator[str]:
    """The address of a server that answers in a thread of its own, on the real clock."""
    url = postgres.create_database("served")
    upgrade(url)
    asyncio.run(_import_reference(url))
    listening = socket.create_server(("127.0.0.1", 0))
    database = Database(url)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with database:
            yield

    app = create_app(database, admin_token=ADMIN_TOKEN, lifespan=lifespan)
    serving = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False))
    thread = threading.Thread(target=serving.run, kwargs={"sockets": [listening]})
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    serving.should_exit = True
    thread.join()
    listening.close()
