"""Repairs: somebody is away for a fortnight in the middle; until the fewest changes are found and proved."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time, timedelta

from benchmarks import alone
from benchmarks.cases import CASES, Case
from benchmarks.measuring import Effort, middle, percentile
from benchmarks.report import Row, Table, commit
from benchmarks.watching import watched
from service.domain.calendar import instant_of
from service.domain.changes_of_persons import PractitionerAway
from service.domain.policy import Goal
from service.domain.repairs import repair_problem, standing_problem
from service.domain.roster_content import difference
from service.domain.rosters import Assignment
from service.domain.solving import Problem

KEYS = ("S13", "M13", "L13")
AIMS = {"M13": (1.0, "1.9"), "L13": (2.0, "3.2")}
AWAY = timedelta(weeks=2)
NOTE = (
    "A roster is solved; then whoever holds most of the fortnight in the middle is away for it, and all before it"
    " stands as it was. *minimum*: seconds until coverage and stability are settled and the next goal is taken up."
    " *all goals*: until the last. *lost*: seats of who is away; *changes*: people who come to or leave a session;"
    " *moves*: those who keep it at another practice, which stability does not count. Medians, save for p95 and worst."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Repaired:
    """`lost`: seats of the one who is away. `is_minimal`: coverage and stability are proved."""

    first_s: float
    minimum_s: float
    total_s: float
    is_minimal: bool
    is_closed: bool
    lost: int
    changes: int
    moves: int


def measure(effort: Effort) -> Sequence[Table]:
    rows: list[Row] = []
    for key in filter(effort.includes, KEYS):
        seeds = range(1, effort.seeds + 1)
        rows.append(_row(CASES[key], [alone.measured(work, Repaired, CASES[key], seed, effort) for seed in seeds]))
    return [Table(title="Repair of an absence", rows=rows, notes=(NOTE,))]


def work(case: Case, seed: int, seconds: float) -> Repaired:
    problem = case.problem(seed)
    roster = watched(problem, seconds=seconds, seed=seed).answer.assignments or ()
    asked, lost = _with_an_absence(problem, roster)
    found = watched(asked, seconds=seconds, seed=seed)
    after = found.answer.assignments or ()
    change = difference(roster, after)
    gap_of = {goal.name: goal.gap for goal in found.answer.goals}
    return Repaired(
        first_s=found.answer.timings.first_s or 0,
        minimum_s=found.taken_up_s.get(Goal.FAIRNESS_WORST, found.total_s),
        total_s=found.answer.timings.solve_s,
        is_minimal=gap_of[Goal.COVERAGE] == 0 and gap_of[Goal.STABILITY] == 0,
        is_closed=found.is_closed,
        lost=lost,
        changes=len(change.added) + len(change.removed),
        moves=len(change.moved),
    )


def _with_an_absence(problem: Problem, roster: Sequence[Assignment]) -> tuple[Problem, int]:
    """The repair to be solved, and how many seats the one who is away leaves."""
    first = problem.weeks[(len(problem.weeks) - 2) // 2].monday
    until = first + AWAY - timedelta(days=1)
    held = Counter(each.practitioner for each in sorted(roster) if first <= each.on <= until)
    ((away, lost),) = held.most_common(1)
    now = instant_of(first, time(0), problem.file.territory.zone)
    standing = standing_problem(problem, roster, now=now)
    change = PractitionerAway(practitioner=away, from_on=first, until_on=until)
    return repair_problem(standing, [change], now=now), lost


def _row(case: Case, repaired: Sequence[Repaired]) -> Row:
    aim_s, prototype_s = AIMS.get(case.key, (None, None))
    minimum_s = [each.minimum_s for each in repaired]
    return {
        "case": case.key,
        "what": case.name,
        "lost": middle(each.lost for each in repaired),
        "changes": middle(each.changes for each in repaired),
        "moves": middle(each.moves for each in repaired),
        "first roster s": middle(each.first_s for each in repaired),
        "minimum s": middle(minimum_s),
        "minimum p95 s": percentile(minimum_s),
        "minimum worst s": round(max(minimum_s), 3),
        "minimum proved": f"{sum(each.is_minimal for each in repaired)} of {len(repaired)}",
        "all goals s": middle(each.total_s for each in repaired),
        "all goals p95 s": percentile(each.total_s for each in repaired),
        "all closed": f"{sum(each.is_closed for each in repaired)} of {len(repaired)}",
        "aim s": aim_s,
        "prototype s": prototype_s,
        "commit": commit(),
    }


if __name__ == "__main__":
    alone.answer(work, Repaired)
