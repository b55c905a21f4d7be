"""Which relaxations may fill a seat that stays empty, those that ask least of people first."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from service.domain.answers import Gap
from service.domain.directory import PracticeId, PractitionerId
from service.domain.fairness import fairness_table
from service.domain.rosters import Assignment, Session, SessionKey
from service.domain.solving import Problem, Rule
from service.solver.relaxing import RELAXED, Relaxation, is_asking_too_much

MOST_AT_ONCE = 2
"""Rules that one person may be asked to relax for one seat, a room besides."""
MOST_HOLDERS = 3
"""Who may be proposed for one and the same room, with no other rule relaxed."""

ABOUT_WHAT_IS_HELD = frozenset(
    {
        Rule.MAXIMUM_PER_WEEK,
        Rule.MAXIMUM_PER_DAY,
        Rule.ONE_PER_HALF_DAY,
        Rule.ONE_PLACE_AT_A_TIME,
        Rule.MINIMUM_REST,
        Rule.CONSECUTIVE_SATURDAYS,
    }
)
"""Rules that other people's taking over can settle. Full rooms are another's session, which may move if it can."""

Rank = tuple[int, int, tuple[int, ...], int, int, str]


def promising(problem: Problem, roster: Sequence[Assignment], gap: Gap) -> list[Relaxation]:
    """Those after which nothing but what people hold already stands in the way.

    By the rules relaxed, then by what else is in the way, then by who owes most.
    """
    session = problem.session_at[SessionKey(gap.template, gap.on)]
    held_at = {held.practice for held in roster if held.key == session.key}
    way = _Way(problem=problem, roster=roster, session=session, hosts=tuple(sorted(held_at)) or session.hosts)
    rules = _in_the_way(gap)
    ranked = [*way.of_people(rules)]
    if any(Rule.ROOMS in those for those in rules.values()):
        ranked += [*way.of_rooms()]
    return _few_holders([relaxation for _, relaxation in sorted(ranked, key=lambda one: one[0])])


def _in_the_way(gap: Gap) -> dict[PractitionerId, list[Rule]]:
    """Of each practitioner, the rules that forbid it."""
    rules: dict[PractitionerId, list[Rule]] = defaultdict(list)
    for reason in gap.reasons:
        if reason.rule not in rules[reason.practitioner]:
            rules[reason.practitioner].append(reason.rule)
    return rules


def _few_holders(relaxations: Sequence[Relaxation]) -> list[Relaxation]:
    """Without more people than that who would need nothing but the same room."""
    proposed = Counter[PracticeId | None]()
    kept = []
    for relaxation in relaxations:
        is_of_a_room = relaxation.rules == (Rule.ROOMS,) and relaxation.practitioner is not None
        proposed[relaxation.practice] += is_of_a_room
        if not is_of_a_room or proposed[relaxation.practice] <= MOST_HOLDERS:
            kept.append(relaxation)
    return kept


@dataclass(frozen=True, slots=True, kw_only=True)
class _Way:
    """To a holder for one seat. `hosts`: where it can be."""

    problem: Problem
    roster: Sequence[Assignment]
    session: Session
    hosts: Sequence[PracticeId]

    def of_rooms(self) -> Iterator[tuple[Rank, Relaxation]]:
        """A room more, whoever is in it."""
        for practice in self._with_a_room_more():
            roomier = Relaxation(rules=(Rule.ROOMS,), session=self.session, practice=practice)
            yield (1, 0, (-1,), 0, 0, practice), roomier

    def of_people(self, in_the_way: Mapping[PractitionerId, Sequence[Rule]]) -> Iterator[tuple[Rank, Relaxation]]:
        """Somebody who relaxes rules, with a room more where none is free."""
        order, table = list(RELAXED), fairness_table(self.problem, self.roster)
        owed = {row.practitioner: (row.balance_unloved, row.balance) for row in table}
        for practitioner, rules in in_the_way.items():
            for relaxation in self._of_one(practitioner, rules):
                others = {*rules} - {*relaxation.rules, Rule.ROOMS}
                if others <= ABOUT_WHAT_IS_HELD and not is_asking_too_much(self.problem, relaxation):
                    places = tuple(order.index(rule) for rule in relaxation.rules)
                    rank = len(places), len(others), places, *owed.get(practitioner, (0, 0)), practitioner
                    yield rank, relaxation

    def _of_one(self, practitioner: PractitionerId, rules: Sequence[Rule]) -> Iterator[Relaxation]:
        """Of the rules that forbid it, whatever may be relaxed together; a room comes last."""
        own = [rule for rule in RELAXED if rule in rules and rule is not Rule.ROOMS]
        for practice in self._places(practitioner, rules):
            room = () if practice is None else (Rule.ROOMS,)
            for count in range(0 if room else 1, MOST_AT_ONCE + 1):
                for relaxed in combinations(own, count):
                    yield Relaxation(
                        rules=(*relaxed, *room), session=self.session, practitioner=practitioner, practice=practice
                    )

    def _places(self, practitioner: PractitionerId, rules: Sequence[Rule]) -> Iterator[PracticeId | None]:
        """Where a room more is asked for; None: nowhere, for one is free, or may become so."""
        if Rule.ROOMS not in rules or self._a_room_may_become_free():
            yield None
        wider = self._with_a_room_more()
        if Rule.ROOMS in rules and wider:
            who, on = self.problem.practitioner_of[practitioner], self.session.on
            yield min(wider, key=lambda host: (self.problem.home_km(who, host, on), host))

    def _with_a_room_more(self) -> list[PracticeId]:
        """Which hosts may be asked for one: not those of which rooms are closed that day."""
        problem, on = self.problem, self.session.on
        return [host for host in self.hosts if problem.rooms(host, on) == problem.practice_of[host].rooms]

    def _a_room_may_become_free(self) -> bool:
        """Whether a session in one of them could be elsewhere: one of the sector, since no other may change."""
        for held in self.roster:
            session = self.problem.session_at[held.key]
            is_there = held.practice in self.hosts and session.time.overlaps(self.session.time)
            if is_there and len(session.hosts) > 1 and session.template.sector == self.session.template.sector:
                return True
        return False
