"""One place at a time, as linear rows: no two sessions at once, and time to travel from one to the next."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import combinations, product

from service.domain.directory import PracticeId
from service.domain.rosters import Session, SessionKey
from service.domain.solving import Problem
from service.solver.variables import Works

MINUTE = timedelta(minutes=1)


def one_place_at_a_time(works: Works) -> None:
    """For every practitioner p and pair of sessions s, t of a day with too little time in between, wherever they are:

    holds[p, s] + holds[p, t] <= 1. Where it depends on the hosts: holds[p, s] + holds[p, t] + apart[s, t] <= 2, with
    apart[s, t] >= takes[s, a] + Σ takes[t, b] - 1 for every host a, over the hosts b too far from it.
    """
    for earlier, later in _close_pairs(works):
        second_of = {one.practitioner.id: one for one in works.of_session[later.key]}
        both = [
            (one, second_of[one.practitioner.id])
            for one in works.of_session[earlier.key]
            if one.practitioner.id in second_of
        ]
        journeys = {pair for first, second in both for pair in product(first.hosts, second.hosts)}
        too_far = {pair for pair in journeys if _is_too_far(works.problem, earlier, later, *pair)}
        if too_far == journeys:
            for pair in both:
                works.program.at_most(1, map(works.hold, pair))
        elif too_far:
            apart = _apart(works, earlier.key, later.key, too_far)
            for first, second in both:
                works.program.row([works.hold(first), works.hold(second), apart], high=2)


def _apart(
    works: Works, earlier: SessionKey, later: SessionKey, too_far: Iterable[tuple[PracticeId, PracticeId]]
) -> int:
    apart = works.program.variable()
    unreached: dict[PracticeId, list[int]] = defaultdict(list)
    for here, there in sorted(too_far):
        unreached[here].extend(works.takes[later][there])
    for here, elsewhere in unreached.items():
        taken = [*works.takes[earlier][here], *elsewhere]
        works.program.row([*taken, apart], [1.0] * len(taken) + [-1.0], high=1)
    return apart


def _close_pairs(works: Works) -> Iterator[tuple[Session, Session]]:
    """Pairs of sessions of a day between which the longest journey does not fit, the earlier first.

    Two of one half-day exclude each other already.
    """
    farthest = timedelta(minutes=_farthest_minutes(works.problem))
    days: dict[date, list[Session]] = defaultdict(list)
    for key in works.of_session:
        days[key.on].append(works.problem.session_at[key])
    for sessions in days.values():
        for earlier, later in combinations(sorted(sessions, key=lambda session: (session.time, session.key)), 2):
            between = earlier.time.gap_before(later.time)
            if earlier.half_day is not later.half_day and (between < farthest or between < timedelta(0)):
                yield earlier, later


def _is_too_far(problem: Problem, earlier: Session, later: Session, here: PracticeId, there: PracticeId) -> bool:
    between_minutes = earlier.time.gap_before(later.time) / MINUTE
    return between_minutes < _journey_minutes(problem, here, there, earlier.on)


def _journey_minutes(problem: Problem, practice: PracticeId, other: PracticeId, on: date) -> float:
    here, there = problem.point(practice, on), problem.point(other, on)
    return 0 if here is None or there is None or here == there else problem.travel_minutes(here, there)


def _farthest_minutes(problem: Problem) -> float:
    """The longest journey between any two places of the territory."""
    points = {practice.point for practice in problem.file.practices}
    points |= {stop.point for practice in problem.file.practices for stop in practice.stops}
    places = [point for point in points if point is not None]
    return max((problem.travel_minutes(here, there) for here, there in combinations(places, 2)), default=0)
