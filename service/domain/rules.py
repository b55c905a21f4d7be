"""The rule book: one plain function per rule, for any roster, however it was made."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import Enum

from service.domain.rosters import Assignment
from service.domain.rules_of_persons import absence, audience, consent, pledge, reach, validity
from service.domain.rules_of_places import frozen, host, pins, rooms, seats
from service.domain.rules_of_time import (
    consecutive_saturdays,
    maximum_per_day,
    maximum_per_week,
    minimum_rest,
    one_per_half_day,
    one_place_at_a_time,
    rest_after_duty,
)
from service.domain.solving import Breach, Problem, Rule

Roster = Sequence[Assignment]

RULES: Mapping[Rule, Callable[[Problem, Roster], Iterator[Breach]]] = {
    Rule.CONSENT: consent,
    Rule.ABSENCE: absence,
    Rule.AUDIENCE: audience,
    Rule.VALIDITY: validity,
    Rule.PLEDGE: pledge,
    Rule.REACH: reach,
    Rule.HOST: host,
    Rule.SEATS: seats,
    Rule.ONE_PLACE_AT_A_TIME: one_place_at_a_time,
    Rule.ONE_PER_HALF_DAY: one_per_half_day,
    Rule.MAXIMUM_PER_DAY: maximum_per_day,
    Rule.MAXIMUM_PER_WEEK: maximum_per_week,
    Rule.MINIMUM_REST: minimum_rest,
    Rule.REST_AFTER_DUTY: rest_after_duty,
    Rule.CONSECUTIVE_SATURDAYS: consecutive_saturdays,
    Rule.ROOMS: rooms,
    Rule.PINS: pins,
    Rule.FROZEN: frozen,
}


class Scope(Enum):
    """What of a roster matters when a rule judges one assignment."""

    ALONE = "nothing but the assignment"
    PRACTITIONER = "what the same practitioner holds, a week before and after at the farthest"
    PLACE = "who else holds the session, or a seat at the same practice that day"


SCOPES: Mapping[Rule, Scope] = {
    **dict.fromkeys((Rule.CONSENT, Rule.ABSENCE, Rule.AUDIENCE, Rule.VALIDITY, Rule.PLEDGE, Rule.REACH), Scope.ALONE),
    Rule.REST_AFTER_DUTY: Scope.ALONE,
    Rule.FROZEN: Scope.ALONE,
    **dict.fromkeys((Rule.ONE_PLACE_AT_A_TIME, Rule.ONE_PER_HALF_DAY, Rule.MAXIMUM_PER_DAY), Scope.PRACTITIONER),
    **dict.fromkeys((Rule.MAXIMUM_PER_WEEK, Rule.MINIMUM_REST, Rule.CONSECUTIVE_SATURDAYS), Scope.PRACTITIONER),
    **dict.fromkeys((Rule.HOST, Rule.SEATS, Rule.ROOMS), Scope.PLACE),
}
"""Every rule that an assignment can break; pins are broken by what is missing."""


def breaches(problem: Problem, roster: Roster) -> tuple[Breach, ...]:
    """Every rule that the roster breaks, in the order of the rule book."""
    return tuple(breach for rule in RULES.values() for breach in rule(problem, roster))
