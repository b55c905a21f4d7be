"""What the dual prices of a linear program prove in whole numbers, exactly."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

PRICE_UNITS = 2**24
"""Prices are rounded to this fraction, then everything is exact: what is proved holds whatever the rounding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """low <= Σ coefficient × variable <= high; None: no limit on that side."""

    variables: Sequence[int]
    coefficients: Sequence[int]
    low: int | None
    high: int | None


def proved_least(
    objective: Mapping[int, int], rows: Sequence[Row], domains: Sequence[tuple[int, int]], duals: Sequence[float]
) -> int:
    """A whole number below which Σ objective × variable cannot be.

    With any prices y, a sum c·x over rows low <= A·x <= high is at least Σ_i y_i × (low_i if y_i > 0 else high_i)
    + Σ_j (c - yA)_j × (the end of x_j's domain where that is least). The better the prices, the better the bound.
    (Neumaier & Shcherbina, Safe bounds in linear and mixed-integer programming, 2004.)
    """
    reduced: dict[int, int] = defaultdict(int)
    for variable, coefficient in objective.items():
        reduced[variable] = coefficient * PRICE_UNITS
    least = 0
    for row, dual in zip(rows, duals, strict=True):
        price = round(dual * PRICE_UNITS)
        limit = row.low if price > 0 else row.high
        if price and limit is not None:
            least += price * limit
            for variable, coefficient in zip(row.variables, row.coefficients, strict=True):
                reduced[variable] -= price * coefficient
    least += sum(cost * domains[variable][cost < 0] for variable, cost in reduced.items())
    return -(-least // PRICE_UNITS)
