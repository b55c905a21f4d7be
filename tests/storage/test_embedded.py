"""The embedded PostgreSQL for real: processes that share it, are killed, and lie in awkward places."""

import os
import shutil
import signal
import stat
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from service.storage.embedded import DatabaseUnavailable, EmbeddedPostgres
from service.storage.embedded_cluster import wait_until
from tests.left_out import leave_out
from tests.storage.hanging import postmaster_of
from tests.storage.processes import another_process, answer, execute, is_gone

start = partial(EmbeddedPostgres.start, durable=False)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "postgres"


def test_a_server_started_again_has_kept_everything(folder):
    with start(folder) as postgres:
        execute(postgres.url, "CREATE TABLE kept AS SELECT 1")
    assert is_gone(postgres.url)
    with start(folder) as postgres:
        assert answer(postgres.url, "SELECT count(*) FROM kept") == 1


def test_text_is_utf8_ordered_by_code_point_and_times_are_utc(folder):
    with start(folder) as postgres:
        assert answer(postgres.url, "SHOW server_encoding") == "UTF8"
        assert answer(postgres.url, "SELECT 'z' < 'É' AND lower('É') = 'é'") is True
        assert answer(postgres.url, "SELECT '2026-12-01 08:00+01'::timestamptz::text") == "2026-12-01 07:00:00+00"


@pytest.mark.parametrize(("durable", "fsync"), [(True, "on"), (False, "off")])
def test_only_a_test_gives_up_durability(folder, durable, fsync):
    with EmbeddedPostgres.start(folder, durable=durable) as postgres:
        assert answer(postgres.url, "SHOW fsync") == fsync


def test_it_allows_as_many_connections_as_were_asked_for_and_refuses_who_needs_more(folder):
    with start(folder, connections=120) as postgres:
        assert answer(postgres.url, "SHOW max_connections") == "120"
        start(folder, connections=119).stop()
        with pytest.raises(DatabaseUnavailable, match="allows 120 connections, and 121 may be needed"):
            start(folder, connections=121)
        assert not is_gone(postgres.url)


def test_one_that_died_is_started_again_once_and_as_large_as_anybody_needs(folder):
    with start(folder, connections=120) as large, start(folder) as small:
        execute(large.url, "CREATE TABLE kept AS SELECT 1", "CHECKPOINT")
        assert not small.start_again()
        postmaster_of(folder).kill()
        wait_until(small.is_dead, otherwise="the server survives")
        assert [small.start_again(), large.start_again()] == [True, False]
        assert answer(large.url, "SHOW max_connections") == "120"
        assert answer(large.url, "SELECT count(*) FROM kept") == 1


def test_a_handle_given_back_starts_nothing_again(folder):
    postgres = start(folder)
    postgres.stop()
    assert not postgres.is_dead()
    assert not postgres.start_again()
    assert is_gone(postgres.url)


def test_a_database_is_created_once_and_apart(folder):
    with start(folder) as postgres:
        url = postgres.create_database("à part %")
        execute(url, "CREATE TABLE here AS SELECT 1")
        assert postgres.create_database("à part %") == url
        assert answer(postgres.url, "SELECT to_regclass('here')") is None


def test_a_process_that_joins_leaves_the_server_to_its_owner(folder):
    with another_process(folder) as (_, url):
        with start(folder) as guest:
            assert answer(guest.url) == answer(url)
        assert not is_gone(url)


def test_the_last_one_out_stops_the_server(folder):
    owner, guest = start(folder), start(folder)
    owner.stop()
    assert not is_gone(guest.url)
    guest.stop()
    guest.stop()
    assert is_gone(guest.url)


def test_those_who_start_at_the_same_time_get_one_server(folder):
    with another_process(folder) as (_, first), another_process(folder) as (_, second), start(folder) as postgres:
        assert first == second == postgres.url
        assert answer(first) == answer(postgres.url)


