"""Solving, over all seeds of a case: what each phase takes, what is proved, and how much memory it is."""

from collections.abc import Iterator, Sequence
from statistics import median

from benchmarks import alone
from benchmarks.cases import CASES, Case
from benchmarks.measuring import Effort, middle, percentile
from benchmarks.report import Row, Table, commit
from benchmarks.solving import Solved, work
from benchmarks.yardstick import yardstick_seconds

GOALS_NOTE = (
    "Seconds from when a goal is taken up until the next one is. *closed*: the value is the bound, which from 4 weeks"
    " up is conditional once minutes are settled. *open by*: the largest distance of the two, in the goal's unit."
)


def measure(effort: Effort) -> Sequence[Table]:
    phases: list[Row] = []
    levels: list[Row] = []
    yardsticks = [yardstick_seconds()]
    for case in filter(lambda case: effort.includes(case.key), CASES.values()):
        solved = [alone.measured(work, Solved, case, seed, effort) for seed in range(1, effort.seeds + 1)]
        yardsticks.append(yardstick_seconds())
        phases.append(_phases(case, solved, middle(yardsticks[-2:])))
        levels.extend(_levels(case, solved))
        print(*(f"{name} {cell}" for name, cell in phases[-1].items() if cell is not None), sep=" · ", flush=True)
    how = (
        f"One thread, at most {effort.solve_seconds:g} s a solve, each in a process of its own. Seeds from 1 up,"
        " of the solver and of generated territories. *build*, *first roster*, *peak*: the 95th percentile too."
        f" *missed*: those aims that it does not keep. Aims at L13: also {_aims(CASES['L13'])}."
    )
    limit = (
        "The limit is the yardstick: one CP-SAT worker proves the shortest Golomb ruler of nine marks, before and after"
        f" every case; {min(yardsticks):.2f} to {max(yardsticks):.2f} s, {middle(yardsticks)} s in the middle. The"
        " median is divided by it."
    )
    return [
        Table(title="Solving: phases", rows=phases, notes=(how, limit)),
        Table(title="Solving: goals, each in its turn", rows=levels, notes=(GOALS_NOTE,)),
    ]


def _phases(case: Case, solved: Sequence[Solved], yardstick_s: float) -> Row:
    totals = [each.total_s for each in solved]
    peaks = [each.peak_mb for each in solved if each.peak_mb is not None]
    return {
        "case": case.key,
        "what": case.name,
        "seats": round(median(each.seats for each in solved)),
        "build s": percentile(each.build_s for each in solved),
        "first roster s": percentile(each.first_s for each in solved),
        "least s": round(min(totals), 3),
        "median s": middle(totals),
        "p95 s": percentile(totals),
        "worst s": round(max(totals), 3),
        "all closed": f"{sum(each.is_closed for each in solved)} of {len(solved)}",
        "peak MB": percentile(peaks, digits=0) if peaks else None,
        "÷ yardstick": round(median(totals) / yardstick_s, 2),
        "aim s": case.aim.total_s if case.aim else None,
        "prototype s": case.aim.prototype_s if case.aim else None,
        "missed": (", ".join(_missed(case, solved)) or "none") if case.aim else None,
        "commit": commit(),
    }


def _missed(case: Case, solved: Sequence[Solved]) -> Iterator[str]:
    """The aims that fewer than 19 seeds of 20 keep."""
    aim = case.aim
    if aim is None:
        return
    if not all(each.is_closed for each in solved):
        yield "proof"
    if percentile(each.total_s for each in solved) > aim.total_s:
        yield "total"
    if aim.build_s is not None and percentile(each.build_s for each in solved) > aim.build_s:
        yield "build"
    if aim.first_s is not None and percentile(each.first_s for each in solved) > aim.first_s:
        yield "first roster"
    if aim.peak_mb is not None and percentile(each.peak_mb or 0 for each in solved) > aim.peak_mb:
        yield "memory"


def _aims(case: Case) -> str:
    aim = case.aim
    return f"build {aim.build_s} s, first roster {aim.first_s} s, {aim.peak_mb} MB" if aim else ""


def _levels(case: Case, solved: Sequence[Solved]) -> Iterator[Row]:
    for levels in zip(*(each.levels for each in solved), strict=True):
        heard = [level.seconds for level in levels if level.seconds is not None]
        gaps = [level.gap for level in levels if level.gap is not None]
        yield {
            "case": case.key,
            "goal": levels[0].goal,
            "median s": middle(heard) if heard else None,
            "p95 s": percentile(heard) if heard else None,
            "closed": f"{gaps.count(0)} of {len(levels)}",
            "open by": max(gaps, default=None),
        }
