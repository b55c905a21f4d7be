"""The schema goes up, down and up again, and is what the tables in code say."""

import psycopg
import pytest
from alembic.util import CommandError

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
