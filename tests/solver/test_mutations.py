"""Whether the oracle would notice: small problems that the model solves right, and not with any one mistake in it."""

from functools import cache

import pytest

from service.solver.solve import solve
from tests.make import REPEATABLE
from tests.oracle import best_values, faults
from tests.small_problems import small_problems
from tests.solver.mutations import MUTATIONS


@cache
def best(name):
    return best_values(small_problems()[name])


def faults_of(name):
    problem = small_problems()[name]
    return faults(problem, solve(problem, REPEATABLE), best(name))


@pytest.mark.parametrize("name", small_problems())
def test_no_roster_is_better_where_a_rule_or_goal_is_tight(name):
    assert faults_of(name) == []


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.what)
def test_every_mistake_in_the_model_is_noticed(mutation, monkeypatch):
    monkeypatch.setitem(mutation.table, mutation.key, mutation.instead)
    assert any(faults_of(name) for name in small_problems())
