"""One PostgreSQL cluster in a folder of its own: made, run, asked how it is, and shut down."""

import os
import re
import shutil
import signal
import stat
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import IO
from urllib.parse import quote

import psutil
from psycopg import pq
from psycopg.conninfo import make_conninfo

from service.storage.embedded_run_as import DatabaseUnavailable, RunAs, binary, run_as, tie_to_this_thread

PATIENCE_SECONDS = 30
_RECOVERY_SECONDS = 300  # after a power cut the server first replays up to a gigabyte of its journal
_PORT = 5432
_SOCKET_PATH_BYTES = 103  # the shorter of two limits: 107 on Linux, 103 on macOS
# Text is ordered by code point, the same on every machine, and still knows that É is the capital of é.
_LOCALE = ("--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
_SETTINGS = {
    "listen_addresses": "",
    "log_checkpoints": "off",
    "timezone": "UTC",
    "unix_socket_permissions": "0700",
}
_FRAGILE = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}
# What the server says while an earlier one of the same folder is on its way out, or a zombie.
_STILL_HELD = ('lock file "postmaster.pid" already exists', "pre-existing shared memory block")


@dataclass(frozen=True, slots=True, kw_only=True)
class Postmaster:
    """What a running server, or one that was killed, wrote in its `postmaster.pid`."""

    pid: int
    started_at: datetime
    sockets: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """The folder holds `cluster` (PostgreSQL's own), `log` and, where the path is short enough, `sockets`."""

    folder: Path

    @property
    def _data(self) -> Path:
        return self.folder / "cluster"

    @property
    def _pid_file(self) -> Path:
        return self._data / "postmaster.pid"

    @property
    def _log(self) -> Path:
        return self.folder / "log"

    def is_up(self) -> bool:
        return self._ping() is pq.Ping.OK

    def is_dead(self) -> bool:
        """No such process is there, be it hung or busy: a glance, which takes no connection."""
        postmaster = self._postmaster()
        return postmaster is None or not _lives(postmaster.pid)

    def url(self, database: str) -> str:
        """For libpq and asyncpg, whatever PGPORT says. Raises DatabaseUnavailable when no server was started."""
        postmaster = self._postmaster()
        if postmaster is None:
            raise DatabaseUnavailable(f"No PostgreSQL runs in {self.folder}.")
        sockets = quote(os.fsencode(postmaster.sockets), safe="")
        return f"postgresql://postgres@/{quote(database, safe='')}?host={sockets}&port={_PORT}"

    def connections(self) -> int:
        """How many the server allows, or did when it was last started; none when it never was.

        It writes its own command down: https://www.postgresql.org/docs/18/storage-file-layout.html
        """
        try:
            found = re.search(r"max_connections=(\d+)", (self._data / "postmaster.opts").read_text())
        except FileNotFoundError:
            return 0
        return int(found[1]) if found else 0

    def run(self, *, tied: bool, durable: bool, connections: int) -> None:
        """Make the cluster when there is none, and start it: about a second. Raises DatabaseUnavailable."""
        way = run_as(self.folder)
        if not self._data.exists():
            self._initialise(way, durable=durable)
        self._forget_the_last_boot()
        settings = _SETTINGS | {"max_connections": str(connections)} | ({} if durable else _FRAGILE)
        settings["unix_socket_directories"] = f'"{self._private_sockets(way)}"'
        options = [word for name, setting in settings.items() for word in ("-c", f"{name}={setting}")]
        tie = tie_to_this_thread() if tied else ()
        self._start(way, [*tie, binary("postgres"), "-D", self._data, *options])

    def shut_down(self) -> None:
        """Close its connections and stop it, when it runs. The pid is to be trusted only while the server answers."""
        postmaster = self._postmaster()
        if postmaster is None or self._ping() is pq.Ping.NO_RESPONSE:
            return
        with suppress(ProcessLookupError):
            os.kill(postmaster.pid, signal.SIGINT)
        wait_until(lambda: not self._pid_file.exists(), otherwise=f"PostgreSQL does not stop, see {self._log}.")
        if postmaster.sockets.parent != self.folder:
            with suppress(OSError):
                postmaster.sockets.rmdir()

    def _initialise(self, way: RunAs, *, durable: bool) -> None:
        """All or nothing: under another name until it is whole."""
        unfinished = self.folder / "cluster.new"
        shutil.rmtree(unfinished, ignore_errors=True)
        options = ["--username=postgres", "--auth-local=trust", "--auth-host=reject", *_LOCALE]
        options += [] if durable else ["--no-sync"]
        command = [*tie_to_this_thread(), binary("initdb"), "-D", unfinished, *options]
        with private_file(self._log) as log:
            written = log.tell()
            initdb = way.start(command, self.folder, output=log.fileno())
            if initdb.wait() != 0:
                raise DatabaseUnavailable(f"PostgreSQL's initdb failed:\n{self._said_since(written)}")
        unfinished.rename(self._data)

    def _start(self, way: RunAs, command: list[str | Path]) -> None:
        """Until it accepts connections. An earlier server on its way out, or a zombie, may hold it up for a while."""
        give_up_at = time.monotonic() + PATIENCE_SECONDS
        while True:
            with private_file(self._log) as log:
                written = log.tell()
                server = way.start(command, self.folder, output=log.fileno())
            threading.Thread(target=server.wait, daemon=True).start()  # it will never be a zombie of ours
            still = f"PostgreSQL is still starting after {_RECOVERY_SECONDS} s, see {self._log}."
            wait_until(lambda: server.poll() is not None or self.is_up(), otherwise=still, seconds=_RECOVERY_SECONDS)  # noqa: B023
            if server.poll() is None:
                return
            said = self._said_since(written)
            if time.monotonic() > give_up_at or not any(words in said for words in _STILL_HELD):
                raise DatabaseUnavailable(f"PostgreSQL does not start:\n{said}")

    def _ping(self) -> pq.Ping:
        postmaster = self._postmaster()
        if postmaster is None:
            return pq.Ping.NO_RESPONSE
        where = make_conninfo(host=str(postmaster.sockets), port=_PORT, user="postgres", connect_timeout=5)
        return pq.Ping(pq.PGconn.ping(where.encode()))

    def _postmaster(self) -> Postmaster | None:
        """Lines 1, 3 and 5 of the pid file: https://www.postgresql.org/docs/18/storage-file-layout.html"""
        try:
            pid, _, started, _, sockets, *_ = self._pid_file.read_text().splitlines()
        except (FileNotFoundError, ValueError):
            return None
        return Postmaster(pid=int(pid), started_at=datetime.fromtimestamp(int(started), UTC), sockets=Path(sockets))

    def _forget_the_last_boot(self) -> None:
        """After a power cut the pid may be another process by now, which PostgreSQL would take for a live server."""
        postmaster = self._postmaster()
        if postmaster is not None and postmaster.started_at.timestamp() < psutil.boot_time():
            self._pid_file.unlink()

    def _private_sockets(self, way: RunAs) -> Path:
        """In the folder, or in the machine's folder for temporary files where the path would be too long or unfit."""
        sockets = self.folder / "sockets"
        if not _is_fit_for_sockets(sockets):
            digest = sha256(os.fsencode(self.folder)).hexdigest()[:16]
            sockets = Path(tempfile.gettempdir()) / f"tourderole-{digest}"
        with suppress(FileExistsError):
            sockets.mkdir(mode=0o700)
            way.own(sockets)
        found = sockets.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_mode & 0o077 or found.st_uid != self._data.stat().st_uid:
            raise DatabaseUnavailable(f"{sockets} is not a private folder of this server's user: remove it.")
        return sockets

    def _said_since(self, written: int) -> str:
        """The last words in the log from that byte on."""
        with self._log.open("rb") as log:
            log.seek(written)
            return log.read()[-2000:].decode(errors="replace").strip()


def private_file(path: Path) -> IO[bytes]:
    """Open for appending; made readable to its owner alone."""
    return os.fdopen(os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600), "ab")


def wait_until(is_so: Callable[[], bool], *, otherwise: str, seconds: float = PATIENCE_SECONDS) -> None:
    """Raises DatabaseUnavailable, saying `otherwise`, when it never becomes so."""
    give_up_at = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > give_up_at:
            raise DatabaseUnavailable(otherwise)
        time.sleep(0.02)


def _lives(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _is_fit_for_sockets(folder: Path) -> bool:
    """libpq and PostgreSQL read a comma as a list and quotes as theirs."""
    return len(os.fsencode(folder / f".s.PGSQL.{_PORT}")) <= _SOCKET_PATH_BYTES and not set(',"') & set(str(folder))
