"""What is wrong with an answer: judged by the plain rules, the plain values, and every roster there is."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

from service.domain.answers import Answer
from service.domain.fairness import fairness_table
from service.domain.goals import GOALS, goal_values
from service.domain.policy import FairnessPolicy, Goal
from service.domain.rosters import Assignment, Session
from service.domain.rules import breaches
from service.domain.solving import Problem
from service.domain.standing import Standing
from tests.make import seat

Roster = Sequence[Assignment]
BALANCES = {Goal.FAIRNESS_WORST: "balance", Goal.FAIRNESS_WORST_UNLOVED: "balance_unloved"}


def faults(problem: Problem, answer: Answer, best: Mapping[Goal, int] | None = None) -> list[str]:
    """Of an answer that has had all the time it needs. `best`: what every goal can come to, if that is known."""
    roster = answer.assignments
    if roster is None:
        return ["there is a roster, even an empty one"]
    values = goal_values(problem, roster)
    best = best or best_values(problem)
    found = [f"breaks {breach.rule}" for breach in breaches(problem, roster)]
    found += [f"{goal.name} is {values[goal.name]}" for goal in answer.goals if goal.value != values[goal.name]]
    for goal in answer.goals:
        if goal.settled and list(goal.settled) != balances(problem, roster, goal.name)[: len(goal.settled)]:
            found.append(f"{goal.name} settles what the roster has not: {goal.settled}")
        reached = best[goal.name]
        if (goal.value, goal.bound) != (reached, reached):
            found.append(f"{goal.name} is at best {reached}, not {goal.value}, of which {goal.bound} is proved")
    return found


def best_values(problem: Problem) -> Mapping[Goal, int]:
    """What each goal comes to at its best while those before it stay at theirs, by looking at every roster."""
    rosters = list(lawful_rosters(problem))
    best = {}
    for goal in goal_values(problem, ()):
        values = [GOALS[goal](problem, roster) for roster in rosters]
        best[goal] = min(values)
        rosters = [roster for roster, value in zip(rosters, values, strict=True) if value == best[goal]]
        if problem.policy.fairness is FairnessPolicy.LEXIMIN and goal in BALANCES:
            fairest = min(balances(problem, roster, goal) for roster in rosters)
            rosters = [roster for roster in rosters if balances(problem, roster, goal) == fairest]
    return best


def balances(problem: Problem, roster: Roster, goal: Goal) -> list[int]:
    """Everybody's, the largest first: what leximin makes least, one after the other."""
    return sorted((getattr(row, BALANCES[goal]) for row in fairness_table(problem, roster)), reverse=True)


def lawful_rosters(problem: Problem) -> Iterator[Roster]:
    """Every roster that breaks no rule: session by session nobody, or each choice of holders at each host."""
    begun = [held for held in problem.published if held.key in problem.frozen]
    open_sessions = [session for session in problem.sessions if session.key not in problem.frozen]
    for roster in _extended(problem, begun, open_sessions):
        if not breaches(problem, roster):
            yield roster


def _extended(problem: Problem, roster: Roster, sessions: Sequence[Session]) -> Iterator[Roster]:
    if not sessions:
        yield tuple(roster)
        return
    yield from _extended(problem, roster, sessions[1:])
    for more in _ways_to_hold(problem, sessions[0]):
        if _is_lawful(problem, roster, more):
            yield from _extended(problem, [*roster, *more], sessions[1:])


def _ways_to_hold(problem: Problem, session: Session) -> Iterator[Roster]:
    for host in session.hosts:
        for number in range(1, session.template.seats + 1):
            for holders in combinations(problem.practitioners, number):
                yield [seat(session.template.id, session.on, holder.id, host) for holder in holders]


def _is_lawful(problem: Problem, roster: Roster, more: Roster) -> bool:
    standing = Standing(problem, roster)
    for assignment in more:
        if standing.broken_by(assignment):
            return False
        standing.add(assignment)
    return True
