"""The schema goes up, down and up again, and is what the tables in code say."""

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from alembic.util import CommandError
from psycopg.errors import LockNotAvailable
from sqlalchemy.exc import OperationalError

from service.storage import migrating
from service.storage.embedded import EmbeddedPostgres
from tests.changing import booked, change
from tests.make_bookings import a_place, in_minutes


@pytest.fixture
def empty_url(postgres: EmbeddedPostgres) -> str:
    url = postgres.create_database("empty")
    migrating.downgrade(url)
    return url


def test_the_schema_goes_up_down_and_up_again(empty_url):
    migrating.upgrade(empty_url)
    migrating.downgrade(empty_url)
    with psycopg.connect(empty_url) as connection:
        left = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname IN ('public', 'jobs')").fetchall()
    assert {name for (name,) in left} <= {"alembic_version"}
    migrating.upgrade(empty_url)


def test_the_tables_in_code_are_those_of_the_migrations(database_url):
    migrating.check(database_url)


def test_a_table_that_the_migrations_lack_is_noticed(database_url):
    with psycopg.connect(database_url) as connection:
        connection.execute("DROP TABLE wait_list")
    with pytest.raises(CommandError, match="wait_list"):
        migrating.check(database_url)


def test_migrating_what_is_migrated_does_nothing(database_url):
    migrating.upgrade(database_url)
    migrating.check(database_url)


async def test_a_booking_without_a_place_is_cancelled_where_the_schema_knows_none(database, database_url):
    slot = await a_place(database, in_minutes(24 * 60))
    await booked(database, slot)
    await change(database, [slot])
    await database.close()
    migrating.downgrade(database_url, "0003-1")
    with psycopg.connect(database_url) as connection:
        assert connection.execute("SELECT status, slot_state, version FROM bookings").fetchall() == [
            ("cancelled", None, 3)
        ]
    migrating.upgrade(database_url)
    migrating.check(database_url)


def revision(url: str) -> object:
    with psycopg.connect(url) as connection:
        return connection.execute("SELECT version_num FROM alembic_version").fetchall()


def test_a_schema_newer_than_the_code_is_left_as_it_is(database_url):
    with psycopg.connect(database_url) as connection:
        connection.execute("UPDATE alembic_version SET version_num = 'of next year'")
    migrating.upgrade(database_url)
    assert revision(database_url) == [("of next year",)]


@pytest.mark.parametrize(
    ("revision", "serves"),
    [(None, False), ("0001", False), ("0008", False), ("0009", False), ("0010", True), ("of next year", True)],
)
def test_code_serves_its_own_schema_and_newer_ones(revision, serves):
    assert migrating.serves_schema(revision) is serves


def test_servers_that_start_at_once_take_turns(empty_url):
    with ThreadPoolExecutor(4) as servers:
        list(servers.map(migrating.upgrade, [empty_url] * 4))
    migrating.check(empty_url)


def test_a_table_that_stays_locked_is_waited_for_a_little_and_nothing_happens(database_url):
    migrating.downgrade(database_url, "0001")
    hasty = migrating.Patience(lock_seconds=0.05, attempts=2, pause_seconds=0)
    with psycopg.connect(database_url) as busy:
        busy.execute("LOCK TABLE holds IN ROW EXCLUSIVE MODE")
        with pytest.raises(OperationalError) as refused:
            migrating.upgrade(database_url, patience=hasty)
        assert isinstance(refused.value.orig, LockNotAvailable)
        assert revision(database_url) == [("0001",)]
    migrating.upgrade(database_url, patience=hasty)
    migrating.check(database_url)


def test_a_table_that_is_let_go_in_time_is_migrated(database_url):
    migrating.downgrade(database_url, "0001")
    patient = migrating.Patience(lock_seconds=0.05, attempts=1000, pause_seconds=0.01)
    with ThreadPoolExecutor(1) as server, psycopg.connect(database_url, autocommit=True) as busy:
        with busy.transaction():
            busy.execute("LOCK TABLE holds IN ROW EXCLUSIVE MODE")
            upgrading = server.submit(migrating.upgrade, database_url, patience=patient)
            waits_for_the_table(busy)
        upgrading.result()
    migrating.check(database_url)


def waits_for_the_table(connection: psycopg.Connection) -> None:
    waiting = "SELECT FROM pg_locks WHERE relation = 'holds'::regclass AND NOT granted"
    while not connection.execute(waiting).rowcount:
        pass
