"""Processes that hold a handle on an embedded PostgreSQL, and a look at the server from outside."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import LiteralString

import psycopg

HOLDER = """
import sys
from pathlib import Path
from typing import LiteralString
from service.storage.embedded import EmbeddedPostgres
with EmbeddedPostgres.start(Path(sys.argv[1]), durable=False) as postgres:
    print(postgres.url, flush=True)
    sys.stdin.read()
"""


@contextmanager
def another_process(
    folder: Path, *, words: tuple[str, ...] = (), path: str = os.environ["PATH"]
) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A process that holds a handle until its standard input closes, and the url it got, or what it said instead."""
    process = subprocess.Popen(
        [*words, sys.executable, "-c", HOLDER, folder],
        env={**os.environ, "PATH": path, "PYTHONDONTWRITEBYTECODE": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    with process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            said = process.stdout.readline().strip()
            yield process, said if said.startswith("postgresql:") else said + process.stdout.read()
        finally:
            process.stdin.close()


def answer(url: str, question: LiteralString = "SELECT pg_postmaster_start_time()::text") -> object:
    """The one value asked for: by default when the server began, which tells one server from the next."""
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute(question).fetchone()
    return row and row[0]


def execute(url: str, *statements: LiteralString) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


def is_gone(url: str) -> bool:
    try:
        answer(url)
    except psycopg.OperationalError:
        return True
    return False
