"""Back-ups of the whole database: one instant of it, in one private file."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from service.storage.postgres_tools import PLAIN, BackupRefused, connection_words, run, tools_at_hand, tools_for

SIGN = "public.alembic_version"
"""The table that every database of ours has, and that says how far its schema is."""
_LOCK_WAIT = "30s"
_TABLES = """
    SELECT schemaname || '.' || tablename FROM pg_catalog.pg_tables WHERE schemaname IN ('public', 'jobs')
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What a back-up says of itself. `tables`: those whose rows it holds, as `schema.table`."""

    tables: frozenset[str]
    of_server: int
    by_tools: int


def back_up(url: str, file: Path) -> Contents:
    """The database as it is at one instant, whatever is written meanwhile; the file is its owner's alone.

    It is listed again before it gets its name, and must hold every table. Raises BackupRefused, where there is nothing
    of ours too, and OSError when the file exists or cannot be written.
    """
    with psycopg.connect(url) as connection:
        tools = tools_for(major_of(connection))
        expected = tables_of(connection)
    if SIGN not in expected:
        raise BackupRefused("This database holds nothing of tourderole: do TOURDEROLE_DATA or its URL name another?")
    database, env = connection_words(url)
    with _draft(file) as draft:
        words = ("--format=custom", f"--lock-wait-timeout={_LOCK_WAIT}", *PLAIN, "--file", draft, "--dbname", database)
        run([tools.program("pg_dump"), *words], env=env)
        contents = contents_of(draft)
        if missing := expected - contents.tables:
            raise BackupRefused(f"The back-up lacks {', '.join(sorted(missing))}: was the schema changed meanwhile?")
    return contents


def contents_of(file: Path) -> Contents:
    """Raises BackupRefused when the file is no back-up."""
    *_, newest = tools_at_hand()
    said = run([newest.program("pg_restore"), "--list", file])
    of_server, by_tools = (
        int(found[1]) if (found := re.search(rf"^;\s+Dumped {words}: (\d+)", said, re.MULTILINE)) else 0
        for words in ("from database version", "by pg_dump version")
    )
    tables = re.findall(r"^\d+; \d+ \d+ TABLE DATA (\S+) (\S+) ", said, re.MULTILINE)
    return Contents(
        tables=frozenset(f"{schema}.{table}" for schema, table in tables), of_server=of_server, by_tools=by_tools
    )


def tables_of(connection: psycopg.Connection) -> frozenset[str]:
    return frozenset(name for (name,) in connection.execute(_TABLES))


def major_of(connection: psycopg.Connection) -> int:
    return connection.info.server_version // 10_000


@contextmanager
def _draft(file: Path) -> Iterator[Path]:
    """The file under another name until it is whole and on the disk."""
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        yield draft
        with draft.open("rb") as written:
            os.fsync(written.fileno())
        os.link(draft, file)
    finally:
        draft.unlink()
