"""Looking for rosters with CP-SAT: its parameters, and how it is watched."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import ceil

from ortools.sat.python.cp_model import FEASIBLE, OPTIMAL, CpModel, CpSolver, CpSolverSolutionCallback

from service.domain.solving import Limits
from service.solver.budget import Budget
from service.solver.variables import Values

SUBSOLVERS = ("max_lp", "reduced_costs", "pseudo_costs", "default_lp", "quick_restart")
"""In the order in which workers get them. On two workers CP-SAT would choose one with a weak linear program itself."""

Sight = Callable[[int | None, int | None], None]
"""Hears the best value and bound of a search, whenever either gets better."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a search came to: the best solution if it found one, and the bound that it proved."""

    values: Values | None = None
    bound: int | None = None


def search(
    model: CpModel,
    budget: Budget,
    *,
    seconds: float,
    hint: Mapping[int, int],
    fixed: bool = False,
    sight: Sight = lambda value, bound: None,
) -> Found:
    """The least that the model's objective comes to, as far as the time allows. With `fixed`, the hint binds."""
    model.clear_hints()  # type: ignore[no-untyped-call]
    for variable, value in hint.items():
        model.add_hint(model.get_int_var_from_proto_index(variable), value)
    solver = _solver(budget.limits, seconds=seconds)
    solver.parameters.fix_variables_to_their_hinted_value = fixed
    watch = _Watch(sight)
    if not fixed:
        solver.best_bound_callback = watch.on_bound
    with budget.stopping(solver.stop_search):
        status = solver.solve(model, watch)
    budget.work_seconds += solver.deterministic_time
    if status not in (OPTIMAL, FEASIBLE):
        return Found()
    bound = None if fixed else _whole(solver.best_objective_bound)
    return Found(values=list(solver.response_proto.solution), bound=bound)


def _solver(limits: Limits, *, seconds: float) -> CpSolver:
    """Presolve is kept short: the models are small, and the linear programs that do the proof are seen before it."""
    solver = CpSolver()
    parameters = solver.parameters
    parameters.random_seed = limits.seed
    parameters.num_workers = 1 if limits.deterministic else max(1, limits.workers)
    parameters.subsolvers.extend(SUBSOLVERS[: max(1, parameters.num_workers - 1)])
    parameters.linearization_level = 2
    parameters.symmetry_level = 0
    parameters.cp_model_probing_level = 0
    parameters.max_presolve_iterations = 1
    parameters.catch_sigint_signal = False
    if limits.deterministic:
        parameters.max_deterministic_time = seconds
    else:
        parameters.max_time_in_seconds = seconds
    return solver


def _whole(bound: float) -> int:
    """CP-SAT's bounds are whole, and come as floats."""
    return ceil(bound - 1e-6)


class _Watch(CpSolverSolutionCallback):
    def __init__(self, sight: Sight) -> None:
        super().__init__()
        self._sight = sight

    def on_solution_callback(self) -> None:
        self._sight(round(self.objective_value), None)

    def on_bound(self, bound: float) -> None:
        self._sight(None, _whole(bound))
