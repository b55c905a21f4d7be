"""PostgreSQL's own programs for back-ups: which of those at hand fit a server, and how they are run."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from service.storage.embedded_run_as import DatabaseUnavailable, binary_folders

PLAIN = ("--no-owner", "--no-privileges")
"""Roles are the server's business, not the service's."""
_NEEDED = ("pg_dump", "pg_restore", "psql")
_VERSION = re.compile(r"\(PostgreSQL\) (\d+)")
"""As in `pg_dump (PostgreSQL) 18.4`."""


class BackupRefused(Exception):
    """Nothing was written and nothing changed; the message says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """The programs of one folder, all of the same major version."""

    folder: Path
    major: int

    def program(self, name: str) -> Path:
        return self.folder / name


def tools_at_hand() -> Sequence[Tools]:
    """The service's own, and those that PATH leads to; oldest first. Raises BackupRefused when there are none."""
    found = sorted(_at_hand(), key=lambda tools: tools.major)
    if not found:
        raise BackupRefused("No pg_dump, pg_restore and psql are at hand: put those of PostgreSQL in PATH.")
    return found


def tools_for(server_major: int) -> Tools:
    """The oldest that know the server: what newer ones write, an older server might not read. Raises BackupRefused."""
    at_hand = tools_at_hand()
    fitting = [tools for tools in at_hand if tools.major >= server_major]
    if not fitting:
        known = ", ".join(str(tools.major) for tools in at_hand)
        raise BackupRefused(
            f"The server is PostgreSQL {server_major}, the programs here are of {known}: put pg_dump, pg_restore, psql"
            f" of PostgreSQL {server_major} or newer in PATH."
        )
    return fitting[0]


def connection_words(url: str) -> tuple[str, Mapping[str, str]]:
    """What `--dbname` takes, and the environment: other users see a command's words, so the password is not in them."""
    facts = {name: str(fact) for name, fact in conninfo_to_dict(url).items() if fact is not None}
    secret = {"PGPASSWORD": facts.pop("password")} if "password" in facts else {}
    return make_conninfo("", **facts), environment() | secret


def environment() -> dict[str, str]:
    """Messages in English, as they are read."""
    return {**os.environ, "LC_ALL": "C"}


def run(command: Sequence[str | Path], *, env: Mapping[str, str] | None = None) -> str:
    """What the program says on its standard output. Raises BackupRefused with what it says against it."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=env or environment())
    if done.returncode != 0:
        raise refusal(Path(command[0]).name, done.stderr)
    return done.stdout


def refusal(program: str, said: str) -> BackupRefused:
    return BackupRefused(f"{program} failed:\n{said.strip()[-2000:]}")


def _at_hand() -> Iterator[Tools]:
    on_path = shutil.which("pg_dump")
    for folder in [*_own(), *([Path(on_path).parent] if on_path else [])]:
        if all((folder / name).exists() for name in _NEEDED):
            found = _VERSION.search(run([folder / "pg_dump", "--version"]))
            if found:
                yield Tools(folder=folder, major=int(found[1]))


def _own() -> Sequence[Path]:
    try:
        return binary_folders()
    except DatabaseUnavailable:
        return ()
