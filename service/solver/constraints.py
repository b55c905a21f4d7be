"""The rule book again, as linear rows: one function per rule, one table."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from itertools import chain, product

from service.domain.calendar import IsoWeek, Weekday
from service.domain.directory import PracticeId
from service.domain.rosters import SessionKey
from service.domain.solving import Rule
from service.solver.admission import ADMISSION
from service.solver.travel import one_place_at_a_time
from service.solver.variables import Works


def seats(works: Works) -> None:
    """No more practitioners than asked: for every session s: Σ_p holds[p, s] <= seats."""
    for key, those in works.of_session.items():
        most = works.problem.session_at[key].template.seats
        works.seat_row[key] = works.program.row([works.hold(one) for one in those], high=most)


def host(works: Works) -> None:
    """One host per session that is held, none for an empty one, and every seat held there.

    For every session s: Σ_h takes[s, h] <= 1; Σ_h seats_at[s, h] = Σ_p holds[p, s];
    for every host h: takes[s, h] <= seats_at[s, h] <= seats × takes[s, h].
    """
    program = works.program
    for key, takes in works.takes.items():
        asked = works.problem.session_at[key].template.seats
        seats_at = works.seats_at[key]
        if len(takes) > 1:
            program.at_most(1, chain(*takes.values()))
            there, held = list(chain(*seats_at.values())), [works.hold(one) for one in works.of_session[key]]
            program.row([*there, *held], [1.0] * len(there) + [-1.0] * len(held), low=0, high=0)
        if asked > 1:
            for practice, (taken,) in takes.items():
                there = list(seats_at[practice])
                program.row([taken, *there], [-1.0] + [1.0] * len(there), low=0)
                program.row([taken, *there], [-float(asked)] + [1.0] * len(there), high=0)


def reach(works: Works) -> None:
    """Nobody holds a session whose host is out of reach.

    For every session s and set of hosts R that is somebody's reach: Σ holds[p, s] over those who reach nothing outside
    R <= Σ_{h in R} seats_at[s, h].
    """
    for key, those in works.of_session.items():
        for within in sorted({one.hosts for one in those}, key=sorted):
            if len(within) < len(works.takes[key]):
                bound = [works.hold(one) for one in those if one.hosts <= within]
                there = [*chain(*(seats for practice, seats in works.seats_at[key].items() if practice in within))]
                works.program.row([*bound, *there], [1.0] * len(bound) + [-1.0] * len(there), high=0)


def one_per_half_day(works: Works) -> None:
    """For every practitioner and half-day: at most one of its sessions."""
    for practitioner in works.of_practitioner:
        for half_days in works.half_days(practitioner).values():
            for those in half_days.values():
                works.program.at_most(1, map(works.hold, those))


def maximum_per_day(works: Works) -> None:
    """For every practitioner and day: Σ_s holds[p, s] <= the policy's maximum, where the half-days do not imply it."""
    maximum = works.problem.policy.max_sessions_per_day
    for practitioner in works.of_practitioner:
        for half_days in works.half_days(practitioner).values():
            if len(half_days) > maximum:
                works.program.at_most(maximum, (works.hold(one) for those in half_days.values() for one in those))


def maximum_per_week(works: Works) -> None:
    """For every practitioner and ISO week: Σ_s holds[p, s] <= his or her own maximum."""
    for those in works.of_practitioner.values():
        weeks: dict[IsoWeek, list[int]] = defaultdict(list)
        for one in those:
            weeks[one.session.week].append(works.hold(one))
        for held in weeks.values():
            works.program.at_most(those[0].practitioner.max_sessions_per_week, held)


def minimum_rest(works: Works) -> None:
    """For every practitioner, two following days, a half-day of each, and t in the later one:

    at most one of t, those before t in its half-day, and those of the earlier half-day that end too late for t. (One
    half-day has one session, so these exclude each other all.) What stands in the neighbouring weeks excludes too.
    """
    rest = timedelta(hours=works.problem.policy.min_rest_hours)
    for practitioner in works.of_practitioner:
        days = works.half_days(practitioner)
        for on, half_days in days.items():
            following = days.get(on + timedelta(days=1), {})
            for evening, morning in product(half_days.values(), following.values()):
                last_end = max(one.session.time.end for one in evening)
                for then in (one for one in morning if one.session.time.start < last_end + rest):
                    late = [one for one in evening if one.session.time.end + rest > then.session.time.start]
                    early = [one for one in morning if one.session.time.start <= then.session.time.start]
                    works.program.at_most(1, map(works.hold, late + early))
    for one in works.candidates:
        for held in works.problem.neighbours_of.get(one.practitioner.id, ()):
            earlier, later = sorted((held.time, one.session.time))
            if abs(held.on - one.session.on) == timedelta(days=1) and earlier.gap_before(later) < rest:
                works.program.fix(works.hold(one), 0)


