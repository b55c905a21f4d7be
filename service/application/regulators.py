"""Accounts of regulators, as the SAS platform keeps them with us, and whether one may act now."""

from datetime import datetime
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from service.domain.account_errors import RegulatorDisabled, RegulatorExists
from service.domain.callers import Caller
from service.domain.regulators import Account, Regulator, RegulatorId, RegulatorIdentifier, chosen
from service.storage import regulators as stored
from service.storage.database import Database
from service.storage.page_sessions import end_page_sessions_of


async def create_regulator(database: Database, account: Account, *, caller: Caller, now: datetime) -> Regulator:
    """A new account: a second message about the same one is refused. Raises RegulatorExists, EmailTaken."""
    async with database.transaction() as session:
        await stored.write_alone(session)
        known = await stored.regulators_named(session, account.values)
        if any(each.is_active >= account.is_active and each.account.shares_identifier(account) for each in known):
            raise RegulatorExists()
        return await _add(session, account, now)


async def put_regulator(
    database: Database, named: RegulatorIdentifier, account: Account, *, caller: Caller, now: datetime
) -> tuple[Regulator, bool]:
    """Make the account that bears this name be as sent, and whether it had to be created. Harmless when it comes twice.

    One that is disabled is signed out at once.

    Raises RegulatorExists, EmailTaken: another active account has that identifier, that e-mail.
    """
    async with database.transaction() as session:
        await stored.write_alone(session)
        known = await stored.regulators_named(session, account.values | {named.value})
        meant = chosen(known, named, account)
        if meant is None:
            return await _add(session, account, now), True
        changed = meant.changed(account, now=now)
        if changed != meant:
            await stored.save_regulator(session, changed)
        if not changed.is_active:
            await end_page_sessions_of(session, changed.id)
        return changed, False


async def _add(session: AsyncSession, account: Account, now: datetime) -> Regulator:
    regulator = Regulator(id=RegulatorId(uuid4()), account=account, created_at=now, changed_at=now)
    await stored.add_regulator(session, regulator)
    return regulator


async def active_regulator(database: Database, id: RegulatorId) -> Regulator:
    """Who may act now: to be asked each time, since an account is taken away at once. Raises RegulatorDisabled."""
    async with database.statement() as connection:
        return refuse_unless_active(await stored.find_regulator(connection, id))


async def regulator_named(database: Database, named: RegulatorIdentifier) -> Regulator:
    """Who signs in under that identifier. Raises RegulatorDisabled."""
    async with database.statement() as connection:
        known = await stored.regulators_named(connection, {named.value})
    bearers = (each for each in known if each.is_active and named in each.account.identifiers)
    return refuse_unless_active(next(bearers, None))


async def regulator_with_email(database: Database, email: str) -> Regulator:
    """Who signs in with that e-mail, whatever its capitals. Raises RegulatorDisabled."""
    async with database.statement() as connection:
        return refuse_unless_active(await stored.active_with_email(connection, email))


def refuse_unless_active(regulator: Regulator | None) -> Regulator:
    """Raises RegulatorDisabled."""
    if regulator is None or not regulator.is_active:
        raise RegulatorDisabled()
    return regulator
