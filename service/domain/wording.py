"""Explanations in words, French and English: from the facts alone, never guessed."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from enum import StrEnum

from service.domain.answers import Fix, Gap, Reason, Why
from service.domain.directory import PractitionerId
from service.domain.policy import Goal
from service.domain.rosters import Assignment, SessionKey
from service.domain.solving import Breach, Problem, Rule
from service.domain.wording_english import ENGLISH
from service.domain.wording_facts import broken_in_words
from service.domain.wording_fixes import costs_in_words, relaxed_in_words, told_seat
from service.domain.wording_french import FRENCH
from service.domain.wording_language import Words
from service.domain.wording_moves import moves_in_words
from service.domain.wording_naming import Naming, begun

MOST_NAMED = 3
"""Whom a rule keeps away is said by name up to so many people, by their number beyond."""


class Language(StrEnum):
    EN = "en"
    FR = "fr"


WORDS: Mapping[Language, Words] = {Language.EN: ENGLISH, Language.FR: FRENCH}


def rule_in_words(rule: Rule, language: Language) -> str:
    """A short label."""
    return WORDS[language].rule_names[rule]


def goal_in_words(goal: Goal, language: Language) -> str:
    """A short label, with the unit."""
    return WORDS[language].goal_names[goal]


def keeping_in_words(sector: str, until: datetime, language: Language) -> str:
    """For whom a place is kept, and until when, by the clock of the instant given."""
    words = WORDS[language]
    day = f"{words.weekdays[until.weekday()]} {until:%d/%m}"
    return words.finish(words.kept.format(sector=sector, day=day, clock=words.clock(until.time())))


def reason_in_words(problem: Problem, reason: Reason, language: Language) -> str:
    """What one rule has against one practitioner's taking a seat, with its numbers."""
    naming = _naming(problem, language)
    what = broken_in_words(naming, reason.rule, reason.facts, naming.words.reasons)
    return naming.finished(naming.words.about.format(who=naming.practitioner(reason.practitioner), what=what))


def breach_in_words(problem: Problem, breach: Breach, language: Language) -> str:
    """A rule broken: by whom, how, and at which sessions."""
    naming = _naming(problem, language)
    return naming.finished(_broken(naming, breach))


def _broken(naming: Naming, breach: Breach) -> str:
    what = broken_in_words(naming, breach.rule, breach.facts, naming.words.breaches)
    if breach.practitioner is None:
        what = begun(what)
    else:
        what = naming.words.about.format(who=naming.practitioner(breach.practitioner), what=what)
    sessions = "; ".join(naming.session(key) for key in breach.sessions)
    return f"{what} — {sessions}" if sessions else what


def conflict_in_words(problem: Problem, conflict: Sequence[Breach], language: Language) -> str:
    """Why there is no roster: pins that cannot stand together, and every rule that they break."""
    naming = _naming(problem, language)
    if not conflict:
        return naming.finished(begun(naming.words.no_conflict))
    return naming.finished(begun(naming.words.conflict), *(_broken(naming, breach) for breach in conflict))


def headline_in_words(problem: Problem, gap: Gap, language: Language) -> str:
    """Day, hours, places, and how many seats are empty."""
    naming = _naming(problem, language)
    return naming.finished(_headline(naming, gap))


def _headline(naming: Naming, gap: Gap) -> str:
    session = naming.session(SessionKey(gap.template, gap.on))
    return begun(naming.words.gap.format(session=session, seats=naming.count(gap.seats)))


def gap_in_words(problem: Problem, gap: Gap, language: Language) -> str:
    """The headline, then whom of all practitioners each rule keeps away, and who could take it as things stand."""
    naming = _naming(problem, language)
    everybody = [practitioner.id for practitioner in problem.practitioners]
    parts = _kept_away(naming, gap.reasons)
    free = [id for id in everybody if id not in {reason.practitioner for reason in gap.reasons}]
    told = [*parts.values(), *([f"{_people(naming, free)} {naming.words.could_take_it}"] if free else [])]
    count = naming.count(len(everybody))
    summary = naming.words.of_all.format(all=count, parts="; ".join(told)) if told else ""
    return naming.finished(_headline(naming, gap), begun(summary))


def kept_away_in_words(problem: Problem, reasons: Sequence[Reason], language: Language) -> Mapping[Rule, str]:
    """Whom each rule keeps away, those that keep most first: by name where they are few. Several may keep one."""
    naming = _naming(problem, language)
    return {rule: naming.words.finish(text) for rule, text in _kept_away(naming, reasons).items()}


def _kept_away(naming: Naming, reasons: Sequence[Reason]) -> Mapping[Rule, str]:
    kept: dict[Rule, dict[PractitionerId, None]] = defaultdict(dict)
    for reason in reasons:
        kept[reason.rule][reason.practitioner] = None
    most_first = sorted(kept, key=lambda rule: -len(kept[rule]))
    return {rule: f"{_people(naming, kept[rule])} {naming.words.kept_away[rule]}" for rule in most_first}


def _people(naming: Naming, people: Collection[PractitionerId]) -> str:
    if len(people) > MOST_NAMED:
        return str(len(people))
    return naming.all_of(naming.practitioner(id) for id in people)


def fix_in_words(problem: Problem, gap: Gap, fix: Fix, language: Language) -> str:
    """What is to be done, who moves besides, and what it costs in the goals' own units."""
    naming = _naming(problem, language)
    moves = moves_in_words(naming, gap, fix, told_seat(naming, gap, fix))
    text = "; ".join([relaxed_in_words(naming, gap, fix), *moves])
    return naming.finished(begun(naming.words.costing.format(text=text, costs=costs_in_words(naming, fix.goals))))


def why_in_words(problem: Problem, why: Why, language: Language) -> str:
    """How welcome the seat is to its holder, and what giving it to the next would cost, or why nobody could have it."""
    naming = _naming(problem, language)
    who, session = naming.practitioner(why.assignment.practitioner), naming.seat(why.assignment)
    held = naming.words.why.format(who=who, session=session, level=naming.words.levels[why.level])
    instead = _to_the_next(naming, why, why.next) if why.next else _to_nobody(naming, why)
    return naming.finished(held, begun(instead))


def _to_the_next(naming: Naming, why: Why, other: Assignment) -> str:
    words, place = naming.words, naming.practice(other.practice)
    person = naming.practitioner(other.practitioner)
    whom = person if other.practice == why.assignment.practice else f"{person} ({place})"
    changes = ", ".join(naming.cost(change.name, change.cost) for change in why.goals if change.cost)
    if not changes:
        return words.next_costs_nothing.format(other=whom)
    if all(change.cost <= 0 for change in why.goals):
        return words.next_gains.format(other=whom, gains=changes)
    return words.next_costs.format(other=whom, costs=changes)


def _to_nobody(naming: Naming, why: Why) -> str:
    others = len([one for one in naming.problem.practitioners if one.id != why.assignment.practitioner])
    parts = "; ".join(_kept_away(naming, why.reasons).values())
    text = naming.words.nobody_else
    return naming.words.of_others.format(text=text, others=naming.count(others), parts=parts) if parts else text


def _naming(problem: Problem, language: Language) -> Naming:
    return Naming(problem=problem, words=WORDS[language])
