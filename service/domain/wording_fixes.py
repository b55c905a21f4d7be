"""What a fix comes down to: which rule gives way, by how much, for whom, and what it costs."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from math import isfinite
from string import Formatter

from service.domain.answers import Fix, Gap, GoalChange
from service.domain.policy import Goal
from service.domain.rosters import Assignment, SessionKey
from service.domain.solving import Rule
from service.domain.wording_naming import Naming


def relaxed_in_words(naming: Naming, gap: Gap, fix: Fix) -> str:
    """Which rules give way, by how much, and where, if the session has several places."""
    others = (replace(fix, relaxes=rule, also=(fix.relaxes,)) for rule in fix.also)
    return naming.all_of(_one_in_words(naming, gap, one) for one in (fix, *others))


def _one_in_words(naming: Naming, gap: Gap, fix: Fix) -> str:
    seat, sentence = _relaxed_seat(gap, fix), _sentence(naming, gap, fix)
    text = sentence.format_map(dict(_fields(naming, gap, fix)))
    if seat is None or not naming.has_several_hosts(seat.key) or {"place", "session"} & _named(sentence):
        return text
    return naming.words.at_place.format(text=text, place=naming.practice(seat.practice))


def _sentence(naming: Naming, gap: Gap, fix: Fix) -> str:
    """The rule's own, where all that it names is known; of a room, who holds it only where nothing else tells."""
    is_told = fix.relaxes is Rule.ROOMS and bool(fix.also)
    sentence = naming.words.room_besides if is_told else naming.words.fixes[fix.relaxes]
    return sentence if _named(sentence) <= dict(_fields(naming, gap, fix)).keys() else naming.words.relaxed_once


def _named(sentence: str) -> set[str]:
    return {field for _, field, _, _ in Formatter().parse(sentence) if field}


def _fields(naming: Naming, gap: Gap, fix: Fix) -> Iterator[tuple[str, object]]:
    """What is known of the fix."""
    seat = _relaxed_seat(gap, fix)
    key = seat.key if seat else SessionKey(gap.template, gap.on)
    place = fix.practice or (seat.practice if seat else None)
    policy = naming.problem.policy
    yield "rule", naming.words.rule_names[fix.relaxes]
    yield "day", naming.day(key.on)
    yield "session", naming.session(key, seat.practice if seat else None)
    yield "minimum", naming.words.duration(60 * policy.min_rest_hours)
    if place is not None:
        yield "place", naming.practice(place)
    if fix.practitioner is not None and fix.practitioner in naming.problem.practitioner_of:
        yield "who", naming.practitioner(fix.practitioner)
    session = naming.problem.session_at.get(key)
    if session is not None:
        yield "day_and_hours", naming.day_and_hours(session)
        yield "half_day", naming.words.half_days[session.half_day]
        yield "asked", naming.all_of(naming.words.audiences[one] for one in sorted(session.template.audiences))
    if fix.relaxes in LIMITS:
        yield from LIMITS[fix.relaxes](naming, fix, seat)


def _relaxed_seat(gap: Gap, fix: Fix) -> Assignment | None:
    """The seat that the relaxed rule would forbid: of its practitioner or practice, the gap's own before others."""
    own = [
        one
        for one in fix.added
        if fix.practitioner in (None, one.practitioner) and fix.practice in (None, one.practice)
    ]
    return min(own, key=lambda one: (one.key != SessionKey(gap.template, gap.on), one), default=None)


def _room(naming: Naming, fix: Fix, seat: Assignment | None) -> Iterator[tuple[str, object]]:
    practice = naming.problem.practice_of.get(fix.practice) if fix.practice else None
    if practice is not None and seat is not None:
        there = [one.practitioner for one in fix.added if (one.practice, one.on) == (seat.practice, seat.on)]
        yield "nth", naming.ordinal(practice.rooms + 1)
        yield "holders", naming.all_of(naming.practitioner(id) for id in there)


def _distance(naming: Naming, fix: Fix, seat: Assignment | None) -> Iterator[tuple[str, object]]:
    problem = naming.problem
    person = problem.practitioner_of.get(fix.practitioner) if fix.practitioner else None
    if person is not None and seat is not None and {seat.practice, person.home_practice} <= problem.practice_of.keys():
        distance_km = problem.home_km(person, seat.practice, seat.on)
        if isfinite(distance_km):
            yield "distance_km", naming.kilometres(distance_km)
            yield "maximum_km", naming.kilometres(problem.policy.maximum_km(person.max_travel_km))


def _half_day(naming: Naming, fix: Fix, seat: Assignment | None) -> Iterator[tuple[str, object]]:
    yield "nth", naming.ordinal(2)


def _per_day(naming: Naming, fix: Fix, seat: Assignment | None) -> Iterator[tuple[str, object]]:
    return _one_more(naming, naming.problem.policy.max_sessions_per_day)


def _per_week(naming: Naming, fix: Fix, seat: Assignment | None) -> Iterator[tuple[str, object]]:
    person = naming.problem.practitioner_of.get(fix.practitioner) if fix.practitioner else None
    return _one_more(naming, person.max_sessions_per_week) if person else iter(())


def _one_more(naming: Naming, maximum: int) -> Iterator[tuple[str, object]]:
    yield "maximum", naming.count(maximum)
    yield "nth", naming.ordinal(maximum + 1)


LIMITS: Mapping[Rule, Callable[[Naming, Fix, Assignment | None], Iterator[tuple[str, object]]]] = {
    Rule.ROOMS: _room,
    Rule.REACH: _distance,
    Rule.ONE_PER_HALF_DAY: _half_day,
    Rule.MAXIMUM_PER_DAY: _per_day,
    Rule.MAXIMUM_PER_WEEK: _per_week,
}
"""The limit that gives way and what it comes to, where the rule has one in numbers."""


def told_seat(naming: Naming, gap: Gap, fix: Fix) -> Assignment | None:
    """The empty seat, where `relaxed_in_words` already tells who takes it."""
    seat = _relaxed_seat(gap, fix)
    is_gap = seat is not None and seat.key == SessionKey(gap.template, gap.on)
    return seat if is_gap and {"who", "holders"} & _named(_sentence(naming, gap, fix)) else None


def costs_in_words(naming: Naming, goals: Sequence[GoalChange]) -> str:
    """Every change but the seat won, in the order of the policy; that there is no cost, where nothing gets worse."""
    changes = [change for change in goals if change.cost > 0 or (change.cost < 0 and change.name is not Goal.COVERAGE)]
    told = ", ".join(naming.cost(change.name, change.cost) for change in changes)
    if any(change.cost > 0 for change in changes):
        return told
    return naming.words.no_cost_but.format(gains=told) if told else naming.words.no_cost
