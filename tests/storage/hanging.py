"""A PostgreSQL of its own that hangs as long as it is told to: alive, and deaf."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil


def postmaster_of(folder: Path) -> psutil.Process:
    """The server that runs in the folder of an embedded PostgreSQL."""
    return psutil.Process(int((folder / "cluster" / "postmaster.pid").read_text().split()[0]))


@contextmanager
def hung(folder: Path) -> Iterator[None]:
    """None of its processes runs meanwhile; the postmaster first, so that no new one is missed."""
    postmaster = postmaster_of(folder)
    postmaster.send_signal(signal.SIGSTOP)
    processes = [postmaster, *postmaster.children()]
    for each in processes:
        each.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        for each in processes:
            each.send_signal(signal.SIGCONT)
