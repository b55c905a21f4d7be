"""What a roster is worth, goal by goal, counted plainly in whole numbers, lower is better."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from fractions import Fraction
from itertools import product
from math import fsum, isfinite

from service.domain.availability import Level
from service.domain.calendar import IsoWeek
from service.domain.directory import PracticeId, PractitionerId
from service.domain.fairness import fairness_table
from service.domain.geography import Point
from service.domain.policy import Goal
from service.domain.rosters import Assignment, HalfDay, Modality, Session
from service.domain.rounding import half_up
from service.domain.sector_weights import sector_weights
from service.domain.solving import Problem, once_a_problem

Roster = Sequence[Assignment]
HalfDayOf = tuple[date, HalfDay]

WISH_PENALTY: Mapping[Level, int] = {Level.PREFERRED: 0, Level.AVAILABLE: 1, Level.AVOID: 3}
SHORT_OF_MINIMUM_PENALTY = 3
FARTHEST_MINUTES = 60


def coverage(problem: Problem, roster: Roster) -> int:
    """Σ unfilled seats × template priority, × the sector's weight where the policy weighs sectors."""
    held = Counter(assignment.key for assignment in roster)
    weights = sector_weights(problem)
    return sum(
        weights.get(session.template.sector, 1)
        * session.template.priority
        * max(0, session.template.seats - held[session.key])
        for session in problem.sessions
    )


def fairness_worst(problem: Problem, roster: Roster) -> int:
    """The largest balance over all minutes; 0 when nobody has a share."""
    return max((row.balance for row in fairness_table(problem, roster)), default=0)


def fairness_worst_unloved(problem: Problem, roster: Roster) -> int:
    """The largest balance over unloved minutes; 0 when nobody has a share."""
    return max((row.balance_unloved for row in fairness_table(problem, roster)), default=0)


def fairness_sum(problem: Problem, roster: Roster) -> int:
    """Σ |balance| + Σ |unloved balance|."""
    return sum(abs(row.balance) + abs(row.balance_unloved) for row in fairness_table(problem, roster))


def stability(problem: Problem, roster: Roster) -> int:
    """(template, date, practitioner) triples in exactly one of this roster and the published one."""
    now = {(a.key, a.practitioner) for a in roster}
    before = {(a.key, a.practitioner) for a in problem.published}
    return len(now ^ before)


def wishes(problem: Problem, roster: Roster) -> int:
    """3 × seats held at `avoid` + 1 × seats held at `available` + 3 × sessions short of a weekly minimum."""
    penalty = 0
    for assignment in roster:
        penalty += wish_penalty(problem, assignment.practitioner, problem.session_at[assignment.key])
    held = Counter((a.practitioner, problem.session_at[a.key].week) for a in roster)
    for practitioner in problem.practitioners:
        for week in problem.weeks:
            short = practitioner.min_sessions_per_week - held[practitioner.id, week]
            penalty += SHORT_OF_MINIMUM_PENALTY * max(0, short)
    return penalty


def wish_penalty(problem: Problem, practitioner: PractitionerId, session: Session) -> int:
    """How unwelcome the session is; nothing where there is no consent, which is a rule's matter."""
    level = problem.level(practitioner, session)
    return WISH_PENALTY[level] if level else 0


def access(problem: Problem, roster: Roster) -> int:
    """Σ over half-days asked and communes of population × minutes to the nearest session, ÷ 1 000, half up."""
    minutes = road_minutes(problem, roster)
    peopled = (commune.population * each for commune, each in zip(problem.file.communes, minutes, strict=True))
    return half_up(sum(peopled, Fraction(0)) / 1000)


def road_minutes(problem: Problem, roster: Roster) -> tuple[Fraction, ...]:
    """Per commune, in the file's order: Σ over half-days asked of minutes to the nearest session held in person."""
    open_at = places_open(problem, roster)
    nothing = (0.0,) * len(problem.file.communes)
    nearest = (_nearest_minutes(problem, open_at[half_day]) for half_day in half_days_asked(problem))
    return tuple(Fraction(fsum(each)) for each in zip(nothing, *nearest, strict=True))


