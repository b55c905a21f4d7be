"""What people, places, times and numbers are called in a sentence of a given language."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, time

from service.domain.directory import PracticeId, PractitionerId
from service.domain.policy import Goal
from service.domain.rosters import Assignment, Session, SessionKey
from service.domain.solving import Problem
from service.domain.wording_language import Count, Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Naming:
    """Of a problem, in one language. What the problem does not know keeps its id."""

    problem: Problem
    words: Words

    def practitioner(self, id: PractitionerId) -> str:
        """As short as tells one from all others: family name, full name, full name and id."""
        person = self.problem.practitioner_of.get(id)
        if person is None:
            return str(id)
        if self.problem.namesakes[person.family_name] == 1:
            return f"Dr {person.family_name}"
        full_name = person.full_name
        return f"Dr {full_name}" if self.problem.namesakes[full_name] == 1 else f"Dr {full_name} ({id})"

    def practice(self, id: PracticeId) -> str:
        practice = self.problem.practice_of.get(id)
        return practice.name if practice else str(id)

    def short_day(self, on: date) -> str:
        """With its year where that is not the one of the problem's weeks."""
        usual = {day.year for week in self.problem.weeks for day in (week.monday, week.sunday)}
        return f"{on:%d/%m}" if on.year in usual else f"{on:%d/%m/%Y}"

    def day(self, on: date) -> str:
        return f"{self.words.weekdays[on.weekday()]} {self.short_day(on)}"

    def span(self, start: time, end: time) -> str:
        return self.words.hours.format(start=self.words.clock(start), end=self.words.clock(end))

    def session(self, key: SessionKey, practice: PracticeId | None = None) -> str:
        """Day, hours and place: the one named, else those that may host it."""
        session = self.problem.session_at.get(key)
        if session is None:
            return ", ".join([self.day(key.on), key.template, *([self.practice(practice)] if practice else [])])
        hosts = [practice] if practice else session.hosts
        return f"{self.day_and_hours(session)}, {self.any_of(map(self.practice, hosts))}"

    def day_and_hours(self, session: Session) -> str:
        return f"{self.day(session.on)}, {self.span(session.template.start, session.template.end)}"

    def seat(self, assignment: Assignment) -> str:
        return self.session(assignment.key, assignment.practice)

    def has_several_hosts(self, key: SessionKey) -> bool:
        session = self.problem.session_at.get(key)
        return session is not None and len(session.hosts) > 1

    def kilometres(self, distance_km: float) -> str:
        """At most one decimal."""
        return f"{distance_km:.1f}".removesuffix(".0").replace(".", self.words.decimal_mark) + " km"

    def count(self, number: int) -> Count:
        return Count(number=number, is_singular=self.words.is_singular)

    def cost(self, goal: Goal, number: int) -> str:
        cost = Count(number=number, is_singular=self.words.is_singular, is_signed=True)
        return self.words.goal_costs[goal].format(cost=cost)

    def ordinal(self, number: int) -> str:
        """Which of several it is, from 1."""
        return self.words.ordinals[min(number, len(self.words.ordinals)) - 1]

    def all_of(self, names: Iterable[str]) -> str:
        return joined(list(names), self.words.last_and)

    def any_of(self, names: Iterable[str]) -> str:
        return joined(list(names), self.words.last_or)

    def finished(self, *sentences: str) -> str:
        """A single sentence without a full stop; several, each with its own."""
        told = [sentence for sentence in sentences if sentence]
        return self.words.finish(". ".join(told) + ("." if len(told) > 1 else ""))


def begun(sentence: str) -> str:
    """With a capital, which nobody's id is given."""
    return sentence[:1].upper() + sentence[1:]


def joined(names: Sequence[str], last: str) -> str:
    """With commas between, and `last` before the last."""
    return last.join(part for part in (", ".join(names[:-1]), *names[-1:]) if part)
