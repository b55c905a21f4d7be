"""A goal's value in the solver's terms."""

from collections import defaultdict
from dataclasses import dataclass, field
from math import ceil, floor

from service.solver.loads import Load

ROUNDING = 0.0001
"""Of a fraction in the objective, all coefficients' roundings together come to no more than this part of 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Penalty:
    """(constant + Σ coefficient × variable) ÷ `scale`, in whole numbers; a `scale` above 1 stands for a rounded sum.

    The goal's value is that sum, rounded half up; `error` is how far the coefficients' own rounding may have moved it.
    `largest_of`: the goal is the largest balance of these, and there is no sum.
    """

    coefficients: dict[int, int] = field(default_factory=dict)
    constant: int = 0
    scale: int = 1
    error: float = 0
    largest_of: tuple[Load, ...] | None = None

    def value_at_least(self, cost: float) -> int:
        """The least value of the goal when the whole sum cannot be below this cost."""
        if self.scale == 1:
            return ceil(cost - 1e-6)
        return floor(cost / self.scale - self.error + 0.5 - 1e-9)

    def most_cost(self, value: int) -> float:
        """A cost with which the goal is certainly not worse than this value, nearly the largest."""
        return value if self.scale == 1 else (value + 0.5 - 2 * self.error) * self.scale


class Terms:
    """A sum in the making; terms of one variable are added up."""

    def __init__(self, constant: float = 0) -> None:
        self.constant: float = constant
        self._coefficients: dict[int, float] = defaultdict(float)

    def add(self, variable: int, coefficient: float) -> None:
        if coefficient:
            self._coefficients[variable] += coefficient

    def penalty(self) -> Penalty:
        """Of whole coefficients."""
        return Penalty(coefficients={v: int(c) for v, c in self._coefficients.items()}, constant=int(self.constant))

    def rounded_penalty(self, *, at_once: int) -> Penalty:
        """Of fractions, where no more than `at_once` variables are above 0 together, and none above 1."""
        scale = 1
        while (at_once + 1) * 0.5 / scale > ROUNDING:
            scale *= 2
        return Penalty(
            coefficients={v: round(c * scale) for v, c in self._coefficients.items()},
            constant=round(self.constant * scale),
            scale=scale,
            error=(at_once + 1) * 0.5 / scale,
        )
