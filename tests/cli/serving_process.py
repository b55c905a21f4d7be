"""`tourderole serve` in processes of its own, as a person starts it, and what it says."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil

from tests.conftest import ADMIN_TOKEN

TOURDEROLE = Path(sys.executable).with_name("tourderole")
PATIENCE_SECONDS = 60


@dataclass(kw_only=True)
class Serve:
    """A running `serve`: where it answers, its process, the file of its log."""

    address: str
    process: "subprocess.Popen[str]"
    log: Path

    def client(self) -> httpx.Client:
        headers = {"Authorization": f"Bearer {ADMIN_TOKEN}"}
        return httpx.Client(base_url=self.address, headers=headers, timeout=PATIENCE_SECONDS)

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)

    def ended(self) -> int:
        return self.process.wait(PATIENCE_SECONDS)

    def lines(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.log.read_text().splitlines()]

    def children(self, role: str) -> list[int]:
        """The processes that the supervisor last started for it and that live."""
        told = [line["child"] for line in self.lines() if line["event"] == "process_started" and line["role"] == role]
        return [pid for pid in told if isinstance(pid, int) and psutil.pid_exists(pid)]


@contextmanager
def serve(url: str, folder: Path, *words: str, **settings: str) -> Iterator[Serve]:
    """Killed at the end, with all its processes, if it still runs."""
    environment = {
        **os.environ,
        "TOURDEROLE_DATABASE_URL": url,
        "TOURDEROLE_DATA": str(folder),
        "TOURDEROLE_ADMIN_TOKEN": ADMIN_TOKEN,
        "TOURDEROLE_PORT": "0",
        **{f"TOURDEROLE_{name.upper()}": value for name, value in settings.items()},
    }
    log = folder / "serve.log"
    with log.open("w") as said:
        process = subprocess.Popen(
            [TOURDEROLE, "serve", *words], env=environment, stdout=subprocess.PIPE, stderr=said, text=True
        )
    try:
        yield Serve(address=_address(process), process=process, log=log)
    finally:
        if process.poll() is None:
            root = psutil.Process(process.pid)
            for each in (root, *root.children(recursive=True)):
                with suppress(psutil.NoSuchProcess):
                    each.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()


def _address(process: "subprocess.Popen[str]") -> str:
    """It is printed before the socket accepts; a connection waits until then."""
    for line in process.stdout or ():
        if found := re.search(r"http://[\d.]+:\d+", line):
            return found[0]
    raise AssertionError("serve ended before it told its address")
