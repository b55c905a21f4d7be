"""A server with a worker beside it, and a worker alone."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import typer
import uvicorn
from fastapi import FastAPI

from service.cli.opening import admin_token
from service.settings import Settings
from service.storage.database import Database
from service.web.app import create_app
from service.worker.running import worker_beside


def serve(settings: Settings, url: str) -> None:
    """Answer until a signal says stop; jobs that run then are given back to the queue."""
    database = Database(url)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with database, worker_beside(database, concurrency=settings.worker_concurrency):
            yield

    token = admin_token(settings)
    listening = _listening(settings)
    host, port = listening.getsockname()[:2]
    typer.echo(f"\nServing http://{host}:{port}/v1 · documentation http://{host}:{port}/docs · stop with Ctrl-C")
    typer.echo(f"Admin token: {token}\n")
    app = create_app(database, admin_token=token, lifespan=lifespan)
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False))
    server.run(sockets=[listening])


def _listening(settings: Settings) -> socket.socket:
    """A socket on the address asked for; on the next free port, said aloud, when another server has that one."""
    for port in (settings.port, 0):
        listening = socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((settings.host, port))
        except OSError as error:
            listening.close()
            typer.echo(f"Port {settings.port} is not to be had ({error.strerror}); taking a free one.", err=True)
        else:
            return listening
    raise OSError(f"no port to listen on at {settings.host}")


async def work(settings: Settings, url: str) -> None:
    """Run jobs until a signal says stop."""
    async with Database(url) as database, worker_beside(database, concurrency=settings.worker_concurrency):
        await asyncio.Event().wait()
