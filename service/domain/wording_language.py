"""What a language brings to explanations: its tables of sentences, and how it counts, dates and measures."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import time

from service.domain.availability import Level
from service.domain.directory import Audience
from service.domain.policy import Goal
from service.domain.rosters import HalfDay
from service.domain.solving import Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """A number in a sentence: `{held}` is the number alone, `{held:session|sessions}` the number of what it counts."""

    number: int
    is_singular: Callable[[int], bool]
    is_signed: bool = False

    def __format__(self, nouns: str) -> str:
        sign = ("−" if self.number < 0 else "+") if self.is_signed else ""
        shown = f"{sign}{abs(self.number)}" if self.is_signed else str(self.number)
        if not nouns:
            return shown
        singular, plural = nouns.split("|")
        return f"{shown} {singular if self.is_singular(abs(self.number)) else plural}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """One language. Sentences are templates of `str.format`; `finish` sees to the typography of a finished one.

    `reasons` and `breaches` by rule, or by a case of it (see `wording_facts`): what would be, and what is, against the
    rule. `kept_away`: what is said of those whom the rule keeps from a seat, be it one or many. `goal_costs` bear the
    goal's unit. `ordinals`: a first … a tenth, then what is said of all later ones.
    """

    weekdays: Sequence[str]
    half_days: Mapping[HalfDay, str]
    audiences: Mapping[Audience, str]
    levels: Mapping[Level, str]
    ordinals: Sequence[str]
    clock: Callable[[time], str]
    hours: str
    duration: Callable[[int], str]
    decimal_mark: str
    is_singular: Callable[[int], bool]
    last_and: str
    last_or: str
    finish: Callable[[str], str]

    rule_names: Mapping[Rule, str]
    kept_away: Mapping[Rule, str]
    reasons: Mapping[str, str]
    breaches: Mapping[str, str]
    fixes: Mapping[Rule, str]
    room_besides: str
    goal_names: Mapping[Goal, str]
    goal_costs: Mapping[Goal, str]

    about: str
    gap: str
    of_all: str
    could_take_it: str

    relaxed_once: str
    at_place: str
    takes_empty_seat: str
    takes: str
    gives_up: str
    replaces: str
    changes_place: str
    costing: str
    no_cost: str
    no_cost_but: str

    why: str
    next_costs: str
    next_costs_nothing: str
    next_gains: str
    nobody_else: str
    of_others: str

    kept: str

    no_conflict: str
    conflict: str
