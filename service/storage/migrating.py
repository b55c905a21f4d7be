"""The schema, brought from any version to any other: Alembic, run from code."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import NullPool, create_engine, text
from sqlalchemy.schema import SchemaItem

MIGRATIONS = Path(__file__).parents[2] / "migrations"
_ONE_AT_A_TIME = 7_305_112_026


def include_object(
    item: SchemaItem, _name: str | None, _kind: str, _reflected: bool, _other: SchemaItem | None
) -> bool:
    """What autogenerate looks at: not the queue's schema, which belongs to its library."""
    return getattr(item, "schema", None) != "jobs"


@contextmanager
def _configured(url: str) -> Iterator[Config]:
    """An Alembic configuration on one connection; several processes that start at once migrate one after the other."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1), poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ONE_AT_A_TIME})
        config.attributes["connection"] = connection
        yield config


def upgrade(url: str, revision: str = "head") -> None:
    """All migrations up to the revision happen, or none."""
    with _configured(url) as config:
        command.upgrade(config, revision)


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
