"""Transactions that wait for one another, seen from a third."""

import asyncio

from sqlalchemy import text

from service.storage.database import Database

_WAITING = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")


async def somebody_waits(database: Database) -> None:
    """Returns once some connection waits for a lock that another transaction holds."""
    async with asyncio.timeout(30), database.statement() as connection:
        while not await connection.scalar(_WAITING):
            pass
