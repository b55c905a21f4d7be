"""Accounts of regulators, as the SAS sends them."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from service.application.regulators import create_regulator, put_regulator
from service.domain.callers import Caller
from service.domain.regulators import Account, IdentifierSystem, Regulator, RegulatorIdentifier
from service.storage.database import Database
from tests.make_bookings import NOW

SAS = Caller(name="sas")
UUID_OF_SAS = "b6e39355-8a61-4556-b340-36f7b95fec6a"
JULES = Account(
    technical=UUID_OF_SAS, family_name="Marius", given_name="Jules", emails=("jules@example.org",), is_active=True
)
NUMBER = "3456780581/11242343"
NAMED = replace(JULES, technical=None, national=NUMBER)


def national(value: str) -> RegulatorIdentifier:
    return RegulatorIdentifier(system=IdentifierSystem.NATIONAL, value=value)


def technical(value: str = UUID_OF_SAS) -> RegulatorIdentifier:
    return RegulatorIdentifier(system=IdentifierSystem.SAS, value=value)


async def posted(database: Database, account: Account = JULES, *, now: datetime = NOW, **different: Any) -> Regulator:
    return await create_regulator(database, replace(account, **different), caller=SAS, now=now)


async def put(
    database: Database,
    named: RegulatorIdentifier,
    account: Account = JULES,
    *,
    now: datetime = NOW,
    **different: Any,
) -> tuple[Regulator, bool]:
    return await put_regulator(database, named, replace(account, **different), caller=SAS, now=now)