def test_many_joining_and_leaving_at_once_never_lose_the_server(folder):
    def join_and_ask(_: int) -> object:
        with start(folder) as guest:
            return answer(guest.url)

    with start(folder) as postgres, ThreadPoolExecutor(8) as guests:
        assert set(guests.map(join_and_ask, range(24))) == {answer(postgres.url)}


def test_a_killed_owner_takes_its_server_along(folder):
    if shutil.which("setpriv") is None:
        leave_out("setpriv (util-linux)")
    with another_process(folder) as (owner, url):
        owner.kill()
        wait_until(lambda: is_gone(url), seconds=5, otherwise="the server outlives its owner")


@pytest.mark.parametrize("victims", ["owner", "server", "both"])
def test_nothing_killed_blocks_the_next_start(folder, victims):
    with another_process(folder) as (owner, url):
        execute(url, "CREATE TABLE kept AS SELECT 1", "CHECKPOINT")
        if victims != "owner":
            os.kill(int((folder / "cluster" / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
        if victims != "server":
            owner.kill()
        wait_until(lambda: is_gone(url), otherwise="the server survives")
        with start(folder) as postgres:
            assert answer(postgres.url, "SELECT count(*) FROM kept") == 1


def test_a_guest_whose_owner_dies_starts_the_server_again_at_the_same_url(folder):
    with another_process(folder) as (owner, url):
        guest = start(folder)
        owner.kill()
        wait_until(lambda: is_gone(guest.url), otherwise="the server outlives its owner")
        with start(folder) as again, guest:
            assert again.url == guest.url == url
            assert not is_gone(guest.url)


def test_a_server_that_nobody_uses_any_more_is_replaced(folder):
    abandoned = start(folder, tied=False)
    began = answer(abandoned.url)
    abandoned._users.close()  # as the kernel does for a process that is killed
    with start(folder) as postgres:
        assert answer(postgres.url) != began


@pytest.mark.parametrize("name", ["a space", "virgule, accent é, 100 % & +", 'quoted "name"', "long" * 40])
def test_any_path_will_do(tmp_path, name):
    with start(tmp_path / name / "postgres") as postgres:
        assert answer(postgres.url, "SELECT 1") == 1


def test_no_mode_of_an_existing_folder_changes(tmp_path):
    folder = tmp_path / "private" / "data"
    folder.mkdir(parents=True)
    folder.parent.chmod(0o700)
    folder.chmod(0o750)
    before = [path.stat() for path in (folder, *folder.parents)]
    with start(folder):
        after = [path.stat() for path in (folder, *folder.parents)]
    assert [(s.st_mode, s.st_uid) for s in after] == [(s.st_mode, s.st_uid) for s in before]


def test_what_is_made_is_private(folder):
    with start(folder):
        made = [folder, *folder.iterdir()]
        assert [path.name for path in made if stat.S_IMODE(path.stat().st_mode) & 0o077] == []


def test_a_pid_file_from_before_the_last_boot_is_stale_whoever_has_the_number_now(folder):
    start(folder).stop()
    (folder / "cluster" / "postmaster.pid").write_text(f"1\n{folder}/cluster\n0\n5432\n{folder}/sockets\n")
    with start(folder) as postgres:
        assert not is_gone(postgres.url)


def test_a_start_that_cannot_succeed_says_why_at_once_and_can_be_repaired(folder):
    start(folder).stop()
    (folder / "cluster" / "PG_VERSION").rename(folder / "aside")
    with pytest.raises(DatabaseUnavailable, match="not a valid data directory"):
        start(folder)
    (folder / "aside").rename(folder / "cluster" / "PG_VERSION")
    start(folder).stop()


def test_a_folder_that_cannot_be_made_is_a_clear_error(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(DatabaseUnavailable, match="Not a directory"):
        start(tmp_path / "file" / "postgres")


def test_a_socket_folder_of_somebody_else_is_refused(tmp_path):
    folder = tmp_path / "postgres"
    (folder / "sockets").mkdir(parents=True)
    (folder / "sockets").chmod(0o777)
    with pytest.raises(DatabaseUnavailable, match="not a private folder"):
        start(folder)
