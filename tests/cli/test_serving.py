"""`tourderole serve` with real signals: it drains, gives its solve back, and is several processes when told so."""

import os
import signal
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from urllib.parse import urlsplit

import httpx
import psutil
import psycopg
import pytest

from service.application.rosters import stop_roster
from service.settings import Settings
from tests.cli.serving_process import PATIENCE_SECONDS, Serve, serve
from tests.conftest import ADMIN_TOKEN
from tests.rosters import ANNE, a_long_request
from tests.worker.watching import history, searching, seen, solved, solvers, statuses, worker_process

TWO = ("--workers", "2")
ONE_OR_TWO = pytest.mark.parametrize("words", [(), TWO], ids=["one process", "several"])


@contextmanager
def territories_locked(url: str) -> Iterator[psycopg.Connection]:
    """Whoever asks for territories meanwhile waits."""
    with psycopg.connect(url) as busy:
        busy.execute("LOCK TABLE territories IN ACCESS EXCLUSIVE MODE")
        yield busy


def somebody_waits(url: str) -> None:
    """Returns once somebody waits for that lock."""
    with psycopg.connect(url, autocommit=True) as connection:
        while not connection.execute("SELECT FROM pg_locks WHERE NOT granted").rowcount:
            pass


def status(served: Serve) -> int | None:
    """Of /readyz, on a new connection each time; None when it takes no more."""
    try:
        return httpx.get(f"{served.address}/readyz", timeout=PATIENCE_SECONDS).status_code
    except (httpx.ConnectError, httpx.RemoteProtocolError, httpx.ReadError):
        return None


def until(served: Serve, *wanted: int | None) -> None:
    while status(served) not in wanted:
        pass


@ONE_OR_TWO
def test_a_slow_request_under_way_is_answered_and_new_ones_go_elsewhere(database_url, tmp_path, words):
    with serve(database_url, tmp_path, *words, unready_seconds="0.5") as served, served.client() as client:
        until(served, 200)
        with ThreadPoolExecutor(1) as patience, territories_locked(database_url) as busy:
            slow = patience.submit(client.get, "/v1/territories")
            somebody_waits(database_url)
            served.stop()
            until(served, 503)
            until(served, None)
            assert not slow.done()
            busy.rollback()
            answer = slow.result(PATIENCE_SECONDS)
        assert (answer.status_code, answer.headers["connection"]) == (200, "close")
        assert served.ended() == 0


def test_a_request_that_does_not_end_in_time_is_given_up_and_told_so(database_url, tmp_path):
    settings = {"unready_seconds": "0", "drain_seconds": "1"}
    with serve(database_url, tmp_path, **settings) as served, served.client() as client:
        until(served, 200)
        with ThreadPoolExecutor(1) as patience, territories_locked(database_url):
            slow = patience.submit(client.get, "/v1/territories")
            somebody_waits(database_url)
            served.stop()
            assert served.ended() == 0
            answer = slow.result(PATIENCE_SECONDS)
        assert (answer.status_code, answer.json()["code"], answer.json()["dependency"]) == (
            503,
            "unavailable",
            "server",
        )
        assert answer.json()["request_id"] == answer.headers["x-request-id"]
        assert [line for line in served.lines() if "error" in line or "Exception" in str(line["event"])] == []


@ONE_OR_TWO
async def test_streams_end_and_the_solve_is_found_again_by_another_worker(database, tmp_path, words):
    asked = await a_long_request(database)
    with serve(database.url, tmp_path, *words, unready_seconds="0") as served, served.client() as client:
        await searching(database, asked.id)
        with client.stream("GET", f"/v1/rosters/{asked.id}/progress") as stream:
            events = stream.iter_lines()
            assert next(events) == "event: progress"
            served.stop()
            assert list(events)[-1] == ""
        assert served.ended() == 0
        assert await statuses(database) == ["todo"]
    async with worker_process(database.url, tmp_path):
        await seen(database, asked.id, lambda roster: roster.progress is None)
        await stop_roster(database, asked.id, caller=ANNE)
        await solved(database, asked.id)
    assert len(await history(database, "started")) == 2


def test_a_process_that_dies_is_started_again_and_none_of_its_counts_are_lost(database_url, tmp_path):
    with serve(database_url, tmp_path, *TWO) as served, served.client() as client:
        until(served, 200)
        counted = [requests(client) for _ in range(20)]
        before = served.children("server")
        os.kill(before[0], signal.SIGKILL)
        while restarts(served) != {"server": 1, "worker": 0}:
            pass
        assert len(served.children("server")) == 2
        assert requests(client) > counted[-1]


