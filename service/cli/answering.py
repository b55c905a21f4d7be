"""One process that answers requests, and how it stops: out of the traffic first, requests next, its worker last."""

import asyncio
import signal
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from datetime import timedelta
from time import monotonic
from types import FrameType

import uvicorn
from fastapi import FastAPI

from service.cli import memory, signing_in
from service.cli.telling import informed
from service.domain.webhooks import Retrying
from service.settings import Settings
from service.storage.database import Database
from service.web.app import Lifespan, create_app
from service.web.fhir.forwarded import Entrance, KnownClients
from service.worker.running import worker_beside
from service.worker.tasks import Sending


class DrainingServer(uvicorn.Server):
    """SIGTERM: /readyz says 503 for a while, and only then it accepts no more. SIGINT: at once; twice: without grace.

    Either way it returns in order, so that what was opened before is closed after.
    """

    def __init__(self, config: uvicorn.Config, app: FastAPI, *, unready_seconds: float) -> None:
        super().__init__(config)
        self._app = app
        self._unready_seconds = unready_seconds
        self._stops_at: float | None = None

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._app.state.is_draining = True
        if sig == signal.SIGINT:
            self.force_exit = self.should_exit
            self.should_exit = True
        elif self._stops_at is None:
            self._stops_at = monotonic() + self._unready_seconds

    async def on_tick(self, counter: int) -> bool:
        if self._stops_at is not None and monotonic() >= self._stops_at:
            self.should_exit = True
        return await super().on_tick(counter)


def answer(
    settings: Settings,
    url: str,
    token: str,
    listening: socket.socket,
    *,
    with_worker: bool,
    invites: bool = False,
    orphaned: int | None = None,
) -> None:
    """Until a signal says stop, or the file descriptor `orphaned` ends. Requests under way are answered first.

    A worker beside it then gives the jobs that it runs back to the queue.
    """
    database = Database(url)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        if orphaned is not None:
            stop_when(orphaned, lambda: server.handle_exit(signal.SIGTERM, None))
        async with database, worker(settings, database) if with_worker else nullcontext():
            memory.settle()
            yield

    app = _application(settings, database, token, lifespan, invites)
    server = DrainingServer(_config(settings, app), app, unready_seconds=settings.unready_seconds)
    server.run(sockets=[listening])


def _config(settings: Settings, app: FastAPI) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=settings.drain_seconds,
        lifespan="on",
        proxy_headers=bool(settings.trusted_proxies),  # else uvicorn believes whoever connects from this machine
        forwarded_allow_ips=[*settings.trusted_proxies],
    )


def _application(settings: Settings, database: Database, token: str, lifespan: Lifespan, invites: bool) -> FastAPI:
    return create_app(
        database,
        admin_token=token,
        lifespan=lifespan,
        private_webhooks=settings.webhooks_private,
        public_url=settings.public_url,
        console=signing_in.console(settings, invites=invites),
        entrance=Entrance(url=settings.fhir_url, known=_known_clients(settings)),
        log_requests=settings.log_requests,
    )


def _known_clients(settings: Settings) -> KnownClients | None:
    if settings.fhir_proxy_secret is None:
        return None
    return KnownClients(
        proxy_secret=settings.fhir_proxy_secret.get_secret_value(),
        common_names=frozenset(settings.fhir_client_cn),
        organizational_units=frozenset(settings.fhir_client_ou),
    )


def stop_when(ended: int, stop: Callable[[], None]) -> None:
    """Stop once that file descriptor can be read, which is when who holds its other end has gone."""
    loop = asyncio.get_running_loop()

    def gone() -> None:
        loop.remove_reader(ended)
        stop()

    loop.add_reader(ended, gone)


def worker(settings: Settings, database: Database) -> AbstractAsyncContextManager[None]:
    return worker_beside(
        database,
        concurrency=settings.worker_concurrency,
        solver_threads=settings.solver_workers,
        sending=_sending(settings),
        sas=informed(settings),
    )


def _sending(settings: Settings) -> Sending:
    retrying = Retrying(
        first_wait=timedelta(seconds=settings.webhooks_first_wait_seconds),
        longest_wait=timedelta(seconds=settings.webhooks_longest_wait_seconds),
        longest_pause=timedelta(seconds=settings.webhooks_longest_pause_seconds),
        give_up_after=timedelta(hours=settings.webhooks_give_up_hours),
    )
    return Sending(private=settings.webhooks_private, retrying=retrying)


async def work(settings: Settings, url: str, *, orphaned: int | None = None) -> None:
    """Run jobs until a signal says stop, or `orphaned` ends; those that run then are given back to the queue."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    if orphaned is not None:
        stop_when(orphaned, stop.set)
    async with Database(url) as database, worker(settings, database):
        await stop.wait()
