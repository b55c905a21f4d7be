"""A worker in a process of its own, killed in the middle of a solve."""

import time

import psutil

from service.application.rosters import list_versions, stop_roster
from service.domain.roster_life import Solving
from tests.rosters import ANNE, a_long_request
from tests.worker.watching import history, searching, seen, solved, solvers, statuses, worker_process

AT_ONCE_SECONDS = 10


async def test_the_job_of_a_killed_worker_is_run_again_by_another_and_solved_once(database, tmp_path):
    asked = await a_long_request(database)
    async with worker_process(database.url, tmp_path) as one, worker_process(database.url, tmp_path) as other:
        await searching(database, asked.id)
        busy = one if solvers(one.pid) else other
        orphans = solvers(busy.pid)
        killed_at = time.time()
        busy.kill()
        await seen(database, asked.id, lambda roster: roster.progress is None)
        await searching(database, asked.id)
        await stop_roster(database, asked.id, caller=ANNE)
        roster = await solved(database, asked.id)
    assert (roster.solving, roster.version) == (Solving.SOLVED, 2)
    gone, alive = psutil.wait_procs(orphans, timeout=AT_ONCE_SECONDS)
    assert (len(gone), alive) == (1, [])
    [_, (_, again_at)] = await history(database, "started")
    assert again_at - killed_at < AT_ONCE_SECONDS
    versions = await list_versions(database, asked.id, after=0, limit=10, caller=ANNE)
    assert [version.made_by for version in versions.items] == ["anne", "solver"]
    assert await statuses(database) == ["succeeded"]