async def test_a_worker_that_dies_is_started_again_and_its_solve_with_it(database, tmp_path):
    asked = await a_long_request(database)
    with serve(database.url, tmp_path, *TWO) as served:
        await searching(database, asked.id)
        [worker] = served.children("worker")
        [solver] = solvers(worker)
        os.kill(worker, signal.SIGKILL)
        await seen(database, asked.id, lambda roster: roster.progress is None)
        await searching(database, asked.id)
        assert restarts(served) == {"server": 0, "worker": 1}
    assert not solver.is_running()


def test_no_process_outlives_a_supervisor_that_is_killed(database_url, tmp_path):
    with serve(database_url, tmp_path, *TWO, unready_seconds="0") as served:
        until(served, 200)
        processes = [psutil.Process(pid) for role in ("server", "worker") for pid in served.children(role)]
        served.process.kill()
        gone, alive = psutil.wait_procs(processes, timeout=PATIENCE_SECONDS)
        assert (len(gone), alive) == (3, [])
        where = urlsplit(served.address)
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((where.hostname, where.port or 0))


def test_ctrl_c_ends_it_at_once_and_in_order(database_url, tmp_path):
    with serve(database_url, tmp_path, *TWO, unready_seconds="600") as served:
        while served.log.read_text().count("Application startup complete.") < 2:
            pass
        served.process.send_signal(signal.SIGINT)
        assert served.ended() == 0
        assert [line["event"] for line in served.lines()].count("Application shutdown complete.") == 2


def test_every_process_tells_the_sum_of_what_all_counted(database_url, tmp_path):
    with serve(database_url, tmp_path, *TWO) as served:
        until(served, 200)
        answers = [httpx.get(f"{served.address}/healthz").status_code for _ in range(30)]
        with served.client() as client:
            assert figure(client, "http_requests_total", 'route="/healthz",status="200"') == len(answers)
        assert len(served.children("server")) == 2


def requests(client: httpx.Client) -> float:
    """How many of /healthz were counted, this one not yet among them."""
    counted = figure(client, "http_requests_total", 'route="/healthz",status="200"')
    client.get("/healthz")
    return counted


def figure(client: httpx.Client, name: str, labels: str) -> float:
    lines = client.get("/metrics").text.splitlines()
    found = [line for line in lines if line.startswith(f"tourderole_{name}{{") and labels in line]
    return float(found[0].split()[-1]) if found else 0


def restarts(served: Serve) -> dict[str, float]:
    with served.client() as client:
        lines = client.get("/metrics").text.splitlines()
    counted = [line for line in lines if line.startswith("tourderole_process_restarts_total{")]
    return {line.split('"')[1]: float(line.split()[-1]) for line in counted}


@pytest.mark.parametrize("given", [ADMIN_TOKEN, ""])
def test_a_token_is_printed_only_when_it_was_made_here(database_url, tmp_path, given):
    with serve(database_url, tmp_path, admin_token=given) as served:
        assert served.process.stdout is not None
        token = served.process.stdout.readline().strip().removeprefix("Admin token: ")
        assert token == ("that of TOURDEROLE_ADMIN_TOKEN" if given else (tmp_path / "admin-token").read_text())


def told_address(served: Serve) -> str:
    """Where the service believes that it was reached, by a request that claims more than it can."""
    with served.client() as client:
        answer = client.get("/fhir/metadata", headers={"X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.1"})
    url: str = answer.json()["implementation"]["url"]
    return url


def test_how_a_request_came_is_believed_of_named_proxies_alone(database_url, tmp_path, monkeypatch):
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "*")  # of uvicorn's own settings none counts
    with serve(database_url, tmp_path) as served:
        assert told_address(served) == f"{served.address}/fhir"
    with serve(database_url, tmp_path, trusted_proxies="192.0.2.0/24, 127.0.0.1") as served:
        assert told_address(served) == f"{served.address.replace('http:', 'https:')}/fhir"


def test_a_secret_without_clients_is_refused_at_the_start(monkeypatch):
    monkeypatch.setenv("TOURDEROLE_FHIR_PROXY_SECRET", "0123456789abcdef0123456789abcdef")
    with pytest.raises(ValueError, match="say who is let in"):
        Settings()
