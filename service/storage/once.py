"""Creating in one statement, once for each idempotency key: hold and booking alike.

The key is written with what it stands for. When it was used before, its unique violation undoes the whole statement,
so that no place stays taken; only then is it looked up. (`ON CONFLICT DO NOTHING` would let the place be lost.)
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast
from uuid import UUID

from sqlalchemy import CTE, Select, Table, Text, insert, select
from sqlalchemy import cast as sql_cast
from sqlalchemy.engine import Row
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from service.domain.callers import Caller, Keyed
from service.domain.errors import Unavailable
from service.storage.database import constraint_of
from service.storage.idempotency import recalled
from service.storage.parameters import CALLER, KEY, NEW_ID, NOW, OPERATION, REQUEST, given
from service.storage.tables.bookings import IdempotencyKeyRow

Made = TypeVar("Made")

keys = cast("Table", IdempotencyKeyRow.__table__)
_KEY_CONSTRAINT = "idempotency_keys_pkey"
_ATTEMPTS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Creation(Generic[Made]):
    """`statement` gives the row of what it made, or none. Then `refuse` raises why, or lets it be tried again."""

    statement: Select[Any]
    parameters: Mapping[str, Any]
    made: Callable[[Row[Any]], Made]
    found: Callable[[UUID], Awaitable[Made]]
    refuse: Callable[[], Awaitable[None]]


def remembered(created: CTE) -> CTE:
    """The key, if there is one, with the id of what was created; part of the creating statement."""
    row = select(CALLER, KEY, OPERATION, REQUEST, sql_cast(NEW_ID, Text), NOW).select_from(created)
    return insert(keys).from_select(list(keys.c), row.where(KEY.is_not(None))).cte("remembered")


async def create_once(
    connection: AsyncConnection, creation: Creation[Made], *, caller: Caller, keyed: Keyed | None
) -> Made:
    """One round trip when it succeeds. Raises IdempotencyKeyReused, and what the creation refuses with."""
    key = given(
        caller=caller.name,
        key=keyed and keyed.key,
        operation=keyed and keyed.operation,
        request=keyed and keyed.request,
    )
    parameters = {**creation.parameters, **key}
    for _ in range(_ATTEMPTS):
        row = await _attempt(connection, creation.statement, parameters)
        if row is not None:
            return creation.made(row)
        earlier = await _recall(connection, caller, keyed) if keyed else None
        if earlier is not None:
            return await creation.found(UUID(earlier))
        await creation.refuse()
    raise Unavailable("the places asked for change hands too fast")


async def _attempt(connection: AsyncConnection, statement: Select[Any], parameters: dict[str, Any]) -> Row[Any] | None:
    try:
        row: Row[Any] | None = (await connection.execute(statement, parameters)).one_or_none()
    except IntegrityError as error:
        if constraint_of(error) != _KEY_CONSTRAINT:
            raise
        return None
    return row


async def _recall(connection: AsyncConnection, caller: Caller, keyed: Keyed) -> str | None:
    used = select(keys).where(keys.c.caller == caller.name, keys.c.key == keyed.key)
    row = (await connection.execute(used)).one_or_none()
    return None if row is None else recalled(cast("IdempotencyKeyRow", row), keyed)
