"""Leximin: after the largest balance the second largest, and so on, each as low as those before it allow."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence

from service.domain.fairness import fairness_table
from service.solver.caps import find_any
from service.solver.incumbent import Incumbent
from service.solver.loads import Branch, Load
from service.solver.program import Program
from service.solver.rung import Rung

MOST_SETTLED = 24
"""Balances from the top; beyond them the sum of all is settled anyway."""


def settle_next_largest(loads: Sequence[Load], incumbent: Incumbent, rung: Rung, *, unloved: bool) -> Iterator[int]:
    """The largest balance, then each next one that the time allows to prove, until it does not.

    The k-th is the least t such that some roster has fewer than k people above t, and no more above any of the values
    settled before than there were: with above[p] = 1 where p's balance is more than t: Σ_p above[p] <= k - 1.
    (Ogryczak & Śliwiński, On solving linear programs with the ordered weighted averaging objective, 2003: the same
    order of rosters.)
    """
    program = incumbent.works.program
    if loads:
        yield rung.value
    for settled in range(1, min(MOST_SETTLED, len(loads))):
        goal_value = _balances(incumbent, unloved=unloved)[settled]
        value = _lowest(loads, incumbent, rung, settled=settled, value=goal_value, unloved=unloved)
        if value is None:
            return
        _few_above(program, loads, value, settled)
        yield value


def _balances(incumbent: Incumbent, *, unloved: bool) -> list[int]:
    """Of everybody, in the roster in hand, the largest first."""
    rows = fairness_table(incumbent.works.problem, incumbent.roster)
    return sorted((row.balance_unloved if unloved else row.balance for row in rows), reverse=True)


def _lowest(
    loads: Sequence[Load], incumbent: Incumbent, rung: Rung, *, settled: int, value: int, unloved: bool
) -> int | None:
    """The lowest value above which no more people need be; None when there was no time to prove it."""
    program = incumbent.works.program
    while True:
        lower = max((b for load in loads for b in load.balances if b < value), default=None)
        if lower is None:
            return value
        if rung.left_seconds <= 0:
            return None
        with program.trial():
            _few_above(program, loads, lower, settled)
            is_found = find_any(incumbent, rung)
        if is_found is None:
            return None
        if not is_found:
            return value
        value = _balances(incumbent, unloved=unloved)[settled]


def _few_above(program: Program, loads: Sequence[Load], value: int, most: int) -> None:
    """No more than so many people have a balance above the value."""
    above = []
    for load in loads:
        if load.balances[-1] > value:
            is_above = program.variable()
            above.append(is_above)
            for branch in load.branches:
                _not_above(program, branch, value, is_above)
    program.at_most(most, above)


def _not_above(program: Program, branch: Branch, value: int, is_above: int) -> None:
    """Unless `is_above`: count <= the largest count that is not above the value, in this branch."""
    within = bisect_right(branch.balances, value)
    count = branch.counts[within - 1] if within else 0
    more = branch.counts[-1] - count
    if branch.chosen is None:
        program.row([branch.count, is_above], [1.0, -float(more)], high=count)
        if not within:
            program.row([is_above], low=1)
        return
    if not within:
        program.row([branch.chosen, is_above], [1.0, -1.0], high=0)
    program.row([branch.count, branch.chosen, is_above], [1.0, -float(count), -float(more)], high=0)
