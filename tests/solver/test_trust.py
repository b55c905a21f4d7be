"""What must not change an answer: names and order of people; and what can only make it better: one more of them."""

from dataclasses import replace
from typing import Any, cast

from hypothesis import given, settings
from hypothesis import strategies as some

from service.domain.directory import PractitionerId
from service.domain.goals import coverage
from service.domain.policy import Goal
from service.domain.solving import Problem
from service.solver.solve import solve
from tests.make import REPEATABLE, a_practitioner, open_all_week
from tests.problems import problems

ABOUT_PEOPLE = ("availability_rules", "availability_exceptions", "absences", "duties", "pins", "burden_history")


def relabelled(problem: Problem, order: list[int]) -> Problem:
    """The same people under each other's names, in another order."""
    people = [problem.practitioners[index] for index in order]
    name = {one.id: other.id for one, other in zip(people, problem.practitioners, strict=True)}

    def renamed(those: Any) -> tuple[Any, ...]:
        return tuple(replace(one, practitioner=name.get(one.practitioner, one.practitioner)) for one in those)

    file = replace(
        problem.file,
        practitioners=tuple(replace(one, id=name[one.id]) for one in people),
        **cast("dict[str, Any]", {part: renamed(getattr(problem.file, part)) for part in ABOUT_PEOPLE}),
    )
    return replace(problem, file=file, neighbours=renamed(problem.neighbours), published=renamed(problem.published))


@settings(max_examples=40, deadline=None)
@given(problem=problems(), draws=some.data())
def test_other_names_and_another_order_change_no_value(problem, draws):
    order = draws.draw(some.permutations(range(len(problem.practitioners))))
    assert solve(relabelled(problem, order), REPEATABLE).goals == solve(problem, REPEATABLE).goals


def with_coverage_first(problem: Problem) -> Problem:
    order = (Goal.COVERAGE, *(goal for goal in problem.policy.goal_order if goal is not Goal.COVERAGE))
    policy = replace(problem.policy, goal_order=order)
    return replace(problem, file=replace(problem.file, territory=replace(problem.file.territory, policy=policy)))


def with_one_more(problem: Problem) -> Problem:
    more = a_practitioner("gp-9", may_work_at=("here", "near", "far"))
    return replace(
        problem,
        file=replace(
            problem.file,
            practitioners=(*problem.practitioners, more),
            availability_rules=(*problem.file.availability_rules, *open_all_week(PractitionerId("gp-9"))),
        ),
    )


@settings(max_examples=40, deadline=None)
@given(problem=problems())
def test_one_more_practitioner_never_leaves_more_seats_empty(problem):
    before = with_coverage_first(problem)
    after = with_one_more(before)
    values = [coverage(each, solve(each, REPEATABLE).assignments or ()) for each in (after, before)]
    assert values == sorted(values)
