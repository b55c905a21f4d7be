"""What the solver found, in words for a person."""

from enum import StrEnum

from service.domain.answers import Fix, Gap, Reason, Why
from service.domain.policy import Goal
from service.domain.solving import Breach, Problem, Rule


class Language(StrEnum):
    EN = "en"
    FR = "fr"


def rule_in_words(rule: Rule, language: Language) -> str:
    return str(rule)


def gap_in_words(problem: Problem, gap: Gap, language: Language) -> str:
    return f"{gap.template} {gap.on}: {gap.seats}"


def reason_in_words(problem: Problem, reason: Reason, language: Language) -> str:
    return f"{reason.practitioner}: {reason.rule}"


def fix_in_words(problem: Problem, gap: Gap, fix: Fix, language: Language) -> str:
    return f"{fix.relaxes}: {fix.practitioner or fix.practice}"


def why_in_words(problem: Problem, why: Why, language: Language) -> str:
    return f"{why.level}"


def goal_in_words(goal: Goal, language: Language) -> str:
    return str(goal)


def breach_in_words(problem: Problem, breach: Breach, language: Language) -> str:
    return f"{breach.rule}: {breach.practitioner}"
