"""A program taken apart: what no row ties together is apart, and what is fixed has gone into the limits."""

import pytest

from service.solver.blocks import Matrix
from service.solver.program import Program


def a_program(*rows, high=9):
    """Variables from nothing to a limit, and rows of them, as (variables, least, most)."""
    program = Program()
    for _ in range(1 + max(max(variables) for variables, *_ in rows)):
        program.variable(high=high)
    for variables, low, most in rows:
        program.row(variables, low=low, high=most)
    return program


def blocks(program):
    return [block.variables.tolist() for block in Matrix(program).blocks(crumb=0)]


def test_rows_tie_variables_together_however_far_apart():
    chain = [([n, n + 2], 0, 9) for n in range(40)]
    assert blocks(a_program(*chain)) == [list(range(0, 42, 2)), list(range(1, 42, 2))]


def test_small_blocks_are_one():
    big = [([0, n], 0, 9) for n in range(1, 60)]
    small = [([n, n + 1], 0, 9) for n in (60, 62)]
    found = [block.variables.tolist() for block in Matrix(a_program(*big, *small)).blocks()]
    assert found == [list(range(60)), [60, 61, 62, 63]]


def test_a_variable_in_no_row_is_a_block_of_its_own():
    assert blocks(a_program(([0, 2], 0, 9))) == [[0, 2], [1]]


def test_what_is_fixed_ties_nothing_together_and_is_taken_off_the_limits():
    program = a_program(([0, 1, 2], 1, 5), ([1, 3], 0, 4))
    program.fix(1, 3)
    first, second = Matrix(program).blocks(crumb=0)
    assert (first.variables.tolist(), first.row_low.tolist(), first.row_high.tolist()) == ([0, 2], [-2], [2])
    assert (second.variables.tolist(), second.row_high.tolist()) == ([3], [1])


def test_nothing_open_makes_no_block():
    program = a_program(([0], 0, 9))
    program.fix(0, 1)
    assert blocks(program) == []


@pytest.mark.parametrize(("value", "is_possible"), [(4, True), (5, False)])
def test_a_row_of_what_is_fixed_is_kept_or_broken(value, is_possible):
    program = a_program(([0], 0, 4), ([1], 0, 4))
    program.fix(0, value)
    assert Matrix(program).is_possible is is_possible


def test_a_variable_without_any_value_left_is_impossible():
    program = a_program(([0], 0, 9))
    program.fix(0, 0)
    program.at_least(0, 1)
    assert not Matrix(program).is_possible
