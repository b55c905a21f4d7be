"""The short way to PostgreSQL: the driver alone, for statements that commit by themselves."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from typing import Any

import asyncpg
from pydantic_core import from_json

from service.storage.refusals import meaning_of, out_of_reach

_FAREWELL_SECONDS = 2
_ANY = 0
"""Statements are prepared once however long they are; by default what is longer than 15 kB is planned each time."""


class Direct:
    """Connections that run one statement at a time and keep no state, so nothing is reset in between.

    They are opened when needed, `size` at most, and the last used is used first. Nobody waits for a connection, nor
    then for an answer, for longer than `patience_seconds`.
    """

    def __init__(self, url: str, *, size: int, settings: Mapping[str, str], patience_seconds: float) -> None:
        self._url = url
        self._settings = dict(settings)
        self._patience_seconds = patience_seconds
        self._places = asyncio.Semaphore(size)
        self._idle: list[asyncpg.Connection] = []
        self._ending: set[asyncio.Task[None]] = set()

    async def fetch(self, statement: str, arguments: Sequence[object]) -> list[Any]:
        """One round trip. Raises the domain's word for what the database refuses.

        Raises Unavailable when it does not answer in time; whether a statement that writes was done then is open.
        """
        until = asyncio.get_running_loop().time() + self._patience_seconds
        await self._place(until)
        try:
            return await self._fetched(statement, arguments, await self._connection(until))
        finally:
            self._places.release()

    async def close(self) -> None:
        while self._idle:
            await self._idle.pop().close()
        await asyncio.gather(*self._ending)

    async def _fetched(self, statement: str, arguments: Sequence[object], connection: asyncpg.Connection) -> list[Any]:
        try:
            rows = await connection.fetch(statement, *arguments)
        except asyncpg.PostgresError as error:
            self._idle.append(connection)
            raise meaning_of(error) or error from error
        except TimeoutError as error:
            self._give_up(connection)
            raise out_of_reach() from error
        except BaseException as error:
            lost = connection.is_closed() or isinstance(error, OSError)
            connection.terminate()
            if lost and isinstance(error, Exception):
                raise out_of_reach() from error
            raise
        self._idle.append(connection)
        return rows

    async def _place(self, until: float) -> None:
        """Among those that may use a connection; a clock is set for those alone that have to wait."""
        if not self._places.locked():
            await self._places.acquire()
            return
        try:
            async with asyncio.timeout_at(until):
                await self._places.acquire()
        except TimeoutError as error:
            raise out_of_reach() from error

    async def _connection(self, until: float) -> asyncpg.Connection:
        while self._idle:
            connection = self._idle.pop()
            if not connection.is_closed():
                return connection
        try:
            async with asyncio.timeout_at(until):
                return await self._opened()
        except asyncpg.PostgresError as error:
            raise meaning_of(error) or error from error
        except (OSError, TimeoutError) as error:
            raise out_of_reach() from error

    async def _opened(self) -> asyncpg.Connection:
        opened = await asyncpg.connect(
            self._url,
            server_settings=self._settings,
            command_timeout=self._patience_seconds,
            max_cacheable_statement_size=_ANY,
        )
        try:
            await opened.set_type_codec("jsonb", schema="pg_catalog", encoder=json.dumps, decoder=from_json)
        except BaseException:
            opened.terminate()
            raise
        return opened

    def _give_up(self, connection: asyncpg.Connection) -> None:
        """The database or the way to it hangs, so those that are idle are in doubt as well: nobody uses them again."""
        for each in (connection, *self._idle):
            task = asyncio.create_task(_end(each))
            self._ending.add(task)
            task.add_done_callback(self._ending.discard)
        self._idle.clear()


async def _end(connection: asyncpg.Connection) -> None:
    """In order, so that the server is told to stop what it does; at once when that fails too."""
    try:
        await connection.close(timeout=_FAREWELL_SECONDS)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
        connection.terminate()
