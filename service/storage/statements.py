"""Statements that regulators wait for: written in Core, put into the driver's words once, and sent as they are."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Select
from sqlalchemy.dialects.postgresql.asyncpg import dialect
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from service.storage.direct import Direct

Row = Mapping[str, Any]
"""Of an answer, by the names of its columns."""
Connected = AsyncConnection | AsyncSession
"""Who sends statements made for the occasion."""
Way = Direct | Connected
"""How a `Statement` goes: by the driver alone, or as a part of a transaction."""

_DRIVER = dialect()  # type: ignore[no-untyped-call]


class Statement:
    """One that is always the same but for its parameters (`storage.parameters`)."""

    def __init__(self, core: Select[Any]) -> None:
        compiled = core.compile(dialect=_DRIVER)
        self.core = core
        self.text = str(compiled)
        self._names = tuple(compiled.positiontup or ())
        given = {bound.key for bound in compiled.binds.values() if bound.required}
        self._constants = {name: value for name, value in compiled.params.items() if name not in given}

    def arguments(self, values: Mapping[str, Any]) -> list[Any]:
        """In the order of `$1`, `$2` … Raises KeyError when a parameter has no value."""
        known = {**self._constants, **values}
        return [known[name] for name in self._names]

    async def rows(self, way: Way, values: Mapping[str, Any]) -> Sequence[Row]:
        if isinstance(way, Direct):
            return await way.fetch(self.text, self.arguments(values))
        found: Sequence[Row] = (await way.execute(self.core, dict(values))).mappings().all()
        return found

    async def row(self, way: Way, values: Mapping[str, Any]) -> Row | None:
        """The only one, if there is one."""
        found = await self.rows(way, values)
        return found[0] if found else None
