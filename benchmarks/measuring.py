"""How much is measured, and what every measurement shares: time, medians, percentiles."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import ceil
from statistics import median
from time import perf_counter


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """Repetitions of each measurement, seconds of each load, requests of the long one, seconds that a solve may take.

    Of the solver's cases: how many `seeds` each, and which `only`, by key; all where none is named.
    """

    repeats: int = 5
    seconds: float = 5
    seeds: int = 20
    requests: int = 200_000
    only: frozenset[str] = frozenset()
    solve_seconds: float = 120
    timefold_seconds: float = 60

    def includes(self, key: str) -> bool:
        return not self.only or key in self.only


SMALL_CASES = frozenset({"haut1", "S1", "S4", "S4t", "S13"})
QUICK = Effort(repeats=1, seconds=1, seeds=1, requests=2000, only=SMALL_CASES, solve_seconds=10, timefold_seconds=5)


def seconds_of(work: Callable[[], object]) -> float:
    start = perf_counter()
    work()
    return perf_counter() - start


def middle(values: Iterable[float], digits: int = 3) -> float:
    """The median, to so many digits after the point."""
    return round(median(values), digits)


def percentile(values: Iterable[float], share: float = 0.95, digits: int = 3) -> float:
    """The least value that so large a share of them does not exceed."""
    ordered = sorted(values)
    return round(ordered[max(0, ceil(share * len(ordered)) - 1)], digits)
