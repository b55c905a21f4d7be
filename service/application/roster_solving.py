"""Solving a requested roster: two short transactions, and a process that searches in between."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from service.application.roster_problems import problem_of_weeks
from service.application.solver_process import SolverFailed, solver_process
from service.application.solver_wire import digest_of, solver_version
from service.domain.answers import Answer
from service.domain.roster_content import RosterContent
from service.domain.roster_life import Assessment, Provenance, Roster, RosterVersion
from service.domain.rosters import RosterId, SessionId
from service.domain.solving import Problem
from service.storage.database import Database
from service.storage.roster_content import add_version, replace_content
from service.storage.rosters import get_roster, report_progress, save_answered, save_roster, take_run

SIGHT_SECONDS = 0.5
"""How often a run says how far it is, and hears whether it shall stop."""
SOLVER = "solver"


class Superseded(Exception):
    """Another run, or another version, has taken the roster: nobody waits for this answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One attempt at a roster's problem. Of several only the latest may write: the others' `token` is a ghost's."""

    token: UUID
    roster: Roster
    problem: Problem


async def solve_roster(
    database: Database, id: RosterId, version: int, *, workers: int, clock: Callable[[], datetime]
) -> Roster:
    """Solve a requested version and record the answer, or why there is none. Harmless when run twice.

    Raises Superseded, NotFound; Unavailable when the database is lost, and then another run takes over.
    """
    run = await take_roster(database, id, version)
    try:
        answer = await _searched(database, run, workers=workers)
    except SolverFailed as failure:
        return await _record(database, run, run.roster.failed(str(failure)), RosterContent.nothing(), now=clock())
    return await record_answer(database, run, answer, now=clock())


async def take_roster(database: Database, id: RosterId, version: int) -> Run:
    """Begin a run, with the territory as it is now. Raises NotFound, and Superseded when nothing is left to solve."""
    token = uuid4()
    async with database.transaction() as session:
        asked = await get_roster(session, id)
        problem = await problem_of_weeks(session, asked.territory, asked.weeks)
        taken = await take_run(session, id, version=version, run_token=token)
    if taken is None:
        raise Superseded
    return Run(token=token, roster=taken, problem=problem)


async def record_answer(database: Database, run: Run, answer: Answer, *, now: datetime) -> Roster:
    """What the run found becomes the draft's next version. Raises Superseded."""
    provenance = Provenance(digest=digest_of(run.problem), solver_version=solver_version(), solved_at=now)
    solved = run.roster.solved(Assessment.of(answer), provenance)
    sessions = {SessionId(uuid4()): session for session in run.problem.sessions}
    content = RosterContent(sessions=sessions, assignments=tuple(sorted(answer.assignments or ())))
    return await _record(database, run, solved, content, now=now)


async def fail_roster(database: Database, id: RosterId, version: int, failure: str, *, now: datetime) -> None:
    """Record that this version will get no answer, if it still waits for one. The text names no person."""
    async with database.transaction() as session:
        roster = await get_roster(session, id)
        if roster.version == version and roster.solving.is_under_way:
            failed = roster.failed(failure)
            await save_roster(session, failed)
            said = RosterVersion.of(failed, RosterContent.nothing(), made_by=SOLVER, made_at=now)
            await add_version(session, id, said)


async def _searched(database: Database, run: Run, *, workers: int) -> Answer:
    async with solver_process(run.problem, run.roster.limits(workers=workers)) as solver:
        async for progress in solver.sights(every_seconds=SIGHT_SECONDS):
            async with database.transaction() as session:
                stop = await report_progress(session, run.roster.id, run_token=run.token, progress=progress)
            if stop is None:
                raise Superseded
            if stop:
                solver.stop()
        return await solver.answer()


async def _record(database: Database, run: Run, made: Roster, content: RosterContent, *, now: datetime) -> Roster:
    async with database.transaction() as session:
        if not await save_answered(session, made, run_token=run.token):
            raise Superseded
        await replace_content(session, made, content)
        await add_version(session, made.id, RosterVersion.of(made, content, made_by=SOLVER, made_at=now))
    return made
