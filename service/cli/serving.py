"""A server with a worker beside it, and a worker alone."""

import asyncio
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta

import typer
import uvicorn
from fastapi import FastAPI

from service.cli.opening import admin_token, stopped
from service.domain.webhooks import Retrying
from service.settings import Settings
from service.storage.database import Database
from service.web.app import create_app
from service.worker.running import worker_beside
from service.worker.tasks import Sending


def serve(settings: Settings, url: str, *, anywhere: bool = False) -> None:
    """Answer until a signal says stop; jobs that run then are given back to the queue.

    `anywhere`: on a free port when the one asked for is taken; otherwise that ends the command.
    """
    database = Database(url)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with database, _worker(settings, database):
            yield

    token = admin_token(settings)
    listening = _listening(settings, anywhere=anywhere)
    host, port = listening.getsockname()[:2]
    typer.echo(f"\nServing http://{host}:{port}/v1 · documentation http://{host}:{port}/docs · stop with Ctrl-C")
    typer.echo(f"Admin token: {token}\n")
    app = create_app(database, admin_token=token, lifespan=lifespan, private_webhooks=settings.webhooks_private)
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False))
    server.run(sockets=[listening])


def _listening(settings: Settings, *, anywhere: bool) -> socket.socket:
    for port in (settings.port, 0) if anywhere else (settings.port,):
        listening = socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((settings.host, port))
            listening.listen()
        except OSError as error:
            listening.close()
            typer.echo(f"Cannot listen on {settings.host}:{port}: {error.strerror}.", err=True)
        else:
            return listening
    raise stopped("Another server has that port: TOURDEROLE_PORT names another (0: any that is free).")


def _worker(settings: Settings, database: Database) -> AbstractAsyncContextManager[None]:
    return worker_beside(
        database,
        concurrency=settings.worker_concurrency,
        solver_threads=settings.solver_workers,
        sending=_sending(settings),
    )


def _sending(settings: Settings) -> Sending:
    retrying = Retrying(
        first_wait=timedelta(seconds=settings.webhooks_first_wait_seconds),
        longest_wait=timedelta(seconds=settings.webhooks_longest_wait_seconds),
        longest_pause=timedelta(seconds=settings.webhooks_longest_pause_seconds),
        give_up_after=timedelta(hours=settings.webhooks_give_up_hours),
    )
    return Sending(private=settings.webhooks_private, retrying=retrying)


async def work(settings: Settings, url: str) -> None:
    """Run jobs until a signal says stop; those that run then are given back to the queue."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with Database(url) as database, _worker(settings, database):
        await stop.wait()
