"""What the dual prices of a linear program prove, whatever the rounding of floats."""

from dataclasses import dataclass
from math import fsum, inf, nextafter

import numpy as np
from numpy.typing import NDArray

from service.solver.blocks import Block

Numbers = NDArray[np.float64]

ROUNDING = 2.0**-52
"""An operation on floats is off by half of this at most, as a part of its result."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Priced:
    """`bound`: no values of the variables cost less.

    `reduced`: what one more of a variable costs beyond the prices of its rows, at least (its sign apart); at most
    `error` more. `prices`: of the rows.
    """

    bound: float
    reduced: Numbers
    error: Numbers
    prices: Numbers


def priced(block: Block, cost: Numbers, duals: Numbers) -> Priced:
    """What these dual prices prove about the least cost of a block.

    With any prices y, a sum c·x over rows low <= A·x <= high is at least Σ_i y_i × (low_i if y_i > 0 else high_i)
    + Σ_j (c - yA)_j × (the end of x_j's domain where that is least). The better the prices, the better the bound; it
    holds with any, since each sum is taken at the worst that rounding can have made of it: n terms t added one after
    the other are off by n × 2^-53 × Σ|t| at most. (Neumaier & Shcherbina, Safe bounds in linear and mixed-integer
    programming, 2004; Higham, Accuracy and stability of numerical algorithms, 2002, §4.2.)
    """
    usable = np.where(duals > 0, np.isfinite(block.row_low), np.isfinite(block.row_high))
    prices = np.where(usable, duals, 0.0)
    terms = block.coefficients * prices[block.row_of]
    count = len(cost)
    reduced = cost - np.bincount(block.columns, weights=terms, minlength=count)
    gross = np.abs(cost) + np.bincount(block.columns, weights=np.abs(terms), minlength=count)
    error = ROUNDING * (np.bincount(block.columns, minlength=count).astype(np.float64) + 2) * gross
    least = np.minimum(*(_least(block, reduced + off) for off in (error, -error)))
    priced_rows = np.flatnonzero(prices)
    limits = np.where(prices > 0, block.row_low, block.row_high)[priced_rows]
    parts = np.concatenate((prices[priced_rows] * limits, least))
    bound = fsum(parts.tolist()) - ROUNDING * 2 * float(np.abs(parts).sum())
    sure = np.sign(reduced) * np.maximum(np.abs(reduced) - error, 0.0)
    return Priced(bound=nextafter(bound, -inf), reduced=sure, error=2 * error, prices=prices)


def _least(block: Block, reduced: Numbers) -> Numbers:
    return reduced * np.where(reduced > 0, block.low, block.high)
