"""Practices, practitioners and templates, one by one: an edit is lawful when the territory still reads as a file."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar
from uuid import uuid4

from service.application.territory_file.reading import read_territory_file
from service.application.territory_file.writing import write_territory_file
from service.domain.callers import Caller, Keyed
from service.domain.directory import Practice, Practitioner, TerritoryId
from service.domain.entries import Entry, Page
from service.domain.errors import AlreadyThere, Invalid, StillReferred
from service.domain.faults import Fault
from service.domain.rosters import SessionTemplate
from service.domain.territory_file import TerritoryFile
from service.storage.database import Database
from service.storage.directory import PRACTICES, get_directory, get_territory, lock_territory
from service.storage.entries import Kind, Within, add_entry, delete_entry, get_entry, page_entries, save_entry
from service.storage.idempotency import claim
from service.storage.references import refuse_if_in_a_roster

Listed = TypeVar("Listed", Practice, Practitioner, SessionTemplate)


async def list_directory(
    database: Database, kind: Kind[Listed], territory: TerritoryId, *, after: int, limit: int, caller: Caller
) -> Page[Entry[Listed]]:
    """Raises NotFound."""
    async with database.transaction() as session:
        await get_territory(session, territory)
        return await page_entries(session, kind, Within(territory=territory), after=after, limit=limit)


async def get_from_directory(
    database: Database, kind: Kind[Listed], territory: TerritoryId, id: str, *, caller: Caller
) -> Entry[Listed]:
    """Raises NotFound."""
    async with database.transaction() as session:
        return await get_entry(session, kind, Within(territory=territory), id)


async def add_to_directory(
    database: Database,
    kind: Kind[Listed],
    territory: TerritoryId,
    value: Listed,
    *,
    caller: Caller,
    keyed: Keyed | None,
    now: datetime,
) -> Entry[Listed]:
    """Raises NotFound, AlreadyThere, and Invalid with the faults that the territory file would have."""
    async with database.transaction() as session:
        await lock_territory(session, territory)
        receipt = str(uuid4())
        if keyed and await claim(session, caller, keyed, receipt, now=now) != receipt:
            return await get_entry(session, kind, Within(territory=territory), value.id)
        directory = await get_directory(session, territory)
        if any(each.id == value.id for each in getattr(directory, kind.key)):
            raise AlreadyThere(f"there is a {kind.noun} {value.id} already", kind=kind.noun, id=value.id)
        judge(directory, kind.key, value)
        return await add_entry(session, kind, territory, value.id, value)


async def change_directory(
    database: Database,
    kind: Kind[Listed],
    territory: TerritoryId,
    id: str,
    value: Listed,
    *,
    version: int,
    caller: Caller,
) -> Entry[Listed]:
    """Raises NotFound, StaleVersion, and Invalid with the faults that the territory file would have."""
    if value.id != id:
        raise Invalid(Fault(path="id", code="id.mismatch", message="the id is not the one in the path", hint=id))
    async with database.transaction() as session:
        await lock_territory(session, territory)
        await get_entry(session, kind, Within(territory=territory), id)
        judge(await get_directory(session, territory), kind.key, value)
        return await save_entry(session, kind, Within(territory=territory), id, value, version=version)


async def remove_from_directory(
    database: Database, kind: Kind[Listed], territory: TerritoryId, id: str, *, version: int, caller: Caller
) -> None:
    """With what is declared by or pinned to it. Raises NotFound, StaleVersion, StillReferred."""
    async with database.transaction() as session:
        await lock_territory(session, territory)
        await refuse_if_in_a_roster(session, territory, kind.noun, id)
        if kind.key == PRACTICES.key:
            _refuse_if_named(await get_directory(session, territory), id)
        await delete_entry(session, kind, Within(territory=territory), id, version=version)


def judge(directory: TerritoryFile, key: str, value: Listed) -> None:
    """Raises Invalid when the directory with this entry, new or changed, would not read; its own faults by field."""
    listed: tuple[Listed, ...] = getattr(directory, key)
    ids = [each.id for each in listed]
    at: int = ids.index(value.id) if value.id in ids else len(ids)
    edited: dict[str, Any] = {key: (*listed[:at], value, *listed[at + 1 :])}
    judge_whole(replace(directory, **edited), own=f"{key}[{at}].")


def judge_whole(edited: TerritoryFile, *, own: str) -> None:
    """Raises Invalid when the territory would not read. `own`: the path whose faults are told without it."""
    try:
        read_territory_file(write_territory_file(edited))
    except Invalid as error:
        raise Invalid(*(replace(fault, path=fault.path.removeprefix(own)) for fault in error.faults)) from None


def _refuse_if_named(directory: TerritoryFile, practice: str) -> None:
    names = list(_naming(directory, practice))
    if names:
        detail = f"practice {practice} is still named by {', '.join(names[:5])}"
        raise StillReferred(detail, kind=PRACTICES.noun, ids=[practice], referred_by=names)


def _naming(directory: TerritoryFile, practice: str) -> Iterator[str]:
    for practitioner in directory.practitioners:
        if practice in (practitioner.home_practice, *practitioner.may_work_at):
            yield f"practitioner {practitioner.id}"
    for template in directory.session_templates:
        if practice in template.hosts:
            yield f"session template {template.id}"
    for pin in directory.pins:
        if practice == pin.practice:
            yield f"pin of {pin.template} on {pin.on}"
