"""A problem's program under all rules, a roster held in it, and what a penalty then comes to."""

import numpy as np

from service.domain.rosters import Assignment
from service.domain.solving import Limits, Problem
from service.solver.admission import candidates
from service.solver.blocks import Matrix
from service.solver.budget import Budget
from service.solver.constraints import BETWEEN
from service.solver.explain import settle_pins
from service.solver.greedy import least_loaded_first
from service.solver.integer import IntegerProgram
from service.solver.penalties import Penalty
from service.solver.program import Program
from service.solver.sums import Sum
from service.solver.variables import Works
from tests.make import REPEATABLE


def unhurried(limits: Limits = REPEATABLE) -> Budget:
    return Budget(limits=limits, should_stop=lambda: False)


def built(problem: Problem) -> Works:
    """All decisions, and the rules between them."""
    works = Works.of(problem, candidates(problem))
    for rule in BETWEEN.values():
        rule(works)
    return works


def first_roster(works: Works) -> tuple[Assignment, ...]:
    pinned = settle_pins(works, unhurried()).assignments
    return least_loaded_first(works, pinned, works.problem.published)


def hold(works: Works, roster: tuple[Assignment, ...]) -> None:
    """Nothing but this roster."""
    for variable, value in works.values(roster).items():
        works.program.fix(variable, value)


def least(penalty: Penalty, program: Program) -> float:
    """What the penalty comes to at the least."""
    asked = Sum.of(penalty, program)
    costs = [
        IntegerProgram(part.block, unhurried()).optimise(part.cost, seconds=60, gap=0).bound for part in asked.parts
    ]
    return (asked.constant + sum(costs)) / penalty.scale


def is_possible(program: Program) -> bool:
    matrix = Matrix(program)
    return matrix.is_possible and all(
        IntegerProgram(block, unhurried()).optimise(np.zeros(len(block.variables)), seconds=60, gap=0).values
        is not None
        for block in matrix.blocks()
    )
