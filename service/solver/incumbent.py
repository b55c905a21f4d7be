"""The best roster so far, and what the decisions come to in it."""

from dataclasses import dataclass, field

import numpy as np

from service.domain.goals import GOALS as VALUES
from service.domain.policy import Goal
from service.domain.rosters import Assignment
from service.solver.blocks import Numbers
from service.solver.rung import Rung
from service.solver.variables import Works


@dataclass(kw_only=True)
class Incumbent:
    """`kept`: what goals settled before have come to."""

    works: Works
    roster: tuple[Assignment, ...]
    kept: dict[Goal, int] = field(default_factory=dict)

    def values(self) -> Numbers:
        """What each variable of the program comes to; -1 where the roster does not say."""
        values = np.full(len(self.works.program.low), -1.0)
        own = self.works.values(self.roster)
        values[list(own)] = list(own.values())
        return values

    def adopt(self, values: Numbers, rung: Rung) -> bool:
        """Take the roster that these values mean, unless it is worse; what is fixed stays as it is.

        Worse at a goal before too: a sum of fractions may be kept within its rounding only.
        """
        low, high = np.array(self.works.program.low), np.array(self.works.program.high)
        roster = self.works.roster(np.where(low == high, low, values).tolist())
        value = VALUES[rung.goal](self.works.problem, roster)
        is_kept = all(VALUES[goal](self.works.problem, roster) <= before for goal, before in self.kept.items())
        if value <= rung.value and is_kept:
            self.roster = roster
            rung.see(value, None)
        return value <= rung.value and is_kept
