"""Where search and booking are measured: the product and the servers that do nothing, beside one another."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from benchmarks import serving
from benchmarks.load import Answered, Load, fast_answers_to, tool
from benchmarks.measuring import Effort
from benchmarks.offered import PLACES, Offered, offer_places
from benchmarks.pgbench import CLIENTS, pace
from benchmarks.rates import Rate, compared
from benchmarks.report import Table
from benchmarks.serving import Server, cpu_seconds

MANY, FEW = 32, 4
"""Connections: at so many a latency is mostly queueing, at so few it is nearly the service's own."""
ALONE = "PostgreSQL alone, the same statement"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """The database with its places, and the servers: the product, routes without a database, bare ASGI."""

    url: str
    offered: Offered
    postgres: int
    product: Server
    route: Server
    bare: Server


@contextmanager
def stand() -> Iterator[Stand]:
    with serving.postgres_url() as url:
        offered = asyncio.run(offer_places(url))
        with serving.product(url) as product, serving.limit("route") as route, serving.limit("bare") as bare:
            postgres = asyncio.run(serving.postmaster(url))
            yield Stand(url=url, offered=offered, postgres=postgres, product=product, route=route, bare=bare)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What is measured: `requests` sent to the product, answered with `status`, and the statement behind, as SQL.

    `before` every load; `after` it, told how many requests were answered, and how many more may have been.
    `again`: the requests may be repeated.
    """

    title: str
    name: str
    requests: Sequence[str]
    status: int
    sql: str
    note: str = ""
    again: bool = True
    before: Callable[[], None] = lambda: None
    after: Callable[[int, int], None] = lambda _made, _more: None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One subject at one stand."""

    subject: Subject
    at: Stand
    seconds: float

    def served(self, connections: int) -> Rate:
        """By the product."""
        self.subject.before()
        answered, rate = self._loaded(self.at.product, connections)
        self.subject.after(answered.only(self.subject.status), connections)
        return rate

    def limited(self, server: Server) -> Rate:
        """By a server that does nothing."""
        return self._loaded(server, MANY)[1]

    def alone(self, clients: int) -> Rate:
        """By PostgreSQL, with pgbench as its client."""
        self.subject.before()
        used_s = cpu_seconds(self.at.postgres)
        done = pace(self.at.url, self.subject.sql, seconds=self.seconds, clients=clients)
        used_s = cpu_seconds(self.at.postgres) - used_s
        self.subject.after(done.transactions, 0)
        return Rate(
            per_second=done.per_second,
            p50_ms=done.p50_ms,
            p95_ms=done.p95_ms,
            p99_ms=done.p99_ms,
            postgres_cpu_ms=1000 * used_s / done.transactions,
        )

    def _loaded(self, server: Server, connections: int) -> tuple[Answered, Rate]:
        load = Load(
            port=server.port,
            requests=self.subject.requests,
            connections=connections,
            seconds=self.seconds,
            again=self.subject.again,
        )
        used_s = [cpu_seconds(server.pid), cpu_seconds(self.at.postgres)]
        answered = fast_answers_to(load)
        used_s = [cpu_seconds(server.pid) - used_s[0], cpu_seconds(self.at.postgres) - used_s[1]]
        return answered, Rate(
            per_second=answered.count / answered.seconds,
            p50_ms=answered.p50_ms,
            p95_ms=answered.p95_ms,
            p99_ms=answered.p99_ms,
            server_cpu_ms=1000 * used_s[0] / answered.count,
            postgres_cpu_ms=1000 * used_s[1] / answered.count if server is self.at.product else None,
        )


def beside_limits(subject: Subject, at: Stand, effort: Effort) -> Table:
    """The product's rate and latencies, and its rate as a part of each limit's. It is warmed up first."""
    trial = Trial(subject=subject, at=at, seconds=effort.seconds)
    limits: dict[str, Callable[[], Rate]] = {
        f"{ALONE}, {CLIENTS} clients": partial(trial.alone, CLIENTS),
        f"a FastAPI route alike, no database, {MANY} connections": partial(trial.limited, at.route),
        f"ASGI without a framework, {MANY} connections": partial(trial.limited, at.bare),
    }
    ours = {
        f"{subject.name}, {connections} connections": partial(trial.served, connections) for connections in (MANY, FEW)
    }
    trial.served(MANY)
    alone = {f"{ALONE}, {FEW} clients": partial(trial.alone, FEW)}
    rounds = compared({**limits, **alone, **ours}, rounds=effort.repeats)
    rows = rounds.rows(limits=dict(zip(("PostgreSQL", "FastAPI", "ASGI"), limits, strict=True)))
    how = f"Medians of {effort.repeats} interleaved rounds of {effort.seconds:g} s, {PLACES} places; CPU of one answer."
    servers = f"Load by {tool()}, {serving.PROCESSES} server processes."
    return Table(title=subject.title, rows=rows, notes=(f"{how} {servers} {subject.note}".strip(),))
