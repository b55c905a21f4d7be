"""Bounds: without whole numbers the model is a linear program, whose dual prices prove what no roster can reach."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from ortools.linear_solver.python import model_builder
from ortools.sat.python.cp_model import CpModel, LinearExpr
from ortools.sat.python.cp_model_helper import ConstraintProto

from service.solver.budget import Budget
from service.solver.proof import Row, proved_least

_NO_LIMIT = 2**61


_ANYTHING = Row(variables=(), coefficients=(), low=None, high=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Relaxed:
    """`bound`: no solution in whole numbers has a lesser value. `values`: where the linear program has its least."""

    bound: int
    values: Sequence[float]


class Relaxation:
    """The linear program beside a model, which grows as the model does."""

    def __init__(self, model: CpModel, budget: Budget) -> None:
        self._model = model
        self._budget = budget
        self._program = model_builder.Model()  # type: ignore[no-untyped-call]
        self._variables: list[model_builder.Variable] = []
        self._domains: list[tuple[int, int]] = []
        self._rows: list[Row] = []
        self._constraints: list[model_builder.LinearConstraint] = []

    def least(
        self,
        expression: LinearExpr | int,
        *,
        seconds: float,
        caps: Mapping[int, int] | None = None,
        lifted: Collection[int] = (),
    ) -> Relaxed | None:
        """What the expression comes to at least; None when there is no time for it.

        `caps`: lesser upper bounds of variables. `lifted`: constraints whose upper limit does not count.
        """
        if seconds <= 0:
            return None
        self._model.minimize(expression)
        self._grow()
        caps = caps or {}
        for constraint in lifted:
            self._constraints[constraint].upper_bound = float("inf")
        for variable, cap in caps.items():
            self._variables[variable].upper_bound = cap
        relaxed = self._solve(seconds, caps, lifted)
        for variable in caps:
            self._variables[variable].upper_bound = self._domains[variable][1]
        for constraint in lifted:
            high = self._rows[constraint].high
            self._constraints[constraint].upper_bound = float("inf") if high is None else high
        return relaxed

    def _grow(self) -> None:
        """Take in what the model has gained. A constraint that is not linear counts for nothing: bounds stay bounds."""
        proto = self._model.proto
        for index in range(len(self._variables), len(proto.variables)):
            domain = list(proto.variables[index].domain)
            self._domains.append((domain[0], domain[-1]))
            self._variables.append(self._program.new_num_var(domain[0], domain[-1], ""))
        for index in range(len(self._rows), len(proto.constraints)):
            row = _row(proto.constraints[index])
            terms = self._sum(row.variables, row.coefficients)
            low = float("-inf") if row.low is None else row.low
            high = float("inf") if row.high is None else row.high
            self._rows.append(row)
            self._constraints.append(self._program.add_linear_constraint(terms, low, high))

    def _sum(self, variables: Sequence[int], coefficients: Sequence[int]) -> model_builder.LinearExpr:
        return model_builder.LinearExpr.weighted_sum(
            [self._variables[variable] for variable in variables], [float(one) for one in coefficients]
        )

    def _solve(self, seconds: float, caps: Mapping[int, int], lifted: Collection[int]) -> Relaxed | None:
        objective = self._model.proto.objective
        prices = dict(zip(list(objective.vars), list(objective.coeffs), strict=True))
        offset = round(objective.offset)
        self._program.minimize(self._sum(list(prices), list(prices.values())))
        solver = model_builder.Solver("glop")
        if not self._budget.limits.deterministic:
            solver.set_time_limit_in_seconds(seconds)
        with self._budget.stopping(solver.stop_search):
            status = solver.solve(self._program)
        if status != model_builder.SolveStatus.OPTIMAL:
            return None
        duals = [float(solver.dual_value(constraint)) for constraint in self._constraints]
        rows = [replace(row, high=None) if index in lifted else row for index, row in enumerate(self._rows)]
        domains = [(low, caps.get(index, high)) for index, (low, high) in enumerate(self._domains)]
        values = [float(solver.value(variable)) for variable in self._variables]
        return Relaxed(bound=proved_least(prices, rows, domains, duals) + offset, values=values)


def _row(constraint: ConstraintProto) -> Row:
    """What a constraint says in a linear program: all of it, or nothing when it is of a kind that is not linear."""
    if list(constraint.enforcement_literal):
        return _ANYTHING
    if constraint.has_linear():
        linear = constraint.linear
        domain = list(linear.domain)
        low, high = (None if abs(limit) > _NO_LIMIT else limit for limit in (domain[0], domain[-1]))
        return Row(variables=list(linear.vars), coefficients=list(linear.coeffs), low=low, high=high)
    if constraint.has_at_most_one():
        return _sum(list(constraint.at_most_one.literals), low=None)
    if constraint.has_exactly_one():
        return _sum(list(constraint.exactly_one.literals), low=1)
    return _ANYTHING


def _sum(literals: Sequence[int], *, low: int | None) -> Row:
    """At most one of the literals; one that is a negation (a negative index) makes the row count for nothing."""
    if min(literals, default=0) < 0:
        return _ANYTHING
    return Row(variables=literals, coefficients=[1] * len(literals), low=low, high=1)
