"""Explanations in English: every sentence, with its facts left open."""

from datetime import time

from service.domain.availability import Level
from service.domain.directory import Audience
from service.domain.policy import Goal
from service.domain.rosters import HalfDay
from service.domain.solving import Rule
from service.domain.wording_language import Words


def _clock(at: time) -> str:
    return f"{at:%H:%M}"


def _duration(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    return " ".join(
        part for part in (f"{hours} h" if hours else "", f"{rest} min" if rest or not hours else "") if part
    )


_RULE_NAMES = {
    Rule.CONSENT: "consent",
    Rule.ABSENCE: "absence",
    Rule.AUDIENCE: "audience",
    Rule.VALIDITY: "dates of presence",
    Rule.PLEDGE: "pledge",
    Rule.REACH: "distance",
    Rule.HOST: "one host per session",
    Rule.SEATS: "seats",
    Rule.ONE_PLACE_AT_A_TIME: "one place at a time",
    Rule.ONE_PER_HALF_DAY: "one session per half-day",
    Rule.MAXIMUM_PER_DAY: "maximum per day",
    Rule.MAXIMUM_PER_WEEK: "maximum per week",
    Rule.MINIMUM_REST: "rest between two days",
    Rule.REST_AFTER_DUTY: "rest after a duty",
    Rule.CONSECUTIVE_SATURDAYS: "no two Saturdays in a row",
    Rule.ROOMS: "rooms",
    Rule.PINS: "pins",
    Rule.FROZEN: "sessions that have begun",
}
_KEPT_AWAY = {
    Rule.CONSENT: "did not offer that time",
    Rule.ABSENCE: "away",
    Rule.AUDIENCE: "pledged to other audiences",
    Rule.VALIDITY: "not there yet, or gone",
    Rule.PLEDGE: "made no pledge",
    Rule.REACH: "too far",
    Rule.HOST: "at a place that does not host it",
    Rule.SEATS: "without a seat left",
    Rule.ONE_PLACE_AT_A_TIME: "elsewhere then",
    Rule.ONE_PER_HALF_DAY: "already working that half-day",
    Rule.MAXIMUM_PER_DAY: "at the maximum of the day",
    Rule.MAXIMUM_PER_WEEK: "at the maximum of the week",
    Rule.MINIMUM_REST: "with too little rest",
    Rule.REST_AFTER_DUTY: "resting after a duty",
    Rule.CONSECUTIVE_SATURDAYS: "working the Saturday before or after",
    Rule.ROOMS: "without a free room",
    Rule.PINS: "kept from it by a pin",
    Rule.FROZEN: "not holding it when it began",
}
_REASONS = {
    "consent": "offered {declared} that day, not {session}",
    "consent.nothing": "offered nothing that day (the session is {session})",
    "absence": "away from {from} to {until}",
    "absence.one_day": "away on {from}",
    "absence.open_ended": "away from {from}, no return known",
    "audience": "pledged to {pledged}, the session is for {asked}",
    "validity": "there from {from} to {until} only",
    "validity.later": "there from {from} only",
    "validity.earlier": "there until {until} only",
    "pledge": "made no pledge",
    "reach": "{practice} is {distance_km} away, the limit is {maximum_km}",
    "reach.no_road": "no road is known to {practice} that day, the limit is {maximum_km}",
    "host": "{practice} does not host it ({hosts} may)",
    "host.several": "several hosts at once ({practices})",
    "seats": "no seat is left, it has {seats}",
    "seats.twice": "already holds a seat of it",
    "one_place_at_a_time": "{between_minutes} between two sessions, the road takes {travel_minutes}",
    "one_place_at_a_time.overlapping": "another session at the same time",
    "one_per_half_day": "{others:session|sessions} {half_day}, the maximum is {maximum}",
    "maximum_per_day": "{others:session|sessions} that day, the maximum is {maximum}",
    "maximum_per_week": "{others:session|sessions} that week, the maximum is {maximum}",
    "minimum_rest": "would rest {rest_minutes} between two days, the minimum is {minimum_minutes}",
    "rest_after_duty": "would rest {rest_minutes} after a duty, the minimum is {minimum_minutes}",
    "rest_after_duty.during": "on duty at the same time",
    "consecutive_saturdays": "would work two Saturdays in a row ({saturday} and {next})",
    "rooms": "{practice} has {rooms:room|rooms}, {in_use:seat|seats} in use at {at} already",
    "pins": "the pin is not kept (at {practice})",
    "pins.anywhere": "the pin is not kept",
    "pins.nowhere": "pinned to a session that does not exist",
    "frozen": "did not hold it when it began ({practice})",
    "frozen.gone": "held it when it began ({practice}), and stays",
}
_BREACHES = _REASONS | {
    "seats": "{seats_held:holder|holders} for {seats:seat|seats}",
    "seats.twice": "holds it {times} times",
    "one_per_half_day": "{held:session|sessions} {half_day}, the maximum is {maximum}",
    "maximum_per_day": "{held:session|sessions} that day, the maximum is {maximum}",
    "maximum_per_week": "{held:session|sessions} that week, the maximum is {maximum}",
    "minimum_rest": "rests {rest_minutes} between two days, the minimum is {minimum_minutes}",
    "rest_after_duty": "rests {rest_minutes} after a duty, the minimum is {minimum_minutes}",
    "consecutive_saturdays": "two Saturdays in a row ({saturday} and {next})",
    "rooms": "{practice} has {rooms:room|rooms}, {seats:seat|seats} in use at {at}",
}
_FIXES = {
    Rule.CONSENT: "{who} offers {session}",
    Rule.ABSENCE: "{who} works on {day}, a day of absence",
    Rule.AUDIENCE: "{who} extends the pledge (the session is for {asked})",
    Rule.VALIDITY: "{who} works on {day}, outside the dates of presence",
    Rule.PLEDGE: "{who} makes a pledge",
    Rule.REACH: "{who} goes to {place} ({distance_km}, limit {maximum_km})",
    Rule.HOST: "{place} hosts {day_and_hours} too",
    Rule.SEATS: "one more seat on {session}",
    Rule.ONE_PLACE_AT_A_TIME: "{who} holds two sessions too near in time on {day}",
    Rule.ONE_PER_HALF_DAY: "{who} takes {nth} session {half_day}, {day}",
    Rule.MAXIMUM_PER_DAY: "{who} takes {nth} session on {day} (maximum {maximum})",
    Rule.MAXIMUM_PER_WEEK: "{who} takes {nth} session that week (maximum {maximum})",
    Rule.MINIMUM_REST: "{who} rests less than {minimum} between two days, around {day}",
    Rule.REST_AFTER_DUTY: "{who} rests less than {minimum} after a duty, before {session}",
    Rule.CONSECUTIVE_SATURDAYS: "{who} works two Saturdays in a row, one of them {day}",
    Rule.ROOMS: "{nth} room at {place} on {day} (held by {holders})",
    Rule.PINS: "a pin on {session} is lifted",
    Rule.FROZEN: "{session} changes hands though it has begun",
}
_GOAL_NAMES = {
    Goal.COVERAGE: "empty seats × priority",
    Goal.FAIRNESS_WORST: "worst balance, in minutes",
    Goal.FAIRNESS_WORST_UNLOVED: "worst balance, unloved hours",
    Goal.FAIRNESS_SUM: "sum of imbalances, in minutes",
    Goal.STABILITY: "changes to what was published",
    Goal.WISHES: "points against wishes",
    Goal.ACCESS_FLOOR: "half-days short of the floor",
    Goal.ACCESS: "1 000 people × road minutes",
    Goal.ROTATION: "hosts out of turn, in 1/100",
    Goal.TRAVEL: "km there and back",
}
_GOAL_COSTS = {
    Goal.COVERAGE: "{cost} on empty seats × priority",
    Goal.FAIRNESS_WORST: "{cost} min on the worst balance",
    Goal.FAIRNESS_WORST_UNLOVED: "{cost} min on the worst balance of unloved hours",
    Goal.FAIRNESS_SUM: "{cost} min on the sum of imbalances",
    Goal.STABILITY: "{cost:change|changes} to what was published",
    Goal.WISHES: "{cost:point|points} against wishes",
    Goal.ACCESS_FLOOR: "{cost:half-day|half-days} missing to the floor of communes",
    Goal.ACCESS: "{cost} thousand person-minutes on the road to a session",
    Goal.ROTATION: "{cost:hundredth|hundredths} of a session out of turn",
    Goal.TRAVEL: "{cost} km of travel",
}
ENGLISH = Words(
    weekdays=("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    half_days={half_day: f"that {half_day}" for half_day in HalfDay},
    audiences={
        Audience.PUBLIC: "the public",
        Audience.PROFESSIONAL: "professionals",
        Audience.SNP: "the regulation",
        Audience.CPTS: "the health community",
    },
    levels={
        Level.PREFERRED: "prefers that time",
        Level.AVAILABLE: "is available at that time",
        Level.AVOID: "would rather avoid that time",
    },
    ordinals=(
        *("a first", "a second", "a third", "a fourth", "a fifth"),
        *("a sixth", "a seventh", "an eighth", "a ninth", "a tenth", "one more"),
    ),
    clock=_clock,
    hours="{start}-{end}",
    duration=_duration,
    decimal_mark=".",
    is_singular=lambda number: number == 1,
    last_and=" and ",
    last_or=" or ",
    finish=str,
    rule_names=_RULE_NAMES,
    kept_away=_KEPT_AWAY,
    reasons=_REASONS,
    breaches=_BREACHES,
    fixes=_FIXES,
    room_besides="{nth} room at {place} on {day}",
    goal_names=_GOAL_NAMES,
    goal_costs=_GOAL_COSTS,
    about="{who}: {what}",
    gap="{session}: {seats:seat|seats} empty",
    of_all="of {all:practitioner|practitioners}: {parts}",
    could_take_it="could take it as things stand",
    relaxed_once="the rule “{rule}” is relaxed once",
    at_place="{text}, at {place}",
    takes_empty_seat="{who} takes the empty seat",
    takes="{who} takes {session}",
    gives_up="{who} gives up {session}",
    replaces="{who} replaces {other} on {session}",
    changes_place="{who} holds {session} in place of {place}",
    costing="{text}: {costs}",
    no_cost="no cost",
    no_cost_but="no cost ({gains})",
    why="{who}, {session}: {level}",
    next_costs="giving it to {other} would cost {costs}",
    next_costs_nothing="giving it to {other} would cost nothing",
    next_gains="giving it to {other} would cost nothing ({gains})",
    nobody_else="nobody else could lawfully take it",
    of_others="{text}: of the {others:other|others}, {parts}",
    kept="kept for the inhabitants of sector {sector} until {day}, {clock}",
    no_conflict="Nothing is in conflict",
    conflict="no roster keeps every pin",
)
