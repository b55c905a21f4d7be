"""Who could take one open seat, best first, and what keeps everybody else from it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import inf, isfinite

from service.domain.answers import FairnessRow, GoalChange, Reason
from service.domain.availability import Level
from service.domain.directory import PracticeId, Practitioner, PractitionerId
from service.domain.errors import NotFound
from service.domain.fairness import fairness_table
from service.domain.goals import GOALS, goal_values
from service.domain.policy import Goal
from service.domain.repairs import goal_changes
from service.domain.rosters import Assignment, Session, SessionKey
from service.domain.solving import Breach, Problem
from service.domain.standing import Standing

Roster = Sequence[Assignment]
OF_PLACES_ALONE = (Goal.COVERAGE, Goal.ACCESS_FLOOR, Goal.ACCESS, Goal.ROTATION)
"""Goals that depend on which sessions are held and where, not on who holds them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Somebody who could lawfully take the seat as things stand. `km`: of road, one way; None: has no place that day.

    `balance` and `balance_unloved`: minutes beyond the share before the seat is taken. `goals`: those that change.
    """

    assignment: Assignment
    is_unloved: bool
    level: Level
    balance: int
    balance_unloved: int
    km: float | None
    goals: tuple[GoalChange, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """The seats that could lawfully be taken, one for each who could, and what forbids it to everybody else."""

    able: tuple[Assignment, ...]
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCall:
    """`seats`: those open. `reasons`: what forbids it to everybody who is no candidate."""

    session: Session
    seats: int
    candidates: tuple[Candidate, ...]
    reasons: tuple[Reason, ...]


def candidates_for(
    problem: Problem, roster: Roster, key: SessionKey, *, instead_of: PractitionerId | None = None
) -> OpenCall:
    """Who could take a seat of this session: who owes most first (of unloved hours where it is one), then by wish, km.

    `instead_of`: the seat of this holder counts as open, at the practice where it is. Raises NotFound.
    """
    session = problem.session_at.get(key)
    if session is None:
        raise NotFound("session", f"{key.template} on {key.on}")
    left = [each for each in roster if (each.key, each.practitioner) == (key, instead_of)]
    if instead_of is not None and not left:
        raise NotFound("assignment", f"{key.template} on {key.on} of {instead_of}")
    standing = Standing(problem, [each for each in roster if each not in left])
    judged = judged_for(problem, standing, session, instead_of=left[0] if left else None)
    return OpenCall(
        session=session,
        seats=session.template.seats - len(standing.of_session(key)),
        candidates=tuple(sorted(_candidates(problem, standing.roster, session, judged.able), key=_rank)),
        reasons=judged.reasons,
    )


def judged_for(problem: Problem, standing: Standing, session: Session, *, instead_of: Assignment | None) -> Judged:
    """Everybody but the holder who leaves, if one does: what stands is without that seat, and its practice is kept."""
    left = () if instead_of is None else (instead_of,)
    hosts = {each.practice for each in (*standing.of_session(session.key), *left)} & {*session.hosts}
    people = [each for each in problem.practitioners if instead_of is None or each.id != instead_of.practitioner]
    judged = [_judged(problem, standing, session, each, sorted(hosts) or session.hosts) for each in people]
    return Judged(
        able=tuple(seat for seat, broken in judged if not broken),
        reasons=tuple(
            Reason(practitioner=seat.practitioner, rule=breach.rule, facts=breach.facts)
            for seat, broken in judged
            for breach in broken
        ),
    )


def _judged(
    problem: Problem, standing: Standing, session: Session, practitioner: Practitioner, hosts: Sequence[PracticeId]
) -> tuple[Assignment, tuple[Breach, ...]]:
    """The seat at the host where least forbids it, the nearest of those, and what does."""
    by_km = sorted(hosts, key=lambda host: problem.home_km(practitioner, host, session.on))
    seats = (
        Assignment(template=session.template.id, on=session.on, practice=host, practitioner=practitioner.id)
        for host in by_km
    )
    return min(((seat, standing.broken_by(seat)) for seat in seats), key=lambda judged: len(judged[1]))


def _candidates(problem: Problem, roster: Roster, session: Session, able: Sequence[Assignment]) -> Iterator[Candidate]:
    before = goal_values(problem, roster)
    rows = {row.practitioner: row for row in fairness_table(problem, roster)}
    at_host: dict[PracticeId, Mapping[Goal, int]] = {}
    for seat in able:
        taken = (*roster, seat)
        if seat.practice not in at_host:
            at_host[seat.practice] = {goal: GOALS[goal](problem, taken) for goal in before if goal in OF_PLACES_ALONE}
        of_places = at_host[seat.practice]
        after = {goal: of_places[goal] if goal in of_places else GOALS[goal](problem, taken) for goal in before}
        changes = tuple(change for change in goal_changes(before, after) if change.cost)
        yield _candidate(problem, session, seat, rows.get(seat.practitioner), changes)


def _candidate(
    problem: Problem, session: Session, seat: Assignment, row: FairnessRow | None, goals: tuple[GoalChange, ...]
) -> Candidate:
    km = problem.home_km(problem.practitioner_of[seat.practitioner], seat.practice, seat.on)
    return Candidate(
        assignment=seat,
        is_unloved=session.burden_class.is_unloved,
        level=problem.level(seat.practitioner, session) or Level.AVOID,
        balance=row.balance if row else 0,
        balance_unloved=row.balance_unloved if row else 0,
        km=km if isfinite(km) else None,
        goals=goals,
    )


def _rank(candidate: Candidate) -> tuple[int, int, int, float, str]:
    return (
        candidate.balance_unloved if candidate.is_unloved else 0,
        candidate.balance,
        list(Level).index(candidate.level),
        inf if candidate.km is None else candidate.km,
        candidate.assignment.practitioner,
    )
