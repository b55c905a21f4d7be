"""Fixes: three ways to fill a seat that stays empty, each verified by solving what it leads to."""

from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter

from benchmarks import alone
from benchmarks.cases import CASES, Case
from benchmarks.measuring import Effort, middle, percentile
from benchmarks.report import Row, Table, commit
from benchmarks.watching import watched
from service.domain.gaps import gaps
from service.domain.solving import Limits
from service.solver.budget import Budget
from service.solver.fixes import MOST_FIXES, fixes

KEYS = ("S4t", "M4t", "L4t", "L13t", "large1")
AIM_S = 2.0
MOST_GAPS = 6
"""Of each roster, spread evenly over its weeks."""
NOTE = (
    f"For each gap of a solved roster, at most {MOST_GAPS} a roster: seconds until up to {MOST_FIXES} verified fixes"
    f" are found. *with {MOST_FIXES}*: gaps that have so many; *with none*: those that no promising relaxation fills."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """For one gap."""

    seconds: float
    found: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Fixed:
    gaps: int
    sought: tuple[Sought, ...]


def measure(effort: Effort) -> Sequence[Table]:
    rows: list[Row] = []
    for key in (key for key in KEYS if key in CASES and effort.includes(key)):
        seeds = range(1, effort.seeds + 1)
        rows.append(_row(CASES[key], [alone.measured(work, Fixed, CASES[key], seed, effort) for seed in seeds]))
    return [Table(title="Fixes of a gap", rows=rows, notes=(NOTE,))]


def work(case: Case, seed: int, seconds: float) -> Fixed:
    problem = case.problem(seed)
    roster = watched(problem, seconds=seconds, seed=seed).answer.assignments or ()
    empty = gaps(problem, roster)
    limits = Limits(seconds=seconds, seed=seed)
    sought = []
    for index in sorted({number * len(empty) // MOST_GAPS for number in range(MOST_GAPS)} if empty else ()):
        start = perf_counter()
        found = fixes(problem, roster, empty[index], Budget(limits=limits, should_stop=lambda: False))
        sought.append(Sought(seconds=perf_counter() - start, found=len(found)))
    return Fixed(gaps=len(empty), sought=tuple(sought))


def _row(case: Case, fixed: Sequence[Fixed]) -> Row:
    sought = [one for each in fixed for one in each.sought]
    seconds = [one.seconds for one in sought]
    return {
        "case": case.key,
        "what": case.name,
        "gaps a roster": middle(each.gaps for each in fixed),
        "gaps tried": len(sought),
        "median s": middle(seconds) if seconds else None,
        "p95 s": percentile(seconds) if seconds else None,
        "worst s": round(max(seconds), 3) if seconds else None,
        f"with {MOST_FIXES}": sum(one.found == MOST_FIXES for one in sought),
        "with none": sum(one.found == 0 for one in sought),
        "aim s": AIM_S,
        "commit": commit(),
    }


if __name__ == "__main__":
    alone.answer(work, Fixed)
