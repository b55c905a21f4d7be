"""Rules about all that one practitioner holds: travel, half-days, days, weeks, rest, Saturdays."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import combinations
from math import ceil

from service.domain.calendar import Interval, IsoWeek, Weekday
from service.domain.directory import PractitionerId
from service.domain.geography import Point
from service.domain.rosters import Assignment, HalfDay, SessionKey
from service.domain.solving import Breach, Held, Problem, Rule

Roster = Sequence[Assignment]
MINUTE = timedelta(minutes=1)


def _held_by_each(problem: Problem, roster: Roster) -> Mapping[PractitionerId, Mapping[SessionKey, Held]]:
    """What everybody holds, each session once; sessions and practices that do not exist are other rules' matter."""
    held: dict[PractitionerId, dict[SessionKey, Held]] = defaultdict(dict)
    for assignment in roster:
        facts = problem.held(assignment)
        if facts is not None:
            held[assignment.practitioner][assignment.key] = facts
    return held


def one_place_at_a_time(problem: Problem, roster: Roster) -> Iterator[Breach]:
    """Two sessions of one practitioner do not overlap, and leave the time to travel between them on the same day."""
    for practitioner, held in _held_by_each(problem, roster).items():
        for (earlier, first), (later, then) in combinations(sorted(held.items(), key=lambda item: item[1].time), 2):
            if first.on != then.on:
                continue
            between = first.time.gap_before(then.time) / MINUTE
            travel = _travel_minutes(problem, first.point, then.point)
            if between < travel:
                facts = {"between_minutes": int(between), "travel_minutes": ceil(travel)}
                yield Breach(
                    rule=Rule.ONE_PLACE_AT_A_TIME, practitioner=practitioner, sessions=(earlier, later), facts=facts
                )


def _travel_minutes(problem: Problem, here: Point, there: Point) -> float:
    return 0 if here == there else problem.travel_minutes(here, there)


def one_per_half_day(problem: Problem, roster: Roster) -> Iterator[Breach]:
    """At most one session per practitioner and half-day."""
    halves: dict[tuple[PractitionerId, date, HalfDay], set[SessionKey]] = defaultdict(set)
    for assignment in roster:
        session = problem.session_at.get(assignment.key)
        if session is not None:
            halves[assignment.practitioner, session.on, session.half_day].add(session.key)
    for (practitioner, _, half_day), keys in halves.items():
        if len(keys) > 1:
            yield _too_many(Rule.ONE_PER_HALF_DAY, practitioner, keys, maximum=1, half_day=half_day.value)


def maximum_per_day(problem: Problem, roster: Roster) -> Iterator[Breach]:
    """At most `max_sessions_per_day` of the policy."""
    days: dict[tuple[PractitionerId, date], set[SessionKey]] = defaultdict(set)
    for assignment in (each for each in roster if each.key in problem.session_at):
        days[assignment.practitioner, assignment.on].add(assignment.key)
    maximum = problem.policy.max_sessions_per_day
    for (practitioner, _), keys in days.items():
        if len(keys) > maximum:
            yield _too_many(Rule.MAXIMUM_PER_DAY, practitioner, keys, maximum=maximum)


def maximum_per_week(problem: Problem, roster: Roster) -> Iterator[Breach]:
    """At most the practitioner's own `max_sessions_per_week` in an ISO week."""
    weeks: dict[tuple[PractitionerId, IsoWeek], set[SessionKey]] = defaultdict(set)
    for assignment in (each for each in roster if each.key in problem.session_at):
        weeks[assignment.practitioner, IsoWeek.of(assignment.on)].add(assignment.key)
    for (id, week), keys in weeks.items():
        practitioner = problem.practitioner_of.get(id)
        if practitioner is not None and len(keys) > practitioner.max_sessions_per_week:
            maximum = practitioner.max_sessions_per_week
            yield _too_many(Rule.MAXIMUM_PER_WEEK, id, keys, maximum=maximum, week=str(week))


def _too_many(rule: Rule, practitioner: PractitionerId, keys: set[SessionKey], *, maximum: int, **when: str) -> Breach:
    in_order = tuple(sorted(keys, key=lambda key: (key.on, key.template)))
    facts: dict[str, str | int | float] = {**when, "held": len(keys), "maximum": maximum}
    return Breach(rule=rule, practitioner=practitioner, sessions=in_order, facts=facts)


def minimum_rest(problem: Problem, roster: Roster) -> Iterator[Breach]:
    """`min_rest_hours` between a day's last session and the next day's first, across the edges of the period too."""
    minimum = timedelta(hours=problem.policy.min_rest_hours)
    for practitioner, held in _held_by_each(problem, roster).items():
        days: dict[date, list[tuple[Interval, SessionKey | None]]] = defaultdict(list)
        for key, own in held.items():
            days[own.on].append((own.time, key))
        for neighbour in problem.neighbours_of.get(practitioner, ()):
            days[neighbour.on].append((neighbour.time, None))
        for on in sorted(days.keys() & {day - timedelta(days=1) for day in days}):
            last, last_key = max(days[on], key=lambda one: one[0].end)
            first, first_key = min(days[on + timedelta(days=1)], key=lambda one: one[0].start)
            keys = tuple(key for key in (last_key, first_key) if key)
            if keys and last.gap_before(first) < minimum:
                facts = {"rest_minutes": last.gap_before(first) // MINUTE, "minimum_minutes": minimum // MINUTE}
                yield Breach(rule=Rule.MINIMUM_REST, practitioner=practitioner, sessions=keys, facts=facts)


def rest_after_duty(problem: Problem, roster: Roster) -> Iterator[Breach]:
    """`min_rest_hours` after an imported duty, and nothing during it."""
    minimum = timedelta(hours=problem.policy.min_rest_hours)
    for assignment in roster:
        session = problem.session_at.get(assignment.key)
        if session is None:
            continue
        for duty in problem.duties_of.get(assignment.practitioner, ()):
            rest = duty.time.gap_before(session.time)
            if duty.time.start < session.time.end and rest < minimum:
                yield Breach(
                    rule=Rule.REST_AFTER_DUTY,
                    practitioner=assignment.practitioner,
                    sessions=(assignment.key,),
                    facts={"rest_minutes": rest // MINUTE, "minimum_minutes": minimum // MINUTE},
                )


def consecutive_saturdays(problem: Problem, roster: Roster) -> Iterator[Breach]:
    """Nobody works two Saturdays in a row, across the edges of the period too, unless the policy allows it."""
    if problem.policy.allow_consecutive_saturdays:
        return
    for practitioner, held in _held_by_each(problem, roster).items():
        own = defaultdict(list)
        for key in held:
            own[key.on].append(key)
        days = sorted({*own, *(one.on for one in problem.neighbours_of.get(practitioner, ()))})
        for on in days:
            following = on + timedelta(weeks=1)
            keys = tuple(own.get(on, []) + own.get(following, []))
            if Weekday.of(on) is Weekday.SAT and following in days and keys:
                facts = {"saturday": on.isoformat(), "next": following.isoformat()}
                yield Breach(rule=Rule.CONSECUTIVE_SATURDAYS, practitioner=practitioner, sessions=keys, facts=facts)
