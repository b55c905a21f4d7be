"""What the dual prices of a linear program prove in whole numbers, exactly."""

from dataclasses import dataclass
from fractions import Fraction
from math import floor, log2

import numpy as np
from numpy.typing import NDArray

from service.solver.blocks import Block

Numbers = NDArray[np.float64]

EXACT_BITS = 52
"""Whole numbers up to 2^52 are added and multiplied as floats without any error."""
FINEST_BITS = 24
FINE_BITS = 72
"""Of prices in numbers of any length, where floats would be too coarse."""
BLUNT = 0.05
"""Of a cost: rounding the prices weakens a bound by hardly more, since roundings go either way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Priced:
    """`bound`: no values of the variables cost less. `units`: so many of the other figures make 1.

    `reduced`: what one more of a variable costs beyond the prices of its rows. `prices`: of the rows.
    """

    bound: float
    units: float
    reduced: Numbers
    prices: Numbers


def priced(block: Block, cost: Numbers, duals: Numbers) -> Priced:
    """What these dual prices prove about the least cost of a block; costs are whole numbers.

    With any prices y, a sum c·x over rows low <= A·x <= high is at least Σ_i y_i × (low_i if y_i > 0 else high_i)
    + Σ_j (c - yA)_j × (the end of x_j's domain where that is least). Prices are rounded to a fraction so coarse that
    all the sums stay whole and exact: the bound holds whatever the rounding, and the better the prices, the better it
    is. (Neumaier & Shcherbina, Safe bounds in linear and mixed-integer programming, 2004.)
    """
    usable = np.where(duals > 0, np.isfinite(block.row_low), np.isfinite(block.row_high))
    duals = np.where(usable, duals, 0.0)
    units = _units(block, cost, duals)
    ends = np.maximum(np.abs(block.low), np.abs(block.high))
    if np.linalg.norm(block.coefficients * ends[block.columns]) > 2 * BLUNT * units:
        return _finely_priced(block, cost, duals)
    prices = np.round(duals * units)
    limits = np.where(prices > 0, block.row_low, block.row_high)
    reduced = cost * units - np.bincount(
        block.columns, weights=block.coefficients * prices[block.row_of], minlength=len(cost)
    )
    total = np.dot(prices[prices != 0], limits[prices != 0])
    total += np.dot(reduced, np.where(reduced > 0, block.low, block.high))
    return Priced(bound=float(total) / units, units=units, reduced=reduced, prices=prices)


def _finely_priced(block: Block, cost: Numbers, duals: Numbers) -> Priced:
    """The same with finer prices, in whole numbers of any length: for rows with coefficients in the millions."""
    units = 2**FINE_BITS
    prices = [round(Fraction(dual) * units) for dual in duals.tolist()]
    reduced = [int(each) * units for each in cost.tolist()]
    for row, column, coefficient in zip(
        block.row_of.tolist(), block.columns.tolist(), block.coefficients.tolist(), strict=True
    ):
        if prices[row]:
            reduced[column] -= prices[row] * int(coefficient)
    limits = np.where(duals > 0, block.row_low, block.row_high).tolist()
    total = sum(price * Fraction(limit) for price, limit in zip(prices, limits, strict=True) if price)
    ends = ((low if each > 0 else high) for each, low, high in zip(reduced, block.low, block.high, strict=True))
    total += sum(each * Fraction(float(end)) for each, end in zip(reduced, ends, strict=True) if each)
    return Priced(
        bound=float(total / units), units=float(units), reduced=np.array(reduced, float), prices=np.array(prices, float)
    )


def _units(block: Block, cost: Numbers, duals: Numbers) -> float:
    """As fine a fraction as keeps every sum exact."""
    limits = np.where(duals > 0, block.row_low, block.row_high)
    largest = np.abs(duals[duals != 0] * limits[duals != 0]).sum() + np.abs(duals).sum()
    ends = np.maximum(np.abs(block.low), np.abs(block.high))
    gross = np.bincount(block.columns, weights=np.abs(block.coefficients * duals[block.row_of]), minlength=len(cost))
    largest += np.dot(np.abs(cost) + gross, np.maximum(ends, 1.0))
    return float(2.0 ** min(FINEST_BITS, floor(EXACT_BITS - 1 - log2(max(1.0, largest)))))
