"""The lists of a territory, all kept alike: read, paged, added to, saved against a version, deleted, replaced whole."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Generic, cast

from sqlalchemy import ColumnElement, Integer, Select, Table, all_, delete, func, literal, select, tuple_, update
from sqlalchemy import cast as sql_cast
from sqlalchemy.dialects.postgresql import ARRAY, Insert, insert
from sqlalchemy.ext.asyncio import AsyncSession

from service.domain.directory import PractitionerId, TerritoryId
from service.domain.entries import Entry, Page, Value
from service.domain.errors import AlreadyThere, NotFound, StaleVersion
from service.storage.directory_rows import Columns


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind(Generic[Value]):
    """One list: its table, and how its rows and values become each other.

    `noun` is what people call an entry, `key` what the territory file calls the list.
    """

    noun: str
    key: str
    row: type[Any]
    value_of: Callable[[Any], Value]
    columns_of: Callable[[Value], Columns]
    key_of: Callable[[str], object] = str

    @property
    def table(self) -> Table:
        return cast("Table", self.row.__table__)

    def rows(self) -> Select[tuple[Any]]:
        return select(self.row).execution_options(populate_existing=True)

    def entry(self, row: Any) -> Entry[Value]:
        return Entry(id=str(row.id), version=row.version, value=self.value_of(row))


@dataclass(frozen=True, slots=True, kw_only=True)
class Within:
    """Whose list: the territory's, or one practitioner's part of it."""

    territory: TerritoryId
    practitioner: PractitionerId | None = None

    def holds(self, table: Table) -> ColumnElement[bool]:
        whole = table.c.territory_id == self.territory
        return whole if self.practitioner is None else whole & (table.c.practitioner_id == self.practitioner)


async def list_entries(session: AsyncSession, kind: Kind[Value], within: Within) -> tuple[Entry[Value], ...]:
    """All of them, in the order of the list."""
    rows = await session.scalars(kind.rows().where(within.holds(kind.table)).order_by(kind.table.c.position))
    return tuple(map(kind.entry, rows))


async def page_entries(
    session: AsyncSession, kind: Kind[Value], within: Within, *, after: int, limit: int
) -> Page[Entry[Value]]:
    """At most `limit` entries that stand after a position (-1: from the first), and the cursor of the rest."""
    position = kind.table.c.position
    asked = kind.rows().where(within.holds(kind.table), position > after).order_by(position).limit(limit + 1)
    rows = (await session.scalars(asked)).all()
    more = str(rows[limit - 1].position) if len(rows) > limit else None
    return Page(items=tuple(map(kind.entry, rows[:limit])), next_cursor=more)


async def get_entry(session: AsyncSession, kind: Kind[Value], within: Within, id: str) -> Entry[Value]:
    """Raises NotFound."""
    asked = kind.rows().where(within.holds(kind.table), kind.table.c.id == kind.key_of(id))
    row = (await session.scalars(asked)).one_or_none()
    if row is None:
        raise NotFound(kind.noun, id)
    return kind.entry(row)


async def add_entry(
    session: AsyncSession, kind: Kind[Value], territory: TerritoryId, id: str, value: Value
) -> Entry[Value]:
    """At the end of the list, in a transaction that holds the territory's lock. Raises AlreadyThere."""
    table = kind.table
    last = select(func.coalesce(func.max(table.c.position), -1) + 1).where(table.c.territory_id == territory)
    columns = {"territory_id": territory, "id": kind.key_of(id), "version": 1, "position": last.scalar_subquery()}
    added = insert(table).values(**columns, **kind.columns_of(value)).on_conflict_do_nothing(index_elements=_key(table))
    if (await session.execute(added.returning(table.c.id))).one_or_none() is None:
        raise AlreadyThere(f"there is a {kind.noun} {id} already", kind=kind.noun, id=id)
    return Entry(id=id, version=1, value=value)


async def save_entry(
    session: AsyncSession, kind: Kind[Value], within: Within, id: str, value: Value, *, version: int
) -> Entry[Value]:
    """Raises NotFound; StaleVersion when `version` is no longer the stored one."""
    table = kind.table
    same = (within.holds(table), table.c.id == kind.key_of(id), table.c.version == version)
    saved = update(table).where(*same).values(**kind.columns_of(value), version=version + 1).returning(table.c.id)
    if (await session.execute(saved)).one_or_none() is None:
        raise await _stale(session, kind, within, id)
    return Entry(id=id, version=version + 1, value=value)


async def delete_entry(session: AsyncSession, kind: Kind[Value], within: Within, id: str, *, version: int) -> None:
    """Raises NotFound; StaleVersion when `version` is no longer the stored one."""
    table = kind.table
    same = (within.holds(table), table.c.id == kind.key_of(id), table.c.version == version)
    if (await session.execute(delete(table).where(*same).returning(table.c.id))).one_or_none() is None:
        raise await _stale(session, kind, within, id)


async def _stale(session: AsyncSession, kind: Kind[Value], within: Within, id: str) -> StaleVersion:
    stored = await get_entry(session, kind, within, id)
    return StaleVersion(version=stored.version)


async def keep_entries(
    session: AsyncSession, kind: Kind[Value], territory: TerritoryId, entries: Iterable[tuple[str, Value]]
) -> None:
    """The list has these, by id and in this order; a version rises where something changed. Others stay as they are."""
    rows = [
        {"territory_id": territory, "id": kind.key_of(id), "position": position, "version": 1, **kind.columns_of(value)}
        for position, (id, value) in enumerate(entries)
    ]
    if rows:
        await session.execute(upsert(kind.table), rows)


def upsert(table: Table) -> Insert:
    """Puts rows in by their key, or over the ones there; a version rises when more than the position changed."""
    proposed = insert(table)
    key = _key(table)
    others = (*key, "territory_id", "position", "version")
    own = [column.name for column in table.c if column.computed is None and column.name not in others]
    has_changed = tuple_(*(table.c[name] for name in own)).is_distinct_from(
        tuple_(*(proposed.excluded[name] for name in own))
    )
    taken = {name: proposed.excluded[name] for name in (*own, "position") if name in table.c}
    return proposed.on_conflict_do_update(
        index_elements=key, set_=taken | {"version": table.c.version + sql_cast(has_changed, Integer)}
    )


async def drop_entries_but(
    session: AsyncSession, kind: Kind[Value], territory: TerritoryId, ids: Iterable[str]
) -> None:
    """The entries of other ids go."""
    table = kind.table
    kept = literal([kind.key_of(id) for id in ids], ARRAY(table.c.id.type))
    await session.execute(delete(table).where(table.c.territory_id == territory, table.c.id != all_(kept)))


def _key(table: Table) -> list[str]:
    return [column.name for column in table.primary_key]
