"""Which relaxations may fill a seat that stays empty, those that ask least of people first."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

from service.domain.answers import Gap
from service.domain.directory import PractitionerId
from service.domain.fairness import fairness_table
from service.domain.rosters import Assignment, Session, SessionKey
from service.domain.solving import Problem, Rule
from service.solver.relaxing import RELAXED, Relaxation, is_asking_too_much

MOST_AT_ONCE = 2
"""Rules that one person may be asked to relax for one seat."""

ABOUT_WHAT_IS_HELD = frozenset(
    {
        Rule.MAXIMUM_PER_WEEK,
        Rule.MAXIMUM_PER_DAY,
        Rule.ONE_PER_HALF_DAY,
        Rule.ONE_PLACE_AT_A_TIME,
        Rule.MINIMUM_REST,
        Rule.CONSECUTIVE_SATURDAYS,
        Rule.ROOMS,
    }
)
"""Rules that other people's taking over can settle."""

Rank = tuple[int, int, tuple[int, ...], int, int, str]


def promising(problem: Problem, roster: Sequence[Assignment], gap: Gap) -> list[Relaxation]:
    """Those after which nothing but what people hold already stands in the way.

    By the rules relaxed, then by what else is in the way, then by who owes most.
    """
    session = problem.session_at[SessionKey(gap.template, gap.on)]
    reasons: dict[PractitionerId, list[Rule]] = defaultdict(list)
    for reason in gap.reasons:
        if reason.rule not in reasons[reason.practitioner]:
            reasons[reason.practitioner].append(reason.rule)
    ranked = [*_of_people(problem, roster, session, reasons)]
    if any(Rule.ROOMS in rules for rules in reasons.values()):
        for practice in session.hosts:
            roomier = Relaxation(rules=(Rule.ROOMS,), session=session, practice=practice)
            ranked.append(((1, 0, (-1,), 0, 0, practice), roomier))
    return [relaxation for _, relaxation in sorted(ranked, key=lambda one: one[0])]


def _of_people(
    problem: Problem, roster: Sequence[Assignment], session: Session, reasons: Mapping[PractitionerId, Sequence[Rule]]
) -> Iterator[tuple[Rank, Relaxation]]:
    order = list(RELAXED)
    owed = {row.practitioner: (row.balance_unloved, row.balance) for row in fairness_table(problem, roster)}
    for practitioner, rules in reasons.items():
        possible = [rule for rule in order if rule in rules and rule is not Rule.ROOMS]
        for count in range(1, MOST_AT_ONCE + 1):
            for relaxed in combinations(possible, count):
                others = [rule for rule in rules if rule not in relaxed]
                relaxation = Relaxation(rules=relaxed, session=session, practitioner=practitioner)
                if ABOUT_WHAT_IS_HELD.issuperset(others) and not is_asking_too_much(problem, relaxation):
                    places = tuple(order.index(rule) for rule in relaxed)
                    yield (count, len(others), places, *owed.get(practitioner, (0, 0)), practitioner), relaxation
