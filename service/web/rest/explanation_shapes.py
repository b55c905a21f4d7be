"""How explanations look over REST: gaps, fixes, conflicts and reasons why, as facts and in words."""

import datetime

from pydantic import BaseModel, Field

from service.application.roster_checks import breach_facts
from service.domain.answers import Baseline, Fix, Gap, GoalValue, Outcome, Reason, Why
from service.domain.availability import Level
from service.domain.policy import Goal
from service.domain.roster_life import Assessment
from service.domain.solving import Breach, Problem, Rule
from service.domain.wording import (
    Language,
    breach_in_words,
    conflict_in_words,
    fix_in_words,
    gap_in_words,
    headline_in_words,
    reason_in_words,
    why_in_words,
)
from service.web.rest.roster_evidence import BreachOut, GoalChangeOut, ReasonOut
from service.web.rest.roster_shapes import AssignmentShape


class ReasonToldOut(ReasonOut):
    """The same in words."""

    words: str = Field(examples=["Dr Morvan: 1 session that week, the maximum is 1"])

    @classmethod
    def told(cls, problem: Problem, reason: Reason, language: Language) -> "ReasonToldOut":
        return cls(**dict(ReasonOut.of(reason)), words=reason_in_words(problem, reason, language))


class FixOut(BaseModel):
    """What gives way, once, so that a seat is filled: verified by solving, with the fewest changes."""

    relaxes: Rule
    also: list[Rule] = Field(description="What else gives way: for the same person, or rooms at the same practice")
    practitioner: str | None = Field(description="For whom it gives way; who takes the seat", examples=["gp-11"])
    practice: str | None = Field(description="Where it gives way", examples=["cab-quai"])
    added: list[AssignmentShape]
    removed: list[AssignmentShape]
    goals: list[GoalChangeOut] = Field(description="Those that change, in the policy's order")
    words: str = Field(examples=["Dr Haddad takes a second session that week (maximum 1): no cost"])

    @classmethod
    def told(cls, problem: Problem, gap: Gap, fix: Fix, language: Language) -> "FixOut":
        return cls(
            relaxes=fix.relaxes,
            also=list(fix.also),
            practitioner=fix.practitioner,
            practice=fix.practice,
            added=[AssignmentShape.of(seat) for seat in fix.added],
            removed=[AssignmentShape.of(seat) for seat in fix.removed],
            goals=[GoalChangeOut.of(change) for change in fix.goals],
            words=fix_in_words(problem, gap, fix, language),
        )


class GapToldOut(BaseModel):
    """Seats of a session that nobody holds: why, practitioner by practitioner, and what would fill one."""

    template: str = Field(examples=["t11"])
    date: datetime.date
    seats: int = Field(examples=[1])
    words: str = Field(examples=["Thursday 03/12, 18:00-20:00, MSP des Tilleuls: 1 seat empty"])
    summary: str = Field(description="And whom of all practitioners each rule keeps away")
    reasons: list[ReasonToldOut]
    fixes: list[FixOut] | None = Field(
        description="The cheapest first; null: nobody has looked, or the roster has changed since"
    )

    @classmethod
    def told(cls, problem: Problem, gap: Gap, language: Language) -> "GapToldOut":
        fixes = None if gap.fixes is None else [FixOut.told(problem, gap, fix, language) for fix in gap.fixes]
        return cls(
            template=gap.template,
            date=gap.on,
            seats=gap.seats,
            words=headline_in_words(problem, gap, language),
            summary=gap_in_words(problem, gap, language),
            reasons=[ReasonToldOut.told(problem, reason, language) for reason in gap.reasons],
            fixes=fixes,
        )


class BreachToldOut(BreachOut):
    """The same in words."""

    words: str = Field(examples=["Dr Calvez: 2 sessions that morning, the maximum is 1 — Monday 30/11, 10:00-12:00"])

    @classmethod
    def told(cls, problem: Problem, breach: Breach, language: Language) -> "BreachToldOut":
        return cls.model_validate(breach_facts(breach) | {"words": breach_in_words(problem, breach, language)})


class GoalCountedOut(BaseModel):
    """Lower is better."""

    name: Goal
    value: int = Field(examples=[4])

    @classmethod
    def of(cls, goal: GoalValue) -> "GoalCountedOut":
        return cls(name=goal.name, value=goal.value)


class BaselineOut(BaseModel):
    """What it comes to when seat after seat goes to whoever carries least, as one would do it by hand."""

    goals: list[GoalCountedOut]
    empty_seats: int = Field(examples=[4])

    @classmethod
    def of(cls, baseline: Baseline) -> "BaselineOut":
        return cls(goals=[GoalCountedOut.of(goal) for goal in baseline.goals], empty_seats=baseline.empty_seats)


class ExplanationsOut(BaseModel):
    """`conflict`: pins that cannot stand together, when there is no roster at all."""

    outcome: Outcome
    language: Language
    gaps: list[GapToldOut]
    conflict: list[BreachToldOut]
    conflict_words: str | None = Field(description="All of it, where there is one")
    baseline: BaselineOut | None = Field(description="Null: not known, or of other sessions than the roster's now")

    @classmethod
    def told(cls, worth: Assessment, problem: Problem, language: Language) -> "ExplanationsOut":
        return cls(
            outcome=worth.outcome,
            language=language,
            gaps=[GapToldOut.told(problem, gap, language) for gap in worth.gaps],
            conflict=[BreachToldOut.told(problem, breach, language) for breach in worth.conflict],
            conflict_words=conflict_in_words(problem, worth.conflict, language) if worth.conflict else None,
            baseline=BaselineOut.of(worth.baseline) if worth.baseline else None,
        )


class WhyOut(BaseModel):
    """Why a seat is held by whom it is: how welcome it is, and what giving it to the next would cost.

    The next is who costs least, in the policy's order of goals, of all who could lawfully take it as things stand.
    """

    assignment: AssignmentShape
    level: Level
    next: AssignmentShape | None = Field(description="The seat in the next one's hands; null: nobody else could")
    goals: list[GoalChangeOut] = Field(description="Those that would change, in the policy's order")
    reasons: list[ReasonToldOut] = Field(description="What forbids it to everybody else")
    language: Language
    words: str = Field(examples=["Dr Lemesle, Wednesday 02/12: prefers that time. Giving it to Dr Morvan would cost …"])

    @classmethod
    def told(cls, why: Why, problem: Problem, language: Language) -> "WhyOut":
        return cls(
            assignment=AssignmentShape.of(why.assignment),
            level=why.level,
            next=AssignmentShape.of(why.next) if why.next else None,
            goals=[GoalChangeOut.of(change) for change in why.goals],
            reasons=[ReasonToldOut.told(problem, reason, language) for reason in why.reasons],
            language=language,
            words=why_in_words(problem, why, language),
        )