def _nearest_minutes(problem: Problem, points: Iterable[Point]) -> tuple[float, ...]:
    """Per commune, in the file's order: to the nearest of these, `FARTHEST_MINUTES` at most."""
    nowhere = (float(FARTHEST_MINUTES),) * len(problem.file.communes)
    return tuple(map(min, zip(nowhere, *(_minutes_to(problem, point) for point in points), strict=True)))


@once_a_problem
def _minutes_to(problem: Problem, there: Point) -> tuple[float, ...]:
    """Per commune, in the file's order."""
    return tuple(problem.travel_minutes(commune.point, there) for commune in problem.file.communes)


def access_floor(problem: Problem, roster: Roster) -> int:
    """Σ over communes and weeks of the half-days with a session near enough that are missing to the policy's floor."""
    floor = problem.policy.access_floor
    if floor is None:
        return 0
    near = Counter[tuple[int, IsoWeek]]()
    for (on, _), points in places_open(problem, roster).items():
        for commune, minutes in enumerate(_nearest_minutes(problem, points)):
            near[commune, IsoWeek.of(on)] += minutes <= floor.minutes
    each = product(range(len(problem.file.communes)), problem.weeks)
    return sum(max(0, floor.half_days_per_week - near[commune, week]) for commune, week in each)


def half_days_asked(problem: Problem) -> set[HalfDayOf]:
    """Those with at least one session."""
    return {(session.on, session.half_day) for session in problem.sessions}


def places_open(problem: Problem, roster: Roster) -> Mapping[HalfDayOf, set[Point]]:
    """Where sessions are held in person, by half-day; nowhere on the others."""
    held: dict[HalfDayOf, set[Point]] = defaultdict(set)
    for assignment in roster:
        session = problem.session_at[assignment.key]
        point = problem.point(assignment.practice, assignment.on)
        if session.template.modality is Modality.IN_PERSON and point is not None:
            held[session.on, session.half_day].add(point)
    return held


def host_groups(problem: Problem) -> Mapping[frozenset[PracticeId], list[Session]]:
    """Sessions by their template's set of hosts: the groups that practices share in turn."""
    groups: dict[frozenset[PracticeId], list[Session]] = defaultdict(list)
    for session in problem.sessions:
        groups[frozenset(session.template.hosts)].append(session)
    return groups


def rotation(problem: Problem, roster: Roster) -> int:
    """Σ over groups and their hosts of |held there - held in the group / hosts|, each term in hundredths, half up."""
    host_of = {assignment.key: assignment.practice for assignment in roster}
    penalty = 0
    for hosts, sessions in host_groups(problem).items():
        held = Counter(host_of[session.key] for session in sessions if session.key in host_of)
        share = Fraction(held.total(), len(hosts))
        penalty += sum(half_up(100 * abs(held[host] - share)) for host in hosts)
    return penalty


def travel(problem: Problem, roster: Roster) -> int:
    """Σ km of road from the home practice to the host and back, half up; nothing where either has no place that day."""
    km = (problem.home_km(problem.practitioner_of[a.practitioner], a.practice, a.on) for a in roster)
    return half_up(sum((2 * Fraction(distance) for distance in km if isfinite(distance)), Fraction(0)))


GOALS: Mapping[Goal, Callable[[Problem, Roster], int]] = {
    Goal.COVERAGE: coverage,
    Goal.FAIRNESS_WORST: fairness_worst,
    Goal.FAIRNESS_WORST_UNLOVED: fairness_worst_unloved,
    Goal.FAIRNESS_SUM: fairness_sum,
    Goal.STABILITY: stability,
    Goal.WISHES: wishes,
    Goal.ACCESS_FLOOR: access_floor,
    Goal.ACCESS: access,
    Goal.ROTATION: rotation,
    Goal.TRAVEL: travel,
}


def goal_values(problem: Problem, roster: Roster) -> Mapping[Goal, int]:
    """Every goal's value, in the order of the policy."""
    return {goal: GOALS[goal](problem, roster) for goal in goals_sought(problem)}


def goals_sought(problem: Problem) -> tuple[Goal, ...]:
    """Those of the policy, in its order; no stability where nothing is published, no floor where none is set."""
    is_idle = {Goal.STABILITY: not problem.published, Goal.ACCESS_FLOOR: problem.policy.access_floor is None}
    return tuple(goal for goal in problem.policy.goal_order if not is_idle.get(goal))
