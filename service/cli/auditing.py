"""`tourderole audit`: the data held against every statement of truth, on the terminal or as JSON."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from service.application.audit import audit
from service.cli.opening import reached_database, stopped
from service.cli.solving import fault_line
from service.domain.audit import Audit, Statement
from service.domain.errors import Invalid, Unavailable
from service.settings import Settings
from service.storage.database import Database

MALFORMED = 2


def audit_command(
    acknowledged: Annotated[
        Path | None,
        typer.Option(help="Answers about bookings that a client kept, one JSON line each: each must be there."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
) -> None:
    """Prove from the data alone that nothing is lost and nothing doubled. Ends with 1 when something is.

    It reads one instant of the database, writes nothing, and may run beside a server at work.
    """
    log = None if acknowledged is None else _read(acknowledged)
    with reached_database(Settings()) as url:
        found = asyncio.run(_audit(url, log))
    typer.echo(json.dumps(audit_json(found), ensure_ascii=False, indent=1) if as_json else "\n".join(audit_text(found)))
    if not found.is_sound:
        raise typer.Exit(1)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise stopped(f"{path}: {error.strerror}", status=MALFORMED) from error


async def _audit(url: str, log: bytes | None) -> Audit:
    async with Database(url, patience_seconds=None) as database:
        try:
            return await audit(database, log)
        except Invalid as error:
            raise stopped("\n".join(map(fault_line, error.faults)), status=MALFORMED) from error
        except Unavailable as error:
            raise stopped(error.detail, status=MALFORMED) from error


def audit_text(found: Audit) -> Iterator[str]:
    """A line for each statement, the rows that belie it below; then what was counted, and the verdict."""
    for statement in found.statements:
        yield f"{'✔' if statement.holds else '✘'} {statement.sentence}"
        yield from (f"    {each.row}: {each.said}" for each in statement.findings)
        if statement.more:
            yield f"    and {statement.more} more"
    yield "\n" + " · ".join(f"{number} {what}" for what, number in found.counted.items())
    belied = [statement for statement in found.statements if not statement.holds]
    instant = f"{found.taken_at:%Y-%m-%d %H:%M:%S} UTC"
    if belied:
        yield f"NOT SOUND at {instant}: {len(belied)} of {len(found.statements)} statements do not hold"
    else:
        yield f"Sound at {instant}: all {len(found.statements)} statements hold"


def audit_json(found: Audit) -> dict[str, object]:
    return {
        "sound": found.is_sound,
        "taken_at": found.taken_at.isoformat(),
        "counted": dict(found.counted),
        "statements": [_statement_json(statement) for statement in found.statements],
    }


def _statement_json(statement: Statement) -> dict[str, object]:
    return {
        "name": statement.name,
        "sentence": statement.sentence,
        "holds": statement.holds,
        "findings": [asdict(each) for each in statement.findings],
        "more": statement.more,
    }
