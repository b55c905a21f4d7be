"""What callers and probes are told while the database hangs, and when: it takes connections and answers nothing."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from time import monotonic

import pytest

from service.storage.database import Database
from service.storage.embedded import EmbeddedPostgres
from service.storage.migrating import upgrade
from tests.storage.hanging import hung


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("hangs")
    with EmbeddedPostgres.start(folder, durable=False) as postgres:
        upgrade(postgres.url)
        yield folder


@pytest.fixture
async def connected(app, client, folder) -> AsyncIterator[None]:
    """To the database that is going to hang, by connections that have been used."""
    with EmbeddedPostgres.start(folder, durable=False) as postgres:
        async with Database(postgres.url) as database:
            app.state.database = database
            assert (await client.get("/readyz")).status_code == 200
            yield


async def answered(client, path: str) -> tuple[int, float]:
    """The status, and the seconds until it was there."""
    began = monotonic()
    answer = await client.get(path)
    return answer.status_code, monotonic() - began


@pytest.mark.usefixtures("connected")
async def test_it_is_told_as_down_within_three_seconds(client, folder):
    with hung(folder):
        status, seconds = await answered(client, "/readyz")
    assert status == 503
    assert seconds < 3


@pytest.mark.usefixtures("connected")
async def test_metrics_are_told_before_prometheus_gives_up(client, folder):
    with hung(folder):
        status, seconds = await answered(client, "/metrics")
    assert status == 200
    assert seconds < 9
