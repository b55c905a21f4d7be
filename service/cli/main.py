"""The `tourderole` command: what a person or a script can ask of the service."""

import asyncio
import json
import logging
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from service.application.directory import import_territory_file
from service.cli import auditing, backing_up, demo, logs, repairing, serving, solving, visible
from service.cli.conformance.command import conformance_command
from service.cli.opening import connections_to_serve, prepared_database, stopped
from service.domain.callers import Caller
from service.domain.errors import Invalid
from service.settings import Settings
from service.storage.database import Database
from service.web.app import create_app

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
OPENAPI = Path("openapi/openapi.json")


def _version(asked: bool) -> None:
    if asked:
        typer.echo(version("tourderole"))
        raise typer.Exit


@app.callback()
def main(
    *,
    version_asked: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """À tour de rôle: fair rosters and bookable places for unscheduled primary care."""


@app.command(name="serve")
def serve_command(
    workers: Annotated[
        int | None, typer.Option(help="Processes that answer requests; else TOURDEROLE_SERVER_WORKERS, else 1.", min=1)
    ] = None,
) -> None:
    """Serve the API, with a worker beside it."""
    logs.configure()
    settings = Settings() if workers is None else Settings(server_workers=workers)
    with prepared_database(settings, stays=True, connections=connections_to_serve(settings)) as url:
        serving.serve(settings, url)


@app.command(name="worker")
def worker_command() -> None:
    """Run one more worker, on this machine or another that reaches the same database."""
    logs.configure()
    settings = Settings()
    with prepared_database(settings, stays=True) as url:
        serving.work(settings, url)


@app.command(name="demo")
def demo_command(
    once: Annotated[bool, typer.Option("--once", help="Exit when the roster is printed, serve nothing.")] = False,
    week: Annotated[str | None, typer.Option(help="The ISO week to fill, such as 2026-W49; else the next.")] = None,
) -> None:
    """Import the reference territory, solve a week as a job, publish it, print it, and serve it."""
    logs.configure(level=logging.WARNING)
    settings = Settings()
    first = solving.first_week(week)
    with prepared_database(settings, stays=True, connections=connections_to_serve(settings)) as url:
        invitation = demo.run(settings, url, first)
        if not once:
            logs.configure()
            serving.serve(settings, url, anywhere=True, invitation=invitation)


app.command(name="solve")(solving.solve_command)
app.command(name="check")(solving.check_command)
app.command(name="repair")(repairing.repair_command)
app.command(name="what-if")(repairing.what_if_command)
app.command(name="audit")(auditing.audit_command)
app.command(name="visible")(visible.visible_command)
app.command(name="conformance")(conformance_command)


app.command(name="backup")(backing_up.backup_command)
app.command(name="restore")(backing_up.restore_command)


@app.command(name="migrate")
def migrate_command() -> None:
    """Bring the database to the newest schema."""
    with prepared_database(Settings()):
        typer.echo("The schema is up to date.")


@app.command(name="import")
def import_command(file: Annotated[Path, typer.Argument(help="A territory file (tourderole/territory@1).")]) -> None:
    """Import a whole territory: all of it, or nothing and every fault."""
    try:
        text = file.read_bytes()
    except OSError as error:
        raise stopped(f"{file}: {error.strerror}", status=2) from error
    with prepared_database(Settings()) as url:
        asyncio.run(_import(url, text))


async def _import(url: str, text: bytes) -> None:
    async with Database(url) as database:
        try:
            read = await import_territory_file(database, text, caller=Caller(name="cli"))
        except Invalid as error:
            raise stopped("\n".join(solving.fault_line(fault) for fault in error.faults), status=2) from error
    typer.echo(f"{read.territory.name}: {len(read.practitioners)} practitioners, {len(read.practices)} practices")


@app.command(name="openapi")
def openapi_command(
    check: Annotated[bool, typer.Option("--check", help="Write nothing; fail when the document differs.")] = False,
) -> None:
    """Write the API's description to openapi/openapi.json."""
    document = create_app(Database("postgresql://"), admin_token="").openapi()
    text = json.dumps(document, indent=2, ensure_ascii=False, sort_keys=True) + "\n"
    if check and (not OPENAPI.exists() or OPENAPI.read_text() != text):
        raise stopped(f"{OPENAPI} differs from the code: run `make openapi` and commit it")
    if not check:
        OPENAPI.parent.mkdir(exist_ok=True)
        OPENAPI.write_text(text)
