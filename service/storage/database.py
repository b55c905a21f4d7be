"""The one door to PostgreSQL: transactions, single statements, and what its refusals mean."""

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from typing import Self

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, create_async_engine

from service.domain.errors import (
    AlreadyThere,
    AlreadyWaiting,
    Conflict,
    RosterExists,
    SeatBooked,
    SlotBegun,
    SlotTaken,
    StillReferred,
    TourderoleError,
    Unavailable,
)

REFUSALS: Mapping[str, type[Conflict]] = {
    "rosters_one_per_week": RosterExists,
    "bookings_one_live_per_slot": SlotTaken,
    "bookings_on_an_offered_slot": SeatBooked,
    "wait_list_one_per_case": AlreadyWaiting,
    "bookings_before_it_begins": SlotBegun,
}
"""What a violated constraint means to a caller, by the constraint's name."""

_FOREIGN_KEY, _UNIQUE = "23503", "23505"
_OUT_OF_REACH = ("08", "57P", "53", "40")
"""Classes of SQLSTATE that pass: no connection, shutting down, out of resources, rolled back in favour of another."""
_SESSION = {"search_path": "public,jobs", "timezone": "UTC", "jit": "off", "plan_cache_mode": "force_generic_plan"}
"""Statements are short and prepared once a connection: neither compiling nor planning them anew pays."""


def constraint_of(error: DBAPIError) -> str | None:
    """The name of the constraint that the database says was violated."""
    return getattr(error.orig.__cause__ if error.orig else None, "constraint_name", None)


def meaning_of(error: DBAPIError) -> TourderoleError | None:
    """The domain's word for a refusal of the database; None when it is a fault of ours."""
    sqlstate = str(getattr(error.orig, "sqlstate", "") or "")
    constraint = constraint_of(error)
    if error.connection_invalidated or sqlstate.startswith(_OUT_OF_REACH):
        return Unavailable("the database is out of reach", dependency="database")
    if not isinstance(error, IntegrityError):
        return None
    refusal = REFUSALS.get(constraint or "")
    if refusal is not None:
        return refusal()
    if sqlstate == _FOREIGN_KEY:
        return StillReferred(constraint=constraint)
    return AlreadyThere(constraint=constraint) if sqlstate == _UNIQUE else None


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
    except (OSError, TimeoutError) as error:
        raise Unavailable("the database is out of reach", dependency="database") from error


class Database:
    """A pool of connections. Times are UTC; connections see the `jobs` schema after `public`; no error shows values."""

    def __init__(self, url: str, *, pool_size: int = 15) -> None:
        self.url = url
        self._engine = create_async_engine(
            asyncpg_url(url),
            pool_size=pool_size,
            max_overflow=0,
            hide_parameters=True,
            connect_args={"server_settings": _SESSION},
        )
        self._single = self._engine.execution_options(isolation_level="AUTOCOMMIT")

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
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
        """A connection that commits each statement by itself: for the hot paths, one round trip each."""
        with _translated():
            async with self._single.connect() as connection:
                yield connection

    async def ping(self) -> None:
        """Raises Unavailable when the database does not answer."""
        async with self.statement() as connection:
            await connection.execute(text("SELECT 1"))
