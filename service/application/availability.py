"""What practitioners declare: pledges, rules, exceptions and absences, one by one, and what they come to."""

from dataclasses import replace
from datetime import date, datetime
from typing import TypeVar
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from service.domain.availability import Absence, AvailabilityException, AvailabilityRule
from service.domain.callers import Caller, Keyed
from service.domain.declarations import OpenDay, faults_of, open_days
from service.domain.directory import Pledge, Practitioner, PractitionerId, Territory, TerritoryId
from service.domain.entries import Entry, Page, values
from service.domain.errors import Invalid
from service.domain.faults import Fault
from service.storage.availability import ABSENCES, EXCEPTIONS, RULES
from service.storage.database import Database
from service.storage.directory import PRACTITIONERS, get_territory, lock_territory
from service.storage.entries import (
    Kind,
    Within,
    add_entry,
    delete_entry,
    get_entry,
    list_entries,
    page_entries,
    save_entry,
)
from service.storage.idempotency import claim

MOST_DAYS = 100
"""Of a period that is expanded in one answer."""

Declared = TypeVar("Declared", AvailabilityRule, AvailabilityException, Absence)


async def list_declared(
    database: Database,
    kind: Kind[Declared],
    territory: TerritoryId,
    practitioner: PractitionerId,
    *,
    after: int,
    limit: int,
    caller: Caller,
) -> Page[Entry[Declared]]:
    """Raises NotFound."""
    async with database.transaction() as session:
        await _get_practitioner(session, territory, practitioner)
        within = Within(territory=territory, practitioner=practitioner)
        return await page_entries(session, kind, within, after=after, limit=limit)


async def get_declared(
    database: Database,
    kind: Kind[Declared],
    territory: TerritoryId,
    practitioner: PractitionerId,
    id: str,
    *,
    caller: Caller,
) -> Entry[Declared]:
    """Raises NotFound."""
    async with database.transaction() as session:
        return await get_entry(session, kind, Within(territory=territory, practitioner=practitioner), id)


async def declare(
    database: Database,
    kind: Kind[Declared],
    territory: TerritoryId,
    declared: Declared,
    *,
    caller: Caller,
    keyed: Keyed | None,
    now: datetime,
) -> Entry[Declared]:
    """A further rule, exception or absence. Raises NotFound, and Invalid: `date.past`, `rule.overlap`, `time.…`."""
    async with database.transaction() as session:
        clock = await lock_territory(session, territory)
        await _get_practitioner(session, territory, declared.practitioner)
        id = str(uuid4())
        known_as = await claim(session, caller, keyed, id, now=now) if keyed else id
        if known_as != id:
            within = Within(territory=territory, practitioner=declared.practitioner)
            return await get_entry(session, kind, within, known_as)
        await _judge(session, kind, clock, declared, id=id, now=now)
        return await add_entry(session, kind, territory, id, declared)


async def change_declared(
    database: Database,
    kind: Kind[Declared],
    territory: TerritoryId,
    id: str,
    declared: Declared,
    *,
    version: int,
    caller: Caller,
    now: datetime,
) -> Entry[Declared]:
    """Raises NotFound, StaleVersion, and Invalid as `declare` does."""
    within = Within(territory=territory, practitioner=declared.practitioner)
    async with database.transaction() as session:
        clock = await lock_territory(session, territory)
        await get_entry(session, kind, within, id)
        await _judge(session, kind, clock, declared, id=id, now=now)
        return await save_entry(session, kind, within, id, declared, version=version)


async def withdraw(
    database: Database,
    kind: Kind[Declared],
    territory: TerritoryId,
    practitioner: PractitionerId,
    id: str,
    *,
    version: int,
    caller: Caller,
) -> None:
    """A rule, exception or absence no longer holds. Raises NotFound, StaleVersion."""
    async with database.transaction() as session:
        await lock_territory(session, territory)
        within = Within(territory=territory, practitioner=practitioner)
        await delete_entry(session, kind, within, id, version=version)


async def set_pledge(
    database: Database,
    territory: TerritoryId,
    practitioner: PractitionerId,
    pledge: Pledge | None,
    *,
    version: int,
    caller: Caller,
) -> Entry[Practitioner]:
    """The practitioner with this pledge, or none; `version` is the practitioner's. Raises NotFound, StaleVersion."""
    async with database.transaction() as session:
        await lock_territory(session, territory)
        stored = await _get_practitioner(session, territory, practitioner)
        pledged = replace(stored.value, pledge=pledge)
        within = Within(territory=territory)
        return await save_entry(session, PRACTITIONERS, within, practitioner, pledged, version=version)


async def expand_availability(
    database: Database,
    territory: TerritoryId,
    practitioner: PractitionerId,
    first: date,
    last: date,
    *,
    caller: Caller,
) -> tuple[Territory, tuple[OpenDay, ...]]:
    """Every day from first to last, at most 100. Raises NotFound, and Invalid: `date.order`, `period.too_long`."""
    _bound(first, last)
    within = Within(territory=territory, practitioner=practitioner)
    async with database.transaction() as session:
        clock = await get_territory(session, territory)
        who = await _get_practitioner(session, territory, practitioner)
        rules = values(await list_entries(session, RULES, within))
        exceptions = values(await list_entries(session, EXCEPTIONS, within))
        absences = values(await list_entries(session, ABSENCES, within))
    days = open_days(who.value, rules, exceptions, absences, territory=clock, first=first, last=last)
    return clock, tuple(days)


def _bound(first: date, last: date) -> None:
    if last < first:
        raise Invalid(Fault(path="until", code="date.order", message="the last day is before the first"))
    if (last - first).days >= MOST_DAYS:
        message = f"{(last - first).days + 1} days are asked for"
        raise Invalid(Fault(path="until", code="period.too_long", message=message, hint=f"at most {MOST_DAYS} days"))


async def _get_practitioner(
    session: AsyncSession, territory: TerritoryId, practitioner: PractitionerId
) -> Entry[Practitioner]:
    return await get_entry(session, PRACTITIONERS, Within(territory=territory), practitioner)


async def _judge(
    session: AsyncSession, kind: Kind[Declared], territory: Territory, declared: Declared, *, id: str, now: datetime
) -> None:
    """Raises Invalid when this may not be declared, beside what the practitioner declares already."""
    within = Within(territory=territory.id, practitioner=declared.practitioner)
    own = {entry.id: entry.value for entry in await list_entries(session, kind, within)}
    before = own.pop(id, None)
    today = now.astimezone(territory.zone).date()
    faults = tuple(faults_of(declared, before=before, others=own.values(), territory=territory, today=today))
    if faults:
        raise Invalid(*faults)
