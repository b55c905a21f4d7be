"""`/metrics`: what processes counted, and what the database knows.

Events are counted in the process where they happen. With several processes each counts in files of the folder that
`PROMETHEUS_MULTIPROC_DIR` names, and whichever is asked adds up all of them, those of processes that died included.
State comes from the database, in one statement, and is kept for a few seconds.
"""

import asyncio
import os
from collections.abc import Callable, Iterable, Sequence
from time import monotonic

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from service.domain.errors import Unavailable
from service.storage.database import Database
from service.storage.vitals import MEASURES, Reading, take_readings
from service.web.dependencies import Clock, DatabaseDep
from service.web.patience import within
from service.web.pulse import feel

router = APIRouter(tags=["service"])

PREFIX = "tourderole_"
KEPT_SECONDS = 5
_SHARE, LONGEST_KEPT_SECONDS = 50, 60
"""A look that took long is kept for so many times as long, so that it costs the database two per cent of a core, but
for a minute at most. One that saw nothing is kept for no longer than others: the database may be back."""
PATIENCE_SECONDS = 8
"""Below the ten seconds that Prometheus waits for the whole answer."""
UP = "database_up", "Whether the database answered the last look"
SKEW = "clock_skew_seconds", "How far the clocks of this machine and of the database are apart at least"


class State(Collector):
    """One look at the database; without readings it was out of reach."""

    def __init__(self, readings: Sequence[Reading] | None, skew_seconds: float) -> None:
        self._readings = readings
        self._skew_seconds = skew_seconds

    @property
    def is_up(self) -> bool:
        return self._readings is not None

    def collect(self) -> Iterable[GaugeMetricFamily]:
        yield _gauge(*UP, value=float(self.is_up))
        if self._readings is None:
            return
        yield _gauge(*SKEW, value=self._skew_seconds)
        families = {each.name: _gauge(each.name, each.meaning, labels=each.labels) for each in MEASURES}
        for reading in self._readings:
            families[reading.measure.name].add_metric(reading.labels, reading.value)
        yield from families.values()


class Looks:
    """The latest look at a database, shared by all who ask meanwhile."""

    def __init__(self, database: Database, clock: Clock, *, stopwatch: Callable[[], float] = monotonic) -> None:
        self.database = database
        self._clock, self._stopwatch = clock, stopwatch
        self._alone = asyncio.Lock()
        self._latest = State(None, 0)
        self._kept_until = 0.0

    async def latest(self) -> State:
        async with self._alone:
            began = self._stopwatch()
            if began >= self._kept_until:
                self._latest = await self._look()
                ended = self._stopwatch()
                longest = LONGEST_KEPT_SECONDS if self._latest.is_up else KEPT_SECONDS
                self._kept_until = ended + min(max(KEPT_SECONDS, _SHARE * (ended - began)), longest)
        return self._latest

    async def _look(self) -> State:
        try:
            return await within(PATIENCE_SECONDS, self._seen())
        except (Unavailable, TimeoutError):
            return State(None, 0)

    async def _seen(self) -> State:
        felt = await feel(self.database, self._clock)
        readings = await take_readings(self.database, now=self._clock()) if felt.has_schema else []
        return State(readings, felt.skew_seconds)


@router.head("/metrics", include_in_schema=False)
@router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
async def metrics(request: Request, database: DatabaseDep) -> Response:
    """Prometheus exposition format: the same from every process of a server, whichever answers."""
    state = await looks_at(request, database).latest()
    body = await asyncio.to_thread(_exposed, state)
    return Response(body, media_type=CONTENT_TYPE_LATEST)


def looks_at(request: Request, database: Database) -> Looks:
    """Those of this application at this database."""
    looks: Looks | None = request.app.state.looks
    if looks is None or looks.database is not database:
        looks = request.app.state.looks = Looks(database, request.app.state.clock)
    return looks


def _exposed(state: State) -> bytes:
    """Counted and seen, one after the other."""
    counted, seen = REGISTRY, CollectorRegistry()
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        counted = CollectorRegistry()
        MultiProcessCollector(counted)  # type: ignore[no-untyped-call]
    seen.register(state)
    return generate_latest(counted) + generate_latest(seen)


def _gauge(
    name: str, meaning: str, *, value: float | None = None, labels: Sequence[str] | None = None
) -> GaugeMetricFamily:
    return GaugeMetricFamily(PREFIX + name, meaning, value=value, labels=labels)
