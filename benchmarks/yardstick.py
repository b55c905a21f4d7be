"""The speed of this machine today: the same work every time."""

from itertools import combinations, pairwise

from ortools.sat.python import cp_model

from benchmarks.measuring import seconds_of

GOLOMB_MARKS, GOLOMB_LENGTH = 9, 44
"""The shortest ruler of nine marks is 44 long (known since 1970)."""


def yardstick_seconds() -> float:
    """How long one CP-SAT worker takes to prove the shortest Golomb ruler of nine marks."""
    model = cp_model.CpModel()
    marks = [model.new_int_var(0, 2 * GOLOMB_LENGTH, "") for _ in range(GOLOMB_MARKS)]
    model.add(marks[0] == 0)
    for left, right in pairwise(marks):
        model.add(left < right)
    distances = [model.new_int_var(1, 2 * GOLOMB_LENGTH, "") for _ in combinations(marks, 2)]
    for distance, (left, right) in zip(distances, combinations(marks, 2), strict=True):
        model.add(distance == right - left)
    model.add_all_different(distances)
    model.minimize(marks[-1])
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 1
    seconds = seconds_of(lambda: solver.solve(model))
    if solver.objective_value != GOLOMB_LENGTH:
        raise AssertionError(f"a ruler of {solver.objective_value}")
    return seconds
