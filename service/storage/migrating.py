"""The schema, brought from any version to any other: Alembic, run from code."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from psycopg.errors import LockNotAvailable
from sqlalchemy import Connection, NullPool, create_engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.schema import SchemaItem

MIGRATIONS = Path(__file__).parents[2] / "migrations"
_ONE_AT_A_TIME = 7_305_112_026


def include_object(
    item: SchemaItem, _name: str | None, _kind: str, _reflected: bool, _other: SchemaItem | None
) -> bool:
    """What autogenerate looks at: not the queue's schema, which belongs to its library."""
    return getattr(item, "schema", None) != "jobs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How often a migration tries to get its locks, and how long it lets everybody else wait behind it each time."""

    lock_seconds: float = 2
    attempts: int = 5
    pause_seconds: float = 1


@lru_cache(maxsize=1)
def _known() -> tuple[str | None, frozenset[str]]:
    """The newest revision of this code, and all of them."""
    script = ScriptDirectory.from_config(_config())
    return script.get_current_head(), frozenset(revision.revision for revision in script.walk_revisions())


def serves_schema(revision: str | None) -> bool:
    """Whether this code can work with a schema of that revision: its own, or a newer one, which only adds to it."""
    newest, known = _known()
    return revision is not None and (revision == newest or revision not in known)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


@contextmanager
def _configured(url: str, *, lock_seconds: float = 0) -> Iterator[Config]:
    """An Alembic configuration on one connection; several processes that start at once migrate one after the other.

    Of their turn they are sure, however long it takes. Other locks are waited for `lock_seconds` at most (0: for ever).
    """
    config = _config()
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1), poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ONE_AT_A_TIME})
        connection.execute(text(f"SET LOCAL lock_timeout = {round(lock_seconds * 1000)}"))
        config.attributes["connection"] = connection
        yield config


def upgrade(url: str, revision: str = "head", *, patience: Patience | None = None) -> None:
    """All migrations up to the revision happen, or none. A schema newer than this code is left as it is.

    Raises sqlalchemy.exc.OperationalError when a table stays locked by somebody else.
    """
    patience = patience or Patience()
    for attempt in range(1, patience.attempts + 1):
        try:
            with _configured(url, lock_seconds=patience.lock_seconds) as config:
                if not _is_newer(config.attributes["connection"]):
                    command.upgrade(config, revision)
            return
        except OperationalError as error:
            if attempt == patience.attempts or not isinstance(error.orig, LockNotAvailable):
                raise
        time.sleep(patience.pause_seconds)


def _is_newer(connection: Connection) -> bool:
    present = MigrationContext.configure(connection).get_current_revision()
    return present is not None and present not in _known()[1]


def downgrade(url: str, revision: str = "base") -> None:
    with _configured(url) as config:
        command.downgrade(config, revision)


def check(url: str) -> None:
    """Raises alembic.util.CommandError when the tables in code and the migrated schema differ."""
    with _configured(url) as config:
        command.check(config)


def new_revision(url: str, message: str) -> None:
    """Write a migration of what the tables in code have that the schema lacks."""
    with _configured(url) as config:
        command.revision(config, message=message, autogenerate=True)
