"""The service's own PostgreSQL, looked after while somebody needs it to stay: when it dies it is started again."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

import structlog

from service.storage.embedded import EmbeddedPostgres
from service.storage.embedded_run_as import DatabaseUnavailable

log = structlog.get_logger(__name__)

_GLANCE_SECONDS = 0.25
_SETTLED_SECONDS = 60
_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 1.0, 60.0
"""Between one try and the next: each is twice the one before, until a server has lived for a while."""


@contextmanager
def kept_up(postgres: EmbeddedPostgres) -> Iterator[None]:
    """While the block runs, in a thread of its own: whoever answers meanwhile goes on answering, without a database.

    Give the handle back after the block: then nobody takes an ordered stop for a death.
    """
    over = threading.Event()
    watch = threading.Thread(target=_watch, args=(postgres, over), name="postgresql", daemon=True)
    watch.start()
    try:
        yield
    finally:
        over.set()
        watch.join()


def _watch(postgres: EmbeddedPostgres, over: threading.Event) -> None:
    """It is tied to this thread once it was started again here."""
    pause, tried_at = _FIRST_PAUSE_SECONDS, monotonic() - _SETTLED_SECONDS
    while not over.wait(_GLANCE_SECONDS):
        if not postgres.is_dead():
            continue
        settled = monotonic() - tried_at >= _SETTLED_SECONDS
        pause = _FIRST_PAUSE_SECONDS if settled else min(2 * pause, _LONGEST_PAUSE_SECONDS)
        log.error("postgresql_died")
        _try_again(postgres)
        tried_at = monotonic()
        over.wait(pause)


def _try_again(postgres: EmbeddedPostgres) -> None:
    began = monotonic()
    try:
        by_us = postgres.start_again()
    except DatabaseUnavailable:
        log.exception("postgresql_does_not_start")  # why stands in its own log, `postgres/log` of the data folder
    else:
        log.warning("postgresql_started_again", by_us=by_us, seconds=round(monotonic() - began, 1))
