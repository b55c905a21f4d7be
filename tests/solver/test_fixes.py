"""What would fill an empty seat: each fix breaks just what it says, fills the seat, and is the best of its kind."""

from collections import Counter
from dataclasses import replace

import pytest

from benchmarks.cases import Case
from benchmarks.territories import S
from service.domain.answers import Fix, Gap
from service.domain.directory import PracticeId
from service.domain.gaps import gaps
from service.domain.goals import goal_values
from service.domain.rosters import Assignment
from service.domain.rules import breaches
from service.domain.solving import Closure, Problem, Rule
from service.solver import fixes as seeking
from service.solver.fixes import fixes
from service.solver.solve import solve
from tests.make import (
    REPEATABLE,
    a_practice,
    a_practitioner,
    a_problem,
    a_template,
    day,
    open_all_week,
    open_time,
    seat,
)
from tests.solver.building import unhurried

TIGHT = Case(key="S2t", name="S tight, 2 weeks", weeks=2, shape=S.tight())
SEEDS = (6, 7, 10, 11)
"""With gaps."""


def found(problem: Problem, roster: tuple[Assignment, ...]) -> list[tuple[Gap, tuple[Fix, ...]]]:
    return [(gap, fixes(problem, roster, gap, unhurried())) for gap in gaps(problem, roster)]


def told(fix: Fix) -> tuple[tuple[Rule, ...], str | None, str | None]:
    return (fix.relaxes, *fix.also), fix.practitioner, fix.practice


def after(roster: tuple[Assignment, ...], fix: Fix) -> tuple[Assignment, ...]:
    return tuple(sorted({*roster} - {*fix.removed} | {*fix.added}))


@pytest.fixture(scope="module", params=SEEDS)
def tight(request):
    """A territory with too few people or rooms, its best roster, and the fixes of each gap."""
    problem = TIGHT.problem(request.param)
    roster = solve(problem, REPEATABLE).assignments or ()
    return problem, roster, found(problem, roster)


def test_a_tight_territory_has_three_fixes_for_every_gap(tight):
    *_, each = tight
    assert [len(some) for _, some in each] == [3] * len(each) != []


def test_a_fix_fills_its_seat_and_empties_none(tight):
    _, roster, each = tight
    before = Counter(one.key for one in roster)
    for gap, some in each:
        for fix in some:
            now = Counter(one.key for one in after(roster, fix))
            assert now - before == {(gap.template, gap.on): 1}
            assert not before - now


def test_a_fix_newly_breaks_what_it_relaxes_for_whom_and_where_it_says_and_nothing_else(tight):
    problem, roster, each = tight
    for _, some in each:
        for fix in some:
            new = [one for one in breaches(problem, after(roster, fix)) if one not in breaches(problem, roster)]
            assert {one.rule for one in new} == {fix.relaxes, *fix.also}
            for one in new:
                place, whom = one.facts.get("practice"), one.practitioner
                assert (place == fix.practice) if one.rule is Rule.ROOMS else (whom == fix.practitioner)


def test_the_costs_are_those_of_the_roster_that_it_leads_to_and_the_cheapest_comes_first(tight):
    problem, roster, each = tight
    before = goal_values(problem, roster)
    for _, some in each:
        values = [goal_values(problem, after(roster, fix)) for fix in some]
        for fix, worth in zip(some, values, strict=True):
            assert {one.name: one.after - one.before for one in fix.goals} == {
                goal: worth[goal] - before[goal] for goal in worth if worth[goal] != before[goal]
            }
        ranked = [(1 + len(fix.also), *worth.values()) for fix, worth in zip(some, values, strict=True)]
        assert ranked == sorted(ranked)


def test_no_two_fixes_lead_to_the_same_roster(tight):
    _, roster, each = tight
    for _, some in each:
        assert len({after(roster, fix) for fix in some}) == len(some)


def test_where_one_seat_more_will_do_the_solver_finds_nothing_else(tight, monkeypatch):
    problem, roster, each = tight
    monkeypatch.setattr(seeking._Seat, "_with_one_more", lambda seat, relaxation: None)
    assert found(problem, roster) == each


BUSY = a_practitioner("gp-1", max_sessions_per_week=1)


def test_a_room_and_a_session_more_are_found_together():
    problem = a_problem(
        a_template("t1"),
        a_template("t2"),
        a_template("t3", "TUE"),
        practitioners=[BUSY, a_practitioner("gp-2", max_sessions_per_week=1)],
        rules=[*open_all_week("gp-1"), *open_all_week("gp-2")],
        practices=[a_practice(rooms=1)],
    )
    roster = (seat("t1", practitioner="gp-1"), seat("t3", day("TUE"), "gp-2"))
    [(_, [fix, *_])] = found(problem, roster)
    assert told(fix) == ((Rule.MAXIMUM_PER_WEEK, Rule.ROOMS), "gp-2", "here")
    assert (fix.added, fix.removed) == ((seat("t2", practitioner="gp-2"),), ())


def test_a_room_is_proposed_to_the_best_and_then_to_others():
    people = [a_practitioner(f"gp-{number}") for number in range(1, 5)]
    problem = a_problem(a_template("t1"), a_template("t2"), practitioners=people, practices=[a_practice(rooms=1)])
    [(_, some)] = found(problem, (seat("t1", practitioner="gp-1"),))
    assert {fix.relaxes for fix in some} == {Rule.ROOMS}
    assert sorted(fix.added[0].practitioner for fix in some) == ["gp-2", "gp-3", "gp-4"]


@pytest.mark.parametrize("other", ["MON", "TUE"], ids=["the same day", "another day"])
def test_a_room_more_fills_one_seat_and_leaves_the_others_that_lack_a_room(other):
    """Of that week as well: one room more on one day is what is asked for."""
    templates = [a_template("t1"), a_template("t2")]
    templates += [a_template(id, other, "14:00-16:00") for id in ("t3", "t4")]
    people = [a_practitioner(f"gp-{number}") for number in range(1, 5)]
    problem = a_problem(*templates, practitioners=people, practices=[a_practice(rooms=1)])
    roster = (seat("t1"), seat("t3", day(other), "gp-2"))
    each = found(problem, roster)
    assert [gap.template for gap, _ in each] == ["t2", "t4"]
    for gap, some in each:
        assert len(some) == 3
        assert {one.template for fix in some for one in fix.added} == {gap.template}


def test_a_full_room_is_left_where_the_session_in_it_can_be_elsewhere():
    """No room is asked for: gp-2 offers that time, and the other session goes where there is room."""
    problem = a_problem(
        a_template("t1", hosts=["here", "there"]),
        a_template("t2"),
        practitioners=[a_practitioner("gp-1"), a_practitioner("gp-2")],
        rules=[*open_all_week("gp-1"), open_time("gp-2", "TUE")],
        practices=[a_practice(rooms=1), a_practice("there", rooms=1)],
    )
    [(_, some)] = found(problem, (seat("t1"),))
    assert told(some[0]) == ((Rule.CONSENT,), "gp-2", None)
    assert some[0].removed == (seat("t1"),)
    assert set(some[0].added) == {seat("t1", practice="there"), seat("t2", practitioner="gp-2")}


def test_a_closed_practice_is_not_asked_for_a_room():
    problem = a_problem(a_template("t1"), practices=[a_practice(rooms=1)])
    closed = Closure(practice=PracticeId("here"), from_on=day("MON"), until_on=day("MON"), rooms=0)
    problem = replace(problem, closures=(closed,))
    assert [some for _, some in found(problem, ())] == [()]
