"""Seats that stay empty: why, rule by rule and person by person, and what would fill them."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from service.domain.answers import Gap
from service.domain.directory import PractitionerId
from service.domain.french import SPACE, capitalised, hours, long_day
from service.domain.rosters import SessionKey
from service.domain.solving import Problem, Rule
from service.domain.wording import Language, fix_in_words, reason_in_words, rule_in_words

MOST_SENTENCES = 4000
"""Beyond so many reasons on one page, names under their rules tell as much and can be mailed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Somebody whom a rule keeps from the seat; `alone` when no other rule does."""

    name: str
    alone: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Obstacle:
    rule: str
    people: tuple[Kept, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EmptySeat:
    """A session that lacks holders. `free`: people whom nothing forbids it. `sentences` empty: too many for a page.

    `is_hopeless`: fixes were looked for, and none was found.
    """

    number: int
    seats: int
    when: str
    hours: str
    where: str
    sector: str
    fixes: tuple[str, ...]
    is_hopeless: bool
    free: tuple[str, ...]
    obstacles: tuple[Obstacle, ...]
    sentences: tuple[str, ...]


def gap_numbers(gaps: Iterable[Gap]) -> Mapping[SessionKey, int]:
    """What the page calls each gap, from 1."""
    return {SessionKey(gap.template, gap.on): number for number, gap in enumerate(gaps, start=1)}


def empty_seats(problem: Problem, gaps: Sequence[Gap]) -> tuple[EmptySeat, ...]:
    """In the order of the calendar."""
    in_full = sum(len(gap.reasons) for gap in gaps) <= MOST_SENTENCES
    numbers = gap_numbers(gaps)
    return tuple(_empty_seat(problem, gap, numbers[SessionKey(gap.template, gap.on)], in_full=in_full) for gap in gaps)


def _empty_seat(problem: Problem, gap: Gap, number: int, *, in_full: bool) -> EmptySeat:
    session = problem.session_at[SessionKey(gap.template, gap.on)]
    kept = {reason.practitioner for reason in gap.reasons}
    return EmptySeat(
        number=number,
        seats=gap.seats,
        when=long_day(gap.on),
        hours=hours(session.template.start, session.template.end),
        where=" ou ".join(problem.practice_of[host].name for host in session.hosts),
        sector=session.template.sector,
        fixes=tuple(fix_in_words(problem, gap, fix, Language.FR) for fix in gap.fixes or ()),
        is_hopeless=gap.fixes == (),
        free=tuple(_name(problem, person.id) for person in problem.practitioners if person.id not in kept),
        obstacles=tuple(_obstacles(problem, gap)),
        sentences=tuple(reason_in_words(problem, reason, Language.FR) for reason in gap.reasons) if in_full else (),
    )


def _obstacles(problem: Problem, gap: Gap) -> Iterable[Obstacle]:
    """The rule that keeps most people away first; in each, those nearest to the seat first."""
    rules_of: dict[PractitionerId, set[Rule]] = defaultdict(set)
    for reason in gap.reasons:
        rules_of[reason.practitioner].add(reason.rule)
    counted = Counter(rule for rules in rules_of.values() for rule in sorted(rules))
    for rule, _ in counted.most_common():
        people = [
            Kept(name=_name(problem, id), alone=len(rules) == 1) for id, rules in rules_of.items() if rule in rules
        ]
        ordered = sorted(people, key=lambda kept: (not kept.alone, kept.name))
        yield Obstacle(rule=capitalised(rule_in_words(rule, Language.FR)), people=tuple(ordered))


def _name(problem: Problem, id: PractitionerId) -> str:
    person = problem.practitioner_of[id]
    return f"{person.given_name[:1]}.{SPACE}{person.family_name}" if person.given_name else person.family_name
