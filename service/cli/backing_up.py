"""`tourderole backup` and `tourderole restore`."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import psycopg
import typer

from service.cli.opening import reached_database, stopped
from service.settings import Settings
from service.storage.backup import Contents, back_up
from service.storage.postgres_tools import BackupRefused
from service.storage.restoring import restore


def backup_command(
    file: Annotated[Path, typer.Argument(help="Written anew, readable by you alone; never over another.")],
) -> None:
    """Write the whole database to a file, while servers and workers go on."""
    settings = Settings()
    if settings.database_url is None and not (settings.data / "postgres").exists():
        raise stopped(f"There is no database in {settings.data}: TOURDEROLE_DATA names the folder of yours.")
    with reached_database(settings) as url:
        contents = _done(lambda: back_up(url, file))
    size_mb = file.stat().st_size / 1e6
    whose = "the database of TOURDEROLE_DATABASE_URL" if settings.database_url else str(settings.data)
    typer.echo(f"{file}: {whose}, {len(contents.tables)} tables of PostgreSQL {contents.of_server}, {size_mb:.1f} MB")


def restore_command(
    file: Annotated[Path, typer.Argument(help="What `tourderole backup` wrote.")],
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a database that has rows.")] = False,
) -> None:
    """Bring a database back: all of it, or nothing. No server and no worker may run meanwhile."""
    with reached_database(Settings()) as url:
        contents = _done(lambda: restore(url, file, overwrite=overwrite))
    typer.echo(f"{len(contents.tables)} tables restored; `tourderole migrate` brings an older schema up to date.")


def _done(work: Callable[[], Contents]) -> Contents:
    try:
        return work()
    except BackupRefused as error:
        raise stopped(str(error)) from error
    except psycopg.OperationalError as error:
        raise stopped(f"The database of TOURDEROLE_DATABASE_URL does not answer: {error}") from error
    except OSError as error:
        raise stopped(f"{error.filename2 or error.filename}: {error.strerror}") from error
