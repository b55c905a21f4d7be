"""The data held against every statement of truth: one snapshot, read and never written."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.ext.asyncio import AsyncConnection

from service.domain.audit import Acknowledgement, Audit, Finding, Statement
from service.domain.errors import Unavailable
from service.storage.database import Database
from service.storage.truths import bookings, changes, events, rosters
from service.storage.truths.bookings import ACKNOWLEDGED
from service.storage.truths.truth import Truth

TRUTHS: tuple[Truth, ...] = (*bookings.TRUTHS, *events.TRUTHS, *rosters.TRUTHS, *changes.TRUTHS)
SHOWN = 20
"""Findings of one statement that are told; the rest are counted."""
_NOT_OURS = ("42P01", "42703")
"""SQLSTATE of a table or column that does not exist."""
_COUNTED = """
    SELECT 'bookings ' || status AS what, count(*) AS number FROM bookings GROUP BY status
    UNION ALL SELECT 'places ' || state, count(*) FROM slots GROUP BY state
    UNION ALL SELECT 'holds', count(*) FROM holds
    UNION ALL SELECT 'keys', count(*) FROM idempotency_keys
    UNION ALL SELECT 'tasks ' || state, count(*) FROM tasks GROUP BY state
    UNION ALL SELECT 'waiting cases', count(*) FROM wait_list WHERE state = 'waiting'
    UNION ALL SELECT CASE WHEN relayed_at IS NULL THEN 'events to relay' ELSE 'events relayed' END, count(*)
        FROM events GROUP BY 1
    UNION ALL SELECT 'deliveries ' || state, count(*) FROM webhook_deliveries GROUP BY state
    UNION ALL SELECT 'bookings for the SAS ' || state, count(*) FROM sas_appointments GROUP BY state
    UNION ALL SELECT 'published seats', count(*) FROM assignments WHERE published
    ORDER BY 1
"""


async def take_audit(database: Database, acknowledged: Sequence[Acknowledgement] | None) -> Audit:
    """Every statement as one instant has it; that of acknowledgements only if some were kept.

    Raises Unavailable, also when the tables are not those of this version.
    """
    async with database.snapshot() as connection:
        try:
            taken_at: datetime = (await connection.execute(text("SELECT now()"))).scalar_one()
            counted = {what: number for what, number in await connection.execute(text(_COUNTED)) if number}
            statements = [await _held_against(connection, truth, {}) for truth in TRUTHS]
            if acknowledged is not None:
                kept = json.dumps([asdict(each) for each in acknowledged], default=str)
                statements.insert(0, await _held_against(connection, ACKNOWLEDGED, {"acknowledged": kept}))
        except ProgrammingError as error:
            if getattr(error.orig, "sqlstate", None) not in _NOT_OURS:
                raise
            raise Unavailable("the schema is not the newest: `tourderole migrate` brings it there") from error
    return Audit(taken_at=taken_at, counted=counted, statements=tuple(statements))


async def _held_against(connection: AsyncConnection, truth: Truth, parameters: dict[str, str]) -> Statement:
    rows = (await connection.execute(text(f"{truth.sql} ORDER BY 1, 2"), parameters)).all()
    findings = tuple(Finding(row=row, said=said) for row, said in rows[:SHOWN])
    more = len(rows) - len(findings)
    return Statement(name=truth.name, sentence=truth.sentence, findings=findings, more=more)
