"""Whole numbers bound by linear rows: what the rules and goals are written in, and the engines read."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

INFINITY = float("inf")


@dataclass(frozen=True, slots=True, kw_only=True)
class Linear:
    """constant + Σ coefficient × variable."""

    coefficients: Mapping[int, float] = field(default_factory=dict)
    constant: float = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Variables of which just one is 1, in the order of what they stand for; `least`: what each may cost at least."""

    variables: NDArray[np.int64]
    least: NDArray[np.float64]


@dataclass(slots=True, kw_only=True)
class Program:
    """Variables by their number, each from `low` to `high`, `whole` or not; rows bind sums of them from both sides.

    Rows lie one after the other: row r has the columns and coefficients from `starts[r]` to `starts[r + 1]`. `binding`:
    see `linear`.
    """

    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)
    whole: list[bool] = field(default_factory=list)
    starts: list[int] = field(default_factory=lambda: [0])
    columns: list[int] = field(default_factory=list)
    coefficients: list[float] = field(default_factory=list)
    row_low: list[float] = field(default_factory=list)
    row_high: list[float] = field(default_factory=list)
    choices: list[Choice] = field(default_factory=list)
    binding: set[int] = field(default_factory=set)

    def variable(self, low: float = 0, high: float = 1, *, whole: bool = True) -> int:
        """Its number. One that is whole wherever the others are need not be said to be `whole`."""
        self.low.append(low)
        self.high.append(high)
        self.whole.append(whole)
        return len(self.low) - 1

    def row(
        self,
        variables: Sequence[int],
        coefficients: Sequence[float] | None = None,
        *,
        low: float = -INFINITY,
        high: float = INFINITY,
    ) -> int:
        """Its number. Coefficients are 1 unless given; a variable stands in it once."""
        self.columns.extend(variables)
        self.coefficients.extend([1.0] * len(variables) if coefficients is None else coefficients)
        self.starts.append(len(self.columns))
        self.row_low.append(low)
        self.row_high.append(high)
        return len(self.row_low) - 1

    def at_most(self, most: int, variables: Iterable[int]) -> None:
        """Of these, no more than so many; nothing is said where there are no more."""
        variables = list(variables)
        if len(variables) > most:
            self.row(variables, high=most)

    def one_of(self, variables: Sequence[int], least: Sequence[float]) -> None:
        """Just one of these is 1: see `Choice`."""
        self.row(variables, low=1, high=1)
        self.choices.append(Choice(variables=np.array(variables, dtype=np.int64), least=np.array(least, dtype=float)))

    def fix(self, variable: int, value: float) -> None:
        self.low[variable] = self.high[variable] = value

    def at_least(self, variable: int, value: float) -> None:
        """Impossible where it cannot be so much: what is fixed below stays fixed."""
        self.low[variable] = max(self.low[variable], value)

    def is_fixed(self, variable: int) -> bool:
        return self.low[variable] == self.high[variable]

    def allow_what_is_fixed(self) -> None:
        """Where what is fixed brings a row over its upper limit, the limit is raised to just that.

        For rows whose coefficients are not negative.
        """
        for row, high in enumerate(self.row_high):
            span = slice(self.starts[row], self.starts[row + 1])
            coefficients = self.coefficients[span]
            least = sum(c * self.low[v] for c, v in zip(coefficients, self.columns[span], strict=True))
            if least > high and min(coefficients) >= 0:
                self.row_high[row] = least

    @contextmanager
    def trial(self) -> Iterator[None]:
        """Whatever the block sets or adds is forgotten at its end."""
        parts = (self.low, self.high, self.whole, self.starts, self.columns, self.coefficients)
        limits = (self.row_low, self.row_high)
        before = [part[:] for part in (*parts, *limits)]
        try:
            yield
        finally:
            for part, was in zip((*parts, *limits), before, strict=True):
                part[:] = was  # type: ignore[index]

    def entry(self, row: int, variable: int) -> int:
        """The place in `coefficients` of a variable that stands in the row."""
        return self.columns.index(variable, self.starts[row], self.starts[row + 1])
