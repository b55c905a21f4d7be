"""The service's own PostgreSQL: started in a folder, shared by every process that asks, stopped by the last."""

import fcntl
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import psycopg
from psycopg import sql

from service.storage.embedded_cluster import PATIENCE_SECONDS, Cluster, private_file, wait_until
from service.storage.embedded_run_as import DatabaseUnavailable

__all__ = ["DatabaseUnavailable", "EmbeddedPostgres"]

DEFAULT_CONNECTIONS = 100
_TOO_FEW = (
    "The PostgreSQL that runs in {folder} allows {allowed} connections, and {asked} may be needed here. Stop who uses"
    " it and start this first, ask for fewer processes, or name a server of your own in TOURDEROLE_DATABASE_URL."
)


class EmbeddedPostgres:
    """A handle on the server of one folder; any number of processes may hold one on the same folder.

    The first to `start` runs the server; the others join it. `stop` gives a handle back, and the last one given back
    stops the server, whoever started it. The tie: a server started with `tied` shuts down when the thread that
    started it ends, even by SIGKILL, so start it from the main thread (it needs `setpriv`, of util-linux; without it
    there is no tie). A guest then sees its connections cut and new ones refused; the next `start` in the folder, or
    `start_again` of whoever still holds a handle, runs the server again at the same `url`. Processes that must outlive
    each other want a server of their own: TOURDEROLE_DATABASE_URL.
    """

    url: str
    """Of the database `tourderole`: `postgresql://…` without a driver, for libpq, asyncpg and SQLAlchemy."""

    def __init__(self, folder: Path, *, tied: bool, durable: bool, connections: int) -> None:
        """Not for callers: `start` makes a handle that works."""
        self._folder = folder
        self._tied, self._durable, self._connections = tied, durable, connections
        self._cluster = Cluster(folder=folder)
        self._users = private_file(folder / "users")

    @classmethod
    def start(
        cls, folder: Path, *, tied: bool = True, durable: bool = True, connections: int = DEFAULT_CONNECTIONS
    ) -> Self:
        """Join the running server of this folder, or start it: two seconds the first time, then one. It blocks.

        The folder is for this alone, and made (0700) when missing. A server that is not `durable`, as tests like it,
        may lose everything in a power cut. `connections`: how many it must allow, to all who use it together. Raises
        DatabaseUnavailable, also when one runs already that allows fewer.
        """
        folder = folder.expanduser().absolute()
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle = cls(folder, tied=tied, durable=durable, connections=connections)
            with ExitStack() as undo:
                undo.callback(handle.stop)
                with handle._alone():
                    handle._join_or_run()
                    handle.url = handle.create_database("tourderole")
                undo.pop_all()
        except (OSError, psycopg.Error) as error:
            raise DatabaseUnavailable(f"No PostgreSQL in {folder}: {error}") from error
        return handle

    def create_database(self, name: str) -> str:
        """The url of the database of that name, created when there is none."""
        with psycopg.connect(self._cluster.url("postgres"), autocommit=True) as connection:
            if connection.execute("SELECT FROM pg_database WHERE datname = %s", [name]).fetchone() is None:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return self._cluster.url(name)

    def is_dead(self) -> bool:
        """Whether the server ended though this handle was not given back. A glance: it may be hung and not dead."""
        return not self._users.closed and self._cluster.is_dead()

    def start_again(self) -> bool:
        """Start the server when it has died, and tell whether one did so here; of several who hold it, one does.

        It blocks until what was committed is back: a second, minutes after much writing. Once tied, the server now is
        to the thread that calls. Raises DatabaseUnavailable.
        """
        try:
            with self._alone():
                if not self.is_dead():
                    return False
                connections = max(self._connections, self._cluster.connections())  # others may count on more
                self._cluster.run(tied=self._tied, durable=self._durable, connections=connections)
        except OSError as error:
            raise DatabaseUnavailable(f"No PostgreSQL in {self._folder}: {error}") from error
        return True

    def stop(self) -> None:
        """Give the handle back; harmless when it was."""
        if self._users.closed:
            return
        with self._alone(), self._users:
            if _take(self._users):
                self._cluster.shut_down()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _join_or_run(self) -> None:
        if _take(self._users):
            self._cluster.shut_down()  # what nobody uses has lost its owner: it is about to go, or tied to nobody
        fcntl.flock(self._users, fcntl.LOCK_SH)
        if not self._cluster.is_up():
            self._cluster.run(tied=self._tied, durable=self._durable, connections=self._connections)
        elif (allowed := self._cluster.connections()) < self._connections:
            raise DatabaseUnavailable(_TOO_FEW.format(folder=self._folder, allowed=allowed, asked=self._connections))

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Nobody else starts, joins or leaves the server meanwhile."""
        with private_file(self._folder / "lock") as lock:
            held = f"Another process has been starting or stopping PostgreSQL in {self._folder} for too long."
            wait_until(lambda: _take(lock), otherwise=held, seconds=2 * PATIENCE_SECONDS)
            yield


def _take(lock: IO[bytes]) -> bool:
    """Whether nobody else holds the lock; then we do, alone."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
