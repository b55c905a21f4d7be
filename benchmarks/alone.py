"""A measurement in a process of its own: its memory is its own, and nothing is warm from the one before."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter

from benchmarks.cases import CASES, ROOT, Case
from benchmarks.measuring import Effort

Found = TypeVar("Found")
Work = Callable[[Case, int, float], Found]
"""Measures a case with a seed, a solve taking so many seconds at most."""


def measured(work: Work[Found], found: type[Found], case: Case, seed: int, effort: Effort) -> Found:
    """What `python -m <the work's module> <case> <seed> <seconds>` finds."""
    command = [sys.executable, "-m", work.__module__, case.key, str(seed), str(effort.solve_seconds)]
    run = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=False)
    if run.returncode != 0:
        raise AssertionError(f"{' '.join(command[1:])} gave up")
    return TypeAdapter(found).validate_json(run.stdout)


def answer(work: Work[Found], found: type[Found]) -> None:
    """In that process: do the work that its arguments ask for, and print what is found."""
    key, seed, seconds = sys.argv[1:]
    print(TypeAdapter(found).dump_json(work(CASES[key], int(seed), float(seconds))).decode())


def peak_mb() -> float | None:
    """The most memory that this process has held; None elsewhere than on Linux.

    Not `ru_maxrss`, which a process begins with its parent's.
    """
    status = Path("/proc/self/status")
    if not status.exists():
        return None
    peak_kb = next(line.split()[1] for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
    return int(peak_kb) / 1024
