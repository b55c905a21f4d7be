"""Back-ups made under load and brought back elsewhere: the same rows, or nothing at all."""

import asyncio
import hashlib
import stat
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import LiteralString

import psycopg
import pytest
from psycopg import sql

from service.application.bookings import book_place
from service.application.rosters import stop_roster
from service.domain.bookings import SlotId
from service.domain.roster_life import Solving
from service.storage import migrating
from service.storage.backup import back_up
from service.storage.database import Database
from service.storage.embedded import EmbeddedPostgres
from service.storage.postgres_tools import BackupRefused, connection_words, run, tools_for
from service.storage.restoring import restore
from service.worker.running import worker_beside
from tests.make_bookings import NOW, REGULATOR, a_place, keyed, naming, places, quarters
from tests.rosters import ANNE, a_long_request
from tests.worker.watching import searching, solved, statuses

AT_ONCE = 8
NO_MORE_INDEXES: LiteralString = """
CREATE SCHEMA guard;
CREATE FUNCTION guard.refuse() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no more indexes'; END $$;
CREATE EVENT TRIGGER guarded ON ddl_command_start WHEN TAG IN ('CREATE INDEX') EXECUTE FUNCTION guard.refuse();
"""


@pytest.fixture
def elsewhere(postgres: EmbeddedPostgres) -> Iterator[str]:
    """An empty database."""
    yield postgres.create_database("elsewhere")
    execute(postgres.url, "DROP DATABASE elsewhere WITH (FORCE)")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "of tonight.dump"


def execute(url: str, statement: LiteralString) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement)


def digests(url: str) -> dict[str, tuple[int, str]]:
    """Of every table, its rows and what they say."""
    found = {}
    with psycopg.connect(url) as connection:
        tables = connection.execute(
            "SELECT schemaname, tablename FROM pg_tables WHERE schemaname IN ('public', 'jobs')"
        )
        for schema, table in tables.fetchall():
            asked = sql.SQL("SELECT t::text FROM {} AS t").format(sql.Identifier(schema, table))
            rows = sorted(row for (row,) in connection.execute(asked))
            found[table] = len(rows), hashlib.sha256("\n".join(rows).encode()).hexdigest()
    return found


def count(url: str, statement: LiteralString) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(statement).fetchone()
    return row and row[0]


async def made(url: str, file: Path) -> None:
    await asyncio.to_thread(back_up, url, file)


async def test_what_is_backed_up_comes_back_as_it_was(database, elsewhere, file):
    await a_place(database)
    await made(database.url, file)
    await asyncio.to_thread(restore, elsewhere, file)
    assert digests(elsewhere) == digests(database.url)
    migrating.check(elsewhere)


def test_a_database_that_holds_nothing_is_not_backed_up(elsewhere, file):
    with pytest.raises(BackupRefused, match="holds nothing of tourderole"):
        back_up(elsewhere, file)
    assert not file.exists()


async def test_a_back_up_of_something_else_empties_nothing(database, elsewhere, file):
    await a_place(database)
    url, env = connection_words(elsewhere)
    run([tools_for(18).program("pg_dump"), "--format=custom", "--file", file, "--dbname", url], env=env)
    await database.close()
    before = digests(database.url)
    with pytest.raises(BackupRefused, match="holds nothing of tourderole"):
        restore(database.url, file, overwrite=True)
    assert digests(database.url) == before


async def test_a_back_up_under_load_is_of_one_instant(database, elsewhere, file):
    async with booking(database) as booked:
        await made(database.url, file)
    await asyncio.to_thread(restore, elsewhere, file)
    bookings = int(str(count(elsewhere, "SELECT count(*) FROM bookings")))
    assert 0 < bookings < len(booked)
    assert count(elsewhere, "SELECT count(*) FROM slots WHERE state = 'busy'") == bookings
    assert count(elsewhere, "SELECT count(*) FROM idempotency_keys") == bookings


async def test_what_was_acknowledged_before_a_back_up_is_in_it(database, elsewhere, file):
    slots = await places(database, quarters(3))
    booked = [await book_place(database, naming(slot), caller=REGULATOR, now=NOW) for slot in slots]
    await made(database.url, file)
    await asyncio.to_thread(restore, elsewhere, file)
    with psycopg.connect(elsewhere) as connection:
        kept = {id for (id,) in connection.execute("SELECT id FROM bookings")}
    assert kept == {each.id for each in booked}


