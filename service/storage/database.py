"""The one door to PostgreSQL: transactions, single statements, and the short way for those that are waited for."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Self

from sqlalchemy import event, text
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, create_async_engine

from service.storage.crowd import Crowd
from service.storage.direct import Direct
from service.storage.refusals import meaning_of, out_of_reach
from service.storage.together import Together

_NOTICE_A_LOST_PEER = {"tcp_keepalives_idle": "30", "tcp_keepalives_interval": "10", "tcp_keepalives_count": "3"}
"""What a machine that vanished had locked is free again within a minute, not two hours."""
_SESSION = {
    "search_path": "public,jobs",
    "timezone": "UTC",
    "jit": "off",
    "plan_cache_mode": "force_generic_plan",
    **_NOTICE_A_LOST_PEER,
}
"""Statements are short and prepared once a connection: neither compiling nor planning them anew pays."""
DIRECT_SESSION = {**_SESSION, "enable_bitmapscan": "off", "enable_sort": "off"}
"""Those that regulators wait for walk along an index in its order, and stop as soon as they have found enough."""

DIRECT_PATIENCE_SECONDS = 5
"""For a connection, and on the short way as long again for the answer: who waits has a patient on the line."""
PATIENCE_SECONDS = 30
"""For the answer to any other statement, once there is a connection: that may take three times as long as above."""


def asyncpg_url(url: str) -> str:
    """The URL in SQLAlchemy's spelling; a plain `postgresql://` one is what people write."""
    return url.replace("postgresql://", "postgresql+asyncpg://", 1).replace("postgres://", "postgresql+asyncpg://", 1)


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        meaning = meaning_of(error)
        if meaning is None:
            raise
        raise meaning from error
    except (OSError, TimeoutError, NoConnectionFree) as error:
        raise out_of_reach() from error


def _distrust(context: ExceptionContext) -> None:
    """What did not answer in time is used no more: nothing is rolled back there, nor on those that are idle."""
    if isinstance(context.original_exception, TimeoutError):
        context.is_disconnect = True


def _engine(url: str, size: int, connecting_seconds: float, patience_seconds: float | None) -> AsyncEngine:
    engine = create_async_engine(
        asyncpg_url(url),
        pool_size=size,
        max_overflow=0,
        pool_timeout=2 * connecting_seconds,
        hide_parameters=True,
        connect_args={
            "server_settings": _SESSION,
            "timeout": connecting_seconds,
            "command_timeout": patience_seconds,
        },
    )
    event.listen(engine.sync_engine, "handle_error", _distrust)
    return engine


class Database:
    """Pools of connections. Times are UTC; connections see the `jobs` schema after `public`; no error shows values.

    `direct`: for a `Statement`, which is one round trip and commits by itself. `together`: for what many want to read,
    `named`, `needed`: for what many want to have, places of their own or the best for the same need; `…_at_once`: how
    many statements that book then, before the next wait and go together.
    More than a few direct connections a process answer nothing sooner: on the cores there are they take turns, and in a
    rush for the last places they are in each other's way. `patience_seconds`: how long an answer is waited for, None
    without end; then, or when no connection is to be had, the database is Unavailable.
    """

    def __init__(
        self,
        url: str,
        *,
        pool_size: int = 15,
        direct_size: int = 4,
        named_at_once: int = 2,
        needed_at_once: int = 1,
        patience_seconds: float | None = PATIENCE_SECONDS,
        direct_patience_seconds: float = DIRECT_PATIENCE_SECONDS,
    ) -> None:
        self.url = url
        self.together = Together()
        self.named = Crowd(most=named_at_once, patience_seconds=direct_patience_seconds)
        self.needed = Crowd(most=needed_at_once, patience_seconds=direct_patience_seconds)
        self.direct = Direct(url, size=direct_size, settings=DIRECT_SESSION, patience_seconds=direct_patience_seconds)
        self._engine = _engine(url, pool_size, direct_patience_seconds, patience_seconds)
        self._single = self._engine.execution_options(isolation_level="AUTOCOMMIT")

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        await self.direct.close()
        await self._engine.dispose()

    @property
    def engine(self) -> AsyncEngine:
        return self._engine

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """Everything inside happens, or nothing. Raises the domain's word for what the database refuses."""
        with _translated():
            async with AsyncSession(self._engine, expire_on_commit=False) as session, session.begin():
                yield session

    @asynccontextmanager
    async def statement(self) -> AsyncIterator[AsyncConnection]:
        """A connection that commits each statement by itself."""
        with _translated():
            async with self._single.connect() as connection:
                yield connection

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[AsyncConnection]:
        """A connection that sees one instant of the database, whoever writes meanwhile, and can write nothing."""
        reading = self._engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        with _translated():
            async with reading.connect() as connection, connection.begin():
                yield connection

    async def ping(self) -> None:
        """Raises Unavailable when the database does not answer."""
        async with self.statement() as connection:
            await connection.execute(text("SELECT 1"))
