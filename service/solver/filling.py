"""Whether a relaxation fills a seat at all: asked of its week alone, which is quick."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from service.domain.answers import Gap
from service.domain.rosters import Assignment, SessionKey
from service.domain.solving import Problem
from service.solver.admission import candidates
from service.solver.budget import Budget
from service.solver.constraints import BETWEEN
from service.solver.explain import may_stand
from service.solver.integer import least_values
from service.solver.relaxing import Relaxation
from service.solver.variables import Works

Roster = tuple[Assignment, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """The sessions of a gap's week; those of other weeks are neighbours.

    `seats`: how many must be held at each session. `elsewhen`: what is held in other weeks.
    """

    problem: Problem
    seats: Mapping[SessionKey, int]
    elsewhen: Roster

    @staticmethod
    def of(problem: Problem, gap: Gap) -> "Week":
        """Of a problem of several weeks, with the roster that stands as what is published."""
        asked = problem.session_at[SessionKey(gap.template, gap.on)]
        sessions = tuple(session for session in problem.sessions if session.week == asked.week)
        keys = {session.key for session in sessions}
        held = tuple(one for one in problem.published if one.key in keys)
        elsewhen = tuple(one for one in problem.published if one.key not in keys)
        territory = replace(problem.file.territory, policy=replace(problem.policy, changes=()))
        week = replace(
            problem,
            file=replace(problem.file, territory=territory),
            weeks=(asked.week,),
            sessions=sessions,
            published=held,
            frozen=problem.frozen & keys,
            neighbours=(*problem.neighbours, *filter(None, map(problem.held, elsewhen))),
        )
        seats = Counter(one.key for one in held)
        seats[asked.key] += 1
        return Week(problem=week, seats=seats, elsewhen=elsewhen)

    def filled(self, relaxation: Relaxation, budget: Budget) -> Roster | None:
        """A roster of all weeks in which the seat is held, and no other is emptied for it; None where there is none.

        The nearest: of all decisions x that are v now, minimise Σ_{v = 0} x - Σ_{v = 1} x. For every session s:
        Σ_p holds[p, s] >= seats held now, one more at the gap.
        """
        problem = relaxation.applied(self.problem)
        works = Works.of(problem, candidates(problem))
        if not all(may_stand(works, pin) for pin in problem.pins):
            return None
        for rule in BETWEEN.values():
            rule(works)
        for key, count in self.seats.items():
            works.program.row([works.hold(one) for one in works.of_session.get(key, ())], low=count)
        cost = np.zeros(len(works.program.low))
        for variable, value in works.values(problem.published).items():
            cost[variable] = -1 if value else 1
        values = least_values(works.program, cost, budget)
        return None if values is None else (*self.elsewhen, *works.roster(values.tolist()))