async def test_a_solve_that_ran_is_run_again_where_it_is_restored(database, elsewhere, file):
    asked = await a_long_request(database)
    async with worker_beside(database, concurrency=1, solver_threads=1):
        await searching(database, asked.id)
        await made(database.url, file)
    await asyncio.to_thread(restore, elsewhere, file)
    async with Database(elsewhere) as restored:
        assert await statuses(restored) == ["doing"]
        async with worker_beside(restored, concurrency=1, solver_threads=1):
            await stop_roster(restored, asked.id, caller=ANNE)
            assert (await solved(restored, asked.id)).solving is Solving.SOLVED
        assert await statuses(restored) == ["succeeded"]


async def test_the_file_is_private_and_never_replaces_another(database, file):
    await made(database.url, file)
    before = file.read_bytes()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with pytest.raises(FileExistsError):
        await made(database.url, file)
    assert (file.read_bytes(), list(file.parent.iterdir())) == (before, [file])


async def test_a_database_with_rows_is_replaced_only_when_asked(database, elsewhere, file):
    await a_place(database)
    await made(database.url, file)
    await asyncio.to_thread(restore, elsewhere, file)
    execute(elsewhere, "CREATE TABLE of_a_later_release (id int)")
    with pytest.raises(BackupRefused, match="--overwrite"):
        await asyncio.to_thread(restore, elsewhere, file)
    await asyncio.to_thread(restore, elsewhere, file, overwrite=True)
    assert digests(elsewhere) == digests(database.url)


async def test_a_database_just_migrated_counts_as_empty(database, elsewhere, file):
    migrating.upgrade(elsewhere)
    await a_place(database)
    await made(database.url, file)
    await asyncio.to_thread(restore, elsewhere, file)
    assert digests(elsewhere) == digests(database.url)


async def test_nobody_else_may_be_connected(database, elsewhere, file):
    await made(database.url, file)
    with psycopg.connect(elsewhere), pytest.raises(BackupRefused, match="1 other sessions"):
        await asyncio.to_thread(restore, elsewhere, file)


@pytest.mark.parametrize("kept", [0, 100, 0.6, 0.97])
async def test_a_damaged_file_changes_nothing(database, elsewhere, file, kept):
    migrating.upgrade(elsewhere)
    before = digests(elsewhere)
    await a_place(database)
    await made(database.url, file)
    whole = file.read_bytes()
    file.write_bytes(whole[: kept if kept in (0, 100) else int(kept * len(whole))])
    with pytest.raises(BackupRefused, match="pg_restore failed"):
        await asyncio.to_thread(restore, elsewhere, file)
    assert digests(elsewhere) == before


async def test_a_fault_in_the_middle_changes_nothing(database, elsewhere, file):
    migrating.upgrade(elsewhere)
    before = digests(elsewhere)
    await a_place(database)
    await made(database.url, file)
    execute(elsewhere, NO_MORE_INDEXES)
    with pytest.raises(BackupRefused, match=r"psql failed:[^$]*no more indexes"):
        await asyncio.to_thread(restore, elsewhere, file)
    assert digests(elsewhere) == before


def test_the_oldest_programs_that_know_the_server_are_taken():
    assert [tools_for(major).major for major in (16, 17, 18)] == [16, 18, 18]


def test_a_server_newer_than_all_programs_is_refused_by_name():
    with pytest.raises(BackupRefused, match=r"PostgreSQL 99.* 16, .*18.*PostgreSQL 99 or newer in PATH"):
        tools_for(99)


def test_a_password_is_not_among_the_words_of_a_command():
    words, environment = connection_words("postgresql://anne:s%20ecret@db.example:5433/tourderole?sslmode=require")
    assert "ecret" not in words
    assert environment["PGPASSWORD"] == "s ecret"
    assert "sslmode=require" in words


@asynccontextmanager
async def booking(database: Database) -> AsyncIterator[list[SlotId]]:
    """Bookings as fast as they go meanwhile, and some before; gives those acknowledged."""
    slots = iter(await places(database, quarters(2000)))
    booked: list[SlotId] = []
    begun = asyncio.Event()

    async def book() -> None:
        for slot in slots:
            await book_place(database, naming(slot), caller=REGULATOR, now=NOW, keyed=keyed(str(slot)))
            booked.append(slot)
            begun.set()

    tasks = [asyncio.create_task(book()) for _ in range(AT_ONCE)]
    await begun.wait()
    yield booked
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