def consecutive_saturdays(works: Works) -> None:
    """For every practitioner, two following Saturdays and a half-day of each: at most one session of both together."""
    if works.problem.policy.allow_consecutive_saturdays:
        return
    for practitioner in works.of_practitioner:
        days = works.half_days(practitioner)
        for on in (on for on in days if Weekday.of(on) is Weekday.SAT):
            following = days.get(on + timedelta(weeks=1), {})
            for these, those in product(days[on].values(), following.values()):
                works.program.at_most(1, map(works.hold, [*these, *those]))
    for one in works.candidates:
        for held in works.problem.neighbours_of.get(one.practitioner.id, ()):
            if Weekday.of(held.on) is Weekday.SAT and abs(held.on - one.session.on) == timedelta(weeks=1):
                works.program.fix(works.hold(one), 0)


def rooms(works: Works) -> None:
    """For every practice and instant at which a session begins: Σ seats_at over the sessions under way <= rooms."""
    hosted: dict[tuple[PracticeId, date], list[SessionKey]] = defaultdict(list)
    for key, takes in works.takes.items():
        for practice in takes:
            hosted[practice, key.on].append(key)
    session_at = works.problem.session_at
    for (practice, _), keys in hosted.items():
        for start in sorted({session_at[key].time.start for key in keys}):
            at_once = [key for key in keys if session_at[key].time.start <= start < session_at[key].time.end]
            count = works.problem.rooms(practice, at_once[0].on)
            if sum(session_at[key].template.seats for key in at_once) > count:
                works.program.row([*chain(*(works.seats_at[key][practice] for key in at_once))], high=count)


def pins(works: Works) -> None:
    """What is pinned is held, at the practice it names if it names one."""
    for pin in works.problem.pins:
        key = SessionKey(pin.template, pin.on)
        works.program.at_least(works.holds[pin.practitioner, key], 1)
        if pin.practice is not None and len(works.takes[key]) > 1:
            works.program.at_least(works.takes[key][pin.practice][0], 1)


def frozen(works: Works) -> None:
    """In a session that has begun, whoever held it holds it, where it was, and nobody else does.

    For every seat held in one: holds[p, s] = 1, and takes[s, h] = 1 for its host h. A row that is thereby above its
    limit (somebody has fallen ill since, a room has closed) allows just that, and no more.
    """
    before = {(held.practitioner, held.key): held.practice for held in works.problem.published}
    begun = set()
    for (practitioner, key), variable in works.holds.items():
        if key in works.problem.frozen:
            works.program.fix(variable, 1)
            begun.add(variable)
            if len(works.takes[key]) > 1:
                works.program.fix(works.takes[key][before[practitioner, key]][0], 1)
    if begun:
        works.program.allow_what_is_fixed()


BETWEEN: Mapping[Rule, Callable[[Works], None]] = {
    Rule.REACH: reach,
    Rule.HOST: host,
    Rule.SEATS: seats,
    Rule.ONE_PLACE_AT_A_TIME: one_place_at_a_time,
    Rule.ONE_PER_HALF_DAY: one_per_half_day,
    Rule.MAXIMUM_PER_DAY: maximum_per_day,
    Rule.MAXIMUM_PER_WEEK: maximum_per_week,
    Rule.MINIMUM_REST: minimum_rest,
    Rule.CONSECUTIVE_SATURDAYS: consecutive_saturdays,
    Rule.ROOMS: rooms,
    Rule.FROZEN: frozen,
    Rule.PINS: pins,
}
"""Rules between decisions; those of `ADMISSION` have said which decisions there are.

What has begun comes after the rules that give way to it, and before pins, to which nothing gives way.
"""

HARD_RULES: Mapping[Rule, Callable[..., object]] = {**ADMISSION, **BETWEEN}
