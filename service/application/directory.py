"""Territories: read and written as files, and one by one; their communes."""

import asyncio
from dataclasses import asdict, replace
from datetime import datetime
from uuid import uuid4

from service.application.directory_entries import judge_whole
from service.application.directory_extract import ExtractReport, read_extract
from service.application.territory_file.reading import read_territory_file
from service.domain.callers import Caller, Keyed
from service.domain.directory import Commune, Territory, TerritoryId
from service.domain.entries import Entry, Page
from service.domain.errors import Invalid
from service.domain.faults import Fault
from service.domain.territory_file import TerritoryFile
from service.storage import directory as stored
from service.storage.database import Database
from service.storage.idempotency import claim


async def import_territory_file(
    database: Database, text: str | bytes, *, caller: Caller, territory: TerritoryId | None = None
) -> TerritoryFile:
    """The territory becomes what the file says, all or nothing. `territory`: the only one it may be about.

    Raises Invalid with every fault, and StillReferred when a roster needs an entry that the file leaves out.
    """
    file = await asyncio.to_thread(read_territory_file, text)
    if territory is not None and file.territory.id != territory:
        message = f"the file is about {file.territory.id}"
        raise Invalid(Fault(path="territory.id", code="id.mismatch", message=message, hint=territory))
    async with database.transaction() as session:
        await stored.replace_territory_file(session, file)
    return file


async def export_territory_file(database: Database, territory: TerritoryId, *, caller: Caller) -> TerritoryFile:
    """Raises NotFound."""
    async with database.transaction() as session:
        return await stored.get_territory_file(session, territory)


async def import_extract(
    database: Database, territory: TerritoryId, content: bytes, *, skip_faults: bool, caller: Caller
) -> ExtractReport:
    """The people and places of an extract of the national directory join the territory.

    Raises NotFound; Invalid with every fault and what each line would bring, unless faulty lines are to be skipped
    and leave somebody.
    """
    async with database.transaction() as session:
        await stored.lock_territory(session, territory)
        file = await stored.get_territory_file(session, territory)
        report = await asyncio.to_thread(read_extract, content, file)
        if report.faults and not (skip_faults and report.practitioners):
            raise Invalid(*report.faults, lines=[asdict(line) for line in report.lines])
        await stored.replace_territory_file(session, report.applied_to(file))
    return report


async def list_territories(database: Database, *, after: str, limit: int, caller: Caller) -> Page[Entry[Territory]]:
    async with database.transaction() as session:
        return await stored.page_territories(session, after=after, limit=limit)


async def get_territory(database: Database, territory: TerritoryId, *, caller: Caller) -> Entry[Territory]:
    """Raises NotFound."""
    async with database.transaction() as session:
        return await stored.get_territory_entry(session, territory)


async def create_territory(
    database: Database, territory: Territory, *, caller: Caller, keyed: Keyed | None, now: datetime
) -> Entry[Territory]:
    """Empty as yet. Raises AlreadyThere."""
    async with database.transaction() as session:
        receipt = str(uuid4())
        if keyed and await claim(session, caller, keyed, receipt, now=now) != receipt:
            return await stored.get_territory_entry(session, territory.id)
        return await stored.add_territory(session, territory)


async def change_territory(
    database: Database, id: TerritoryId, territory: Territory, *, version: int, caller: Caller
) -> Entry[Territory]:
    """Raises NotFound, StaleVersion, and Invalid when its templates would no longer fit (outside its hours, say)."""
    if territory.id != id:
        raise Invalid(Fault(path="id", code="id.mismatch", message="the id is not the one in the path", hint=id))
    async with database.transaction() as session:
        await stored.lock_territory(session, id)
        judge_whole(replace(await stored.get_directory(session, id), territory=territory), own="territory.")
        return await stored.save_territory(session, territory, version=version)


async def delete_territory(database: Database, id: TerritoryId, *, version: int, caller: Caller) -> None:
    """With all that it holds. Raises NotFound, StaleVersion, and StillReferred while it has rosters."""
    async with database.transaction() as session:
        await stored.lock_territory(session, id)
        await stored.delete_territory(session, id, version=version)


async def list_communes(
    database: Database, territory: TerritoryId, *, after: int, limit: int, caller: Caller
) -> Page[Commune]:
    """Raises NotFound."""
    async with database.transaction() as session:
        await stored.get_territory(session, territory)
        return await stored.page_communes(session, territory, after=after, limit=limit)


async def resolve_commune(database: Database, insee: str, *, caller: Caller) -> Commune:
    """The commune of today, in whichever territory it stands. Raises Invalid (`commune.unknown`)."""
    async with database.transaction() as session:
        return await stored.get_commune(session, insee)
