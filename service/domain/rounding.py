"""How fractions become whole numbers."""

from fractions import Fraction
from math import floor


def half_up(number: Fraction) -> int:
    """The nearest whole number, halves up."""
    return floor(number + Fraction(1, 2))
