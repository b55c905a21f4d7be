"""Accounts of regulators as they are kept: added, found, saved."""

from collections.abc import Collection
from typing import Any, cast

from sqlalchemy import Table, delete, func, insert, literal_column, or_, select, text, update
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.engine import Row

from service.domain.regulators import Account, Regulator, RegulatorId
from service.storage.statements import Connected
from service.storage.tables.regulators import RegulatorEmailRow, RegulatorRow

_WRITERS_LOCK = 7_305_115
regulators = cast("Table", RegulatorRow.__table__)
_emails = cast("Table", RegulatorEmailRow.__table__)
_OF_ACCOUNT = (
    select(func.array_agg(aggregate_order_by(_emails.c.email, _emails.c.position)))
    .where(_emails.c.regulator_id == regulators.c.id)
    .scalar_subquery()
    .label("emails")
)
_ALL = select(regulators, _OF_ACCOUNT)


async def write_alone(connection: Connected) -> None:
    """Nobody else writes accounts until the transaction ends: there are a few changes a day."""
    await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _WRITERS_LOCK})


async def find_regulator(connection: Connected, id: RegulatorId) -> Regulator | None:
    row = (await connection.execute(_ALL.where(regulators.c.id == id))).one_or_none()
    return None if row is None else _regulator_of(row)


async def regulators_named(connection: Connected, values: Collection[str]) -> tuple[Regulator, ...]:
    """All who bear or bore one of these, as a national or as a technical identifier."""
    named = or_(regulators.c.national_id.in_(values), regulators.c.technical_id.in_(values))
    return tuple(map(_regulator_of, await connection.execute(_ALL.where(named))))


async def active_with_email(connection: Connected, email: str) -> Regulator | None:
    """Whatever its capitals."""
    theirs = select(_emails.c.regulator_id).where(
        func.lower(_emails.c.email) == func.lower(email), _emails.c.is_active.is_(literal_column("true"))
    )
    row = (await connection.execute(_ALL.where(regulators.c.id.in_(theirs)))).one_or_none()
    return None if row is None else _regulator_of(row)


async def add_regulator(connection: Connected, regulator: Regulator) -> None:
    """Raises RegulatorExists, EmailTaken."""
    await connection.execute(insert(regulators).values(_columns(regulator)))
    await _add_emails(connection, regulator)


async def save_regulator(connection: Connected, regulator: Regulator) -> None:
    """By who writes alone. Raises RegulatorExists, EmailTaken."""
    await connection.execute(delete(_emails).where(_emails.c.regulator_id == regulator.id))
    await connection.execute(update(regulators).where(regulators.c.id == regulator.id).values(_columns(regulator)))
    await _add_emails(connection, regulator)


async def _add_emails(connection: Connected, regulator: Regulator) -> None:
    same = {"regulator_id": regulator.id, "is_active": regulator.is_active}
    rows = [{**same, "position": number, "email": email} for number, email in enumerate(regulator.account.emails)]
    await connection.execute(insert(_emails), rows)


def _columns(regulator: Regulator) -> dict[str, Any]:
    account = regulator.account
    return {
        "id": regulator.id,
        "national_id": account.national,
        "technical_id": account.technical,
        "family_name": account.family_name,
        "given_name": account.given_name,
        "is_active": account.is_active,
        "created_at": regulator.created_at,
        "changed_at": regulator.changed_at,
        "version": regulator.version,
    }


def _regulator_of(row: Row[Any]) -> Regulator:
    account = Account(
        national=row.national_id,
        technical=row.technical_id,
        family_name=row.family_name,
        given_name=row.given_name,
        emails=tuple(row.emails),
        is_active=row.is_active,
    )
    return Regulator(
        id=RegulatorId(row.id),
        account=account,
        created_at=row.created_at,
        changed_at=row.changed_at,
        version=row.version,
    )
