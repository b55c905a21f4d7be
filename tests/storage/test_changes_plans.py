"""What workers and cancellations look for again and again: among a long history, found by index alone."""

from datetime import timedelta

import psycopg
import pytest
from sqlalchemy import text

from service.storage.slots import lock_seats
from service.storage.tasks import proposals_at, proposals_expired
from service.storage.wait_list import end_passed_days, offer_places, places_waited_for
from tests.changing import booked, change, slots_by_id
from tests.make_bookings import NOW, in_minutes, places
from tests.waiting import waits

HISTORY = (
    """
    INSERT INTO tasks (id, territory_id, booking_id, kind, state, left_slot_id, opened_at, closed_at)
    SELECT gen_random_uuid(), territory_id, booking_id, 'alert', 'done', left_slot_id, opened_at, opened_at
    FROM tasks, generate_series(1, 20000)
    """,
    """
    INSERT INTO wait_list (id, territory_id, sector, on_date, half_day, modality, audience, case_ref, origin, state,
        entered_at, entered_by)
    SELECT gen_random_uuid(), territory_id, sector, on_date, half_day, modality, audience, case_ref, origin, 'left',
        entered_at, entered_by
    FROM wait_list, generate_series(1, 20000)
    """,
    "ANALYZE",
)


@pytest.fixture
async def slot(database, database_url):
    """Free, after 20 000 tasks that are done and as many entries that wait no longer."""
    lost, free = await places(database, [in_minutes(24 * 60), in_minutes(25 * 60)])
    await waits(database, on=NOW.date() - timedelta(days=1), now=NOW - timedelta(days=2))
    await booked(database, lost)
    await change(database, [lost])
    with psycopg.connect(database_url, autocommit=True) as connection:
        for statement in HISTORY:
            connection.execute(statement)
    return free


async def whole_tables_read(session):
    """Of those two, by this transaction so far."""
    read = "SELECT relname FROM pg_stat_xact_user_tables WHERE relname IN ('tasks', 'wait_list') AND seq_scan > 0"
    return (await session.scalars(text(read))).all()


async def test_the_sweep_of_proposals_reads_no_history(database, slot):
    async with database.transaction() as session:
        await proposals_expired(session, now=NOW, limit=50)
        await proposals_at(session, [slot])
        assert await whole_tables_read(session) == []


async def test_the_sweep_of_the_wait_list_reads_no_history(database, slot):
    async with database.transaction() as session:
        await places_waited_for(session, now=NOW)
        await end_passed_days(session, now=NOW)
        assert await whole_tables_read(session) == []


async def test_a_place_that_comes_free_is_offered_without_reading_history(database, slot):
    async with database.transaction() as session:
        await offer_places(session, [slot], now=NOW)
        assert await whole_tables_read(session) == []


async def test_seats_are_locked_without_reading_history(database, slot):
    [free] = await slots_by_id(database, [slot])
    async with database.transaction() as session:
        await lock_seats(session, [(free.session, free.practitioner)])
        assert await whole_tables_read(session) == []
