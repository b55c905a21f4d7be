"""What every command that needs the service opens first: the database, migrated, and the administrator's token."""

import os
import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import typer
from psycopg.errors import LockNotAvailable
from sqlalchemy.exc import OperationalError

from service.cli.keeping_up import kept_up
from service.settings import Settings
from service.storage.embedded import DEFAULT_CONNECTIONS, EmbeddedPostgres
from service.storage.embedded_run_as import DatabaseUnavailable
from service.storage.migrating import upgrade

TOKEN_BYTES = 32
SERVER_CONNECTIONS, WORKER_CONNECTIONS = 23, 30
"""What one process opens at most. A server: 15, 4 on the short way, and 4 more while those are given up. A worker: 15,
6 of its queues, a lock for each solve and for each of the 8 receivers that it delivers to."""
_SPARE_CONNECTIONS = 47
"""For one more worker, and commands. With one server and its worker that makes PostgreSQL's usual hundred."""


@contextmanager
def reached_database(
    settings: Settings, *, stays: bool = False, connections: int = DEFAULT_CONNECTIONS
) -> Iterator[str]:
    """The URL of the database as it is, while the block runs: the settings', or the service's own.

    `stays`: should its own die meanwhile, it is started again. `connections`: how many its own must allow.
    """
    with ExitStack() as stack:
        url = settings.database_url
        if url is None:
            postgres = stack.enter_context(_own_postgres(settings, connections))
            url = postgres.url
            if stays:
                stack.enter_context(kept_up(postgres))
        yield url


def _own_postgres(settings: Settings, connections: int) -> EmbeddedPostgres:
    try:
        return EmbeddedPostgres.start(settings.data / "postgres", connections=connections)
    except DatabaseUnavailable as error:
        raise stopped(str(error)) from error


def connections_to_serve(settings: Settings) -> int:
    """How many its own PostgreSQL must allow for `serve` with these settings."""
    servers, solves = settings.server_workers, settings.worker_concurrency
    return servers * SERVER_CONNECTIONS + WORKER_CONNECTIONS + (solves - 1) + _SPARE_CONNECTIONS


@contextmanager
def prepared_database(
    settings: Settings, *, stays: bool = False, connections: int = DEFAULT_CONNECTIONS
) -> Iterator[str]:
    """The URL of a migrated database while the block runs; `stays` and `connections` as above."""
    with reached_database(settings, stays=stays, connections=connections) as url:
        try:
            upgrade(url)
        except OperationalError as error:
            if isinstance(error.orig, LockNotAvailable):
                raise stopped("A long transaction holds a table that the migration needs: try again later.") from error
            raise stopped(f"The database of TOURDEROLE_DATABASE_URL does not answer: {error.orig}") from error
        yield url


def admin_token(settings: Settings) -> str:
    """The token that guards `/v1`: the settings', else the one made at first start and kept in the data folder."""
    if settings.admin_token is not None:
        return settings.admin_token.get_secret_value()
    path = settings.data / "admin-token"
    if not path.exists():
        _write_secret(path, secrets.token_urlsafe(TOKEN_BYTES))
    return path.read_text().strip()


def _write_secret(path: Path, secret: str) -> None:
    """Whole or not at all, readable by its owner alone; the first of several processes wins."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(secret)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def stopped(message: str, *, status: int = 1) -> typer.Exit:
    """End the command with a message for a person and a status for a script."""
    typer.echo(message, err=True)
    return typer.Exit(status)
