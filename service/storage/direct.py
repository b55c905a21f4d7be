"""The short way to PostgreSQL: the driver alone, for statements that commit by themselves."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from typing import Any

import asyncpg
from pydantic_core import from_json

from service.storage.refusals import meaning_of, out_of_reach


class Direct:
    """Connections that run one statement at a time and keep no state, so nothing is reset in between.

    They are opened when needed, `size` at most, and the last used is used first.
    """

    def __init__(self, url: str, *, size: int, settings: Mapping[str, str]) -> None:
        self._url = url
        self._settings = dict(settings)
        self._places = asyncio.Semaphore(size)
        self._idle: list[asyncpg.Connection] = []

    async def fetch(self, statement: str, arguments: Sequence[object]) -> list[Any]:
        """One round trip. Raises the domain's word for what the database refuses."""
        async with self._places:
            connection = await self._connection()
            try:
                rows = await connection.fetch(statement, *arguments)
            except asyncpg.PostgresError as error:
                self._idle.append(connection)
                raise meaning_of(error) or error from error
            except BaseException as error:
                lost = connection.is_closed() or isinstance(error, OSError)
                connection.terminate()
                if lost and isinstance(error, Exception):
                    raise out_of_reach() from error
                raise
            self._idle.append(connection)
            return rows

    async def close(self) -> None:
        while self._idle:
            await self._idle.pop().close()

    async def _connection(self) -> asyncpg.Connection:
        while self._idle:
            connection = self._idle.pop()
            if not connection.is_closed():
                return connection
        try:
            opened = await asyncpg.connect(self._url, server_settings=self._settings)
        except asyncpg.PostgresError as error:
            raise meaning_of(error) or error from error
        except (OSError, TimeoutError) as error:
            raise out_of_reach() from error
        await opened.set_type_codec("jsonb", schema="pg_catalog", encoder=json.dumps, decoder=from_json)
        return opened
