"""The directory as it is kept: territories, their communes and entries, and the whole as one territory file."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import Any, cast

from sqlalchemy import Table, bindparam, delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from service.domain.communes import current_commune
from service.domain.directory import Commune, Practice, Practitioner, Territory, TerritoryId
from service.domain.entries import Entry, Page, values
from service.domain.errors import AlreadyThere, Invalid, NotFound, StaleVersion
from service.domain.faults import Fault
from service.domain.rosters import SessionTemplate
from service.domain.territory_file import TerritoryFile
from service.storage import availability as declared
from service.storage import directory_rows as rows
from service.storage.entries import Kind, Within, drop_entries_but, keep_entries, list_entries, upsert
from service.storage.references import refuse_what_rosters_need, refuse_while_rosters_exist
from service.storage.statements import Connected
from service.storage.tables.directory import CommuneRow, PracticeRow, PractitionerRow, SessionTemplateRow, TerritoryRow

PRACTICES: Kind[Practice] = Kind(
    noun="practice",
    key="practices",
    row=PracticeRow,
    value_of=rows.practice_of,
    columns_of=rows.practice_columns,
)
PRACTITIONERS: Kind[Practitioner] = Kind(
    noun="practitioner",
    key="practitioners",
    row=PractitionerRow,
    value_of=rows.practitioner_of,
    columns_of=rows.practitioner_columns,
)
TEMPLATES: Kind[SessionTemplate] = Kind(
    noun="session template",
    key="session_templates",
    row=SessionTemplateRow,
    value_of=rows.template_of,
    columns_of=rows.template_columns,
)


async def get_territory(session: AsyncSession, id: TerritoryId) -> Territory:
    """Raises NotFound."""
    return (await get_territory_entry(session, id)).value


async def refuse_unknown_territory(connection: Connected, id: TerritoryId | None) -> None:
    """For a list that is asked for by territory, if it is. Raises NotFound."""
    if (
        id is not None
        and (await connection.execute(select(TerritoryRow.id).where(TerritoryRow.id == id))).first() is None
    ):
        raise NotFound("territory", id)


async def get_territory_entry(session: AsyncSession, id: TerritoryId) -> Entry[Territory]:
    """Raises NotFound."""
    row = await session.get(TerritoryRow, id, populate_existing=True)
    if row is None:
        raise NotFound("territory", id)
    return Entry(id=row.id, version=row.version, value=rows.territory_of(row))


async def lock_territory(session: AsyncSession, id: TerritoryId) -> Territory:
    """The territory, for whoever changes what it holds: one at a time, until the transaction ends. Raises NotFound."""
    row = await session.get(TerritoryRow, id, with_for_update={"key_share": True}, populate_existing=True)
    if row is None:
        raise NotFound("territory", id)
    return rows.territory_of(row)


async def page_territories(session: AsyncSession, *, after: str, limit: int) -> Page[Entry[Territory]]:
    """At most `limit` territories whose id comes after (the empty text: from the first), and the cursor of the rest."""
    asked = select(TerritoryRow).where(TerritoryRow.id > after).order_by(TerritoryRow.id).limit(limit + 1)
    found = (await session.scalars(asked)).all()
    items = [Entry(id=row.id, version=row.version, value=rows.territory_of(row)) for row in found[:limit]]
    return Page(items=tuple(items), next_cursor=items[-1].id if len(found) > limit else None)


async def add_territory(session: AsyncSession, territory: Territory) -> Entry[Territory]:
    """Raises AlreadyThere."""
    added = insert(TerritoryRow).values(**rows.territory_columns(territory), version=1).on_conflict_do_nothing()
    if (await session.execute(added.returning(TerritoryRow.id))).one_or_none() is None:
        raise AlreadyThere(f"there is a territory {territory.id} already", kind="territory", id=territory.id)
    return Entry(id=territory.id, version=1, value=territory)


async def save_territory(session: AsyncSession, territory: Territory, *, version: int) -> Entry[Territory]:
    """Raises NotFound, StaleVersion."""
    same = (TerritoryRow.id == territory.id, TerritoryRow.version == version)
    saved = update(TerritoryRow).where(*same).values(**rows.territory_columns(territory), version=version + 1)
    if (await session.execute(saved.returning(TerritoryRow.id))).one_or_none() is None:
        raise StaleVersion(version=(await get_territory_entry(session, territory.id)).version)
    return Entry(id=territory.id, version=version + 1, value=territory)


async def delete_territory(session: AsyncSession, id: TerritoryId, *, version: int) -> None:
    """With all that it holds. Raises NotFound, StaleVersion, and StillReferred while it has rosters."""
    stored = await get_territory_entry(session, id)
    await refuse_while_rosters_exist(session, id)
    gone = delete(TerritoryRow).where(TerritoryRow.id == id, TerritoryRow.version == version)
    if (await session.execute(gone.returning(TerritoryRow.id))).one_or_none() is None:
        raise StaleVersion(version=stored.version)


async def list_communes(session: AsyncSession, territory: TerritoryId) -> tuple[Commune, ...]:
    of_territory = select(CommuneRow).where(CommuneRow.territory_id == territory).order_by(CommuneRow.position)
    return tuple(map(rows.commune_of, await session.scalars(of_territory)))


async def page_communes(session: AsyncSession, territory: TerritoryId, *, after: int, limit: int) -> Page[Commune]:
    """At most `limit` communes that stand after a position (-1: from the first), and the cursor of the rest."""
    asked = select(CommuneRow).where(CommuneRow.territory_id == territory, CommuneRow.position > after)
    found = (await session.scalars(asked.order_by(CommuneRow.position).limit(limit + 1))).all()
    more = str(found[limit - 1].position) if len(found) > limit else None
    return Page(items=tuple(map(rows.commune_of, found[:limit])), next_cursor=more)


async def get_commune(session: AsyncSession, insee: str) -> Commune:
    """The commune of today, in whichever territory it stands. Raises Invalid (`commune.unknown`), with a hint."""
    code = current_commune(insee)
    by_code = select(CommuneRow).where(CommuneRow.insee == code).order_by(CommuneRow.territory_id).limit(1)
    row = await session.scalar(by_code)
    if row is not None:
        return rows.commune_of(row)
    by_post = select(CommuneRow).where(CommuneRow.postal_code == insee).order_by(CommuneRow.population.desc()).limit(1)
    meant = await session.scalar(by_post)
    hint = f"postal code? {meant.name} is {meant.insee}" if meant else None
    raise Invalid(Fault(path="insee", code="commune.unknown", message=f"no commune {insee}", hint=hint))


async def get_directory(session: AsyncSession, id: TerritoryId) -> TerritoryFile:
    """All that is no practitioner's own declaration, as of one instant: every other list is empty. Raises NotFound."""
    territory = await session.get(TerritoryRow, id, with_for_update={"read": True}, populate_existing=True)
    if territory is None:
        raise NotFound("territory", id)
    within = Within(territory=id)
    return TerritoryFile(
        territory=rows.territory_of(territory),
        communes=await list_communes(session, id),
        practices=values(await list_entries(session, PRACTICES, within)),
        practitioners=values(await list_entries(session, PRACTITIONERS, within)),
        session_templates=values(await list_entries(session, TEMPLATES, within)),
        pins=await declared.list_pins(session, id),
    )


