"""Creating in one statement, once for each idempotency key: hold and booking alike.

The key is written with what it stands for. When it was used before, its unique violation undoes the whole statement,
so that no place stays taken; only then is it looked up. (`ON CONFLICT DO NOTHING` would let the place be lost.)
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast
from uuid import UUID

from sqlalchemy import CTE, FromClause, Table, Text, insert, select
from sqlalchemy import cast as sql_cast
from sqlalchemy.sql.selectable import LateralFromClause

from service.domain.callers import Caller, Keyed
from service.domain.errors import AlreadyThere, TourderoleError, Unavailable
from service.storage.idempotency import recalled
from service.storage.parameters import BY_ITSELF, CALLER, KEY, Asked, given
from service.storage.statements import Row, Statement, Way
from service.storage.tables.bookings import IdempotencyKeyRow

Made = TypeVar("Made")

keys = cast("Table", IdempotencyKeyRow.__table__)
_KEY_CONSTRAINT = "idempotency_keys_pkey"
_ATTEMPTS = 50
_IS_SAME = (keys.c.caller == CALLER, keys.c.key == KEY)
_TOLD = (keys.c.operation.label("used_for"), keys.c.request.label("used_with"), keys.c.resource.label("used"))
_USED = Statement(select(*_TOLD).where(*_IS_SAME))


@dataclass(frozen=True, slots=True, kw_only=True)
class Creation(Generic[Made]):
    """`statement` gives the row of what it made, or none. Then `refuse` raises why, or lets it be tried again.

    `tells_key`: it always gives a row; one of nothing made (`id` null) has what the key stands for (`key_used`).
    """

    statement: Statement
    parameters: Mapping[str, Any]
    made: Callable[[Row], Made]
    found: Callable[[UUID], Awaitable[Made]]
    refuse: Callable[[Row | None], Awaitable[None]]
    tells_key: bool = False


def remembered(created: CTE, by: Asked = BY_ITSELF) -> CTE:
    """The key, if there is one, with the id of what was created; part of the creating statement.

    Of several the keys are written in their order: who writes the same at this instant never waits in a circle.
    """
    row = select(by.caller, by.key, by.operation, by.request, sql_cast(by.new_id, Text), by.now).select_from(created)
    in_order = row.where(by.key.is_not(None)).order_by(by.caller, by.key)
    return insert(keys).from_select(list(keys.c), in_order).cte("remembered")


def key_used(created: FromClause) -> LateralFromClause:
    """What the key stands for when nothing was created: joined to the row of the creation.

    As of the instant that the statement sees, so only for one that never waits for a rival.
    """
    return select(*_TOLD).where(created.c.id.is_(None), *_IS_SAME).correlate(created).lateral("key_used")


def of_key(caller: Caller, keyed: Keyed | None) -> dict[str, Any]:
    """The parameters of `remembered`, but for what is created."""
    if keyed is None:
        return given(caller=caller.name, key=None, operation=None, request=None)
    return given(caller=caller.name, key=keyed.key, operation=keyed.operation, request=keyed.request)


async def create_once(way: Way, creation: Creation[Made], *, caller: Caller, keyed: Keyed | None) -> Made:
    """One round trip when it succeeds. Raises IdempotencyKeyReused, and what the creation refuses with.

    The same request may be here twice at once: what refuses this one may be what its twin made, after the key was
    looked up. So it is looked up again before a refusal goes out.

    As a part of a transaction it takes no key: a key used before would end the transaction.
    """
    key = of_key(caller, keyed)
    values = {**creation.parameters, **key}
    for _ in range(_ATTEMPTS):
        row = await _attempt(way, creation.statement, values)
        if row is not None and row["id"] is not None:
            return creation.made(row)
        used = row if creation.tells_key and row is not None else await _USED.row(way, key) if keyed else None
        if keyed and used is not None and used["used"] is not None:
            return await creation.found(_recalled(used, keyed))
        try:
            await creation.refuse(row)
        except TourderoleError:
            twin = await _USED.row(way, key) if keyed and not creation.tells_key else None
            if keyed is None or twin is None:
                raise
            return await creation.found(_recalled(twin, keyed))
    raise Unavailable("the places asked for change hands too fast")


def _recalled(used: Row, keyed: Keyed) -> UUID:
    return UUID(recalled(used["used_for"], used["used_with"], used["used"], keyed))


async def _attempt(way: Way, statement: Statement, values: Mapping[str, Any]) -> Row | None:
    try:
        return await statement.row(way, values)
    except AlreadyThere as error:
        if error.facts["constraint"] != _KEY_CONSTRAINT:
            raise
        return None
