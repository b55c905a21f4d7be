"""The way back from a back-up: the whole database as it was, or nothing."""

import shutil
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path

import psycopg
from psycopg import sql

from service.storage.backup import SIGN, Contents, contents_of, major_of, tables_of
from service.storage.postgres_tools import (
    PLAIN,
    BackupRefused,
    Tools,
    connection_words,
    environment,
    refusal,
    tools_for,
)

_EMPTY = """
BEGIN;
SET LOCAL lock_timeout = '10s';
DROP SCHEMA IF EXISTS jobs CASCADE;
DROP SCHEMA IF EXISTS public CASCADE;
CREATE SCHEMA public;
"""
_QUIETLY = ("--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1")
_OTHERS = """
    SELECT count(*) FROM pg_catalog.pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""


def restore(url: str, file: Path, *, overwrite: bool = False) -> Contents:
    """The database as it was backed up; jobs that ran then are run again by the first worker that starts.

    Raises BackupRefused: nothing of ours in it, versions that do not fit, somebody else connected, rows there and not
    `overwrite`, a fault in the middle. The database is then as it was before.
    """
    contents = contents_of(file)
    if SIGN not in contents.tables:
        raise BackupRefused("This back-up holds nothing of tourderole: the database is left as it is.")
    with psycopg.connect(url) as connection:
        server = major_of(connection)
        tools = tools_for(server)
        _refuse_newer(contents, tools, server)
        _refuse_company(connection)
        if not overwrite:
            _refuse_rows(connection)
    _replay(tools, file, url)
    return contents


def _refuse_newer(contents: Contents, tools: Tools, server: int) -> None:
    if contents.by_tools > tools.major:
        raise BackupRefused(
            f"The back-up is of PostgreSQL {contents.of_server}, written by pg_dump {contents.by_tools}; this server is"
            f" PostgreSQL {server}, which may not understand it: restore into {contents.of_server} or newer."
        )


def _refuse_company(connection: psycopg.Connection) -> None:
    [others] = connection.execute(_OTHERS).fetchone() or (0,)
    if others:
        raise BackupRefused(f"{others} other sessions use the database: stop every server and worker first.")


def _refuse_rows(connection: psycopg.Connection) -> None:
    for name in sorted(tables_of(connection) - {SIGN}):
        look = sql.SQL("SELECT FROM {} LIMIT 1").format(sql.Identifier(*name.split(".")))
        if connection.execute(look).rowcount:
            raise BackupRefused(f"The database is not empty ({name} has rows): --overwrite replaces all that is there.")


def _replay(tools: Tools, file: Path, url: str) -> None:
    """In one transaction, committed only once the whole back-up was read and accepted."""
    database, env = connection_words(url)
    read: list[str | Path] = [tools.program("pg_restore"), *PLAIN, "--file=-", file]
    write: list[str | Path] = [tools.program("psql"), *_QUIETLY, "--dbname", database]
    with tempfile.TemporaryFile() as fault, tempfile.TemporaryFile() as told:
        reading = subprocess.Popen(read, stdout=subprocess.PIPE, stderr=fault, env=environment())
        writing = subprocess.Popen(write, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=told, env=env)
        with reading, writing:
            whole = _poured(reading, writing)
            if not whole:
                writing.kill()  # an open transaction is undone
        for name, process, said in (("pg_restore", reading, fault), ("psql", writing, told)):
            if process.returncode != 0:
                said.seek(0)
                raise refusal(name, said.read().decode(errors="replace"))


def _poured(reading: "subprocess.Popen[bytes]", writing: "subprocess.Popen[bytes]") -> bool:
    """Whether all of it went through and the transaction was told to commit."""
    if reading.stdout is None or writing.stdin is None:
        raise AssertionError("both were asked for")
    with suppress(BrokenPipeError):  # psql has stopped at an error, which it tells
        writing.stdin.write(_EMPTY.encode())
        shutil.copyfileobj(reading.stdout, writing.stdin)
        if reading.wait() != 0:
            return False
        writing.stdin.write(b"COMMIT;\n")
        writing.stdin.close()
        return True
    return False
