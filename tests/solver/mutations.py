"""The model with one mistake in it: what somebody might get wrong in a rule or a goal."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from service.domain.policy import Goal
from service.domain.solving import Rule
from service.solver.admission import OF_DATE
from service.solver.constraints import BETWEEN
from service.solver.goals import GOALS
from service.solver.penalties import Penalty
from service.solver.program import INFINITY, Program
from service.solver.variables import Works

Change = Callable[[Program, Iterable[int]], None]
"""Of the rows that a rule or goal has added."""


@dataclass(frozen=True, kw_only=True)
class Mutation:
    """The entry of a table that is mistaken, and what stands there instead."""

    what: str
    table: Mapping[Any, Any]
    key: Rule | Goal
    instead: Callable[..., object]


def rows(what: str, key: Rule | Goal, change: Change) -> Mutation:
    """A rule or goal whose rows are not what they should be."""
    table: Mapping[Any, Any] = BETWEEN if isinstance(key, Rule) else GOALS
    right = table[key]

    def wrong(works: Works) -> object:
        before = len(works.program.row_low)
        penalty = right(works)
        change(works.program, range(before, len(works.program.row_low)))
        return penalty

    return Mutation(what=what, table=table, key=key, instead=wrong)


def prices(what: str, goal: Goal, change: Callable[[Penalty], Penalty]) -> Mutation:
    """A goal whose penalty is not what it should be."""
    right = GOALS[goal]
    return Mutation(what=what, table=GOALS, key=goal, instead=lambda works: change(right(works)))


def admits(what: str, rule: Rule, instead: Callable[..., bool]) -> Mutation:
    return Mutation(what=what, table=OF_DATE, key=rule, instead=instead)


def dropped(program: Program, those: Iterable[int]) -> None:
    for row in those:
        program.row_low[row], program.row_high[row] = -INFINITY, INFINITY


def last_dropped(program: Program, those: Iterable[int]) -> None:
    dropped(program, [*those][-1:])


def second_dropped(program: Program, those: Iterable[int]) -> None:
    dropped(program, [*those][1::3])


def one_more(program: Program, those: Iterable[int]) -> None:
    for row in those:
        program.row_high[row] += 1


def one_fewer(program: Program, those: Iterable[int]) -> None:
    for row in those:
        program.row_high[row] -= 1


def sides_swapped(program: Program, those: Iterable[int]) -> None:
    for row in those:
        program.row_low[row], program.row_high[row] = -program.row_high[row], -program.row_low[row]


def signs_flipped(program: Program, those: Iterable[int]) -> None:
    for row in those:
        for entry in range(program.starts[row], program.starts[row + 1]):
            program.coefficients[entry] = abs(program.coefficients[entry])


def halved_where(size: float) -> Change:
    """Coefficients of this size are half of what they should be."""

    def change(program: Program, those: Iterable[int]) -> None:
        for row in those:
            for entry in range(program.starts[row], program.starts[row + 1]):
                program.coefficients[entry] *= 0.5 if abs(program.coefficients[entry]) == size else 1

    return change


def several_at_once(program: Program, those: Iterable[int]) -> None:
    """Rows that say nothing but that one of several is chosen."""
    dropped(program, [row for row in those if program.row_high[row] == 1])


def times(price: int, instead: int) -> Callable[[Penalty], Penalty]:
    def change(penalty: Penalty) -> Penalty:
        coefficients = {v: instead if c == price else c for v, c in penalty.coefficients.items()}
        return replace(penalty, coefficients=coefficients)

    return change


def halved(penalty: Penalty) -> Penalty:
    return replace(penalty, coefficients={v: c // 2 for v, c in penalty.coefficients.items()})


def without_constant(penalty: Penalty) -> Penalty:
    return replace(penalty, constant=0)


def an_hour_less_after_duty(problem, practitioner, session):
    rest = timedelta(hours=problem.policy.min_rest_hours - 1)
    duties = problem.duties_of.get(practitioner.id, ())
    return all(duty.time.end + rest <= session.time.start for duty in duties)


def anybody(*_: object) -> bool:
    return True


MUTATIONS = (
    admits("absence ignored", Rule.ABSENCE, anybody),
    admits("an hour less rest after a duty", Rule.REST_AFTER_DUTY, an_hour_less_after_duty),
    rows("rest forgotten", Rule.MINIMUM_REST, dropped),
    rows("a pair of places dropped", Rule.ONE_PLACE_AT_A_TIME, last_dropped),
    rows("places never too far apart", Rule.ONE_PLACE_AT_A_TIME, dropped),
    rows("one session more a week", Rule.MAXIMUM_PER_WEEK, one_more),
    rows("one session fewer a week", Rule.MAXIMUM_PER_WEEK, one_fewer),
    rows("two sessions a half-day", Rule.ONE_PER_HALF_DAY, one_more),
    rows("a pair of Saturdays dropped", Rule.CONSECUTIVE_SATURDAYS, last_dropped),
    rows("one seat more", Rule.SEATS, one_more),
    rows("one room more", Rule.ROOMS, one_more),
    rows("a sign flipped in reach", Rule.REACH, signs_flipped),
    rows("the sides of reach swapped", Rule.REACH, sides_swapped),
    rows("one seat at a host, however many are asked for", Rule.HOST, halved_where(2)),
    Mutation(what="pins forgotten", table=BETWEEN, key=Rule.PINS, instead=anybody),
    Mutation(what="what has begun forgotten", table=BETWEEN, key=Rule.FROZEN, instead=anybody),
    prices("every seat matters alike", Goal.COVERAGE, times(-2, -1)),
    Mutation(
        what="the wrong balances",
        table=GOALS,
        key=Goal.FAIRNESS_WORST_UNLOVED,
        instead=lambda works: Penalty(largest_of=works.loads),
    ),
    rows("the line below nothing forgotten", Goal.FAIRNESS_SUM, second_dropped),
    rows("a sign flipped in the distances", Goal.FAIRNESS_SUM, signs_flipped),
    prices("who joins changes nothing", Goal.STABILITY, times(1, 0)),
    prices("unwelcome hours at the price of others", Goal.WISHES, times(3, 1)),
    rows("nobody is ever short", Goal.WISHES, dropped),
    rows("near to several sessions at once", Goal.ACCESS, several_at_once),
    prices("no way to what is sure", Goal.ACCESS, without_constant),
    rows("half a session there", Goal.ROTATION, halved_where(100)),
    prices("one way only", Goal.TRAVEL, halved),
)