async def get_territory_file(session: AsyncSession, id: TerritoryId) -> TerritoryFile:
    """All that the territory holds, in the order it was given, as of one instant. Raises NotFound."""
    within = Within(territory=id)
    return replace(
        await get_directory(session, id),
        availability_rules=values(await list_entries(session, declared.RULES, within)),
        absences=values(await list_entries(session, declared.ABSENCES, within)),
        availability_exceptions=values(await list_entries(session, declared.EXCEPTIONS, within)),
        duties=await declared.list_duties(session, id),
        burden_history=await declared.list_burdens(session, id),
    )


async def replace_territory_file(session: AsyncSession, file: TerritoryFile) -> int:
    """The territory becomes what the file says; gives its version. Entries keep their versions unless they changed.

    Entries that the file no longer has are deleted. Raises StillReferred, naming it, when a roster needs one of them.
    """
    id = file.territory.id
    version = await _keep_territory(session, file.territory)
    await _replace_communes(session, id, file.communes)
    await _drop(session, id, PRACTITIONERS, file.practitioners)
    await _drop(session, id, TEMPLATES, file.session_templates)
    await _free_changed_rpps(session, id, file.practitioners)
    await keep_entries(session, PRACTICES, id, ((practice.id, practice) for practice in file.practices))
    await keep_entries(session, PRACTITIONERS, id, ((each.id, each) for each in file.practitioners))
    await keep_entries(session, TEMPLATES, id, ((template.id, template) for template in file.session_templates))
    await declared.replace_declared(session, declared.RULES, id, file.availability_rules)
    await declared.replace_declared(session, declared.ABSENCES, id, file.absences)
    await declared.replace_declared(session, declared.EXCEPTIONS, id, file.availability_exceptions)
    await declared.replace_duties(session, id, file.duties)
    await declared.replace_pins(session, id, file.pins)
    await declared.replace_burdens(session, id, file.burden_history)
    await _drop(session, id, PRACTICES, file.practices)
    return version


async def _keep_territory(session: AsyncSession, territory: Territory) -> int:
    """Its row is locked from here on: one writer of a territory at a time."""
    kept = upsert(cast("Table", TerritoryRow.__table__)).returning(TerritoryRow.version)
    return (await session.execute(kept, {**rows.territory_columns(territory), "version": 1})).scalar_one()


async def _replace_communes(session: AsyncSession, territory: TerritoryId, communes: Iterable[Commune]) -> None:
    await session.execute(delete(CommuneRow).where(CommuneRow.territory_id == territory))
    listed = [
        {"territory_id": territory, "position": position, **rows.commune_columns(commune)}
        for position, commune in enumerate(communes)
    ]
    if listed:
        await session.execute(insert(cast("Table", CommuneRow.__table__)), listed)


async def _drop(session: AsyncSession, territory: TerritoryId, kind: Kind[Any], kept: Iterable[Any]) -> None:
    ids = [each.id for each in kept]
    await refuse_what_rosters_need(session, territory, kind.noun, kept=ids)
    await drop_entries_but(session, kind, territory, ids)


async def _free_changed_rpps(session: AsyncSession, territory: TerritoryId, kept: Collection[Practitioner]) -> None:
    """Two people may have each other's number by mistake: each that changes is let go of before any is taken."""
    table = cast("Table", PractitionerRow.__table__)
    changes = (table.c.id == bindparam("kept_id")) & (table.c.rpps != bindparam("kept_rpps"))
    freed = update(table).where(table.c.territory_id == territory, changes).values(rpps="to change: " + table.c.id)
    if kept:
        await session.execute(freed, [{"kept_id": each.id, "kept_rpps": each.rpps} for each in kept])
