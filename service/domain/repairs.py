"""Repairs: the fewest changes that a roster needs once something has happened, and what they do to everybody."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from service.domain.answers import Answer, FairnessRow, Gap, GoalChange, GoalValue, Outcome
from service.domain.changes import Change, changed, sessions_named
from service.domain.directory import PractitionerId
from service.domain.equity import EquityRow, equity
from service.domain.errors import SessionBegun
from service.domain.fairness import fairness_table
from service.domain.gaps import gaps
from service.domain.goals import goal_values
from service.domain.policy import Goal
from service.domain.roster_content import Difference, difference
from service.domain.rosters import Assignment, Session
from service.domain.solving import Problem

Roster = Sequence[Assignment]
FIRST_GOALS = (Goal.COVERAGE, Goal.STABILITY)


@dataclass(frozen=True, slots=True, kw_only=True)
class FairnessChange:
    """One practitioner's ledger before and after; None where he or she has no share."""

    practitioner: PractitionerId
    before: FairnessRow | None
    after: FairnessRow | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair:
    """A roster that stands, and what becomes of it.

    `goals`: all that are counted, in the order they were sought; `proof`: what is proved of those the solver strove
    for. `fairness`: whose ledger changes; `equity`: every commune. `people`: who holds other seats than before.
    """

    assignments: tuple[Assignment, ...]
    difference: Difference
    outcome: Outcome
    goals: tuple[GoalChange, ...]
    proof: tuple[GoalValue, ...]
    gaps_before: tuple[Gap, ...]
    gaps: tuple[Gap, ...]
    sessions_added: tuple[Session, ...]
    sessions_dropped: tuple[Session, ...]
    people: tuple[PractitionerId, ...]
    fairness: tuple[FairnessChange, ...]
    equity: tuple[EquityRow, ...]


def begun(problem: Problem, roster: Roster, *, now: datetime) -> Problem:
    """The problem with what has begun by now frozen as the roster says."""
    frozen = frozenset(session.key for session in problem.sessions if session.time.start <= now)
    return replace(problem, published=tuple(roster), frozen=frozen)


def standing_problem(problem: Problem, roster: Roster, *, now: datetime, fewest_changes: bool = True) -> Problem:
    """The problem of keeping what stands: what has begun is frozen; fewest changes right after coverage, or the goals
    in the policy's own order.
    """
    order = problem.policy.goal_order
    if fewest_changes:
        order = (*FIRST_GOALS, *(goal for goal in order if goal not in FIRST_GOALS))
    territory = replace(problem.file.territory, policy=replace(problem.policy, goal_order=order))
    return begun(replace(problem, file=replace(problem.file, territory=territory)), roster, now=now)


def repair_problem(standing: Problem, changes: Sequence[Change], *, now: datetime) -> Problem:
    """What is to be solved once the changes have happened: sessions that have begun are as they were.

    Raises Invalid; SessionBegun when a change names a session that has.
    """
    problem = changed(standing, changes)
    begun = {session.key for session in problem.sessions if session.time.start <= now} | standing.frozen
    refused = sorted(sessions_named(changes) & begun)
    if refused:
        raise SessionBegun(sessions=[{"template": key.template, "date": key.on.isoformat()} for key in refused])
    kept = tuple(
        standing.session_at[session.key] if session.key in standing.frozen else session for session in problem.sessions
    )
    return replace(problem, sessions=kept)


def repair_of(before: Problem, asked: Problem, answer: Answer, assignments: Roster) -> Repair:
    """What the answer's assignments do to the roster that stands in `before`, whose changes made it `asked`."""
    roster = before.published
    change = difference(roster, assignments)
    return Repair(
        assignments=tuple(assignments),
        difference=change,
        outcome=answer.outcome,
        goals=tuple(goal_changes(goal_values(before, roster), goal_values(asked, assignments))),
        proof=answer.goals,
        gaps_before=gaps(before, roster),
        gaps=answer.gaps or gaps(asked, assignments),
        sessions_added=tuple(_asked_only_in(asked, before)),
        sessions_dropped=tuple(_asked_only_in(before, asked)),
        people=tuple(sorted({assignment.practitioner for assignment in touched_by(change)})),
        fairness=tuple(fairness_changes(fairness_table(before, roster), fairness_table(asked, assignments))),
        equity=equity(before, roster, asked, assignments),
    )


def touched_by(change: Difference) -> Iterator[Assignment]:
    """Every assignment that comes, goes or moves."""
    yield from change.added
    yield from change.removed
    for move in change.moved:
        yield from (move.before, move.after)


def goal_changes(before: Mapping[Goal, int], after: Mapping[Goal, int]) -> Iterator[GoalChange]:
    """Every goal counted on both sides, in the order of the latter."""
    return (GoalChange(name=name, before=before[name], after=value) for name, value in after.items() if name in before)


def fairness_changes(before: Collection[FairnessRow], after: Collection[FairnessRow]) -> Iterator[FairnessChange]:
    """Of everybody whose row changes, in their order."""
    was, now = ({row.practitioner: row for row in rows} for rows in (before, after))
    for id in {**was, **now}:
        if was.get(id) != now.get(id):
            yield FairnessChange(practitioner=id, before=was.get(id), after=now.get(id))


def _asked_only_in(problem: Problem, other: Problem) -> Iterator[Session]:
    asked_there = {key for key, session in other.session_at.items() if session.template.seats > 0}
    return (each for each in problem.sessions if each.template.seats > 0 and each.key not in asked_there)
