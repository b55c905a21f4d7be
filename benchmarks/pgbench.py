"""PostgreSQL alone: a statement that the service sends, caught as it is sent, and sent again by pgbench."""

import os
import re
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from service.storage.database import DIRECT_SESSION, Database
from service.storage.direct import Direct
from service.storage.embedded_run_as import binary

CLIENTS = 16
_START = "\\set i :i + 1\n\\set n :i * :clients + :client_id\n"
"""So `n` counts from 0 over all clients, and none gets a number of another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """As the driver gets it, with `$1`, `$2` … for the parameters."""

    text: str
    parameters: Sequence[Any]

    def with_words(self, word_of: Mapping[int, str]) -> str:
        """In full. `word_of`: SQL to stand for some parameters, by number; the others stand as they were."""
        return re.sub(r"\$(\d+)", lambda found: word_of.get(int(found[1])) or self._literal(int(found[1])), self.text)

    def numbers_of(self, value: object) -> list[int]:
        """The parameters that had this value."""
        return [number for number, given in enumerate(self.parameters, start=1) if str(given) == str(value)]

    def _literal(self, number: int) -> str:
        value = self.parameters[number - 1]
        if value is None:
            return "NULL"
        if isinstance(value, int | float):
            return str(value).lower()
        quoted = str(value).replace("'", "''")
        return f"'{quoted}'"


class _Overheard(Direct):
    """The short way to the database, and what was sent along it."""

    def __init__(self, way: Direct) -> None:
        self._way = way
        self.statements: list[Statement] = []

    async def fetch(self, statement: str, arguments: Sequence[object]) -> list[Any]:
        self.statements.append(Statement(text=statement, parameters=arguments))
        return await self._way.fetch(statement, arguments)


@contextmanager
def caught(database: Database) -> Iterator[list[Statement]]:
    """The statements that the service sends the short way meanwhile."""
    way = database.direct
    database.direct = overheard = _Overheard(way)
    try:
        yield overheard.statements
    finally:
        database.direct = way


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    transactions: int
    per_second: float


def pace(url: str, sql: str, *, seconds: float, clients: int = CLIENTS) -> Pace:
    """Of one statement, prepared, again and again, in a session as the service's are. It may name `:n`.

    Raises AssertionError when it failed once.
    """
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
        script.write(f"{_START}{sql};\n")
        script.flush()
        numbers = ["-D", "i=-1", "-D", f"clients={clients}"]
        how = ["--no-vacuum", "-M", "prepared", "-c", str(clients), "-T", str(max(1, round(seconds)))]
        command: list[str | Path] = [binary("pgbench"), *how, *numbers, "-f", script.name, url]
        options = " ".join(f"-c {name}={setting}" for name, setting in DIRECT_SESSION.items())
        said = subprocess.run(
            command, env=os.environ | {"PGOPTIONS": options}, capture_output=True, text=True, check=False
        )
    rate = re.search(r"^tps = ([\d.]+)", said.stdout, re.MULTILINE)
    done = re.search(r"^number of transactions actually processed: (\d+)", said.stdout, re.MULTILINE)
    if said.returncode != 0 or not rate or not done:
        raise AssertionError(f"pgbench broke off: {said.stderr[-2000:]}")
    return Pace(transactions=int(done[1]), per_second=float(rate[1]))
