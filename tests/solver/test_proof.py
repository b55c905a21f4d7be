"""Bounds: never above what whole numbers can reach, whatever the prices; and as sharp as the linear program."""

from itertools import product

from hypothesis import given
from hypothesis import strategies as some
from ortools.sat.python.cp_model import CpModel, LinearExpr

from service.domain.solving import Limits
from service.solver.budget import Budget
from service.solver.proof import Row, proved_least
from service.solver.relaxation import Relaxation

SMALL = some.integers(-3, 3)
DOMAINS = [(0, 2), (-1, 1), (0, 1)]


@some.composite
def rows(draw):
    low, span = draw(some.integers(-4, 2)), draw(some.integers(0, 4))
    sides = draw(some.sampled_from([(low, None), (None, low + span), (low, low + span)]))
    coefficients = draw(some.lists(SMALL, min_size=3, max_size=3))
    return Row(variables=[0, 1, 2], coefficients=coefficients, low=sides[0], high=sides[1])


def total(coefficients, point):
    return sum(coefficient * value for coefficient, value in zip(coefficients, point, strict=True))


def allows(row, point):
    value = total(row.coefficients, point)
    return (row.low is None or row.low <= value) and (row.high is None or value <= row.high)


@given(
    objective=some.lists(SMALL, min_size=3, max_size=3),
    limits=some.lists(rows(), max_size=3),
    duals=some.lists(some.floats(-5, 5), min_size=3, max_size=3),
)
def test_no_prices_prove_more_than_is_true(objective, limits, duals):
    points = product(*(range(low, high + 1) for low, high in DOMAINS))
    reached = [total(objective, point) for point in points if all(allows(row, point) for row in limits)]
    bound = proved_least(dict(enumerate(objective)), limits, DOMAINS, duals[: len(limits)])
    assert all(bound <= value for value in reached)


def a_relaxation(model):
    return Relaxation(model, Budget(limits=Limits(), should_stop=lambda: False))


def test_the_bound_is_the_least_of_the_linear_program_rounded_up():
    model = CpModel()
    seats = [model.new_bool_var("") for _ in range(3)]
    for left, right in ((0, 1), (1, 2), (0, 2)):
        model.add_at_most_one(seats[left], seats[right])
    relaxed = a_relaxation(model).least(10 - LinearExpr.sum(seats), seconds=10)
    assert relaxed is not None
    assert relaxed.bound == 9
    assert list(relaxed.values) == [0.5, 0.5, 0.5]


def test_caps_and_lifted_limits_count_for_one_question_only():
    model = CpModel()
    count = model.new_int_var(0, 9, "")
    limit = model.add(count <= 4)
    relaxation = a_relaxation(model)

    def most(**circumstances):
        relaxed = relaxation.least(-1 * count, seconds=10, **circumstances)
        return relaxed and -relaxed.bound

    assert most(caps={count.index: 2}) == 2
    assert most(lifted=[limit.index]) == 9
    assert most() == 4


def test_what_is_not_linear_makes_a_bound_weaker_and_never_wrong():
    model = CpModel()
    first, second = model.new_bool_var(""), model.new_bool_var("")
    model.add_bool_or(first, second)
    model.add(first + second >= 2).only_enforce_if(first)
    relaxed = a_relaxation(model).least(first + second, seconds=10)
    assert relaxed is not None
    assert relaxed.bound == 0


def test_no_time_means_no_bound():
    model = CpModel()
    assert a_relaxation(model).least(model.new_bool_var(""), seconds=0) is None
