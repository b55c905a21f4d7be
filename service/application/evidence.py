"""What is known about a roster, as JSON: goals and bounds, gaps with their fixes, fairness, baseline, reasons why."""

from collections.abc import Mapping
from typing import Any

from service.domain.answers import Baseline, FairnessRow, Fix, Gap, GoalChange, GoalValue, Why
from service.domain.rosters import Assignment
from service.domain.solving import Breach, Problem
from service.domain.wording import Language, fix_in_words, why_in_words

Document = dict[str, Any]


def goal_json(goal: GoalValue) -> Document:
    """`gap` null: no bound is known. `conditional`: the bound holds only under something stronger than the goals.

    `tolerance`: how much above its best the policy lets it be. `settled`: under leximin, the largest balances proved.
    """
    return {
        "name": goal.name,
        "value": goal.value,
        "bound": goal.bound,
        "gap": goal.gap,
        "conditional": goal.conditional,
        "tolerance": goal.tolerance,
        "settled": list(goal.settled),
    }


def assignment_json(assignment: Assignment) -> Document:
    return {
        "template": assignment.template,
        "date": assignment.on.isoformat(),
        "practice": assignment.practice,
        "practitioner": assignment.practitioner,
    }


def gap_json(problem: Problem, gap: Gap) -> Document:
    """`fixes` null: nobody has looked for them."""
    return {
        "template": gap.template,
        "date": gap.on.isoformat(),
        "seats": gap.seats,
        "reasons": [{"practitioner": r.practitioner, "rule": r.rule, **plain(r.facts)} for r in gap.reasons],
        "fixes": None if gap.fixes is None else [fix_json(problem, gap, fix) for fix in gap.fixes],
    }


def fix_json(problem: Problem, gap: Gap, fix: Fix) -> Document:
    """What gives way, who moves, what that costs, and the same in words."""
    return {
        "relaxes": fix.relaxes,
        "also": list(fix.also),
        "practitioner": fix.practitioner,
        "practice": fix.practice,
        "added": [assignment_json(seat) for seat in fix.added],
        "removed": [assignment_json(seat) for seat in fix.removed],
        "goals": [goal_change_json(change) for change in fix.goals],
        "words": {language.value: fix_in_words(problem, gap, fix, language) for language in Language},
    }


def why_json(problem: Problem, why: Why) -> Document:
    """`next` null: nobody else could lawfully take the seat."""
    return {
        "assignment": assignment_json(why.assignment),
        "level": why.level,
        "next": assignment_json(why.next) if why.next else None,
        "goals": [goal_change_json(change) for change in why.goals],
        "reasons": [{"practitioner": r.practitioner, "rule": r.rule, **plain(r.facts)} for r in why.reasons],
        "words": {language.value: why_in_words(problem, why, language) for language in Language},
    }


def goal_change_json(change: GoalChange) -> Document:
    return {"name": change.name, "before": change.before, "after": change.after}


def baseline_json(baseline: Baseline) -> Document:
    """What serving always the least loaded comes to."""
    return {
        "goals": [{"name": goal.name, "value": goal.value} for goal in baseline.goals],
        "empty_seats": baseline.empty_seats,
        "fairness": [fairness_json(row) for row in baseline.fairness],
    }


def fairness_json(row: FairnessRow) -> Document:
    return {
        "practitioner": row.practitioner,
        "target": row.target,
        "held": row.held,
        "history": row.history,
        "balance": row.balance,
        "target_unloved": row.target_unloved,
        "held_unloved": row.held_unloved,
        "history_unloved": row.history_unloved,
        "balance_unloved": row.balance_unloved,
    }


def breach_json(breach: Breach) -> Document:
    sessions = [{"template": key.template, "date": key.on.isoformat()} for key in breach.sessions]
    return {"rule": breach.rule, "practitioner": breach.practitioner, "sessions": sessions, **plain(breach.facts)}


def plain(facts: Mapping[str, str | int | float]) -> Document:
    return dict(facts)
