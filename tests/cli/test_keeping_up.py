"""`tourderole serve` on its own PostgreSQL: killed, that is back within seconds; told to stop, it stays away."""

import os
import shutil
import signal
import subprocess

import httpx
import pytest

from service.storage.embedded import EmbeddedPostgres
from tests.cli.serving_process import TOURDEROLE, Serve, serve
from tests.left_out import leave_out
from tests.storage.hanging import postmaster_of
from tests.storage.processes import another_process, answer, is_gone

OWN = ""  # no TOURDEROLE_DATABASE_URL
ONE_OR_TWO = pytest.mark.parametrize("words", [(), ("--workers", "2")], ids=["one process", "several"])


def until_ready(client: httpx.Client) -> None:
    while client.get("/readyz").status_code != 200:
        pass


def said(served: Serve, word: str) -> int:
    return [line["event"] for line in served.lines()].count(word)


@ONE_OR_TWO
def test_its_own_postgresql_killed_is_started_again_however_often(tmp_path, words):
    with serve(OWN, tmp_path, *words) as served, served.client() as client:
        until_ready(client)
        for _ in range(2):
            first = postmaster_of(tmp_path / "postgres")
            first.kill()
            first.wait()
            until_ready(client)
            assert postmaster_of(tmp_path / "postgres") != first
            assert client.get("/v1/territories").json()["items"] == []
        while said(served, "postgresql_started_again") < 2:
            pass


@pytest.mark.parametrize(("words", "allowed"), [((), "100"), (("--workers", "6"), "215")])
def test_its_own_postgresql_allows_as_many_connections_as_its_processes_open(tmp_path, words, allowed):
    with serve(OWN, tmp_path, *words), EmbeddedPostgres.start(tmp_path / "postgres") as postgres:
        assert answer(postgres.url, "SHOW max_connections") == allowed


def test_more_processes_than_the_one_that_runs_has_connections_for_are_refused(tmp_path):
    environment = {**os.environ, "TOURDEROLE_DATABASE_URL": OWN, "TOURDEROLE_DATA": str(tmp_path)}
    with EmbeddedPostgres.start(tmp_path / "postgres"):
        words = ["serve", "--workers", "2"]
        refused = subprocess.run([TOURDEROLE, *words], env=environment, capture_output=True, text=True, check=False)
    assert refused.returncode == 1
    assert "allows 100 connections, and 123 may be needed here" in refused.stderr


@ONE_OR_TWO
def test_an_ordered_stop_is_no_death(tmp_path, words):
    with serve(OWN, tmp_path, *words, unready_seconds="0") as served, served.client() as client:
        until_ready(client)
        postmaster = postmaster_of(tmp_path / "postgres")
        served.stop()
        assert served.ended() == 0
        assert not postmaster.is_running()
        assert not (tmp_path / "postgres" / "cluster" / "postmaster.pid").exists()
        assert said(served, "postgresql_died") == 0


def test_one_whose_owner_is_gone_is_started_again_by_who_serves_on_it(tmp_path):
    if shutil.which("setpriv") is None:
        leave_out("setpriv (util-linux)")
    with another_process(tmp_path / "postgres") as (owner, url), serve(OWN, tmp_path) as served:
        with served.client() as client:
            until_ready(client)
            owner.kill()
            while not said(served, "postgresql_started_again"):
                pass
            until_ready(client)
        assert not is_gone(url)


def test_what_hinders_its_start_is_told_and_once_out_of_the_way_it_starts(tmp_path):
    version = tmp_path / "postgres" / "cluster" / "PG_VERSION"
    with serve(OWN, tmp_path) as served, served.client() as client:
        until_ready(client)
        version.rename(tmp_path / "aside")
        os.kill(postmaster_of(tmp_path / "postgres").pid, signal.SIGKILL)
        while not said(served, "postgresql_does_not_start"):
            pass
        (tmp_path / "aside").rename(version)
        until_ready(client)
