"""Real servers in processes of their own, on a real PostgreSQL in a folder of its own, for as long as a block runs."""

import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import psutil

from benchmarks.load import Load, answers_to, request
from service.storage.embedded import EmbeddedPostgres
from service.storage.migrating import upgrade

ADMIN_TOKEN = "a-token-for-benchmarks"  # noqa: S105 - it guards nothing
_ADDRESS = re.compile(r"http://127\.0\.0\.1:(\d+)")
_PATIENCE_SECONDS = 20
PROCESSES = 2
"""Of the product that answer requests: one for each core of the machine that the aims are for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    port: int
    pid: int


def cpu_seconds(pid: int) -> float:
    """Of a process and its children, those that ended included. Asked again when a child comes or goes meanwhile."""
    process = psutil.Process(pid)
    while True:
        children = process.children()
        try:
            used_s = sum(sum(child.cpu_times()[:2]) for child in children) + sum(process.cpu_times()[:4])
        except psutil.NoSuchProcess:
            continue
        if process.children() == children:
            return used_s


async def postmaster(database_url: str) -> int:
    """The process id of the PostgreSQL server behind a URL, on this machine."""
    connection = await asyncpg.connect(database_url)
    parent: int = psutil.Process(connection.get_server_pid()).ppid()
    await connection.close()
    return parent


@contextmanager
def postgres_url() -> Iterator[str]:
    """A PostgreSQL that keeps its promises to the disk, with the service's schema and no rows."""
    with tempfile.TemporaryDirectory() as folder, EmbeddedPostgres.start(Path(folder) / "postgres") as server:
        upgrade(server.url)
        yield server.url


@contextmanager
def product(database_url: str) -> Iterator[Server]:
    """`tourderole serve` on that database, from several processes, a worker beside them."""
    command = [str(Path(sys.executable).with_name("tourderole")), "serve"]
    settings = {"DATABASE_URL": database_url, "ADMIN_TOKEN": ADMIN_TOKEN, "HOST": "127.0.0.1", "PORT": "0"}
    settings |= {"SERVER_WORKERS": str(PROCESSES)}
    with _listening(command, {f"TOURDEROLE_{name}": value for name, value in settings.items()}) as server:
        _warm_up(server)
        yield server


def _warm_up(server: Server) -> None:
    """Until every process answers: the address accepts connections before any does."""
    asked = [request("GET", "/readyz")] * 20 * PROCESSES
    answers_to(Load(port=server.port, requests=asked, connections=4 * PROCESSES, seconds=60, again=False)).only(200)


@contextmanager
def limit(name: str) -> Iterator[Server]:
    """One of the servers of `benchmarks.limits`."""
    with _listening([sys.executable, "-m", "benchmarks.limits", name], {}) as server:
        yield server


@contextmanager
def _listening(command: Sequence[str], environment: dict[str, str]) -> Iterator[Server]:
    """The port is the one that the server prints as part of its address."""
    with tempfile.TemporaryFile("w+") as said:
        server = subprocess.Popen(command, env=os.environ | environment, stdout=subprocess.PIPE, stderr=said, text=True)
        try:
            found = next((match for line in server.stdout or () if (match := _ADDRESS.search(line))), None)
            if found is None:
                server.wait(_PATIENCE_SECONDS)
                raise AssertionError(f"{command[0]} did not start")
            _wait_for(int(found[1]))
            yield Server(port=int(found[1]), pid=server.pid)
        finally:
            ended = server.poll()
            _end(server)
            if ended is not None:
                said.seek(0)
                raise AssertionError(f"{command[0]} ended with {ended}: {said.read()[-2000:]}")


def _end(server: subprocess.Popen[str]) -> None:
    server.terminate()
    try:
        server.wait(_PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        server.kill()


def _wait_for(port: int) -> None:
    """Until the server accepts connections: the address is its own before it listens."""
    give_up_at = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            if time.monotonic() > give_up_at:
                raise
            time.sleep(0.02)
        else:
            return
