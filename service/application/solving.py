"""Rosters as JSON documents: an answer written down, and any roster read back to be checked."""

from collections.abc import Sequence

from pydantic import Field, TypeAdapter, ValidationError

from service.application.evidence import (
    Document,
    assignment_json,
    baseline_json,
    breach_json,
    fairness_json,
    gap_json,
    goal_change_json,
    goal_json,
    why_json,
)
from service.application.territory_file.faults import faults_in
from service.application.territory_file.fields import Id, LocalDate, Shape
from service.application.territory_file.json_text import parsed
from service.domain.answers import Answer, GoalChange, GoalValue, Why
from service.domain.directory import PracticeId, PractitionerId
from service.domain.equity import EquityRow, Reach
from service.domain.errors import Invalid
from service.domain.faults import Fault
from service.domain.gaps import gaps
from service.domain.goals import goal_values
from service.domain.repairs import FairnessChange, Repair
from service.domain.rosters import Assignment, Session, TemplateId
from service.domain.rules import breaches
from service.domain.solving import Problem


def answer_json(problem: Problem, answer: Answer, whys: Sequence[Why] = ()) -> Document:
    """What `tourderole solve --json` prints. Dates are ISO 8601, bounds are proved, seconds are of the clock."""
    held = answer.assignments
    document: Document = {
        "outcome": answer.outcome,
        "goals": [goal_json(goal) for goal in answer.goals],
        "assignments": None if held is None else [assignment_json(assignment) for assignment in held],
        "gaps": [gap_json(problem, gap) for gap in answer.gaps],
        "fairness": [fairness_json(row) for row in answer.fairness],
        "baseline": baseline_json(answer.baseline) if answer.baseline else None,
        "timings": {
            "build_s": answer.timings.build_s,
            "first_s": answer.timings.first_s,
            "solve_s": answer.timings.solve_s,
            "explain_s": answer.timings.explain_s,
        },
    }
    if answer.conflict:
        document["conflict"] = [breach_json(breach) for breach in answer.conflict]
    if whys:
        document["whys"] = [why_json(problem, why) for why in whys]
    return document


def check_json(problem: Problem, roster: Sequence[Assignment]) -> Document:
    """What `tourderole check --json` prints: the breaches, the value of every goal, and what stays empty.

    An assignment to a session, practice or practitioner that does not exist is a breach, and counts for nothing else.
    """
    known = known_assignments(problem, roster)
    return {
        "breaches": [breach_json(breach) for breach in breaches(problem, roster)],
        "goals": [{"name": goal, "value": value} for goal, value in goal_values(problem, known).items()],
        "gaps": [gap_json(problem, gap) for gap in gaps(problem, known)],
    }


def repair_json(before: Problem, asked: Problem, repair: Repair) -> Document:
    """What `tourderole repair --json` prints: the difference, and `assignments` as `solve --json` writes them."""
    proved = {goal.name: goal for goal in repair.proof}
    change = repair.difference
    return {
        "outcome": repair.outcome,
        "difference": {
            "added": [assignment_json(seat) for seat in change.added],
            "removed": [assignment_json(seat) for seat in change.removed],
            "moved": [
                {"before": assignment_json(move.before), "after": assignment_json(move.after)} for move in change.moved
            ],
        },
        "goals": [_goal_change(goal, proved.get(goal.name)) for goal in repair.goals],
        "gaps_before": [gap_json(before, gap) for gap in repair.gaps_before],
        "gaps": [gap_json(asked, gap) for gap in repair.gaps],
        "sessions_added": [_session(session) for session in repair.sessions_added],
        "sessions_dropped": [_session(session) for session in repair.sessions_dropped],
        "people": list(repair.people),
        "fairness": [_fairness_change(row) for row in repair.fairness],
        "equity": [_equity(row) for row in repair.equity],
        "assignments": [assignment_json(seat) for seat in repair.assignments],
    }


def known_assignments(problem: Problem, roster: Sequence[Assignment]) -> tuple[Assignment, ...]:
    """Those whose session, practice and practitioner exist, nobody twice in a session."""
    seats = {
        (assignment.key, assignment.practitioner): assignment
        for assignment in roster
        if assignment.key in problem.session_at
        and assignment.practice in problem.practice_of
        and assignment.practitioner in problem.practitioner_of
    }
    return tuple(seats.values())


class AssignmentIn(Shape):
    """One line of a roster document."""

    template: Id
    on: LocalDate = Field(alias="date")
    practice: Id
    practitioner: Id

    def value(self) -> Assignment:
        return Assignment(
            template=TemplateId(self.template),
            on=self.on,
            practice=PracticeId(self.practice),
            practitioner=PractitionerId(self.practitioner),
        )


_ASSIGNMENTS = TypeAdapter(list[AssignmentIn])


def read_roster_json(text: str | bytes) -> tuple[Assignment, ...]:
    """The assignments of a document as `solve --json` writes it, or of a bare list. Raises Invalid with every fault."""
    document, faults = parsed(text)
    listed = document.get("assignments") if isinstance(document, dict) else document
    at = "" if listed is document else "assignments"
    if not isinstance(listed, list):
        message = "a roster is a list of assignments, or an object that holds one"
        raise Invalid(*faults, Fault(path=at, code="roster.malformed", message=message))
    try:
        read = _ASSIGNMENTS.validate_python(listed)
    except ValidationError as error:
        raise Invalid(*faults, *faults_in(error, at=at)) from None
    if faults:
        raise Invalid(*faults)
    return tuple(one.value() for one in read)


def _goal_change(goal: GoalChange, proved: GoalValue | None) -> Document:
    bound = {"bound": proved.bound} if proved else {}
    return goal_change_json(goal) | bound


def _session(session: Session) -> Document:
    return {"template": session.template.id, "date": session.on.isoformat()}


def _fairness_change(row: FairnessChange) -> Document:
    before, after = (row.before and fairness_json(row.before), row.after and fairness_json(row.after))
    return {"practitioner": row.practitioner, "before": before, "after": after}


def _equity(row: EquityRow) -> Document:
    before, after = _reach(row.before), _reach(row.after)
    return {"insee": row.commune, "population": row.population, "before": before, "after": after}


def _reach(reach: Reach) -> Document:
    return {"nearest_minutes": reach.nearest, "average_minutes": reach.average}
