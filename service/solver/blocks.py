"""A program taken apart: what is still open, in blocks that no row ties together."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from service.solver.program import Choice, Program

Numbers = NDArray[np.float64]
Indices = NDArray[np.int64]
Mask = NDArray[np.bool_]

NOTHING: Indices = np.array([], dtype=np.int64)
CRUMB = 60
"""Blocks with fewer variables are small."""
TOLERANCE = 1e-6
"""Of a row's limits: sums of floats."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Open variables and the rows that bind them, row by row, by their numbers in the program.

    `columns`, `row_of`: of each coefficient, by the block's own numbering, as are the variables of each of `choices`
    that are open; `entries`: its place in the program. What is fixed has gone into the rows' limits. `binding`: rows of
    the program that pack, and had a price in a relaxation before.
    """

    variables: Indices
    low: Numbers
    high: Numbers
    whole: Mask
    rows: Indices
    starts: Indices
    columns: Indices
    row_of: Indices
    coefficients: Numbers
    entries: Indices
    row_low: Numbers
    row_high: Numbers
    choices: tuple[Choice, ...] = ()
    binding: set[int] = field(default_factory=set)

    @property
    def packs(self) -> Mask:
        """Of each row, whether it says of some variables just that they come to so much at most."""
        odd = np.bincount(self.row_of, weights=self.coefficients != 1, minlength=len(self.rows)) > 0
        of_program: Mask = self.rows >= 0
        return of_program & ~odd & np.isneginf(self.row_low)

    def of_rows(self, which: Mask) -> "Block":
        """All its variables, and of its rows these."""
        is_in = which[self.row_of]
        return replace(
            self,
            rows=self.rows[which],
            starts=np.concatenate(([0], np.cumsum(np.diff(self.starts)[which]))),
            columns=self.columns[is_in],
            row_of=(np.cumsum(which) - 1)[self.row_of[is_in]],
            coefficients=self.coefficients[is_in],
            entries=self.entries[is_in],
            row_low=self.row_low[which],
            row_high=self.row_high[which],
        )


class Matrix:
    """A program as it stands, in arrays."""

    def __init__(self, program: Program) -> None:
        self.low = np.array(program.low)
        self.high = np.array(program.high)
        self._whole = np.array(program.whole)
        self._columns = np.array(program.columns, dtype=np.int64)
        self._coefficients = np.array(program.coefficients)
        starts = np.array(program.starts, dtype=np.int64)
        self._row_of = np.repeat(np.arange(len(program.row_low)), np.diff(starts))
        self._open = self.low < self.high
        self._choices = program.choices
        self._binding = program.binding
        settled = np.where(self._open, 0.0, self.low)
        held = np.bincount(
            self._row_of, weights=self._coefficients * settled[self._columns], minlength=len(program.row_low)
        )
        self._row_low: Numbers = np.array(program.row_low) - held
        self._row_high: Numbers = np.array(program.row_high) - held

    @property
    def is_possible(self) -> bool:
        """Whether every variable has a value left, and no row in which nothing is open is broken."""
        is_open = np.bincount(self._row_of, weights=self._open[self._columns], minlength=len(self._row_low)) > 0
        is_kept = (self._row_low <= TOLERANCE) & (self._row_high >= -TOLERANCE)
        return bool((is_open | is_kept).all() and (self.low <= self.high).all())

    def blocks(self, *, crumb: int = CRUMB) -> Iterator[Block]:
        """The first variables first; those with fewer than `crumb` variables are one together."""
        is_open = self._open[self._columns]
        places = np.flatnonzero(is_open)
        rows, columns = self._row_of[is_open], self._columns[is_open]
        variables = np.flatnonzero(self._open)
        if not len(variables):
            return
        labels = _without_crumbs(_joined(rows, columns, len(self.low)), variables, crumb)
        variables = variables[np.argsort(labels[variables], kind="stable")]
        entries = np.argsort(labels[columns], kind="stable")
        cuts = np.flatnonzero(np.diff(labels[variables])) + 1
        block_labels = labels[variables][np.concatenate(([0], cuts))]
        entry_labels = labels[columns][entries]
        firsts = np.searchsorted(entry_labels, block_labels, side="left")
        lasts = np.searchsorted(entry_labels, block_labels, side="right")
        for those, first, last in zip(np.split(variables, cuts), firsts, lasts, strict=True):
            span = entries[first:last]
            yield self._block(those, rows[span], columns[span], places[span])

    def _block(self, variables: Indices, rows: Indices, columns: Indices, entries: Indices) -> Block:
        own_rows, row_of = np.unique(rows, return_inverse=True)
        return Block(
            variables=variables,
            low=self.low[variables],
            high=self.high[variables],
            whole=self._whole[variables],
            rows=own_rows,
            starts=np.concatenate(([0], np.cumsum(np.bincount(row_of, minlength=len(own_rows))))).astype(np.int64),
            columns=np.searchsorted(variables, columns),
            row_of=row_of.astype(np.int64),
            coefficients=self._coefficients[entries],
            entries=entries,
            row_low=self._row_low[own_rows],
            row_high=self._row_high[own_rows],
            choices=tuple(self._choices_among(variables)),
            binding=self._binding,
        )

    def _choices_among(self, variables: Indices) -> Iterator[Choice]:
        for choice in self._choices:
            is_open = self._open[choice.variables]
            still_open = choice.variables[is_open]
            if len(still_open) and np.isin(still_open[0], variables, assume_unique=True):
                yield Choice(variables=np.searchsorted(variables, still_open), least=choice.least[is_open])


def _without_crumbs(labels: Indices, variables: Indices, crumb: int) -> Indices:
    """All small blocks as one: it is no harder than they are, and there may be many."""
    sizes = np.bincount(labels[variables], minlength=len(labels))
    crumbs = (sizes > 0) & (sizes < crumb)
    return np.where(crumbs[labels], np.argmax(crumbs), labels) if crumbs.any() else labels


def _joined(rows: Indices, columns: Indices, variables: int) -> Indices:
    """A label for each variable, the same for all that rows tie together: the least number among them."""
    labels = np.arange(variables, dtype=np.int64)
    if not len(rows):
        return labels
    firsts = np.flatnonzero(np.concatenate(([True], rows[1:] != rows[:-1])))
    lengths = np.diff(np.concatenate((firsts, [len(rows)])))
    while True:
        least = np.repeat(np.minimum.reduceat(labels[columns], firsts), lengths)
        joined = labels.copy()
        np.minimum.at(joined, columns, least)
        np.minimum.at(joined, labels, joined)
        joined = joined[joined]
        if np.array_equal(joined, labels):
            return labels
        labels = joined
