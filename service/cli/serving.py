"""A server with a worker beside it, in one process or in several, and a worker alone."""

import asyncio
import os
import socket
import tempfile
from multiprocessing import parent_process

import typer
from prometheus_client import start_http_server

from service.cli import answering, signing_in
from service.cli.opening import admin_token, stopped
from service.cli.supervising import Child, end, keep_running, signals
from service.settings import Settings

_WORKER_GRACE_SECONDS = 15
_WORKER_NICENESS = 5  # who waits for an answer comes before events that go out and rosters that are solved


def serve(settings: Settings, url: str, *, anywhere: bool = False, invitation: str | None = None) -> None:
    """Answer until a signal says stop; jobs that run then are given back to the queue.

    `anywhere`: on a free port when the one asked for is taken; otherwise that ends the command.
    `invitation`: the token by which the owner of a demonstration comes to the booking page.
    """
    signing_in.console(settings)  # half made, it ends this command rather than every process
    token = admin_token(settings)
    listening = _listening(settings, anywhere=anywhere)
    host, port = listening.getsockname()[:2]
    typer.echo(f"\nServing http://{host}:{port}/v1 · documentation http://{host}:{port}/docs · stop with Ctrl-C")
    typer.echo(f"Admin token: {token if settings.admin_token is None else 'that of TOURDEROLE_ADMIN_TOKEN'}")
    if invitation is not None:
        typer.echo(f"Booking page, once: http://{host}:{port}/rdv/connexion/invitation?jeton={invitation}")
    typer.echo()
    invites = invitation is not None
    if settings.server_workers == 1:
        answering.answer(settings, url, token, listening, with_worker=True, invites=invites)
    else:
        _serve_from_several(settings, url, token, listening, invites)


def _serve_from_several(settings: Settings, url: str, token: str, listening: socket.socket, invites: bool) -> None:
    """All accept from one socket, so none of the connections that wait is lost with a process. What they count is
    kept in files of one folder, from which each can tell what all counted. The worker ends last."""
    grace_seconds = settings.unready_seconds + settings.drain_seconds + _WORKER_GRACE_SECONDS
    servers = [
        Child(
            role="server",
            run=_answer,
            arguments=(settings, url, token, listening, invites),
            grace_seconds=grace_seconds,
        )
        for _ in range(settings.server_workers)
    ]
    worker = Child(role="worker", run=_work, arguments=(settings, url), grace_seconds=_WORKER_GRACE_SECONDS)
    with tempfile.TemporaryDirectory(prefix="tourderole-") as counts, signals() as received:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = counts
        keep_running([*servers, worker], received)
        listening.close()  # it stays open while a server accepts from it
        end(servers, received[0])
        end([worker], received[0])


def _answer(settings: Settings, url: str, token: str, listening: socket.socket, invites: bool) -> None:
    answering.answer(settings, url, token, listening, with_worker=False, invites=invites, orphaned=_parent())


def _work(settings: Settings, url: str) -> None:
    os.nice(_WORKER_NICENESS)
    asyncio.run(answering.work(settings, url, orphaned=_parent()))


def _parent() -> int | None:
    """Readable once the supervisor is gone, be it by SIGKILL."""
    parent = parent_process()
    return parent.sentinel if parent else None


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


def work(settings: Settings, url: str) -> None:
    """Run jobs until a signal says stop; those that run then are given back to the queue."""
    if settings.metrics_port is not None:
        start_http_server(settings.metrics_port, addr=settings.host)
    asyncio.run(answering.work(settings, url))
