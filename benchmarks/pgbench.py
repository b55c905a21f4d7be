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

from benchmarks.measuring import percentile
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
    p50_ms: float
    p95_ms: float
    p99_ms: float


def pace(url: str, sql: str, *, seconds: float, clients: int = CLIENTS) -> Pace:
    """Of one statement, prepared, again and again, in a session as the service's are. It may name `:n`.

    Raises AssertionError when it failed once.
    """
    with tempfile.TemporaryDirectory() as folder:
        script, log = Path(folder) / "script.sql", Path(folder) / "log"
        script.write_text(f"{_START}{sql};\n")
        numbers = ["-D", "i=-1", "-D", f"clients={clients}"]
        how = ["--no-vacuum", "-M", "prepared", "-c", str(clients), "-T", str(max(1, round(seconds)))]
        told = ["--log", f"--log-prefix={log}"]
        command: list[str | Path] = [binary("pgbench"), *how, *told, *numbers, "-f", script, url]
        options = " ".join(f"-c {name}={setting}" for name, setting in DIRECT_SESSION.items())
        said = subprocess.run(
            command, env=os.environ | {"PGOPTIONS": options}, capture_output=True, text=True, check=False
        )
        taken_ms = [each for part in Path(folder).glob("log.*") for each in _taken_ms(part)]
    rate = re.search(r"^tps = ([\d.]+)", said.stdout, re.MULTILINE)
    if said.returncode != 0 or not rate or not taken_ms:
        raise AssertionError(f"pgbench broke off: {said.stderr[-2000:]}")
    p50, p95, p99 = (percentile(taken_ms, share) for share in (0.5, 0.95, 0.99))
    return Pace(transactions=len(taken_ms), per_second=float(rate[1]), p50_ms=p50, p95_ms=p95, p99_ms=p99)


def _taken_ms(log: Path) -> Iterator[float]:
    """Of each transaction, as pgbench logs it: the third column, in microseconds."""
    return (int(line.split()[2]) / 1000 for line in log.read_text().splitlines())
