"""What a roster is worth, on a terminal: gaps with what would fill them, and the proof beside the baseline."""

import io
from dataclasses import replace

import pytest
from rich.console import Console

from service.cli.rendering import gap_list, proof_table
from service.domain.answers import Baseline, Fix, GoalValue
from service.domain.directory import PractitionerId
from service.domain.gaps import gaps
from service.domain.policy import Goal
from service.domain.solving import Rule
from tests.make import a_practitioner, a_problem, seat

PROBLEM = a_problem(practitioners=[a_practitioner(family_name="Calvez", pledge=None)])
[GAP] = gaps(PROBLEM, ())
FIX = Fix(
    relaxes=Rule.CONSENT, practitioner=PractitionerId("gp-1"), practice=None, added=(seat(),), removed=(), goals=()
)


def shown(told):
    console = Console(file=io.StringIO(), width=120)
    with console.capture() as captured:
        console.print(told)
    return captured.get()


def test_one_empty_seat_is_told_with_what_would_fill_it():
    told = shown(gap_list(PROBLEM, [replace(GAP, fixes=(FIX,))]))
    assert "1 seat stays empty" in told
    assert "→ Dr Calvez offers Monday 30/11, 10:00-12:00, Cabinet here: no cost" in told


def test_that_no_fix_was_found_is_told_only_where_one_was_looked_for():
    assert "None of the fixes that were tried" in shown(gap_list(PROBLEM, [replace(GAP, fixes=())]))
    assert "None of the fixes" not in shown(gap_list(PROBLEM, [GAP]))


@pytest.mark.parametrize(
    ("bound", "conditional", "told"),
    [(5, False, "✔"), (3, False, "≤ 2 off"), (3, True, "≤ 2 off (if settled)"), (None, False, "open")],
)
def test_the_proof_stands_beside_the_baseline(bound, conditional, told):
    goal = GoalValue(name=Goal.WISHES, value=5, bound=bound, conditional=conditional)
    baseline = Baseline(goals=(replace(goal, value=34, bound=None),), empty_seats=4, fairness=())
    table = shown(proof_table([goal], baseline))
    assert told in table
    assert "34" in table
    assert "greedy" in table
    assert "greedy" not in shown(proof_table([goal]))
