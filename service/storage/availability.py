"""Availability as it is kept: rules, exceptions and absences one by one; duties, pins and old burdens whole."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from service.domain.availability import Absence, AvailabilityException, AvailabilityRule, Duty
from service.domain.directory import TerritoryId
from service.domain.entries import Value
from service.domain.territory_file import Burden, Pin
from service.storage import availability_rows as rows
from service.storage.directory_rows import Columns
from service.storage.entries import Kind, Within, drop_entries_but, keep_entries, list_entries
from service.storage.tables import availability as tables

RULES: Kind[AvailabilityRule] = Kind(
    noun="availability rule",
    key="availability_rules",
    row=tables.AvailabilityRuleRow,
    value_of=rows.rule_of,
    columns_of=rows.rule_columns,
    key_of=UUID,
)
EXCEPTIONS: Kind[AvailabilityException] = Kind(
    noun="availability exception",
    key="availability_exceptions",
    row=tables.AvailabilityExceptionRow,
    value_of=rows.exception_of,
    columns_of=rows.exception_columns,
    key_of=UUID,
)
ABSENCES: Kind[Absence] = Kind(
    noun="absence",
    key="absences",
    row=tables.AbsenceRow,
    value_of=rows.absence_of,
    columns_of=rows.absence_columns,
    key_of=UUID,
)


async def replace_declared(
    session: AsyncSession, kind: Kind[Value], territory: TerritoryId, values: Iterable[Value]
) -> None:
    """Rules, exceptions or absences of a territory become these. What was there already keeps id and version."""
    known: defaultdict[Value, list[str]] = defaultdict(list)
    for entry in await list_entries(session, kind, Within(territory=territory)):
        known[entry.value].append(entry.id)
    entries = [(known[value].pop(0) if known[value] else str(uuid4()), value) for value in values]
    await drop_entries_but(session, kind, territory, [id for id, _ in entries])
    await keep_entries(session, kind, territory, entries)


async def list_duties(session: AsyncSession, territory: TerritoryId) -> tuple[Duty, ...]:
    return tuple(map(rows.duty_of, await _listed(session, tables.DutyRow, territory)))


async def replace_duties(session: AsyncSession, territory: TerritoryId, duties: Iterable[Duty]) -> None:
    await _replace(session, tables.DutyRow, territory, map(rows.duty_columns, duties))


async def list_pins(session: AsyncSession, territory: TerritoryId) -> tuple[Pin, ...]:
    return tuple(map(rows.pin_of, await _listed(session, tables.PinRow, territory)))


async def replace_pins(session: AsyncSession, territory: TerritoryId, pins: Iterable[Pin]) -> None:
    await _replace(session, tables.PinRow, territory, map(rows.pin_columns, pins))


async def list_burdens(session: AsyncSession, territory: TerritoryId) -> tuple[Burden, ...]:
    return tuple(map(rows.burden_of, await _listed(session, tables.BurdenRow, territory)))


async def replace_burdens(session: AsyncSession, territory: TerritoryId, burdens: Iterable[Burden]) -> None:
    await _replace(session, tables.BurdenRow, territory, map(rows.burden_columns, burdens))


async def _listed(session: AsyncSession, row: type[Any], territory: TerritoryId) -> Iterable[Any]:
    return await session.scalars(select(row).where(row.territory_id == territory).order_by(row.position))


async def _replace(session: AsyncSession, row: type[Any], territory: TerritoryId, columns: Iterable[Columns]) -> None:
    await session.execute(delete(row.__table__).where(row.territory_id == territory))
    listed = [
        {"id": uuid4(), "territory_id": territory, "position": position, **each}
        for position, each in enumerate(columns)
    ]
    if listed:
        await session.execute(insert(row.__table__), listed)
