"""Quality: our rosters beside the secretary's and Timefold's, all counted by the same plain rules and goals."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from statistics import median
from time import perf_counter

from benchmarks.cases import Case
from benchmarks.claims import Judged, claims
from benchmarks.contenders import OURS, TIMEFOLD_PYTHON, Method, Roster, methods
from benchmarks.measuring import Effort, middle
from benchmarks.report import Row, Table
from benchmarks.territories import L, M, S
from service.domain.availability import Level
from service.domain.fairness import fairness_table
from service.domain.goals import goal_values
from service.domain.policy import Goal
from service.domain.rules import breaches
from service.domain.solving import Limits, Problem
from service.solver.solve import solve

SESSION_MINUTES = 120
PROVING_SECONDS = 120
CASES = tuple(
    Case(key=f"{shape.name}{weeks}", name=f"generated {shape.name}, {weeks} weeks", weeks=weeks, shape=shape)
    for shape, weeks in ((S, 4), (M, 4), (L, 4), (M, 13))
)
GOALS_NOTE = (
    "Medians; lower is better, the first goal in which two rosters differ decides. All seek the same goals: access,"
    " which would cost Timefold most of its speed, is left out for ours too. Nobody's minutes are settled."
)
MEASURES_NOTE = (
    f"Medians. Balances are in sessions of {SESSION_MINUTES} minutes, km are there and back. *breaches*: of rules, all"
    " seeds together. *s*: of the wall clock, all included. Both search in one thread; Timefold's time begins when its"
    " Java is ready."
)
CLAIMS_NOTE = (
    "Of our rosters, seed by seed. History allows a worst unloved balance of one session, or of what somebody brings"
    " who holds nothing unloved. *Better on every measure, or as good*: worse on none, and not the same on all."
)
POSSIBLE_NOTE = (
    "Every goal at which another method's roster is below ours. *at least*: what no roster goes below that is as good"
    f" as can be at those before it, as far as our solver proves it in {PROVING_SECONDS} s."
    " *pays with*: the first goal at which the other roster is worse."
)
LEFT_OUT = f"Timefold was left out: {TIMEFOLD_PYTHON} names no interpreter that has it (README)."


def measure(effort: Effort) -> Sequence[Table]:
    goals: list[Row] = []
    measures: list[Row] = []
    claimed: list[Row] = []
    possible: list[Row] = []
    contenders = methods(effort)
    for case in (case for case in CASES if effort.includes(case.key)):
        problems = {seed: _without_access(case.problem(seed)) for seed in range(1, effort.repeats + 1)}
        judged = {
            name: [_judged(method, problem, seed) for seed, problem in problems.items()]
            for name, method in contenders.items()
        }
        for name, each in judged.items():
            goals.append({"case": case.name, "method": name, **_goals(each)})
            measures.append({"case": case.name, "method": name, **_measures(each)})
        claimed += ({"case": case.name, **claim} for claim in claims(judged))
        for seed, problem in problems.items():
            those = {name: each[seed - 1] for name, each in judged.items()}
            possible += ({"case": case.name, "seed": seed, **row} for row in _possible(_proved(problem, seed), those))
    seeds = f"Seeds 1 to {effort.repeats} (of the territory, of our solver and of Timefold)."
    absent = () if len(contenders) > 2 else (LEFT_OUT,)
    return [
        Table(title="Comparison: goals", rows=goals, notes=(f"{seeds} {GOALS_NOTE}", *absent)),
        Table(title="Comparison: what people ask about", rows=measures, notes=(MEASURES_NOTE,)),
        Table(title="Comparison: what is claimed", rows=claimed, notes=(CLAIMS_NOTE,)),
        Table(title="Comparison: what is possible", rows=possible, notes=(POSSIBLE_NOTE,)),
    ]


def _without_access(problem: Problem) -> Problem:
    policy = problem.policy
    order = tuple(goal for goal in policy.goal_order if goal not in (Goal.ACCESS, Goal.ACCESS_FLOOR))
    territory = replace(problem.file.territory, policy=replace(policy, goal_order=order, settle_minutes=False))
    return replace(problem, file=replace(problem.file, territory=territory))


def _judged(method: Method, problem: Problem, seed: int) -> Judged:
    start = perf_counter()
    roster = method(problem, seed)
    return Judged(
        seconds=perf_counter() - start,
        breaches=len(breaches(problem, roster)),
        goals=goal_values(problem, roster),
        measures=measures_of(problem, roster),
        brought=_brought(problem),
    )


def _proved(problem: Problem, seed: int) -> Mapping[Goal, int | None]:
    """The bound of each goal, None where there was no time for one."""
    answer = solve(problem, Limits(seconds=PROVING_SECONDS, seed=seed))
    return {goal.name: goal.bound for goal in answer.goals}


def _possible(bounds: Mapping[Goal, int | None], judged: Mapping[str, Judged]) -> Iterator[Row]:
    """A row for each goal at which another method is below ours."""
    ours = judged[OURS].goals
    for name, rival in judged.items():
        for goal, bound in bounds.items():
            if rival.goals[goal] < ours[goal]:
                dearer = next((each for each in bounds if rival.goals[each] > ours[each]), goal)
                yield {
                    "method": name,
                    "goal": goal.value,
                    "its value": rival.goals[goal],
                    "ours": ours[goal],
                    "at least": bound,
                    "pays with": f"{dearer.value} {rival.goals[dearer]}, not {ours[dearer]}",
                }


def measures_of(problem: Problem, roster: Roster) -> Mapping[str, float]:
    asked = sum(session.template.seats for session in problem.sessions)
    levels = Counter(problem.level(one.practitioner, problem.session_at[one.key]) for one in roster)
    balances = [row.balance for row in fairness_table(problem, roster)]
    unloved = [row.balance_unloved for row in fairness_table(problem, roster)]
    return {
        "seats": asked,
        "empty": asked - len(roster),
        "avoid": levels[Level.AVOID],
        "preferred": levels[Level.PREFERRED],
        "worst balance": max(balances) / SESSION_MINUTES,
        "worst unloved": max(unloved) / SESSION_MINUTES,
        "Σ balance": sum(map(abs, balances)) / SESSION_MINUTES,
        "Σ unloved": sum(map(abs, unloved)) / SESSION_MINUTES,
        "km": goal_values(problem, roster)[Goal.TRAVEL],
    }


def _brought(problem: Problem) -> float:
    """The worst unloved balance of those who would hold nothing, in sessions."""
    return max(row.balance_unloved for row in fairness_table(problem, ())) / SESSION_MINUTES


def _goals(judged: Sequence[Judged]) -> Row:
    return {goal.value: median(each.goals[goal] for each in judged) for goal in judged[0].goals}


def _measures(judged: Sequence[Judged]) -> Row:
    medians = {name: middle((each.measures[name] for each in judged), digits=2) for name in judged[0].measures}
    return {
        **medians,
        "breaches": sum(each.breaches for each in judged),
        "s": middle((each.seconds for each in judged), digits=2),
    }
